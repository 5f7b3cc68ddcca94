"""Values and intervals that two sums don't give: means by person, waits that are still open, forgetting.

    spread (a figure's key, spread_0, …, numerator, denominator) --estimated--> one row per figure: value, low, high

The parts are the same additive ones that every metric has, only cut further: by person, by days, or both. So they are
defined once, and a median is taken anew at every grain, never averaged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from transfer.agreement import kappa
from transfer.behaviour_change import Ratings, difference_in_differences
from transfer.forgetting import half_life
from transfer.intervals import ratio_interval
from transfer.metric_definition import MetricDefinition
from transfer.metric_row import DTYPES, METRIC_CELL
from transfer.metric_terms import Estimator
from transfer.survival import Estimate, kaplan_meier

_Values = npt.NDArray[Any]
_Columns = Mapping[str, _Values]
"""What is spread, its numerators and its denominators, of one figure."""

_NOTHING = pd.DataFrame(
    {
        **{column: pd.Series(dtype=DTYPES[column]) for column in METRIC_CELL},
        **{column: pd.Series(dtype="float64") for column in ("estimate", "low", "high")},
    }
)
"""Where nothing is spread, the columns are still of their types: they are joined by them."""


def estimated(spread: pd.DataFrame | None, definitions: Sequence[MetricDefinition]) -> pd.DataFrame:
    """`METRIC_CELL`, ``estimate``, ``low`` and ``high`` of every figure in ``spread``; NaN where there is none.

    ``spread`` has `METRIC_CELL`, ``spread_0`` (and ``spread_1``) in the order of the estimator's `spread_items`,
    ``numerator`` and ``denominator``; None says that no definition asks for it. A ratio by person has no estimate of
    its own: its value is the quotient.
    """
    found = [_NOTHING]
    for estimator in Estimator:
        asked = [d.metric_id for d in definitions if d.estimator is estimator]
        if estimator is Estimator.QUOTIENT or not asked:
            continue
        if spread is None:
            raise ValueError(f"metric {asked[0]}: {estimator} needs its parts spread.")
        rows = spread[spread["metric_id"].isin(asked)]
        found.append(_ratios(rows) if estimator is Estimator.RATIO_BY_PERSON else _estimates(rows, estimator))
    return pd.concat(found)


def _estimates(spread: pd.DataFrame, estimator: Estimator) -> pd.DataFrame:
    columns = {column: spread[column].to_numpy() for column in spread.columns.difference(METRIC_CELL)}
    found = [
        (*cell, *_ESTIMATE_OF[estimator]({column: values[rows] for column, values in columns.items()}))
        for cell, rows in spread.groupby(METRIC_CELL, dropna=False, sort=False).indices.items()
    ]
    return pd.DataFrame(found, columns=_NOTHING.columns).astype(_NOTHING.dtypes.to_dict())


def _ratios(spread: pd.DataFrame) -> pd.DataFrame:
    x, y = spread["numerator"].astype("float64"), spread["denominator"].astype("float64")
    persons = ((x != 0) | (y != 0)).astype("int64")
    sums = spread[METRIC_CELL].assign(x=x, y=y, xx=x * x, xy=x * y, yy=y * y, persons=persons)
    of = sums.groupby(METRIC_CELL, dropna=False).sum().reset_index()
    low, high = ratio_interval(*(of[column].to_numpy() for column in ("x", "y", "xx", "xy", "yy", "persons")))
    return of[METRIC_CELL].assign(estimate=np.nan, low=low, high=high)


def _wait(rows: _Columns, share: float) -> Estimate:
    """Cases that reached it on a day, and the others of that day, who were last seen then."""
    days = rows["spread_0"].astype("float64")
    is_known = ~np.isnan(days)
    days, reached, cases = days[is_known], rows["numerator"][is_known], rows["denominator"][is_known]
    is_event = np.repeat([True, False], days.size)
    curve = kaplan_meier(np.tile(days, 2), is_event, np.concatenate([reached, cases - reached]))
    return curve.quantile(share)


def _forgetting(rows: _Columns) -> Estimate:
    person, days, score, weight = _told(rows)
    return half_life(person, days.astype("float64"), score, weight)


def _agreement(rows: _Columns) -> Estimate:
    """Kappa of the table of what the one witness and the other say, 0 or 1 each."""
    own_word, observation, _, cases = _told(rows)
    counts = np.zeros((2, 2))
    np.add.at(counts, (own_word.astype("int64"), observation.astype("int64")), cases)
    return kappa(counts)


def _change(rows: _Columns) -> Estimate:
    """Each distinct rating of each of the four cells, with how often it was given."""
    cell, rating, _, given = _told(rows)
    ratings = {
        str(one): Ratings(rating[cell == one].astype("float64"), given[cell == one]) for one in sorted(set(cell))
    }
    return difference_in_differences(ratings)


def _told(rows: _Columns) -> tuple[_Values, _Values, _Values, _Values]:
    """Both that is spread over, numerator and denominator, of the rows where both are known and there is a case."""
    is_told = pd.notna(rows["spread_0"]) & pd.notna(rows["spread_1"]) & (rows["denominator"] > 0)
    first, second, numerator, denominator = (
        rows[column][is_told] for column in ("spread_0", "spread_1", "numerator", "denominator")
    )
    return first, second, numerator, denominator


_ESTIMATE_OF: dict[Estimator, Callable[[_Columns], Estimate]] = {
    Estimator.SURVIVAL_MEDIAN: lambda rows: _wait(rows, 0.5),
    Estimator.SURVIVAL_P90: lambda rows: _wait(rows, 0.9),
    Estimator.HALF_LIFE: _forgetting,
    Estimator.KAPPA: _agreement,
    Estimator.DIFFERENCE_IN_DIFFERENCES: _change,
}
