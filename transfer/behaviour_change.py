"""How far the behaviour of the trained moved beyond that of others: a difference in differences of four means.

    (trained after - trained before) - (comparison after - comparison before), in deviations of the ratings before

It describes: who was trained, and who was looked at, was nobody's lot. Ratings of one person move together, so the
interval, which takes each as one case, is a little too narrow; the effect on a KPI has an estimator of its own
(`transfer/effect`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from transfer.intervals import Floats
from transfer.survival import Estimate

CELLS = {"trained after": 1.0, "trained before": -1.0, "comparison after": -1.0, "comparison before": 1.0}
"""Each cell and the sign that its mean counts with."""

FEWEST_IN_A_CELL = 5


@dataclass(frozen=True)
class Ratings:
    """Standardised ratings of one cell: distinct ``values`` and how often each was given (``counts``)."""

    values: Floats
    counts: Floats

    @property
    def n(self) -> float:
        return float(self.counts.sum())

    @property
    def mean(self) -> float:
        return float(self.values @ self.counts) / self.n

    @property
    def variance_of_mean(self) -> float:
        squares = float(self.counts @ (self.values - self.mean) ** 2)
        return squares / (self.n - 1) / self.n


def difference_in_differences(cells: Mapping[str, Ratings], confidence: float = 0.95) -> Estimate:
    """The difference with Welch's interval; NaN where one of the four cells has fewer than five ratings."""
    from scipy.special import stdtrit  # half a second, and most runs of a command need no t

    if any(name not in cells or cells[name].n < FEWEST_IN_A_CELL for name in CELLS):
        return Estimate(math.nan, math.nan, math.nan)
    value = sum(sign * cells[name].mean for name, sign in CELLS.items())
    variances = np.array([cells[name].variance_of_mean for name in CELLS])
    total = float(variances.sum())
    if total == 0:
        return Estimate(value, value, value)
    degrees = total**2 / float(sum(v**2 / (cells[name].n - 1) for name, v in zip(CELLS, variances, strict=True)))
    half = float(stdtrit(degrees, (1 + confidence) / 2)) * math.sqrt(total)
    return Estimate(value, value - half, value + half)
