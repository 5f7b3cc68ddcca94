"""Workday: names in parentheses everywhere, days with an offset, several positions of a worker."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from connectors.declaration import CATALOGUE
from tests.connectors.mapped import map_file, token_of

SAMPLES = CATALOGUE / "samples" / "workday"
WORKERS = SAMPLES / "All Active and Terminated Workers 2025-03-01.xlsx"


def number(text: str) -> str:
    return token_of("employee_number", text)


def test_a_report_with_its_title_and_prompts_lands_without_a_name_in_sight(tmp_path: Path) -> None:
    mapped = map_file(WORKERS, "workday", tmp_path)
    assert mapped.counts("people") == (4, 4, 0, 0)
    people = {row["person_token"]: row for row in mapped.rows("people")}
    betty = people[number("21007")]
    assert (betty["org_unit_id"], betty["position_id"]) == ("Human Resources Department", "P-00012")
    assert (betty["manager_token"], betty["fte"]) == (number("21001"), 0.8)
    assert [row["employment_status"] for row in mapped.rows("people")] == ["active", "active", "on_leave", "left"]
    assert people[number("21121")]["org_unit_id"] == "Payroll Department", "(Betty Liu) (Inherited) is taken off"
    shown = str(mapped.rows("people") + mapped.rows("job_assignments"))
    assert not [name for name in ("McNeil", "Liu", "Price", "Morgan") if name in shown]


@pytest.mark.parametrize(
    ("worker", "status"),
    [
        ("Kim Foss (21134)", None),
        ("Kim Foss (21134) (On Leave)", "on_leave"),
        ("Kim Foss (21134) (Terminated)", "left"),
    ],
)
def test_a_worker_may_be_named_with_number_and_state_alone(worker: str, status: str | None, tmp_path: Path) -> None:
    path = tmp_path / "workers.csv"
    path.write_text(f"Worker,Business_Title\n{worker},Analyst\n", "utf-8")
    (person,) = map_file(path, "workday", tmp_path).rows("people")
    assert (person["person_token"], person["employment_status"]) == (number("21134"), status)


def test_each_position_is_a_job_and_the_primary_one_describes_the_worker(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "Positions_held.csv", "workday", tmp_path)
    assert mapped.unit.export == "positions_held"
    assert mapped.counts("job_assignments") == (5, 3, 1, 1)
    assert [(r["rule"], r["value"]) for r in mapped.rejects("job_assignments")] == [("not_a_date", "2025-02-30")]
    jobs = [(j["position_id"], j["is_primary"], j["fte"]) for j in mapped.rows("job_assignments")][:2]
    assert jobs == [("P-00012", True, 0.8), ("P-00988", False, 0.2)]
    assert mapped.rows("job_assignments")[2]["started_date"] == date(2025, 6, 1), "2025-06-01-07:00 is that day"
    people = {row["person_token"]: row for row in mapped.rows("people")}
    assert people[number("21007")]["job_title"] == "Director, Payroll"
    assert people[number("21133")]["effective_date"] == date(2025, 6, 1), "who comes is described from that day on"


def test_organizations_lie_below_others_and_go_by_their_ids(tmp_path: Path) -> None:
    rows = map_file(SAMPLES / "Supervisory Organizations.csv", "workday", tmp_path).rows("org_units")
    assert [(row["org_unit_id"], row["parent_org_unit_id"], row["is_deleted"]) for row in rows] == [
        ("SUP_GMS", None, False),
        ("SUP_HR", "SUP_GMS", False),
        ("SUP_PAYROLL", "SUP_HR", False),
        ("SUP_OLD", "SUP_HR", True),
    ]
    assert {row["org_unit_name"] for row in rows} >= {"Payroll Department", "Benefits"}
    assert rows[2]["manager_token"] == number("21007")
