"""AFAS: Dutch headers with underscores, `Medewerker` as a number, function lines with dates of their own."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from connectors.declaration import CATALOGUE
from tests.connectors.mapped import map_file, token_of

SAMPLES = CATALOGUE / "samples" / "afas"


def number(text: str) -> str:
    return token_of("employee_number", text)


def test_a_view_of_employees_lands_but_for_a_day_that_never_was(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "Medewerkers_2025-03-01.csv", "afas", tmp_path)
    assert mapped.counts("people") == (5, 4, 1, 0), "a blank line and a total are no records"
    assert [(r["rule"], r["column_name"], r["value"]) for r in mapped.rejects("people")] == [
        ("not_a_date", "Datum_in_dienst", "31-2-2023")
    ]
    people = {row["person_token"]: row for row in mapped.rows("people")}
    assert (people[number("700412")]["fte"], people[number("700412")]["hired_date"]) == (0.8, date(2016, 8, 1))
    assert people[number("700412")]["manager_token"] == number("700101")
    assert people[number("700101")]["left_date"] is None
    assert people[number("700388")]["left_date"] == date(2025, 1, 31)
    assert (number("700412"), "full_name", "Joëlle Vermeer") in mapped.tokeniser.kept


def test_each_line_of_a_function_is_a_job_with_its_dates(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "Functies_2025-03-01.csv", "afas", tmp_path)
    assert mapped.unit.export == "functions"
    jobs = [
        (j["assignment_id"], j["started_date"], j["ended_date"], j["fte"], j["is_primary"])
        for j in mapped.rows("job_assignments")
        if j["person_token"] == number("700412")
    ]
    assert jobs == [
        ("1-1", date(2016, 8, 1), date(2024, 7, 31), 0.8, True),
        ("1-2", date(2024, 8, 1), None, 0.6, True),
        ("2-1", date(2024, 8, 1), None, 0.2, False),
    ]


def test_the_main_line_describes_the_person_also_from_a_day_to_come(tmp_path: Path) -> None:
    steps = [
        (row["effective_date"], row["job_title"])
        for row in map_file(SAMPLES / "Functies_2025-03-01.csv", "afas", tmp_path).rows("people")
    ]
    assert steps == [
        (date(2016, 8, 1), "Leerkracht groep 4"),
        (date(2024, 8, 1), "Leerkracht groep 5"),
        (date(2025, 5, 1), "Leerkracht groep 8"),
    ]


def test_units_have_parents_and_a_unit_without_code_is_rejected(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "Organisatorische eenheden.csv", "afas", tmp_path)
    assert mapped.counts("org_units") == (4, 3, 1, 0)
    assert mapped.column("org_units", "parent_org_unit_id") == [None, "OE10", "OE10"]


def test_the_name_of_an_employee_is_no_number(tmp_path: Path) -> None:
    path = tmp_path / "medewerkers.csv"
    path.write_text("Medewerker;Medewerkernummer;Datum in dienst\nJoëlle Vermeer;700412;1-8-2016\n", "utf-8")
    assert map_file(path, "afas", tmp_path).column("people", "person_token") == [number("700412")]
