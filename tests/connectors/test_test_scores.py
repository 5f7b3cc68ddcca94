"""Lists of test scores: three moments, two forms, blank for who was absent."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

import pytest

from connectors.declaration import CATALOGUE
from connectors.errors import OriginalRefused
from tests.connectors.mapped import map_file, token_of
from tests.connectors.spellings import SPELLINGS, Spelling, in_every_language_and_spelling

SAMPLES = CATALOGUE / "samples" / "test_scores"
PLAIN = SPELLINGS["commas and decimal points"]

HEADERS = {
    "en": ["Employee number", "Test", "Programme", "Moment", "Form", "Test date", "Score", "Maximum", "Passed"],
    "nl": ["Personeelsnummer", "Toets", "Opleiding", "Meetmoment", "Versie", "Datum", "Behaalde punten", "Max. punten", "Geslaagd"],
    "de": ["Personalnummer", "Prüfung", "Schulung", "Zeitpunkt", "Fassung", "Prüfungsdatum", "Punktzahl", "Max. Punkte", "Bestanden"],
    "fr": ["Matricule", "Code du test", "Formation", "Temps de mesure", "Version du test", "Passé le", "Points obtenus", "Barème", "Réussi"],
}  # fmt: skip
YES = {"en": "Yes", "nl": "ja", "de": "Ja", "fr": "oui"}


@in_every_language_and_spelling
def test_a_score_keeps_its_decimals_in_every_language_and_spelling(
    language: str, spelling: Spelling, tmp_path: Path
) -> None:
    at = spelling.at("2026-03-16T14:05")
    rows = [
        ["001007", "T-1", "PRG-1 Ladders", "post", "B", at, spelling.number("17.5"), "25", YES[language]],
        ["001014", "T-1", "PRG-1 Ladders", "post", "B", at, "", "25", ""],
    ]
    mapped = map_file(spelling.write(tmp_path / "s.csv", HEADERS[language], rows), "test_scores", tmp_path)
    assert mapped.counts("assessments") == (1, 1, 0, 0), "a blank score is an absence, and no result"
    (row,) = mapped.rows("assessments")
    assert row["person_token"] == token_of("employee_number", "001007")
    assert (row["score"], row["score_max"], row["is_passed"]) == (17.5, 25, True)
    assert (row["instrument_id"], row["activity_id"], row["occasion"], row["form"]) == ("T-1", "PRG-1", "post", "B")
    assert row["occurred_at"] == datetime(2026, 3, 16, 14, 5)


SAID = {
    "Pre-test": "pre", "Baseline (t0)": "pre", "Post-test": "post", "Post": "post", "Delayed test": "delayed",
    "After six weeks": "delayed", "Voormeting": "pre", "Nulmeting": "pre", "Nameting": "post", "na": "post",
    "Na drie maanden": "delayed", "Retentiemeting": "delayed", "Vortest": "pre", "Eingangstest": "pre",
    "Nachtest": "post", "Abschlusstest": "post", "Drei Monate später": "delayed", "Avant la formation": "pre",
    "Après la formation": "post", "À chaud": "post", "Test à froid": "delayed", "Trois mois après": "delayed",
}  # fmt: skip


def test_a_moment_is_understood_in_the_words_of_four_languages(tmp_path: Path) -> None:
    at = PLAIN.at("2026-03-16T14:05")
    rows = [["001007", said, "PRG-1", said, "A", at, "1", "2", ""] for said in SAID]
    mapped = map_file(PLAIN.write(tmp_path / "s.csv", HEADERS["en"], rows), "test_scores", tmp_path)
    assert {row["instrument_id"]: row["occasion"] for row in mapped.rows("assessments")} == SAID


def test_what_the_list_says_of_passing_counts_and_the_pass_mark_is_kept_beside_it(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "toetsscores_2026-03.csv", "test_scores", tmp_path)
    assert mapped.counts("assessments") == (3, 2, 1, 0), "a blank and a word for absence are not read"
    landed = [(row["score"], row["is_passed"], row["form"]) for row in mapped.rows("assessments")]
    assert landed == [(11.5, False, "A"), (21.0, True, "B")]
    assert json.loads(mapped.rows("assessments")[0]["extras"]) == {"pass_mark": "16,5"}
    assert [(r["rule"], r["column_name"]) for r in mapped.rejects("assessments")] == [("not_a_boolean", "Uitslag")]


def test_a_form_is_its_letter_however_it_is_announced_and_people_may_go_by_address(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "delayed_test.csv", "test_scores", tmp_path)
    assert mapped.column("assessments", "form") == ["A", "A"]
    assert mapped.column("assessments", "occurred_date") == [date(2026, 4, 27)] * 2
    assert mapped.rows("assessments")[0]["person_token"] == token_of("email", "mila.novak@corp.example")


def test_a_title_above_and_a_mean_below_are_no_records_and_a_list_that_names_nobody_is_refused(tmp_path: Path) -> None:
    at = PLAIN.at("2026-03-16T14:05")
    rows = [["Post-test of group 3"], [], HEADERS["en"], ["001007", "T-1", "PRG-1", "post", "B", at, "17.5", "25", ""]]
    footer = [[""] * 9, ["", "Mean", "", "", "", "", "17.5", "", ""]]
    mapped = map_file(PLAIN.write(tmp_path / "s.csv", rows[0], [*rows[1:], *footer]), "test_scores", tmp_path)
    assert mapped.counts("assessments") == (1, 1, 0, 0)
    anonymous = PLAIN.write(tmp_path / "nobody.csv", HEADERS["en"][1:], [rows[3][1:]])
    with pytest.raises(OriginalRefused, match="Employee number"):
        map_file(anonymous, "test_scores", tmp_path)
