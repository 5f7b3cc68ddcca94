"""Open edX: the tracking log with all that stands between its events, reports of a course, and tables."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from connectors.declaration import CATALOGUE
from connectors.errors import OriginalRefused
from tests.connectors.mapped import REAL_DATA, Mapped, map_file, token_of

SAMPLES = CATALOGUE / "samples" / "open_edx"
LOGS = REAL_DATA / "lms" / "edx_tracking"
INES, MILA = token_of("open_edx:user_id", "41"), token_of("open_edx:user_id", "52")
COURSE = "course-v1:Acme+SAF101+2026_T1"
ROPE = "block-v1:Acme+SAF101+2026_T1+type@{}+block@aaaaaaaa000000000000000000000000"


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Mapped:
    return map_file(SAMPLES / "tracking.log", "open_edx", tmp_path_factory.mktemp("log"))


def test_every_line_that_is_an_event_is_counted_and_no_other_line(log: Mapped) -> None:
    assert log.counts("learning_events") == (14, 12, 2, 0)
    assert [(r["source_line"], r["rule"]) for r in log.rejects("learning_events")] == [
        (15, "not_a_time"),
        (16, "invalid_json"),
    ]


def test_the_learner_of_an_event_is_whom_it_is_about(log: Mapped) -> None:
    people = {r["source_line"]: r["person_token"] for r in log.rows("learning_events")}
    assert people[2] == INES, "enrolled by nobody in particular"
    assert people[9] == INES, "graded by the system, and named within the event only"
    assert people[10] == MILA
    assert people[14] == token_of("username", "janneke"), "no number, so the name of the account has to do"
    assert {(r["account_token"], r["username_token"]) for r in log.rows("accounts")} == {
        (INES, token_of("username", "iferreira")),
        (MILA, token_of("username", "mila_n")),
    }


def test_verbs_follow_the_mapping_that_open_edx_has_for_xapi(log: Mapped) -> None:
    told = {r["source_line"]: (r["event_name"], r["verb"]) for r in log.rows("learning_events")}
    assert told[4] == ("play_video", "played")
    assert (told[5], told[6]) == (("problem_check", "attempted"), ("problem_check", "evaluated"))
    assert told[12] == ("edx.course.grade.passed.first_time", "passed")
    assert told[10] == ("page problem_get", "interacted")
    assert told[11] == (None, "viewed"), "the address of a profile is the name of a person"


def test_content_has_one_name_whoever_speaks_of_it(log: Mapped) -> None:
    activities = {r["source_line"]: r["activity_id"] for r in log.rows("learning_events")}
    assert activities[4] == ROPE.format("video"), "the browser tells the last part only"
    assert {activities[line] for line in (5, 6, 7, 8)} == {ROPE.format("problem")}, "from an answer, a key, a list"
    assert activities[10] == "i4x://Acme/OLD1/problem/knots"
    assert (activities[2], activities[11]) == (COURSE, None)


def test_milestones_scores_and_certificates_come_out_of_the_log(log: Mapped) -> None:
    assert [(r["person_token"], r["activity_id"], r["milestone"]) for r in log.rows("enrolments")] == [
        (INES, COURSE, "confirmed"),
        (INES, COURSE, "passed"),
    ]
    scores = [(r["instrument_id"], r["attempt_id"], r["score"], r["score_max"]) for r in log.rows("assessments")]
    assert scores == [
        (ROPE.format("problem"), "1", 2.0, 3.0),
        ("block-v1:Acme+SAF101+2026_T1+type@openassessment+block@reflection", None, 4.0, 5.0),
    ], "the same attempt told again by another event is no second one"
    assert [(r["person_token"], r["certification_id"], r["event"]) for r in log.rows("certifications")] == [
        (INES, COURSE, "awarded")
    ]


def test_answers_and_addresses_do_not_land(log: Mapped) -> None:
    landed = "".join(str(log.rows(kind)) for kind in ("learning_events", "assessments", "activities", "accounts"))
    assert not any(secret in landed for secret in ("choice_1", "words", "192.0.2.9", "mila_n", "Mozilla"))


def test_reports_and_tables_meet_in_the_course_and_the_person(tmp_path: Path) -> None:
    report = map_file(next(SAMPLES.glob("*T1_grade_report*")), "open_edx", tmp_path / "report")
    grades = {(r["person_token"], r["instrument_id"]): r["score_scaled"] for r in report.rows("assessments")}
    assert grades == {
        (INES, "Grade"): 0.84, (INES, "Homework 1: Ladders"): 1.0, (INES, "Homework 2: Ropes"): 0.75,
        (INES, "Final Exam"): 0.8, (MILA, "Grade"): 0.1, (MILA, "Homework 1: Ladders"): 0.5,
    }  # fmt: skip
    table = map_file(next(SAMPLES.glob("*courseenrollment*")), "open_edx", tmp_path / "table")
    assert "acme_saf101_2026_t1" in table.column("activities", "catalogue_code")
    assert report.column("activities", "catalogue_code") == ["acme_saf101_2026_t1"]
    assert [r["activity_id"] for r in table.rows("enrolments")] == [COURSE, COURSE, "Acme/OLD1/2013"]


def test_problem_grades_in_a_spreadsheets_numbers(tmp_path: Path) -> None:
    report = map_file(next(SAMPLES.glob("*problem_grade_report*")), "open_edx", tmp_path)
    told = {(r["instrument_name"], r["score"], r["score_max"]) for r in report.rows("assessments")}
    assert told == {
        ("Homework 1: Ladders - Which rope?", 2.0, 2.5),
        ("Homework 2: Ropes - Knots", 3.0, 3.0),
    }, "not attempted and not available are no scores"


def test_a_certificate_is_an_award_and_a_failing_grade_is_none(tmp_path: Path) -> None:
    table = map_file(next(SAMPLES.glob("*generatedcertificate*")), "open_edx", tmp_path)
    assert [(r["person_token"], r["event_date"].isoformat()) for r in table.rows("certifications")] == [
        (INES, "2026-02-28")
    ]
    assert [(r["person_token"], r["milestone"]) for r in table.rows("enrolments")] == [
        (INES, "passed"),
        (MILA, "failed"),
    ]


def test_sums_and_answers_are_refused_with_what_to_take_instead(tmp_path: Path) -> None:
    issued = tmp_path / "issued_certificates.csv"
    issued.write_text("CourseID,Certificate Type,Total Certificates Issued,Date Report Run\nx,verified,3,\n", "utf-8")
    with pytest.raises(OriginalRefused, match="certificates_generatedcertificate"):
        map_file(issued, "open_edx", tmp_path / "scratch")


# ------------------------------------------------------------------------------------------------- real logs


def _events(path: Path) -> Iterator[str]:
    """The lines of a log that are events, by the rule of the people who made the log."""
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as lines:
        yield from (line for line in lines if line.strip() and not line.startswith("#"))


@pytest.mark.skipif(not LOGS.exists(), reason="the real data is not here")
@pytest.mark.parametrize("path", sorted(LOGS.glob("*.log*")), ids=lambda path: path.name)
def test_a_real_log_lands_line_by_line(path: Path, tmp_path: Path) -> None:
    mapped = map_file(path, "open_edx", tmp_path)
    read, landed, rejected, _ = mapped.counts("learning_events")
    assert read == mapped.unit.source_rows == sum(1 for _ in _events(path))
    broken = 2 if path.name.startswith("erb") else 0
    assert (landed, rejected) == (read - broken, broken)


@pytest.mark.skipif(not LOGS.exists(), reason="the real data is not here")
def test_the_active_users_of_a_week_are_those_that_edx_counted(tmp_path: Path) -> None:
    mapped = map_file(LOGS / "active_users_tracking.log", "open_edx", tmp_path)
    weeks = {(datetime(2017, 7, 10), datetime(2017, 7, 17)), (datetime(2017, 7, 17), datetime(2017, 7, 24))}
    counted = {
        (begin.date().isoformat(), end.date().isoformat(), row["person_token"])
        for begin, end in weeks
        for row in mapped.rows("learning_events")
        if begin <= row["occurred_at"] < end and row["person_token"]
    }
    assert all(end - begin == timedelta(weeks=1) for begin, end in weeks)
    with (LOGS / "expected" / "expected_active_users_per_week.csv").open() as file:
        expected = {
            (row["start_date"], row["end_date"], token_of("username", row["username"])) for row in csv.DictReader(file)
        }
    assert counted == expected
