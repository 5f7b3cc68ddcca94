"""Metrics to test with: a share with a follow-up window, a quotient that is no share, and a count."""

from datetime import date
from typing import Any

import pandas as pd

from transfer.metric_contract import check
from transfer.metric_definition import Grain, MetricDefinition
from transfer.metric_result import judge
from transfer.metric_terms import Purpose, TdrpType, Unit

_SHARE: dict[str, Any] = {
    "metric_id": "completion_rate",
    "catalogue_id": "B4",
    "name": "Completion rate",
    "definition": "Completed within 90 days, of those who started.",
    "version": 1,
    "unit": Unit.SHARE,
    "tdrp_type": TdrpType.EFFICIENCY,
    "kirkpatrick_level": None,
    "ltem_tier": 1,
    "max_claim": "attendance",
    "purpose": Purpose.LEARNING_ADMIN,
    "aligned_with": None,
    "minimum_persons": 5,
    "period": "month",
    "follow_up_days": 90,
    "tool": "enrolment__tool",
    "grains": (Grain("organisation", None), Grain("activity", "activity")),
    "numerator": "enrolments_completed",
    "denominator": "enrolments_started",
    "persons": "persons_started",
    "observed": "enrolments_started",
    "missing": "enrolments_without_cohort",
    "has_interval": True,
    "formula": "enrolments_completed = sum(case when days_to_complete <= 90 then 1 else 0 end)",
}
_COUNT: dict[str, Any] = _SHARE | {
    "metric_id": "learners_unique",
    "unit": Unit.PERSONS,
    "follow_up_days": 0,
    "numerator": "learners",
    "denominator": None,
    "persons": "learners",
    "observed": "events_of_known_persons",
    "missing": "events_of_nobody_known",
    "has_interval": False,
}


def share(**changes: Any) -> MetricDefinition:
    return MetricDefinition(**(_SHARE | changes))


def quotient(**changes: Any) -> MetricDefinition:
    """Hours per full-time equivalent, unless ``changes`` say otherwise."""
    return share(**{"unit": Unit.HOURS_PER_FTE, "has_interval": False} | changes)


def count(**changes: Any) -> MetricDefinition:
    return MetricDefinition(**(_COUNT | changes))


def judge_one(
    parts: pd.DataFrame, definition: MetricDefinition, as_of: date, spread: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Result rows of one metric; its ``parts`` and its ``spread`` need not say whose they are."""
    parts, spread = (each if each is None else each.assign(metric_id=definition.metric_id) for each in (parts, spread))
    return judge(parts, [definition], as_of, spread)


def check_one(rows: pd.DataFrame, definition: MetricDefinition) -> None:
    check(rows, [definition])
