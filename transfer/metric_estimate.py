"""Values and intervals that two sums don't give: means by person, waits that are still open, forgetting.

    spread (a figure's key, spread_0, …, numerator, denominator) --estimated--> one row per figure: value, low, high

The parts are the same additive ones that every metric has, only cut further: by person, by days, or both. So they are
defined once, and a median is taken anew at every grain, never averaged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from transfer.agreement import kappa
from transfer.behaviour_change import Ratings, difference_in_differences
from transfer.forgetting import half_life
from transfer.intervals import ratio_interval
from transfer.metric_definition import MetricDefinition
from transfer.metric_row import CELL, DTYPES
from transfer.metric_terms import Estimator
from transfer.survival import Estimate, kaplan_meier

_NUMBERS = ["estimate", "low", "high"]


def estimated(spread: pd.DataFrame, definition: MetricDefinition) -> pd.DataFrame:
    """`CELL`, ``estimate``, ``low`` and ``high`` of every figure in ``spread``; NaN where there is none.

    ``spread`` has `CELL`, ``spread_0`` (and ``spread_1``) in the order of the estimator's `spread_items`,
    ``numerator`` and ``denominator``. A ratio by person has no estimate of its own: its value is the quotient.
    """
    if definition.estimator is Estimator.RATIO_BY_PERSON:
        return _ratios(spread)
    found = [(*cell, *_ESTIMATE_OF[definition.estimator](rows)) for cell, rows in _figures(spread)]
    # Where nothing is spread, the columns are still of their types: they are joined by them.
    types = {column: DTYPES[column] for column in CELL} | dict.fromkeys(_NUMBERS, "float64")
    return pd.DataFrame(found, columns=[*CELL, *_NUMBERS]).astype(types)


def _ratios(spread: pd.DataFrame) -> pd.DataFrame:
    x, y = spread["numerator"].astype("float64"), spread["denominator"].astype("float64")
    sums = spread[CELL].assign(x=x, y=y, xx=x * x, xy=x * y, yy=y * y, persons=((x != 0) | (y != 0)).astype("int64"))
    of = sums.groupby(CELL, dropna=False).sum().reset_index()
    low, high = ratio_interval(*(of[column].to_numpy() for column in ("x", "y", "xx", "xy", "yy", "persons")))
    return of[CELL].assign(estimate=np.nan, low=low, high=high)


def _figures(spread: pd.DataFrame) -> Iterator[tuple[tuple[object, ...], pd.DataFrame]]:
    yield from spread.groupby(CELL, dropna=False, sort=False)


def _wait(rows: pd.DataFrame, share: float) -> Estimate:
    """Cases that reached it on a day, and the others of that day, who were last seen then."""
    days, reached, cases = (rows[column].to_numpy("float64") for column in ("spread_0", "numerator", "denominator"))
    is_known = ~np.isnan(days)
    days, reached, cases = days[is_known], reached[is_known], cases[is_known]
    is_event = np.repeat([True, False], days.size)
    curve = kaplan_meier(np.tile(days, 2), is_event, np.concatenate([reached, cases - reached]))
    return curve.quantile(share)


def _forgetting(rows: pd.DataFrame) -> Estimate:
    scored = rows[(rows["denominator"] > 0) & rows["spread_1"].notna()]
    return half_life(
        scored["spread_0"].to_numpy(),
        *(scored[c].to_numpy("float64") for c in ("spread_1", "numerator", "denominator")),
    )


def _agreement(rows: pd.DataFrame) -> Estimate:
    """Kappa of the table of what the one witness and the other say, 0 or 1 each."""
    told = rows[rows["spread_0"].notna() & rows["spread_1"].notna()]
    counts = np.zeros((2, 2))
    places = (told["spread_0"].astype("int64").to_numpy(), told["spread_1"].astype("int64").to_numpy())
    np.add.at(counts, places, told["denominator"].to_numpy("float64"))
    return kappa(counts)


def _change(rows: pd.DataFrame) -> Estimate:
    """Each distinct rating of each of the four cells, with how often it was given."""
    told = rows[rows["spread_0"].notna() & rows["spread_1"].notna() & (rows["denominator"] > 0)]
    cells = {
        str(cell): Ratings(given["spread_1"].to_numpy("float64"), given["denominator"].to_numpy("float64"))
        for cell, given in told.groupby("spread_0")
    }
    return difference_in_differences(cells)


_ESTIMATE_OF: dict[Estimator, Callable[[pd.DataFrame], Estimate]] = {
    Estimator.SURVIVAL_MEDIAN: lambda rows: _wait(rows, 0.5),
    Estimator.SURVIVAL_P90: lambda rows: _wait(rows, 0.9),
    Estimator.HALF_LIFE: _forgetting,
    Estimator.KAPPA: _agreement,
    Estimator.DIFFERENCE_IN_DIFFERENCES: _change,
}
