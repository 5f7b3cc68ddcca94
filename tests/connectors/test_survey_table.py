"""Answers in a table: spread over columns or joined in a cell, under one header row or two, wide or long."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.declaration import CATALOGUE
from connectors.errors import OriginalRefused
from tests.connectors.mapped import map_file

SAMPLES = CATALOGUE / "samples" / "survey_table"


def test_options_that_are_spread_over_nameless_columns_belong_to_the_question_on_their_left(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "longterm_followup.csv", "survey_table", tmp_path)
    rows = mapped.rows("survey_responses")
    assert {row["answer_code"] for row in rows if row["item_id"] == "Content"} == {"Git", "R"}
    assert "Nora" not in str(rows)
    scales = {row["item_id"] for row in rows if row["answer_number"] is not None}
    assert scales == {"Improved my practice", "Gained confidence", "Likely-To-Recommend"}
    assert {row["occasion"] for row in rows} == {"follow_up"}


def test_a_stray_answer_is_rejected(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "longterm_followup.csv", "survey_table", tmp_path)
    assert [(r["rule"], r["value"], r["source_line"]) for r in mapped.rejects("survey_responses")] == [
        ("unknown_value", "Maybe", 8)
    ]


def test_two_header_rows_tell_question_and_row_and_who_people_are_is_not_read(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "Teilnehmer.csv", "survey_table", tmp_path)
    assert mapped.unit.export == "wide_in_two_rows"
    items = {row["item_id"]: row["construct"] for row in mapped.rows("survey_responses")}
    assert items == {
        "Wie beurteilen Sie die Schulung? | Die Inhalte sind relevant": "relevance",
        "Wie beurteilen Sie die Schulung? | Ich kann es anwenden": None,
        "Womit arbeiten Sie?": None,
    }
    assert set(mapped.column("survey_responses", "answer_code")) == {None, "Excel"}


def test_a_long_table_is_read_answer_by_answer_without_free_text(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "answers_long.csv", "survey_table", tmp_path)
    assert mapped.counts("survey_responses") == (4, 2, 2, 0)
    assert [r["rule"] for r in mapped.rejects("survey_responses")] == ["key_conflict", "required_missing"]
    assert set(mapped.column("survey_responses", "survey_id")) == {"pulse"}
    assert set(mapped.column("survey_responses", "construct")) == {"climate_time"}


def test_a_list_without_answers_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "workshops.csv"
    path.write_text("slug,start,host\na,2012-01-18,Here\nb,2012-02-20,There\n", "utf-8")
    with pytest.raises(OriginalRefused, match="nine of ten filled cells"):
        map_file(path, "survey_table", tmp_path)


def test_a_first_response_is_never_taken_for_a_second_header_row(tmp_path: Path) -> None:
    path = tmp_path / "one_row.csv"
    path.write_text("Response ID,Useful,Clear\nr1,Agree,4\nr2,Agree,5\nr3,Neutral,2\n", "utf-8")
    mapped = map_file(path, "survey_table", tmp_path)
    assert (mapped.unit.export, mapped.counts("survey_responses")) == ("wide", (6, 6, 0, 0))


def test_a_code_book_is_refused_as_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "key.csv"
    path.write_text("column,verbatim,short\ndomain,Business,b\n", "utf-8")
    with pytest.raises(OriginalRefused, match="explains answers, and holds none"):
        map_file(path, "survey_table", tmp_path)
