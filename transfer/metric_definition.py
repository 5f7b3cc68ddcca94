"""What a metric must declare before it may be computed, and how strong a word it may use.

The declaration lies beside the fact, in the MetricFlow YAML of `dbt_project/models/marts`; this module says what
it may hold. LTEM tiers bound the claim: counting who came (tier 1) never shows that anybody learned anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from transfer.metric_terms import (
    CLAIMS,
    KIRKPATRICK_LEVELS,
    PERIODS,
    STRONG_WORDS,
    UNIT_OF,
    Estimator,
    Purpose,
    TdrpType,
    Unit,
)

ROLES = {
    "numerator": "numerator",
    "denominator": "denominator",
    "n_persons": "persons",
    "n_observed": "observed",
    "n_missing": "missing",
    "n_invited": "invited",
    "n_respondents": "respondents",
}
"""Columns of the parts of a figure, each with the key of the definition that names the part."""


class InvalidDefinition(ValueError):
    """A metric declares something that it may not. The message names the metric, the key and what is allowed."""


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
    results are provisional. ``spread`` lists the MetricFlow items that the estimator wants the parts spread over; for
    amounts that one may dominate it names those who contribute. Of what people are asked, ``invited`` counts whom and
    ``respondents`` who answered, which make the response rate and the bounds of what silence may hide. Metrics of one
    ``whole`` tell each other's parts, and are suppressed together. ``formula`` says how each part is aggregated, so
    that a changed formula under an unchanged version shows.
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
    estimator: Estimator = Estimator.QUOTIENT
    spread: tuple[str, ...] = ()
    invited: str | None = None
    respondents: str | None = None
    whole: str | None = None

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
            (self.denominator is None) == self.unit.is_undivided,
            f"{self.unit} needs "
            f"{'no denominator' if self.unit.is_undivided else 'a denominator (MetricFlow type ratio)'}",
        )
        self._require(
            self.persons is not None or self.max_claim == "record", "persons may be null only for a claim on the record"
        )
        self._check_estimator()
        self._check_survey()
        self._check_claim()

    def _check_estimator(self) -> None:
        if self.estimator is Estimator.QUOTIENT:
            self._require(self.has_interval <= (self.unit is Unit.SHARE), "only a share has a Wilson interval")
            may_spread = self.unit.may_be_dominated and len(self.spread) == 1
            self._require(not self.spread or may_spread, "spread may only name who contributes to an amount")
            return
        items = self.estimator.spread_items
        self._require(
            len(self.spread) == len(items), f"estimator {self.estimator} wants spread to name its {' and '.join(items)}"
        )
        self._require(self.has_interval, f"estimator {self.estimator} has an interval")
        self._require(self.denominator is not None, f"estimator {self.estimator} needs a denominator")
        unit = UNIT_OF.get(self.estimator, self.unit)
        self._require(self.unit is unit, f"estimator {self.estimator} comes in {unit}")

    def _check_survey(self) -> None:
        self._require(
            (self.invited is None) == (self.respondents is None), "invited and respondents stand together, or neither"
        )
        self._require(
            self.invited is None or self.unit.scale is not None,
            f"{self.unit} has no ends between which those who did not answer could lie",
        )

    def _check_claim(self) -> None:
        tier = self.ltem_tier or 0
        self._require(0 <= tier <= 8, "ltem_tier must be null or 1 to 8")
        self._require(self.max_claim in CLAIMS, f"max_claim must be one of {', '.join(CLAIMS)}")
        self._require(
            CLAIMS[self.max_claim] <= tier,
            f"max_claim {self.max_claim} takes LTEM tier {CLAIMS[self.max_claim]}, and ltem_tier is {self.ltem_tier}",
        )
        for words, least in STRONG_WORDS.items():
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
        named: tuple[str | None, ...] = tuple(getattr(self, key) for key in ROLES.values())
        return tuple(dict.fromkeys(part for part in named if part is not None))

    @property
    def whole_key(self) -> str | None:
        """What the metric is a part of: shares of one catalogue id and denominator (hours by mode) may add up to 1."""
        if self.whole is None and self.unit is Unit.SHARE:
            return f"{self.catalogue_id} of {self.denominator}"
        return self.whole
