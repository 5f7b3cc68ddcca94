"""Canvas: gradebooks whose second row is no learner, reports of the account, and the tables of Canvas Data."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from connectors.declaration import CATALOGUE, load, with_settings
from connectors.errors import OriginalRefused
from tests.connectors.mapped import REAL_DATA, Mapped, map_file, token_of

SAMPLES = CATALOGUE / "samples" / "canvas"
FIXTURES = REAL_DATA / "lms" / "canvas_gradebook"
SANNE, CHIDI, ROISIN = (token_of("canvas:user_id", number) for number in ("1207", "1211", "1215"))


@pytest.fixture(scope="module")
def gradebook(tmp_path_factory: pytest.TempPathFactory) -> Mapped:
    return map_file(SAMPLES / "2026-03-02T0905_Grades-SAFETY-101.csv", "canvas", tmp_path_factory.mktemp("gradebook"))


def test_points_possible_are_the_highest_score_and_no_learner(gradebook: Mapped) -> None:
    scores = {
        (r["person_token"], r["instrument_id"]): (r["score"], r["score_max"]) for r in gradebook.rows("assessments")
    }
    assert scores == {
        (SANNE, "assignment:640"): (9.5, 10.0),
        (SANNE, "assignment:641"): (17.0, 20.0),
        (SANNE, "Final Score"): (88.33, 100.0),
        (CHIDI, "assignment:640"): (10.0, 10.0),
        (CHIDI, "assignment:641"): (21.5, 20.0),
        (CHIDI, "assignment:655"): (1.0, 0.0),
        (CHIDI, "Final Score"): (105.0, 100.0),
        (ROISIN, "Final Score"): (0.0, 100.0),
    }, "excused, not assigned and not yet graded are no scores, nor are the totals of groups"
    assert gradebook.unit.source_rows == 3, "the points and the student of the test view are no learners"
    assert set(gradebook.column("assessments", "activity_id")) == {"code:safety-101"}


def test_more_than_everything_has_no_place_on_a_scale_to_one(gradebook: Mapped) -> None:
    finals = {r["person_token"]: r["score_scaled"] for r in gradebook.rows("assessments") if r["score_max"] == 100}
    assert finals == {SANNE: pytest.approx(0.8833), CHIDI: None, ROISIN: 0.0}


def test_a_login_that_is_an_address_is_one(gradebook: Mapped) -> None:
    accounts = {r["account_token"]: r for r in gradebook.rows("accounts")}
    assert accounts[SANNE]["email_token"] == token_of("email", "sanne.dewit@corp.example")
    assert accounts[SANNE]["employee_token"] == token_of("employee_number", "001042")
    assert (accounts[ROISIN]["email_token"], accounts[ROISIN]["employee_token"]) == (None, None)
    assert (SANNE, "full_name", "de Wit, Sanne") in gradebook.tokeniser.kept


def test_a_sis_id_that_is_no_employee_number_is_declared_so(tmp_path: Path) -> None:
    own = {"identifier_types": {"employee_number": "canvas:sis_id"}}
    settled = with_settings(load(CATALOGUE / "canvas.yaml"), {"tools": {"canvas": own}})
    mapped = map_file(SAMPLES / "users.csv", settled, tmp_path)
    assert token_of("canvas:sis_id", "001042") in mapped.column("accounts", "employee_token")


def test_a_gradebook_in_the_numbers_of_another_language_is_the_same_one(tmp_path: Path) -> None:
    dutch = map_file(SAMPLES / "2026-03-02T1010_Grades-VCA_BASIS (1).csv", "canvas", tmp_path / "nl")
    told = {(r["instrument_id"], r["score"], r["score_max"]) for r in dutch.rows("assessments")}
    assert told == {
        ("assignment:701", 11.25, 12.5),
        ("assignment:701", 7.0, 12.5),
        ("Final Score", 90.0, 100.0),
        ("Final Score", 56.0, 100.0),
    }
    assert set(dutch.column("assessments", "activity_id")) == {"code:vca_basis"}


def test_a_row_on_posting_stands_above_the_points(tmp_path: Path) -> None:
    posted = map_file(SAMPLES / "2026-03-05T1600_Grades-AID-1.csv", "canvas", tmp_path)
    assert posted.unit.export == "gradebook_posting"
    told = {(r["instrument_id"], r["score"], r["score_max"]) for r in posted.rows("assessments")}
    assert told == {("assignment:810", 40.0, 50.0), ("assignment:811", 4.0, 5.0), ("Final Score", 80.0, 100.0)}


def test_rows_that_are_shorter_than_their_header_are_rejected_and_never_shifted(tmp_path: Path) -> None:
    # The header of this fixture names a login, the rows hold none: what follows would stand in the wrong columns.
    if not FIXTURES.exists():
        pytest.skip("the real data is not here")
    mapped = map_file(FIXTURES / "basic_course_with_sis_login_id.csv", "canvas", tmp_path)
    assert mapped.counts("assessments") == (7, 0, 7, 0)
    assert {r["rule"] for r in mapped.rejects("assessments")} == {"ragged_row"}
    with pytest.raises(OriginalRefused, match="by their names only"):
        map_file(FIXTURES / "default_gradebook.csv", "canvas", tmp_path / "names")


def test_an_enrolment_has_a_day_or_is_none(tmp_path: Path) -> None:
    sis = map_file(SAMPLES / "sis_enrollments_2026-03-01.csv", "canvas", tmp_path / "sis")
    assert [(r["activity_id"], r["milestone"], r["occurred_at"]) for r in sis.rows("enrolments")] == [
        ("sis:SAF-101", "confirmed", datetime(2026, 1, 5, 8)),
        ("sis:SAF-101", "completed", datetime(2026, 2, 27, 17)),
    ], "a teacher is no learner"
    report = map_file(SAMPLES / "enrollments.csv", "canvas", tmp_path / "report")
    assert (report.counts("enrolments"), report.counts("accounts")) == ((0, 0, 0, 0), (2, 2, 0, 0))


def test_a_course_goes_by_all_its_names(tmp_path: Path) -> None:
    courses = map_file(SAMPLES / "courses.csv", "canvas", tmp_path).rows("activities")
    assert {(r["activity_id"], r["catalogue_code"]) for r in courses} == {
        ("course:31", "SAF-101"), ("sis:SAF-101", "SAF-101"), ("code:safety-101", "SAF-101"),
        ("course:32", "AID-1"), ("code:aid-1", "AID-1"),
    }  # fmt: skip


def test_each_attempt_at_a_quiz_has_its_time_and_no_answers(tmp_path: Path) -> None:
    quiz = map_file(SAMPLES / "Ladder check Quiz Student Analysis Report.csv", "canvas", tmp_path)
    told = [(r["instrument_id"], r["attempt_id"], r["occurred_at"], r["score"]) for r in quiz.rows("assessments")]
    assert told == [
        ("Ladder check", "1", datetime(2026, 2, 9, 13, 28, 49), 1.0),
        ("Ladder check", "2", datetime(2026, 2, 10, 8, 1), 3.0),
    ]
    assert [r["column_name"] for r in quiz.rejects("assessments")] == ["id"], "somebody who had not logged in"
    assert "static" not in str(quiz.rows("assessments"))


def test_mastery_of_an_outcome_is_a_level_against_its_target(tmp_path: Path) -> None:
    outcomes = map_file(SAMPLES / "outcome_results_02_Mar_2026.csv", "canvas", tmp_path)
    (row,) = outcomes.rows("capability_assessments")
    assert (row["person_token"], row["capability_id"]) == (SANNE, "outcome:88")
    assert (row["level"], row["target_level"], row["scale_max"]) == (4.0, 3.0, 5.0)


# ----------------------------------------------------------------------------------------------- Canvas Data, API


def test_one_enrolment_of_the_api_is_all_its_milestones(tmp_path: Path) -> None:
    api = map_file(SAMPLES / "enrollments_api.json", "canvas", tmp_path)
    told = {(r["person_token"], r["milestone"], r["occurred_at"]) for r in api.rows("enrolments")}
    assert told == {
        (SANNE, "confirmed", datetime(2026, 1, 5, 8)),
        (CHIDI, "confirmed", datetime(2026, 1, 5, 8)),
        (CHIDI, "completed", datetime(2026, 2, 27, 17)),
        (ROISIN, "confirmed", datetime(2026, 1, 6, 8)),
        (ROISIN, "cancelled", datetime(2026, 1, 20, 12)),
    }, "of an end, the day of completion counts before the day of the last change"
    assert [(r["person_token"], r["score"]) for r in api.rows("assessments")] == [(SANNE, 88.33)]


def test_a_page_of_the_api_and_a_table_tell_the_same_attempt(tmp_path: Path) -> None:
    page = map_file(SAMPLES / "quiz_submissions_api.json", "canvas", tmp_path / "page")
    table = map_file(SAMPLES / "quiz_submissions.json", "canvas", tmp_path / "table")
    assert page.column("assessments", "record_key") == table.column("assessments", "record_key")
    assert (page.unit.export, table.unit.export) == ("quiz_submissions_table", "quiz_attempts_table")
    assert table.counts("assessments") == (1, 1, 0, 0), "a teacher's preview is no attempt"


def test_the_rows_of_canvas_data_keep_their_keys_apart_from_their_values(tmp_path: Path) -> None:
    logins = map_file(SAMPLES / "pseudonyms.jsonl", "canvas", tmp_path).rows("accounts")
    assert {(r["account_token"], r["employee_token"], r["account_status"]) for r in logins} == {
        (SANNE, token_of("employee_number", "001042"), "active"),
        (CHIDI, None, "suspended"),
    }


OPEN_EDUCATION = REAL_DATA / "lms" / "oea_canvas_json"
REAL_TABLES = {
    "assignments.json": {"activities": 281},
    "content_tags.json": {"activities": 291},
    "context_modules.json": {"activities": 127},
    "course_sections.json": {"activities": 87},
    "courses.json": {"activities": 174},
    "enrollments.json.gz": {"enrolments": 3600, "learning_events": 3600, "assessments": 0},
    "quiz_submissions.json.gz": {"assessments": 7858, "learning_events": 7858},
    "quizzes.json": {"activities": 140},
    "users.json": {"accounts": 640},
}


@pytest.mark.skipif(not OPEN_EDUCATION.exists(), reason="the real data is not here")
@pytest.mark.parametrize("name", REAL_TABLES)
def test_a_real_table_lands_whole(name: str, tmp_path: Path) -> None:
    mapped = map_file(OPEN_EDUCATION / name, "canvas", tmp_path)
    counts = {kind.kind.name: mapped.counts(kind.kind.name) for kind in mapped.unit.kinds}
    assert counts == {kind: (rows, rows, 0, 0) for kind, rows in REAL_TABLES[name].items()}


@pytest.mark.skipif(not OPEN_EDUCATION.exists(), reason="the real data is not here")
@pytest.mark.parametrize(
    ("name", "told"), [("accounts", "folders of courses"), ("roles", "roles"), ("enrollment_terms", "terms")]
)
def test_a_table_without_learning_is_refused_with_the_reason(name: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(OriginalRefused, match=told):
        map_file(OPEN_EDUCATION / f"{name}.json", "canvas", tmp_path)


def test_a_gradebook_of_a_dutch_user_has_dutch_words_in_the_english_layout(tmp_path: Path) -> None:
    export = tmp_path / "2026-03-02T0905_Cijfers-AID-1.csv"
    export.write_text(
        "Student;ID;SIS User ID;SIS Login ID;Section;Notities (2024);EHBO (640);Final Score\n"
        ";;;;;;Handmatig plaatsen;\n"
        "    Points Possible;;;;;(alleen-lezen);10,00;(alleen-lezen)\n"
        "de Wit, Sanne;1207;001042;swit;Avond;12;9,50;88,33\n"
        f"Leerling, Test;1299;;{'0a1b2c3d' * 5};Avond;;1,00;10,00\n",
        encoding="utf-8-sig",
    )
    told = map_file(export, "canvas", tmp_path / "out").rows("assessments")
    assert {(r["instrument_id"], r["score"], r["score_max"], r["activity_id"]) for r in told} == {
        ("assignment:640", 9.5, 10.0, "code:aid-1"),
        ("Final Score", 88.33, 100.0, "code:aid-1"),
    }, "neither the notes nor the test student"
