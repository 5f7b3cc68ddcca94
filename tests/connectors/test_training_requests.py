"""The register of training requests: one row, several milestones."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from connectors.declaration import CATALOGUE
from tests.connectors.mapped import Mapped, map_file, token_of
from tests.connectors.spellings import SPELLINGS, Spelling, in_every_language_and_spelling

SAMPLES = CATALOGUE / "samples" / "training_requests"
PLAIN = SPELLINGS["commas and decimal points"]

HEADERS = {
    "en": ["Request no.", "Employee number", "Course code", "Course", "Requested on", "Decision", "Decided on", "Decided by", "Confirmed on"],
    "nl": ["Aanvraagnummer", "Personeelsnummer", "Cursuscode", "Cursus", "Aanvraagdatum", "Besluit", "Besluitdatum", "Beslist door", "Datum bevestiging"],
    "de": ["Antragsnummer", "Personalnummer", "Kursnummer", "Kurs", "Antragsdatum", "Entscheidung", "Entscheidungsdatum", "Entschieden von", "Bestätigt am"],
    "fr": ["N° de demande", "Matricule", "Code formation", "Formation", "Date de la demande", "Décision", "Date de décision", "Décidé par", "Date de confirmation"],
}  # fmt: skip
DECISIONS = {"en": "Approved", "nl": "Akkoord", "de": "Genehmigt", "fr": "Approuvé"}


def steps(mapped: Mapped) -> set[tuple[str, str, datetime]]:
    return {(row["enrolment_id"], row["milestone"], row["occurred_at"]) for row in mapped.rows("enrolments")}


@in_every_language_and_spelling
def test_every_date_of_a_row_is_a_milestone_in_every_language_and_spelling(
    language: str, spelling: Spelling, tmp_path: Path
) -> None:
    asked, decided, confirmed = "2026-03-02T09:12", "2026-03-14T16:40", "2026-03-15T08:00"
    row = ["R1", "001007", "CAT-1", "Ladders", spelling.at(asked), DECISIONS[language], spelling.at(decided), "a@b.example", spelling.at(confirmed)]  # fmt: skip
    mapped = map_file(spelling.write(tmp_path / "r.csv", HEADERS[language], [row]), "training_requests", tmp_path)
    assert steps(mapped) == {
        ("R1", "requested", datetime(2026, 3, 2, 9, 12)),
        ("R1", "approved", datetime(2026, 3, 14, 16, 40)),
        ("R1", "confirmed", datetime(2026, 3, 15, 8)),
    }
    deciders = {row["milestone"]: row["decided_by_token"] for row in mapped.rows("enrolments")}
    assert deciders == {"requested": None, "approved": token_of("email", "a@b.example"), "confirmed": None}
    assert set(mapped.column("enrolments", "person_token")) == {token_of("employee_number", "001007")}
    assert mapped.column("activities", "catalogue_code") == ["CAT-1"]


SAID = {
    "approved": "approved", "Not approved": "rejected", "Confirmed": "approved", "Denied": "rejected",
    "Niet akkoord": "rejected", "Goedgekeurd": "approved", "Wachtlijst": "waitlisted",
    "nicht genehmigt": "rejected", "Bewilligt": "approved", "zurückgezogen": "cancelled",
    "Non approuvé": "rejected", "Accordé": "approved", "Refusée": "rejected",
}  # fmt: skip


def test_a_decision_is_understood_in_the_words_of_four_languages(tmp_path: Path) -> None:
    asked, decided = PLAIN.at("2026-03-02T09:12"), PLAIN.at("2026-03-04T16:40")
    rows = [[said, "001007", "CAT-1", "", asked, said, decided, "", ""] for said in SAID]
    mapped = map_file(PLAIN.write(tmp_path / "r.csv", HEADERS["en"], rows), "training_requests", tmp_path)
    decisions = {request: milestone for request, milestone, _ in steps(mapped) if milestone != "requested"}
    assert decisions == SAID


def test_a_decision_that_nobody_understands_costs_that_milestone_only(tmp_path: Path) -> None:
    row = ["R1", "001007", "CAT-1", "", PLAIN.at("2026-03-02T09:12"), "hm", PLAIN.at("2026-03-04T16:40"), "", ""]
    mapped = map_file(PLAIN.write(tmp_path / "r.csv", HEADERS["en"], [row]), "training_requests", tmp_path)
    assert mapped.counts("enrolments") == (2, 1, 1, 0)
    assert [(r["rule"], r["column_name"], r["value"]) for r in mapped.rejects("enrolments")] == [
        ("unknown_value", "Decision", "hm")
    ]


def test_a_pending_request_meets_itself_when_it_comes_again_with_its_decision(tmp_path: Path) -> None:
    asked = ["R1", "001007", "CAT-1", "Ladders", PLAIN.at("2026-03-30T09:12")]
    pending = PLAIN.write(tmp_path / "march.csv", HEADERS["en"], [[*asked, "Pending", "", "", ""]])
    dutch = SPELLINGS["semicolons and decimal commas"]
    decided = dutch.write(
        tmp_path / "april.csv", HEADERS["nl"],
        [[*asked[:4], dutch.at("2026-03-30T09:12"), "Afgewezen", dutch.at("2026-04-02T10:00"), "001021", ""]],
    )  # fmt: skip
    first = map_file(pending, "training_requests", tmp_path / "a")
    second = map_file(decided, "training_requests", tmp_path / "b")
    assert first.column("enrolments", "milestone") == ["requested"]
    keys = {row["milestone"]: row["record_key"] for row in second.rows("enrolments")}
    assert set(keys) == {"requested", "rejected"}
    assert first.column("enrolments", "record_key") == [keys["requested"]]


def test_a_register_may_have_a_date_per_outcome_and_know_people_by_address(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "requests_approvals.csv", "training_requests", tmp_path)
    assert steps(mapped) == {
        ("77", "requested", datetime(2026, 3, 2, 9, 12)),
        ("77", "approved", datetime(2026, 3, 4, 16, 40)),
        ("77", "cancelled", datetime(2026, 3, 20, 10)),
        ("78", "requested", datetime(2026, 3, 13, 11)),
        ("78", "rejected", datetime(2026, 3, 16, 9, 5)),
    }
    row = next(row for row in mapped.rows("enrolments") if row["milestone"] == "approved")
    assert row["person_token"] == token_of("email", "mila.novak@corp.example")
    assert row["decided_by_token"] == token_of("employee_number", "001021")
    assert (row["activity_id"], row["activity_name"]) == ("CAT-1060", "Coaching conversations")


def test_a_course_without_a_code_goes_by_its_title_and_a_request_for_nobody_is_rejected(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "aanvragen_2026-03.csv", "training_requests", tmp_path)
    by_title = {row["enrolment_id"]: row["activity_id"] for row in mapped.rows("enrolments")}
    assert by_title["REQ-00042"] == "Working with AI assistants"
    assert [(r["source_line"], r["rule"]) for r in mapped.rejects("enrolments")] == [(5, "required_missing")]
    assert [row["catalogue_code"] for row in mapped.rows("activities")] == ["CAT-1060", None, "CAT-1040"]
    assert {row["occurred_date"] for row in mapped.rows("enrolments")} >= {date(2026, 3, 2), date(2026, 3, 30)}
