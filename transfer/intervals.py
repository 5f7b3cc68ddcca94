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


def ratio_interval(
    x: Floats, y: Floats, xx: Floats, xy: Floats, yy: Floats, persons: npt.ArrayLike, confidence: float = 0.95
) -> tuple[Floats, Floats]:
    """Lower and upper bound of Σx / Σy where each person contributes one x and one y; a mean is the case of y = 1.

    ``x`` and ``y`` are the sums over persons, ``xx``, ``xy`` and ``yy`` those of the products, so that figures of any
    size cost the same. The ratio is linearised (x - R·y is what each person adds to the error) and Student's t with
    one degree of freedom per person, less one, allows for the few. Several records of one person move together, and
    count as one. Fewer than two persons give NaN.

    Source: W. G. Cochran (1977), Sampling Techniques, 3rd ed., section 6.8 (ratio estimate), and section 9A.5 for
    clusters of unequal size.
    """
    from scipy.special import stdtrit  # half a second, and most runs of a command need no t

    n = np.asarray(persons, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = x / y
        # Rounding may leave a hair below zero where everybody is the same.
        squares = np.maximum(xx - 2 * ratio * xy + ratio**2 * yy, 0.0)
        error = np.sqrt(n / (n - 1) * squares) / np.abs(y)
        half = stdtrit(n - 1, (1 + confidence) / 2) * error
    half = np.where((n > 1) & (y != 0), half, np.nan)
    return ratio - half, ratio + half
