"""The planted effects: what the chain from learning to a KPI says of itself, and what a statistician finds."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from simulator.world.programmes import Programme
from tests.simulator.chronicles import Told


def cells(told: Told, programme_id: str) -> pd.DataFrame:
    """Team × month of one programme: team, month, start (month of training, -1 never), effect, and more."""
    place, programme = planted(told, programme_id)
    firsts = {first: month for month, first in enumerate(told.world.period.first_days())}
    start = [firsts.get(programme.starts.get(team, date.min), -1) for team in told.world.company.structure.teams]
    frames = [
        pd.DataFrame(
            {
                "team": told.world.company.structure.teams, "month": month.there.ordinal, "start": start,
                "effect": month.applied[place].effect, "behaviour": month.applied[place].behaviour,
                "trained": month.applied[place].trained,
            }
        )
        for month in told.months
    ]  # fmt: skip
    return pd.concat(frames, ignore_index=True)


def planted(told: Told, programme_id: str) -> tuple[int, Programme]:
    return next((n, p) for n, p in enumerate(told.world.programmes) if p.programme_id == programme_id)


def by_event_time(told: Told, programme_id: str) -> pd.Series[float]:
    table = cells(told, programme_id)
    table = table[table["start"] >= 0]
    return table.groupby(table["month"] - table["start"])["effect"].mean()


def test_a_team_in_which_nobody_was_trained_has_no_effect_of_its_own(told: Told) -> None:
    for place, programme in enumerate(told.world.programmes):
        met = np.zeros(len(told.world.company.structure.teams), dtype=bool)
        for month in told.months:
            met |= month.applied[place].trained > 0
            assert (month.applied[place].direct[~met] == 0).all(), programme.programme_id


def test_movers_bring_what_they_learned_into_teams_that_are_not_trained(told: Told) -> None:
    table = cells(told, "right_first_time")
    never = table[table["start"] < 0]
    assert 0 < never["effect"].max() < table["effect"].max()


@pytest.mark.parametrize(
    ("programme_id", "shape"),
    [
        ("right_first_time", "constant"), ("planning_the_week", "growing"), ("customer_conversations", "fading"),
        ("safety_walks", "one_team"), ("colours_at_work", "none"),
    ],
)  # fmt: skip
def test_the_effect_has_the_shape_that_the_recipe_plants(told: Told, programme_id: str, shape: str) -> None:
    _, programme = planted(told, programme_id)
    effect = by_event_time(told, programme_id).abs()
    assert programme.shape == shape
    if shape == "none":
        assert (effect == 0).all()
    elif shape == "growing":
        assert effect[5] > 1.8 * effect[1] > 0
    elif shape == "fading":
        assert effect[7] < 0.5 * effect[1]
    else:
        assert effect[2] > 0
        # People leave and others join: constant per person, it thins out in the team.
        assert abs(effect[5] - effect[2]) < 0.25 * effect[2]


def test_a_programme_shows_only_after_its_lag(told: Told) -> None:
    for programme in told.world.programmes:
        table = cells(told, programme.programme_id)
        early = table[(table["start"] >= 0) & (table["month"] < table["start"] + programme.lag_months)]
        met = table[(table["trained"] > 0) & (table["month"] < table["start"])]["team"]
        untouched = early[~early["team"].isin(met)]
        assert len(untouched) > 0.5 * len(early)
        assert (untouched["effect"] == 0).all()


def test_a_kpi_is_what_it_would_be_without_programmes_plus_what_they_add(told: Told) -> None:
    """Hours and minutes are measured without counting noise, so the sum is exact to the rounding."""
    teams = told.world.company.structure.teams
    place = [kpi.kpi_id for kpi in told.world.kpis].index("lead_time_hours")
    for month in told.months:
        measured = month.happened["kpi_values"]
        measured = measured[measured["kpi_id"] == "lead_time_hours"].set_index("org_unit_id")["value"]
        added = sum(
            applied.effect for applied in month.applied
            if told.world.programmes[applied.programme].kpi_id == "lead_time_hours"
        )  # fmt: skip
        expected = pd.Series(month.expected[place] + added, index=teams)
        assert np.allclose(measured, expected[measured.index], atol=0.0051)


def test_a_redefined_kpi_is_measured_otherwise_from_its_month_on(told: Told) -> None:
    upheaval = told.world.recipe.upheaval
    values = told.all("kpi_values")
    values = values[values["kpi_id"] == upheaval.kpi_redefined]
    day = pd.Timestamp(told.world.period.first_days()[upheaval.kpi_redefinition_month or 0])
    is_new = values["period_start"] >= day
    assert (values.loc[is_new, "definition_version"] == "2").all()
    assert (values.loc[~is_new, "definition_version"] == "1").all()
    others = told.all("kpi_values")
    assert (others.loc[others["kpi_id"] != upheaval.kpi_redefined, "definition_version"] == "1").all()


def test_who_is_trained_first_was_better_before_where_that_is_planted(told: Told) -> None:
    def advantage(programme_id: str) -> float:
        _, programme = planted(told, programme_id)
        level = told.world.levels.of(programme.kpi_id)
        trained = np.mean([level[team] for team in level if team in programme.starts])
        return float(trained - np.mean([level[team] for team in level if team not in programme.starts]))

    assert advantage("customer_conversations") > 0.8
    assert abs(advantage("right_first_time")) < 0.8


def test_untrained_neighbours_pick_something_up_where_that_is_planted(told: Told) -> None:
    place, programme = planted(told, "planning_the_week")
    last = told.months[-1].applied[place]
    never = [n for n, team in enumerate(told.world.company.structure.teams) if team not in programme.starts]
    assert (last.spillover[never] < 0).any()
    trained = [n for n, team in enumerate(told.world.company.structure.teams) if team in programme.starts]
    assert (last.spillover[trained] == 0).all()


def test_answers_to_a_follow_up_are_biased_towards_who_applied(told: Told) -> None:
    """Of programmes whose behaviour comes at once and stays, so that what holds at the end held when it was asked."""
    lasting = [n for n, p in enumerate(told.world.programmes) if p.shape in ("constant", "none")]
    surveys = told.all("surveys")
    asked = surveys[(surveys["occasion"] == "follow_up") & surveys["programme"].isin(lasting)]
    completed, evidence = told.chronicle.transfer.completed, told.chronicle.evidence
    true = np.concatenate([evidence.applies(n, np.flatnonzero(completed[n] >= 0)) for n in lasting])
    assert 0.55 < true.mean() < 0.8
    assert asked["has_applied"].mean() > true.mean() + 0.03
    assert (asked["has_applied"] == (asked["barrier"] == "none")).all()


def test_what_is_forgotten_shows_in_the_delayed_test(told: Told) -> None:
    tests = told.all("tests")
    place, _ = planted(told, "customer_conversations")
    scores = tests[tests["programme"] == place].groupby("occasion")["score"].mean()
    kept, _ = planted(told, "right_first_time")
    others = tests[tests["programme"] == kept].groupby("occasion")["score"].mean()
    assert scores["pre"] < scores["delayed"] < scores["post"] - 8
    assert others["delayed"] > others["post"] - 6


def test_a_placebo_is_liked_and_learned_like_any_other(told: Told) -> None:
    placebo, _ = planted(told, "colours_at_work")
    surveys, tests = told.all("surveys"), told.all("tests")
    ends = surveys[surveys["occasion"] == "end"].groupby("programme")["satisfaction"].mean()
    assert abs(ends[placebo] - ends.drop(placebo).mean()) < 0.25
    gains = tests[tests["programme"] == placebo].groupby("occasion")["score"].mean()
    assert gains["post"] > gains["pre"] + 20
