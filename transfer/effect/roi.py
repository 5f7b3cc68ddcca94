"""What a programme cost per learner and per result, and what it returned; the last only where its effect is credible.

    cost = direct + opportunity        benefit = effect x treated unit-periods (at most 12 a unit) x value of one unit
    return on investment = (benefit - cost) / cost, with the interval of the effect carried through

Phillips (level 5) counts one year of benefit, isolates it from everything else, and takes the time of learners as a
cost. Money, being linear in the effect, has the effect's interval; costs are taken as known.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from transfer.effect.design import Verdict

LONGEST_BENEFIT_PERIODS = 12
"""Months of benefit that count: what lasts longer is a forecast."""


class ReturnRefused(ValueError):
    """No return is computed. The message says what it would take."""


@dataclass(frozen=True)
class Costs:
    """In one currency; ``opportunity`` is the time of learners."""

    direct: float
    opportunity: float
    currency: str = "EUR"

    @property
    def total(self) -> float:
        return self.direct + self.opportunity


@dataclass(frozen=True)
class Effect:
    """The effect per treated unit and period, in the KPI's unit, with its interval; ``better`` is the way to go."""

    estimate: float
    low: float
    high: float
    better: Literal["up", "down"]

    def gained(self) -> tuple[float, float, float]:
        """Estimate, low and high, turned so that more is better."""
        if self.better == "up":
            return self.estimate, self.low, self.high
        return -self.estimate, -self.high, -self.low


@dataclass(frozen=True)
class Interval:
    """A figure with its bounds; a bound that nothing limits is infinite."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Return:
    """``roi`` and ``benefit_cost_ratio`` are ratios (0.5 = 50 %); ``payback_periods`` is infinite where it never pays.

    ``cost_per_outcome`` is money per unit of the KPI gained; its bounds are the wrong way round of the effect's, and
    infinite where the effect may be none.
    """

    cost: float
    benefit: Interval
    roi: Interval
    benefit_cost_ratio: Interval
    payback_periods: float
    cost_per_outcome: Interval
    currency: str


def cost_per(costs: Costs, count: int) -> float | None:
    """Cost per learner, or per transferred learner; None where there is nobody."""
    return costs.total / count if count > 0 else None


def counted_periods(observed: dict[str, int]) -> int:
    """Treated unit-periods that count: at most 12 of each unit (unit → periods observed since its start)."""
    return sum(min(LONGEST_BENEFIT_PERIODS, periods) for periods in observed.values())


def returned(verdict: Verdict, effect: Effect, costs: Costs, observed: dict[str, int], unit_value: float) -> Return:
    """The return on ``costs``; ``observed``: treated unit → periods observed; ``unit_value``: of one KPI unit a period.

    Raises ReturnRefused unless the verdict is credible: a return on an effect that may be somebody else's is a rumour
    with a currency sign.
    """
    if verdict is not Verdict.CREDIBLE:
        raise ReturnRefused(f"The verdict on the effect is {verdict}; a return is computed of a credible effect only.")
    if costs.total <= 0:
        raise ReturnRefused("The cost is zero. Enter direct and opportunity costs of the programme first.")
    if unit_value <= 0:
        raise ReturnRefused("One unit of the KPI has no value in money. Enter its unit_value in the workbook first.")
    unit_periods = counted_periods(observed)
    gained, low, high = (part * unit_periods for part in effect.gained())
    benefit = Interval(gained * unit_value, low * unit_value, high * unit_value)
    cost = costs.total
    return Return(
        cost, benefit,
        Interval(*((part - cost) / cost for part in (benefit.value, benefit.low, benefit.high))),
        Interval(*(part / cost for part in (benefit.value, benefit.low, benefit.high))),
        _payback(cost, benefit.value, max((min(LONGEST_BENEFIT_PERIODS, n) for n in observed.values()), default=0)),
        Interval(_ratio(cost, gained), _ratio(cost, high), _ratio(cost, low)), costs.currency,
    )  # fmt: skip


def _payback(cost: float, benefit: float, periods: int) -> float:
    """Periods until the benefit, were it even over the ``periods`` that brought it, has covered the cost."""
    return cost / (benefit / periods) if benefit > 0 and periods else math.inf


def _ratio(cost: float, gained: float) -> float:
    return cost / gained if gained > 0 else math.inf
