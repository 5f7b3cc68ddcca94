"""A metric result is a row that knows what it may say; never a bare number.

    parts (metric_id, grain, grain_key, period, numerator, denominator, n_persons, n_observed, n_missing)
        --judge--> result rows

`judge` adds value, interval, bounds, coverage, status and reason to the additive parts of metrics. What would tell a
figure of a few from beside it is withheld when all metrics are judged (`suppression.withhold_telling`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from operator import attrgetter

import pandas as pd

from transfer.intervals import wilson
from transfer.metric_definition import ROLES, MetricDefinition
from transfer.metric_estimate import estimated
from transfer.metric_row import DTYPES, METRIC_CELL, RESULT_COLUMNS, Status
from transfer.metric_terms import Estimator
from transfer.row_definitions import RowDefinitions
from transfer.suppression import block_unanswered, is_of_nobody, withhold_few

_LAST_DAY_OF = {
    "day": pd.Timedelta(0).as_unit("us"),
    "month": pd.offsets.MonthEnd(0),
    "quarter": pd.offsets.QuarterEnd(0, startingMonth=12),
    "year": pd.offsets.YearEnd(0),
}
"""In microseconds like the periods: in nanoseconds, a clock that says the year 1600 or 9998 would end the run."""
_DECIMALS = 6
"""Of sums. Threads add up fractions in any order; without rounding, the last digit would pass for a restatement."""


def judge(
    parts: pd.DataFrame, definitions: Sequence[MetricDefinition], as_of: date, spread: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Result rows of metrics from their additive parts, one row for each row of ``parts``.

    That has `METRIC_CELL`, the sums of `ROLES` as far as the definitions name them, and ``seen_on``, the day on which
    the tools behind a row were last looked at (empty where unknown). ``as_of`` is the day of the run. A row is only as
    fresh as the earlier of the two, and that day itself is not over yet. ``spread`` has the same parts cut further,
    where a definition asks for that (`metric_estimate`).
    """
    rows = _typed(parts, definitions)
    declared = RowDefinitions(rows, definitions)
    spread = spread if spread is None else spread.astype({column: DTYPES[column] for column in METRIC_CELL})
    is_known = _is_known(rows, declared)
    is_divided = declared.that(lambda d: d.denominator)
    rows["value"] = (rows["numerator"] / rows["denominator"].where(is_divided, 1)).where(is_known)
    records = rows["n_observed"] + rows["n_missing"]
    rows["coverage"] = rows["n_observed"] / records.where(records > 0)
    _take_wilson(rows, declared)
    _take_estimates(rows, declared, estimated(spread, definitions))
    _bound(rows, declared)
    _set_status(rows, declared, as_of)
    block_unanswered(rows, declared)
    withhold_few(rows, declared, spread)
    return rows[list(RESULT_COLUMNS)].astype(DTYPES)


def _typed(parts: pd.DataFrame, definitions: Sequence[MetricDefinition]) -> pd.DataFrame:
    """The parts with every column of a result. A sum over no rows is zero, and one that is not declared is none."""
    rows = parts.reindex(columns=[*METRIC_CELL, "seen_on", *ROLES]).reset_index(drop=True)
    declared = RowDefinitions(rows, definitions)
    for role, key in ROLES.items():
        is_sum = role in ("numerator", "denominator")
        counted = rows[role].astype("Float64" if is_sum else "Int64").fillna(0)
        rows[role] = (counted.round(_DECIMALS) if is_sum else counted).where(declared.that(attrgetter(key)))
    rows["definition_version"] = declared.each(lambda d: d.version, "Int64")
    rows["status"] = Status.OK.value
    absent = [column for column in RESULT_COLUMNS if column not in rows]
    rows[absent] = pd.NA
    return rows.astype({column: dtype for column, dtype in DTYPES.items() if column in rows})


def _is_known(rows: pd.DataFrame, declared: RowDefinitions) -> pd.Series:
    """Where there is anything to say at all."""
    # Records, but nobody known behind them: the true count is unknown, and not zero.
    is_counted = (rows["n_observed"] > 0) | (rows["n_missing"] == 0)
    # A headcount to divide by says nothing about a numerator that nobody recorded.
    is_divisible = (rows["denominator"] > 0) & (rows["n_observed"] > 0) & (rows["n_persons"].fillna(1) > 0)
    return is_divisible.where(declared.that(lambda d: d.denominator), is_counted)


