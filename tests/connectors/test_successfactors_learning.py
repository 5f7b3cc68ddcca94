"""SuccessFactors' learning history: the connector's file with its end marks, and reports in two languages."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from connectors.declaration import CATALOGUE
from tests.connectors.mapped import Mapped, map_file, token_of

SAMPLES = CATALOGUE / "samples" / "successfactors_learning"


def user(number: str) -> str:
    return token_of("successfactors_learning:user_id", number)


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Mapped:
    return map_file(
        SAMPLES / "learning_history_20260302.txt", "successfactors_learning", tmp_path_factory.mktemp("history")
    )


def test_the_words_in_a_status_code_say_how_a_learning_event_ended(history: Mapped) -> None:
    assert history.unit.export == "history_file"
    ended = [(r["person_token"], r["activity_id"], r["milestone"]) for r in history.rows("enrolments")]
    assert ended == [
        (user("001007"), "COURSE/SAF-101", "completed"),
        (user("001044"), "COURSE/SAF-101", "failed"),
        (user("001044"), "WBT/AID-7", "completed"),
        (user("002310"), "COURSE/LAD-2", "failed"),
    ]
    assert history.rows("enrolments")[2]["occurred_at"] == datetime(2025, 10, 3, 11, 0), "the T of OCT is no separator"


def test_a_cut_off_file_loses_its_last_record_with_a_reason(history: Mapped) -> None:
    assert [(r["source_line"], r["rule"]) for r in history.rejects("enrolments")] == [
        (6, "not_a_time"),
        (7, "required_missing"),
        (8, "ragged_row"),
    ]


def test_a_word_is_no_score_and_who_did_not_come_learned_no_hours(history: Mapped) -> None:
    assert [(r["score"], r["is_passed"]) for r in history.rows("assessments")] == [(92.0, True), (41.5, False)]
    assert history.column("learning_time", "minutes") == [90.0, 90.0, 30.0]


def test_a_german_report_stands_below_its_title_and_above_its_total(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "Lernhistorie_report.csv", "successfactors_learning", tmp_path)
    assert mapped.unit.rows_not_records == 1
    assert mapped.column("enrolments", "milestone") == ["completed", "failed", "completed"]
    assert mapped.rows("enrolments")[0]["occurred_date"] == date(2026, 1, 20)
    assert mapped.column("assessments", "score") == [92.5, 40.0]
    assert "Visser" in {name.split()[-1] for _, _, name in mapped.tokeniser.kept}


@pytest.mark.parametrize(
    ("status", "milestone", "is_passed"),
    [
        ("Abgeschlossen", "completed", True),
        ("Nicht abgeschlossen", "failed", False),
        ("Terminé", "completed", True),
        ("Non terminé", "failed", False),
        ("Voltooid", "completed", True),
        ("Niet behaald", "failed", False),
        ("Completado", "completed", True),
        ("No completado", "failed", False),
        ("COURSE-COMPLETE", "completed", True),
        ("Eingetragen", "completed", None),
    ],
)
def test_a_status_says_the_same_of_the_event_and_of_its_score(
    tmp_path: Path, status: str, milestone: str, is_passed: bool | None
) -> None:
    report = tmp_path / "history_report.csv"
    report.write_text(
        "User ID,Item Type,Item ID,Completion Date,Completion Status,Grade\n"
        f"001007,COURSE,SAF-101,2026-01-20,{status},80\n"
    )
    mapped = map_file(report, "successfactors_learning", tmp_path)
    assert mapped.column("enrolments", "milestone") == [milestone]
    assert mapped.column("assessments", "is_passed") == [is_passed]


def test_what_is_assigned_has_a_day_and_perhaps_an_end(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "user_curriculum_item_status.csv", "successfactors_learning", tmp_path)
    assert mapped.unit.export == "assignments_report"
    assert mapped.column("enrolments", "due_at") == [datetime(2026, 2, 1, 23, 59), None]
    assert mapped.column("enrolments", "parent_activity_id") == ["curriculum:SAFETY-ALL"] * 2
