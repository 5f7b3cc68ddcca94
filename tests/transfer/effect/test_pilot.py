"""A pilot before it starts: lots that balance what is known, and what they can show."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.panels import shocks
from transfer.effect.panel import Panel
from transfer.effect.pilot import PlanRefused, drawn, planned

UNITS = tuple(f"team {n}" for n in range(20))
STANDING = np.random.default_rng(2).normal(size=20)


def history(periods: int = 14) -> Panel:
    outcome = STANDING[:, None] + shocks(np.random.default_rng(1), 20, periods)
    return Panel.of_arrays(outcome, np.zeros(20))


@pytest.mark.parametrize(("treated", "waves"), [(10, 2), (7, 3), (3, 1), (17, 4)])
def test_every_block_gives_one_unit_and_every_wave_is_as_long_as_the_others(treated: int, waves: int) -> None:
    lots = drawn(UNITS, STANDING, treated, waves, seed=1)
    assert [lot.unit for lot in lots] == list(UNITS)
    chosen = [lot for lot in lots if lot.wave]
    assert sorted(lot.block for lot in chosen) == list(range(1, treated + 1))
    sizes = np.bincount([lot.wave for lot in chosen])[1:]
    assert len(sizes) == waves
    assert max(sizes) - min(sizes) <= 1


def test_the_same_seed_draws_the_same_lots_and_another_draws_others() -> None:
    assert drawn(UNITS, STANDING, 10, 2, seed=1) == drawn(UNITS, STANDING, 10, 2, seed=1)
    assert drawn(UNITS, STANDING, 10, 2, seed=1) != drawn(UNITS, STANDING, 10, 2, seed=2)


def test_every_unit_has_the_same_chance_and_blocks_keep_the_sides_alike() -> None:
    draws = [drawn(UNITS, STANDING, 10, 2, seed) for seed in range(300)]
    is_treated = np.array([[lot.wave > 0 for lot in lots] for lots in draws])
    assert is_treated.mean(axis=0) == pytest.approx(np.full(20, 0.5), abs=0.13)
    gaps = [STANDING[row].mean() - STANDING[~row].mean() for row in is_treated]
    by_lottery = STANDING.std(ddof=1) * np.sqrt(2 / 10)
    assert np.std(gaps) < by_lottery / 2


def test_a_plan_says_what_it_can_show_and_what_fewer_units_could() -> None:
    plan = planned(history(), treated=10, waves=2, every=2, follow_up=6)
    assert plan.periods == 9
    assert not plan.detectable.is_squeezed
    assert 0.6 < plan.detectable.effect < 2
    assert set(plan.by_treated) == {5}
    assert plan.by_treated[5] > plan.detectable.effect


@pytest.mark.parametrize(("treated", "waves"), [(2, 1), (18, 2), (4, 5)])
def test_a_plan_that_nothing_could_judge_is_refused(treated: int, waves: int) -> None:
    with pytest.raises(PlanRefused, match="it takes 3 trained units"):
        planned(history(), treated, waves, every=1, follow_up=4)
