"""Parts of metrics in SQL, compiled by MetricFlow for the database that holds the facts, once for each manifest.

Its engine runs in this process, on the manifest alone: to compile, it needs the dialect of a database but no
connection, so there is no profile, no dbt and no second process. Compiling costs seconds, and importing MetricFlow half
of one; therefore the SQL is kept, and MetricFlow is imported only for a manifest that it hasn't seen.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from connectors.errors import SettingsError
from connectors.files import replace_durably

if TYPE_CHECKING:
    from metricflow.engine.metricflow_engine import MetricFlowEngine
    from metricflow.protocols.sql_client import SqlClient


COMPILED_FILE = "metric_parts.json"

Declared = Mapping[str, Any]
"""A metric, measure or semantic model as the semantic manifest holds it; or the manifest itself."""


class Dialect(StrEnum):
    """The database that the SQL is written for."""

    DUCKDB = "duckdb"
    SPARK = "spark"


@dataclass(frozen=True)
class Request:
    """What is asked of MetricFlow: metrics, by the semantic models that they are of, and what they are cut by.

    ``about`` says what for, and says it of no other request.
    """

    about: str
    models: tuple[str, ...]
    metrics: tuple[str, ...]
    group_by: tuple[str, ...]


def compiled(semantic_manifest: bytes, requests: Sequence[Request], dialect: Dialect, kept_in: Path) -> dict[str, str]:
    """The SQL of each request by what it is about: what is kept in the folder, or compiled and kept there.

    Raises `SettingsError` where MetricFlow can't compile one.
    """
    kept_at = kept_in / COMPILED_FILE
    made_from = f"manifest {sha256(semantic_manifest).hexdigest()}, metricflow {version('metricflow')}, {dialect}"
    kept = json.loads(kept_at.read_text()) if kept_at.exists() else {}
    if kept.get("made_from") != made_from or kept["sql"].keys() != {request.about for request in requests}:
        kept = {"made_from": made_from, "sql": dict(_compiled(json.loads(semantic_manifest), requests, dialect))}
        aside = kept_at.with_name(f".{COMPILED_FILE}.{os.getpid()}.aside")
        aside.write_text(json.dumps(kept, indent=1))
        replace_durably(aside, kept_at)
    sql: dict[str, str] = kept["sql"]
    return sql


def _compiled(manifest: Declared, requests: Iterable[Request], dialect: Dialect) -> Iterator[tuple[str, str]]:
    """What each request is about, and its SQL.

    An engine weighs every model that it knows for every join. So each set of facts gets one that knows little else,
    which halves the time and gives the same SQL.
    """
    by_models = sorted(requests, key=lambda request: request.models)
    for models, of_them in groupby(by_models, key=lambda request: request.models):
        asked = list(of_them)
        part = _part_of(manifest, models, {metric for request in asked for metric in request.metrics})
        engine = _engine(part, dialect)
        yield from ((request.about, _sql(engine, request)) for request in asked)


def _part_of(manifest: Declared, models: Collection[str], metrics: Collection[str]) -> Declared:
    """The metrics, the models that they are of, and those that only describe others (they have no measures)."""
    return {
        **manifest,
        "semantic_models": [m for m in manifest["semantic_models"] if m["name"] in models or not m["measures"]],
        "metrics": [metric for metric in manifest["metrics"] if metric["name"] in metrics],
    }


def _engine(manifest: Declared, dialect: Dialect) -> MetricFlowEngine:
    from metricflow.engine.metricflow_engine import MetricFlowEngine
    from metricflow_semantics.model.dbt_manifest_parser import parse_manifest_from_dbt_generated_manifest
    from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

    lookup = SemanticManifestLookup(parse_manifest_from_dbt_generated_manifest(json.dumps(manifest)))
    return MetricFlowEngine(semantic_manifest_lookup=lookup, sql_client=_client_of(dialect))


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
    """The error of a declaration that can't be a metric."""
    return SettingsError(
        f"metric {metric_id}: {reason.removeprefix(f'metric {metric_id}: ')} "
        "Next: mend its declaration in dbt_project/models/marts/*.semantic.yml, then run again."
    )
