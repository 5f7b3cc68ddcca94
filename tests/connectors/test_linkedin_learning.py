"""LinkedIn Learning: a report in Pacific time, and the API's metrics as the events that they stand for."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from connectors.declaration import CATALOGUE
from connectors.errors import OriginalRefused
from tests.connectors.mapped import Mapped, map_file, token_of

SAMPLES = CATALOGUE / "samples" / "linkedin_learning"
REPORT = SAMPLES / "Learner_Detail_Report_2026-03-02.csv"
ANNA = token_of("email", "a.visser@acme.example")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Mapped:
    return map_file(REPORT, "linkedin_learning", tmp_path_factory.mktemp("report"))


def test_a_course_is_an_enrolment_and_a_video_is_an_event(report: Mapped) -> None:
    assert {(r["activity_id"], r["milestone"]) for r in report.rows("enrolments") if r["person_token"] == ANNA} == {
        ("urn:li:lyndaCourse:5001", "started"),
        ("urn:li:lyndaCourse:5001", "completed"),
    }
    videos = [r for r in report.rows("learning_events") if r["activity_kind"] == "Video"]
    assert {r["verb"] for r in videos} == {"started", "viewed", "completed"}
    assert {r["parent_activity_id"] for r in videos} == {"urn:li:lyndaCourse:5001"}


def test_pacific_time_becomes_an_instant_and_keeps_its_day(report: Mapped) -> None:
    (begun,) = (r for r in report.rows("enrolments") if (r["person_token"], r["milestone"]) == (ANNA, "started"))
    assert (begun["occurred_at"], begun["occurred_date"]) == (datetime(2026, 1, 6, 6, 10), date(2026, 1, 5))


def test_a_clock_is_time_and_who_is_nobody_is_rejected(report: Mapped) -> None:
    assert report.column("learning_time", "minutes") == pytest.approx([72.57, 4.17], abs=0.01)
    assert {(r["source_line"], r["rule"]) for r in report.rejects("enrolments")} == {(5, "required_missing")}
    by_number = [r for r in report.rows("accounts") if r["identifier_type"] != "email"]
    assert [r["account_token"] for r in by_number] == [token_of("linkedin_learning:unique_user_id", "002311")]
    tags = next(r for r in report.rows("activities") if r["activity_id"] == "urn:li:lyndaCourse:5001")
    assert json.loads(tags["capability_tags"]) == ["Communication", "Coaching"]


def test_metrics_of_the_api_are_events_once_and_time(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "learningActivityReports.json", "linkedin_learning", tmp_path)
    assert mapped.unit.export == "activity_reports"
    assert mapped.unit.rows_not_records == 2, "what is unique is told in full, and nought is nothing"
    (done,) = mapped.rows("enrolments")
    assert done["occurred_at"] == datetime.fromtimestamp(1768926600, UTC).replace(tzinfo=None)
    assert [(r["verb"], r["progress_share"]) for r in mapped.rows("learning_events")] == [
        ("progressed", 1.0),
        ("completed", None),
    ]
    assert mapped.column("learning_time", "minutes") == pytest.approx([72.57], abs=0.01)
    assert [(r["rule"], r["value"]) for r in mapped.rejects("learning_events")] == [("not_a_time", "yesterday")]


def test_sums_per_person_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "summary.csv"
    path.write_text("Name,Email,Unique User ID,Days Logged In,Hours Viewed,Course Views,Course Completions\n")
    with pytest.raises(OriginalRefused, match="learner detail report instead"):
        map_file(path, "linkedin_learning", tmp_path / "scratch")
