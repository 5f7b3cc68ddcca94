"""Cornerstone's transcript: a report below a title, in two languages, and the view that the Data Exporter gives."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from connectors.declaration import CATALOGUE, load, with_settings
from tests.connectors.mapped import Mapped, map_file, token_of

SAMPLES = CATALOGUE / "samples" / "cornerstone"
REPORT = SAMPLES / "[Learning]_Transcript_Status_20260302_02_02_28_PM.csv"
SAFETY = "1f0c2d1e-0001-4000-8000-00000000a001"


def user(number: str) -> str:
    return token_of("cornerstone:user_id", number)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Mapped:
    return map_file(REPORT, "cornerstone", tmp_path_factory.mktemp("report"))


def test_each_date_of_a_transcript_row_is_a_milestone(report: Mapped) -> None:
    assert report.counts("enrolments") == (15, 13, 2, 0)
    reached = {(r["person_token"], r["activity_id"], r["milestone"]): r for r in report.rows("enrolments")}
    assert reached[user("001007"), SAFETY, "completed"]["occurred_at"] == datetime(2026, 1, 20, 16, 30)
    assert reached[user("001007"), SAFETY, "assigned"]["due_at"] == datetime(2026, 2, 1)
    assert (user("001044"), SAFETY, "completed") not in reached, "in progress and past due is not completed"
    assert reached[user("002310"), SAFETY, "cancelled"]["occurred_date"] == date(2026, 1, 30)
    failed = {r["activity_name"] for r in report.rows("enrolments") if r["milestone"] == "failed"}
    assert failed == {"First aid test"}
    assert [(r["source_line"], r["rule"]) for r in report.rejects("enrolments")] == [
        (14, "required_missing"),
        (15, "not_a_time"),
    ]


def test_who_came_to_a_session_is_told_by_its_status(report: Mapped) -> None:
    came = {r["person_token"]: r["attendance"] for r in report.rows("attendances")}
    assert came == {user("001044"): "attended", user("002310"): "no_show"}
    assert [r["is_passed"] for r in report.rows("assessments")] == [True, False]
    assert report.column("learning_time", "minutes") == [75.0, 20.0, 25.0]


def test_a_spanish_report_has_the_day_first_and_goes_by_titles(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "Transcript_es.csv", "cornerstone", tmp_path)
    assert [(r["milestone"], r["occurred_date"]) for r in mapped.rows("enrolments")].count(
        ("completed", date(2026, 1, 28))
    ) == 1
    assert {r["activity_id"] for r in mapped.rows("activities")} == {
        "title:módulo 5. seguridad en las operaciones",
        "title:módulo 6. ciberseguridad",
    }
    assert max(mapped.column("activities", "duration_planned_seconds")) == 2700


def test_the_exported_view_speaks_of_numbers_and_the_users_say_whose_they_are(tmp_path: Path) -> None:
    view = map_file(SAMPLES / "transcript_20260302.csv", "cornerstone", tmp_path / "view")
    assert view.unit.export == "transcript_view"
    milestones = [(r["source_line"], r["milestone"]) for r in view.rows("enrolments")]
    assert {m for line, m in milestones if line == 2} == {"assigned", "confirmed", "started", "completed"}
    assert {m for line, m in milestones if line == 3} == {"confirmed", "started", "failed"}
    assert {m for line, m in milestones if line > 3} == {"assigned", "cancelled", "exempted"}
    settings = {"tools": {"cornerstone": {"identifier_types": {"cornerstone:user_id": "employee_number"}}}}
    declared = with_settings(load(CATALOGUE / "cornerstone.yaml"), settings)
    users = map_file(SAMPLES / "users_20260302.csv", declared, tmp_path / "users").rows("accounts")
    assert users[0]["account_token"] == token_of("cornerstone:user_number", "417")
    assert users[0]["employee_token"] == token_of("employee_number", "001007")


def test_headers_that_somebody_typed_again_keep_their_milestones(tmp_path: Path) -> None:
    lines = REPORT.read_text(encoding="utf-8").splitlines(keepends=True)
    header = next(i for i, line in enumerate(lines) if line.startswith("User - User ID"))
    lines[header] = lines[header].upper().replace(" - ", "  -  ")
    path = tmp_path / "transcript.csv"
    path.write_text("".join(lines), encoding="utf-8")
    assert map_file(path, "cornerstone", tmp_path / "scratch").counts("enrolments") == (15, 13, 2, 0)


def test_the_reporting_api_says_the_same_as_the_exported_view(tmp_path: Path) -> None:
    answered = map_file(SAMPLES / "vw_rpt_transcript.json", "cornerstone", tmp_path / "api")
    exported = map_file(SAMPLES / "transcript_20260302.csv", "cornerstone", tmp_path / "csv")
    keys = set(answered.column("enrolments", "record_key"))
    assert len(keys) == 6
    assert keys < set(exported.column("enrolments", "record_key")), "so that one is the redelivery of the other"
    assert answered.column("assessments", "is_passed") == [True, False]
    assert map_file(SAMPLES / "vw_rpt_user.json", "cornerstone", tmp_path / "users").counts("accounts") == (2, 2, 0, 0)
