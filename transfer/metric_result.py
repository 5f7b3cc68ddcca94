"""A metric result is a row that knows what it may say; never a bare number.

    parts (grain, grain_key, period, numerator, denominator, n_persons, n_observed, n_missing) --judge--> result rows

`judge` adds value, interval, coverage, status and reason to the additive parts of one metric at one grain.
`check` is the contract that every result row holds, whoever made it: the metric runner calls it before anything
is written, and the tests hold `judge` to it over random input.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import NamedTuple

import pandas as pd

from transfer.intervals import wilson
from transfer.metric_definition import MetricDefinition, Unit


class Status(StrEnum):
    OK = "ok"
    PROVISIONAL = "provisional"
    NOT_COMPUTABLE = "not_computable"
    SUPPRESSED = "suppressed"
    BLOCKED = "blocked"


class Column(NamedTuple):
    """Type (as DuckDB spells it) and meaning of a column that analysts see."""

    sql_type: str
    meaning: str


RESULT_COLUMNS = {
    "metric_id": Column("VARCHAR", "The metric; see dim_metric."),
    "definition_version": Column("BIGINT", "Version of its definition; figures of two versions don't compare."),
    "grain": Column("VARCHAR", "What the figure is about: organisation, org_unit, activity, tool, …"),
    "grain_key": Column(
        "VARCHAR", "Which of them: key of the dimension as text; `all` for the whole, `-1` for unknown."
    ),
    "period": Column(
        "DATE", "First day of the month, quarter or year that the figure is about; empty for a state as of the build."
    ),
    "value": Column("DOUBLE", "The figure, in the metric's unit: a share from 0 to 1, persons, hours per FTE, …"),
    "numerator": Column("DOUBLE", "What is divided; of a share a part of its denominator; a count itself."),
    "denominator": Column("DOUBLE", "What it is divided by; empty for a count."),
    "n_persons": Column(
        "BIGINT", "Distinct persons behind the figure, or identities where persons are not known yet; empty for things."
    ),
    "n_missing": Column("BIGINT", "Records that should have counted but lack what it takes."),
    "coverage": Column("DOUBLE", "Share of the records that could be used, 0 to 1."),
    "ci_low": Column("DOUBLE", "Lower bound of the 95 % interval, where the metric has one."),
    "ci_high": Column("DOUBLE", "Upper bound of the 95 % interval."),
    "status": Column(
        "VARCHAR", "ok; provisional: still open; not_computable; suppressed: too few; blocked: by a guard."
    ),
    "suppressed_reason": Column("VARCHAR", "Why the status is not ok, in words."),
}
"""Columns of a result. The first five say which figure it is, the others what it is."""

KEY = ("metric_id", "definition_version", "grain", "grain_key", "period")
FIGURES = ("value", "numerator", "denominator", "n_persons", "n_missing", "coverage", "ci_low", "ci_high")

_LAST_DAY_OF = {
    "month": pd.offsets.MonthEnd(0),
    "quarter": pd.offsets.QuarterEnd(0, startingMonth=12),
    "year": pd.offsets.YearEnd(0),
}
_PERSONS = "persons"
_DECIMALS = 6
"""Of sums. Threads add up fractions in any order; without rounding, the last digit would pass for a restatement."""

_DTYPE_OF = {"VARCHAR": "string", "BIGINT": "Int64", "DOUBLE": "Float64", "DATE": "datetime64[us]"}
_DTYPES = {name: _DTYPE_OF[column.sql_type] for name, column in RESULT_COLUMNS.items()}


class ContractBroken(AssertionError):
    """Result rows that must not be published. The message names the metric, the rule and how many rows break it."""


def judge(parts: pd.DataFrame, definition: MetricDefinition, as_of: date) -> pd.DataFrame:
    """Result rows of one metric from its additive parts, one row per ``grain``, ``grain_key`` and ``period``.

    ``parts`` has these three and ``numerator``, ``denominator`` (except of a count), ``n_persons``, ``n_observed``,
    ``n_missing`` and ``seen_on``, the day on which the tools behind a row were last looked at (empty where unknown).
    ``as_of`` is the day of the run. A row is only as fresh as the earlier of the two, and that day itself is not over
    yet.
    """
    rows = _typed(parts, definition)
    if definition.unit.is_count:
        # Records, but nobody known behind them: the true count is unknown, and not zero.
        is_known = (rows["n_observed"] > 0) | (rows["n_missing"] == 0)
        rows["value"] = rows["numerator"].where(is_known)
    else:
        # A headcount to divide by says nothing about a numerator that nobody recorded.
        is_known = (rows["denominator"] > 0) & (rows["n_observed"] > 0)
        if definition.persons is not None:
            is_known &= rows["n_persons"] > 0
        rows["value"] = (rows["numerator"] / rows["denominator"].where(is_known)).where(is_known)
    records = rows["n_observed"] + rows["n_missing"]
    rows["coverage"] = rows["n_observed"] / records.where(records > 0)
    if definition.has_interval:
        # A numerator outside its denominator is for `check` to refuse, in words.
        within = rows["numerator"].clip(lower=0, upper=rows["denominator"])
        low, high = wilson(within, rows["denominator"])
        rows["ci_low"], rows["ci_high"] = pd.array(low, dtype="Float64"), pd.array(high, dtype="Float64")
    return _with_status(rows, definition, as_of)[list(RESULT_COLUMNS)].astype(_DTYPES)


def withhold(rows: pd.DataFrame, which: pd.Series, status: Status, reason: str) -> None:
    """Give the rows a status that shows no figure, and take the figures out. Changes ``rows``."""
    rows.loc[which, list(FIGURES)] = pd.NA
    rows.loc[which, "status"] = status.value
    rows.loc[which, "suppressed_reason"] = reason


def withhold_beside_suppressed(rows: pd.DataFrame, definitions: Iterable[MetricDefinition]) -> None:
    """Suppress the shares beside a suppressed one that are parts of the same whole. Changes ``rows``.

    Shares of one catalogue id with one denominator (hours by mode, say) may add up to 1: all but one would tell the
    last.
    """
    whole_of = {d.metric_id: f"{d.catalogue_id} of {d.denominator}" for d in definitions if d.unit is Unit.SHARE}
    whole = rows["metric_id"].map(lambda metric_id: whole_of.get(metric_id, metric_id))
    is_of_few = (rows["status"] == Status.SUPPRESSED) & rows["suppressed_reason"].str.endswith(_PERSONS)
    figure = [whole, rows["grain"], rows["grain_key"], rows["period"]]
    is_beside = is_of_few.fillna(False).groupby(figure, dropna=False).transform("any")
    is_shown = rows["status"].isin([Status.OK, Status.PROVISIONAL])
    withhold(rows, is_beside & is_shown, Status.SUPPRESSED, "would tell the figure of a few beside it")


def _typed(parts: pd.DataFrame, definition: MetricDefinition) -> pd.DataFrame:
    """The parts with every column of a result. A sum over no rows is zero."""
    counts = ["n_observed", "n_missing"] if definition.persons is None else ["n_persons", "n_observed", "n_missing"]
    sums = ["numerator"] if definition.unit.is_count else ["numerator", "denominator"]
    rows = parts[["grain", "grain_key", "period", "seen_on", *sums, *counts]].reset_index(drop=True)
    rows[counts] = rows[counts].astype("Int64").fillna(0)
    rows[sums] = rows[sums].astype("Float64").fillna(0).round(_DECIMALS)
    rows["metric_id"], rows["definition_version"] = definition.metric_id, definition.version
    rows["status"] = Status.OK.value
    absent = [column for column in RESULT_COLUMNS if column not in rows]
    rows[absent] = pd.NA
    return rows.astype({column: dtype for column, dtype in _DTYPES.items() if column in rows})


def _with_status(rows: pd.DataFrame, definition: MetricDefinition, as_of: date) -> pd.DataFrame:
    """The rows with status and reason; the stronger status is set later."""
    if definition.period is not None:
        # A cohort is whole when its last member has been watched to the end of a day that is over.
        last_day = rows["period"] + _LAST_DAY_OF[definition.period]
        watched_until = last_day + pd.Timedelta(days=definition.follow_up_days)
        is_open = (watched_until >= pd.Timestamp(as_of)) | (watched_until >= rows["seen_on"])
        rows.loc[is_open, "status"] = Status.PROVISIONAL.value
        rows.loc[is_open, "suppressed_reason"] = "open to the end of " + watched_until.dt.strftime("%Y-%m-%d")
    # Persons without anything to divide by (identities of a tool that has no events) are no figure either.
    is_empty = rows["value"].isna() & ((rows["n_persons"].fillna(0) == 0) | (rows["denominator"].fillna(-1) == 0))
    rows.loc[is_empty, "status"] = Status.NOT_COMPUTABLE.value
    has_whole = rows["denominator"].fillna(0) > 0
    for part, lacks in (
        (definition.denominator or definition.observed, is_empty),
        (definition.persons, is_empty & has_whole),
        (definition.observed, is_empty & has_whole & (rows["n_observed"] == 0)),
    ):
        rows.loc[lacks, "suppressed_reason"] = f"no {part}".replace("_", " ")
    if definition.persons is None:
        return rows
    k = definition.minimum_persons
    is_few = rows["n_persons"] < k
    # An empty figure names nobody, unless it lets a handful of records that could not be used shine through.
    shines = is_empty & is_few & rows["n_missing"].between(1, k - 1)
    withhold(rows, is_few & ~is_empty, Status.SUPPRESSED, f"fewer than {k} {_PERSONS}")
    withhold(rows, shines, Status.SUPPRESSED, f"fewer than {k} records that could not be used")
    return rows


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
    is_shown = status.isin([Status.OK, Status.PROVISIONAL])
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
    of_its_unit = _rules_of_a_count(rows) if definition.unit.is_count else _rules_of_a_quotient(rows, definition.unit)
    of_its_unit |= _rules_of_an_interval(rows) if definition.has_interval else _rules_without_interval(rows)
    return rules | {rule: ~is_shown | holds for rule, holds in of_its_unit.items()}


def _never_negative(unit: Unit) -> list[str]:
    return ["n_persons", "n_missing"] if unit.may_be_negative else ["numerator", "n_persons", "n_missing"]


def _rules_of_a_quotient(rows: pd.DataFrame, unit: Unit) -> dict[str, pd.Series]:
    quotient = rows["numerator"] / rows["denominator"]
    return {
        "the denominator is above zero": rows["denominator"] > 0,
        "the numerator is part of the denominator": (rows["numerator"] <= rows["denominator"]) | (unit != Unit.SHARE),
        "the value is numerator / denominator": (rows["value"] - quotient).abs() < 1e-12 * (1 + quotient.abs()),
    }


def _rules_of_an_interval(rows: pd.DataFrame) -> dict[str, pd.Series]:
    low, value, high = rows["ci_low"], rows["value"], rows["ci_high"]
    return {
        "an interval holds the value and stays in 0 to 1": (low >= 0) & (low <= value) & (value <= high) & (high <= 1),
        # Wilson's is of cases that are one thing or the other; hours are no cases.
        "an interval rests on whole numbers": (rows[["numerator", "denominator"]] % 1 == 0).all(axis=1),
    }


def _rules_without_interval(rows: pd.DataFrame) -> dict[str, pd.Series]:
    return {"no interval is given where none is declared": rows[["ci_low", "ci_high"]].isna().all(axis=1)}


def _rules_of_a_count(rows: pd.DataFrame) -> dict[str, pd.Series]:
    return {
        "the value is the numerator": rows["value"] == rows["numerator"],
        "a count has no denominator": rows["denominator"].isna(),
    }
