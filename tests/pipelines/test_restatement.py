"""What a version tells otherwise than the one before it, and because of which inputs: two small versions compared."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.metric_inputs import metric_inputs
from pipelines.restatement import note_restatements
from pipelines.restatement_sql import MANY
from transfer.metric_row import RESULT_COLUMNS

FORMER, NEXT = "20260101T000000Z-aaaaaaaa", "20260102T000000Z-bbbbbbbb"
TABLES = {
    "metrics.metric_result_latest": ", ".join(f"{name} {column.sql_type}" for name, column in RESULT_COLUMNS.items()),
    "metrics.dim_metric": "metric_id varchar, is_current boolean, period varchar, follow_up_days bigint",
    "trust.ledger": "tool varchar, record_kind varchar, unit varchar, source_file varchar, status varchar, "
    "landed_at timestamp, first_told_date date, last_told_date date",
    "trust.events_by_day": "occurred_date date, tool varchar, record_kind varchar, unit varchar, "
    "rows_in_fact bigint, rows_voided bigint",
    "trust.row_fates": "tool varchar, record_kind varchar, unit varchar, fate varchar, row_count bigint",
    "trust.replays": "tool varchar, unit varchar, record_kind varchar, replayed_at timestamp",
    "trust.late_rows": "tool varchar, unit varchar, found_at timestamp",
    "trust.statement_voids": "statement_id varchar, tool varchar, unit varchar, outcome varchar",
    "intermediate.int_identity_link": "token varchar, person_key bigint, valid_from date, valid_to date",
    "intermediate.int_token_seen": "tool varchar, record_kind varchar, unit varchar, token varchar",
    "intermediate.int_unit_staged": "tool varchar, record_kind varchar, unit varchar, first_told_date date, "
    "last_told_date date",
}

Said = dict[str, list[dict[str, Any]]]
"""Rows by table, of what a version says."""


def node(schema: str, name: str, *parents: str) -> dict[str, Any]:
    about = {"resource_type": "model", "schema": schema, "alias": name, "name": name}
    return about | {"config": {"meta": {}}, "depends_on": {"nodes": list(parents)}}


MANIFEST = {
    "nodes": {
        name: node(schema, name, *parents)
        for schema, name, *parents in (
            ("staging", "stg_statements"),
            ("staging", "stg_enrolments"),
            ("staging", "stg_people"),
            ("intermediate", "int_person_history", "stg_people"),
            ("marts", "fct_learning_event", "stg_statements", "int_person_history"),
            ("marts", "fct_enrolment", "stg_enrolments", "stg_statements"),
        )
    }
}
SEMANTIC = {
    "metrics": [
        {"name": name, "config": {"meta": {"result": {"persons": "learners"}}}, "type_params": {}}
        for name in ("learners", "completions")
    ],
    "semantic_models": [
        {"node_relation": {"schema_name": "marts", "alias": fact}, "measures": [{"name": metric}]}
        for fact, metric in (("fct_learning_event", "learners"), ("fct_enrolment", "completions"))
    ],
}


def figure(value: float, metric_id: str = "learners", period: str | None = "2025-02-01", **more: Any) -> dict[str, Any]:
    about = {"metric_id": metric_id, "definition_version": 1, "grain": "organisation", "grain_key": "all"}
    return about | {"period": period, "value": value, "numerator": value, "n_persons": 9, "status": "ok", **more}


def unit(name: str, landed: str, *days: str, kind: str = "statements", tool: str = "lrs") -> dict[str, Any]:
    about = {"tool": tool, "record_kind": kind, "unit": name, "source_file": f"{name}.json", "status": "landed"}
    return about | {"landed_at": landed, "first_told_date": min(days), "last_told_date": max(days)}


def events(name: str, day: str, counted: int, voided: int = 0) -> dict[str, Any]:
    about = {"occurred_date": day, "tool": "lrs", "record_kind": "statements", "unit": name}
    return about | {"rows_in_fact": counted, "rows_voided": voided}


OLD: Said = {
    "metrics.metric_result_latest": [figure(9.0)],
    "trust.ledger": [unit("feb", "2026-01-01 01:00", "2025-02-03")],
    "trust.events_by_day": [events("feb", "2025-02-03", 9)],
    "intermediate.int_identity_link": [{"token": "t1", "person_key": 1}, {"token": "t2", "person_key": 2}],
}


@pytest.fixture
def causes(tmp_path: Path) -> Iterator[Callable[..., list[tuple[Any, ...]]]]:
    """Cause, reach, unit, rows before and rows after, of what a second version says where it differs from the first."""
    semantic_manifest = tmp_path / "semantic_manifest.json"
    semantic_manifest.write_text(json.dumps(SEMANTIC), encoding="utf-8")
    warehouse = duckdb.connect()

    def compared(
        now: Said, as_of: date = date(2026, 1, 1), logic: str = "same", publish: bool = True
    ) -> list[tuple[Any, ...]]:
        artifacts = (MANIFEST, semantic_manifest)
        for said, version in ((OLD, FORMER), (OLD | now, NEXT)):
            _write(warehouse, said)
            former = tmp_path / f"learning-{FORMER}.duckdb"
            of_version = (as_of, logic) if version == NEXT else (date(2026, 1, 1), "same")
            note_restatements(warehouse, former, artifacts, version, *of_version)
            if version == FORMER and publish:
                with duckdb.connect(str(former)) as published:
                    _write(published, said)
        told = "select cause, reach, unit, rows_before, rows_after from publishing.restatement_cause order by all"
        return warehouse.execute(told).fetchall()

    compared.warehouse = warehouse  # type: ignore[attr-defined]
    yield compared
    warehouse.close()


def _write(connection: duckdb.DuckDBPyConnection, said: Said) -> None:
    for table, columns in TABLES.items():
        connection.execute(f"create schema if not exists {table.split('.', maxsplit=1)[0]}")
        connection.execute(f"create or replace table {table} ({columns})")
        for row in said.get(table, []):
            names = ", ".join(row)
            connection.execute(f"insert into {table} ({names}) values ({', '.join('?' * len(row))})", [*row.values()])
    connection.execute("insert into metrics.dim_metric values ('learners', true, 'month', 0)")
    connection.execute("insert into metrics.dim_metric values ('completions', true, 'month', 30)")


def restated(value: float, **more: Any) -> list[dict[str, Any]]:
    return [figure(value, **more)]


def test_a_figure_is_told_before_and_after_with_the_unit_whose_rows_it_gained(causes):
    late = [unit("march", "2026-01-02 01:00", "2025-02-27", "2025-03-01"), *OLD["trust.ledger"]]
    days = [*OLD["trust.events_by_day"], events("march", "2025-02-27", 2), events("march", "2025-03-01", 5)]
    now = {"metrics.metric_result_latest": restated(11.0), "trust.ledger": late, "trust.events_by_day": days}
    assert causes(now) == [("landed", "rows", "march", 0, 2)], "what it tells of March reaches no figure of February"
    told = "select change, former_value, value, difference, was_final, version from publishing.restatement"
    assert causes.warehouse.execute(told).fetchall() == [("restated", 9.0, 11.0, 2.0, True, NEXT)]


def test_a_void_is_told_by_what_it_takes_away_and_by_where_it_came_from(causes):
    landed = [unit("void", "2026-01-02 01:00", "2025-05-05"), *OLD["trust.ledger"]]
    voids = [{"statement_id": "v1", "tool": "lrs", "unit": "void", "outcome": "applied"}]
    now = {
        "metrics.metric_result_latest": restated(8.0),
        "trust.ledger": landed,
        "trust.events_by_day": [events("feb", "2025-02-03", 8, voided=1), events("void", "2025-05-05", 0)],
        "trust.statement_voids": voids,
    }
    assert causes(now) == [("voided", "rows", "feb", 9, 8), ("voids", "rows", "void", None, 1)]


def test_a_copy_that_counts_elsewhere_now_is_told_of_both_units(causes):
    landed = [unit("other", "2026-01-02 01:00", "2025-02-03"), *OLD["trust.ledger"]]
    days = [events("feb", "2025-02-03", 6), events("other", "2025-02-03", 4)]
    now = {"metrics.metric_result_latest": restated(10.0), "trust.ledger": landed, "trust.events_by_day": days}
    assert causes(now) == [("landed", "rows", "other", 0, 4), ("told elsewhere", "rows", "feb", 9, 6)]


@pytest.mark.parametrize(
    ("cause", "ledger_of_cause"),
    [
        ("landed again", {}),
        ("mapped again", {"trust.replays": [{"record_kind": "statements", "replayed_at": "2026-01-02 01:00"}]}),
        ("late", {"trust.late_rows": [{"found_at": "2026-01-02 01:00"}]}),
    ],
)
def test_a_unit_that_lands_again_says_why(causes, cause, ledger_of_cause):
    told = {table: [{"tool": "lrs", "unit": "feb", **row} for row in rows] for table, rows in ledger_of_cause.items()}
    now = {
        "metrics.metric_result_latest": restated(7.0),
        "trust.ledger": [unit("feb", "2026-01-02 01:00", "2025-02-03")],
        "trust.events_by_day": [events("feb", "2025-02-03", 7)],
    }
    assert causes(now | told) == [(cause, "rows", "feb", 9, 7)]


def test_what_describes_persons_reaches_later_figures_as_context_and_other_kinds_reach_none(causes):
    described = [
        unit("hr", "2026-01-02 01:00", "2025-01-01", kind="people", tool="hr"),
        unit("hr_in_june", "2026-01-02 01:00", "2025-06-01", kind="people", tool="hr"),
        unit("report", "2026-01-02 01:00", "2025-02-03", kind="enrolments", tool="lms"),
    ]
    now = {"metrics.metric_result_latest": restated(8.0), "trust.ledger": [*described, *OLD["trust.ledger"]]}
    assert causes(now) == [("landed", "context", "hr", None, None)]


def test_rows_of_other_facts_count_by_unit_and_reach_as_far_as_a_figure_is_watched(causes, monkeypatch):
    watched = figure(5.0, "completions")
    monkeypatch.setitem(OLD, "metrics.metric_result_latest", [watched])
    report = [unit("report", "2026-01-02 01:00", "2025-03-20", kind="enrolments", tool="lms"), *OLD["trust.ledger"]]
    fates = [{"tool": "lms", "record_kind": "enrolments", "unit": "report", "fate": "in_fact", "row_count": 3}]
    now = {"metrics.metric_result_latest": [watched | {"value": 6.0}], "trust.ledger": report, "trust.row_fates": fates}
    assert causes(now) == [("landed", "rows", "report", 0, 3)]


def test_a_history_that_is_loaded_at_once_is_told_as_a_number(causes):
    months = [unit(f"u{n}", "2026-01-02 01:00", "2025-02-05") for n in range(MANY + 1)]
    days = [events(f"u{n}", "2025-02-05", 1) for n in range(MANY + 1)]
    now = {
        "metrics.metric_result_latest": restated(60.0),
        "trust.ledger": [*months, *OLD["trust.ledger"]],
        "trust.events_by_day": [*days, *OLD["trust.events_by_day"]],
    }
    assert causes(now) == [("landed", "rows", None, 0, MANY + 1)]
    units = "select units, source_file from publishing.restatement_cause"
    assert causes.warehouse.execute(units).fetchall() == [(MANY + 1, None)]


def test_a_changed_link_is_told_without_saying_whose(causes):
    links = [{"token": "t1", "person_key": 1}, {"token": "t2", "person_key": 1}, {"token": "t3", "person_key": 3}]
    now = {
        "metrics.metric_result_latest": restated(8.0),
        "intermediate.int_identity_link": links,
        "intermediate.int_token_seen": [
            {"tool": "lrs", "record_kind": "statements", "unit": "feb", "token": token} for token in ("t1", "t2", "t3")
        ],
        "intermediate.int_unit_staged": [
            {"tool": "lrs", "record_kind": "statements", "unit": "feb", "first_told_date": "2025-02-03",
             "last_told_date": "2025-02-03"}
        ],
    }  # fmt: skip
    assert causes(now) == [("identifiers moved", "rows", None, None, 1)]


def test_another_definition_new_logic_and_another_day_are_causes_of_their_own(causes, monkeypatch):
    open_figure = figure(9.0, status="provisional")
    monkeypatch.setitem(OLD, "metrics.metric_result_latest", [open_figure])
    redefined = {"metrics.metric_result_latest": restated(4.0, definition_version=2)}
    told = [cause for cause, *_ in causes(redefined, as_of=date(2026, 1, 2), logic="new")]
    assert told == ["another day", "new logic", "redefined"]
    assert causes.warehouse.execute("select change from publishing.restatement").fetchall() == [("redefined",)]


def test_a_figure_that_nothing_explains_is_said_to_be_unexplained(causes):
    assert causes({"metrics.metric_result_latest": restated(1.0)}) == [("unexplained", None, None, None, None)]


def test_a_figure_that_became_final_as_it_stood_is_no_restatement(causes, monkeypatch):
    monkeypatch.setitem(OLD, "metrics.metric_result_latest", [figure(9.0, status="provisional")])
    assert causes({"metrics.metric_result_latest": restated(9.0)}) == []


def test_a_version_that_older_code_published_is_compared_by_its_figures(causes, tmp_path):
    assert causes({}) == []
    with duckdb.connect(str(tmp_path / f"learning-{FORMER}.duckdb")) as former:
        former.execute("alter table trust.ledger drop first_told_date")
        former.execute("drop table trust.events_by_day")
    now = {"metrics.metric_result_latest": restated(1.0), "trust.events_by_day": []}
    assert causes(now, logic="new", publish=False) == [("new logic", None, None, None, None)]


def test_a_publication_that_is_tried_again_tells_its_restatements_once(causes):
    now = {"metrics.metric_result_latest": restated(1.0)}
    assert causes(now) == causes(now)


def test_lineage_tells_rows_from_what_describes_them():
    assert set(metric_inputs(MANIFEST, SEMANTIC)) == {
        ("learners", "statements", "rows"),
        ("learners", "people", "context"),
        ("completions", "statements", "rows"),
        ("completions", "enrolments", "rows"),
        ("completions", "people", "context"),
    }


def test_a_fact_that_counts_what_was_received_is_reached_by_what_landed():
    fact = MANIFEST["nodes"]["fct_enrolment"] | {"config": {"meta": {"counts_landing_of": ["statements"]}}}
    counting = {"nodes": MANIFEST["nodes"] | {"fct_enrolment": fact}}
    assert ("completions", "statements", "landing") in set(metric_inputs(counting, SEMANTIC))
