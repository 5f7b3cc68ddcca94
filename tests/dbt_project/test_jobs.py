"""Jobs as HR tells them: in its list of people, in a list of jobs, and in both."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.dbt_project.conftest import Dbt, Query, Rows
from tests.dbt_project.landing_files import LandingZone, Row
from tests.dbt_project.test_incremental import WITHOUT_TESTS

MEMBERSHIPS = """
    select units.org_unit_id, members.valid_from::text, members.valid_to::text, members.fte, members.weight_share
    from marts.bridge_team_member as members
    left join (select distinct org_unit_key, org_unit_id from marts.dim_org_unit) as units using (org_unit_key)
    order by members.valid_from, units.org_unit_id
"""
NEEDED = (*WITHOUT_TESTS, "--select", "+bridge_team_member", "+dim_org_unit")
OPEN = "9999-12-31"


def people(day: str, unit: str, *, is_complete: bool = True) -> dict[str, list[Row]]:
    """An export of one person, as connectors map a list of people: the person, and a job without a number."""
    row: dict[str, Any] = {
        "person_token": "hr_1",
        "effective_date": day,
        "org_unit_id": unit,
        "position_id": "clerk",
        "fte": 0.8,
        "is_complete_snapshot": is_complete,
        "series": "people",
    }
    return {"people": [row], "job_assignments": [row | {"is_primary": True}]}


def job(number: str, unit: str, **columns: Any) -> Row:
    told = {"person_token": "hr_1", "assignment_id": number, "effective_date": "2025-01-01", "org_unit_id": unit}
    return {**told, "is_complete_snapshot": True, "series": "jobs", **columns}


@pytest.fixture
def zone(tmp_path: Path) -> LandingZone:
    zone = LandingZone(tmp_path)
    units = [{"org_unit_id": unit, "effective_date": "2020-01-01"} for unit in ("Sales", "S1", "S2", "Board")]
    zone.land("hr", "units", org_units=units)
    zone.link({"hr_1": 1})
    return zone


def memberships(dbt: Dbt, query: Query, zone: LandingZone) -> Rows:
    dbt(zone.home, "build", *NEEDED)
    return query(zone.home, MEMBERSHIPS)


def test_a_list_of_jobs_beside_a_list_of_people_doubles_no_job(dbt: Dbt, query: Query, zone: LandingZone) -> None:
    zone.land("hr", "people_1", **people("2025-01-01", "Sales"))
    zone.land("hr", "jobs_1", job_assignments=[job("17", "S1")])
    assert memberships(dbt, query, zone) == [("S1", "2025-01-01", OPEN, 0.8, 1.0)]


def test_two_listed_jobs_share_a_person_without_the_one_of_the_list_of_people(
    dbt: Dbt, query: Query, zone: LandingZone
) -> None:
    zone.land("hr", "people_1", **people("2025-01-01", "Sales"))
    listed = [job("17", "S1", fte=0.6), job("18", "S2", fte=0.2, ended_date="2025-03-31")]
    zone.land("hr", "jobs_1", job_assignments=listed)
    assert memberships(dbt, query, zone) == [
        ("S1", "2025-01-01", "2025-04-01", 0.6, 0.75),
        ("S2", "2025-01-01", "2025-04-01", 0.2, 0.25),
        ("S1", "2025-04-01", OPEN, 0.6, 1.0),
    ]


def test_a_job_marked_as_beside_the_one_that_counts_leaves_that_one(dbt: Dbt, query: Query, zone: LandingZone) -> None:
    zone.land("hr", "people_1", **people("2025-01-01", "Sales"))
    zone.land("hr", "jobs_1", job_assignments=[job("18", "Board", fte=0.2, is_primary=False)])
    assert memberships(dbt, query, zone) == [
        ("Board", "2025-01-01", OPEN, 0.2, 0.2),
        ("Sales", "2025-01-01", OPEN, 0.8, 0.8),
    ]


def test_a_mover_in_a_file_of_changes_gives_up_the_job_before(dbt: Dbt, query: Query, zone: LandingZone) -> None:
    zone.land("hr", "people_1", **people("2025-01-01", "S1"))
    zone.land("hr", "people_2", extracted_at="2025-07-01 00:00", **people("2025-03-01", "S2", is_complete=False))
    assert memberships(dbt, query, zone) == [
        ("S1", "2025-01-01", "2025-03-01", 0.8, 1.0),
        ("S2", "2025-03-01", OPEN, 0.8, 1.0),
    ]
