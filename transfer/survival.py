"""How long something takes where not everybody is through yet: Kaplan and Meier's estimate, its quantiles, intervals.

Whoever still waits has waited at least so long. Leaving them out makes every lead time look short, most of all in the
cohorts that are watched last; counting them as done does the same. They are censored: at risk up to the last day on
which they were seen, and gone without an event after it. That holds only where being lost says nothing about the wait.

    kaplan_meier(days, is_event) --> SurvivalCurve --quantile(0.5)--> Estimate(value, low, high)
                                                   --reached_by(90)-> Estimate of a share

Plain numpy, as `scipy.stats.ecdf` has no counts per row and costs a second to import; the tests hold it to that.

Source: E. L. Kaplan, P. Meier (1958), Nonparametric estimation from incomplete observations, Journal of the American
Statistical Association 53, 457-481. Interval: Greenwood's variance on the log(-log) scale, which stays in 0 to 1 and
covers well in small groups (O. Borgan, K. Liestoel (1990), Scandinavian Journal of Statistics 17, 35-41); of
quantiles by its inversion (R. Brookmeyer, J. Crowley (1982), Biometrics 38, 29-41).
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from transfer.intervals import Floats


class Estimate(NamedTuple):
    """A value and its interval; NaN where the data end before it is reached."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class SurvivalCurve:
    """One entry for each day on which something happened, ascending.

    ``at_risk`` had not reached it before the day and were still watched on it; ``waiting`` is the share that has not
    reached it by the end of the day, ``low`` and ``high`` its pointwise interval.
    """

    days: Floats
    at_risk: Floats
    events: Floats
    waiting: Floats
    low: Floats
    high: Floats

    def quantile(self, share: float) -> Estimate:
        """The first day by the end of which ``share`` (0 to 1, both excluded) have reached it.

        NaN where the curve ends before it does; an upper bound of NaN means that the interval is open.
        """
        if not 0 < share < 1:
            raise ValueError(f"quantile: share must lie between 0 and 1, not {share}.")
        return Estimate(*(self._first_day(curve, 1 - share) for curve in (self.waiting, self.low, self.high)))

    @property
    def median(self) -> Estimate:
        return self.quantile(0.5)

    def reached_by(self, day: float) -> Estimate:
        """The share (0 to 1) that has reached it by the end of ``day``; nobody before the first day, without interval.

        Past the last day on which anybody was watched it says what was true on that day: ask for no later one.
        """
        at = int(np.searchsorted(self.days, day, side="right")) - 1
        if at < 0:
            return Estimate(0.0, np.nan, np.nan)
        return Estimate(float(1 - self.waiting[at]), float(1 - self.high[at]), float(1 - self.low[at]))

    def _first_day(self, curve: Floats, still_waiting: float) -> float:
        # 1 - 0.9 is a hair above 0.1, and so are products of fractions.
        reached = np.flatnonzero(curve <= still_waiting + 1e-12)
        return float(self.days[reached[0]]) if reached.size else np.nan


def kaplan_meier(
    days: npt.ArrayLike, is_event: npt.ArrayLike, counts: npt.ArrayLike | None = None, confidence: float = 0.95
) -> SurvivalCurve:
    """The curve of those who wait. ``days`` (0 or more) is how long each was watched, in any unit of time;
    ``is_event`` whether it happened then, or they were only last seen (censored). ``counts`` says how many each row
    stands for (1). On a day of both, events come first, as is the convention.

    Raises ValueError for negative days or counts.
    """
    watched, happened = np.asarray(days, dtype=np.float64), np.asarray(is_event, dtype=bool)
    weights = np.ones(watched.shape) if counts is None else np.asarray(counts, dtype=np.float64)
    if not watched.shape == happened.shape == weights.shape:
        raise ValueError("kaplan_meier: days, is_event and counts must be of one length.")
    if not (np.all(watched >= 0) and np.all(weights >= 0)):
        raise ValueError("kaplan_meier: days and counts must not be negative or empty.")
    distinct, row = np.unique(watched, return_inverse=True)
    gone = np.bincount(row, weights, distinct.size).astype(np.float64)
    # Added up from the end: nobody is at risk of what those before them went through.
    at_risk: Floats = np.cumsum(gone[::-1])[::-1]
    events = np.bincount(row, weights * happened, distinct.size).astype(np.float64)
    on = events > 0
    return _curve(distinct[on], at_risk[on], events[on], confidence)


def _curve(days: Floats, at_risk: Floats, events: Floats, confidence: float) -> SurvivalCurve:
    waiting = np.cumprod(1 - events / at_risk).astype(np.float64)
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(events / (at_risk * (at_risk - events)))
        spread = z * np.sqrt(greenwood) / np.log(waiting)
        # The logarithm of a share is negative, so the spread is, too.
        low: Floats = waiting ** np.exp(-spread)
        high: Floats = waiting ** np.exp(spread)
    # Where nobody is left, Greenwood has no answer: below there is nothing, and above no more than was known before.
    is_over = waiting == 0
    low[is_over] = 0
    if is_over.any():
        high[is_over] = high[:-1].min(initial=1.0) if high.size > 1 else 1.0
    return SurvivalCurve(days, at_risk, events, waiting, low, high)
