"""How far trends may part before a conclusion falls: against what can be worked out by hand, and against R's figures."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.panels import Plan, drifting, simulated
from tests.transfer.effect.published import mpdta
from transfer.effect.choices import BasePeriod, Choices, Control
from transfer.effect.joint_figures import event_study
from transfer.effect.long_table import Columns, panel_of
from transfer.effect.panel import Panel
from transfer.effect.sensitivity import relative_magnitudes, sensitivity, without_units
from transfer.effect.study import estimate

STARTS = np.repeat([6.0, 9.0, 0.0], [6, 6, 10])
TIME = np.arange(1, 13)


def panel(effect: float = 0.0, slope: float = 0.0, noise: float = 0.0, seed: int = 1) -> Panel:
    treated = STARTS[:, None] > 0
    outcome = np.random.default_rng(seed).normal(size=(22, 12)) * noise + slope * treated * TIME
    return Panel.of_arrays(outcome + effect * (treated & (TIME[None] >= STARTS[:, None])), STARTS)


def test_a_straight_trend_is_taken_out_exactly() -> None:
    found = sensitivity(panel(effect=2.0, slope=0.3), Choices())
    assert found.slope is not None
    assert found.without_trend is not None
    assert found.slope.estimate == pytest.approx(0.3)
    assert found.without_trend.estimate == pytest.approx(2.0)
    reach = np.mean([*range(1, 8), *range(1, 5)])
    assert found.effect.estimate == pytest.approx(2.0 + 0.3 * reach)
    assert found.without_steeper is not None
    assert found.without_steeper.estimate == pytest.approx(2.0 - 0.3 * reach)


def test_without_noise_the_breakdown_is_the_effect_over_the_drift_that_it_would_take() -> None:
    one_start = panel(effect=2.0, slope=0.3).of(STARTS != 9)
    found = sensitivity(one_start, Choices())
    assert found.breakdown == pytest.approx((2.0 + 0.3 * 4) / (0.3 * 4), abs=0.01)
    assert found.breakdown_at_start == pytest.approx(2.3 / 0.3, abs=0.01)


def test_an_effect_that_is_not_told_from_zero_breaks_down_at_once() -> None:
    assert sensitivity(panel(noise=1.0), Choices()).breakdown == 0.0


def test_noise_makes_the_breakdown_more_cautious_and_never_less() -> None:
    quiet, loud = (sensitivity(panel(2.0, 0.1, noise), Choices()).breakdown_at_start for noise in (0.05, 0.4))
    assert quiet is not None
    assert loud is not None
    assert loud < quiet


def test_the_simple_att_is_that_of_the_estimator_with_welchs_interval() -> None:
    """With one start the jackknife by arm is Welch's t-test on each unit's own change."""
    from scipy import stats

    starts = np.repeat([7.0, 0.0], [5, 9])
    outcome = np.random.default_rng(3).normal(size=(14, 12)) * np.repeat([3.0, 1.0], [5, 9])[:, None]
    changes = outcome[:, 6:].mean(axis=1) - outcome[:, 5]
    theirs = stats.ttest_ind(changes[:5], changes[5:], equal_var=False)
    ours = sensitivity(Panel.of_arrays(outcome, starts), Choices()).effect
    interval = theirs.confidence_interval(0.95)
    assert (ours.estimate, ours.low, ours.high) == pytest.approx(
        (changes[:5].mean() - changes[5:].mean(), interval.low, interval.high)
    )
    assert ours.degrees_of_freedom == pytest.approx(theirs.df)


def test_the_event_study_is_zero_in_the_last_period_before_the_start() -> None:
    points = event_study(panel(effect=2.0), Choices())
    assert points[-1.0].estimate == points[-1.0].high == 0.0
    assert all(points[time].estimate == pytest.approx(2.0 if time >= 0 else 0.0) for time in points)


def test_without_the_neighbours_they_count_no_more() -> None:
    spoiled = panel(effect=2.0)
    outcome = spoiled.outcome.copy()
    outcome[12:15, 5:] += 2.0
    spoiled = spoiled.with_outcome(outcome)
    neighbours = frozenset(spoiled.units[12:15])
    assert sensitivity(spoiled, Choices()).effect.estimate < 1.7
    found = without_units(spoiled, neighbours, Choices())
    assert found is not None
    assert found.estimate == pytest.approx(2.0)


def test_without_any_control_left_there_is_no_donut() -> None:
    some = panel(effect=2.0)
    assert without_units(some, frozenset(some.units[12:]), Choices()) is None


def test_units_that_start_later_can_be_the_controls() -> None:
    found = sensitivity(panel(effect=2.0).of(STARTS > 0), Choices(control=Control.NOT_YET))
    assert found.effect.estimate == pytest.approx(2.0)


def test_a_panel_with_one_period_before_has_no_trend_to_carry_on() -> None:
    starts = np.repeat([2.0, 0.0], 5)
    found = sensitivity(Panel.of_arrays(np.random.default_rng(0).normal(size=(10, 4)), starts), Choices())
    assert (found.slope, found.without_trend, found.breakdown) == (None, None, None)


def test_on_mpdta_the_bound_of_relative_magnitudes_holds_that_of_the_conditional_test() -> None:
    """R's HonestDiD (conditional, least favourable), first period, M = 1: -0.0700 to 0.0354; ours is wider."""
    panel = panel_of(mpdta(), Columns("countyreal", "year", "first.treat", "lemp"))
    points = event_study(panel, Choices(base_period=BasePeriod.VARYING))
    assert points[0.0].estimate == pytest.approx(-0.0199, abs=1e-4)
    low, high = relative_magnitudes(panel, Choices(), times=1.0)
    assert -0.100 < low < -0.0700
    assert 0.0354 < high < 0.065


def test_a_large_effect_does_not_hide_a_drift_before_it() -> None:
    """Reassigned units would carry their own effect into the time before their new start."""
    p_values = []
    for effect in (0.0, 50.0):
        one = simulated(Plan(30, 15), 3, effect, confounded=drifting(0.3)).panel
        found = estimate(one, Choices(permutations=199)).pre_trend
        assert found is not None
        p_values.append(found.p)
    assert p_values[0] == p_values[1] < 0.05


def test_what_moves_because_training_is_expected_is_no_trend_before() -> None:
    expected = panel(effect=2.0)
    time = np.arange(1, 13)[None]
    early = (STARTS[:, None] > 0) & (time >= STARTS[:, None] - 2) & (time < STARTS[:, None])
    found = sensitivity(expected.with_outcome(expected.outcome + 1.0 * early), Choices(anticipation=2))
    assert found.slope is not None
    assert found.without_trend is not None
    assert found.slope.estimate == pytest.approx(0.0, abs=1e-12)
    assert found.without_trend.estimate == pytest.approx(2.0)


def test_cohorts_without_a_trend_don_t_lend_theirs_to_the_steeper_one() -> None:
    """Units that start in period 2 have one period before it: what is less the trend is of the others alone."""
    starts = np.repeat([2.0, 8.0, 0.0], [4, 6, 8])
    outcome = 5.0 * (starts[:, None] == 2) * (TIME >= 2) + 1.0 * (starts[:, None] == 8) * (TIME >= 8)
    found = sensitivity(Panel.of_arrays(outcome, starts), Choices())
    assert found.without_trend is not None
    assert found.without_steeper is not None
    assert found.effect.estimate > 3
    assert found.without_trend.estimate == pytest.approx(1.0)
    assert found.without_steeper.estimate == pytest.approx(1.0)
