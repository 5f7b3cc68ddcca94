"""A metric result is a row that knows what it may say; never a bare number.

    parts (grain, grain_key, period, numerator, denominator, n_persons, n_observed, n_missing) --judge--> result rows

`judge` adds value, interval, bounds, coverage, status and reason to the additive parts of one metric. What would tell a
figure of a few from beside it is withheld when all metrics are judged (`suppression.withhold_telling`).
"""

from __future__ import annotations

from datetime import date

import pandas as pd

from transfer.intervals import wilson
from transfer.metric_definition import MetricDefinition
from transfer.metric_estimate import estimated
from transfer.metric_row import CELL, DTYPES, RESULT_COLUMNS, Status
from transfer.metric_terms import Estimator
from transfer.suppression import block_unanswered, is_of_nobody, withhold_few

_LAST_DAY_OF = {
    "day": pd.Timedelta(0),
    "month": pd.offsets.MonthEnd(0),
    "quarter": pd.offsets.QuarterEnd(0, startingMonth=12),
    "year": pd.offsets.YearEnd(0),
}
_DECIMALS = 6
"""Of sums. Threads add up fractions in any order; without rounding, the last digit would pass for a restatement."""


def judge(
    parts: pd.DataFrame, definition: MetricDefinition, as_of: date, spread: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Result rows of one metric from its additive parts, one row per ``grain``, ``grain_key`` and ``period``.

    ``parts`` has these three and ``numerator``, ``denominator`` (except where the unit has none), ``n_persons``,
    ``n_observed``, ``n_missing``, of a survey ``n_invited`` and ``n_respondents``, and ``seen_on``, the day on which
    the tools behind a row were last looked at (empty where unknown). ``as_of`` is the day of the run. A row is only as
    fresh as the earlier of the two, and that day itself is not over yet. ``spread`` has the same parts cut further,
    where the definition asks for that (`metric_estimate`).
    """
    rows = _typed(parts, definition)
    spread = spread if spread is None else spread.astype({column: DTYPES[column] for column in CELL})
    is_known = _is_known(rows, definition)
    rows["value"] = rows["numerator"].where(is_known)
    if definition.denominator is not None:
        rows["value"] = (rows["value"] / rows["denominator"].where(is_known)).where(is_known)
    records = rows["n_observed"] + rows["n_missing"]
    rows["coverage"] = rows["n_observed"] / records.where(records > 0)
    if definition.estimator is not Estimator.QUOTIENT:
        _take_estimates(rows, definition, spread)
    elif definition.has_interval:
        # A numerator outside its denominator is for `check` to refuse, in words.
        within = rows["numerator"].clip(lower=0, upper=rows["denominator"])
        low, high = wilson(within, rows["denominator"])
        for column, bound in (("ci_low", low), ("ci_high", high)):
            rows[column] = pd.Series(pd.array(bound, dtype="Float64")).where(rows["value"].notna())
    if definition.invited is not None:
        _bound(rows, definition)
    _set_status(rows, definition, as_of)
    if definition.invited is not None:
        block_unanswered(rows)
    if definition.persons is not None:
        withhold_few(rows, definition, spread if definition.unit.may_be_dominated else None)
    return rows[list(RESULT_COLUMNS)].astype(DTYPES)


def _typed(parts: pd.DataFrame, definition: MetricDefinition) -> pd.DataFrame:
    """The parts with every column of a result. A sum over no rows is zero."""
    counts = ["n_observed", "n_missing"] if definition.persons is None else ["n_persons", "n_observed", "n_missing"]
    counts += ["n_invited", "n_respondents"] if definition.invited is not None else []
    sums = ["numerator"] if definition.denominator is None else ["numerator", "denominator"]
    rows = parts[[*CELL, "seen_on", *sums, *counts]].reset_index(drop=True)
    rows[counts] = rows[counts].astype("Int64").fillna(0)
    rows[sums] = rows[sums].astype("Float64").fillna(0).round(_DECIMALS)
    rows["metric_id"], rows["definition_version"] = definition.metric_id, definition.version
    rows["status"] = Status.OK.value
    absent = [column for column in RESULT_COLUMNS if column not in rows]
    rows[absent] = pd.NA
    return rows.astype({column: dtype for column, dtype in DTYPES.items() if column in rows})


def _is_known(rows: pd.DataFrame, definition: MetricDefinition) -> pd.Series:
    """Where there is anything to say at all."""
    if definition.denominator is None:
        # Records, but nobody known behind them: the true count is unknown, and not zero.
        return (rows["n_observed"] > 0) | (rows["n_missing"] == 0)
    # A headcount to divide by says nothing about a numerator that nobody recorded.
    is_known = (rows["denominator"] > 0) & (rows["n_observed"] > 0)
    return is_known if definition.persons is None else is_known & (rows["n_persons"] > 0)


def _take_estimates(rows: pd.DataFrame, definition: MetricDefinition, spread: pd.DataFrame | None) -> None:
    if spread is None:
        raise ValueError(f"metric {definition.metric_id}: {definition.estimator} needs its parts spread.")
    found = rows[CELL].merge(estimated(spread, definition), how="left", on=CELL)
    if not definition.estimator.is_quotient:
        rows["value"] = found["estimate"].astype("Float64").where(rows["value"].notna())
    low, high = found["low"].astype("Float64"), found["high"].astype("Float64")
    if definition.unit.scale is not None:
        low, high = low.clip(lower=definition.unit.scale[0]), high.clip(upper=definition.unit.scale[1])
    rows["ci_low"], rows["ci_high"] = low.where(rows["value"].notna()), high.where(rows["value"].notna())


def _bound(rows: pd.DataFrame, definition: MetricDefinition) -> None:
    """The response rate r, and where the value p would lie if all who are silent were at one end of the scale."""
    worst, best = definition.unit.scale or (0.0, 1.0)
    invited = rows["n_invited"].astype("Float64")
    rate = rows["n_respondents"] / invited.where(invited > 0)
    rows["response_rate"] = rate
    for column, silent in (("bound_low", worst), ("bound_high", best)):
        rows[column] = (rate * rows["value"] + (1 - rate) * silent).where(rows["value"].notna())


def _set_status(rows: pd.DataFrame, definition: MetricDefinition, as_of: date) -> None:
    """Provisional and not computable, each with its reason. Changes ``rows``."""
    if definition.period is not None:
        # A cohort is whole when its last member has been watched to the end of a day that is over.
        last_day = rows["period"] + _LAST_DAY_OF[definition.period]
        watched_until = last_day + pd.Timedelta(days=definition.follow_up_days)
        is_open = (watched_until >= pd.Timestamp(as_of)) | (watched_until >= rows["seen_on"])
        rows.loc[is_open, "status"] = Status.PROVISIONAL.value
        rows.loc[is_open, "suppressed_reason"] = "open to the end of " + watched_until.dt.strftime("%Y-%m-%d")
    # Persons without anything to divide by (identities of a tool that has no events) are no figure either.
    is_empty = is_of_nobody(rows)
    has_whole = rows["denominator"].fillna(0) > 0
    rows.loc[rows["value"].isna(), "status"] = Status.NOT_COMPUTABLE.value
    for part, lacks in (
        ("what it takes to estimate it", rows["value"].isna() & ~is_empty),
        (definition.denominator or definition.observed, is_empty),
        (definition.persons, is_empty & has_whole),
        (definition.observed, is_empty & has_whole & (rows["n_observed"] == 0)),
    ):
        rows.loc[lacks, "suppressed_reason"] = f"no {part}".replace("_", " ")
