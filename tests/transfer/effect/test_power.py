"""The minimum detectable effect: the table of EFFECTS §3, and what a plan without a past may not be told."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.panels import Plan, shocks
from transfer.effect.power import HistoryTooShort, detectable_slope, minimum_detectable_effect


@pytest.mark.parametrize(("teams", "published"), [(8, 1.8), (12, 1.5), (20, 1.15), (30, 0.94), (50, 0.75), (100, 0.45)])
def test_what_a_plan_can_detect_is_what_simulation_says(teams: int, published: float) -> None:
    """The table's figures have a simulation error of their own; one history differs from the next by a fifth or so."""
    starts = Plan(teams, teams // 2, 12, (4, 6, 8)).of_teams()
    found = [
        minimum_detectable_effect(shocks(np.random.default_rng(seed), teams, 12), starts, 12, permutations=99).effect
        for seed in range(12)
    ]
    assert np.mean(found) == pytest.approx(published, rel=0.15)


def test_a_history_shorter_than_the_plan_gives_a_first_guess_and_says_so() -> None:
    starts = Plan(20, 10, 12, (4, 6, 8)).of_teams()
    history = shocks(np.random.default_rng(1), 20, 6)
    found = minimum_detectable_effect(history, starts, 12)
    assert found.is_squeezed
    assert "first guess" in found.sentence("minutes")
    assert 0.7 < found.effect < 1.8


def test_a_longer_history_than_the_plan_is_used_to_its_end() -> None:
    starts = Plan(20, 10, 12, (4, 6, 8)).of_teams()
    history = shocks(np.random.default_rng(1), 20, 30)
    history[:, :18] *= 100
    assert minimum_detectable_effect(history, starts, 12).effect < 2


def test_two_periods_are_no_history() -> None:
    with pytest.raises(HistoryTooShort, match="it takes 3"):
        minimum_detectable_effect(np.zeros((8, 2)), np.array([2.0, 2, 2, 2, 0, 0, 0, 0]), 6)


def test_a_slope_that_can_be_noticed_is_nearly_three_standard_errors_with_many_units() -> None:
    assert detectable_slope(1.0, 1e6) == pytest.approx(1.96 + 0.8416, abs=1e-3)
    assert detectable_slope(1.0, 5) > 3.4
