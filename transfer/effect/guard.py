"""One check on an effect: its name, what was measured, and what its result leaves of the verdict."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from transfer.effect.balance import Balance
from transfer.effect.design import Design, Situation, Verdict
from transfer.effect.joint_figures import Bounded
from transfer.effect.panel import Floats
from transfer.effect.sensitivity import Sensitivity


class Level(StrEnum):
    PASS = "pass"
    WARN = "warn"
    BLOCK = "block"
    NOT_EVALUATED = "not evaluated"


MANY_ASSIGNMENTS = 1_000_000
"""From so many assignments on their number says nothing more."""


@dataclass(frozen=True)
class Guard:
    """One check. ``value`` is what was measured, ``threshold`` says when it warns and blocks, ``caps`` is the best
    verdict that this result leaves (None: any).
    """

    name: str
    level: Level
    value: float | None
    threshold: str
    message: str
    caps: Verdict | None = None


@dataclass(frozen=True)
class Measured:
    """What the panel and its estimate tell. ``effect`` is the headline with its interval; ``p_value`` by permutation
    or placebo rank; ``distinct`` counts the assignments that could have been drawn. ``without_each`` (clusters,) are
    estimates with one cluster left out; ``without_neighbours`` is the estimate without controls beside treated units.
    ``None``: there was nothing to measure it by.
    """

    situation: Situation
    design: Design
    effect: Bounded | None
    p_value: float | None = None
    distinct: int | None = None
    pre_trend_p: float | None = None
    detectable_slope: float | None = None
    sensitivity: Sensitivity | None = None
    second: float | None = None
    without_each: Floats | None = None
    without_neighbours: float | None = None
    balance: Balance | None = None
    has_covariates: bool = False

    @property
    def is_randomised(self) -> bool:
        return self.design is Design.STEPPED_WEDGE

    @property
    def finds_something(self) -> bool:
        """Whether both the interval and the test tell the effect from none."""
        is_refuted = self.p_value is None or self.p_value < 0.05
        return self.effect is not None and self.effect.excludes_zero and is_refuted


def unknown(name: str, threshold: str) -> Guard:
    """Nobody looked: said so, and never counted as passed."""
    return Guard(name, Level.NOT_EVALUATED, None, threshold, "Not evaluated: nothing here tells.")
