"""The register of absence: who was away from when to when, whatever the program writes for an end that isn't known."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from connectors.declaration import CATALOGUE
from connectors.errors import OriginalRefused
from tests.connectors.mapped import Mapped, map_file, token_of
from tests.connectors.spellings import Spelling, in_every_language_and_spelling

SAMPLES = CATALOGUE / "samples" / "absence_register"
HEADERS = {
    "en": ["Absence ID", "Employee number", "Absence type", "Start date", "End date", "FTE share"],
    "nl": ["Verzuimnummer", "Personeelsnummer", "Soort verzuim", "Begindatum", "Einddatum", "Deel van het contract"],
    "de": ["Abwesenheits-ID", "Personalnummer", "Abwesenheitsart", "Beginndatum", "Endedatum", "Anteil"],
    "fr": ["N° absence", "Matricule", "Type d'absence", "Date de début", "Date de fin", "Quotité"],
}


def register(folder: Path, *lines: str) -> Mapped:
    path = folder / "absences.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return map_file(path, "absence_register", folder / "scratch")


@in_every_language_and_spelling
def test_an_absence_reads_alike_in_every_language_and_spelling(
    language: str, spelling: Spelling, tmp_path: Path
) -> None:
    row = ["A1", "001007", "Sick", spelling.at("2026-03-02"), spelling.at("2026-03-16"), spelling.number("0.5")]
    mapped = map_file(spelling.write(tmp_path / "a.csv", HEADERS[language], [row]), "absence_register", tmp_path)
    (landed,) = mapped.rows("absences")
    assert landed["person_token"] == token_of("employee_number", "001007")
    assert (landed["absence_id"], landed["absence_type"], landed["fte_share"]) == ("A1", "Sick", 0.5)
    assert (landed["started_date"], landed["ended_date"]) == (date(2026, 3, 2), date(2026, 3, 16))


@pytest.mark.parametrize(
    "end", ["", "31-12-9999", "9999-12-31", "31.12.9999", "heden", "laufend", "en cours", "ongoing"]
)
def test_an_end_that_is_not_known_is_none(end: str, tmp_path: Path) -> None:
    mapped = register(tmp_path, "Persnr.;Van;T/m", f"001007;02-03-2026;{end}", "001014;02-03-2026;05-03-2026")
    assert mapped.column("absences", "ended_date") == [None, date(2026, 3, 5)]


def test_an_open_absence_and_its_end_are_one_record(tmp_path: Path) -> None:
    keys = []
    for name, end in (("first", ""), ("second", "05-03-2026")):
        (tmp_path / name).mkdir()
        mapped = register(tmp_path / name, "ID;Verzuimnummer;Persnr.;Van;T/m", f"9;A1;001007;02-03-2026;{end}")
        keys += mapped.column("absences", "record_key")
    assert keys[0] == keys[1]


def test_a_first_day_back_is_the_day_after_the_last(tmp_path: Path) -> None:
    mapped = register(tmp_path, "Medewerker;Eerste verzuimdag;Hersteldatum", "001007;27-02-2026;01-03-2026")
    assert mapped.column("absences", "ended_date") == [date(2026, 2, 28)]


@pytest.mark.parametrize(
    ("header", "cell", "share"),
    [
        ("Verzuim %", "50", 0.5),
        ("Abwesenheit in %", "100,00", 1.0),
        ("% absent", "20 %", 0.2),
        ("FTE share", "50%", 0.5),
    ],
)
def test_a_percentage_is_read_as_a_share(header: str, cell: str, share: float, tmp_path: Path) -> None:
    mapped = register(tmp_path, f"Employee number;Start date;{header}", f"001007;2026-03-02;{cell}")
    assert mapped.column("absences", "fte_share") == [share]


def test_what_was_declined_is_no_absence_and_remarks_are_not_read(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "abwesenheiten_it2001.csv", "absence_register", tmp_path / "a")
    assert mapped.counts("absences") == (2, 2, 0, 0)
    remarked = register(tmp_path, "Employee number;Start date;Diagnosis", "001007;2026-03-02;broken leg")
    assert "broken leg" not in str(remarked.rows("absences"))


def test_titles_and_sources_are_no_records_and_who_has_no_number_is_rejected(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "verzuim_2026-03.csv", "absence_register", tmp_path)
    assert mapped.counts("absences") == (5, 3, 1, 1)
    assert [(row["source_line"], row["rule"]) for row in mapped.rejects("absences")] == [(8, "required_missing")]


def test_a_register_of_names_alone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OriginalRefused, match="'Employee number'"):
        register(tmp_path, "Naam;Begindatum;Einddatum", "Mila Novák;02-03-2026;05-03-2026")
