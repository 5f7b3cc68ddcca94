"""TalentLMS: one document of the API holds accounts, courses and certificates of a user."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

import pytest

from connectors.declaration import CATALOGUE
from connectors.errors import OriginalRefused
from tests.connectors.mapped import Mapped, map_file, token_of

SAMPLES = CATALOGUE / "samples" / "talentlms"
SANNE, CHIDI = (token_of("talentlms:user_id", number) for number in ("40457", "40500"))


@pytest.fixture(scope="module")
def users(tmp_path_factory: pytest.TempPathFactory) -> Mapped:
    return map_file(SAMPLES / "users.jsonl", "talentlms", tmp_path_factory.mktemp("users"))


def test_a_user_comes_with_his_courses_and_certificates(users: Mapped) -> None:
    assert {r["account_token"]: r["account_status"] for r in users.rows("accounts")} == {
        SANNE: "active", CHIDI: "suspended",
    }  # fmt: skip
    told = {(r["person_token"], r["activity_id"], r["milestone"], r["occurred_at"]) for r in users.rows("enrolments")}
    assert told == {
        (SANNE, "course:123", "confirmed", datetime(2026, 1, 5, 8)),
        (SANNE, "course:123", "completed", datetime(2026, 2, 10, 8, 1)),
        (SANNE, "course:124", "confirmed", datetime(2026, 1, 6, 8)),
    }
    assert set(users.column("activities", "title")) == {"Ladders & ropes", "First aid"}
    certificates = {(r["certification_id"], r["event_date"], r["valid_to"]) for r in users.rows("certifications")}
    assert certificates == {
        ("course:123", date(2026, 2, 10), date(2028, 2, 13)),
        ("course:99", date(2019, 8, 13), None),
    }, "the order of day and month is read from all dates; never is no day"


def test_time_so_far_is_read_as_people_read_it(users: Mapped) -> None:
    minutes = {r["activity_id"]: round(r["minutes"], 2) for r in users.rows("learning_time")}
    assert minutes == {"course:123": 61.08, "course:124": 3.28}


@pytest.mark.parametrize(
    ("told", "minutes"),
    [("45s", 0.75), ("5m", 5), ("2h", 120), ("1h 5s", 60.08), ("26h 10m 59s", 1570.98), ("2h 7m", 127)],
)
def test_time_leaves_out_what_is_nought(told: str, minutes: float, tmp_path: Path) -> None:
    enrolled = {"id": "1", "name": "x", "enrolled_on_timestamp": "1767600000", "total_time": told}
    answer = tmp_path / "users.json"
    answer.write_text(json.dumps({"id": "40457", "login": "swit", "courses": [enrolled]}), encoding="utf-8")
    mapped = map_file(answer, "talentlms", tmp_path / "out")
    assert [round(m, 2) for m in mapped.column("learning_time", "minutes")] == [minutes]


def test_a_course_tells_the_same_enrolments_and_no_instructors(users: Mapped, tmp_path: Path) -> None:
    course = map_file(SAMPLES / "course_123.json", "talentlms", tmp_path)
    assert set(course.column("enrolments", "record_key")) < set(users.column("enrolments", "record_key"))
    assert set(course.column("learning_time", "record_key")) < set(users.column("learning_time", "record_key"))
    kinds = {(r["activity_id"], r["activity_kind"], r["parent_activity_id"]) for r in course.rows("activities")}
    assert {("unit:3474", "SCORM | xAPI | cmi5", "course:123"), ("unit:3475", "Test", "course:123")} < kinds


def test_a_test_result_is_a_share_and_names_the_unit(tmp_path: Path) -> None:
    (result,) = map_file(SAMPLES / "test_results.jsonl", "talentlms", tmp_path).rows("assessments")
    assert (result["person_token"], result["instrument_id"], result["score_scaled"], result["is_passed"]) == (
        SANNE, "unit:3475", 0.855, True,
    )  # fmt: skip


def test_the_timeline_is_of_learners_and_not_of_the_portal(tmp_path: Path) -> None:
    timeline = map_file(SAMPLES / "timeline.json", "talentlms", tmp_path)
    told = [(r["verb"], r["event_name"], r["activity_id"]) for r in timeline.rows("learning_events")]
    assert told == [("completed", "course_completion", "course:123"), ("logged_in", "user_login_user", None)]


def test_the_list_of_users_ties_logins_whatever_else_was_exported(tmp_path: Path) -> None:
    listed = map_file(SAMPLES / "Users export.xlsx", "talentlms", tmp_path)
    assert token_of("username", "swit") in listed.column("accounts", "account_token")
    assert set(listed.column("accounts", "identifier_type")) == {"username"}


def test_answers_of_surveys_stay_in_the_archive(tmp_path: Path) -> None:
    answer = tmp_path / "survey_answers.json"
    answer.write_text(json.dumps({"survey_id": "9", "user_id": "40457", "questions": []}), encoding="utf-8")
    with pytest.raises(OriginalRefused, match="answers apart from people"):
        map_file(answer, "talentlms", tmp_path / "out")
