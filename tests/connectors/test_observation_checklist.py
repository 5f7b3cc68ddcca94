"""Check-lists of behaviour at work, and the task log beside them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from connectors.declaration import CATALOGUE
from tests.connectors.mapped import Mapped, map_file, token_of
from tests.connectors.spellings import SPELLINGS, Spelling, in_every_language_and_spelling

SAMPLES = CATALOGUE / "samples" / "observation_checklist"
PLAIN = SPELLINGS["commas and decimal points"]

HEADERS = {
    "en": ["ID", "Completion time", "Email", "Who did you observe?", "Your role", "What do you record?", "Programme", "Behaviour", "Rating", "Standard", "Help needed"],
    "nl": ["Id", "Tijd van voltooien", "E-mail", "Geobserveerde medewerker", "Jouw rol", "Wat leg je vast?", "Programma", "Gedrag", "Beoordeling", "Norm", "Benodigde hulp"],
    "de": ["ID", "Fertigstellungszeit", "E-Mail-Adresse", "Beobachtete Person", "Ihre Rolle", "Was halten Sie fest?", "Programm", "Verhalten", "Bewertung", "Soll", "Nötige Hilfe"],
    "fr": ["ID", "Heure de fin", "Adresse de messagerie", "Personne observée", "Votre rôle", "Que notez-vous ?", "Programme", "Comportement", "Évaluation", "Norme", "Aide nécessaire"],
}  # fmt: skip
WORDS = {
    "en": ("Manager", "Observation at work", "With help"),
    "nl": ("Leidinggevende", "Observatie", "Met hulp"),
    "de": ("Vorgesetzte", "Beobachtung", "Mit Hilfe"),
    "fr": ("Supérieur hiérarchique", "Observation", "Avec de l'aide"),
}


def listed(tmp_path: Path, *rows: list[str], name: str = "checklist.csv") -> Mapped:
    return map_file(PLAIN.write(tmp_path / name, HEADERS["en"], rows), "observation_checklist", tmp_path / "scratch")


def answer(
    number: int, person: str = "001007", role: str = "Manager", what: str = "Observation", help_: str = ""
) -> list[str]:
    moment = PLAIN.at("2026-03-16T14:04")
    return [str(number), moment, "a@b.example", person, role, what, "PRG-1", "check", "4", "3", help_]


@in_every_language_and_spelling
def test_an_observation_reads_alike_in_every_language_and_spelling(
    language: str, spelling: Spelling, tmp_path: Path
) -> None:
    role, what, assisted = WORDS[language]
    row = ["7", spelling.at("2026-03-16T14:04"), "a@b.example", "c@d.example", role, what, "PRG-1 Ladders", "check", spelling.number("4.5"), spelling.number("3.0"), assisted]  # fmt: skip
    mapped = map_file(spelling.write(tmp_path / "c.csv", HEADERS[language], [row]), "observation_checklist", tmp_path)
    (landed,) = mapped.rows("observations")
    assert landed["person_token"] == token_of("email", "c@d.example")
    assert landed["observer_token"] == token_of("email", "a@b.example")
    assert (landed["observer_type"], landed["observation_type"], landed["assist_level"]) == (
        "manager", "behaviour", "assisted",
    )  # fmt: skip
    assert (landed["rating"], landed["standard"], landed["activity_id"]) == (4.5, 3.0, "PRG-1")
    assert landed["observed_at"] == datetime(2026, 3, 16, 14, 4)


HELP = {
    "None": "none", "No help needed": "none", "Without help": "none", "Unassisted": "none", "Independently": "none",
    "Prompted once": "prompted", "A hint": "prompted", "Assisted": "assisted", "Done together": "assisted",
    "Geen hulp": "none", "Zelfstandig": "none", "Met een aanwijzing": "prompted", "Samen gedaan": "assisted",
    "Ohne Hilfe": "none", "Keine": "none", "Nach Hinweis": "prompted", "Mit Unterstützung": "assisted",
    "Sans aide": "none", "Aucune aide": "none", "Après un rappel": "prompted", "Avec de l'aide": "assisted",
}  # fmt: skip
WHAT = {
    "Observation at work": "behaviour", "Brief before the course": "brief", "Debrief": "debrief",
    "Observatie": "behaviour", "Voorgesprek": "brief", "Nagesprek": "debrief", "Beobachtung": "behaviour",
    "Vorgespräch": "brief", "Nachgespräch": "debrief", "Entretien préalable": "brief",
    "Entretien de suivi": "debrief", "Gelegenheid zonder toepassing": "opportunity", "": "behaviour",
}  # fmt: skip
ROLES = {
    "Team lead": "manager", "Colleague": "peer", "Leidinggevende": "manager", "Collega": "peer", "Klant": "customer",
    "Führungskraft": "manager", "Kollegin": "peer", "Kunde": "customer", "Responsable": "manager",
    "Collègue": "peer", "Ikzelf": "self", "Moi-même": "self",
}  # fmt: skip


def test_help_role_and_kind_are_understood_in_the_words_of_four_languages(tmp_path: Path) -> None:
    asked = [("help_", "assist_level", HELP), ("what", "observation_type", WHAT), ("role", "observer_type", ROLES)]
    for argument, column, words in asked:
        rows = [answer(number, **{argument: said}) for number, said in enumerate(words)]
        mapped = listed(tmp_path, *rows)
        landed = {int(row["observation_id"]): row[column] for row in mapped.rows("observations")}
        assert [landed[number] for number in range(len(words))] == list(words.values()), column


@pytest.mark.parametrize(
    ("typed", "token"),
    [
        ("c@d.example", token_of("email", "c@d.example")),
        ("mailto C@D.example please", token_of("email", "c@d.example")),
        ("001007", token_of("employee_number", "001007")),
        ("E-1007", token_of("employee_number", "E-1007")),
        ("Faber, Anna (001007)", token_of("employee_number", "001007")),
    ],
)
def test_who_was_observed_may_be_typed_as_address_number_or_name_with_number(
    typed: str, token: str, tmp_path: Path
) -> None:
    assert listed(tmp_path, answer(1, person=typed)).column("observations", "person_token") == [token]


def test_a_name_alone_is_nobody_and_stays_out_of_the_open(tmp_path: Path) -> None:
    mapped = listed(tmp_path, answer(1), answer(2, person="the new colleague"))
    assert mapped.counts("observations") == (2, 1, 1, 0)
    assert [(r["rule"], r["source_line"]) for r in mapped.rejects("observations")] == [("required_missing", 3)]


def test_who_observes_is_told_by_the_name_of_the_file_where_the_list_does_not_ask(tmp_path: Path) -> None:
    assert listed(tmp_path, answer(1, role=""), name="peers.csv").column("observations", "observer_type") == ["peer"]
    nobody = listed(tmp_path, answer(1, role=""), name="list.csv")
    assert [r["rule"] for r in nobody.rejects("observations")] == ["required_missing"]


def test_the_day_that_was_asked_for_comes_before_the_moment_of_sending(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "manager_checklist.csv", "observation_checklist", tmp_path)
    assert mapped.column("observations", "observed_at") == [datetime(2026, 3, 19), datetime(2026, 3, 25, 16, 2)]
    assert mapped.column("observations", "observer_token") == [None, token_of("email", "jonas.weber@corp.example")]
    assert mapped.column("observations", "observer_type") == ["manager", "manager"]


def test_a_rating_may_carry_its_meaning_and_comments_are_not_read(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "checklist_nl.csv", "observation_checklist", tmp_path)
    assert mapped.column("observations", "rating") == [None, 4.5, 2.0, None]
    assert mapped.column("observations", "assist_level") == [None, "none", "prompted", None]
    assert mapped.counts("observations") == (5, 4, 1, 0)


def test_a_task_is_an_opportunity_and_a_checked_task_shows_the_behaviour(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "task_log_2026-03.csv", "observation_checklist", tmp_path)
    told = [(row["observation_type"], row["observer_type"], row["rating"]) for row in mapped.rows("observations")]
    assert told == [("opportunity", "system", None), ("behaviour", "system", 4.0)]
