"""HiBob: reports of people under the names of its fields, and under the field ids of its API."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from connectors.declaration import CATALOGUE
from tests.connectors.mapped import map_file, token_of

SAMPLES = CATALOGUE / "samples" / "hibob"


def number(text: str) -> str:
    return token_of("employee_number", text)


def test_a_workbook_with_a_total_below_lands_whole(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "People report.xlsx", "hibob", tmp_path)
    assert mapped.counts("people") == (5, 5, 0, 0)
    people = {row["person_token"]: row for row in mapped.rows("people")}
    assert people[number("B-102")]["fte"] == 0.8
    assert people[number("B-102")]["manager_token"] == token_of("email", "avery@bobco.example")
    statuses = [people[number(f"B-10{i}")]["employment_status"] for i in range(1, 6)]
    assert statuses == ["active", "active", "on_leave", "left", "suspended"]
    assert people[number("B-104")]["left_date"] == date(2025, 1, 31)
    tied = {row["account_token"]: row["employee_token"] for row in mapped.rows("accounts")}
    assert tied[token_of("hibob:employee_id", "3332883884017713001")] == number("B-101")


def test_a_table_of_the_api_is_known_by_its_field_ids(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "work_history.csv", "hibob", tmp_path)
    assert mapped.counts("people") == (4, 3, 1, 0)
    steps = [(row["effective_date"], row["job_title"], row["manager_token"]) for row in mapped.rows("people")][:2]
    assert steps == [
        (date(2022, 1, 2), "Junior designer", token_of("hibob:employee_id", "3332883884017713001")),
        (date(2024, 7, 1), "Designer", number("B-101")),
    ]


@pytest.mark.parametrize(("written", "fte"), [("80", 0.8), ("80%", 0.8), ("0.8", 0.8), ("1", 1), ("100", 1)])
def test_fte_is_a_factor_or_a_percentage_by_its_size(written: str, fte: float, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text(f"Employee ID,Status,FTE\nB-1,Active,{written}\n", "utf-8")
    assert map_file(path, "hibob", tmp_path).column("people", "fte") == [fte]
