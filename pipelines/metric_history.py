"""The append-only record of metric results, and of what each of them means.

    metrics.fct_metric_result     every figure ever given: one row when it is first given, one for each change
    metrics.metric_result_latest  the row of each figure that holds now, of the current definitions
    metrics.dim_metric            the definitions, one row per metric and version

A figure that comes out as before is not written again, so a rerun is a no-op. One that comes out otherwise is a new
row after the old one; one whose records are all gone is withdrawn by a row that says so. A formula may change only
together with its version: else a redefinition would pass for a restatement.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import duckdb
import pandas as pd

from connectors.errors import SettingsError
from transfer.metric_definition import MetricDefinition
from transfer.metric_row import CELL, DTYPES, FIGURES, KEY, RESULT_COLUMNS, Column, Status

RESULT_TABLE = RESULT_COLUMNS | {
    "as_of": Column("TIMESTAMP", "The day that the run was made for, with the time of the run."),
    "recorded_at": Column("TIMESTAMP", "When the row was appended (UTC); the last row of a figure holds."),
    "build_id": Column("VARCHAR", "The build that gave the figure first."),
    "inputs_hash": Column("VARCHAR", "Fingerprint of the query and of the rows that it read."),
}

METRIC_TABLE = {
    "metric_id": Column("VARCHAR", "The metric."),
    "definition_version": Column("BIGINT", "Version of the definition; raised when the formula changes."),
    "is_current": Column("BOOLEAN", "False for a former version, and for a metric that is declared no more."),
    "catalogue_id": Column("VARCHAR", "Id in the metric catalogue."),
    "name": Column("VARCHAR", "What to call the figure."),
    "definition": Column("VARCHAR", "What it says, and what it doesn't."),
    "formula": Column("VARCHAR", "How its additive parts are summed from the fact, in SQL."),
    "unit": Column("VARCHAR", "Unit of the value: share (0 to 1), persons, hours_per_fte, gain, …"),
    "grains": Column("VARCHAR", "What it is given for."),
    "period": Column("VARCHAR", "Length of its periods; empty for a state as of the build."),
    "follow_up_days": Column("BIGINT", "Days that a cohort is watched before its figure is final."),
    "tdrp_type": Column(
        "VARCHAR", "efficiency (how much), effectiveness (how well), outcome; record: a guard of the data."
    ),
    "kirkpatrick_level": Column(
        "VARCHAR", "K1 reaction, K2 learning, K3 behaviour, K4 results, L5 return; empty below."
    ),
    "ltem_tier": Column("BIGINT", "Tier of the Learning-Transfer Evaluation Model, 1 to 8; empty where none applies."),
    "max_claim": Column("VARCHAR", "The strongest claim that the figure supports."),
    "aligned_with": Column("VARCHAR", "Category of a standard that it is aligned with; no claim of conformity."),
    "purpose": Column("VARCHAR", "What it may be used for."),
    "minimum_persons": Column("BIGINT", "Figures that fewer persons stand behind are suppressed."),
    "estimator": Column("VARCHAR", "How value and interval come from the parts; see transfer/metric_terms.py."),
    "asked": Column("VARCHAR", "Whom a survey asked, where the response rate counts; else empty."),
}

_EVERY_RESULT = "Every figure ever given: one row when it is first given, one for each change."
_DEFINITIONS = "One row per metric and version of its definition."
_LATEST_RESULT = "The row of each figure that holds now, of the current definitions."


def _create_table(table: str, columns: dict[str, Column]) -> str:
    ddl = ", ".join(f"{name} {column.sql_type}" for name, column in columns.items())
    return f"create table if not exists metrics.{table} ({ddl})"


def _comments(kind: str, relation: str, meaning: str, columns: dict[str, Column]) -> Iterator[str]:
    """Statements that say in the database what a relation and its columns mean: publishing copies that to readers."""
    yield f"comment on {kind} metrics.{relation} is {_quoted(meaning)}"
    for name, column in columns.items():
        yield f"comment on column metrics.{relation}.{name} is {_quoted(column.meaning)}"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _said(row: str) -> str:
    """What a row says, to compare. Doubles are rounded: another machine's last digit is no restatement."""
    columns = (*FIGURES, "status", "suppressed_reason")
    said = (f"round({row}.{c}, 12)" if RESULT_COLUMNS[c].sql_type == "DOUBLE" else f"{row}.{c}" for c in columns)
    return f"row({', '.join(said)})"


