"""Cohen's kappa against published figures and against what it must do."""

from __future__ import annotations

import math

import numpy as np
import pytest

from transfer.agreement import kappa


def test_kappa_and_its_interval_are_those_of_the_published_example() -> None:
    """Fleiss, Cohen and Everitt (1969), table 1, unweighted: kappa 0.429, standard error 0.0536 over 200 cases."""
    table = 200 * np.array([[0.53, 0.05, 0.02], [0.11, 0.14, 0.05], [0.01, 0.06, 0.03]])
    found = kappa(table)
    assert found.value == pytest.approx(0.429, abs=5e-4)
    assert (found.high - found.low) / 2 / 1.959964 == pytest.approx(0.0536, abs=5e-4)


@pytest.mark.parametrize(
    ("table", "value"), [([[10, 0], [0, 10]], 1.0), ([[5, 5], [5, 5]], 0.0), ([[0, 10], [10, 0]], -1.0)]
)
def test_full_agreement_is_one_chance_is_zero_and_contradiction_minus_one(table: list[list[int]], value: float) -> None:
    assert kappa(np.array(table, dtype=np.float64)).value == pytest.approx(value)


def test_two_who_always_say_yes_can_not_be_told_from_chance() -> None:
    assert math.isnan(kappa(np.array([[0.0, 0.0], [0.0, 12.0]])).value)
    assert math.isnan(kappa(np.zeros((2, 2))).value)
