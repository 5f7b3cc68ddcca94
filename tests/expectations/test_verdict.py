"""A build is published only when every critical guard that it owes has passed for this very build."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from connectors.errors import SettingsError
from pipelines.guards import (
    DbtRun,
    GuardResult,
    check_result,
    check_specs,
    dbt_results,
    evaluate,
    expected_critical,
    load_suites,
    record,
    results_of,
    verdict,
)
from tests.expectations.frames import HEALTHY, INVOCATION, healthy

SUITES = load_suites()
LEDGER = [suite for suite in SUITES if suite.table == "audit_ledger"]
IDENTITY = [suite for suite in SUITES if suite.table == "audit_identity"]

PASSED = GuardResult(
    build_id="b1",
    guard="gx.audit_ledger.rows_balance",
    origin="gx",
    table_name="audit_ledger",
    column_name="rows_unaccounted",
    severity="critical",
    status="pass",
    observed="2 rows judged",
    expected="rows_unaccounted 0",
    message="2 rows judged",
    next_step="Replay.",
    checked_at=datetime(2026, 1, 5, 6, 0),
)
FAILED = replace(PASSED, status="fail", message="Records disappeared.")
WARNED = replace(FAILED, guard="gx.audit_ledger.few_rows_are_rejected", severity="warning")
OWED = frozenset({PASSED.guard})


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


@pytest.fixture
def audited(warehouse: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """A warehouse with every audit table, all healthy."""
    warehouse.execute("create schema audit")
    for table in HEALTHY:
        frame = healthy(table)
        warehouse.register("frame", frame)
        warehouse.execute(f"create table audit.{table} as select * from frame")
    return warehouse


def test_a_build_whose_guards_all_passed_is_publishable(warehouse: duckdb.DuckDBPyConnection) -> None:
    record(warehouse, [PASSED])
    judged = verdict(warehouse, "b1", OWED)
    assert judged.publishable
    assert judged.reasons == ()


def test_a_failed_critical_guard_blocks_and_says_what_next(warehouse: duckdb.DuckDBPyConnection) -> None:
    record(warehouse, [FAILED])
    judged = verdict(warehouse, "b1", OWED)
    assert not judged.publishable
    assert judged.reasons == ("gx.audit_ledger.rows_balance: Records disappeared. Next: Replay.",)


def test_a_guard_that_could_not_be_judged_blocks_like_a_failed_one(warehouse: duckdb.DuckDBPyConnection) -> None:
    record(warehouse, [replace(PASSED, status="error")])
    assert not verdict(warehouse, "b1", OWED).publishable


def test_a_warning_shows_and_does_not_block(warehouse: duckdb.DuckDBPyConnection) -> None:
    record(warehouse, [PASSED, WARNED])
    judged = verdict(warehouse, "b1", OWED)
    assert judged.publishable
    assert judged.warnings == (WARNED,)


def test_a_missing_result_blocks(warehouse: duckdb.DuckDBPyConnection) -> None:
    judged = verdict(warehouse, "b1", OWED)
    assert not judged.publishable
    assert judged.missing == (PASSED.guard,)
    assert "no result for this build" in judged.reasons[0]


def test_the_result_of_an_earlier_build_counts_as_none(warehouse: duckdb.DuckDBPyConnection) -> None:
    record(warehouse, [PASSED])
    assert verdict(warehouse, "b2", OWED).missing == (PASSED.guard,)


def test_guards_that_say_the_same_share_one_line(warehouse: duckdb.DuckDBPyConnection) -> None:
    record(warehouse, [replace(FAILED, guard=f"gx.t.g{number}") for number in range(5)])
    assert verdict(warehouse, "b1", frozenset({"gx.t.g0"})).reasons == (
        "gx.t.g0, gx.t.g1, gx.t.g2 and 2 more: Records disappeared. Next: Replay.",
    )


def test_a_build_of_which_nothing_is_expected_is_not_publishable(warehouse: duckdb.DuckDBPyConnection) -> None:
    judged = verdict(warehouse, "b1", frozenset())
    assert not judged.publishable
    assert "no critical guard is expected" in judged.reasons[0]


def test_a_failed_critical_guard_that_nobody_expected_blocks_too(warehouse: duckdb.DuckDBPyConnection) -> None:
    record(warehouse, [PASSED, replace(FAILED, guard="dbt.fct_enrolment.a_unit_test", origin="dbt")])
    assert not verdict(warehouse, "b1", OWED).publishable


def test_a_guard_judged_again_for_one_build_keeps_its_newest_result(warehouse: duckdb.DuckDBPyConnection) -> None:
    record(warehouse, [FAILED])
    record(warehouse, [PASSED])
    assert results_of(warehouse, "b1") == (PASSED,)


def test_the_history_keeps_every_build(warehouse: duckdb.DuckDBPyConnection) -> None:
    record(warehouse, [FAILED])
    record(warehouse, [replace(PASSED, build_id="b2")])
    assert warehouse.execute("select build_id, status from guards.guard_result order by 1").fetchall() == [
        ("b1", "fail"),
        ("b2", "pass"),
    ]


def test_half_a_set_of_results_is_never_kept(warehouse: duckdb.DuckDBPyConnection) -> None:
    record(warehouse, [PASSED])
    with pytest.raises(duckdb.ConstraintException):
        record(warehouse, [FAILED, replace(WARNED, observed=None)])  # type: ignore[arg-type]
    assert results_of(warehouse, "b1") == (PASSED,)


def test_an_audit_table_that_is_not_there_is_an_error_of_each_of_its_guards(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    results = evaluate(warehouse, "b1", INVOCATION)
    assert len(results) == sum(len(suite.expectations) for suite in SUITES)
    assert {result.status for result in results} == {"error"}
    assert "is not in the warehouse" in results[0].message
    assert "dbt build --select +audit_" in results[0].next_step


def test_a_frame_without_a_row_is_an_error_and_no_silent_pass(audited: duckdb.DuckDBPyConnection) -> None:
    audited.execute("delete from audit.audit_ledger")
    results = evaluate(audited, "b1", INVOCATION, LEDGER)
    assert {result.status for result in results} == {"error"}


def test_a_frame_that_an_earlier_dbt_run_left_behind_is_an_error(audited: duckdb.DuckDBPyConnection) -> None:
    results = evaluate(audited, "b1", "another run")
    assert {result.status for result in results} == {"error"}
    assert "earlier dbt run" in results[0].message


def test_a_column_that_the_frame_lacks_is_an_error_of_the_guards_that_need_it(
    audited: duckdb.DuckDBPyConnection,
) -> None:
    audited.execute("alter table audit.audit_ledger drop column rows_unaccounted")
    results = {result.guard: result for result in evaluate(audited, "b1", INVOCATION, LEDGER)}
    assert results["gx.audit_ledger.rows_balance"].status == "error"
    assert "rows_unaccounted" in results["gx.audit_ledger.rows_balance"].message
    assert results["gx.audit_ledger.something_landed"].status == "pass"


def test_a_measure_without_a_value_passes_as_nothing_to_judge(audited: duckdb.DuckDBPyConnection) -> None:
    audited.execute("update audit.audit_identity set match_rate = null")
    results = {result.guard: result for result in evaluate(audited, "b1", INVOCATION, IDENTITY)}
    result = results["gx.audit_identity.identities_are_matched"]
    assert result.status == "pass"
    assert result.observed == "nothing to judge: 0 of 2 rows have a value where identities >= 20"


def test_a_small_volume_is_nothing_to_judge_for_a_share(audited: duckdb.DuckDBPyConnection) -> None:
    audited.execute("update audit.audit_ledger set reject_share = 1, rows_read = 3")
    results = {result.guard: result for result in evaluate(audited, "b1", INVOCATION, LEDGER)}
    assert results["gx.audit_ledger.most_rows_are_accepted"].status == "pass"
    assert "nothing to judge" in results["gx.audit_ledger.most_rows_are_accepted"].observed
    assert results["gx.audit_ledger.few_rows_are_rejected"].status == "fail"


def test_judging_leaves_nothing_on_disk(
    audited: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    evaluate(audited, "b1", INVOCATION, LEDGER)
    assert list(tmp_path.iterdir()) == []


def test_judging_prints_nothing(audited: duckdb.DuckDBPyConnection, capfd: pytest.CaptureFixture[str]) -> None:
    evaluate(audited, "b1", INVOCATION, LEDGER)
    assert capfd.readouterr() == ("", "")


def node(name: str, severity: str = "ERROR", **more: Any) -> dict[str, Any]:
    return {
        "unique_id": f"test.throughline.{name}.1a2b",
        "name": name,
        "resource_type": "test",
        "attached_node": "model.throughline.fct_enrolment",
        "column_name": "enrolment_key",
        "config": {"severity": severity},
        "depends_on": {"nodes": ["model.throughline.fct_enrolment"]},
    } | more


UNIT_TEST = {
    "unique_id": "unit_test.throughline.fct_enrolment.completes_once",
    "name": "completes_once",
    "resource_type": "unit_test",
    "model": "fct_enrolment",
    "config": {},
    "depends_on": {"nodes": ["model.throughline.fct_enrolment"]},
}
NOT_NULL = node("not_null_key", test_metadata={"name": "not_null", "kwargs": {"column_name": "enrolment_key"}})
UNIQUE = node("unique_key", description="An enrolment stands there once.")
LATE = node("late", severity="warn")


def dbt_run(outcomes: dict[str, str], message: str | None = None) -> DbtRun:
    tests = {test["unique_id"]: test for test in (NOT_NULL, UNIQUE, LATE)}
    by_name = {test["name"]: test for test in (*tests.values(), UNIT_TEST)}
    results = [
        {
            "unique_id": by_name[name]["unique_id"],
            "status": status,
            "failures": 3 if status in ("fail", "warn") else 0,
            "message": message,
            "timing": [{"name": "execute", "completed_at": "2026-01-05T06:00:00.000001Z"}],
        }
        for name, status in outcomes.items()
    ]
    model = {"unique_id": "model.throughline.fct_enrolment", "resource_type": "model"}
    manifest = {"nodes": {**tests, "model": model}, "unit_tests": {UNIT_TEST["unique_id"]: UNIT_TEST}}
    return DbtRun(manifest, {"metadata": {"invocation_id": INVOCATION}, "results": results})


def test_both_origins_land_in_one_table_in_the_same_shape(audited: duckdb.DuckDBPyConnection) -> None:
    run = dbt_run({"not_null_key": "pass", "unique_key": "pass", "late": "warn", "completes_once": "pass"})
    record(audited, [*dbt_results("b1", run), *evaluate(audited, "b1", run.invocation_id)])
    origins = audited.execute("select origin, count(*) from guards.guard_result group by 1 order by 1").fetchall()
    assert origins == [("dbt", 4), ("gx", sum(len(suite.expectations) for suite in SUITES))]
    judged = verdict(audited, "b1", expected_critical(run.manifest, SUITES))
    assert judged.publishable, judged.reasons
    assert [result.guard for result in judged.warnings] == ["dbt.fct_enrolment.late"]


@pytest.mark.parametrize(
    ("status", "kept", "severity"),
    [
        ("pass", "pass", "critical"),
        ("fail", "fail", "critical"),
        ("warn", "fail", "warning"),
        ("error", "error", "critical"),
        ("skipped", "error", "critical"),
        ("runtime error", "error", "critical"),
    ],
)
def test_a_status_of_dbt_becomes_a_status_of_guards(status: str, kept: str, severity: str) -> None:
    (result,) = dbt_results("b1", dbt_run({"unique_key": status}))
    assert (result.status, result.severity) == (kept, severity)
    assert result.guard == "dbt.fct_enrolment.unique_key"
    assert result.expected == "An enrolment stands there once."


def test_a_skipped_dbt_test_says_that_it_was_not_run() -> None:
    (result,) = dbt_results("b1", dbt_run({"not_null_key": "skipped"}))
    assert result.message == "Not run: something that it depends on failed."
    assert result.expected == "enrolment_key not_null"


def test_a_build_owes_its_critical_dbt_tests_and_expectations_but_not_unit_tests_and_warnings() -> None:
    expected = expected_critical(dbt_run({}).manifest, SUITES)
    of_dbt = {guard for guard in expected if guard.startswith("dbt.")}
    assert of_dbt == {"dbt.fct_enrolment.not_null_key", "dbt.fct_enrolment.unique_key"}
    assert "gx.audit_ledger.rows_balance" in expected
    assert "gx.audit_ledger.few_rows_are_rejected" not in expected


def test_a_message_of_dbt_is_cut_before_it_can_quote_a_value() -> None:
    message = (
        "Database Error in test unique_key (models/marts/fct_enrolment.yml)\n  Conversion Error: 'jan@example.org'"
    )
    (result,) = dbt_results("b1", dbt_run({"unique_key": "error"}, message))
    assert result.message == "Database Error in test unique_key (models/marts/fct_enrolment.yml)"


def test_two_dbt_tests_under_one_guard_id_are_refused() -> None:
    run = dbt_run({})
    run.manifest["nodes"]["twin"] = node("unique_key", unique_id="test.throughline.unique_key.3c4d")
    with pytest.raises(SettingsError, match="share the name unique_key"):
        dbt_results("b1", run)


def test_every_expectation_is_an_asset_check_and_only_critical_ones_block() -> None:
    specs = {(spec.asset_key.path[-1], spec.name): spec for spec in check_specs(SUITES)}
    for suite in SUITES:
        for expectation in suite.expectations:
            spec = specs[suite.table, expectation.name]
            assert spec.asset_key.path == ["audit", suite.table]
            assert spec.blocking == (expectation.severity == "critical")


def test_a_failed_guard_reaches_dagster_with_its_severity_and_next_step() -> None:
    failed, warned = check_result(FAILED), check_result(WARNED)
    assert (failed.passed, failed.severity.name, failed.check_name) == (False, "ERROR", "rows_balance")
    assert (warned.passed, warned.severity.name) == (False, "WARN")
    assert "Next: Replay." in (failed.description or "")