_KEY = ", ".join(KEY)
_SAME_FIGURE = " and ".join(f"incoming.{column} is not distinct from latest.{column}" for column in KEY)

_LATEST_VIEW = f"""
    create or replace view metrics.metric_result_latest as
    select results.* from metrics.fct_metric_result as results
    semi join metrics.dim_metric as definitions
        on results.metric_id = definitions.metric_id
        and results.definition_version = definitions.definition_version
        and definitions.is_current
    qualify row_number() over (partition by {_KEY} order by recorded_at desc) = 1
"""

_APPEND = f"""
    insert into metrics.fct_metric_result by name
    with given as (
        select * from incoming
        union all by name
        select
            {", ".join(f"latest.{column}" for column in KEY)},
            '{Status.NOT_COMPUTABLE}' as status,
            'no record is left' as suppressed_reason,
            computed.inputs_hash
        from metrics.metric_result_latest as latest
        inner join computed using (metric_id, definition_version, grain)
        where not exists (select 1 from incoming where {_SAME_FIGURE})
    )
    select given.*, $as_of as as_of, $recorded_at as recorded_at, $build_id as build_id
    from given
    left join metrics.metric_result_latest as latest on {_SAME_FIGURE.replace("incoming.", "given.")}
    where latest.metric_id is null or {_said("given")} is distinct from {_said("latest")}
"""


