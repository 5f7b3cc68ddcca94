"""Every expectation that ships is shown to hold on a healthy frame and to fail on a broken one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import great_expectations.expectations as gx
import pytest
import yaml

from pipelines.guards import Expectation, GuardResult, Suite, judge, load_suites
from pipelines.guards.suites import VOCABULARY
from tests.expectations.frames import BROKEN, HEALTHY, broken, healthy

SUITES = load_suites()
AUDIT_MODELS = Path(__file__).resolve().parents[2] / "dbt_project" / "models" / "audit"
EXPECTATIONS = [(suite, expectation) for suite in SUITES for expectation in suite.expectations]
by_guard = pytest.mark.parametrize(("suite", "expectation"), EXPECTATIONS, ids=[e.guard for _, e in EXPECTATIONS])


@pytest.fixture(scope="module")
def on_healthy_frames() -> dict[str, GuardResult]:
    return {result.guard: result for suite in SUITES for result in judge("b1", suite, healthy(suite.table))}


@by_guard
def test_it_holds_on_a_healthy_frame(
    suite: Suite, expectation: Expectation, on_healthy_frames: dict[str, GuardResult]
) -> None:
    result = on_healthy_frames[expectation.guard]
    assert result.status == "pass", result.message
    assert "nothing to judge" not in result.observed


@by_guard
def test_it_fails_on_a_broken_frame(suite: Suite, expectation: Expectation) -> None:
    assert expectation.guard in BROKEN, f"{expectation.guard} has no failing example: add one to BROKEN in frames.py"
    frame = broken(suite.table, expectation.guard)
    (result,) = judge("b1", replace(suite, expectations=(expectation,)), frame)
    assert result.status == "fail", result.message
    assert result.severity == expectation.severity
    assert result.message.startswith(expectation.meaning)


def test_every_example_belongs_to_an_expectation_that_ships() -> None:
    assert set(BROKEN) == {expectation.guard for _, expectation in EXPECTATIONS}
    assert set(HEALTHY) == {suite.table for suite in SUITES}


@by_guard
def test_its_columns_and_its_suite_grain_are_in_the_frame(suite: Suite, expectation: Expectation) -> None:
    condition = [expectation.row_condition.column] if expectation.row_condition else []
    assert {*expectation.columns, *suite.grain, *condition} <= set(healthy(suite.table))


@pytest.mark.parametrize("table", HEALTHY)
def test_the_example_frames_have_exactly_the_columns_of_the_audit_model(table: str) -> None:
    (model,) = yaml.safe_load((AUDIT_MODELS / f"{table}.yml").read_text(encoding="utf-8"))["models"]
    assert model["config"]["contract"]["enforced"]
    assert sorted(column["name"] for column in model["columns"]) == sorted(healthy(table))


ADDED_UP_BY_OTHERS = {"audit_learning_event_by_day"}
"""Measures that are no frame to judge, but what frames are added up from."""


def test_every_audit_model_has_a_suite_and_every_suite_a_model() -> None:
    models = {path.stem for path in AUDIT_MODELS.glob("*.sql")}
    assert models - ADDED_UP_BY_OTHERS == {suite.table for suite in SUITES}
    assert models >= ADDED_UP_BY_OTHERS


def test_a_column_of_counts_is_never_null_so_that_a_lost_count_is_no_pass() -> None:
    for path in AUDIT_MODELS.glob("*.yml"):
        if path.stem in ADDED_UP_BY_OTHERS:
            continue
        for column in yaml.safe_load(path.read_text(encoding="utf-8"))["models"][0]["columns"]:
            if column["data_type"] == "bigint":
                assert column.get("constraints") == [{"type": "not_null"}], f"{path.stem}.{column['name']}"


@pytest.mark.parametrize("kind", VOCABULARY)
def test_the_vocabulary_is_what_the_installed_great_expectations_knows(kind: str) -> None:
    needed, optional = VOCABULARY[kind]
    name = "".join(part.capitalize() for part in kind.split("_"))
    assert {*needed, *optional} <= set(getattr(gx, name).__fields__)


def test_a_failing_guard_names_the_rows_of_the_audit_frame_that_broke_it() -> None:
    guard = "gx.audit_ledger.most_rows_are_accepted"
    suite, expectation = next((s, e) for s, e in EXPECTATIONS if e.guard == guard)
    (result,) = judge("b1", replace(suite, expectations=(expectation,)), broken("audit_ledger", guard))
    assert result.observed == "1 of 2 rows: reject_share 0.51 at moodle · learning_events"
    assert result.expected == "reject_share at most 0.5 where rows_read >= 20"
    assert "throughline replay" in result.next_step


def test_a_guard_that_holds_says_what_it_measured(on_healthy_frames: dict[str, GuardResult]) -> None:
    assert on_healthy_frames["gx.audit_identity.identities_are_matched"].observed == "0.95 in 2 rows"
    assert on_healthy_frames["gx.audit_ledger.something_landed"].observed == "980"


def test_a_broken_month_is_named_by_its_first_day() -> None:
    guard = "gx.audit_learning_event_monthly.volume_did_not_collapse"
    suite, expectation = next((s, e) for s, e in EXPECTATIONS if e.guard == guard)
    frame = broken("audit_learning_event_monthly", guard)
    (result,) = judge("b1", replace(suite, expectations=(expectation,)), frame)
    assert result.observed == "1 of 2 rows: volume_ratio 0.19 at moodle · 2026-01-01"
