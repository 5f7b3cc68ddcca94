"""The row that a metric result is: its columns, and what it looks like when its figures are withheld."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

import pandas as pd


class Status(StrEnum):
    OK = "ok"
    PROVISIONAL = "provisional"
    NOT_COMPUTABLE = "not_computable"
    SUPPRESSED = "suppressed"
    BLOCKED = "blocked"


SHOWN = (Status.OK, Status.PROVISIONAL)
"""The statuses that come with a figure."""


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
        "DATE", "First day of the period (see dim_metric) that the figure is about; empty for a state as of the build."
    ),
    "value": Column("DOUBLE", "The figure, in the metric's unit: a share from 0 to 1, persons, hours per FTE, …"),
    "numerator": Column(
        "DOUBLE", "What is divided; of a share a part of its denominator; of a wait, the cases that are through."
    ),
    "denominator": Column("DOUBLE", "What it is divided by; of a wait, all cases; empty for a count."),
    "n_persons": Column(
        "BIGINT", "Distinct persons behind the figure, or identities where persons are not known yet; empty for things."
    ),
    "n_missing": Column("BIGINT", "Records that should have counted but lack what it takes."),
    "coverage": Column("DOUBLE", "Share of the records that could be used, 0 to 1."),
    "ci_low": Column("DOUBLE", "Lower bound of the 95 % interval, where the metric has one."),
    "ci_high": Column("DOUBLE", "Upper bound of the 95 % interval; empty beside a lower one where it is open."),
    "response_rate": Column("DOUBLE", "Of those who were asked, the share who answered; empty where nobody is asked."),
    "bound_low": Column("DOUBLE", "The figure if all who did not answer had answered worst; chance is in ci_low."),
    "bound_high": Column("DOUBLE", "The figure if all who did not answer had answered best."),
    "status": Column(
        "VARCHAR", "ok; provisional: still open; not_computable; suppressed: too few; blocked: by a guard."
    ),
    "suppressed_reason": Column("VARCHAR", "Why the status is not ok, in words."),
}
"""Columns of a result. The first five say which figure it is, the others what it is."""

KEY = ("metric_id", "definition_version", "grain", "grain_key", "period")
CELL = ["grain", "grain_key", "period"]
"""What a figure of one metric is known by."""

METRIC_CELL = ["metric_id", *CELL]
"""What it is known by among the figures of all."""

WHOLE = "all"
"""Grain key of a grain that isn't cut any further."""

UNKNOWN = "-1"
"""Grain key of records that name no such thing: the unknown member of every dimension."""

FIGURES = tuple(name for name in RESULT_COLUMNS if name not in (*KEY, "status", "suppressed_reason"))

_DTYPE_OF = {"VARCHAR": "string", "BIGINT": "Int64", "DOUBLE": "Float64", "DATE": "datetime64[us]"}
DTYPES = {name: _DTYPE_OF[column.sql_type] for name, column in RESULT_COLUMNS.items()}


def withhold(rows: pd.DataFrame, which: pd.Series, status: Status, reason: str | pd.Series) -> None:
    """Give the rows a status that shows no figure and a reason (for all, or for each), and take the figures out.

    Changes ``rows``.
    """
    if not which.any():
        return
    rows.loc[which, list(FIGURES)] = pd.NA
    rows.loc[which, "status"] = status.value
    rows.loc[which, "suppressed_reason"] = reason[which] if isinstance(reason, pd.Series) else reason
