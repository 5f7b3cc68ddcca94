"""Personio: reports in the language of the account, statuses of its own, an id beside the personnel number."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from connectors.declaration import CATALOGUE
from tests.connectors.mapped import map_file, token_of

SAMPLE = CATALOGUE / "samples" / "personio" / "Personio Export Mitarbeitende2025-03-01.csv"
HEADERS = {
    "en": "ID,Personnel number,First name,Last name,Email,Status,Department,Supervisor ID,Hire date",
    "de": "Mitarbeiter-ID,Personalnummer,Vorname,Nachname,E-Mail-Adresse,Status,Abteilung,Vorgesetzten-ID,Anstelldatum",
    "fr": "ID employé,Matricule,Prénom,Nom,Adresse e-mail,Statut,Département,Supervisor ID,Date d'embauche",
    "es": "ID de empleado,Número de personal,Nombre,Apellidos,Correo electrónico,Estado,Departamento,Supervisor ID,Fecha de contratación",
}


def number(text: str) -> str:
    return token_of("employee_number", text)


def test_a_german_export_with_umlauts_in_windows_1252_lands(tmp_path: Path) -> None:
    mapped = map_file(SAMPLE, "personio", tmp_path)
    assert mapped.counts("people") == (6, 5, 1, 0)
    (reject,) = mapped.rejects("people")
    assert (reject["rule"], reject["value"]) == ("unknown_value", "Werkstudent")
    assert reject["expected"] == "a word for left, on_leave, suspended, active"
    assert (number("0815"), "full_name", "Jürgen Weiß") in mapped.tokeniser.kept
    people = {row["person_token"]: row for row in mapped.rows("people")}
    assert people[number("0816")]["manager_token"] == token_of("email", "j.weiss@muster.example")
    assert people[number("0817")]["employment_status"] == "on_leave"
    assert people[number("0816")]["fte"] is None, "hours of a week are no share of full time"


def test_a_contract_that_ends_is_a_last_day_only_for_who_has_left(tmp_path: Path) -> None:
    people = {row["person_token"]: row for row in map_file(SAMPLE, "personio", tmp_path).rows("people")}
    assert (people[number("0816")]["employment_status"], people[number("0816")]["left_date"]) == ("active", None)
    assert (people[number("0818")]["employment_status"], people[number("0818")]["left_date"]) == ("left", date(2025, 1, 31))  # fmt: skip


def test_who_is_onboarding_is_described_from_the_hire_date_on_by_the_id_of_personio(tmp_path: Path) -> None:
    mapped = map_file(SAMPLE, "personio", tmp_path)
    (coming,) = (row for row in mapped.rows("people") if row["employment_status"] is None)
    assert coming["person_token"] == token_of("personio:employee_id", "2040616")
    assert coming["effective_date"] == date(2025, 4, 1)
    tied = {row["account_token"]: row["employee_token"] for row in mapped.rows("accounts")}
    assert tied[token_of("personio:employee_id", "2116366")] == number("0815")


@pytest.mark.parametrize("language", HEADERS)
def test_the_labels_are_those_of_the_language_of_the_account(language: str, tmp_path: Path) -> None:
    path = tmp_path / "employees.csv"
    path.write_text(f"{HEADERS[language]}\n7,0815,A,B,a@x.example,active,Ops,9,1983-09-01T00:00:00+02:00\n", "utf-8")
    (person,) = map_file(path, "personio", tmp_path).rows("people")
    assert (person["person_token"], person["manager_token"]) == (number("0815"), token_of("personio:employee_id", "9"))
    assert person["hired_date"] == date(1983, 9, 1), "the day as it is written, whatever the zone behind it"
