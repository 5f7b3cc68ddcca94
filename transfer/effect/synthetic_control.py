"""One or two pilot teams: each is compared with the mix of donors that moved as it did before it started.

    donors (n, T), treated (T,) --weights on the periods before--> synthetic series --gap--> effect, placebo ranks

Series are taken as differences from their own mean before the start (Ferman and Pinto 2021): a pilot team is often
the best one, and no mix of lesser teams reaches its level, while their movements may well match. With one treated
unit there is no spread between treated units and so no standard error: inference is the rank of what happened to the
pilot among what "happens" to donors that nobody trained (Abadie, Diamond and Hainmueller 2010, Journal of the
American Statistical Association 105). Its smallest possible p is 1 / (placebos + 1). What is ranked is the mean gap
in units of the misfit before the start, and not the ratio of misfits after and before: only so is the interval the
set of effects that the test doesn't refute, and p and interval never contradict each other.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np
import numpy.typing as npt
from scipy.optimize import nnls

Floats = npt.NDArray[np.float64]

FEWEST_DONORS = 2
TELLING_WEIGHT = 0.001
"""Donors with less weight don't move the estimate; leaving them out is not tried."""

_ALMOST = 1e-12
"""Relative; a placebo that equals the pilot but for rounding counts against the pilot."""


@dataclass(frozen=True)
class Fit:
    """One treated series beside its synthetic one; ``gap`` (T,) is their difference, in the KPI's unit."""

    weights: Floats
    gap: Floats
    first: int

    @property
    def estimate(self) -> float:
        """Mean gap from the start on."""
        return float(self.gap[self.first :].mean())

    @property
    def rmspe_before(self) -> float:
        """How well the mix follows before the start; root mean squared."""
        return float(np.sqrt(np.mean(self.gap[: self.first] ** 2)))

    @property
    def rmspe_after(self) -> float:
        return float(np.sqrt(np.mean(self.gap[self.first :] ** 2)))


@dataclass(frozen=True)
class SyntheticControl:
    """All treated units together. ``level`` is what the placebo interval really has: with n placebos no more than
    1 - 1/(n + 1). ``in_time``: the estimate for a start moved into the middle of the time before, where nothing
    happened. ``without`` (donor → estimate): each donor of weight left out in turn.
    """

    fits: tuple[Fit, ...]
    estimate: float
    low: float
    high: float
    level: float
    p_value: float
    floor: float
    placebos: int
    in_time: float
    without: dict[int, float]


def synthetic_control(
    treated: Floats, donors: Floats, first: Sequence[int], confidence: float = 0.95
) -> SyntheticControl:
    """``treated`` (k, T) with k 1 or 2, ``donors`` (n, T), ``first`` (k,): place of the first treated period.

    Raises ValueError for fewer than two donors or fewer than two periods before a start.
    """
    if len(donors) < FEWEST_DONORS or min(first) < 2:
        raise ValueError("synthetic control: it takes two donors and two periods before the start at least.")
    fits = tuple(fitted(series, donors, start) for series, start in zip(treated, first, strict=True))
    placebos = _placebos(donors, first)
    sizes = np.array([_size(some) for some in placebos])
    beaten = int(np.sum(sizes >= _size(fits) * (1 - _ALMOST)))
    estimate = _mean_gap(fits)
    half, level = _half_width(sizes * _misfit(fits), confidence)
    return SyntheticControl(
        fits, estimate, estimate - half, estimate + half, level, (1 + beaten) / (1 + len(placebos)),
        1 / (1 + len(placebos)), len(placebos), _in_time(treated, donors, first), _without(treated, donors, fits),
    )  # fmt: skip


def fitted(series: Floats, donors: Floats, first: int) -> Fit:
    """The synthetic control of one series (T,) from ``donors`` (n, T)."""
    own = series - series[:first].mean()
    others = donors - donors[:, :first].mean(axis=1, keepdims=True)
    weights = simplex_weights(others[:, :first].T, own[:first])
    return Fit(weights, own - weights @ others, first)


def simplex_weights(columns: Floats, target: Floats) -> Floats:
    """Weights ≥ 0 that sum to 1 and minimise |columns @ w - target|; ``columns`` (m, n), ``target`` (m,).

    Exact by one call of non-negative least squares: with Z = columns - target, minimising |Zu|² + (sum(u) - 1)² over
    u ≥ 0 has u = s w with w the wanted weights, since for every scale s the best direction is the same.
    """
    away = columns - target[:, None]
    scale = float(np.abs(away).max()) or 1.0
    n = columns.shape[1]
    system = np.vstack([away / scale, np.ones((1, n))])
    raw, _ = nnls(system, np.append(np.zeros(len(target)), 1.0), maxiter=30 * n)
    return np.asarray(raw / raw.sum())


def _placebos(donors: Floats, first: Sequence[int]) -> list[tuple[Fit, ...]]:
    """Every donor (or ordered pair of donors) in the place of the treated, with the others as its donors."""
    alone = {
        (donor, start): fitted(donors[donor], np.delete(donors, donor, axis=0), start)
        for donor in range(len(donors))
        for start in set(first)
    }
    return [
        tuple(alone[donor, start] for donor, start in zip(some, first, strict=True))
        for some in permutations(range(len(donors)), len(first))
    ]


def _mean_gap(fits: Sequence[Fit]) -> float:
    """Mean over treated unit-periods, as the simple ATT counts."""
    return float(np.concatenate([fit.gap[fit.first :] for fit in fits]).mean())


def _size(fits: Sequence[Fit]) -> float:
    """What is ranked: the mean gap in units of the misfit before the start, so that bad fits don't win."""
    misfit = _misfit(fits)
    return abs(_mean_gap(fits)) / misfit if misfit > 0 else math.inf


def _misfit(fits: Sequence[Fit]) -> float:
    """Root mean squared gap before the start, over the treated."""
    return math.sqrt(float(np.mean([fit.rmspe_before**2 for fit in fits])))


def _half_width(placebo: Floats, confidence: float) -> tuple[float, float]:
    """Half of the interval that inverts the placebo test, and the level that it truly has."""
    n = len(placebo)
    exceeding = max(1, math.floor((1 - confidence) * (n + 1) + _ALMOST))
    return float(np.sort(placebo)[-exceeding]), 1 - exceeding / (n + 1)


def _in_time(treated: Floats, donors: Floats, first: Sequence[int]) -> float:
    """The estimate for starts in the middle of the time before, from that time only; NaN where it is too short."""
    if min(first) < 4:
        return math.nan
    fits = [fitted(series[:start], donors[:, :start], start // 2) for series, start in zip(treated, first, strict=True)]
    return _mean_gap(fits)


def _without(treated: Floats, donors: Floats, fits: Sequence[Fit]) -> dict[int, float]:
    if len(donors) <= FEWEST_DONORS:
        return {}
    telling = [donor for donor in range(len(donors)) if max(fit.weights[donor] for fit in fits) > TELLING_WEIGHT]
    return {
        donor: _mean_gap(
            [
                fitted(series, np.delete(donors, donor, axis=0), fit.first)
                for series, fit in zip(treated, fits, strict=True)
            ]
        )
        for donor in telling
    }
