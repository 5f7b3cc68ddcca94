"""Synthetic control: the weights against a general optimiser, the ranks against what exchangeability promises."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from transfer.effect.synthetic_control import simplex_weights, synthetic_control


def noise(seed: int, units: int, periods: int = 24) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(units, periods))


@pytest.mark.parametrize("seed", range(4))
def test_the_weights_are_the_least_squares_on_the_simplex(seed: int) -> None:
    columns, target = noise(seed, 14, 6), noise(seed + 50, 1, 14)[0]

    def misfit(weights: np.ndarray) -> float:
        return float(np.sum((columns @ weights - target) ** 2))

    ours = simplex_weights(columns, target)
    theirs = minimize(
        misfit, np.full(6, 1 / 6), bounds=[(0, 1)] * 6, constraints={"type": "eq", "fun": lambda w: w.sum() - 1},
        method="SLSQP", options={"ftol": 1e-12},
    ).x  # fmt: skip
    assert ours.sum() == pytest.approx(1)
    assert ours.min() >= 0
    assert misfit(ours) <= misfit(theirs) + 1e-9
    assert ours == pytest.approx(theirs, abs=1e-3)


def test_a_pilot_that_is_a_mix_of_donors_is_found_again_at_another_level() -> None:
    donors = noise(1, 12)
    pilot = 50 + 0.3 * donors[2] + 0.7 * donors[5] + 4.0 * (np.arange(24) >= 16)
    found = synthetic_control(pilot[None], donors, [16])
    assert found.estimate == pytest.approx(4.0)
    assert found.fits[0].weights[[2, 5]] == pytest.approx([0.3, 0.7])
    assert found.fits[0].rmspe_before == pytest.approx(0, abs=1e-9)
    assert found.p_value == found.floor == pytest.approx(1 / 13)
    assert set(found.without) == {2, 5}


def test_two_pilots_are_judged_together_against_pairs_of_donors() -> None:
    donors = noise(2, 11)
    pilots = np.stack([donors[:4].mean(axis=0), donors[4:8].mean(axis=0)]) + 3.0 * (np.arange(24) >= 14)
    found = synthetic_control(pilots, donors, [14, 14])
    assert found.placebos == 11 * 10
    assert found.estimate == pytest.approx(3.0, abs=0.3)
    assert found.p_value == pytest.approx(1 / 111)


def test_the_interval_is_what_the_placebo_test_does_not_refute() -> None:
    donors = noise(3, 20)
    found = synthetic_control(noise(4, 1), donors, [16])
    assert found.level == pytest.approx(1 - 1 / 21)
    for shift in (found.low, found.high):
        for inside, is_refuted in ((0.999, False), (1.001, True)):
            moved = noise(4, 1) - (found.estimate + (shift - found.estimate) * inside) * (np.arange(24) >= 16)
            assert (synthetic_control(moved, donors, [16]).p_value <= 1 / 21 + 1e-9) == is_refuted


def test_where_nothing_happened_one_pilot_in_twenty_ranks_first_of_twenty() -> None:
    ranks = [synthetic_control(y[:1], y[1:], [14]).p_value for y in (noise(seed, 20, 20) for seed in range(80))]
    assert np.mean(np.array(ranks) <= 0.1) == pytest.approx(0.1, abs=0.08)


def test_the_placebo_in_time_sees_a_pilot_that_moved_long_before() -> None:
    donors = noise(5, 12)
    early = donors.mean(axis=0) + 5.0 * (np.arange(24) >= 8)
    assert abs(synthetic_control(early[None], donors, [16]).in_time) > 2


def test_a_control_needs_donors_and_a_past() -> None:
    with pytest.raises(ValueError, match="two donors"):
        synthetic_control(noise(0, 1), noise(1, 1), [10])
    with pytest.raises(ValueError, match="two periods"):
        synthetic_control(noise(0, 1), noise(1, 5), [1])
