"""The contract that every result row holds, whoever made it.

The metric runner calls `check` before anything is written, and the tests hold `judge` to it over random input.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from transfer.metric_definition import MetricDefinition
from transfer.metric_row import FIGURES, KEY, RESULT_COLUMNS, SHOWN, Status
from transfer.metric_terms import Estimator, Unit
from transfer.row_definitions import RowDefinitions
from transfer.suppression import LEAST_RESPONSE


class ContractBroken(AssertionError):
    """Result rows that must not be published. The message names the metric, the rule and how many rows break it."""


def check(rows: pd.DataFrame, definitions: Sequence[MetricDefinition]) -> None:
    """Hold result rows of metrics to the contract; raises `ContractBroken` with the first rule that one breaks."""
    if list(rows.columns) != list(RESULT_COLUMNS):
        raise ContractBroken(f"metric results: columns are {list(rows.columns)}, not the contract's.")
    for rule, holds in _rules(rows, definitions).items():
        broken = rows.loc[~holds.astype("boolean").fillna(False), "metric_id"]
        if len(broken):
            metric_id = broken.iloc[0]
            of_metric, of_all = ((ids == metric_id).sum() for ids in (broken, rows["metric_id"]))
            raise ContractBroken(
                f"metric {metric_id}: {of_metric} of {of_all} results break the rule “{rule}”. "
                "Next: nothing was written; mend the parts in the metric's semantic.yml."
            )


def _rules(rows: pd.DataFrame, definitions: Sequence[MetricDefinition]) -> dict[str, pd.Series]:
    """Every rule of the contract, in words, and where it holds. A rule that can't be decided counts as broken."""
    declared = RowDefinitions(rows, definitions)
    status, empty = rows["status"], rows[list(FIGURES)].isna()
    is_shown = status.isin(SHOWN)
    has_enough = rows["n_persons"] >= declared.each(lambda d: d.minimum_persons, "Int64")
    rules = {
        "a figure appears once": ~rows.duplicated(list(KEY)),
        "the definition is this one": (rows["metric_id"] == declared.each(lambda d: d.metric_id, "string"))
        & (rows["definition_version"] == declared.each(lambda d: d.version, "Int64")),
        "the grain is declared": (rows["metric_id"] + "|" + rows["grain"]).isin(
            [f"{definition.metric_id}|{grain.name}" for definition in definitions for grain in definition.grains]
        ),
        "a figure says of what it is": rows["grain_key"].notna(),
        "a metric has a period or has none": rows["period"].notna() == declared.that(lambda d: d.period),
        "the status is known": status.isin(list(Status)),
        "ok needs no reason and every other status has one": rows["suppressed_reason"].isna() == (status == Status.OK),
        "suppressed and blocked show no figure": empty.all(axis=1) | ~status.isin([Status.SUPPRESSED, Status.BLOCKED]),
        "not computable has no value": ~(status == Status.NOT_COMPUTABLE) | empty[["value", "ci_low"]].all(axis=1),
        "a shown figure has a value and coverage": ~is_shown
        | ~empty[["value", "numerator", "n_missing", "coverage"]].any(axis=1),
        "a shown figure rests on enough persons": ~is_shown
        | has_enough.where(declared.that(lambda d: d.persons), empty["n_persons"]),
        "coverage lies in 0 to 1": empty["coverage"] | rows["coverage"].between(0, 1),
        "nothing is counted below zero": (rows[["n_persons", "n_missing"]].fillna(0) >= 0).all(axis=1)
        & (declared.that(lambda d: d.unit.may_be_negative) | (rows["numerator"].fillna(0) >= 0)),
    }
    of_a_figure = (
        _rules_of_a_value(rows, declared) | _rules_of_an_interval(rows, declared) | _rules_of_an_answer(rows, declared)
    )
    return rules | {rule: ~is_shown | holds for rule, holds in of_a_figure.items()}


def _rules_of_a_value(rows: pd.DataFrame, declared: RowDefinitions) -> dict[str, pd.Series]:
    value, numerator, denominator = rows["value"], rows["numerator"], rows["denominator"]
    is_divided, is_quotient = declared.that(lambda d: d.denominator), declared.that(lambda d: d.estimator.is_quotient)
    is_share, is_wait = declared.that(lambda d: d.unit is Unit.SHARE), declared.that(lambda d: d.unit is Unit.DAYS)
    quotient = numerator / denominator
    return {
        "the value is the numerator": is_divided | (value == numerator),
        "a count has no denominator": is_divided | denominator.isna(),
        "the denominator is above zero": ~is_divided | (denominator > 0),
        "the numerator is part of the denominator": (is_quotient & ~is_share) | (numerator <= denominator),
        "the value is numerator / denominator": ~(is_divided & is_quotient)
        | ((value - quotient).abs() < 1e-12 * (1 + quotient.abs())),
        "a wait is not below zero": is_quotient | ~is_wait | (value >= 0),
    }


def _rules_of_an_interval(rows: pd.DataFrame, declared: RowDefinitions) -> dict[str, pd.Series]:
    """An interval may be open above where a curve ends, and a ratio by person may be so by one person alone."""
    low, value, high = rows["ci_low"], rows["value"], rows["ci_high"]
    has_interval = declared.that(lambda d: d.has_interval)
    is_wilson = declared.that(lambda d: d.estimator is Estimator.QUOTIENT)
    least, most = declared.scale()
    # A bound that is computed apart from the value may end a hair on its wrong side.
    slack = (1e-9 * (1 + value.abs())).mask(is_wilson, 0.0)
    is_open = high.isna() & ~is_wilson
    holds = (least <= low) & (low <= value + slack) & (is_open | ((value <= high + slack) & (high <= most)))
    return {
        "no interval is given where none is declared": has_interval | (low.isna() & high.isna()),
        "an interval holds the value and stays on its scale": ~has_interval | holds | (is_open & low.isna()),
        # Wilson's is of cases that are one thing or the other; hours are no cases.
        "an interval rests on whole numbers": ~(has_interval & is_wilson)
        | (rows[["numerator", "denominator"]] % 1 == 0).all(axis=1),
    }


def _rules_of_an_answer(rows: pd.DataFrame, declared: RowDefinitions) -> dict[str, pd.Series]:
    rate, low, value, high = (rows[column] for column in ("response_rate", "bound_low", "value", "bound_high"))
    is_asked, slack = declared.that(lambda d: d.invited), 1e-9 * (1 + value.abs())
    return {
        "only who is asked has a response rate": is_asked | (rate.isna() & low.isna() & high.isna()),
        "enough of those who were asked have answered": ~is_asked | rate.between(LEAST_RESPONSE, 1),
        "the bounds hold the value": ~is_asked | ((low <= value + slack) & (value <= high + slack)),
    }
