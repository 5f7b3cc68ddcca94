"""Return on investment by hand, and its refusals."""

from __future__ import annotations

import math

import pytest

from transfer.effect.design import Verdict
from transfer.effect.roi import Costs, Effect, ReturnRefused, cost_per, counted_periods, returned

COSTS = Costs(direct=8_000, opportunity=4_000)
FASTER = Effect(-2.0, -3.0, -1.0, "down")


def test_a_return_carries_the_interval_of_the_effect() -> None:
    """Two teams, 12 and 6 months: 18 team-months × 2 minutes × 500 = 18,000 on 12,000."""
    found = returned(Verdict.CREDIBLE, FASTER, COSTS, {"a": 12, "b": 6}, 500)
    assert (found.benefit.value, found.benefit.low, found.benefit.high) == (18_000, 9_000, 27_000)
    assert (found.roi.value, found.roi.low, found.roi.high) == (0.5, -0.25, 1.25)
    assert found.benefit_cost_ratio.value == 1.5
    assert found.payback_periods == pytest.approx(8.0)
    assert found.cost_per_outcome.value == pytest.approx(12_000 / 36)
    assert (found.cost_per_outcome.low, found.cost_per_outcome.high) == pytest.approx((12_000 / 54, 12_000 / 18))


def test_benefit_after_a_year_does_not_count() -> None:
    assert counted_periods({"a": 30, "b": 3}) == 15


def test_an_effect_that_may_be_none_has_no_upper_cost_per_outcome() -> None:
    found = returned(Verdict.CREDIBLE, Effect(2.0, -1.0, 5.0, "up"), COSTS, {"a": 10}, 100)
    assert found.cost_per_outcome.high == math.inf
    assert found.roi.low < -1


def test_what_makes_things_worse_never_pays_back() -> None:
    found = returned(Verdict.CREDIBLE, Effect(2.0, 1.0, 3.0, "down"), COSTS, {"a": 10}, 100)
    assert found.benefit.value < 0
    assert found.payback_periods == math.inf


@pytest.mark.parametrize("verdict", [Verdict.SUGGESTIVE, Verdict.NOT_CREDIBLE, Verdict.NOT_ESTIMABLE])
def test_a_return_on_anything_but_a_credible_effect_is_refused(verdict: Verdict) -> None:
    with pytest.raises(ReturnRefused, match="credible effect only"):
        returned(verdict, FASTER, COSTS, {"a": 12}, 500)


def test_a_return_without_costs_or_without_a_value_is_refused() -> None:
    with pytest.raises(ReturnRefused, match="cost is zero"):
        returned(Verdict.CREDIBLE, FASTER, Costs(0, 0), {"a": 12}, 500)
    with pytest.raises(ReturnRefused, match="unit_value"):
        returned(Verdict.CREDIBLE, FASTER, COSTS, {"a": 12}, 0)


def test_cost_per_learner_needs_a_learner_and_no_verdict() -> None:
    assert cost_per(COSTS, 60) == 200
    assert cost_per(COSTS, 0) is None
