"""What a version tells otherwise than the one before it, by how much, and because of which inputs.

    the published version (former) --compared with--> the build that is to be published
        → publishing.restatement         one row per figure: before, after, difference
        → publishing.restatement_cause   one row per metric, period and input that reached it

Nobody can say which of a thousand new rows moved a share by a point, so no more is claimed than is known: an input is a
cause of a figure where it changed between the two versions, its kind is one that the metric is made of
(`metric_inputs`), and the days that it tells of lie in the figure's period. Where its rows are counted one by one, it
is told how many the fact held of it before and after. A figure that changed without any of this is unexplained.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from pipelines.metric_inputs import metric_inputs
from pipelines.restatement_sql import COMPARED, STEPS
from transfer.metric_row import KEY, RESULT_COLUMNS, Column

FORGOTTEN_AFTER = timedelta(days=35)
"""Provisional figures are announced to change; what they said is in metrics.fct_metric_result for good."""

_FORMER = {f"former_{column}": Column("DOUBLE", f"`{column}` as the version before told it.") for column in COMPARED}

RESTATEMENT = {
    "version": Column("VARCHAR", "The version that tells the figure otherwise; see trust.versions."),
    "former_version": Column("VARCHAR", "The version before it."),
    "change": Column("VARCHAR", "restated; redefined: by another definition; withdrawn: no record is left."),
    **{column: RESULT_COLUMNS[column] for column in (*KEY, "status", *COMPARED)},
    **_FORMER,
    "former_definition_version": Column("BIGINT", "Version of the definition that it was told by before."),
    "former_status": Column("VARCHAR", "Its status before."),
    "difference": Column("DOUBLE", "value - former_value; empty where one of them is withheld."),
    "was_final": Column(
        "BOOLEAN", "Whether the former figure was not provisional. Of the others, five weeks are kept."
    ),
    "restated_at": Column("TIMESTAMP", "When the version was published (UTC)."),
}
"""One row is one figure that a version tells otherwise than the version before it."""

CAUSE = {
    **{column: RESTATEMENT[column] for column in ("version", "former_version", "metric_id", "period")},
    "cause": Column(
        "VARCHAR",
        "landed; landed again; mapped again: by a corrected declaration; late: in a window that was pulled again; "
        "withdrawn; voided; voids; told elsewhere: another copy counts; identifiers moved: they are another person's; "
        "redefined; new logic; another day; unexplained.",
    ),
    "reach": Column(
        "VARCHAR",
        "rows: they end in the metric's fact; context: they say who, where or what; landing: it counts what came in.",
    ),
    "tool": Column("VARCHAR", "Tool of the input."),
    "record_kind": Column("VARCHAR", "Record kind of the input."),
    "unit": Column(
        "VARCHAR", "Unit of landing of the input; see trust.ledger. Empty where there are too many to list."
    ),
    "units": Column("BIGINT", "How many units it stands for."),
    "source_file": Column("VARCHAR", "Name of its original in the inbox, e-mail addresses masked."),
    "landed_at": Column("TIMESTAMP", "When it was landed (UTC)."),
    "first_told_date": Column("DATE", "First day that it tells of; of events, in the period."),
    "last_told_date": Column("DATE", "Last day that it tells of; of events, in the period."),
    "rows_before": Column("BIGINT", "Rows of the unit that the fact held before; of events, those in the period."),
    "rows_after": Column(
        "BIGINT", "Rows that it holds now; of voids, the statements that they void; of identifiers, how many moved."
    ),
    "restated_at": RESTATEMENT["restated_at"],
}
"""One row is one input that changed between two versions and reached a metric's period that was restated."""

_KEPT = {
    "basis": "version varchar, as_of date, logic_hash varchar",
    "identity_link": "version varchar, token varchar, person_key bigint, valid_from date, valid_to date",
}
"""What a version was made with, as far as its published tables don't tell. Both stay in the warehouse."""

_UNIT = ("tool", "record_kind", "unit")
_OF_FORMER = {
    "metrics.metric_result_latest": {*KEY, *COMPARED, "status"},
    "trust.ledger": {*_UNIT, "source_file", "status", "landed_at", "first_told_date", "last_told_date"},
    "trust.events_by_day": {*_UNIT, "occurred_date", "rows_in_fact", "rows_voided"},
    "trust.row_fates": {*_UNIT, "fate", "row_count"},
    "trust.statement_voids": {"statement_id", "outcome"},
}
"""What the comparison reads of the former version."""


def note_restatements(
    connection: duckdb.DuckDBPyConnection,
    former: Path,
    artifacts: tuple[Mapping[str, Any], Path],
    version: str,
    as_of: date,
    logic_hash: str,
) -> None:
    """Compare the build that the warehouse holds with the version that readers see, and note what differs and why.

    ``former`` is the published database (there may be none yet); ``artifacts`` are dbt's manifest and the path of its
    semantic manifest; ``version`` is the name that the build will have.
    """
    _prepare(connection)
    before = former.resolve().stem.removeprefix("learning-")
    _remember(connection, before, version, as_of, logic_hash)
    if not former.exists():
        return
    connection.execute(f"attach '{os.fspath(former.resolve())}' as former (read_only)")
    try:
        _compare(connection, before, version, artifacts)
    finally:
        connection.execute("detach former")


