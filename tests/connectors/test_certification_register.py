"""The register of licences: what was awarded, renewed or lost when, from cells and from texts."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from connectors.declaration import CATALOGUE
from tests.connectors.mapped import Mapped, map_file, token_of
from tests.connectors.spellings import Spelling, in_every_language_and_spelling

SAMPLES = CATALOGUE / "samples" / "certification_register"
HEADERS = {
    "en": ["Employee number", "Certificate code", "Certificate name", "Status", "Status date", "Valid until", "CPD hours", "Regulator"],
    "nl": ["Personeelsnummer", "Certificaatcode", "Naam certificaat", "Gebeurtenis", "Datum", "Geldig t/m", "PE-uren", "Toezichthouder"],
    "de": ["Personalnummer", "Zertifikatscode", "Bezeichnung", "Ereignis", "Datum", "Gültig bis", "Fortbildungsstunden", "Aufsichtsbehörde"],
    "fr": ["Matricule", "Code habilitation", "Intitulé", "Statut", "Date", "Valable jusqu'au", "Heures DPC", "Autorité"],
}  # fmt: skip
RENEWED = {"en": "Renewed", "nl": "Verlengd", "de": "Verlängert", "fr": "Renouvelé"}
EVENTS = {
    "Obtained": "awarded", "Valid": "awarded", "Issued": "awarded", "Behaald": "awarded", "Geldig": "awarded",
    "Erteilt": "awarded", "Gültig": "awarded", "Obtenu": "awarded", "Valable": "awarded", "": "awarded",
    "Extended": "renewed", "Vernieuwd": "renewed", "Erneuert": "renewed", "Renouvellement": "renewed",
    "Expired": "expired", "Not valid": "expired", "Verlopen": "expired", "Niet geldig": "expired",
    "Abgelaufen": "expired", "Ungültig": "expired", "Expiré": "expired", "Non valable": "expired",
    "Withdrawn": "revoked", "Ingetrokken": "revoked", "Entzogen": "revoked", "Retiré": "revoked",
    "Required": "required", "Vereist": "required", "Erforderlich": "required", "Obligatoire": "required",
    "Exempt": "exempted", "Vrijgesteld": "exempted", "Befreit": "exempted", "Dispensé": "exempted",
}  # fmt: skip


def register(folder: Path, *lines: str) -> Mapped:
    path = folder / "register.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return map_file(path, "certification_register", folder / "scratch")


@in_every_language_and_spelling
def test_an_event_reads_alike_in_every_language_and_spelling(language: str, spelling: Spelling, tmp_path: Path) -> None:
    row = ["001007", "LIC-1", "Forklift", RENEWED[language], spelling.at("2026-03-16"), spelling.at("2029-03-15"), spelling.number("7.5"), "Inspectorate"]  # fmt: skip
    path = spelling.write(tmp_path / "r.csv", HEADERS[language], [row])
    (landed,) = map_file(path, "certification_register", tmp_path).rows("certifications")
    assert landed["person_token"] == token_of("employee_number", "001007")
    assert (landed["certification_id"], landed["certification_name"], landed["event"]) == (
        "LIC-1",
        "Forklift",
        "renewed",
    )
    assert (landed["event_date"], landed["valid_to"]) == (date(2026, 3, 16), date(2029, 3, 16))
    assert (landed["cpd_hours"], landed["regulator"]) == (7.5, "Inspectorate")


def test_events_are_understood_in_the_words_of_four_languages(tmp_path: Path) -> None:
    lines = [f"001007;LIC-{i};{word};16-03-2026" for i, word in enumerate(EVENTS)]
    mapped = register(tmp_path, "Persnr.;Certificaat;Status;Datum", *lines)
    landed = {row["certification_id"]: row["event"] for row in mapped.rows("certifications")}
    assert [landed[f"LIC-{i}"] for i in range(len(EVENTS))] == list(EVENTS.values())


@pytest.mark.parametrize("word", ["Applied for", "In aanvraag", "Beantragt", "Demandé", "??"])
def test_a_status_that_is_no_event_is_rejected(word: str, tmp_path: Path) -> None:
    mapped = register(tmp_path, "Persnr.;Certificaat;Status;Datum", f"001007;LIC-1;{word};16-03-2026")
    assert [row["rule"] for row in mapped.rejects("certifications")] == ["unknown_value"]


def test_dates_of_excel_are_dates_and_the_title_above_is_none(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "licences_2026-03.xlsx", "certification_register", tmp_path)
    assert mapped.counts("certifications") == (4, 3, 1, 0)
    assert mapped.column("certifications", "event_date") == [date(2026, 3, 2), date(2026, 3, 9), date(2026, 3, 12)]
    assert mapped.column("certifications", "valid_to") == [date(2029, 3, 2), date(2027, 3, 9), None]
    assert mapped.column("certifications", "person_token")[0] == token_of("employee_number", "001007")


def test_a_register_of_what_is_valid_tells_awards_and_some_are_valid_for_ever(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "nachweise.csv", "certification_register", tmp_path)
    assert mapped.column("certifications", "event") == ["awarded", "awarded"]
    assert mapped.column("certifications", "valid_to") == [date(2029, 3, 2), None]


def test_a_first_day_without_is_taken_as_it_stands(tmp_path: Path) -> None:
    mapped = register(tmp_path, "Persnr.;Certificaat;Datum;Ongeldig vanaf", "001007;LIC-1;16-03-2026;16-03-2027")
    assert mapped.column("certifications", "valid_to") == [date(2027, 3, 16)]
