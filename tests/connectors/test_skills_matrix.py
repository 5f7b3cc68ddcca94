"""Skills matrices: capabilities across, what is beside what is wanted, under one header row or two."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from connectors.declaration import CATALOGUE
from tests.connectors.mapped import EXTRACTED_AT, Mapped, map_file, token_of
from tests.connectors.spellings import Spelling, in_every_language_and_spelling

SAMPLES = CATALOGUE / "samples" / "skills_matrix"
HEADERS = {
    "en": ["Employee number", "Assessed on", "Assessed by", "planning - actual", "planning - target", "dialogue - actual", "dialogue - target"],
    "nl": ["Personeelsnummer", "Beoordeeld op", "Beoordeeld door", "planning – huidig", "planning – gewenst", "dialogue – huidig", "dialogue – gewenst"],
    "de": ["Personalnummer", "Bewertet am", "Bewertet durch", "planning (Ist)", "planning (Soll)", "dialogue (Ist)", "dialogue (Soll)"],
    "fr": ["Matricule", "Évalué le", "Évalué par", "planning : actuel", "planning : cible", "dialogue : actuel", "dialogue : cible"],
}  # fmt: skip
MANAGER = {"en": "Manager", "nl": "Leidinggevende", "de": "Führungskraft", "fr": "Responsable"}


def matrix(folder: Path, *lines: str, name: str = "matrix.csv") -> Mapped:
    path = folder / name
    path.write_text("\n".join(lines), encoding="utf-8")
    return map_file(path, "skills_matrix", folder / "scratch")


def levels(mapped: Mapped) -> dict[str, tuple[float, float | None]]:
    return {row["capability_id"]: (row["level"], row["target_level"]) for row in mapped.rows("capability_assessments")}


@in_every_language_and_spelling
def test_a_matrix_reads_alike_in_every_language_and_spelling(language: str, spelling: Spelling, tmp_path: Path) -> None:
    row = ["001007", spelling.at("2026-03-16T14:00"), MANAGER[language], spelling.number("2.5"), "3", "", "4"]
    path = spelling.write(tmp_path / "m.csv", HEADERS[language], [row])
    mapped = map_file(path, "skills_matrix", tmp_path)
    assert levels(mapped) == {"planning": (2.5, 3.0)}, "what nobody assessed is no assessment"
    (landed,) = mapped.rows("capability_assessments")
    assert landed["person_token"] == token_of("employee_number", "001007")
    assert landed["assessor_type"] == "manager"
    assert landed["assessed_at"] == datetime(2026, 3, 16, 13, 0)


@pytest.mark.parametrize(
    "headers",
    [
        ("Employee number;planning;;dialogue;", ";Actual;Target;Actual;Target"),
        (";planning;;dialogue;", "Employee number;Actual;Target;Actual;Target"),
        (";Actual;Target;Actual;Target", "Employee number;planning;planning;dialogue;dialogue"),
    ],
)
def test_two_header_rows_may_stand_either_way_round(headers: tuple[str, str], tmp_path: Path) -> None:
    mapped = matrix(tmp_path, "Skills matrix;;;;", *headers, "001007;2,5;3;4;3")
    assert mapped.unit.export == "matrix_in_two_rows"
    assert levels(mapped) == {"planning": (2.5, 3.0), "dialogue": (4.0, 3.0)}


def test_blocks_of_capabilities_are_told_apart_by_the_word_over_them(tmp_path: Path) -> None:
    mapped = matrix(
        tmp_path, ";;Ist;;Soll;", "Personalnummer;Name;planning;dialogue;planning;dialogue", "001007;x;2,5;;3;4"
    )
    assert levels(mapped) == {"planning": (2.5, 3.0)}


def test_a_level_may_carry_its_meaning(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "vaardigheden_2026-03-31.csv", "skills_matrix", tmp_path)
    assert mapped.counts("capability_assessments") == (4, 3, 1, 0)
    assert mapped.column("capability_assessments", "level") == [2.5, 1.5, 4.0]
    assert mapped.column("capability_assessments", "assessor_type") == ["manager", "self", "self"]


def test_the_day_is_that_of_the_row_or_the_file_or_the_export(tmp_path: Path) -> None:
    lines = ("Employee number;planning - actual;planning - target", "001007;3;4")
    named = matrix(tmp_path, *lines, name="matrix_2026-03-31.csv")
    assert named.column("capability_assessments", "assessed_at") == [datetime(2026, 3, 30, 22)]
    assert matrix(tmp_path, *lines).column("capability_assessments", "assessed_at") == [EXTRACTED_AT]
    told = map_file(SAMPLES / "matrix_2026.xlsx", "skills_matrix", tmp_path)
    assert {moment.date() for moment in told.column("capability_assessments", "assessed_at")} == {
        date(2026, 3, 30), date(2026, 3, 29),
    }  # fmt: skip


def test_who_assessed_may_be_told_by_the_name_of_the_sheet(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "matrix_2026.xlsx", "skills_matrix", tmp_path)
    assert set(mapped.column("capability_assessments", "assessor_type")) == {"manager"}


def test_a_level_that_is_no_number_is_rejected(tmp_path: Path) -> None:
    mapped = matrix(tmp_path, "Employee number;planning - actual;planning - target", "001007;good;4", "001014;3;4")
    assert [row["rule"] for row in mapped.rejects("capability_assessments")] == ["not_a_number"]
    assert mapped.column("capability_assessments", "level") == [3.0]
