"""Microsoft Forms: scales in the language of the form, nobody named unless a home says so, several answers in a cell."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.declaration import CATALOGUE, load, with_settings
from tests.connectors.mapped import Mapped, map_file, token_of

SAMPLES = CATALOGUE / "samples" / "microsoft_forms"
EVALUATION = SAMPLES / "Evaluation Planning for teams(1-6).xlsx"


def formed(path: Path, scratch: Path, **settings: Any) -> Mapped:
    declaration = load(CATALOGUE / "microsoft_forms.yaml")
    return map_file(path, with_settings(declaration, {"tools": {"microsoft_forms": settings}}), scratch)


def test_words_of_a_scale_become_points_and_a_stray_answer_is_rejected(tmp_path: Path) -> None:
    mapped = formed(EVALUATION, tmp_path)
    assert mapped.counts("survey_responses") == (23, 22, 1, 0)
    assert [(r["rule"], r["value"], r["source_line"]) for r in mapped.rejects("survey_responses")] == [
        ("unknown_value", "ten", 7)
    ]
    first = {row["construct"]: row for row in mapped.rows("survey_responses") if row["response_id"] == "1"}
    points = {name: (row["answer_number"], row["scale_min"], row["scale_max"]) for name, row in first.items()}
    assert points["supervisor_support"] == (4, 1, 5)
    assert points["application"] == (1, 0, 1)
    assert first["application"]["occasion"] == "follow_up"
    assert first["application"]["answered_at"] == datetime(2025, 2, 24, 9, 4, 40)
    assert mapped.column("activities", "catalogue_code") == ["PRG-2010"]


def test_how_likely_people_are_to_recommend_is_asked_from_0_to_10(tmp_path: Path) -> None:
    asked = [row for row in formed(EVALUATION, tmp_path).rows("survey_responses") if "recommend" in row["item_id"]]
    assert {row["answer_number"] for row in asked} == {9, 7, 3, 10, 8}
    assert {(row["scale_min"], row["scale_max"]) for row in asked} == {(0, 10)}


def test_free_text_and_who_answered_are_not_read(tmp_path: Path) -> None:
    mapped = formed(EVALUATION, tmp_path)
    assert "Faber" not in str(mapped.rows("survey_responses"))
    assert set(mapped.column("survey_responses", "person_token")) == {None}
    assert (mapped.tokeniser.clear, mapped.tokeniser.kept) == (set(), set())
    assert set(mapped.unit.unread) == {"What did you use?", "What would make it better?"}


def test_a_home_may_declare_that_a_form_names_its_respondents(tmp_path: Path) -> None:
    mapped = formed(EVALUATION, tmp_path, linked=["^Evaluation"])
    tokens = {row["response_id"]: row["person_token"] for row in mapped.rows("survey_responses")}
    assert tokens["1"] == token_of("email", "mila.dekker@noord.example")
    assert tokens["3"] is None, "who answered as anonymous stays so"


def test_a_home_says_what_is_a_choice_what_is_measured_and_when_it_was_asked(tmp_path: Path) -> None:
    settings = {"choices": ["^What did you use"], "constructs": {"satisfied": "utility"}, "occasions": {"^Eval": "end"}}
    rows = formed(EVALUATION, tmp_path, **settings).rows("survey_responses")
    assert {row["answer_code"] for row in rows if row["response_id"] == "1"} == {None, "The board", "The stand-up"}
    assert "utility" in {row["construct"] for row in rows}
    assert {row["occasion"] for row in rows} == {"end"}


def test_a_dutch_form_after_three_months_is_a_follow_up(tmp_path: Path) -> None:
    mapped = formed(SAMPLES / "Opvolging na drie maanden.csv", tmp_path)
    assert mapped.counts("survey_responses") == (6, 6, 0, 0)
    assert set(mapped.column("survey_responses", "occasion")) == {"follow_up"}
    applied = [row["answer_number"] for row in mapped.rows("survey_responses") if row["construct"] == "application"]
    assert applied == [1, 0, 0]
    assert mapped.rows("survey_responses")[0]["org_unit_id"] == "Zorg Noord"


@pytest.mark.parametrize(
    "header",
    [
        "ID;Startzeit;Fertigstellungszeit;E-Mail;Name;Ich bin zufrieden",
        "ID;Heure de début;Heure de fin;Adresse de messagerie;Nom;Je suis satisfait",
        "ID;Hora de inicio;Hora de finalización;Correo electrónico;Nombre;Estoy satisfecho",
    ],
)
def test_the_headers_are_those_of_the_language(header: str, tmp_path: Path) -> None:
    path = tmp_path / "form.csv"
    path.write_text(f"{header}\n1;3-6-25 9:01:00;3-6-25 9:04:05;anonymous;;5\n", "utf-8")
    (row,) = formed(path, tmp_path).rows("survey_responses")
    assert (row["answer_number"], row["answered_at"]) == (5, datetime(2025, 6, 3, 9, 4, 5))
