"""Blackboard: grade centre files whose headers say what a column is worth, SIS files, Blackboard Data and the API."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from connectors.declaration import CATALOGUE
from connectors.errors import OriginalRefused
from tests.connectors.mapped import Mapped, map_file, token_of

SAMPLES = CATALOGUE / "samples" / "blackboard"
SANNE, CHIDI = token_of("username", "swit"), token_of("username", "cokafor")


@pytest.fixture(scope="module")
def gradebook(tmp_path_factory: pytest.TempPathFactory) -> Mapped:
    return map_file(next(SAMPLES.glob("*fullgc*.xls")), "blackboard", tmp_path_factory.mktemp("gradebook"))


def test_text_in_utf_16_that_is_called_a_workbook_is_read_as_text(gradebook: Mapped) -> None:
    scores = {
        (r["person_token"], r["instrument_name"]): (r["score"], r["score_max"], r["score_scaled"])
        for r in gradebook.rows("assessments")
    }
    assert scores == {
        (SANNE, "Total"): (26.5, 130.0, None),
        (SANNE, "Ladder check"): (9.5, 10.0, None),
        (SANNE, "Test, part 2"): (None, None, 0.85),
        (CHIDI, "Total"): (10.0, 130.0, None),
        (CHIDI, "Ladder check"): (10.0, 10.0, None),
    }, "what needs grading, is in progress, or is text or a letter is no score"


def test_an_item_is_its_number_and_a_course_is_in_the_name_of_the_file(gradebook: Mapped) -> None:
    assert {(r["instrument_name"], r["instrument_id"]) for r in gradebook.rows("assessments")} >= {
        ("Ladder check", "column:534287"),
    }
    assert set(gradebook.column("assessments", "activity_id")) == {"code:saf101_2026"}


def test_the_last_access_is_an_event_and_nobody_else_is_active(gradebook: Mapped) -> None:
    assert [(r["person_token"], r["occurred_at"]) for r in gradebook.rows("learning_events")] == [
        (SANNE, datetime(2026, 3, 1, 21, 14, 3)),
        (CHIDI, datetime(2026, 2, 27, 8)),
    ]
    assert gradebook.counts("accounts") == (3, 3, 0, 0)


def test_a_grade_centre_in_spanish_with_decimal_commas_is_one_too(tmp_path: Path) -> None:
    spanish = map_file(next(SAMPLES.glob("*columns*.csv")), "blackboard", tmp_path)
    assert {(r["instrument_id"], r["score"], r["score_max"]) for r in spanish.rows("assessments")} == {
        ("column:888", 6.5, 7.0),
        ("column:889", 11.25, 12.5),
        ("column:889", 7.0, 12.5),
    }


def test_the_footer_of_a_feed_file_is_no_person(tmp_path: Path) -> None:
    people = map_file(SAMPLES / "SIS_PERSON_2026-03-01.txt", "blackboard", tmp_path)
    assert people.counts("accounts") == (2, 2, 0, 0)
    assert [(r["employee_token"], r["account_status"]) for r in people.rows("accounts")] == [
        (token_of("employee_number", "001042"), "active"),
        (token_of("employee_number", "001077"), "suspended"),
    ]
    members = tmp_path / "SIS_MEMBERSHIP.txt"
    members.write_text("external_course_key|external_person_key|role\nSAF-101|001042|Student\n", "utf-8")
    with pytest.raises(OriginalRefused, match="not since when"):
        map_file(members, "blackboard", tmp_path / "members")


def test_blackboard_data_tells_time_and_both_ends_of_an_enrolment(tmp_path: Path) -> None:
    members = map_file(SAMPLES / "cdm_lms_person_course.csv", "blackboard", tmp_path / "members")
    chidi = token_of("blackboard:person_id", "9002")
    assert [r["milestone"] for r in members.rows("enrolments") if r["person_token"] == chidi] == [
        "confirmed",
        "cancelled",
    ]
    activity = map_file(SAMPLES / "cdm_lms_course_activity.csv", "blackboard", tmp_path / "activity")
    assert activity.column("learning_time", "minutes") == [30.5], "no time is no stretch of learning"
    assert activity.column("learning_events", "duration_seconds") == [1830.0, 0.0]
    people = map_file(SAMPLES / "cdm_lms_person.csv", "blackboard", tmp_path / "people")
    assert people.rows("accounts")[0]["username_token"] == SANNE, "from the JSON in STAGE"


def test_a_membership_of_the_api_is_an_enrolment_of_a_student(tmp_path: Path) -> None:
    members = map_file(SAMPLES / "memberships_api.json", "blackboard", tmp_path)
    (row,) = members.rows("enrolments")
    assert (row["person_token"], row["activity_id"]) == (token_of("blackboard:user_id", "_77_1"), "course:_31_1")
    assert (row["milestone"], row["occurred_at"]) == ("confirmed", datetime(2026, 1, 5, 8))
    assert [r["employee_token"] for r in members.rows("accounts")] == [token_of("employee_number", "001042")]
