"""BambooHR: two ids of a person, supervisors by either, and a date of nothing that it writes as 0000-00-00."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from connectors.declaration import CATALOGUE
from tests.connectors.mapped import map_file, token_of

SAMPLES = CATALOGUE / "samples" / "bamboohr"
REPORT, HISTORY = SAMPLES / "Employee report 2025-03-01.csv", SAMPLES / "job_information_2025-03-01.csv"


def test_a_report_tells_who_is_there_who_left_and_what_is_no_date(tmp_path: Path) -> None:
    mapped = map_file(REPORT, "bamboohr", tmp_path)
    assert mapped.counts("people") == (5, 4, 1, 0)
    assert [(r["rule"], r["column_name"], r["value"]) for r in mapped.rejects("people")] == [
        ("not_a_date", "Hire Date", "2021-13-01")
    ]
    people = {row["person_token"]: row for row in mapped.rows("people")}
    maria, gone = people[token_of("employee_number", "51007")], people[token_of("employee_number", "51010")]
    assert (maria["employment_status"], maria["employment_type"], maria["left_date"]) == ("active", "Full-Time", None)
    assert maria["manager_token"] == token_of("employee_number", "51001")
    assert (gone["employment_status"], gone["employment_type"], gone["left_date"]) == ("left", None, date(2025, 1, 31))
    assert maria["effective_date"] == date(2025, 3, 1), "the day in the name of the file"


def test_who_has_no_number_goes_by_the_id_of_bamboohr_and_the_two_are_tied(tmp_path: Path) -> None:
    mapped = map_file(REPORT, "bamboohr", tmp_path)
    assert token_of("bamboohr:employee_id", "9") in mapped.column("people", "person_token")
    tied = {row["account_token"]: row["employee_token"] for row in mapped.rows("accounts")}
    assert tied[token_of("bamboohr:employee_id", "4")] == token_of("employee_number", "51007")
    assert tied[token_of("bamboohr:employee_id", "9")] is None


def test_names_go_to_the_vault_and_that_of_a_supervisor_is_not_read(tmp_path: Path) -> None:
    mapped = map_file(REPORT, "bamboohr", tmp_path)
    assert (token_of("employee_number", "51007"), "full_name", "Castillo, Maria") in mapped.tokeniser.kept
    assert mapped.unit.unread == ("Supervisor",)


def test_the_history_of_jobs_holds_from_its_own_days_on(tmp_path: Path) -> None:
    mapped = map_file(HISTORY, "bamboohr", tmp_path)
    assert mapped.unit.export == "job_information"
    steps = [(row["effective_date"], row["job_title"]) for row in mapped.rows("people")]
    assert steps[:2] == [(date(2017, 1, 16), "HR Generalist"), (date(2021, 6, 1), "VP of People")]
    assert steps[3] == (date(2025, 4, 1), "Senior Recruiter"), "a change that was announced"
    assert mapped.rows("job_assignments")[2]["manager_token"] == token_of("bamboohr:employee_id", "4")
