"""Udemy Business: who took what, from reports that repeat everything up to their day."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from connectors.declaration import CATALOGUE, load, with_settings
from connectors.errors import OriginalRefused
from tests.connectors.mapped import Mapped, map_file, token_of

SAMPLES = CATALOGUE / "samples" / "udemy_business"
REPORT = SAMPLES / "user_course_activity_report_corp_2025-01-01_to_2025-02-28.csv"
INES, MILA, JAN = (token_of("email", f"{name}.example") for name in (
    "ines.ferreira@corp", "mila.novak@corp", "jan.kool@post",
))  # fmt: skip


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Mapped:
    return map_file(REPORT, "udemy_business", tmp_path_factory.mktemp("report"))


def test_one_row_of_totals_is_the_milestones_of_one_enrolment(report: Mapped) -> None:
    told = {(r["person_token"], r["activity_id"], r["milestone"], r["occurred_at"]) for r in report.rows("enrolments")}
    assert told == {
        (INES, "730114", "confirmed", datetime(2025, 1, 6, 8, 2, 11)),
        (INES, "730114", "started", datetime(2025, 1, 6, 8, 5, 40)),
        (INES, "730114", "completed", datetime(2025, 1, 20, 23, 40, 5)),
        (INES, "730225", "assigned", datetime(2025, 2, 3, 6, 30)),
        (INES, "730225", "started", datetime(2025, 2, 4, 15, 10, 9)),
        (MILA, "730225", "assigned", datetime(2025, 2, 3, 6, 30)),
        (JAN, "730114", "confirmed", datetime(2025, 1, 30, 19)),
        (JAN, "730114", "started", datetime(2025, 1, 30, 19, 2)),
    }
    assert report.counts("enrolments") == (10, 8, 2, 0)
    assert {(r["source_line"], r["rule"]) for r in report.rejects("enrolments")} == {(6, "required_missing")}


def test_what_a_person_did_so_far_is_one_event_and_one_stretch_of_time(report: Mapped) -> None:
    events = {(r["person_token"], r["activity_id"]): r for r in report.rows("learning_events")}
    assert set(events) == {(INES, "730114"), (INES, "730225"), (JAN, "730114"), (None, "730114")}
    assert events[INES, "730225"]["progress_share"] == pytest.approx(0.35)
    times = {(r["person_token"], r["activity_id"]): r for r in report.rows("learning_time")}
    assert times[INES, "730114"]["minutes"] == 121.25
    assert times[INES, "730114"]["learning_date"] == date(2025, 1, 6)
    assert (times[INES, "730225"]["initiator"], times[JAN, "730114"]["initiator"]) == ("hr", "employee")
    assert (MILA, "730225") not in times, "nothing was watched"


def test_a_course_is_told_once_with_its_length_and_language(report: Mapped) -> None:
    courses = {r["activity_id"]: r for r in report.rows("activities")}
    assert {(i, r["title"], r["language"]) for i, r in courses.items()} == {
        ("730114", "Wiring diagrams step by step", "en"),
        ("730225", "Gesprächsführung im Team", "de"),
    }
    assert courses["730114"]["duration_planned_seconds"] == 5730


def test_an_account_is_its_address_and_a_deactivated_one_says_so(report: Mapped) -> None:
    accounts = {r["account_token"]: r for r in report.rows("accounts")}
    assert {token: r["account_status"] for token, r in accounts.items()} == {
        INES: "active", MILA: "active", JAN: "suspended",
    }  # fmt: skip
    assert accounts[INES]["employee_token"] == token_of("udemy_business:external_id", "S-7")
    assert accounts[INES]["email_token"] == INES


def test_a_home_says_that_the_external_id_is_the_employee_number_and_where_its_days_are(tmp_path: Path) -> None:
    own = {
        "timezone": "Europe/Amsterdam",
        "identifier_types": {"udemy_business:external_id": "employee_number"},
    }
    settled = with_settings(load(CATALOGUE / "udemy_business.yaml"), {"tools": {"udemy_business": own}})
    mapped = map_file(REPORT, settled, tmp_path)
    accounts = {r["account_token"]: r["employee_token"] for r in mapped.rows("accounts")}
    assert accounts[INES] == token_of("employee_number", "S-7")
    completed = next(r for r in mapped.rows("enrolments") if r["milestone"] == "completed")
    assert completed["occurred_at"] == datetime(2025, 1, 20, 23, 40, 5)
    assert completed["occurred_date"] == date(2025, 1, 21), "after midnight where the learner is"


def test_the_names_of_the_api_and_the_marks_of_a_spreadsheet_give_the_same_records(
    report: Mapped, tmp_path: Path
) -> None:
    saved = map_file(SAMPLES / "course_activity_api_march.csv", "udemy_business", tmp_path)
    assert saved.unit.export == "course_activity"
    for kind in ("enrolments", "learning_events", "learning_time", "accounts"):
        keys = {r["record_key"] for r in report.rows(kind) if INES in r.values() and "730225" not in r.values()}
        assert keys <= set(saved.column(kind, "record_key")), f"{kind} of the first report are delivered again"
    assert saved.column("learning_time", "minutes") == [121.25, 1204.5]
    assert saved.column("learning_events", "progress_share") == [1.0, 0.125]
    assert saved.column("learning_events", "occurred_at")[1] == datetime(2025, 3, 4, 6)
    assert {name for _, attribute, name in saved.tokeniser.kept if attribute == "full_name"} == {
        "Inês Ferreira", "Antón Vega",
    }  # fmt: skip


def test_sums_per_person_are_refused_with_the_report_to_take_instead(tmp_path: Path) -> None:
    path = tmp_path / "user_activity_report.csv"
    path.write_text("User Email,No. of New Courses Enrolled,No. of New Courses Started\na@b.example,1,1\n", "utf-8")
    with pytest.raises(OriginalRefused, match="the user activity report") as refused:
        map_file(path, "udemy_business", tmp_path / "scratch")
    assert "user course activity report" in str(refused.value)
