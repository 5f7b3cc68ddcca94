"""What a metric must declare before it may be computed, and how strong a word it may use.

The declaration lies beside the fact, in the MetricFlow YAML of `dbt_project/models/marts`; this module says what
it may hold. LTEM tiers bound the claim: counting who came (tier 1) never shows that anybody learned anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class InvalidDefinition(ValueError):
    """A metric declares something that it may not. The message names the metric, the key and what is allowed."""


class TdrpType(StrEnum):
    """Talent Development Reporting Principles: how much, how well, to what end; or a guard of the record itself."""

    EFFICIENCY = "efficiency"
    EFFECTIVENESS = "effectiveness"
    OUTCOME = "outcome"
    RECORD = "record"


class Purpose(StrEnum):
    """What a figure may be used for (`PRIVACY.md`, purpose limitation)."""

    LEARNING_ADMIN = "learning_admin"
    COMPLIANCE = "compliance"
    TRANSFER_EVALUATION = "transfer_evaluation"
    HR_ADMIN = "hr_admin"


class Unit(StrEnum):
    """Unit of ``value``: a count is its numerator, everything else numerator / denominator.

    Only of a share is the numerator a part of the denominator. Persons reached may outnumber the average headcount
    that they are divided by, and a gain may be a loss.
    """

    SHARE = "share"
    PERSONS = "persons"
    HOURS_PER_FTE = "hours_per_fte"
    PERSONS_PER_HEAD = "persons_per_head"
    GAIN = "gain"
    RATIO = "ratio"
    DAYS = "days"

    @property
    def is_count(self) -> bool:
        return self is Unit.PERSONS

    @property
    def may_be_negative(self) -> bool:
        return self is Unit.GAIN


PERIODS = ("month", "quarter", "year")


CLAIMS = {
    "record": 0,
    "attendance": 1,
    "activity": 2,
    "perception": 3,
    "knowledge": 4,
    "decision_competence": 5,
    "task_competence": 6,
    "transfer": 7,
    "effect": 8,
}
"""The strongest claim of a metric, and the LTEM tier (Thalheimer's Learning-Transfer Evaluation Model) it takes."""

_STRONG_WORDS = {
    r"knowledge|learned|learnt": 4,
    r"competen\w+|skilled": 5,
    r"transfer\w*|appl(y|ied|ication)": 7,
    r"effects?|impact|caused?|roi": 8,
}
"""Words that a metric's name may hold only from this tier on. Its definition may: it has to say what is not shown."""

KIRKPATRICK_LEVELS = ("K1", "K2", "K3", "K4", "L5")


@dataclass(frozen=True)
class Grain:
    """One level that results are written for: its name, and the MetricFlow item that cuts it (None for one total)."""

    name: str
    group_by: str | None


@dataclass(frozen=True)
class MetricDefinition:
    """One metric as declared.

    ``numerator``, ``denominator``, ``persons``, ``observed`` and ``missing`` name its additive parts, each a
    MetricFlow metric. ``persons`` counts the distinct persons behind a figure, on which suppression rests; a metric of
    the record may be about no persons at all (None), as the number of activities is.
    ``observed`` and ``missing`` count records that could and could not be used, which make the coverage.
    ``period`` is one of `PERIODS`, or None for a state as of now. ``follow_up_days`` is how long the cohort of a period
    is watched: until that is over, in the data of every tool that recorded it (``tool``, a MetricFlow item), its
    results are provisional. ``formula`` says how each part is aggregated, so that a changed formula under an unchanged
    version shows.
    """

    metric_id: str
    catalogue_id: str
    name: str
    definition: str
    version: int
    unit: Unit
    tdrp_type: TdrpType
    kirkpatrick_level: str | None
    ltem_tier: int | None
    max_claim: str
    purpose: Purpose
    aligned_with: str | None
    minimum_persons: int
    period: str | None
    follow_up_days: int
    tool: str | None
    grains: tuple[Grain, ...]
    numerator: str
    denominator: str | None
    persons: str | None
    observed: str
    missing: str
    has_interval: bool
    formula: str

    def __post_init__(self) -> None:
        self._require(bool(self.name and self.definition), "label and description must not be empty")
        self._require(self.version >= 1, "version counts from 1")
        self._require(self.minimum_persons >= 5, "minimum_persons must be at least 5: smaller cells name people")
        self._require(bool(self.grains), "grains must name at least one")
        self._require(self.period in (*PERIODS, None), f"period must be null or one of {', '.join(PERIODS)}")
        self._require(
            (self.tool is None) == (self.period is None),
            "tool must say which MetricFlow item names the tool where there is a period, and only there",
        )
        self._require(self.follow_up_days >= 0, "follow_up_days must not be negative")
        self._require(
            self.kirkpatrick_level in (*KIRKPATRICK_LEVELS, None),
            f"kirkpatrick_level must be null or one of {', '.join(KIRKPATRICK_LEVELS)}",
        )
        self._require(
            (self.denominator is None) == self.unit.is_count,
            f"{self.unit} needs {'no denominator' if self.unit.is_count else 'a denominator (MetricFlow type ratio)'}",
        )
        self._require(self.has_interval <= (self.unit is Unit.SHARE), "only a share has a Wilson interval")
        self._require(
            self.persons is not None or self.max_claim == "record", "persons may be null only for a claim on the record"
        )
        self._check_claim()

    def _check_claim(self) -> None:
        tier = self.ltem_tier or 0
        self._require(0 <= tier <= 8, "ltem_tier must be null or 1 to 8")
        self._require(self.max_claim in CLAIMS, f"max_claim must be one of {', '.join(CLAIMS)}")
        self._require(
            CLAIMS[self.max_claim] <= tier,
            f"max_claim {self.max_claim} takes LTEM tier {CLAIMS[self.max_claim]}, and ltem_tier is {self.ltem_tier}",
        )
        for words, least in _STRONG_WORDS.items():
            found = re.search(rf"\b({words})\b", self.name, re.IGNORECASE)
            self._require(
                found is None or least <= CLAIMS[self.max_claim],
                f"the label says “{found and found[0]}”, which takes LTEM tier {least}; "
                f"max_claim {self.max_claim} allows tier {CLAIMS[self.max_claim]}",
            )

    def _require(self, holds: bool, rule: str) -> None:
        if not holds:
            raise InvalidDefinition(f"metric {self.metric_id}: {rule}.")

    @property
    def parts(self) -> tuple[str, ...]:
        """The additive parts, each once, in a fixed order."""
        named = (self.numerator, self.denominator, self.persons, self.observed, self.missing)
        return tuple(dict.fromkeys(part for part in named if part is not None))
