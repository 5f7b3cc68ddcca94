"""The marginals that are planted come out, over seeds, within what chance allows.

Tolerances are four standard errors of the mean over the seeds, computed from the seeds themselves, plus a stated
allowance where the planted number is a limit (people join, leave, and the period ends).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

from simulator.world.catalogue import MOODLE
from simulator.world.learning import ATTENDANCE, REJECTED_SHARE
from simulator.world.licences import ON_TIME
from tests.simulator.chronicles import Told


def agrees(companies: list[Told], measure: Callable[[Told], float], planted: float, allowance: float = 0.0) -> None:
    values: npt.NDArray[np.float64] = np.array([measure(told) for told in companies])
    tolerance = 4 * values.std(ddof=1) / np.sqrt(len(values)) + allowance
    assert abs(values.mean() - planted) <= tolerance, f"{values.mean():.4f} for {planted:.4f} ± {tolerance:.4f}"
    assert tolerance < 0.3 * planted, "the tolerance says something"


def test_people_leave_and_join_as_often_as_the_recipe_says(companies: list[Told]) -> None:
    def joins(told: Told) -> float:
        first = told.world.company.employees.groupby("person")["opens"].min()
        return float((first >= pd.Timestamp(told.world.period.start)).sum() / 14 / 400)

    agrees(companies, joins, companies[0].world.recipe.workforce.join, allowance=0.001)


def test_absences_begin_as_often_as_the_recipe_says(companies: list[Told]) -> None:
    def share(told: Told) -> float:
        begun = told.all("absences")["absence"].nunique()
        return float(begun / sum(len(month.there.present) for month in told.months))

    agrees(companies, share, companies[0].world.recipe.workforce.absence)


def test_a_free_course_is_taken_as_often_as_its_popularity_says(companies: list[Told]) -> None:
    """Popularity is for eighteen months and a person of average pull; fourteen months give so much less."""
    course = next(o.course for o in companies[0].world.offerings if o.course.code == "CAT-1040")

    def share(told: Told) -> float:
        place = next(n for n, o in enumerate(told.world.offerings) if o.course.code == "CAT-1040" and o.tool == MOODLE)
        stayed = np.flatnonzero(np.all([month.there.closes > month.there.opens for month in told.months], axis=0))
        taken = told.chronicle.learning.taken[place, stayed]
        return float(taken.mean())

    expected = 1 - (1 - course.popularity) ** (14 / 18)
    # Pull differs between people, and the mean of a curve is not the curve of the mean: 0.02.
    agrees(companies, share, expected, allowance=0.02)


def test_of_those_who_begin_a_tested_course_as_many_finish_as_planned(companies: list[Told]) -> None:
    """Three tries bring nearly everybody who means to finish over the pass mark; late beginners are still at it."""

    def share(told: Told) -> float:
        place = next(n for n, o in enumerate(told.world.offerings) if o.course.code == "CAT-1110")
        begun = told.all("sessions")
        begun = begun[(begun["offering"] == place) & (begun["ordinal"] == 1)]
        early = begun[begun["at"] < pd.Timestamp(told.world.period.end) - pd.Timedelta(days=90)]["enrolment"]
        return float(early.isin(told.all("completions")["enrolment"]).mean())

    planned = next(o.course.completion for o in companies[0].world.offerings if o.course.code == "CAT-1110")
    agrees(companies, share, planned, allowance=0.06)


def test_seats_in_the_classroom_are_used_as_planned(companies: list[Told]) -> None:
    agrees(
        companies,
        lambda told: float((told.all("attendances")["attendance"] == "attended").mean()),
        ATTENDANCE["attended"],
    )


def test_requests_are_rejected_as_often_as_planned(companies: list[Told]) -> None:
    def share(told: Told) -> float:
        requests = told.all("requests")
        decided = requests[(requests["decision"] != "pending") & ~requests["is_skipped"]]
        return float((decided["decision"] == "rejected").mean())

    agrees(companies, share, REJECTED_SHARE, allowance=0.008)  # confirmed late in the period, decided after it


def test_informal_learning_takes_the_hours_of_the_recipe(companies: list[Told]) -> None:
    def hours(told: Told) -> float:
        time = told.all("learning_time")
        persons = sum(len(month.there.present) for month in told.months)
        return float(time.loc[~time["is_formal"], "minutes"].sum() / 60 / persons)

    agrees(companies, hours, companies[0].world.recipe.learning.informal_hours, allowance=0.15)


def test_licences_are_renewed_in_time_as_often_as_planned(companies: list[Told]) -> None:
    def share(told: Told) -> float:
        told_of = told.all("certifications")
        lapsed = (told_of["event"] == "expired").sum()
        renewed = told_of[told_of["event"] == "renewed"]
        after_lapse = renewed.merge(told_of[told_of["event"] == "expired"], on=["person", "certification_id"])
        in_time = len(renewed) - (after_lapse["day_x"] > after_lapse["day_y"]).sum()
        return float(in_time / (in_time + lapsed))

    agrees(companies, share, ON_TIME, allowance=0.05)


def test_the_programmes_reach_the_share_of_the_team_that_takes_part(companies: list[Told]) -> None:
    def share(told: Told) -> float:
        place = next(n for n, p in enumerate(told.world.programmes) if p.programme_id == "case_mastery")
        programme = told.world.programmes[place]
        enrolled = told.all("enrolments")
        enrolled = enrolled[enrolled["programme"] == place]
        month = next(m for m in told.months if m.there.first == next(iter(programme.starts.values())))
        teams = [n for n, team in enumerate(told.world.company.structure.teams) if team in programme.starts]
        members = month.there.present[np.isin(month.there.team[month.there.present], teams)]
        return float(np.isin(members, enrolled["person"]).mean())

    agrees(companies, share, companies[0].world.recipe.programmes["case_mastery"].compliance, allowance=0.03)
