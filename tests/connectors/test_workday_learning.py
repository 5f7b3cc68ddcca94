"""Workday Learning: a custom report below its title, and the same as a web service."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from connectors.declaration import CATALOGUE
from tests.connectors.mapped import Mapped, map_file, token_of

SAMPLES = CATALOGUE / "samples" / "workday_learning"


def worker(number: str) -> str:
    return token_of("employee_number", number)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Mapped:
    return map_file(
        SAMPLES / "Learning_Enrollments_2026-03-02.csv", "workday_learning", tmp_path_factory.mktemp("report")
    )


def test_each_date_of_an_enrolment_is_a_milestone(report: Mapped) -> None:
    reached = {(r["person_token"], r["activity_id"], r["milestone"]): r for r in report.rows("enrolments")}
    assert reached[worker("001007"), "LC-101", "assigned"]["due_at"] == datetime(2026, 2, 1)
    assert reached[worker("001007"), "LC-101", "completed"]["occurred_date"] == date(2026, 1, 20)
    assert (worker("001044"), "LC-101", "completed") not in reached
    assert (worker("002310"), "LC-205", "failed") in reached
    assert [(r["rule"], r["column_name"]) for r in report.rejects("enrolments")] == [("not_a_time", "Due Date")]


def test_what_expires_is_a_licence_and_a_session_has_attendance(report: Mapped) -> None:
    (licence,) = report.rows("certifications")
    assert (licence["certification_id"], licence["valid_to"]) == ("LC-101", date(2028, 1, 20))
    came = {r["person_token"]: (r["attendance"], r["started_at"]) for r in report.rows("attendances")}
    assert came == {
        worker("001044"): ("attended", datetime(2026, 2, 12, 9)),
        worker("002310"): ("no_show", datetime(2026, 2, 12, 9)),
    }
    assert report.column("assessments", "score") == [92.0], "a pass is no score"


def test_the_web_service_says_the_same_in_other_names(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "learning_report.json", "workday_learning", tmp_path)
    assert mapped.unit.export == "enrolments_service"
    done = {(r["person_token"], r["milestone"]): r["occurred_at"] for r in mapped.rows("enrolments")}
    assert done[worker("001007"), "completed"] == datetime(2026, 1, 21, 0, 30), "an instant with an offset"
    assert done[worker("001044"), "cancelled"] == datetime(2026, 1, 15), "a day with an offset is that day"
