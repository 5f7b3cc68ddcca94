"""One team and nobody to compare it with: the series as it went, before and after, and no word about why.

Whatever else happened in that month moved the series, too, so nothing here estimates anything. What is said about
it goes through `without_claims`, which refuses the words that would say more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from transfer.effect.figures import number

Floats = npt.NDArray[np.float64]

CLAIMS = re.compile(
    r"\b(effects?|effective(?:ly|ness)?|affect(?:s|ed)?|impact(?:s|ed)?|caus\w+|led to|thanks to|due to)\b", re.I
)


class ClaimRefused(ValueError):
    """A sentence claims more than its data allow. The message quotes the word."""


@dataclass(frozen=True)
class SeriesDescribed:
    """Means before and from the start on, and the change per period before it, all in the KPI's unit."""

    before: float
    after: float
    slope_before: float
    periods_before: int
    periods_after: int

    def sentence(self, kpi: str, unit: str) -> str:
        """What can be said."""
        return without_claims(
            f"{kpi}: {number(self.before, unit)} on average over the {self.periods_before} periods before the start "
            f"(changing by {number(self.slope_before)} a period), {number(self.after)} over the {self.periods_after} "
            f"from the start on. There was nobody to compare with, so this is what was seen, and not why."
        )


def described(values: Floats, first: int) -> SeriesDescribed:
    """``values`` (T,) of one unit; ``first``: place of the first treated period, with at least two before it."""
    if not 2 <= first < len(values):
        raise ValueError("interrupted series: it takes two periods before the start and one from it on.")
    slope = np.polyfit(np.arange(first), values[:first], 1)[0]
    return SeriesDescribed(
        float(values[:first].mean()), float(values[first:].mean()), float(slope), first, len(values) - first
    )


def without_claims(text: str) -> str:
    """The text, or ClaimRefused where it says that the training did something."""
    claim = CLAIMS.search(text)
    if claim:
        raise ClaimRefused(f"{claim[0]!r} in {text!r}: without a comparison a series shows what was seen, and not why.")
    return text
