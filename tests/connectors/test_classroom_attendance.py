"""Attendance lists: who was there, for how long, on which day of which session."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from connectors.declaration import CATALOGUE
from tests.connectors.mapped import map_file, token_of
from tests.connectors.spellings import SPELLINGS, Spelling, in_every_language_and_spelling

SAMPLES = CATALOGUE / "samples" / "classroom_attendance"
PLAIN = SPELLINGS["commas and decimal points"]

HEADERS = {
    "en": ["Course code", "Event ID", "Session start", "Employee number", "Attendance", "Hours"],
    "nl": ["Cursuscode", "Uitvoering", "Aanvang", "Personeelsnummer", "Aanwezigheid", "Uren"],
    "de": ["Kursnummer", "Veranstaltungsnummer", "Beginn", "Personalnummer", "Anwesenheit", "Stunden"],
    "fr": ["Code du cours", "N° de session", "Début", "Matricule", "Présence", "Heures"],
}
PRESENT = {"en": "Present", "nl": "Aanwezig", "de": "Anwesend", "fr": "Présente"}


@in_every_language_and_spelling
def test_hours_become_minutes_in_every_language_and_spelling(language: str, spelling: Spelling, tmp_path: Path) -> None:
    at = spelling.at("2026-03-16T13:30")
    rows = [
        ["CAT-1", "77", at, "001007", PRESENT[language], spelling.number("3.5")],
        ["CAT-1", "77", at, "001014", PRESENT[language], "1:20"],
    ]
    mapped = map_file(spelling.write(tmp_path / "a.csv", HEADERS[language], rows), "classroom_attendance", tmp_path)
    assert mapped.column("attendances", "attended_minutes") == [210, 80]
    assert set(mapped.column("attendances", "attendance")) == {"attended"}
    assert mapped.column("attendances", "started_at") == [datetime(2026, 3, 16, 13, 30)] * 2
    assert mapped.column("attendances", "person_token") == [
        token_of("employee_number", number) for number in ("001007", "001014")
    ]


SAID = {
    "Fully attended": "attended", "x": "attended", "Yes": "attended", "Partially attended": "partly_attended",
    "Left early": "partly_attended", "No show": "no_show", "No-show": "no_show", "Absent": "no_show",
    "Not present": "no_show", "Unexcused": "no_show", "Unable to attend": "excused", "Excused": "excused",
    "Aanwezig": "attended", "Deels aanwezig": "partly_attended", "Niet aanwezig": "no_show",
    "Afwezig zonder bericht": "no_show", "Afwezig met bericht": "excused", "Afgemeld": "excused",
    "Anwesend": "attended", "Teilweise anwesend": "partly_attended", "Nicht erschienen": "no_show",
    "Unentschuldigt": "no_show", "Entschuldigt": "excused", "Abwesend": "no_show", "Présent": "attended",
    "Présent en partie": "partly_attended", "Absence non excusée": "no_show", "Absence excusée": "excused",
}  # fmt: skip


def test_a_state_is_understood_in_the_words_of_four_languages(tmp_path: Path) -> None:
    at = PLAIN.at("2026-03-16T13:30")
    rows = [["CAT-1", said, at, "001007", said, ""] for said in SAID]
    mapped = map_file(PLAIN.write(tmp_path / "a.csv", HEADERS["en"], rows), "classroom_attendance", tmp_path)
    assert {row["session_id"]: row["attendance"] for row in mapped.rows("attendances")} == SAID


def test_a_seminar_of_totara_lands_and_attendance_that_was_never_taken_is_none(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "seminar_attendance.csv", "classroom_attendance", tmp_path)
    assert mapped.counts("attendances") == (6, 4, 1, 1)
    landed = [(row["attendance"], row["attended_minutes"]) for row in mapped.rows("attendances")]
    assert landed == [("attended", 180), ("partly_attended", 95), ("no_show", 0), ("excused", None)]
    assert [(r["source_line"], r["rule"]) for r in mapped.rejects("attendances")] == [(8, "required_missing")]


def test_each_day_of_a_session_is_a_session_of_its_own(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "presentielijst_2026-03.csv", "classroom_attendance", tmp_path)
    days = [(row["session_id"], row["started_date"], row["attended_minutes"]) for row in mapped.rows("attendances")]
    assert days == [
        ("U-77/1", date(2026, 3, 10), 450),
        ("U-77/2", date(2026, 3, 11), 195),
        ("U-77/1", date(2026, 3, 10), 0),
        ("U-77/2", date(2026, 3, 11), 0),
    ]
    assert mapped.column("activities", "title") == ["Coaching conversations"]


def test_a_corrected_state_is_the_same_record_told_again(tmp_path: Path) -> None:
    at = PLAIN.at("2026-03-16T13:30")
    first, then = (
        map_file(
            PLAIN.write(tmp_path / f"{state}.csv", HEADERS["en"], [["CAT-1", "77", at, "001007", state, ""]]),
            "classroom_attendance", tmp_path / state,
        )
        for state in ("No show", "Excused")
    )  # fmt: skip
    assert first.column("attendances", "record_key") == then.column("attendances", "record_key")
