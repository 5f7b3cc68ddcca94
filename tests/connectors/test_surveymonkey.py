"""SurveyMonkey: declared items of two header rows, and nothing else."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest

from connectors.declaration import CATALOGUE
from connectors.errors import OriginalRefused
from tests.connectors.mapped import Mapped, map_file, token_of

SAMPLES = CATALOGUE / "samples" / "surveymonkey"

FRONT = {
    "en": ["Respondent ID", "Collector ID", "Start Date", "End Date", "IP Address", "Email Address", "First Name", "Last Name", "Custom Data 1"],
    "nl": ["Respondent-ID", "Collector-ID", "Startdatum", "Einddatum", "IP-adres", "E-mailadres", "Voornaam", "Achternaam", "Aangepaste gegevens 1"],
    "de": ["Befragten-ID", "Collector-ID", "Startdatum", "Enddatum", "IP-Adresse", "E-Mail-Adresse", "Vorname", "Nachname", "Benutzerdefinierte Daten 1"],
    "fr": ["ID du répondant", "ID du collecteur", "Date de début", "Date de fin", "Adresse IP", "Adresse e-mail", "Prénom", "Nom de famille", "Données personnalisées 1"],
}  # fmt: skip
OLD_FRONT = ["RespondentID", "CollectorID", "StartDate", "EndDate", "IP Address", "Email Address", "First Name", "LastName", "Custom Data"]  # fmt: skip


def surveyed(
    tmp_path: Path, front: Sequence[str], asked: Sequence[tuple[str, str]], answers: Sequence[str],
    known: Sequence[str] = ("", "", "", "001007"), name: str = "End of programme.csv", delimiter: str = ",",
    ended: str = "03/16/2026 04:58:31 PM",
) -> Mapped:  # fmt: skip
    """One response; ``known`` is what the tool knows of the respondent: address, names, custom data."""
    rows = [
        [*front, *(upper for upper, _ in asked)],
        [*("" for _ in front), *(lower for _, lower in asked)],
        [
            "118052219061",
            "446111201",
            "03/16/2026 04:55:10 PM",
            ended,
            "192.0.2.17",
            *known,
            *answers,
        ],
    ]
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    path = tmp_path / name
    path.write_bytes(text.getvalue().encode("utf-8-sig"))
    return map_file(path, "surveymonkey", tmp_path / "scratch")


@pytest.mark.parametrize(
    ("front", "asked", "answer", "delimiter"),
    [
        (FRONT["en"], ("I am satisfied with the programme", "Response"), "Agree", ","),
        (OLD_FRONT, ("How satisfied are you?", "Response"), "4", "\t"),
        (FRONT["nl"], ("Ik ben tevreden over het programma", "Antwoord"), "Mee eens", ";"),
        (FRONT["de"], ("Ich bin mit dem Programm zufrieden", "Antwort"), "Stimme zu", ";"),
        (FRONT["fr"], ("Je suis satisfaite du programme", "Réponse"), "4 - d'accord", ";"),
        (FRONT["en"], ("Please rate the following", "Overall satisfaction"), "4", ","),
    ],
    ids=["en", "older", "nl", "de", "fr", "row of a matrix"],
)
def test_an_item_reads_alike_in_every_language_as_a_text_or_as_a_number(
    front: list[str], asked: tuple[str, str], answer: str, delimiter: str, tmp_path: Path
) -> None:
    mapped = surveyed(tmp_path, front, [asked], [answer], delimiter=delimiter)
    (row,) = mapped.rows("survey_responses")
    assert (row["item_id"], row["construct"], row["answer_number"]) == ("satisfaction", "reaction", 4)
    assert (row["scale_min"], row["scale_max"], row["occasion"]) == (1, 5, "end")
    assert (row["response_id"], row["survey_id"]) == ("118052219061", "end_of_programme")
    assert row["person_token"] == token_of("employee_number", "001007")
    assert row["answered_at"] == datetime(2026, 3, 16, 16, 58, 31)


@pytest.mark.parametrize(
    ("known", "token"),
    [
        (("", "", "", "001007"), token_of("employee_number", "001007")),
        (("", "", "", "a@b.example"), token_of("email", "a@b.example")),
        (("a@b.example", "A", "B", ""), token_of("email", "a@b.example")),
        (("a@b.example", "A", "B", "cohort of spring"), token_of("email", "a@b.example")),
        (("", "", "", "cohort of spring"), None),
    ],
)
def test_a_response_is_tied_by_custom_data_or_address_or_to_nobody(
    known: Sequence[str], token: str | None, tmp_path: Path
) -> None:
    asked = [("What I learned is relevant to my work", "Response")]
    mapped = surveyed(tmp_path, FRONT["en"], asked, ["Agree"], known=known)
    assert mapped.column("survey_responses", "person_token") == [token]


def test_several_answers_are_told_by_their_columns_even_where_cells_hold_numbers(tmp_path: Path) -> None:
    asked = [
        ("What I learned is relevant to my work", "Response"),
        ("What kept you from using it?", "I had no opportunity"), ("", "It is not relevant to my work"),
        ("", "Lack of time"), ("", "Other (please specify)"),
    ]  # fmt: skip
    mapped = surveyed(tmp_path, FRONT["en"], asked, ["5", "1", "2", "", "my boss"], name="Follow-up.csv")
    codes = sorted(row["answer_code"] for row in mapped.rows("survey_responses") if row["item_id"] == "barrier")
    assert codes == ["no_opportunity", "not_relevant"]
    assert set(mapped.column("survey_responses", "occasion")) == {"follow_up"}


def test_the_second_answer_of_a_yes_or_no_question_is_no(tmp_path: Path) -> None:
    asked = [("I am satisfied", "Response"), ("Have you used what you learned at work?", "Response")]
    numbers = {
        said: next(
            row["answer_number"]
            for row in surveyed(tmp_path, FRONT["en"], asked, ["3", said]).rows("survey_responses")
            if row["item_id"] == "has_applied"
        )
        for said in ("Yes", "No", "Not yet", "1", "2")
    }
    assert numbers == {"Yes": 1, "No": 0, "Not yet": 0, "1": 1, "2": 0}


def test_free_text_is_not_read_even_where_its_question_sounds_like_an_item(tmp_path: Path) -> None:
    asked = [
        ("I am satisfied with the programme", "Response"),
        ("Why are you not satisfied?", "Open-Ended Response"),
        ("", "Other (please specify)"),
        ("What would be more relevant?", "Comment"),
        ("What is your name?", "Response"),
    ]
    mapped = surveyed(tmp_path, FRONT["en"], asked, ["4", "my boss", "Anna", "lifts", "Anna Faber"])
    assert mapped.column("survey_responses", "item_id") == ["satisfaction"]


def test_an_answer_that_is_not_on_the_scale_is_rejected_and_no_opinion_is_no_answer(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "End of programme.csv", "surveymonkey", tmp_path)
    assert mapped.counts("survey_responses") == (10, 9, 1, 0)
    assert [(r["rule"], r["value"], r["source_line"]) for r in mapped.rejects("survey_responses")] == [
        ("unknown_value", "Rather", 5)
    ]
    assert mapped.column("activities", "catalogue_code") == ["PRG-2010"]


def test_the_climate_survey_is_never_tied_to_a_person(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "Learning climate 2026.xlsx", "surveymonkey", tmp_path)
    assert mapped.unit.export == "climate"
    assert set(mapped.column("survey_responses", "person_token")) == {None}
    assert mapped.tokeniser.clear == set(), "not even a token was asked for"
    assert set(mapped.column("survey_responses", "org_unit_id")) == {"O1-02"}
    constructs = {row["item_id"]: row["construct"] for row in mapped.rows("survey_responses")}
    assert constructs == {
        f"{scale}_{number}": f"climate_{scale}"
        for scale in ("time", "manager", "safety", "sharing", "reward")
        for number in (1, 2)
    }


def test_a_questionnaire_without_any_scale_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OriginalRefused, match="nine of ten filled cells"):
        surveyed(tmp_path, FRONT["en"], [("What shall we cook?", "Response")], ["Soup"])


def test_of_another_questionnaire_scales_and_ticked_options_are_read_and_nobody_is_named(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "Workplace pulse.csv", "surveymonkey", tmp_path)
    assert mapped.unit.export == "questionnaire"
    rows = mapped.rows("survey_responses")
    assert {(row["item_id"], row["answer_number"]) for row in rows if row["response_id"] == "119000000001"} == {
        ("How far do you agree? | My workload is manageable", 4),
        ("How far do you agree? | I get useful feedback", 5),
        ("How likely are you to stay with us?", 9),
        ("Which of these do you use?", None),
    }
    assert {row["answer_code"] for row in rows} == {None, "Coaching"}
    assert (mapped.tokeniser.clear, mapped.tokeniser.kept) == (set(), set())
    assert "Faber" not in str(rows)


@pytest.mark.parametrize(
    ("ended", "answered_at"),
    [
        ("03/01/2025", datetime(2025, 3, 1)),
        ("03/01/2025 14:05", datetime(2025, 3, 1, 14, 5)),
        ("3/1/25 14:05", datetime(2025, 3, 1, 14, 5)),
        ("2025-03-01 14:05:09", datetime(2025, 3, 1, 14, 5, 9)),
        ("13.03.2025 14:05", datetime(2025, 3, 13, 14, 5)),
    ],
)
def test_an_end_may_be_written_without_seconds_or_as_a_day(ended: str, answered_at: datetime, tmp_path: Path) -> None:
    asked = [("I am satisfied with the programme", "Response")]
    mapped = surveyed(tmp_path, FRONT["en"], asked, ["Agree"], ended=ended)
    assert mapped.column("survey_responses", "answered_at") == [answered_at]
