"""Google Forms: grids, times of the form's language, and sheets of codes without a time."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from connectors.declaration import CATALOGUE, load, with_settings
from tests.connectors.mapped import map_file, token_of

SAMPLES = CATALOGUE / "samples" / "google_forms"


def test_each_row_of_a_grid_is_an_item(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "Learning climate (Responses).xlsx", "google_forms", tmp_path)
    assert mapped.counts("survey_responses") == (13, 13, 0, 0)
    items = {row["item_id"]: row["construct"] for row in mapped.rows("survey_responses")}
    assert items == {
        "I have enough time to learn": None,
        "Please rate [My manager supports learning]": "supervisor_support",
        "Please rate [Mistakes are discussed openly]": None,
    }
    first = mapped.rows("survey_responses")[0]
    assert (first["response_id"], first["org_unit_id"]) == ("row-2", "O1-02")
    assert first["answered_at"] == datetime(2025, 2, 3, 9, 15, 2)


def test_who_answers_in_the_same_second_is_still_another_response(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "Evaluatie.csv", "google_forms", tmp_path)
    assert mapped.counts("survey_responses") == (6, 6, 0, 0)
    assert mapped.column("activities", "title") == ["Veilig tillen"]


def test_codes_without_a_time_are_read_and_a_home_says_what_they_measure(tmp_path: Path) -> None:
    settings = {"tools": {"google_forms": {"constructs": {"^TSC": "self_concept", "^TE": "efficacy"}}}}
    declaration = with_settings(load(CATALOGUE / "google_forms.yaml"), settings)
    mapped = map_file(SAMPLES / "Coded responses.xlsx", declaration, tmp_path)
    assert mapped.counts("survey_responses") == (15, 15, 0, 0)
    measured = {row["item_id"]: row["construct"] for row in mapped.rows("survey_responses")}
    assert measured == {"TSC1": "self_concept", "TSC2": "self_concept", "TE1": "efficacy", "DE1": None}
    assert set(mapped.column("survey_responses", "answered_at")) == {None}


def test_an_address_names_a_respondent_only_where_a_home_says_so(tmp_path: Path) -> None:
    open_form = map_file(SAMPLES / "Evaluatie.csv", "google_forms", tmp_path / "open")
    assert set(open_form.column("survey_responses", "person_token")) == {None}
    linked = with_settings(load(CATALOGUE / "google_forms.yaml"), {"tools": {"google_forms": {"linked": ["^eval"]}}})
    named = map_file(SAMPLES / "Evaluatie.csv", linked, tmp_path / "linked")
    assert token_of("email", "lot.bos@zuid.example") in named.column("survey_responses", "person_token")
