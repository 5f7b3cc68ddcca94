"""Coursera's reports in the layouts of several years."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from connectors.declaration import CATALOGUE, load, with_settings
from connectors.errors import OriginalRefused
from tests.connectors.mapped import map_file, token_of

SAMPLES = CATALOGUE / "samples" / "coursera"
LOYALTY = "UK7yonsIEey1tgpUmO8AYQ"


def test_a_row_is_an_enrolment_that_may_have_ended(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "usage-report-2026-03-02.csv", "coursera", tmp_path)
    assert mapped.counts("enrolments") == (6, 5, 1, 0)
    ended = [r for r in mapped.rows("enrolments") if r["milestone"] == "completed"]
    assert [(r["activity_id"], r["occurred_at"]) for r in ended] == [(LOYALTY, datetime(2026, 2, 1, 23, 40))]
    assert [(r["source_line"], r["column_name"]) for r in mapped.rejects("enrolments")] == [(5, "Email")]
    assert mapped.column("learning_time", "minutes") == pytest.approx([1200.0, 811.2, 30.0])
    assert [(r["score"], r["is_passed"]) for r in mapped.rows("assessments")] == [(95.5, True)]
    assert [(r["rule"], r["value"]) for r in mapped.rejects("learning_events")] == [("not_a_number", "12,5 (?)")]


def test_the_learners_day_is_that_of_the_home(tmp_path: Path) -> None:
    at_home = with_settings(
        load(CATALOGUE / "coursera.yaml"), {"tools": {"coursera": {"timezone": "Europe/Amsterdam"}}}
    )
    mapped = map_file(SAMPLES / "usage-report-2026-03-02.csv", at_home, tmp_path)
    (done,) = (r for r in mapped.rows("enrolments") if r["milestone"] == "completed")
    assert (done["occurred_at"], done["occurred_date"]) == (datetime(2026, 2, 1, 23, 40), date(2026, 2, 2))


def test_the_later_layout_with_decimal_commas_says_the_same(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "course_activity_2026.csv", "coursera", tmp_path)
    assert mapped.column("learning_time", "minutes") == [735.0, 1350.0]
    assert mapped.column("learning_events", "progress_share") == pytest.approx([0.0141, 1.0])
    assert mapped.column("assessments", "score") == [88.2]


def test_a_specialization_that_is_completed_is_a_certificate(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "specialization-report.csv", "coursera", tmp_path)
    (award,) = mapped.rows("certifications")
    assert (award["certification_id"], award["event_date"]) == ("specialization:customer-experience", date(2026, 2, 1))
    assert award["person_token"] == token_of("email", "a.visser@acme.example")
    assert mapped.column("enrolments", "milestone").count("confirmed") == 2


def test_who_left_is_told_by_the_membership(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "membership-report.csv", "coursera", tmp_path)
    assert mapped.column("accounts", "account_status") == ["active", "deleted"]
    assert mapped.rows("accounts")[1]["employee_token"] == token_of("coursera:external_id", "002311")


def test_sums_of_a_place_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "pivot.csv"
    path.write_text("Location City,Current Members,Total Enrollments,Average Progress\nUtrecht,5,9,44.1\n")
    with pytest.raises(OriginalRefused, match="sums of a whole place"):
        map_file(path, "coursera", tmp_path / "scratch")
