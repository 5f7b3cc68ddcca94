"""Did those who would be trained look like the others before? Standardised differences, and what chance would give.

Parallel trends don't ask for equal levels. But teams that were picked because they stood low (or high) drift back
without any training, and that shows as a difference that a lottery would hardly have produced. With ten teams a
difference of a quarter of a standard deviation is nothing unusual, so its size alone is shown, and its p counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from transfer.effect.panel import Flags, Floats

PERMUTATIONS = 499
_AT_ONCE = 1_000_000
"""Numbers of all draws together: of thousands of units fewer draws say enough."""


@dataclass(frozen=True)
class Balance:
    """``differences`` (name → treated mean less control mean, in standard deviations between units).

    ``p_value``: how often a lottery over the units gives a largest difference as large as this.
    """

    differences: dict[str, float]
    p_value: float

    @property
    def largest(self) -> tuple[str, float]:
        return max(self.differences.items(), key=lambda item: abs(item[1]))


def balance(before: Floats, is_treated: Flags, persons: Floats | None = None, seed: int = 1) -> Balance:
    """``before`` (units, P): outcomes of periods before the first start; ``persons`` (units,) are baseline rosters."""
    traits = {"mean before": before.mean(axis=1)}
    if before.shape[1] > 1:
        periods = np.arange(before.shape[1]) - (before.shape[1] - 1) / 2
        traits["slope before"] = before @ periods / np.sum(periods**2)
    if persons is not None:
        traits["size"] = np.asarray(persons, dtype=np.float64)
    values = np.column_stack(list(traits.values()))
    rng = np.random.default_rng(seed)
    draws = max(99, min(PERMUTATIONS, _AT_ONCE // len(is_treated)))
    drawn = rng.permuted(np.tile(is_treated, (1 + draws, 1)), axis=1)
    drawn[0] = is_treated
    found = _differences(values - values.mean(axis=0), drawn.astype(np.float64))
    largest = np.abs(found).max(axis=1)
    beaten = int(np.sum(largest >= largest[0] - 1e-12))
    return Balance(dict(zip(traits, found[0].tolist(), strict=True)), beaten / (1 + draws))


def _differences(values: Floats, treated: Floats) -> Floats:
    """(draws, traits) of ``values`` (units, traits) for ``treated`` (draws, units) of 0 and 1.

    Standardised by the root of the mean of both variances; 0 where nothing varies.
    """
    sides = [(side.sum(axis=1, keepdims=True), side) for side in (treated, 1 - treated)]
    means = [side @ values / count for count, side in sides]
    variances = [
        (side @ values**2 - count * mean**2) / np.maximum(count - 1, 1)
        for (count, side), mean in zip(sides, means, strict=True)
    ]
    spread = np.sqrt(np.maximum((variances[0] + variances[1]) / 2, 0))
    off = means[0] - means[1]
    is_even = spread <= 1e-12 * np.abs(values).max(initial=1.0)
    return np.asarray(np.divide(off, spread, out=np.zeros_like(off), where=~is_even))
