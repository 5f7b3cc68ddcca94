"""Timesheets of learning: minutes, however the hours are written, and who learned how on whose initiative."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from connectors.declaration import CATALOGUE
from connectors.errors import OriginalRefused
from tests.connectors.mapped import Mapped, map_file, token_of
from tests.connectors.spellings import Spelling, in_every_language_and_spelling

SAMPLES = CATALOGUE / "samples" / "time_registration"
HEADERS = {
    "en": ["Entry ID", "Employee number", "Date", "Hours", "Course code", "Formal or informal", "Mode", "Initiative"],
    "nl": ["Regelnummer", "Personeelsnummer", "Datum", "Aantal uren", "Cursuscode", "Formeel of informeel", "Leervorm", "Initiatief"],
    "de": ["Buchungsnummer", "Personalnummer", "Datum", "Stunden", "Kurscode", "Formell oder informell", "Lernform", "Veranlasst von"],
    "fr": ["N° de saisie", "Matricule", "Date", "Durée (h)", "Code formation", "Formel ou informel", "Mode d'apprentissage", "À l'initiative de"],
}  # fmt: skip
WORDS = {
    "en": ("Informal", "On the job", "Myself"),
    "nl": ("Informeel", "Op de werkplek", "Mijzelf"),
    "de": ("Informell", "Am Arbeitsplatz", "Selbst"),
    "fr": ("Informel", "En situation de travail", "Salarié"),
}
MODES = {
    "70": "on_the_job", "Learning at work": "on_the_job", "Werkplekleren": "on_the_job", "Im Arbeitsprozess": "on_the_job",
    "20 - social": "social", "Coaching": "social", "Van collega's": "social", "Kollegiale Beratung": "social",
    "Tutorat": "social", "Formal": "formal", "10": "formal", "E-learning": "formal", "Cursus": "formal",
    "Schulung": "formal", "Stage de formation": "formal", "En el puesto": "on_the_job",
    "No trabalho": "on_the_job", "Na stanowisku pracy": "on_the_job", "職場内訓練 (OJT)": "on_the_job",
    "Współpracownicy": "social", "Mentoria": "social", "同僚": "social", "Treinamento": "formal", "Szkolenie": "formal",
    "集合研修": "formal", "": None,
}  # fmt: skip
INITIATORS = {
    "HR": "hr", "L&D": "hr", "Personalabteilung": "hr", "Ressources humaines": "hr", "My manager": "manager",
    "Leidinggevende": "manager", "Vorgesetzter": "manager", "Supérieur": "manager", "Employee": "employee",
    "Medewerker zelf": "employee", "Mitarbeiterin": "employee", "Salarié": "employee",
    "Kadry": "hr", "Recursos humanos": "hr", "人事部": "hr", "Przełożony": "manager", "Gestor": "manager", "上司": "manager",
    "Pracownik": "employee", "Colaborador": "employee", "本人": "employee", "": None,
}  # fmt: skip


def sheet(folder: Path, *lines: str) -> Mapped:
    path = folder / "hours.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return map_file(path, "time_registration", folder / "scratch")


@in_every_language_and_spelling
def test_an_entry_reads_alike_in_every_language_and_spelling(language: str, spelling: Spelling, tmp_path: Path) -> None:
    kind, mode, initiator = WORDS[language]
    row = ["T1", "001007", spelling.at("2026-03-16"), spelling.number("1.25"), "CAT-1", kind, mode, initiator]
    mapped = map_file(spelling.write(tmp_path / "h.csv", HEADERS[language], [row]), "time_registration", tmp_path)
    (landed,) = mapped.rows("learning_time")
    assert landed["person_token"] == token_of("employee_number", "001007")
    assert (landed["entry_id"], landed["activity_id"], landed["minutes"]) == ("T1", "CAT-1", 75.0)
    assert (landed["learning_date"], landed["is_formal"]) == (date(2026, 3, 16), False)
    assert (landed["mode"], landed["initiator"]) == ("on_the_job", "employee")


@pytest.mark.parametrize(
    ("header", "cell", "minutes"),
    [
        ("Hours", "1,5", 90), ("Hours", "1.5", 90), ("Hours", "1:30", 90), ("Duration (h)", "01:30:00", 90),
        ("Durée (h)", "1h30", 90), ("Uren", "1u30", 90), ("Uren", "2 uur", 120), ("Dauer", "0,75 Std.", 45),
        ("Hours", "26:05", 1565), ("Minutes", "45", 45), ("Duur (min)", "7,5", 7.5),
    ],
)  # fmt: skip
def test_a_duration_is_read_in_minutes(header: str, cell: str, minutes: float, tmp_path: Path) -> None:
    mapped = sheet(tmp_path, f"E-mail;Date;{header}", f"a@b.example;2026-03-16;{cell}")
    assert mapped.column("learning_time", "minutes") == [minutes]


def test_modes_and_initiatives_are_understood_in_the_words_of_eight_languages(tmp_path: Path) -> None:
    for header, column, words in (("Leervorm", "mode", MODES), ("Initiatief", "initiator", INITIATORS)):
        lines = [f"{i};001007;2026-03-16;1;{word}" for i, word in enumerate(words)]
        mapped = sheet(tmp_path, f"Regelnummer;Persnr.;Datum;Uren;{header}", *lines)
        landed = {row["entry_id"]: row[column] for row in mapped.rows("learning_time")}
        assert [landed[str(i)] for i in range(len(words))] == list(words.values()), column


def test_a_polish_a_portuguese_and_a_japanese_sheet_are_read(tmp_path: Path) -> None:
    for header, row in (
        ("Numer pracownika;Data;Liczba godzin;Szkolenie", "001007;16.03.2026;1,5;Coaching"),
        ("Matrícula;Data;Horas;Treinamento", "001007;16/03/2026;1,5;Coaching"),
        ("社員番号;日付;学習時間(h);研修名", "001007;2026年3月16日;1.5;Coaching"),
    ):
        (entry,) = sheet(tmp_path, header, row).rows("learning_time")
        assert (entry["person_token"], entry["learning_date"]) == (
            token_of("employee_number", "001007"),
            date(2026, 3, 16),
        )
        assert (entry["minutes"], entry["activity_id"]) == (90, "Coaching")


def test_a_time_of_day_is_kept_and_remarks_are_not(tmp_path: Path) -> None:
    report = map_file(SAMPLES / "detailed_report_2026-03.csv", "time_registration", tmp_path / "a")
    assert report.column("learning_time", "started_at") == [datetime(2026, 3, 17, 8, 5), datetime(2026, 3, 18, 15, 40)]
    list_ = map_file(SAMPLES / "leeruren_2026-03.csv", "time_registration", tmp_path / "b")
    assert list_.counts("learning_time") == (5, 3, 2, 0)
    assert [row["rule"] for row in list_.rejects("learning_time")] == ["out_of_range", "unknown_value"]
    assert "besproken" not in str(list_.rows("learning_time"))


def test_a_sheet_without_a_duration_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OriginalRefused, match="'Hours'"):
        sheet(tmp_path, "Persnr.;Datum;Leervorm", "001007;2026-03-16;Cursus")


@pytest.mark.parametrize(
    ("header", "cell", "activity", "code"),
    [
        ("Cursuscode", "CAT-31", "CAT-31", "CAT-31"), ("Course code", "S101", "S101", "S101"),
        ("Course", "CAT-31: Working safely", "CAT-31", "CAT-31"), ("Taak", "reading data", "reading data", None),
    ],
)  # fmt: skip
def test_a_course_is_known_by_the_organisation_s_code_and_other_work_by_its_words(
    header: str, cell: str, activity: str, code: str | None, tmp_path: Path
) -> None:
    mapped = sheet(tmp_path, f"Persnr.;Datum;Uren;{header}", f"001007;2026-03-16;1;{cell}")
    assert mapped.column("learning_time", "activity_id") == [activity]
    assert [row["catalogue_code"] for row in mapped.rows("activities")] == ([code] if code else [])
