"""Intervals: how far a figure would move if chance alone had fallen otherwise."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def wilson(successes: npt.ArrayLike, trials: npt.ArrayLike, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Lower and upper bound of a share (0 to 1), by Wilson's score interval without continuity correction.

    It inverts the score test, so it never leaves 0 to 1 and stays honest at 0 %, at 100 % and in small groups,
    where the textbook ``p ± z·se`` collapses to nothing. Zero trials give NaN. Trials count as independent:
    several enrolments of one person make the true interval a little wider.

    Source: E. B. Wilson (1927), Probable inference, the law of succession, and statistical inference, Journal of
    the American Statistical Association 22, 209-212; recommended for small n by Brown, Cai, DasGupta (2001),
    Statistical Science 16, 101-133.
    """
    hits, n = np.asarray(successes, dtype=np.float64), np.asarray(trials, dtype=np.float64)
    if np.any((hits < 0) | (hits > n)):
        raise ValueError("wilson: successes must lie between 0 and trials.")
    z2 = NormalDist().inv_cdf((1 + confidence) / 2) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        share = hits / n
        centre = (hits + z2 / 2) / (n + z2)
        half = np.sqrt(z2 * (hits * (n - hits) / n + z2 / 4)) / (n + z2)
    # Rounding may put a bound of an extreme share a hair on its wrong side.
    return np.clip(centre - half, 0.0, share), np.clip(centre + half, share, 1.0)
