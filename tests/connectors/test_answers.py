"""Wide columns that are items because of what they hold, several answers in a cell, and patterns of a home."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connectors.declaration import with_settings
from connectors.errors import OriginalRefused, SettingsError
from tests.connectors.mapped import Mapped, declared, map_file

SURVEY = """\
tool: acme
title: Acme
status: draft
version: "1"
options: {choices: [], constructs: {}, linked: []}
exports:
  answers:
    title: answers
    how: Export.
    delivers: events
    columns: {who: Who, mail: {names: Mail, optional: true}}
    items:
      - {header: '^(?P<choice>[^\\s\\S])$', setting: choices, split: ";"}
      - {header: '^(?P<question>.+)$', mostly: '^[0-9]$', required: true, continued: true}
      - {header: '^(?P<option>.+)$', ticked: true, continued: true}
    kinds:
      survey_responses:
        items: true
        columns:
          response_id: who
          person_token: {from: mail, when: [{column: who, matches: '[^\\s\\S]', setting: linked}], identifier: email}
          survey_id: {given: series}
          item_id: {join: [choice, question, option, occurrence], by: "/"}
          construct: {from: question, match: {'[^\\s\\S]': nothing}, setting: constructs, otherwise: empty}
          answer_number: {from: cell, when: [{column: question, filled: true}]}
          answer_code: {from: cell, when: [{column: question, filled: false}]}
"""
HEADER = "Who,Mail,Useful,Why,Tools,,Column7"


def surveyed(folder: Path, *rows: str, **settings: Any) -> Mapped:
    path = folder / "survey.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n", "utf-8")
    declaration = with_settings(declared(folder, SURVEY), {"tools": {"acme": settings}} if settings else {})
    return map_file(path, declaration, folder / "scratch")


ROWS = [f"R{i},r{i}@x.example,{i % 5 + 1},because {i},Git;SQL,{'R' if i < 6 else ''},{'Bash' if i < 3 else ''}" for i in range(1, 11)]  # fmt: skip


def test_a_scale_is_read_and_free_text_is_not(tmp_path: Path) -> None:
    mapped = surveyed(tmp_path, *ROWS)
    assert {row["item_id"] for row in mapped.rows("survey_responses") if row["answer_number"]} == {"Useful"}
    assert "because" not in str(mapped.rows("survey_responses"))
    assert set(mapped.unit.unread) == {"Why", "Column7"}


def test_a_stray_answer_on_a_scale_is_rejected_and_does_not_hide_the_scale(tmp_path: Path) -> None:
    mapped = surveyed(tmp_path, *ROWS[:-1], "R10,,rather,,,,")
    assert [(r["rule"], r["source_line"]) for r in mapped.rejects("survey_responses")] == [("not_a_number", 11)]


def test_what_many_ticked_is_an_option_of_the_question_on_the_left_and_what_few_did_is_not(tmp_path: Path) -> None:
    rows = surveyed(tmp_path, *ROWS).rows("survey_responses")
    assert {(row["item_id"], row["answer_code"]) for row in rows if row["answer_code"]} == {
        ("Tools", "Git;SQL"),
        ("Tools/2", "R"),
    }


def test_a_home_says_which_questions_are_choices_and_each_answer_is_a_record(tmp_path: Path) -> None:
    rows = surveyed(tmp_path, *ROWS, choices=["tools"]).rows("survey_responses")
    tools = {row["answer_code"] for row in rows if row["item_id"] == "Tools" and row["response_id"] == "R1"}
    assert tools == {"Git", "SQL"}


def test_a_home_says_what_questions_measure_and_who_may_be_known(tmp_path: Path) -> None:
    rows = surveyed(tmp_path, *ROWS, constructs={"useful": "reaction"}, linked=["R1$"]).rows("survey_responses")
    assert {row["construct"] for row in rows if row["answer_number"]} == {"reaction"}
    assert {row["response_id"] for row in rows if row["person_token"]} == {"R1"}
    assert not any(row["person_token"] for row in surveyed(tmp_path, *ROWS).rows("survey_responses"))


def test_a_table_without_any_scale_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OriginalRefused, match="nine of ten filled cells"):
        surveyed(tmp_path, "R1,,good,because,Git,,")


def test_a_survey_without_any_response_yet_is_none_the_less_one(tmp_path: Path) -> None:
    assert surveyed(tmp_path).counts("survey_responses") == (0, 0, 0, 0)


def test_a_survey_whose_only_response_is_cut_off_tells_that_and_nothing_else(tmp_path: Path) -> None:
    mapped = surveyed(tmp_path, "R1,r1@x.example,4")
    assert [r["rule"] for r in mapped.rejects("survey_responses")] == ["ragged_row"]


@pytest.mark.parametrize(
    ("settings", "told"),
    [({"constructs": ["useful"]}, "should map patterns"), ({"choices": {"a": "b"}}, "should be a list of patterns")],
)
def test_settings_of_another_make_are_told(settings: dict[str, Any], told: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=told):
        surveyed(tmp_path, *ROWS, **settings)


def test_a_column_that_stands_alone_is_no_option_however_often_it_says_the_same(tmp_path: Path) -> None:
    rows = [row.replace(f"because {i}", "Anna Faber") for i, row in enumerate(ROWS, 1)]
    assert "Faber" not in str(surveyed(tmp_path, *rows).rows("survey_responses"))
