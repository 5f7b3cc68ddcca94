"""READ: how each tool's data becomes a record kind. Plain Python; never imports Dagster, dbt or Great Expectations."""
