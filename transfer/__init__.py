"""INFER: what SQL cannot express: intervals, status, suppression. Plain numpy and pandas; never imports who runs it."""
