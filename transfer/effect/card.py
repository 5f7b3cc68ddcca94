"""The effect card: one object that holds an estimate, what it assumes, what was checked, and what it cannot say.

    Study + Evidence --verdict.assess--> EffectCard --as_json--> row, file
                                                    --card_text, card_page--> for people
                                                    --withheld--> what the warehouse may publish of it

There is no way to show the estimate without the rest: text and page are made from the card, and the warehouse
publishes `withheld(card)`, which is the card itself where nothing blocks.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any, Literal

from transfer.effect.design import Choice, Verdict
from transfer.effect.guard import Guard, Level
from transfer.effect.guards import is_blocked
from transfer.effect.panel import Dropped

ASSUMPTIONS = (
    "It assumes that without the training the trained and the others would have changed alike.",
    "It is the average over these units in this time, and no forecast for others.",
    "It says nothing about any single person.",
)
"""On every card, always."""


@dataclass(frozen=True)
class Subject:
    """What is measured and on whom, in words. ``measure`` is the unit of the outcome: minutes, share, EUR.

    ``better`` is the direction that is wanted, if that is known.
    """

    programme: str = "the programme"
    outcome: str = "outcome"
    measure: str = ""
    unit: str = "unit"
    period: str = "period"
    better: Literal["up", "down"] | None = None


@dataclass(frozen=True)
class Who:
    """Who is compared, when. ``starts``: label of a start → units that start then; ``persons``: arm → persons.

    ``never_coded``: how the data said that a unit never starts → units.
    """

    units: int
    treated: int
    never_treated: int
    clusters: int
    first_period: str
    last_period: str
    periods: int
    starts: dict[str, int]
    controls: str
    persons: dict[str, int] = field(default_factory=dict)
    never_coded: dict[str, int] = field(default_factory=dict)
    dropped: tuple[Dropped, ...] = ()


@dataclass(frozen=True)
class Headline:
    """The estimate with its interval, all in the outcome's unit per treated unit-period.

    ``level`` is the interval's; ``p_floor`` the least p that could have come out. None: there is none to be had, or it
    is withheld.
    """

    estimator: str
    estimate: float | None
    standard_error: float | None
    low: float | None
    high: float | None
    interval: str
    level: float
    p_value: float | None
    p_floor: float | None
    second_estimator: str | None = None
    second_estimate: float | None = None

    @property
    def finds_something(self) -> bool:
        """Whether both the interval and the test tell the effect from none."""
        is_apart = self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)
        return is_apart and (self.p_value is None or self.p_value < 0.05)


@dataclass(frozen=True)
class Robustness:
    """What the estimate was held against; None: it couldn't be, or it is withheld.

    ``without_trend``, ``without_steeper``: estimate, low and high if the trend before went on, as it was or twice as
    steep.

    ``detectable_slope``: the difference in trends before the start that would have been noticed; ``planned_effect``
    and ``detectable_effect``: least effects seen with 80 % power, registered before and from the periods before.
    """

    pre_trend_p: float | None = None
    slope: float | None = None
    detectable_slope: float | None = None
    without_trend: tuple[float, float, float] | None = None
    without_steeper: tuple[float, float, float] | None = None
    breakdown: float | None = None
    breakdown_at_start: float | None = None
    leave_one_out: tuple[float, float] | None = None
    without_neighbours: float | None = None
    planned_effect: float | None = None
    detectable_effect: float | None = None


@dataclass(frozen=True)
class Point:
    """One event time: periods since the start (negative: before), the average effect and its interval.

    ``n_treated`` is how many treated units it is the average of.
    """

    event_time: float
    estimate: float
    low: float
    high: float
    n_treated: int


@dataclass(frozen=True)
class Record:
    """How complete the data behind the card are; None: not evaluated."""

    coverage: float | None = None
    match_rate_events: float | None = None
    match_rate_rosters: float | None = None
    contamination: float | None = None
    attrition: float | None = None
    registered_on: date | None = None
    definition_version: str | None = None


@dataclass(frozen=True)
class EffectCard:
    """All of it. ``conclusion`` is the one sentence that may be quoted; ``reasons`` say what lowered the verdict.

    ``extra`` holds what only one design has: weights of a synthetic control, the description of a series.
    """

    subject: Subject
    estimand: str
    design: Choice
    who: Who
    headline: Headline
    robustness: Robustness
    event_study: tuple[Point, ...]
    record: Record
    guards: tuple[Guard, ...]
    verdict: Verdict
    reasons: tuple[str, ...]
    conclusion: str
    assumptions: tuple[str, ...] = ASSUMPTIONS
    extra: dict[str, Any] = field(default_factory=dict)
    is_withheld: bool = False

    @property
    def not_evaluated(self) -> tuple[str, ...]:
        """Names of the guards that nobody could judge."""
        return tuple(guard.name for guard in self.guards if guard.level is Level.NOT_EVALUATED)

    def as_json(self) -> dict[str, Any]:
        """Plain values for `json.dumps`: numbers that are none or endless are null, enums their words."""
        head, who = self.headline, self.who
        told = {
            "estimate": head.estimate, "standard_error": head.standard_error, "ci_low": head.low, "ci_high": head.high,
            "ci_level": head.level, "ci_kind": head.interval, "p_permutation": head.p_value, "p_floor": head.p_floor,
            "n_units": who.units, "n_treated": who.treated, "verdict": self.verdict, "reasons": self.reasons,
            "conclusion": self.conclusion, "is_withheld": self.is_withheld, "estimand": self.estimand,
            "subject": asdict(self.subject), "design": asdict(self.design), "who": asdict(who),
            "headline": asdict(head), "robustness": asdict(self.robustness),
            "event_study": [asdict(point) for point in self.event_study], "record": asdict(self.record),
            "guards": [asdict(guard) for guard in self.guards], "not_evaluated": self.not_evaluated,
            "assumptions": self.assumptions, "dropped": [asdict(one) for one in who.dropped], **self.extra,
        }  # fmt: skip
        return {key: plain(value) for key, value in told.items()}


def plain(value: Any) -> Any:
    """A value as JSON can hold it."""
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(one) for one in value]
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value.item() if hasattr(value, "item") else value


TELL_THE_EFFECT = frozenset({"trend_carried_on", "breakdown", "second_estimator", "leave_one_out", "spillover"})
"""Guards whose value and message are figures of the effect, or lead back to it."""


FEWEST_TREATED = 3
"""A point of the event study that stands on fewer teams would tell of single teams (PRIVACY: publishing an effect)."""


def withheld(card: EffectCard) -> EffectCard:
    """What the warehouse may publish: the card, or where a guard blocks the card without any figure of the effect.

    The only place that decides so: tables, charts, exports and logs are made from what this returns. Why it is
    withheld stays: the guard that blocks, with what it measured.
    """
    if not (is_blocked(card.guards) or card.verdict in (Verdict.NOT_CREDIBLE, Verdict.NOT_ESTIMABLE)):
        return replace(card, event_study=tuple(at for at in card.event_study if at.n_treated >= FEWEST_TREATED))
    blank = replace(
        card.headline, estimate=None, standard_error=None, low=None, high=None, p_value=None, second_estimate=None
    )
    kept = Robustness(
        pre_trend_p=card.robustness.pre_trend_p, slope=card.robustness.slope,
        detectable_slope=card.robustness.detectable_slope, planned_effect=card.robustness.planned_effect,
        detectable_effect=card.robustness.detectable_effect,
    )  # fmt: skip
    why = " ".join(guard.message for guard in card.guards if guard.level is Level.BLOCK) or card.design.reason
    return replace(
        card, headline=blank, robustness=kept, event_study=(), extra={}, is_withheld=True,
        guards=tuple(_muted(guard) for guard in card.guards), conclusion=f"No figure is published. {why}",
        reasons=tuple(guard.message for guard in card.guards if guard.level is Level.BLOCK) or card.reasons[:0],
    )  # fmt: skip


def _muted(guard: Guard) -> Guard:
    """The guard without what it tells of the effect."""
    is_told = guard.name in TELL_THE_EFFECT or (guard.name == "registered_first" and guard.level is not Level.BLOCK)
    if not is_told or guard.level is Level.NOT_EVALUATED:
        return guard
    return replace(guard, value=None, message="Withheld with the figure.")
