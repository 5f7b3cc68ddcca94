"""From landed files through dbt, the audit frames and the guards to the verdict."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from pipelines.guards import (
    DbtRun,
    GuardResult,
    Verdict,
    dbt_results,
    evaluate,
    expected_critical,
    load_suites,
    record,
    results_of,
    verdict,
)
from tests.dbt_project.landing_files import LandingZone

Judged = tuple[Verdict, dict[str, GuardResult]]
Judge = Callable[[Path], Judged]


@pytest.fixture(scope="session")
def judged(dbt: Callable[..., None], dbt_files: Path) -> Judge:
    """Build a home, judge it, and give the verdict and all results by guard."""

    def build_and_judge(home: Path) -> Judged:
        dbt(home, "build", "--exclude-resource-type", "unit_test")
        run = DbtRun.read(dbt_files)
        with duckdb.connect(str(home / "warehouse" / "warehouse.duckdb")) as connection:
            record(connection, [*dbt_results("b1", run), *evaluate(connection, "b1", run.invocation_id)])
            results = {result.guard: result for result in results_of(connection, "b1")}
            return verdict(connection, "b1", expected_critical(run.manifest, load_suites())), results

    return build_and_judge


def organisation_without_hr(home: Path) -> LandingZone:
    """One learner in one tool, whom nobody knows."""
    zone = LandingZone(home)
    zone.land(
        "lms",
        "lms_log",
        learning_events=[
            {
                "person_token": "token_1",
                "occurred_at": f"2025-03-{day:02d} 10:00",
                "verb": "viewed",
                "activity_id": "c1",
            }
            for day in range(1, 25)
        ],
        enrolments=[
            {"person_token": "token_1", "activity_id": "c1", "milestone": "started", "occurred_at": "2025-03-01 10:00"},
            {
                "person_token": "token_1",
                "activity_id": "c1",
                "milestone": "completed",
                "occurred_at": "2025-03-24 10:00",
            },
        ],
    )
    zone.link({"token_1": 101}, token_1="unmatched")
    return zone


def test_a_first_export_without_hr_data_is_publishable_and_no_result_names_a_person(
    tmp_path: Path, judged: Judge
) -> None:
    organisation_without_hr(tmp_path)
    decided, results = judged(tmp_path)
    assert decided.publishable, decided.reasons
    assert {result.origin for result in results.values()} == {"gx", "dbt"}
    assert results["gx.audit_ledger.something_landed"].observed == "26"
    assert "nothing to judge" in results["gx.audit_person.people_have_a_unit"].observed
    assert "token_1" not in str(results)


def test_an_export_that_is_mostly_rejected_blocks_although_every_dbt_test_passes(tmp_path: Path, judged: Judge) -> None:
    zone = organisation_without_hr(tmp_path)
    reject = {"record_kind": "learning_events", "rule": "date", "column_name": "Time", "expected": "a date"}
    zone.reject("lms", "lms_log", *({**reject, "source_line": line} for line in range(25, 55)))
    rewrite(
        tmp_path / "landing/ledger/v1/lms/lms_log.parquet",
        """select * replace (
            rows_landed + if(record_kind = 'learning_events', 30, 0) as rows_read,
            if(record_kind = 'learning_events', 30, 0) as rows_rejected
        ) from landed""",
    )
    decided, results = judged(tmp_path)
    assert not decided.publishable
    assert [result.guard for result in decided.failed] == ["gx.audit_ledger.most_rows_are_accepted"]
    assert "reject_share 0.5556 at lms · learning_events" in decided.failed[0].message
    assert {result.status for result in results.values() if result.origin == "dbt"} == {"pass"}


def rewrite(path: Path, select: str) -> None:
    """Replace a landed file by a query over itself (``landed``)."""
    with duckdb.connect() as connection:
        connection.execute(f"create table landed as from '{path}'")
        connection.execute(f"copy ({select}) to '{path}' (format parquet)")
