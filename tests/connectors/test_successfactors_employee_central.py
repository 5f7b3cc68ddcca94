"""Employee Central: a row of labels below that of keys, history with sequence, and three ways to write a date."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from connectors.declaration import CATALOGUE
from tests.connectors.mapped import map_file, token_of

SAMPLES = CATALOGUE / "samples" / "successfactors_employee_central"
TOOL = "successfactors_employee_central"


def number(text: str) -> str:
    return token_of("employee_number", text)


def user(text: str) -> str:
    return token_of(f"{TOOL}:user_id", text)


def test_the_row_of_labels_in_the_user_data_file_is_no_person(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "UserDataFile_2025-03-01.csv", TOOL, tmp_path)
    assert mapped.counts("people") == (4, 3, 1, 0)
    assert [(r["rule"], r["value"]) for r in mapped.rejects("people")] == [("not_a_date", "13/45/2020")]
    carla, vic, marcus = mapped.rows("people")
    assert (carla["person_token"], carla["manager_token"]) == (number("100041"), None)
    assert (vic["manager_token"], vic["org_unit_id"], vic["position_id"]) == (user("carla.grant"), "PROD", "50070951")
    assert (marcus["employment_status"], marcus["hired_date"]) == ("left", date(2013, 3, 18))


def test_a_user_is_tied_to_the_employee_so_that_managers_are_found(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "UserDataFile_2025-03-01.csv", TOOL, tmp_path)
    tied = {row["account_token"]: row["employee_token"] for row in mapped.rows("accounts")}
    assert tied[user("carla.grant")] == number("100041")
    assert tied[user("inew")] == number("inew"), "without a number the user stands for it"


@pytest.mark.parametrize("name", ["EmpJob_2025-03-01.csv", "JobHistory.csv"])
def test_the_history_of_jobs_is_read_from_either_export(name: str, tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / name, TOOL, tmp_path)
    assert mapped.unit.export == "job_information"
    first = mapped.rows("people")[0]
    assert (first["person_token"], first["effective_date"]) == (number("vstokes"), date(2009, 12, 15))
    assert (first["manager_token"], first["org_unit_id"], first["fte"]) == (user("carla.grant"), "PROD", 1)


def test_of_several_changes_on_a_day_the_last_one_counts_and_the_end_of_time_is_none(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "EmpJob_2025-03-01.csv", TOOL, tmp_path)
    steps = [
        (row["effective_date"], row["employment_status"])
        for row in mapped.rows("people")
        if row["person_token"] == number("mhoff")
    ]
    assert steps == [(date(2013, 3, 18), "active"), (date(2025, 2, 1), "left")]
    ends = mapped.column("job_assignments", "ended_date")
    assert ends == [date(2023, 12, 31), None, date(2025, 1, 31), None, None]


def test_leave_begins_on_its_day_and_a_day_that_never_was_is_rejected(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "JobHistory.csv", TOOL, tmp_path)
    assert mapped.column("people", "employment_status") == ["active", "active", "on_leave"]
    assert [(r["source_line"], r["rule"]) for r in mapped.rejects("people")] == [(6, "not_a_date")]


def test_departments_lie_below_others(tmp_path: Path) -> None:
    rows = map_file(SAMPLES / "FODepartment.csv", TOOL, tmp_path).rows("org_units")
    assert [(row["org_unit_id"], row["parent_org_unit_id"], row["is_deleted"]) for row in rows] == [
        ("IND", None, False),
        ("PROD", "IND", False),
        ("OLD", "IND", True),
    ]