def _take_wilson(rows: pd.DataFrame, declared: RowDefinitions) -> None:
    has_wilson = declared.that(lambda d: d.has_interval and d.estimator is Estimator.QUOTIENT) & rows["value"].notna()
    # A numerator outside its denominator is for `check` to refuse, in words.
    cases = rows.loc[has_wilson, "denominator"]
    within = rows.loc[has_wilson, "numerator"].clip(lower=0, upper=cases)
    rows.loc[has_wilson, "ci_low"], rows.loc[has_wilson, "ci_high"] = wilson(within, cases)


def _take_estimates(rows: pd.DataFrame, declared: RowDefinitions, estimates: pd.DataFrame) -> None:
    found = rows[METRIC_CELL].merge(estimates, how="left", on=METRIC_CELL)
    is_estimated = declared.that(lambda d: d.estimator is not Estimator.QUOTIENT) & rows["value"].notna()
    is_own = is_estimated & declared.that(lambda d: not d.estimator.is_quotient)
    rows["value"] = rows["value"].mask(is_own, found["estimate"].astype("Float64"))
    is_estimated &= rows["value"].notna()
    least, most = declared.scale()
    low = found["low"].astype("Float64").clip(lower=least)
    high = found["high"].astype("Float64").clip(upper=most)
    rows["ci_low"], rows["ci_high"] = rows["ci_low"].mask(is_estimated, low), rows["ci_high"].mask(is_estimated, high)


def _bound(rows: pd.DataFrame, declared: RowDefinitions) -> None:
    """The response rate r, and where the value p would lie if all who are silent were at one end of the scale."""
    invited = rows["n_invited"].astype("Float64")
    rate = rows["n_respondents"] / invited.where(invited > 0)
    rows["response_rate"] = rate
    for column, silent in zip(("bound_low", "bound_high"), declared.scale(), strict=True):
        rows[column] = rate * rows["value"] + (1 - rate) * silent


def _set_status(rows: pd.DataFrame, declared: RowDefinitions, as_of: date) -> None:
    """Provisional and not computable, each with its reason. Changes ``rows``."""
    # A cohort is whole when its last member has been watched to the end of a day that is over.
    follow_up = declared.each(lambda d: d.follow_up_days, "int64").to_numpy().astype("timedelta64[D]")
    watched_until = _last_day(rows, declared) + follow_up.astype("timedelta64[us]")
    is_open = (watched_until >= pd.Timestamp(as_of)) | (watched_until >= rows["seen_on"])
    rows.loc[is_open, "status"] = Status.PROVISIONAL.value
    rows.loc[is_open, "suppressed_reason"] = "open to the end of " + watched_until[is_open].dt.strftime("%Y-%m-%d")
    # Persons without anything to divide by (identities of a tool that has no events) are no figure either.
    is_empty = is_of_nobody(rows)
    has_whole = rows["denominator"].fillna(0) > 0
    rows.loc[rows["value"].isna(), "status"] = Status.NOT_COMPUTABLE.value
    for lacking, lacks in (
        (declared.each(lambda _: "what it takes to estimate it", "string"), rows["value"].isna() & ~is_empty),
        (declared.each(lambda d: d.denominator or d.observed, "string"), is_empty),
        (declared.each(lambda d: d.persons or d.observed, "string"), is_empty & has_whole),
        (declared.each(lambda d: d.observed, "string"), is_empty & has_whole & (rows["n_observed"] == 0)),
    ):
        rows.loc[lacks, "suppressed_reason"] = "no " + lacking[lacks].str.replace("_", " ")


def _last_day(rows: pd.DataFrame, declared: RowDefinitions) -> pd.Series:
    """The last day of the period that each row is of; empty where it is of none."""
    period = declared.each(lambda d: d.period, "string")
    last_day = pd.Series(pd.NaT, index=rows.index, dtype=DTYPES["period"])
    for length, to_its_end in _LAST_DAY_OF.items():
        last_day[period == length] = rows.loc[period == length, "period"] + to_its_end
    return last_day
