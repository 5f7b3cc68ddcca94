"""The Open University data set, by its samples and by the files as they were published."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pytest

from connectors.declaration import CATALOGUE
from tests.connectors.mapped import EXTRACTED_AT, REAL_DATA, Mapped, map_file, token_of

SAMPLES = CATALOGUE / "samples" / "oulad"
REAL = REAL_DATA / "lms" / "oulad"


def student(number: int) -> str:
    return token_of("oulad:student", str(number))


def sample(name: str, tmp_path: Path) -> Mapped:
    return map_file(SAMPLES / f"{name}.csv", "oulad", tmp_path)


def test_a_registration_and_its_end_are_milestones_on_days_counted_from_the_first_of_the_presentation(
    tmp_path: Path,
) -> None:
    mapped = sample("studentRegistration", tmp_path)
    assert mapped.counts("enrolments") == (5, 5, 0, 0)
    told = {
        (r["person_token"], r["activity_id"], r["milestone"], r["occurred_date"]) for r in mapped.rows("enrolments")
    }
    assert told == {
        (student(900101), "KKK/2015B", "confirmed", date(2014, 12, 3)),
        (student(900102), "KKK/2015B", "confirmed", date(2015, 1, 20)),
        (student(900102), "KKK/2015B", "cancelled", date(2015, 3, 6)),
        (student(900103), "KKK/2015B", "cancelled", date(2015, 1, 30)),
        (student(900102), "KKK/2015J", "confirmed", date(2015, 10, 6)),
    }
    assert set(mapped.column("enrolments", "enrolment_id")) == {"2015B", "2015J"}


def test_a_result_is_a_milestone_and_a_student_is_an_account_and_nothing_else_of_a_student_lands(
    tmp_path: Path,
) -> None:
    mapped = sample("studentInfo", tmp_path)
    assert mapped.counts("enrolments") == (4, 4, 0, 0)
    assert mapped.counts("accounts") == (3, 3, 0, 0)
    assert mapped.column("enrolments", "milestone") == ["passed", "cancelled", "failed", "passed"]
    assert mapped.column("enrolments", "occurred_date")[0] == date(2015, 9, 30)
    landed = json.dumps([mapped.rows(kind) for kind in ("enrolments", "accounts")], default=str)
    assert not any(told in landed for told in ("Ireland", "Wales", "10-20", "55<=", "A Level"))


def test_a_score_keeps_its_day_beside_it_and_is_dated_like_the_file(tmp_path: Path) -> None:
    mapped = sample("studentAssessment", tmp_path)
    assert mapped.counts("assessments") == (6, 6, 0, 0)
    rows = mapped.rows("assessments")
    assert [r["score"] for r in rows] == [82, 39, 100, 40, None, 7]
    assert [r["score_scaled"] for r in rows] == pytest.approx([0.82, 0.39, 1.0, 0.4, None, 0.07])
    assert [r["is_passed"] for r in rows] == [True, False, True, True, None, False]
    assert [r["score_max"] for r in rows] == [100, 100, 100, 100, None, 100]
    assert {(r["occurred_at"], r["is_occurred_at_exact"]) for r in rows} == {(EXTRACTED_AT, False)}
    assert json.loads(rows[3]["extras"]) == {"date_submitted": "-1", "is_banked": "1"}
    assert rows[0]["instrument_id"] == "assessment:70001"


def test_the_assessment_itself_names_the_presentation(tmp_path: Path) -> None:
    rows = sample("assessments", tmp_path).rows("activities")
    assert [(r["activity_id"], r["activity_kind"], r["parent_activity_id"]) for r in rows] == [
        ("assessment:70001", "assignment", "KKK/2015B"),
        ("assessment:70002", "quiz", "KKK/2015B"),
        ("assessment:70003", "exam", "KKK/2015B"),
    ]
    assert json.loads(rows[2]["extras"]) == {"type": "Exam", "weight": "100"}


def test_every_row_of_clicks_counts_and_an_unheard_of_presentation_is_rejected(tmp_path: Path) -> None:
    mapped = sample("studentVle", tmp_path)
    assert mapped.counts("learning_events") == (5, 4, 1, 0)
    rows = mapped.rows("learning_events")
    assert [json.loads(r["extras"])["clicks"] for r in rows] == ["3", "3", "11", "1"]
    assert len({r["record_key"] for r in rows}) == 4
    assert rows[0]["occurred_at"] == datetime(2015, 1, 27)
    assert rows[3]["occurred_at"] == datetime(2015, 10, 12, 23), "midnight in London, in summer"
    assert [(r["source_line"], r["rule"]) for r in mapped.rejects("learning_events")] == [(6, "not_a_time")]


# ------------------------------------------------------------------------------------------ as published


needs_real_data = pytest.mark.skipif(not REAL.exists(), reason=f"the published files are not at {REAL}")


def published(name: str) -> pd.DataFrame:
    return pd.read_csv(REAL / f"{name}.csv.gz", dtype=str)


@needs_real_data
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("courses", "activities"),
        ("assessments", "activities"),
        ("vle", "activities"),
        ("studentAssessment", "assessments"),
        ("studentVle_sample", "learning_events"),
    ],
)
def test_every_row_of_a_published_file_lands(tmp_path: Path, name: str, kind: str) -> None:
    rows = len(published(name))
    assert map_file(REAL / f"{name}.csv.gz", "oulad", tmp_path).counts(kind) == (rows, rows, 0, 0)


@needs_real_data
def test_the_published_registrations_land_on_the_days_that_pandas_counts(tmp_path: Path) -> None:
    table = published("studentRegistration")
    landed = map_file(REAL / "studentRegistration.csv.gz", "oulad", tmp_path)
    long = table.melt(["code_module", "code_presentation", "id_student"]).dropna(subset="value")
    assert landed.counts("enrolments") == (len(long), len(long), 0, 0)
    month = long["code_presentation"].str[-1].map({"B": "-02-01", "J": "-10-01"})
    first = pd.to_datetime(long["code_presentation"].str[:4] + month)
    expected = (first + pd.to_timedelta(long["value"].astype(int), unit="D")).dt.date
    milestones = long["variable"].map({"date_registration": "confirmed", "date_unregistration": "cancelled"})
    rows = landed.rows("enrolments")
    assert sorted(zip(milestones, expected, strict=True)) == sorted((r["milestone"], r["occurred_date"]) for r in rows)


@needs_real_data
def test_the_published_results_and_scores_land_as_counted(tmp_path: Path) -> None:
    students = published("studentInfo")
    landed = map_file(REAL / "studentInfo.csv.gz", "oulad", tmp_path / "info")
    assert landed.counts("enrolments") == (len(students), len(students), 0, 0)
    assert landed.counts("accounts")[1] == students["id_student"].nunique()
    milestones = pd.Series(landed.column("enrolments", "milestone")).value_counts().to_dict()
    results = students["final_result"].value_counts()
    assert milestones == {
        "passed": results["Pass"] + results["Distinction"],
        "failed": results["Fail"],
        "cancelled": results["Withdrawn"],
    }
    scores = published("studentAssessment")["score"].astype(float)
    landed = map_file(REAL / "studentAssessment.csv.gz", "oulad", tmp_path / "scores")
    found = landed.table("assessments").to_pandas()
    assert found["score"].sum() == scores.sum()
    assert int(found["score"].isna().sum()) == int(scores.isna().sum())
    assert int((found["is_passed"] == True).sum()) == int((scores >= 40).sum())  # noqa: E712


@needs_real_data
def test_the_published_clicks_are_all_kept(tmp_path: Path) -> None:
    landed = map_file(REAL / "studentVle_sample.csv.gz", "oulad", tmp_path).table("learning_events").to_pandas()
    clicks = landed["extras"].map(lambda text: int(json.loads(text)["clicks"]))
    assert int(clicks.sum()) == published("studentVle_sample")["sum_click"].astype(int).sum()
    assert landed["record_key"].is_unique


@needs_real_data
@pytest.mark.parametrize("name", ["studentRegistration", "studentInfo"])
def test_other_modules_and_question_marks_for_nothing_are_read_as_well(tmp_path: Path, name: str) -> None:
    table = published(name).fillna("?").replace({"code_module": {"AAA": "GGG", "BBB": "DDD"}})
    path = tmp_path / f"{name}.csv"
    table.to_csv(path, index=False)
    again = map_file(path, "oulad", tmp_path / "again")
    original = map_file(REAL / f"{name}.csv.gz", "oulad", tmp_path / "original")
    assert again.counts("enrolments") == original.counts("enrolments")
    assert {row["activity_id"][:3] for row in again.rows("enrolments")} == {"GGG", "DDD", "CCC"}
