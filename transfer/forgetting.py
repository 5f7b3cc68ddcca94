"""How fast what was learned is forgotten: an exponential curve through scores after several delays.

    R(t) = R0 · 2^(-t/h)        R(t) a score as a share, t days since learning, h the half-life

For a given h, the best R0 is a plain least-squares slope, so only h is searched for, on a grid that is even in log h.
The interval is a bootstrap over persons, not over scores: several scores of one person move together.

Source: H. Ebbinghaus (1885), Über das Gedächtnis; the exponential form is the simplest that fits few delays, and
J. T. Wixted, E. B. Ebbesen (1991), Psychological Science 2, 409-415, show that it decays too fast in the long run: a
half-life tells of the span of days that was tested, and of no longer one.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from transfer.intervals import Floats
from transfer.survival import Estimate

LEAST_DELAYS, LEAST_PERSONS = 3, 20
"""Fewer delays can't tell a curve from a line, fewer persons can't tell forgetting from who happened to be asked."""

_WEEK = 7
_HALF_LIVES: Floats = np.geomspace(0.5, 5_000, 1_200)
"""Days; each some 0.8 % above the one before. Beyond the last one, nothing was forgotten that could be told."""

_DRAWS, _SEED = 1_000, 1885
"""The seed is fixed, so that a figure that did not change isn't restated."""

_NONE = Estimate(np.nan, np.nan, np.nan)


def half_life(person: npt.NDArray[np.object_], days: Floats, score: Floats, weight: Floats) -> Estimate:
    """The half-life in days with its 95 % interval; NaN where the data can't tell.

    One row per person and delay: ``days`` since learning, the sum of ``score`` (as shares, 0 to 1) and how many there
    are (``weight``). Delays within one week count as one. It can't tell with fewer than `LEAST_DELAYS` of them or
    `LEAST_PERSONS`, or where nothing was forgotten; an upper bound of NaN says that the interval is open.
    """
    persons, who = np.unique(person, return_inverse=True)
    delays, when = np.unique(days, return_inverse=True)
    if persons.size < LEAST_PERSONS or np.unique(delays // _WEEK).size < LEAST_DELAYS:
        return _NONE
    sums, counts = (_table(who, when, values, (persons.size, delays.size)) for values in (score, weight))
    found = _best(np.ones((1, persons.size)), sums, counts, delays)[0]
    if found >= _HALF_LIVES[-1]:
        return _NONE
    drawn = np.random.default_rng(_SEED).multinomial(persons.size, np.full(persons.size, 1 / persons.size), _DRAWS)
    low, high = np.quantile(_best(drawn.astype(np.float64), sums, counts, delays), [0.025, 0.975])
    # A curve that bends more than the drawn ones is still within what the data say.
    return Estimate(
        float(found), float(min(low, found)), np.nan if high >= _HALF_LIVES[-1] else float(max(high, found))
    )


def _table(rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp], values: Floats, shape: tuple[int, int]) -> Floats:
    table = np.zeros(shape)
    np.add.at(table, (rows, columns), values)
    return table


def _best(weights: Floats, sums: Floats, counts: Floats, delays: Floats) -> Floats:
    """The half-life of least squares for each row of ``weights`` (draws × persons).

    With R0 at its best, the squared errors are Σs² - (Σ s·e)² / Σ e², of which only the last term depends on h.
    """
    kept = 2.0 ** (-delays[:, None] / _HALF_LIVES[None, :])
    with np.errstate(divide="ignore", invalid="ignore"):
        explained = ((weights @ sums) @ kept) ** 2 / ((weights @ counts) @ kept**2)
    return np.asarray(_HALF_LIVES[np.argmax(np.nan_to_num(explained, nan=-np.inf), axis=1)])
