"""Whether both sides looked alike before, and what a lottery would have given."""

from __future__ import annotations

import numpy as np
import pytest

from transfer.effect.balance import balance

TREATED = np.arange(20) < 10


def before(seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(20, 6))


def test_differences_are_in_standard_deviations_between_units() -> None:
    values = before()
    values[TREATED] += 3.0
    found = balance(values, TREATED)
    means = values.mean(axis=1)
    spread = np.sqrt((means[TREATED].var(ddof=1) + means[~TREATED].var(ddof=1)) / 2)
    assert found.differences["mean before"] == pytest.approx((means[TREATED].mean() - means[~TREATED].mean()) / spread)
    assert found.largest[0] == "mean before"
    assert found.p_value < 0.01


def test_a_slope_and_a_size_that_differ_are_found() -> None:
    sloping = before() + 2.0 * TREATED[:, None] * np.arange(6)
    assert abs(balance(sloping - sloping.mean(axis=1, keepdims=True), TREATED).differences["slope before"]) > 3
    assert balance(before(), TREATED, persons=np.where(TREATED, 30, 8)).differences["size"] == 0
    assert balance(before(), TREATED, persons=np.arange(20)).largest[0] == "size"


def test_a_lottery_is_unusual_as_often_as_it_should_be() -> None:
    p_values = [balance(before(seed), TREATED).p_value for seed in range(120)]
    assert np.mean(np.array(p_values) < 0.1) == pytest.approx(0.1, abs=0.07)


def test_one_treated_unit_has_no_spread_of_its_own() -> None:
    found = balance(before(), np.arange(20) == 0)
    assert np.isfinite(list(found.differences.values())).all()
