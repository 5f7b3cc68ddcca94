"""How far two witnesses of the same thing agree beyond chance: Cohen's kappa, and its interval.

kappa = (p_o - p_e) / (1 - p_e): the share of cases on which both say the same, less what two witnesses would share who
say yes as often as these and know nothing of one another. 1 is full agreement, 0 chance, and below 0 contradiction.

Source: J. Cohen (1960), A coefficient of agreement for nominal scales, Educational and Psychological Measurement 20,
37-46; variance by J. L. Fleiss, J. Cohen, B. S. Everitt (1969), Psychological Bulletin 72, 323-327, equation 13.
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np

from transfer.intervals import Floats
from transfer.survival import Estimate

LEAST_AGREEMENT = 0.4
"""Below it, people's own word is no figure to put first (`METRICS.md`, E12)."""


def kappa(counts: Floats, confidence: float = 0.95) -> Estimate:
    """Kappa of a square table: ``counts[i, j]`` cases of which one witness says i and the other j.

    NaN where there is no case, or where both always say the same one thing: nothing can be told from chance then.
    The interval is the large-sample one, held within -1 to 1.
    """
    n = float(counts.sum())
    if n <= 0:
        return Estimate(math.nan, math.nan, math.nan)
    p = counts / n
    rows, columns = p.sum(axis=1), p.sum(axis=0)
    chance = float(rows @ columns)
    if chance >= 1:
        return Estimate(math.nan, math.nan, math.nan)
    value = (float(np.trace(p)) - chance) / (1 - chance)
    half = NormalDist().inv_cdf((1 + confidence) / 2) * math.sqrt(_variance(p, value, chance) / n)
    return Estimate(value, max(value - half, -1.0), min(value + half, 1.0))


def _variance(p: Floats, value: float, chance: float) -> float:
    """n times the variance of kappa, which need not be 0."""
    rows, columns = p.sum(axis=1), p.sum(axis=0)
    agree = np.diag(p) @ (1 - (rows + columns) * (1 - value)) ** 2
    # Cell (i, j) of two different answers counts with how often the one witness says j and the other i.
    crossed = (columns[:, None] + rows[None, :]) ** 2
    np.fill_diagonal(crossed, 0.0)
    differ = (1 - value) ** 2 * float((p * crossed).sum())
    found = (float(agree) + differ - (value - chance * (1 - value)) ** 2) / (1 - chance) ** 2
    return max(found, 0.0)
