"""RUN: Dagster definitions, publishing and the `throughline` command; the only room that knows the others."""
