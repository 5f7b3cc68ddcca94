"""What people do with the catalogue."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from simulator.world.accounts import register
from simulator.world.behaviour import Behaviour, behave
from simulator.world.catalogue import LRS, MOODLE, Offering, catalogue
from simulator.world.company import Company, found_company
from simulator.world.period import DEFAULT_END, Period, Streams

PERIOD, STREAMS = Period(DEFAULT_END, 18), Streams(7)


@pytest.fixture(scope="module")
def company() -> Company:
    return found_company(400, PERIOD, STREAMS)


@pytest.fixture(scope="module")
def offerings() -> tuple[Offering, ...]:
    return catalogue(PERIOD)


@pytest.fixture(scope="module")
def behaviour(company: Company, offerings: tuple[Offering, ...]) -> Behaviour:
    return behave(company, offerings, STREAMS)


def test_an_enrolment_runs_from_enrolled_over_started_to_completed(behaviour: Behaviour) -> None:
    table = behaviour.enrolments
    assert not (table["started_at"] < table["enrolled_at"]).any()
    assert not (table["completed_at"] < table["started_at"]).any()
    assert (table["completed_at"].notna() == (table["outcome"] == "completed")).all()


def test_nobody_learns_when_they_are_not_employed(company: Company, behaviour: Behaviour) -> None:
    sessions = behaviour.sessions.merge(behaviour.enrolments[["enrolment", "person"]], on="enrolment")
    present: dict[int, list[tuple[pd.Timestamp, pd.Timestamp]]] = {job.person: [] for job in company.jobs}
    for job in company.jobs:
        present[job.person].append((pd.Timestamp(job.started), pd.Timestamp(job.ended or date(2026, 11, 1))))
    assert all(any(opens <= row.at < closes for opens, closes in present[row.person]) for row in sessions.itertuples())


def test_sittings_are_in_order_and_progress_never_falls(behaviour: Behaviour) -> None:
    by_enrolment = behaviour.sessions.groupby("enrolment")
    assert by_enrolment["at"].apply(lambda at: at.is_monotonic_increasing).all()
    assert by_enrolment["progress"].apply(lambda progress: progress.is_monotonic_increasing).all()


def test_a_tested_course_is_completed_only_by_who_passed(behaviour: Behaviour, offerings: tuple[Offering, ...]) -> None:
    table = behaviour.enrolments
    marks = table["offering"].map(lambda offering: offerings[offering].course.pass_mark)
    tested = table[marks.notna() & (table["outcome"] == "completed")]
    assert (tested["score"] >= marks[tested.index]).all()
    assert (behaviour.attempts.groupby("enrolment")["is_pass"].sum() <= 1).all(), "nobody tries again after a pass"


def test_completion_is_realistic_and_differs_by_course(behaviour: Behaviour) -> None:
    done = behaviour.enrolments["outcome"] == "completed"
    by_offering = done.groupby(behaviour.enrolments["offering"]).mean()
    assert 0.60 <= done.mean() <= 0.85
    assert by_offering.max() - by_offering.min() > 0.15


def test_everybody_takes_the_yearly_course_once_a_year(
    behaviour: Behaviour, offerings: tuple[Offering, ...], company: Company
) -> None:
    for year in PERIOD.years:
        index = next(i for i, offering in enumerate(offerings) if offering.year == year)
        people = behaviour.enrolments.loc[behaviour.enrolments["offering"] == index, "person"]
        assert people.is_unique
        assert len(people) > 0.95 * 400


def test_some_courses_are_offered_by_both_tools_under_one_code_and_two_ids(offerings: tuple[Offering, ...]) -> None:
    codes = {tool: {o.catalogue_code for o in offerings if o.tool == tool} - {""} for tool in (MOODLE, LRS)}
    assert len(codes[MOODLE] & codes[LRS]) >= 5
    assert len({(o.tool, o.activity_id) for o in offerings}) == len(offerings)


def test_most_but_not_all_accounts_can_be_matched_to_hr(company: Company) -> None:
    accounts = register(company, STREAMS)
    matchable = [account.is_matchable for account in accounts.moodle]
    assert 0.95 <= sum(matchable) / len(matchable) < 1
