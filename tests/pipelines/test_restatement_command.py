"""`throughline metric restated`: what changed since a version, by how much and because of what."""

from __future__ import annotations

import json
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

from connectors.errors import SettingsError
from connectors.home import Home
from pipelines import restatement_command
from pipelines.cli import app
from pipelines.restatement import CAUSE, RESTATEMENT

FIRST, SECOND, THIRD = (f"2026010{day}T000000Z-aaaaaaaa" for day in (1, 2, 3))
FIGURE = {"metric_id": "reach", "grain": "organisation", "grain_key": "all", "period": "2025-02-01"}
FIGURE |= {"change": "restated", "was_final": True}
INPUT = {"metric_id": "reach", "period": "2025-02-01", "tool": "lrs", "record_kind": "statements", "reach": "rows"}


@pytest.fixture
def published(home: Home) -> Home:
    """Three versions: the second moved a figure from 5 to 7, the third from 7 to 6."""
    said = {
        "restatements": (
            RESTATEMENT,
            [
                {**FIGURE, "version": SECOND, "former_value": 5.0, "value": 7.0},
                {**FIGURE, "version": THIRD, "former_value": 7.0, "value": 6.0},
            ],
        ),
        "restatement_causes": (
            CAUSE,
            [
                {
                    **INPUT,
                    "version": SECOND,
                    "cause": "landed",
                    "unit": "a",
                    "units": 1,
                    "rows_before": 0,
                    "rows_after": 1,
                },
                {
                    **INPUT,
                    "version": SECOND,
                    "cause": "landed",
                    "unit": "b",
                    "units": 1,
                    "rows_before": 0,
                    "rows_after": 2,
                },
                {
                    **INPUT,
                    "version": THIRD,
                    "cause": "voided",
                    "unit": "a",
                    "units": 1,
                    "rows_before": 1,
                    "rows_after": 0,
                },
            ],
        ),
    }
    with duckdb.connect(str(home.published_database)) as connection:
        connection.execute("create schema trust; create schema metrics")
        connection.execute("create table metrics.dim_metric as select 'reach' as metric_id")
        versions = f"values ('{FIRST}'), ('{SECOND}'), ('{THIRD}')"
        connection.execute(f"create table trust.versions as from ({versions}) as _ (version)")
        for table, (columns, rows) in said.items():
            ddl = ", ".join(f"{name} {column.sql_type}" for name, column in columns.items())
            connection.execute(f"create table trust.{table} ({ddl})")
            for row in rows:
                places = ", ".join("?" * len(row))
                connection.execute(f"insert into trust.{table} ({', '.join(row)}) values ({places})", [*row.values()])
    return home


def told(*words: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(
        CliRunner().invoke(app, ["metric", "restated", *words, "--format", "json"]).output
    )
    return rows


def test_the_last_version_is_compared_with_the_one_before(published: Home) -> None:
    (figure,) = told("reach")
    assert (figure["before"], figure["after"], figure["difference"]) == (7.0, 6.0, -1.0)
    assert figure["because_of"] == "voided statements of lrs -1 rows"


def test_versions_in_between_are_one_change_with_all_their_inputs(published: Home) -> None:
    (figure,) = told("--since", FIRST)
    assert (figure["before"], figure["after"]) == (5.0, 6.0)
    assert figure["because_of"] == "landed statements of lrs (2 units) +3 rows; voided statements of lrs -1 rows"
    assert [(each["cause"], each["original"]) for each in told("--since", FIRST, "--inputs")] == [
        ("landed", "a"), ("voided", "a"), ("landed", "b")
    ]  # fmt: skip


def test_a_cell_of_a_table_says_the_first_reasons_and_how_many_more_there_are(
    published: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restatement_command, "_MOST_REASONS", 1)
    shown = " ".join(CliRunner().invoke(app, ["metric", "restated", "--since", FIRST]).output.split())
    assert "(--inputs)" in shown
    assert "voided" not in shown
    assert "voided" in told("--since", FIRST)[0]["because_of"]


@pytest.mark.parametrize(
    ("before", "after", "change", "says"),
    [
        (("suppressed", None), ("not_computable", None), "withdrawn", "suppressed → withdrawn"),
        (("ok", 7.0), ("not_computable", None), "withdrawn", "shown → withdrawn"),
        (("ok", 7.0), ("suppressed", None), "restated", "shown → suppressed"),
        (("not_computable", None), ("provisional", 7.0), "redefined", "redefined, not computable → shown"),
        (("ok", 7.0), ("ok", 6.0), "redefined", "redefined"),
    ],
)
def test_where_there_is_no_number_words_say_what_became_of_a_figure(
    published: Home,
    before: tuple[str, float | None],
    after: tuple[str, float | None],
    change: str,
    says: str,
) -> None:
    with duckdb.connect(str(published.published_database)) as connection:
        connection.execute(
            "update trust.restatements set former_status = ?, former_value = ?, status = ?, value = ?, change = ? "
            "where version = ?",
            [*before, *after, change, THIRD],
        )
    (figure,) = told()
    assert (figure["before"], figure["after"], figure["change"]) == (before[1], after[1], says)


@pytest.mark.parametrize(("words", "lists"), [(["nothing"], "metric list"), (["--since", "yesterday"], THIRD)])
def test_what_is_not_known_is_refused_with_what_is(published: Home, words: list[str], lists: str) -> None:
    error = CliRunner().invoke(app, ["metric", "restated", *words]).exception
    assert isinstance(error, SettingsError)
    assert lists in str(error)
