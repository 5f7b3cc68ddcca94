"""Parts of metrics in SQL, by MetricFlow, for the database that holds the facts.

Its engine runs in this process, on the manifest alone: to compile, it needs the dialect of a database but no
connection, so there is no profile, no dbt and no second process.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, cast

from connectors.errors import SettingsError

if TYPE_CHECKING:
    from metricflow.engine.metricflow_engine import MetricFlowEngine
    from metricflow.protocols.sql_client import SqlClient


class Dialect(StrEnum):
    """The database that the SQL is written for."""

    DUCKDB = "duckdb"
    SPARK = "spark"


@dataclass(frozen=True)
class Request:
    """What is asked of MetricFlow; ``about`` says what for."""

    about: str
    metrics: tuple[str, ...]
    group_by: tuple[str, ...]


def compiled(semantic_manifest: str, requests: Iterable[Request], dialect: Dialect) -> dict[str, str]:
    """The SQL of each request by what it is about. Raises `SettingsError` where MetricFlow can't compile one."""
    from metricflow.engine.metricflow_engine import MetricFlowEngine
    from metricflow_semantics.model.dbt_manifest_parser import parse_manifest_from_dbt_generated_manifest
    from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

    lookup = SemanticManifestLookup(parse_manifest_from_dbt_generated_manifest(semantic_manifest))
    engine = MetricFlowEngine(semantic_manifest_lookup=lookup, sql_client=_client_of(dialect))
    return {request.about: _sql(engine, request) for request in requests}


def _sql(engine: MetricFlowEngine, request: Request) -> str:
    from metricflow.engine.metricflow_engine import MetricFlowQueryRequest
    from metricflow_semantics.errors.error_classes import MetricFlowException

    asked = MetricFlowQueryRequest.create(metric_names=request.metrics, group_by_names=request.group_by or None)
    try:
        return engine.explain(asked).sql_statement.without_descriptions.sql
    except MetricFlowException as error:
        raise unfit(request.about, f"MetricFlow can't compile it: {error}") from error


def _client_of(dialect: Dialect) -> SqlClient:
    """All that the engine asks of a client when it only explains: which database, and how to write SQL for it."""
    from metricflow.protocols.sql_client import SqlEngine
    from metricflow.sql.render.databricks import DatabricksSqlPlanRenderer
    from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer
    from metricflow.sql.render.sql_plan_renderer import SqlPlanRenderer

    @dataclass(frozen=True)
    class Client:
        sql_engine_type: SqlEngine
        sql_plan_renderer: SqlPlanRenderer

    clients = {
        Dialect.DUCKDB: Client(SqlEngine.DUCKDB, DuckDbSqlPlanRenderer()),
        # Databricks speaks Spark's SQL.
        Dialect.SPARK: Client(SqlEngine.DATABRICKS, DatabricksSqlPlanRenderer()),
    }
    return cast("SqlClient", clients[dialect])


def unfit(metric_id: str, reason: str) -> SettingsError:
    return SettingsError(
        f"metric {metric_id}: {reason.removeprefix(f'metric {metric_id}: ')} "
        "Next: mend its declaration in dbt_project/models/marts/*.semantic.yml, then run again."
    )
