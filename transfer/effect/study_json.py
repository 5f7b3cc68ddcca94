"""A study as plain values, for JSON: what an analyst holds against a paper, or against another package.

The names are those of the field: ``standard_error`` is the analytic one (clustered where the panel is), as R's `did`
prints it without bootstrap; the interval that counts has its own, in ``intervals``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from transfer.effect.aggregation import Aggregation
from transfer.effect.card import plain
from transfer.effect.inference import Interval, design_based_error
from transfer.effect.panel import Panel, Remark
from transfer.effect.study import Study
from transfer.effect.two_groups import two_groups_of

_PLACES = {"dynamic": "event_time", "group": "group", "calendar": "period"}


def study_json(study: Study) -> dict[str, Any]:
    """Everything that the estimator says; numbers that can't be had are null."""
    interval, test = study.interval, study.permutation
    told = {
        "estimate": study.simple.overall.estimate,
        "standard_error": study.simple.overall.standard_error,
        "design_based_error": design_based_error(study.group_time),
        "ci_low": interval.low if interval else None,
        "ci_high": interval.high if interval else None,
        "ci_level": study.choices.confidence,
        "ci_kind": interval.kind if interval else None,
        "p_permutation": test.p,
        "p_floor": test.floor,
        "aggregations": {name: _aggregation(one) for name, one in study.aggregations.items()},
        "group_time": _group_time(study),
        "intervals": [_interval(one) for one in study.intervals],
        "permutation": {
            "p": test.p, "floor": test.floor, "assignments": test.n_drawn, "is_exact": test.is_exact,
            "distinct_assignments": test.n_distinct, "permuted": test.level,
        },
        "pre_trend": _pre_trend(study),
        "second_estimator": _second(study),
        "remarks": _remarks(study.remarks),
        "choices": _choices(study),
    }  # fmt: skip
    return panel_json(study.panel) | {key: plain(value) for key, value in told.items()}


def panel_json(panel: Panel) -> dict[str, Any]:
    """Every name of `study_json`, of a panel in which nothing can be compared: most have no value."""
    told = {
        "estimate": None, "standard_error": None, "design_based_error": None,
        "ci_low": None, "ci_high": None, "ci_level": None, "ci_kind": None, "p_permutation": None, "p_floor": None,
        "n_units": panel.n_units,
        "n_treated": int(panel.is_treated.sum()),
        "n_clusters": panel.n_clusters,
        "n_periods": panel.n_periods,
        "never_coded": panel.never_coded,
        "aggregations": dict.fromkeys(("simple", "dynamic", "group", "calendar")),
        "group_time": [], "intervals": [], "permutation": None, "pre_trend": None, "second_estimator": None,
        "two_groups": _two_groups(panel),
        "remarks": _remarks(panel.remarks),
        "dropped": [{"unit": one.unit, "reason": one.reason} for one in panel.dropped],
        "choices": None,
    }  # fmt: skip
    return {key: plain(value) for key, value in told.items()}


def _remarks(remarks: Sequence[Remark]) -> list[dict[str, str]]:
    return [{"code": one.code, "text": one.text} for one in remarks]


def _aggregation(found: Aggregation) -> dict[str, Any]:
    """The overall figure, and parallel lists of the others, with where they lie."""
    told: dict[str, Any] = {
        "estimate": found.overall.estimate, "standard_error": found.overall.standard_error,
        "estimates": list(found.estimates), "standard_errors": list(found.standard_errors),
    }  # fmt: skip
    if found.name in _PLACES:
        told[_PLACES[found.name]] = [_number(label) for label in found.labels]
    return told


def _group_time(study: Study) -> list[dict[str, Any]]:
    effects, panel = study.group_time, study.panel
    cells, n_treated, n_control = effects.cells, effects.n_treated, effects.n_control
    return [
        {
            "group": _start(panel, float(cells.cohorts[cells.cohort[at]])),
            "period": _number(panel.calendar.labels[cells.period[at]]),
            "event_time": cells.event_time[at],
            "base_period": _number(panel.calendar.labels[cells.base[at]]),
            "estimate": effects.estimate[at],
            "standard_error": effects.standard_error[at],
            "n_treated": n_treated[at],
            "n_control": n_control[at],
        }
        for at in range(len(cells))
    ]


def _start(panel: Panel, value: float) -> float | str:
    """A start by the name of its period; one between two periods by its place on the axis."""
    at = int(abs(panel.calendar.values - value).argmin())
    return _number(panel.calendar.labels[at] if abs(panel.calendar.values[at] - value) < 1e-9 else f"{value:g}")


def _number(label: str) -> float | str:
    """2004 as a number, 2024-03 as the text that it is."""
    try:
        value = float(label)
    except ValueError:
        return label
    return int(value) if value.is_integer() else value


def _interval(found: Interval) -> dict[str, Any]:
    return {
        "kind": found.kind, "low": found.low, "high": found.high, "standard_error": found.standard_error,
        "degrees_of_freedom": found.degrees_of_freedom,
    }  # fmt: skip


def _pre_trend(study: Study) -> dict[str, Any] | None:
    test, wald = study.pre_trend, study.wald
    joint = {"statistic": wald.statistic, "degrees_of_freedom": wald.degrees_of_freedom, "p": wald.p} if wald else None
    if test is None:
        return {"wald": joint} if joint else None
    return {
        "p_permutation": test.p, "floor": test.floor, "statistic": test.statistic,
        "event_time": list(test.event_times), "estimates": list(test.estimates), "wald": joint,
    }  # fmt: skip


def _second(study: Study) -> dict[str, Any] | None:
    second = study.second
    if second is None:
        return None
    return {
        "name": "imputation (Borusyak, Jaravel and Spiess)",
        "estimate": second.overall.estimate, "standard_error": second.overall.standard_error,
        "event_time": list(second.event_times), "estimates": list(second.estimates),
        "standard_errors": list(second.standard_errors), "n_dropped": second.n_dropped,
    }  # fmt: skip


def _two_groups(panel: Panel) -> dict[str, Any] | None:
    """What a textbook prints of two groups and two periods."""
    found = two_groups_of(panel)
    return asdict(found) if found else None


def _choices(study: Study) -> dict[str, Any]:
    made, panel = study.choices, study.panel
    return {
        "control": made.control, "method": made.method if panel.covariate_names else None,
        "base_period": made.base_period, "anticipation": made.anticipation, "covariates": panel.covariate_names,
        "is_clustered": panel.is_clustered, "is_weighted": panel.is_weighted, "seed": made.seed,
    }  # fmt: skip
