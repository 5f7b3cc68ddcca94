"""Docebo: reports whose columns were chosen, and the same enrolments as the API tells them."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from connectors.declaration import CATALOGUE, load, with_settings
from tests.connectors.mapped import Mapped, map_file, token_of

SAMPLES = CATALOGUE / "samples" / "docebo"
SANNE, CHIDI, ROISIN = (token_of("docebo:user_id", number) for number in ("12001", "12002", "12003"))


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Mapped:
    return map_file(SAMPLES / "Users - Courses.csv", "docebo", tmp_path_factory.mktemp("report"))


def test_one_row_of_a_report_is_all_milestones_of_an_enrolment(report: Mapped) -> None:
    told = {(r["person_token"], r["activity_id"], r["milestone"], r["occurred_at"]) for r in report.rows("enrolments")}
    assert told == {
        (SANNE, "course:31", "assigned", datetime(2026, 1, 5, 8)),
        (SANNE, "course:31", "started", datetime(2026, 1, 6, 8, 5, 40)),
        (SANNE, "course:31", "completed", datetime(2026, 2, 10, 8, 1)),
        (CHIDI, "course:31", "confirmed", datetime(2026, 1, 5, 8)),
        (CHIDI, "course:31", "started", datetime(2026, 1, 7, 9)),
        (ROISIN, "course:32", "waitlisted", datetime(2026, 2, 1, 10)),
    }, "never is no day"
    (assigned,) = (r for r in report.rows("enrolments") if r["milestone"] == "assigned")
    assert (assigned["due_at"], assigned["decided_by_rule"]) == (
        datetime(2026, 3, 31, 23, 59, 59), "assignment Mandatory",
    )  # fmt: skip


def test_time_is_that_of_the_material_or_else_of_the_sessions(report: Mapped) -> None:
    minutes = {r["person_token"]: (r["minutes"], r["learning_date"]) for r in report.rows("learning_time")}
    assert minutes == {SANNE: (61.0, date(2026, 1, 5)), CHIDI: (20.0, date(2026, 1, 5))}
    assert {r["title"] for r in report.rows("activities")} == {"Working safely & soundly", "First aid, level 1"}


def test_the_api_tells_the_same_milestones(report: Mapped, tmp_path: Path) -> None:
    api = map_file(SAMPLES / "enrollments_api.json", "docebo", tmp_path)
    known = set(report.column("enrolments", "record_key"))
    assert set(api.column("enrolments", "record_key")) <= known
    assert [r["milestone"] for r in api.rows("enrolments") if r["person_token"] == ROISIN] == ["waitlisted"]
    assert set(api.column("assessments", "record_key")) == set(report.column("assessments", "record_key"))


def test_a_report_below_a_title_in_another_language(tmp_path: Path) -> None:
    own = {"identifier_types": {"username": "email"}, "timezone": "Europe/Amsterdam"}
    settled = with_settings(load(CATALOGUE / "docebo.yaml"), {"tools": {"docebo": own}})
    dutch = map_file(SAMPLES / "Gebruikers - Cursussen.csv", settled, tmp_path)
    ines = token_of("email", "iferreira@corp.example")
    assert {(r["person_token"], r["milestone"], r["occurred_at"]) for r in dutch.rows("enrolments")} == {
        (ines, "confirmed", datetime(2026, 1, 5, 8)),
        (ines, "completed", datetime(2026, 2, 12, 16, 30)),
    }
    assert dutch.column("assessments", "score") == [91.5]


def test_attendance_is_told_by_event_and_not_where_nobody_set_it(tmp_path: Path) -> None:
    sessions = map_file(SAMPLES / "Users - ILT sessions.csv", "docebo", tmp_path)
    told = [(r["person_token"], r["attendance"], r["attended_minutes"]) for r in sessions.rows("attendances")]
    assert told == [(SANNE, "attended", 360.0), (SANNE, "attended", 270.0), (CHIDI, "no_show", None)]


def test_certificates_have_an_end_or_none(tmp_path: Path) -> None:
    certificates = map_file(SAMPLES / "Users - Certifications.csv", "docebo", tmp_path)
    assert certificates.column("certifications", "valid_to") == [date(2028, 2, 15), None]


def test_material_that_was_touched_is_an_event_and_a_test_is_a_score(tmp_path: Path) -> None:
    material = map_file(SAMPLES / "Users - Training materials.csv", "docebo", tmp_path)
    assert material.column("learning_events", "verb") == ["completed", "completed", "failed"]
    told = [(r["score"], r["score_max"], r["is_passed"]) for r in material.rows("assessments")]
    assert told == [(17.0, 20.0, True), (8.0, None, False)]
