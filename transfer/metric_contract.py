"""The contract that every result row holds, whoever made it.

The metric runner calls `check` before anything is written, and the tests hold `judge` to it over random input.
"""

from __future__ import annotations

import pandas as pd

from transfer.metric_definition import MetricDefinition
from transfer.metric_row import FIGURES, KEY, RESULT_COLUMNS, SHOWN, Status
from transfer.metric_terms import Estimator, Unit
from transfer.suppression import LEAST_RESPONSE


class ContractBroken(AssertionError):
    """Result rows that must not be published. The message names the metric, the rule and how many rows break it."""


def check(rows: pd.DataFrame, definition: MetricDefinition) -> None:
    """Hold result rows of one metric to the contract; raises `ContractBroken` with the first rule they break."""
    if list(rows.columns) != list(RESULT_COLUMNS):
        raise ContractBroken(f"metric {definition.metric_id}: columns are {list(rows.columns)}, not the contract's.")
    for rule, holds in _rules(rows, definition).items():
        broken = ~holds.astype("boolean").fillna(False)
        if broken.any():
            raise ContractBroken(
                f"metric {definition.metric_id}: {int(broken.sum())} of {len(rows)} results break the rule “{rule}”. "
                "Next: nothing was written; mend the parts in the metric's semantic.yml."
            )


def _rules(rows: pd.DataFrame, definition: MetricDefinition) -> dict[str, pd.Series]:
    """Every rule of the contract, in words, and where it holds. A rule that can't be decided counts as broken."""
    status, empty = rows["status"], rows[list(FIGURES)].isna()
    is_shown = status.isin(SHOWN)
    rules = {
        "a figure appears once": ~rows.duplicated(list(KEY)),
        "the definition is this one": (rows["metric_id"] == definition.metric_id)
        & (rows["definition_version"] == definition.version),
        "the grain is declared": rows["grain"].isin([grain.name for grain in definition.grains]),
        "a figure says of what it is": rows["grain_key"].notna(),
        "a metric has a period or has none": rows["period"].isna() == (definition.period is None),
        "the status is known": status.isin(list(Status)),
        "ok needs no reason and every other status has one": rows["suppressed_reason"].isna() == (status == Status.OK),
        "suppressed and blocked show no figure": empty.all(axis=1) | ~status.isin([Status.SUPPRESSED, Status.BLOCKED]),
        "not computable has no value": ~(status == Status.NOT_COMPUTABLE) | empty[["value", "ci_low"]].all(axis=1),
        "a shown figure has a value and coverage": ~is_shown
        | ~empty[["value", "numerator", "n_missing", "coverage"]].any(axis=1),
        "a shown figure rests on enough persons": ~is_shown
        | (rows["n_persons"] >= definition.minimum_persons if definition.persons else empty["n_persons"]),
        "coverage lies in 0 to 1": empty["coverage"] | rows["coverage"].between(0, 1),
        "nothing is counted below zero": (rows[_never_negative(definition.unit)].fillna(0) >= 0).all(axis=1),
    }
    return rules | {rule: ~is_shown | holds for rule, holds in _rules_of_a_figure(rows, definition).items()}


def _rules_of_a_figure(rows: pd.DataFrame, definition: MetricDefinition) -> dict[str, pd.Series]:
    """What else holds for a figure that is shown, by its unit, its estimator and whom it asks."""
    if definition.denominator is None:
        rules = _rules_of_a_count(rows)
    elif definition.estimator.is_quotient:
        rules = _rules_of_a_quotient(rows, definition.unit)
    else:
        rules = _rules_of_an_estimate(rows, definition.unit)
    rules |= _rules_of_an_interval(rows, definition) if definition.has_interval else _rules_without_interval(rows)
    return rules | (_rules_of_an_answer(rows) if definition.invited else _rules_without_answers(rows))


def _never_negative(unit: Unit) -> list[str]:
    return ["n_persons", "n_missing"] if unit.may_be_negative else ["numerator", "n_persons", "n_missing"]


def _rules_of_a_quotient(rows: pd.DataFrame, unit: Unit) -> dict[str, pd.Series]:
    quotient = rows["numerator"] / rows["denominator"]
    return {
        "the denominator is above zero": rows["denominator"] > 0,
        "the numerator is part of the denominator": (rows["numerator"] <= rows["denominator"]) | (unit != Unit.SHARE),
        "the value is numerator / denominator": (rows["value"] - quotient).abs() < 1e-12 * (1 + quotient.abs()),
    }


def _rules_of_a_count(rows: pd.DataFrame) -> dict[str, pd.Series]:
    return {
        "the value is the numerator": rows["value"] == rows["numerator"],
        "a count has no denominator": rows["denominator"].isna(),
    }


def _rules_of_an_estimate(rows: pd.DataFrame, unit: Unit) -> dict[str, pd.Series]:
    return {
        "the denominator is above zero": rows["denominator"] > 0,
        "the numerator is part of the denominator": rows["numerator"] <= rows["denominator"],
        "a wait is not below zero": (rows["value"] >= 0) | (unit != Unit.DAYS),
    }


def _rules_of_an_interval(rows: pd.DataFrame, definition: MetricDefinition) -> dict[str, pd.Series]:
    """An interval may be open above where a curve ends, and a ratio by person may be so by one person alone."""
    low, value, high = rows["ci_low"], rows["value"], rows["ci_high"]
    is_wilson = definition.estimator is Estimator.QUOTIENT
    # A bound that is computed apart from the value may end a hair on its wrong side.
    slack = 0.0 if is_wilson else 1e-9 * (1 + value.abs())
    holds = (low <= value + slack) & ((value <= high + slack) | (high.isna() & (not is_wilson)))
    least, most = definition.unit.scale or (None, None)
    if least is not None:
        holds &= (low >= least) & ((high <= most) | high.isna())
    if not is_wilson:
        holds |= low.isna() & high.isna()
    return {
        "an interval holds the value and stays on its scale": holds,
        # Wilson's is of cases that are one thing or the other; hours are no cases.
        "an interval rests on whole numbers": (rows[["numerator", "denominator"]] % 1 == 0).all(axis=1)
        | (not is_wilson),
    }


def _rules_without_interval(rows: pd.DataFrame) -> dict[str, pd.Series]:
    return {"no interval is given where none is declared": rows[["ci_low", "ci_high"]].isna().all(axis=1)}


def _rules_of_an_answer(rows: pd.DataFrame) -> dict[str, pd.Series]:
    rate, low, value, high = (rows[column] for column in ("response_rate", "bound_low", "value", "bound_high"))
    return {
        "enough of those who were asked have answered": rate.between(LEAST_RESPONSE, 1),
        "the bounds hold the value": (low <= value + 1e-9 * (1 + value.abs()))
        & (value <= high + 1e-9 * (1 + value.abs())),
    }


def _rules_without_answers(rows: pd.DataFrame) -> dict[str, pd.Series]:
    of_answers = rows[["response_rate", "bound_low", "bound_high"]]
    return {"only who is asked has a response rate": of_answers.isna().all(axis=1)}
