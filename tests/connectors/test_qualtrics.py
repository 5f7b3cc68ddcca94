"""Qualtrics: three header rows, the third of which tells questions from free text, timing and embedded data."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from connectors.declaration import CATALOGUE
from connectors.errors import OriginalRefused
from tests.connectors.mapped import Mapped, map_file, token_of

SAMPLES = CATALOGUE / "samples" / "qualtrics"


@pytest.fixture(scope="module")
def mapped(tmp_path_factory: pytest.TempPathFactory) -> Mapped:
    return map_file(SAMPLES / "End of programme.csv", "qualtrics", tmp_path_factory.mktemp("qualtrics"))


def test_questions_are_told_by_their_import_ids(mapped: Mapped) -> None:
    items = {row["item_id"]: row["item_text"] for row in mapped.rows("survey_responses")}
    assert set(items) == {"Q1", "Q2_1", "Q2_2", "Q3_1", "Q3_2", "Q4"}
    assert items["Q2_1"] == "How far do you agree? - My manager supports me"
    assert "Vos" not in str(mapped.rows("survey_responses")), "free text and names are not read"


def test_a_preview_is_no_response_and_a_stray_answer_is_rejected(mapped: Mapped) -> None:
    assert mapped.counts("survey_responses") == (14, 13, 1, 0)
    assert {row["response_id"] for row in mapped.rows("survey_responses")} == {
        "R_2YPOQ602ER1jkf1",
        "R_3BQkPp0aT5cZl9e",
        "R_9uFx2mQv7LzKw3d",
    }
    assert [(r["rule"], r["value"]) for r in mapped.rejects("survey_responses")] == [("unknown_value", "Perhaps")]


def test_an_option_that_was_ticked_is_read_from_its_header(mapped: Mapped) -> None:
    ticked = {(row["response_id"][:5], row["answer_code"]) for row in mapped.rows("survey_responses")}
    assert ticked == {
        ("R_2YP", None),
        ("R_3BQ", None),
        ("R_9uF", None),
        ("R_2YP", "Check-lists"),
        ("R_3BQ", "Check-lists"),
        ("R_3BQ", "Coaching"),
    }


def test_a_personal_link_names_the_respondent_and_an_anonymous_one_nobody(mapped: Mapped) -> None:
    tokens = {row["response_id"]: row["person_token"] for row in mapped.rows("survey_responses")}
    assert tokens == {
        "R_2YPOQ602ER1jkf1": token_of("employee_number", "70412"),
        "R_3BQkPp0aT5cZl9e": None,
        "R_9uFx2mQv7LzKw3d": None,
    }


def test_points_constructs_unit_and_time_are_there(mapped: Mapped) -> None:
    first = {row["item_id"]: row for row in mapped.rows("survey_responses") if row["response_id"].startswith("R_2")}
    assert (first["Q1"]["answer_number"], first["Q1"]["construct"]) == (5, "reaction")
    assert (first["Q2_1"]["answer_number"], first["Q2_1"]["construct"]) == (4, "supervisor_support")
    assert (first["Q4"]["answer_number"], first["Q4"]["scale_max"]) == (1, 1)
    assert (first["Q1"]["org_unit_id"], first["Q1"]["activity_id"]) == ("O2-01", "PRG-3010")
    assert first["Q1"]["answered_at"] == datetime(2025, 2, 10, 9, 4, 12)


def test_the_older_export_has_two_header_rows(tmp_path: Path) -> None:
    older = map_file(SAMPLES / "Older export.csv", "qualtrics", tmp_path)
    assert older.unit.export == "older_responses"
    assert {(row["item_id"], row["answer_number"]) for row in older.rows("survey_responses")} == {
        ("Q1", 4), ("Q1", 2), ("Q2_1", 5), ("Q2_1", 3), ("Q2_2", 2), ("Q2_2", 1),
    }  # fmt: skip


def test_an_export_that_was_saved_with_one_header_row_alone_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "responses.csv"
    path.write_text("ResponseId,EndDate,Q1\nR_1,2025-02-10 09:00:00,5\nR_2,2025-02-10 09:00:00,4\n", "utf-8")
    with pytest.raises(OriginalRefused, match="header fits no export of qualtrics"):
        map_file(path, "qualtrics", tmp_path / "scratch")