@dataclass(frozen=True)
class Appended:
    """What a run changed: ``rows`` appended, of which ``restated`` replace a row that said something else."""

    rows: int
    restated: int


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables and views where they are absent."""
    connection.execute("create schema if not exists metrics")
    connection.execute(_create_table("fct_metric_result", RESULT_TABLE))
    connection.execute(_create_table("dim_metric", METRIC_TABLE))
    _widen(connection)
    for statement in (
        _LATEST_VIEW,
        *_comments("table", "fct_metric_result", _EVERY_RESULT, RESULT_TABLE),
        *_comments("table", "dim_metric", _DEFINITIONS, METRIC_TABLE),
        *_comments("view", "metric_result_latest", _LATEST_RESULT, RESULT_TABLE),
    ):
        connection.execute(statement)


def _widen(connection: duckdb.DuckDBPyConnection) -> None:
    """Bring a table of an older home up to date: columns that held whole numbers alone, and ones that it lacks.

    The rows stay what they are.
    """
    for table, columns in (("fct_metric_result", RESULT_TABLE), ("dim_metric", METRIC_TABLE)):
        found = connection.execute(
            "select column_name, data_type from duckdb_columns() where schema_name = 'metrics' and table_name = ?",
            [table],
        )
        types = dict(found.fetchall())
        for name, column in columns.items():
            if name not in types:
                connection.execute(f"alter table metrics.{table} add column {name} {column.sql_type}")
            elif (types[name], column.sql_type) == ("BIGINT", "DOUBLE"):
                connection.execute(f"alter table metrics.{table} alter {name} type double")


def withheld(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """What shows no figure in the record so far, by metric and key: `metric_id`, `grain`, `grain_key`, `period`."""
    return (
        connection.execute(
            "select metric_id, grain, grain_key, cast(period as timestamp) as period from metrics.metric_result_latest "
            "where status in ('suppressed', 'blocked')"
        )
        .df()
        .astype({column: DTYPES[column] for column in ("metric_id", *CELL)})
    )


def write_definitions(connection: duckdb.DuckDBPyConnection, definitions: Iterable[MetricDefinition]) -> None:
    """Bring `dim_metric` up to date; raises `SettingsError` for a formula that changed under its version."""
    asked = list(definitions)
    known = connection.execute("select metric_id, definition_version, formula from metrics.dim_metric").fetchall()
    formula_of = {(metric_id, version): formula for metric_id, version, formula in known}
    for definition in asked:
        former = formula_of.get((definition.metric_id, definition.version), definition.formula)
        if former != definition.formula:
            raise SettingsError(
                f"metric {definition.metric_id}: version {definition.version} was “{former}” and is now "
                f"“{definition.formula}”. Next: raise `version` in its config.meta.result, or take the change back."
            )
    connection.register("declared", pd.DataFrame(map(_row, asked), columns=[*METRIC_TABLE]))
    try:
        for statement in (
            "update metrics.dim_metric set is_current = false",
            "delete from metrics.dim_metric as former using declared where former.metric_id = declared.metric_id "
            "and former.definition_version = declared.definition_version",
            "insert into metrics.dim_metric by name from declared",
        ):
            connection.execute(statement)
    finally:
        connection.unregister("declared")


def append(
    connection: duckdb.DuckDBPyConnection, results: pd.DataFrame, computed: pd.DataFrame, as_of: date, build_id: str
) -> Appended:
    """Append the results that differ from the last ones, and withdraw figures that have no record left.

    ``results`` has `RESULT_COLUMNS` and ``inputs_hash``; ``computed`` has one row for each ``metric_id``,
    ``definition_version`` and ``grain`` that was asked for, with its ``inputs_hash``, whether it gave rows or not.
    """
    recorded_at = _now_after(connection)
    connection.register("incoming", results)
    connection.register("computed", computed)
    try:
        as_of_moment = datetime.combine(as_of, recorded_at.time())
        connection.execute(_APPEND, {"as_of": as_of_moment, "recorded_at": recorded_at, "build_id": build_id})
    finally:
        connection.unregister("incoming")
        connection.unregister("computed")
    return Appended(
        _count(connection, "metrics.fct_metric_result", recorded_at),
        _count(connection, f"({restatements_sql()})", recorded_at),
    )


def restatements_sql() -> str:
    """Every row that replaced another, with what was said before; ``was_final`` unless that was provisional."""
    former = ", ".join(
        f"lag({column}) over figure as former_{column}" for column in ("status", *FIGURES, "recorded_at")
    )
    return f"""
        select *, {former}, former_status <> '{Status.PROVISIONAL}' as was_final
        from metrics.fct_metric_result
        window figure as (partition by {_KEY} order by recorded_at)
        qualify former_recorded_at is not null
    """


def _count(connection: duckdb.DuckDBPyConnection, table: str, recorded_at: datetime) -> int:
    found = connection.execute(f"select count(*) from {table} where recorded_at = ?", [recorded_at]).fetchone()
    return int(found[0]) if found else 0


def _now_after(connection: duckdb.DuckDBPyConnection) -> datetime:
    """The present moment (naive UTC), but after every row there is, even when a clock was set back."""
    now = datetime.now(UTC).replace(tzinfo=None)
    last = connection.execute("select max(recorded_at) from metrics.fct_metric_result").fetchone()
    return max(now, last[0] + timedelta(microseconds=1)) if last and last[0] else now


def _row(definition: MetricDefinition) -> list[object]:
    """The row of a definition in `dim_metric`; what has no column of its own there is an attribute of that name."""
    derived = {
        "definition_version": definition.version,
        "is_current": True,
        "grains": ", ".join(grain.name for grain in definition.grains),
        "asked": definition.invited,
    }
    return [derived[column] if column in derived else getattr(definition, column) for column in METRIC_TABLE]
