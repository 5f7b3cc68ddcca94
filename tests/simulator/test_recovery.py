"""What a statistician finds who has only the KPI systems' figures and the start dates, beside what was planted.

The estimator is the textbook's: for the teams that start in month g and a month t, the mean change since g - 1 less
that of teams that are never trained. It stands here alone, so that no estimator of ours can agree with itself.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from tests.simulator.chronicles import Told


def panel(told: Told, programme_id: str) -> tuple[pd.DataFrame, pd.Series[int]]:
    """Teams × months of the programme's KPI (teams that were there throughout), and each team's month of start (-1)."""
    programme = next(p for p in told.world.programmes if p.programme_id == programme_id)
    values = told.all("kpi_values")
    wide = values[values["kpi_id"] == programme.kpi_id].pivot(
        index="org_unit_id", columns="period_start", values="value"
    )
    wide.columns = range(wide.shape[1])
    wide = wide.dropna()
    firsts = {first: month for month, first in enumerate(told.world.period.first_days())}
    start = pd.Series([firsts.get(programme.starts.get(team, date.min), -1) for team in wide.index], index=wide.index)
    return wide, start


def simple_att(told: Told, programme_id: str) -> float:
    wide, start = panel(told, programme_id)
    never = wide[start == -1]
    total, weight = 0.0, 0
    for g in sorted(set(start) - {-1}):
        cohort = wide[start == g]
        for t in range(g, wide.shape[1]):
            total += float(((cohort[t] - cohort[g - 1]).mean() - (never[t] - never[g - 1]).mean()) * len(cohort))
            weight += len(cohort)
    return total / weight


def true_att(told: Told, programme_id: str) -> float:
    """The planted effect over the same cells, less what never-trained teams got by movers and by spillover."""
    place = next(n for n, p in enumerate(told.world.programmes) if p.programme_id == programme_id)
    teams = list(told.world.company.structure.teams)
    _, start = panel(told, programme_id)
    rows = [teams.index(team) for team in start.index]
    effect = np.array([month.applied[place].effect[rows] for month in told.months])
    first = start.to_numpy()
    cells = [effect[g:, first == g] - effect[g:, first == -1].mean(axis=1)[:, None] for g in sorted(set(first) - {-1})]
    return float(np.concatenate([cell.ravel() for cell in cells]).mean())


def errors(companies: list[Told], programme_id: str) -> tuple[float, float]:
    """Mean error of the estimate over the seeds, and its standard error."""
    found = np.array([simple_att(told, programme_id) - true_att(told, programme_id) for told in companies])
    return float(found.mean()), float(found.std(ddof=1) / np.sqrt(len(found)))


def test_the_planted_effects_are_found_without_bias(companies: list[Told]) -> None:
    for programme_id in ("right_first_time", "planning_the_week"):
        error, standard_error = errors(companies, programme_id)
        planted = abs(np.mean([true_att(told, programme_id) for told in companies]))
        assert abs(error) < 3 * standard_error
        assert 3 * standard_error < planted, "an effect of this size can be told from none"


def test_the_placebo_moves_nothing(companies: list[Told]) -> None:
    assert all(true_att(told, "colours_at_work") == 0 for told in companies)
    error, standard_error = errors(companies, "colours_at_work")
    assert abs(error) < 3 * standard_error


def test_comparing_trained_with_untrained_teams_flatters_where_better_teams_went_first(companies: list[Told]) -> None:
    """Complaints: fewer is better. The naive gap between the two groups, before anybody is trained."""
    gaps = []
    for told in companies:
        wide, start = panel(told, "customer_conversations")
        before = wide[list(range(6))].mean(axis=1)
        gaps.append(before[start >= 0].mean() - before[start == -1].mean())
    assert np.mean(gaps) < -3 * np.std(gaps, ddof=1) / np.sqrt(len(gaps))
    assert abs(np.mean(gaps)) > abs(np.mean([true_att(told, "customer_conversations") for told in companies])) / 2


def test_people_leave_trained_teams_more_often_where_that_is_planted(companies: list[Told]) -> None:
    ratios = []
    for told in companies:
        programme = next(p for p in told.world.programmes if p.programme_id == "case_mastery")
        start = pd.Timestamp(next(iter(programme.starts.values()))) + pd.DateOffset(months=1)
        end = pd.Timestamp(told.world.period.end)
        last = told.world.company.employees.groupby("person").tail(1)
        there = last[last["closes"] >= start]
        is_trained = there["unit_id"].isin(programme.starts)
        has_left = there["closes"] <= end
        ratios.append(has_left[is_trained].mean() / has_left[~is_trained].mean())
    assert 2 < np.mean(ratios) < 4.5
