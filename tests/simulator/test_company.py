"""The people over time."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import groupby, pairwise

import numpy as np
import pytest

from simulator.recipe import Workforce
from simulator.world.company import Company, Job
from simulator.world.period import DEFAULT_END, Period, Streams
from simulator.world.roster import found_company
from simulator.world.structure import HEAD_POSITIONS, structure


@pytest.fixture(scope="module")
def company() -> Company:
    return founded(400, 18, 7)


def founded(people: int, months: int, seed: int, **chances: float) -> Company:
    """A company that is reorganised after two thirds of its period."""
    period = Period(DEFAULT_END, months)
    shape = structure(people, period.first_days()[2 * months // 3])
    return found_company(people, period, Streams(seed), shape, Workforce(**chances))


def jobs_by_person(company: Company) -> list[list[Job]]:
    """First jobs; a second one runs beside them."""
    first = [job for job in company.jobs if not job.is_second]
    return [list(jobs) for _, jobs in groupby(first, key=lambda job: job.person)]


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
def test_nobody_holds_two_first_jobs_at_once(seed: int) -> None:
    for jobs in jobs_by_person(founded(200, 12, seed)):
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


def test_an_address_has_two_owners_only_where_that_was_planted(company: Company) -> None:
    owners: dict[str, set[int]] = {}
    for named in company.names:
        owners.setdefault(named.email, set()).add(named.person)
    shared = {frozenset(persons) for persons in owners.values() if len(persons) > 1}
    assert shared == {frozenset(pair) for pair in company.recycled.items()}
    assert shared, "recycling is one of the traps"


def test_a_recycled_address_has_rested_since_its_first_owner_left(company: Company) -> None:
    left: dict[int, list[date]] = {}
    for jobs in jobs_by_person(company):
        left[jobs[0].person] = [job.ended for job in jobs if job.ended is not None]
    began = {jobs[0].person: jobs[0].started for jobs in jobs_by_person(company)}
    for leaver, heir in company.recycled.items():
        assert any(began[heir] >= day + timedelta(days=45) for day in left[leaver])


def test_some_who_come_back_have_another_number_and_hr_tells_the_one_of_the_day() -> None:
    company = founded(400, 18, 7, return_share=0.9, new_number_share=0.5)
    again = [number for number in company.numbers if number.number != company.people[number.person].employee_number]
    assert len({number.number for number in company.numbers}) == len(company.numbers)
    assert len(again) > 10
    for number in again:
        who = np.array([number.person])
        assert company.numbers_at(who, number.started)[0] == number.number
        assert company.numbers_at(who, number.started - timedelta(days=1))[0] != number.number


def test_namesakes_share_their_name_and_twins_their_birthday() -> None:
    company = founded(400, 18, 7, twin_share=0.1)
    first = {name.person: name.family for name in reversed(company.names)}
    families: dict[int, set[str]] = {}
    for name in company.names:
        families.setdefault(name.person, set()).add(name.family)
    assert {pair.kind for pair in company.namesakes} == {"twin", "namesake"}
    for pair in company.namesakes:
        one, other = company.people[pair.person], company.people[pair.other]
        assert first[pair.other] in families[pair.person]
        assert one.birth_date == other.birth_date if pair.kind == "twin" else one.given == other.given


def test_second_jobs_are_in_another_team_and_end(company: Company) -> None:
    second = [job for job in founded(400, 18, 7, second_job_share=0.2).jobs if job.is_second]
    assert second
    assert all(job.ended is not None and job.ended > job.started for job in second)


def test_a_merger_moves_everybody_and_leaves_one_head(company: Company) -> None:
    merger = company.structure.merger
    assert merger is not None
    after = company.on(merger.day)
    assert not set(after["unit_id"]) & set(merger.teams)
    merged = after[after["unit_id"] == merger.into]
    assert len(merged) > 10
    assert (merged["position"] == "Team Lead").sum() == 1


def test_a_department_that_moves_keeps_its_number_and_changes_its_parent(company: Company) -> None:
    moved = company.structure.relocation
    assert moved is not None
    days = (moved.day - timedelta(days=1), moved.day)
    before, after = ({unit.unit_id: unit.parent_id for unit in company.units_on(day)} for day in days)
    assert (before[moved.department], after[moved.department]) == (moved.before, moved.after)


def test_as_of_lookups_agree_with_the_histories(company: Company) -> None:
    for day in company.period.snapshot_days()[::5]:
        there = company.on(day)
        persons = there["person"].to_numpy()
        assert list(company.units_at(persons, day)) == list(there["unit_id"])
        assert list(company.emails_at(persons, day)) == list(there["email"])
        for person, email in zip(persons, there["email"], strict=True):
            known = [name for name in company.names if name.person == person and name.started <= day]
            assert email == max(known, key=lambda name: name.started).email


def test_a_period_that_does_not_end_with_a_month_is_refused() -> None:
    with pytest.raises(ValueError, match="last day of a month"):
        Period(date(2026, 10, 30), 3)
