"""Moodle's exports, by their samples and by a real course's logs and results."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from connectors.declaration import CATALOGUE, load, with_settings
from connectors.errors import OriginalRefused
from tests.connectors.mapped import EXTRACTED_AT, REAL_DATA, Mapped, map_file, token_of

SAMPLES = CATALOGUE / "samples" / "moodle"
MEC = REAL_DATA / "lms" / "mec_moodle_edify"
MILA, JONAS = token_of("moodle:user_id", "114"), token_of("moodle:user_id", "115")


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Mapped:
    return map_file(SAMPLES / "logs_safety-101_20250301-0902.csv", "moodle", tmp_path_factory.mktemp("log"))


def test_the_learner_of_an_event_is_whom_it_is_about_and_not_who_pressed_the_button(log: Mapped) -> None:
    people = {row["source_line"]: row["person_token"] for row in log.rows("learning_events")}
    assert people[4] == MILA, "graded by the system"
    assert people[12] == MILA, "enrolled by a trainer"
    assert people[11] == JONAS
    assert people[8] == token_of("moodle:user_id", "7"), "looking at a profile is the trainer's own doing"
    assert people[9] is None, "no description, so nobody is named"


def test_verbs_come_from_the_description_which_is_english_in_every_language(log: Mapped, tmp_path: Path) -> None:
    assert log.column("learning_events", "verb") == [
        "viewed", "completed", "graded", "submitted", "viewed", "viewed",
        "viewed", "submitted", "unregistered", "enrolled", "enrolled",
    ]  # fmt: skip
    german = map_file(SAMPLES / "logs_de.csv", "moodle", tmp_path)
    assert german.column("learning_events", "verb") == ["viewed", "viewed"]
    assert german.column("learning_events", "occurred_at") == [
        datetime(2025, 2, 28, 16, 2),
        datetime(2025, 3, 1, 9, 10),
    ]


def test_names_of_activities_land_and_names_of_people_do_not(log: Mapped) -> None:
    events = {row["source_line"]: row for row in log.rows("learning_events")}
    assert (events[5]["activity_id"], events[5]["activity_name"]) == ("cm:640", "Test & reflection")
    assert (events[6]["activity_id"], events[6]["activity_kind"]) == ("cm:639", "File")
    assert (events[3]["activity_id"], events[3]["activity_name"]) == ("course:31", "Working safely (SAFETY-101)")
    assert (events[8]["activity_name"], events[8]["activity_kind"]) == (None, None), "User: Jonas Weber"
    assert json.loads(events[5]["extras"]) == {"component": "Quiz", "origin": "web"}


def test_a_log_yields_the_milestones_of_enrolments(log: Mapped) -> None:
    milestones = [
        (r["source_line"], r["person_token"], r["milestone"], r["activity_id"]) for r in log.rows("enrolments")
    ]
    assert milestones == [
        (3, MILA, "completed", "course:31"),
        (10, JONAS, "cancelled", "course:31"),
        (11, JONAS, "confirmed", "course:31"),
        (12, MILA, "confirmed", "course:31"),
    ]
    assert log.rows("enrolments")[3]["decided_by_rule"] == "enrolment method manual"


def test_a_courses_own_log_says_which_course_its_activities_belong_to(log: Mapped) -> None:
    activities = {row["activity_id"]: (row["title"], row["parent_activity_id"]) for row in log.rows("activities")}
    assert activities == {
        "cm:639": ("Ladders, ropes and harnesses", "course:31"),
        "cm:640": ("Test & reflection", "course:31"),
    }
    assert log.counts("activities") == (2, 2, 0, 0), "an activity that is mentioned again is no further record"


def test_a_log_without_a_zone_is_in_the_zone_of_the_site(tmp_path: Path) -> None:
    moodle = with_settings(load(CATALOGUE / "moodle.yaml"), {"tools": {"moodle": {"timezone": "Asia/Muscat"}}})
    sample = tmp_path / "late.csv"
    lines = (SAMPLES / "logs_safety-101_20250301-0902.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    sample.write_text(lines[0] + lines[-1].replace("08:00", "00:30"), encoding="utf-8")
    (row,) = map_file(sample, moodle, tmp_path).rows("learning_events")
    assert (row["occurred_at"], row["occurred_date"]) == (datetime(2025, 2, 2, 20, 30), date(2025, 2, 3))


@pytest.mark.parametrize(
    "written",
    [
        "28/02/25, 16:02", "28/02/25, 16:02:00", "2/28/25, 16:02:00", "28.02.25, 16:02", "2025-02-28 16:02:00",
        "28 February 2025, 4:02 PM", "Friday, 28 February 2025, 4:02 PM", "28 Feb 2025, 4:02 PM",
        "28. Februar 2025, 16:02", "28 février 2025, 16:02", "28 de febrero de 2025, 16:02", "28 februari 2025, 16:02",
        "28 lutego 2025, 16:02", "28 de fevereiro de 2025, 16:02", "2025年 02月 28日 16:02", "2025/02/28 16:02",
    ],
)  # fmt: skip
def test_times_are_read_as_moodle_writes_them_in_each_language(tmp_path: Path, written: str) -> None:
    sample = tmp_path / "log.csv"
    sample.write_text(
        "Time,Event context,Event name,Description\n"
        f"\"{written}\",Course: A,Course viewed,The user with id '5' viewed the course with id '3'.\n",
        encoding="utf-8",
    )
    assert map_file(sample, "moodle", tmp_path).column("learning_events", "occurred_at") == [
        datetime(2025, 2, 28, 16, 2)
    ]


@pytest.mark.parametrize(
    "header",
    [
        "Hora,Nombre completo del usuario,Contexto del evento,Componente,Nombre del evento,Descripción,Origen",
        "Heure,Nom complet,Contexte de l’événement,Composant,Nom de l’événement,Description,Origine",
        "Tijd,Volledige naam,Gebeurteniscontext,Component,Gebeurtenisnaam,Beschrijving,Herkomst",
        "Hora,Nome completo,Contexto do Evento,Componente,Nome do evento,Descrição,Origem",
        "Czas,Pełna nazwa użytkownika,Kontekst zdarzenia,Składnik,Nazwa zdarzenia,Opis,Źródło",
        "時間,ユーザフルネーム,イベントコンテクスト,コンポーネント,イベント名,説明,オリジン",
    ],
)
def test_a_log_is_recognised_in_each_language(tmp_path: Path, header: str) -> None:
    sample = tmp_path / "log.csv"
    sample.write_text(
        f"{header}\n\"28/02/25, 16:02\",A B,Course: A,System,X,The user with id '5' viewed it.,web\n",
        encoding="utf-8",
    )
    mapped = map_file(sample, "moodle", tmp_path)
    assert (mapped.unit.export, mapped.counts("learning_events")) == ("log", (1, 1, 0, 0))


def test_the_list_of_users_says_whose_numbers_the_logs_speak_of(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "users_2025-03-01.csv", "moodle", tmp_path)
    assert mapped.counts("accounts") == (3, 3, 0, 0), "the guest is nobody"
    account = next(row for row in mapped.rows("accounts") if row["account_token"] == MILA)
    assert account["employee_token"] == token_of("employee_number", "E0114")
    assert account["email_token"] == token_of("email", "mila.novak@corp.example")
    assert (MILA, "full_name", "Mila Novak") in mapped.tokeniser.kept


def test_the_list_of_courses_ties_numbers_and_short_names_together(tmp_path: Path) -> None:
    rows = map_file(SAMPLES / "courses_2025-03-01.csv", "moodle", tmp_path).rows("activities")
    assert {(row["activity_id"], row["title"], row["catalogue_code"]) for row in rows} == {
        ("course:31", "Working safely", "CAT-31"),
        ("shortname:safety-101", "Working safely", "CAT-31"),
        ("course:32", "Privacy & you", "PRIVACY"),
        ("shortname:privacy", "Privacy & you", "PRIVACY"),
    }


def test_grades_are_one_score_per_person_and_item_with_all_its_parts(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "SAFETY-101 Grades-20250301_0903-comma_separated.csv", "moodle", tmp_path)
    scores = {
        (r["person_token"], r["instrument_id"]): (r["score"], r["score_scaled"]) for r in mapped.rows("assessments")
    }
    mila, jonas = token_of("employee_number", "E0114"), token_of("email", "jonas.weber@corp.example")
    assert scores == {
        (mila, "Quiz: Test & reflection"): (17.5, 0.875),
        (mila, "Course total"): (17.5, None),
        (jonas, "Quiz: Test & reflection"): (21.0, None),
        (jonas, "Assignment: Risk list"): (12.0, 0.6),
        (jonas, "Course total"): (33.0, None),
    }
    row = mapped.rows("assessments")[0]
    assert (row["activity_id"], row["source_line"], row["is_occurred_at_exact"]) == ("shortname:safety-101", 2, False)
    assert row["occurred_at"] == datetime(2025, 3, 1, 9, 3)


def test_two_grade_items_with_one_name_stay_two(tmp_path: Path) -> None:
    sample = tmp_path / "X Grades.csv"
    sample.write_text(
        "First name,Last name,Email address,Quiz: A (Real),Quiz: A (Percentage),Quiz: A (Real),Quiz: A (Percentage)\n"
        "B,C,b@x.example,1,10 %,2,20 %\n",
        encoding="utf-8",
    )
    rows = map_file(sample, "moodle", tmp_path).rows("assessments")
    assert {(r["instrument_id"], r["score"], r["score_scaled"]) for r in rows} == {
        ("Quiz: A", 1.0, 0.1),
        ("Quiz: A #2", 2.0, 0.2),
    }


def test_a_course_is_an_enrolment_and_its_activities_are_events_in_both_completion_reports(tmp_path: Path) -> None:
    activities = map_file(SAMPLES / "progress.safety-101.csv", "moodle", tmp_path / "a")
    assert {(r["activity_name"], r["verb"], r["occurred_at"]) for r in activities.rows("learning_events")} == {
        ("Ladders, ropes and harnesses", "completed", datetime(2025, 2, 28, 16, 2, 11)),
        ("Test 'reflection'", "passed", datetime(2025, 2, 28, 16, 31, 40)),
        ("Test 'reflection'", "failed", datetime(2025, 2, 20, 10, 0)),
    }
    course = map_file(SAMPLES / "completion-safety-101-20250301_0905-comma_separated.csv", "moodle", tmp_path / "c")
    assert {(r["activity_id"], r["verb"], r["occurred_at"]) for r in course.rows("learning_events")} == {
        ("activity:safety-101/Ladders, ropes and harnesses", "completed", datetime(2025, 2, 28, 16, 2)),
    }
    assert {(r["activity_id"], r["milestone"], r["occurred_at"]) for r in course.rows("enrolments")} == {
        ("shortname:safety-101", "completed", datetime(2025, 2, 28, 16, 40)),
    }
    assert set(course.column("accounts", "account_token")) == {MILA, JONAS}


# ------------------------------------------------------------------------------------------- a real course


needs_real_data = pytest.mark.skipif(not MEC.exists(), reason=f"the real Moodle exports are not at {MEC}")


@needs_real_data
@pytest.mark.parametrize(
    ("run", "events", "nobody", "enrolments"),
    [
        ("F19", 7033, 14, 33), ("F20", 11712, 2747, 42), ("SP18", 4997, 0, 0),
        ("SP19", 6406, 0, 44), ("SP20", 12201, 1652, 55), ("SP21", 2311, 310, 10),
    ],
)  # fmt: skip
def test_a_real_log_lands_to_the_row(tmp_path: Path, run: str, events: int, nobody: int, enrolments: int) -> None:
    mapped = map_file(MEC / f"Moodle Module 1 {run}.csv.gz", "moodle", tmp_path, f"Moodle Module 1 {run}.csv")
    assert mapped.counts("learning_events") == (events, events, 0, 0)
    assert mapped.counts("enrolments") == (enrolments, enrolments, 0, 0)
    assert mapped.table("learning_events")["person_token"].null_count == nobody
    assert pa.compute.count_distinct(mapped.table("activities")["parent_activity_id"]).as_py() == 1


@needs_real_data
@pytest.mark.parametrize(
    ("run", "scores"), [("F19", 72), ("F20", 75), ("SP18", 57), ("SP19", 108), ("SP20", 90), ("SP21", 12)]
)
def test_a_real_result_sheet_lands_every_mark(tmp_path: Path, run: str, scores: int) -> None:
    mapped = map_file(MEC / f"Result Module 1 {run}.csv", "moodle", tmp_path)
    assert mapped.counts("assessments") == (scores, scores, 0, 0)
    assert set(mapped.column("assessments", "instrument_id")) == {"CW1", "CW2", "ESE"}
    assert set(mapped.column("assessments", "occurred_at")) == {EXTRACTED_AT}


@needs_real_data
@pytest.mark.parametrize(
    "name", ["KMS Module 1 SP18.csv", "VL Module 1 SP18.csv", "Activity Module 1 SP18.csv", "KMS Module 1 SP21.xlsx"]
)
def test_what_other_systems_wrote_is_refused_and_not_misread(tmp_path: Path, name: str) -> None:
    with pytest.raises(OriginalRefused):
        map_file(MEC / name, "moodle", tmp_path)
