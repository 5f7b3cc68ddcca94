"""The difference in differences of ratings, against what is planted in them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from transfer.behaviour_change import CELLS, Ratings, difference_in_differences


def cells(shift: float, common: float, n: int, seed: int) -> dict[str, Ratings]:
    rng = np.random.default_rng(seed)
    mean = {
        "trained after": shift + common,
        "trained before": 0.0,
        "comparison after": common,
        "comparison before": 0.0,
    }
    return {name: Ratings(rng.normal(mean[name], 1, n), np.ones(n)) for name in CELLS}


def test_what_moved_everybody_is_no_change_of_the_trained() -> None:
    found = difference_in_differences(cells(shift=0.0, common=3.0, n=400, seed=1))
    assert found.low < 0 < found.high
    assert abs(found.value) < 0.2


def test_the_interval_holds_the_planted_shift_as_often_as_it_says() -> None:
    found = [difference_in_differences(cells(shift=0.8, common=-1.0, n=12, seed=seed)) for seed in range(400)]
    assert np.mean([each.low <= 0.8 <= each.high for each in found]) == pytest.approx(0.95, abs=0.03)


def test_a_value_that_is_given_twice_counts_twice() -> None:
    once = cells(shift=0.5, common=0.0, n=20, seed=3)
    again = {name: Ratings(np.tile(r.values, 2), np.full(40, 0.5)) for name, r in once.items()}
    assert difference_in_differences(again).value == pytest.approx(difference_in_differences(once).value)


def test_four_ratings_in_a_cell_are_too_few() -> None:
    few = cells(shift=1.0, common=0.0, n=30, seed=4)
    few["comparison before"] = Ratings(np.zeros(4), np.ones(4))
    assert math.isnan(difference_in_differences(few).value)
    assert math.isnan(difference_in_differences({}).value)