def _prepare(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("create schema if not exists publishing")
    # It was a view of the record of results until there were causes to tell.
    found = (
        "select table_type from information_schema.tables where table_schema || table_name = 'publishingrestatement'"
    )
    if connection.execute(found).fetchone() == ("VIEW",):
        connection.execute("drop view publishing.restatement")
    for name, columns in {"restatement": RESTATEMENT, "restatement_cause": CAUSE}.items():
        ddl = ", ".join(f"{column} {declared.sql_type}" for column, declared in columns.items())
        connection.execute(f"create table if not exists publishing.{name} ({ddl})")
        for column, declared in columns.items():
            meaning = declared.meaning.replace("'", "''")
            connection.execute(f"comment on column publishing.{name}.{column} is '{meaning}'")
    for name, ddl in _KEPT.items():
        connection.execute(f"create table if not exists publishing.{name} ({ddl})")


def _remember(connection: duckdb.DuckDBPyConnection, before: str, version: str, as_of: date, logic_hash: str) -> None:
    """Note what this version is made with, beside what the former one was; older ones are forgotten."""
    for name in _KEPT:
        connection.execute(f"delete from publishing.{name} where version <> ?", [before])
    connection.execute("insert into publishing.basis values (?, ?, ?)", [version, as_of, logic_hash])
    connection.execute(
        "insert into publishing.identity_link "
        "select ?, token, person_key, valid_from, valid_to from intermediate.int_identity_link",
        [version],
    )


def _untold(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Tables that a version lacks, or has otherwise, because older code published it."""
    columns = connection.execute(
        "select table_schema || '.' || table_name, list(column_name) from information_schema.columns "
        "where table_catalog = 'former' group by all"
    )
    told = dict(columns.fetchall())
    return [table for table, needed in _OF_FORMER.items() if not needed <= set(told.get(table, ()))]


_MOVED = """
    with moved as (
        select token from (
            select token, person_key, valid_from, valid_to from publishing.identity_link where version = $version
            except
            select token, person_key, valid_from, valid_to from publishing.identity_link where version = $before
        )
        -- An identifier that nobody had seen is new data, and no change of mind.
        where token in (select token from publishing.identity_link where version = $before)
    )
    select seen.tool, seen.record_kind, count(distinct seen.token) as identifiers,
        min(staged.first_told_date) as first_told_date, max(staged.last_told_date) as last_told_date
    from intermediate.int_token_seen as seen
    inner join intermediate.int_unit_staged as staged
        on seen.tool = staged.tool and seen.record_kind = staged.record_kind and seen.unit = staged.unit
    where seen.token in (select token from moved)
    group by seen.tool, seen.record_kind
"""
"""Identifiers that belong to another person than before, where they were seen, and the days that this reaches."""


def _compare(
    connection: duckdb.DuckDBPyConnection, before: str, version: str, artifacts: tuple[Mapping[str, Any], Path]
) -> None:
    manifest, semantic_manifest = artifacts
    made_of = list(metric_inputs(manifest, json.loads(semantic_manifest.read_text(encoding="utf-8"))))
    connection.execute("create or replace temp table made_of (metric_id varchar, record_kind varchar, reach varchar)")
    connection.executemany("insert into made_of values (?, ?, ?)", made_of)
    connection.execute(f"create or replace temp table moved as {_MOVED}", {"version": version, "before": before})
    changed = {"is_new_logic": "logic_hash", "is_another_day": "as_of"}
    known = {name: _differs(connection, column, before, version) for name, column in changed.items()}
    untold = _untold(connection)
    for name, sql in STEPS.items():
        for table in untold:  # compared with itself, it makes no claim; that the logic is new is told anyway
            sql = sql.replace(f"former.{table}", table)
        asked = {key: value for key, value in known.items() if f"${key}" in sql}
        connection.execute(f"create or replace temp table {name} as {sql}", asked)
    _keep(connection, before, version)
    for name in ("made_of", "moved", *STEPS):
        connection.execute(f"drop table temp.{name}")


def _differs(connection: duckdb.DuckDBPyConnection, column: str, before: str, version: str) -> bool:
    """Whether two versions were made with another ``column`` of their basis; of one that nobody noted, yes."""
    told = f"select {column} from publishing.basis where version = ?"
    return connection.execute(told, [before]).fetchone() != connection.execute(told, [version]).fetchone()


def _keep(connection: duckdb.DuckDBPyConnection, before: str, version: str) -> None:
    """Add what differs to the tables that are published; provisional changes of long ago go."""
    restated_at = datetime.strptime(version.split("-", maxsplit=1)[0], "%Y%m%dT%H%M%SZ")
    about = {"version": version, "before": before, "restated_at": restated_at}
    for table, found in (("restatement", "restated"), ("restatement_cause", "causes")):
        # A version has one successor: rows of another one are of a publication that was cut off.
        connection.execute(f"delete from publishing.{table} where former_version = ?", [before])
        connection.execute(
            f"insert into publishing.{table} by name select $version as version, $before as former_version, *, "
            f"$restated_at as restated_at from {found}",
            about,
        )
    connection.execute(
        "delete from publishing.restatement where not was_final and restated_at < ?", [restated_at - FORGOTTEN_AFTER]
    )
    connection.execute(
        "delete from publishing.restatement_cause as causes where not exists (select 1 from publishing.restatement as "
        "figures where figures.version = causes.version and figures.metric_id = causes.metric_id "
        "and figures.period is not distinct from causes.period)"
    )
