"""What an analyst decides before the outcome is seen. Light to import: the command's options are these."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transfer.effect.panel import Integers


class Control(StrEnum):
    """Who stands for what would have happened: units never treated, or all that are not treated yet."""

    NEVER = "never"
    NOT_YET = "notyet"


class BasePeriod(StrEnum):
    """What a period before the start is compared with: the period before it, or the last one before the start."""

    VARYING = "varying"
    UNIVERSAL = "universal"


class Method(StrEnum):
    """How covariates enter; without covariates all are the same."""

    DOUBLY_ROBUST = "dr"
    DOUBLY_ROBUST_IMPROVED = "imp"
    REGRESSION = "reg"
    WEIGHTING = "ipw"


@dataclass(frozen=True)
class Choices:
    """What an analyst decides before the outcome is seen.

    ``strata`` (units,) are codes within which starts were drawn; ``anticipation`` counts on the axis of event time.
    """

    control: Control = Control.NEVER
    method: Method = Method.DOUBLY_ROBUST
    base_period: BasePeriod = BasePeriod.VARYING
    anticipation: float = 0
    permutations: int = 999
    seed: int = 1
    confidence: float = 0.95
    strata: Integers | None = field(default=None, compare=False)
