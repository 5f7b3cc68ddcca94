"""A Moodle course as researchers share it, by its samples and by the files that were published."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from connectors.declaration import CATALOGUE
from tests.connectors.mapped import EXTRACTED_AT, REAL_DATA, map_file, token_of

SAMPLES = CATALOGUE / "samples" / "la_course"
REAL = REAL_DATA / "lms" / "la_course_xlsx"


def test_events_are_read_in_the_words_of_moodle(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "Events.xlsx", "la_course", tmp_path)
    assert mapped.counts("learning_events") == (6, 5, 1, 0), "the same view twice is two views"
    assert mapped.column("learning_events", "verb") == ["viewed", "submitted", "viewed", "viewed", "posted"]
    posted = mapped.rows("learning_events")[-1]
    assert (posted["activity_kind"], posted["activity_name"]) == ("Forum", "Ladders & scaffolds")
    assert posted["occurred_at"] == datetime(2026, 2, 10, 8, 4)
    assert [(r["source_line"], r["rule"]) for r in mapped.rejects("learning_events")] == [(7, "not_a_time")]
    assert len(mapped.rows("activities")) == 4


def test_a_grade_is_dated_like_its_file_and_none_is_no_grade(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "Results.csv", "la_course", tmp_path)
    assert mapped.counts("assessments") == (17, 8, 5, 4)
    first = mapped.rows("assessments")[0]
    assert first["person_token"] == token_of("la_course:user", "7c1e5a0f2")
    assert (first["occurred_at"], first["is_occurred_at_exact"]) == (EXTRACTED_AT, False)
    assert [(r["rule"], r["value"]) for r in mapped.rejects("assessments")][-1] == ("not_a_number", "n/a")
    assert {r["instrument_id"] for r in mapped.rows("assessments")} >= {"Group work", "Final_grade"}


@pytest.mark.skipif(not REAL.exists(), reason=f"the published files are not at {REAL}")
@pytest.mark.parametrize(
    ("name", "kind", "landed"),
    [
        ("Results", "assessments", 1820),
        ("AllCombined", "assessments", 1820),
        ("AllCombined", "accounts", 130),
        ("Demographics", "accounts", 130),
    ],
)
def test_the_published_files_land_without_a_reject(tmp_path: Path, name: str, kind: str, landed: int) -> None:
    assert map_file(REAL / f"{name}.xlsx", "la_course", tmp_path).counts(kind) == (landed, landed, 0, 0)
