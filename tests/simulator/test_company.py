"""The people over time."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import groupby, pairwise

import pytest

from simulator.world.company import Company, Job, found_company
from simulator.world.period import DEFAULT_END, Period, Streams
from simulator.world.structure import HEAD_POSITIONS, structure


@pytest.fixture(scope="module")
def company() -> Company:
    return found_company(400, Period(DEFAULT_END, 18), Streams(7))


def jobs_by_person(company: Company) -> list[list[Job]]:
    return [list(jobs) for _, jobs in groupby(company.jobs, key=lambda job: job.person)]


def test_four_hundred_people_work_in_thirty_teams() -> None:
    assert len(structure(400).at("team")) == 30


@pytest.mark.parametrize("people", [20, 60, 400, 3000])
def test_every_unit_but_the_company_has_a_parent_of_the_level_above(people: int) -> None:
    shape = structure(people)
    level = {unit.unit_id: unit.level for unit in shape.units}
    above = dict(pairwise(reversed(HEAD_POSITIONS)))
    assert len(level) == len(shape.units), "unit ids are unique"
    assert all(level[unit.parent_id] == above[unit.level] for unit in shape.units if unit.parent_id)


def test_the_company_starts_with_the_headcount_that_was_asked_for(company: Company) -> None:
    assert len(company.on(company.period.start - timedelta(days=1))) == 400


@pytest.mark.parametrize("seed", range(5))
def test_nobody_holds_two_jobs_at_once(seed: int) -> None:
    for jobs in jobs_by_person(found_company(200, Period(DEFAULT_END, 12), Streams(seed))):
        for earlier, later in pairwise(jobs):
            assert earlier.ended is not None
            assert earlier.started < earlier.ended <= later.started


def test_no_unit_is_led_by_two_people_at_once(company: Company) -> None:
    for day in company.period.snapshot_days():
        present = company.on(day)
        heads = present[present["position"].isin(HEAD_POSITIONS.values())]
        assert heads["unit_id"].is_unique


def test_only_the_head_of_the_company_has_no_manager(company: Company) -> None:
    for day in company.period.snapshot_days():
        present = company.on(day)
        assert list(present.loc[present["manager"].isna(), "unit_id"]) == ["O1"]
        assert set(present["manager"].dropna()) <= set(present["person"])
        assert not (present["manager"] == present["person"]).any()


def test_people_join_move_leave_return_and_change_their_name(company: Company) -> None:
    histories = jobs_by_person(company)
    start = company.period.start
    returned = [jobs for jobs in histories if any(a.ended != b.started for a, b in pairwise(jobs))]
    moved = [
        jobs for jobs in histories if any(a.ended == b.started and a.unit_id != b.unit_id for a, b in pairwise(jobs))
    ]
    assert sum(jobs[0].started >= start for jobs in histories) > 40
    assert sum(jobs[-1].ended is not None for jobs in histories) > 40
    assert len(moved) > 20
    assert len(returned) >= 2
    assert len(company.names) > len(company.people)
    assert sum(named.started > date.min for named in company.unit_names) >= 2


def test_a_work_email_belongs_to_one_person_only(company: Company) -> None:
    emails = [named.email for named in company.names]
    assert len(set(emails)) == len(emails)


def test_a_period_that_does_not_end_with_a_month_is_refused() -> None:
    with pytest.raises(ValueError, match="last day of a month"):
        Period(date(2026, 10, 30), 3)
