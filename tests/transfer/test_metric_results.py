"""The metric runner over a small fact: compiled by MetricFlow, judged, and appended only where something is new."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from connectors.errors import SettingsError
from pipelines import metric_parts, metric_sql
from pipelines.metric_results import restatements_sql, write_metric_results
from tests.transfer.semantic_manifest import count_result, semantic_manifest

AS_OF = date(2025, 6, 1)


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        connection.execute("create schema marts")
        columns = "visit_key int, person_key bigint, site varchar, visited_date date, has_stayed boolean, tool varchar"
        connection.execute(f"create table marts.fct_visit ({columns})")
        connection.execute("create schema staging")
        connection.execute("create table staging.stg_ledger (tool varchar, extracted_at timestamp, status varchar)")
        yield connection


@pytest.fixture
def manifest(tmp_path: Path) -> Callable[..., Path]:
    def write(change: Callable[[dict[str, Any]], object] = lambda _: None, **result: Any) -> Path:
        content = semantic_manifest(**result)
        change(content)
        path = tmp_path / "semantic_manifest.json"
        path.write_text(json.dumps(content))
        return path

    return write


def visit(
    warehouse: duckdb.DuckDBPyConnection, persons: range, site: str | None, stayed: int, day: str, tool: str = "door"
) -> None:
    """One visit per person; the first ``stayed`` of them stay."""
    rows = [[person, person, site, day, n < stayed, tool] for n, person in enumerate(persons)]
    warehouse.executemany("insert into marts.fct_visit values (?, ?, ?, ?, ?, ?)", rows)


def figures(warehouse: duckdb.DuckDBPyConnection, columns: str = "value") -> dict[tuple[str, str], tuple[Any, ...]]:
    rows = warehouse.execute(
        f"select grain_key, strftime(period, '%Y-%m'), {columns} from metrics.metric_result_latest"
    )
    return {(row[0], row[1]): row[2:] for row in rows.fetchall()}


def test_parts_become_results_at_every_grain(
    warehouse: duckdb.DuckDBPyConnection, manifest: Callable[..., Path]
) -> None:
    visit(warehouse, range(10), "north", stayed=4, day="2025-01-31")
    visit(warehouse, range(10, 20), "south", stayed=8, day="2025-01-01")
    visit(warehouse, range(5), "south", stayed=3, day="2025-02-01")
    visit(warehouse, range(-1, 0), "south", stayed=1, day="2025-02-01")

    run = write_metric_results(warehouse, manifest(), AS_OF, "build-1")

    assert figures(warehouse, "numerator, denominator, n_persons, n_missing") == {
        ("all", "2025-01"): (12, 20, 20, 0),
        ("north", "2025-01"): (4, 10, 10, 0),
        ("south", "2025-01"): (8, 10, 10, 0),
        ("all", "2025-02"): (3, 5, 5, 1),
        ("south", "2025-02"): (3, 5, 5, 1),
    }
    assert run.by_status == {"ok": 5}
    assert (run.appended, run.restated) == (5, 0)


@pytest.mark.parametrize("period", ["day", "month"])
def test_a_clock_of_another_age_ends_no_run(
    warehouse: duckdb.DuckDBPyConnection, manifest: Callable[..., Path], period: str
) -> None:
    for day in ("0001-01-02", "1600-02-29", "2025-01-31", "9999-12-30"):
        visit(warehouse, range(10), "north", stayed=4, day=day)
    write_metric_results(warehouse, manifest(grains={"organisation": None}, period=period), AS_OF, "build-1")
    told = warehouse.execute("select year(period), status from metrics.metric_result_latest order by period").fetchall()
    assert told == [(1, "ok"), (1600, "ok"), (2025, "ok"), (9999, "provisional")]


def test_a_rerun_appends_nothing(warehouse: duckdb.DuckDBPyConnection, manifest: Callable[..., Path]) -> None:
    visit(warehouse, range(10), "north", stayed=3, day="2025-01-31")
    write_metric_results(warehouse, manifest(), AS_OF, "build-1")
    again = write_metric_results(warehouse, manifest(), date(2025, 7, 1), "build-2")
    assert (again.by_status, again.appended, again.restated) == ({"ok": 2}, 0, 0)
    assert warehouse.execute("select distinct build_id from metrics.fct_metric_result").fetchall() == [("build-1",)]


def test_the_last_of_several_runs_on_one_day_holds(
    warehouse: duckdb.DuckDBPyConnection, manifest: Callable[..., Path]
) -> None:
    for stayed in (3, 5, 4):
        warehouse.execute("delete from marts.fct_visit")
        visit(warehouse, range(10), "north", stayed, day="2025-01-31")
        write_metric_results(warehouse, manifest(grains={"organisation": None}), AS_OF, "build")
    assert figures(warehouse, "numerator") == {("all", "2025-01"): (4,)}
    by_time = "select numerator, as_of::date from metrics.fct_metric_result order by as_of"
    assert warehouse.execute(by_time).fetchall() == [(3, AS_OF), (5, AS_OF), (4, AS_OF)]


def test_a_late_record_is_a_restatement_beside_the_old_figure(
    warehouse: duckdb.DuckDBPyConnection, manifest: Callable[..., Path]
) -> None:
    visit(warehouse, range(10), "north", stayed=3, day="2025-01-31")
    write_metric_results(warehouse, manifest(grains={"organisation": None}), AS_OF, "build-1")
    visit(warehouse, range(10, 12), "north", stayed=2, day="2025-01-31")

    run = write_metric_results(warehouse, manifest(grains={"organisation": None}), AS_OF, "build-2")

    assert (run.appended, run.restated) == (1, 1)
    columns = "former_numerator, former_denominator, numerator, denominator, was_final, build_id"
    assert warehouse.execute(f"select {columns} from ({restatements_sql()})").fetchall() == [
        (3, 10, 5, 12, True, "build-2")
    ]


def test_a_window_that_closes_is_no_correction_of_a_final_figure(
    warehouse: duckdb.DuckDBPyConnection, manifest: Callable[..., Path]
) -> None:
    visit(warehouse, range(10), None, stayed=3, day="2025-01-31")
    for day in (date(2025, 3, 2), date(2025, 3, 3)):
        write_metric_results(warehouse, manifest(grains={"organisation": None}), day, day.isoformat())
    changes = warehouse.execute(f"select former_status, status, was_final from ({restatements_sql()})").fetchall()
    assert changes == [("provisional", "ok", False)]


def test_a_cohort_is_final_when_every_tool_behind_it_has_been_looked_at_since(
    warehouse: duckdb.DuckDBPyConnection, manifest: Callable[..., Path]
) -> None:
    visit(warehouse, range(10), "north", stayed=3, day="2025-01-31", tool="door")
    visit(warehouse, range(10), "south", stayed=3, day="2025-01-31", tool="gate")
    seen = "('door', '2025-05-01', 'landed'), ('gate', '2025-02-15', 'landed'), ('gate', '2025-05-01', 'refused')"
    warehouse.execute(f"insert into staging.stg_ledger values {seen}")
    write_metric_results(warehouse, manifest(), AS_OF, "build-1")
    assert figures(warehouse, "status") == {
        ("north", "2025-01"): ("ok",),
        ("south", "2025-01"): ("provisional",),
        ("all", "2025-01"): ("provisional",),
    }


def test_a_figure_without_records_left_is_withdrawn_once(
    warehouse: duckdb.DuckDBPyConnection, manifest: Callable[..., Path]
) -> None:
    visit(warehouse, range(10), "north", stayed=3, day="2025-01-31")
    write_metric_results(warehouse, manifest(), AS_OF, "build-1")
    warehouse.execute("update marts.fct_visit set site = 'south'")

    write_metric_results(warehouse, manifest(), AS_OF, "build-2")

    assert figures(warehouse, "status, suppressed_reason, value, n_persons")["north", "2025-01"] == (
        "not_computable",
        "no record is left",
        None,
        None,
    )
    assert write_metric_results(warehouse, manifest(), AS_OF, "build-3").appended == 0


def test_a_figure_that_comes_back_is_given_again(
    warehouse: duckdb.DuckDBPyConnection, manifest: Callable[..., Path]
) -> None:
    for site in ("north", "south", "north"):
        warehouse.execute("delete from marts.fct_visit")
        visit(warehouse, range(10), site, stayed=3, day="2025-01-31")
        write_metric_results(warehouse, manifest(), AS_OF, site)
    assert figures(warehouse, "status") == {
        ("all", "2025-01"): ("ok",),
        ("north", "2025-01"): ("ok",),
        ("south", "2025-01"): ("not_computable",),
    }


def test_records_that_name_no_site_are_a_figure_of_their_own(
    warehouse: duckdb.DuckDBPyConnection, manifest: Callable[..., Path]
) -> None:
    visit(warehouse, range(10), None, stayed=3, day="2025-01-31")
    write_metric_results(warehouse, manifest(), AS_OF, "build-1")
    assert figures(warehouse, "numerator, denominator")["-1", "2025-01"] == (3, 10)


def test_a_record_without_a_day_belongs_to_no_month(
    warehouse: duckdb.DuckDBPyConnection, manifest: Callable[..., Path]
) -> None:
    visit(warehouse, range(10), "north", stayed=3, day="2025-01-31")
    warehouse.execute("update marts.fct_visit set visited_date = null where visit_key < 2")
    write_metric_results(warehouse, manifest(), AS_OF, "build-1")
    assert figures(warehouse, "denominator")["all", "2025-01"] == (8,)


def test_a_suppressed_figure_leaves_no_number_in_the_warehouse(
    warehouse: duckdb.DuckDBPyConnection, manifest: Callable[..., Path]
) -> None:
    visit(warehouse, range(4), "north", stayed=3, day="2025-01-31")
    run = write_metric_results(warehouse, manifest(), AS_OF, "build-1")
    assert run.by_status == {"suppressed": 2}
    shown = "coalesce(value, numerator, denominator, n_persons, n_missing, coverage, ci_low, ci_high)"
    assert set(figures(warehouse, shown).values()) == {(None,)}


def test_a_count_is_a_metric_too(warehouse: duckdb.DuckDBPyConnection, manifest: Callable[..., Path]) -> None:
    def count_visitors(content: dict[str, Any]) -> None:
        visitors = next(metric for metric in content["metrics"] if metric["name"] == "visitors")
        visitors["config"]["meta"]["result"] = count_result()
        del content["metrics"][0]["config"]["meta"]["result"]

    visit(warehouse, range(7), "north", stayed=0, day="2025-01-31")
    visit(warehouse, range(7), "south", stayed=0, day="2025-01-02")
    write_metric_results(warehouse, manifest(count_visitors), AS_OF, "build-1")
    assert figures(warehouse, "value, denominator, ci_low") == {("all", "2025-01"): (7, None, None)}


def test_metrics_of_one_fact_and_cut_are_one_scan_of_it(
    warehouse: duckdb.DuckDBPyConnection, manifest: Callable[..., Path]
) -> None:
    def also_count_visitors(content: dict[str, Any]) -> None:
        visitors = next(metric for metric in content["metrics"] if metric["name"] == "visitors")
        visitors["config"]["meta"]["result"] = count_result()

    visit(warehouse, range(7), "north", stayed=7, day="2025-01-31")
    visit(warehouse, range(7), "south", stayed=0, day="2025-01-02")
    of_both = manifest(also_count_visitors)
    shared = [
        ([definition.metric_id for definition in query.definitions], query.grain.name)
        for query in metric_parts.metric_queries(of_both).parts
    ]
    assert shared == [(["stay_rate", "visitors"], "organisation"), (["stay_rate"], "site")]

    write_metric_results(warehouse, of_both, AS_OF, "build-1")
    found = "select metric_id, value, n_persons from metrics.metric_result_latest where grain_key = 'all' order by all"
    assert warehouse.execute(found).fetchall() == [("stay_rate", 0.5, 7), ("visitors", 7, 7)]


def test_another_formula_needs_another_version(
    warehouse: duckdb.DuckDBPyConnection, manifest: Callable[..., Path]
) -> None:
    def easier(content: dict[str, Any]) -> None:
        content["semantic_models"][0]["measures"][1]["expr"] = "case when person_key <> -1 then 1 else 0 end"

    visit(warehouse, range(10), "north", stayed=3, day="2025-01-31")
    write_metric_results(warehouse, manifest(), AS_OF, "build-1")
    with pytest.raises(SettingsError, match=r"stay_rate: version 1 was .* Next: raise `version`"):
        write_metric_results(warehouse, manifest(easier), AS_OF, "build-2")
    assert figures(warehouse)["all", "2025-01"] == (0.3,)

    write_metric_results(warehouse, manifest(easier, version=2), AS_OF, "build-3")
    assert figures(warehouse, "value, definition_version")["all", "2025-01"] == (1.0, 2)
    versions = "select definition_version, is_current from metrics.dim_metric order by all"
    assert warehouse.execute(versions).fetchall() == [(1, False), (2, True)]


def test_a_failed_run_leaves_the_warehouse_as_it_was(
    warehouse: duckdb.DuckDBPyConnection, manifest: Callable[..., Path]
) -> None:
    def half(content: dict[str, Any]) -> None:
        content["semantic_models"][0]["measures"][1]["expr"] = "no_such_column"

    with pytest.raises(duckdb.BinderException):
        write_metric_results(warehouse, manifest(half), AS_OF, "build-1")
    assert warehouse.execute("select 1 from duckdb_schemas() where schema_name = 'metrics'").fetchall() == []


def test_results_that_no_reader_may_see_are_not_written(
    warehouse: duckdb.DuckDBPyConnection, manifest: Callable[..., Path]
) -> None:
    def more_stays_than_visits(content: dict[str, Any]) -> None:
        content["semantic_models"][0]["measures"][1]["expr"] = "2"

    visit(warehouse, range(10), "north", stayed=3, day="2025-01-31")
    with pytest.raises(SettingsError, match="the numerator is part of the denominator"):
        write_metric_results(warehouse, manifest(more_stays_than_visits), AS_OF, "build-1")
    assert warehouse.execute("select 1 from duckdb_schemas() where schema_name = 'metrics'").fetchall() == []


def test_the_hash_of_the_inputs_follows_the_rows_and_not_their_order(
    warehouse: duckdb.DuckDBPyConnection, manifest: Callable[..., Path]
) -> None:
    def hashes() -> set[tuple[str]]:
        write_metric_results(warehouse, manifest(), AS_OF, "build")
        found = set(warehouse.execute("select inputs_hash from metrics.fct_metric_result").fetchall())
        warehouse.execute("drop schema metrics cascade")
        return found

    visit(warehouse, range(10), "north", stayed=3, day="2025-01-31")
    first = hashes()
    warehouse.execute("create or replace table marts.fct_visit as from marts.fct_visit order by visit_key desc")
    assert hashes() == first
    visit(warehouse, range(10, 11), "north", stayed=0, day="2025-01-31")
    assert hashes().isdisjoint(first)


def test_a_record_of_whole_numbers_is_widened_and_keeps_its_rows(
    warehouse: duckdb.DuckDBPyConnection, manifest: Callable[..., Path]
) -> None:
    visit(warehouse, range(10), "north", stayed=3, day="2025-01-31")
    write_metric_results(warehouse, manifest(), AS_OF, "build-1")
    for part in ("numerator", "denominator"):
        warehouse.execute(f"alter table metrics.fct_metric_result alter {part} type bigint")
    again = write_metric_results(warehouse, manifest(), AS_OF, "build-2")
    assert again.appended == 0
    assert str(figures(warehouse, "numerator")["all", "2025-01"]) == "(3.0,)"


def test_columns_say_in_the_database_what_they_mean(
    warehouse: duckdb.DuckDBPyConnection, manifest: Callable[..., Path]
) -> None:
    write_metric_results(warehouse, manifest(), AS_OF, "build-1")
    silent = "select column_name from duckdb_columns() where schema_name = 'metrics' and comment is null"
    assert warehouse.execute(silent).fetchall() == []


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        ({"unit": "percent"}, "'percent' is not a valid Unit"),
        ({"colour": "red"}, r"lacks nothing and holds unknown \['colour'\]"),
        ({"persons": "nobody"}, "its part “nobody” must be a measure"),
        ({"minimum_persons": 2}, "at least 5"),
        ({"grains": {"team": "visit__team"}}, "MetricFlow can't compile it"),
    ],
)
def test_a_declaration_that_is_no_metric_is_refused_with_its_name_and_the_next_step(
    manifest: Callable[..., Path], result: dict[str, Any], reason: str
) -> None:
    with pytest.raises(SettingsError, match=rf"metric stay_rate.*: (?s:.*){reason}(?s:.*)Next: mend its declaration"):
        metric_parts.metric_queries(manifest(**result))


def test_a_filter_on_a_part_is_refused(manifest: Callable[..., Path]) -> None:
    def filtered(content: dict[str, Any]) -> None:
        content["metrics"][0]["filter"] = {"where_filters": []}

    with pytest.raises(SettingsError, match="without filters"):
        metric_parts.metric_queries(manifest(filtered))


def test_compiled_sql_is_kept_until_the_manifest_changes(
    manifest: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = metric_parts.metric_queries(manifest())
    with monkeypatch.context() as patched:
        patched.setattr(metric_sql, "_compiled", lambda *_: pytest.fail("compiled although nothing changed"))
        assert metric_parts.metric_queries(manifest()) == first
    another_folder = manifest().parent / "kept"
    another_folder.mkdir()
    assert metric_parts.metric_queries(manifest(), kept_in=another_folder) == first
    assert (another_folder / metric_sql.COMPILED_FILE).exists()
    by_site = metric_parts.metric_queries(manifest(grains={"site": "visit__site"}))
    assert [query.grain.name for query in by_site.parts] == ["site"]


def test_sql_is_compiled_and_kept_for_the_database_that_holds_the_facts(manifest: Callable[..., Path]) -> None:
    def by_percentile(content: dict[str, Any]) -> None:
        percentile = {"percentile": 0.95, "use_discrete_percentile": True, "use_approximate_percentile": False}
        content["semantic_models"][0]["measures"][0] |= {"agg": "percentile", "agg_params": percentile}

    assert metric_parts.metric_queries(manifest(by_percentile))
    with pytest.raises(SettingsError, match="Discrete percentile aggregate not supported for Databricks"):
        metric_parts.metric_queries(manifest(by_percentile), metric_sql.Dialect.SPARK)


def test_metricflow_is_imported_only_to_compile() -> None:
    code = (
        "import sys, pipelines.metric_results; print([name for name in sys.modules if name.startswith('metricflow')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
