"""INFER and PUBLISH, run: metric results and effect cards are written, then the build is published."""

import dagster as dg

from pipelines.dbt_project import manifest, manifest_path
from pipelines.effects.cards import write_effect_cards
from pipelines.metric_results import write_metric_results
from pipelines.progress import stage
from pipelines.publishing import Withheld, publish
from pipelines.resources import HomeResource
from pipelines.settings import as_of, writing
from pipelines.warehouse import artifacts, connected


class PublishConfig(dg.Config):
    """``accept_empty`` publishes although a table that had rows has none any more."""

    accept_empty: bool = False


def _keys(*schemas: str) -> list[dg.AssetKey]:
    """Asset keys of the dbt models in these schemas."""
    nodes = manifest()["nodes"].values()
    return [
        dg.AssetKey([n["schema"], n["name"]]) for n in nodes if n["resource_type"] == "model" and n["schema"] in schemas
    ]


def metric_results() -> dg.AssetsDefinition:
    @dg.asset(
        key=["metrics", "fct_metric_result"],
        deps=_keys("marts", "intermediate"),
        pool="warehouse",
        description="One row per metric, grain, period and day: value, interval, status. Append-only.",
    )
    def fct_metric_result(context: dg.AssetExecutionContext, home: HomeResource) -> dg.MaterializeResult[None]:
        opened = home.open()
        semantic_manifest = artifacts(opened) / "semantic_manifest.json"
        # Beside the parsed project: the next home then needs no compiling.
        kept_in = manifest_path().parent
        with stage("write metric results"), writing(opened), connected(opened) as connection:
            run = write_metric_results(connection, semantic_manifest, as_of(), context.run.run_id, kept_in)
        return dg.MaterializeResult(metadata=dict(run.by_status))

    return fct_metric_result


def effect_cards() -> dg.AssetsDefinition:
    @dg.asset(
        key=["metrics", "effect_cards"],
        deps=_keys("marts", "intermediate"),
        pool="warehouse",
        description="One row per registered study: what its programme did to its KPI, and what that figure is worth.",
    )
    def effects(context: dg.AssetExecutionContext, home: HomeResource) -> dg.MaterializeResult[None]:
        opened = home.open()
        with stage("judge the effects"), writing(opened), connected(opened) as connection:
            run = write_effect_cards(opened, connection, as_of(), context.run.run_id)
        return dg.MaterializeResult(metadata={"plans frozen": run.frozen, **run.by_verdict})

    return effects


def publication() -> dg.AssetsDefinition:
    @dg.asset(
        key=["published", "learning"],
        deps=[*_keys("marts", "trust", "audit"), ["metrics", "fct_metric_result"], ["metrics", "effect_cards"]],
        pool="warehouse",
        kinds={"duckdb", "parquet"},
        description="The database and the Parquet files that readers open.",
    )
    def learning(
        context: dg.AssetExecutionContext, home: HomeResource, config: PublishConfig
    ) -> dg.MaterializeResult[None]:
        opened = home.open()
        try:
            with stage("publish"), writing(opened):
                version = publish(opened, context.run.run_id, accept_empty=config.accept_empty)
        except Withheld as withheld:
            raise dg.Failure(str(withheld), allow_retries=False) from withheld
        return dg.MaterializeResult(
            metadata={"version": version.version, "tables": version.tables, "dagster/row_count": version.rows}
        )

    return learning
