"""Did those who would be trained look like the others before? Standardised differences, and what chance would give.

Parallel trends don't ask for equal levels. But teams that were picked because they stood low (or high) drift back
without any training, and that shows as a difference that a lottery would hardly have produced. With ten teams a
difference of a quarter of a standard deviation is nothing unusual, so its size alone is shown, and its p counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from transfer.effect.panel import Flags, Floats

PERMUTATIONS = 499


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
    observed = _differences(values, is_treated)
    drawn = np.array([_differences(values, rng.permutation(is_treated)) for _ in range(PERMUTATIONS)])
    largest = np.abs(drawn).max(axis=1)
    beaten = int(np.sum(largest >= np.abs(observed).max() - 1e-12))
    return Balance(dict(zip(traits, observed.tolist(), strict=True)), (1 + beaten) / (1 + PERMUTATIONS))


def _differences(values: Floats, is_treated: Flags) -> npt.NDArray[np.float64]:
    """Standardised by the root of the mean of both variances; 0 where nothing varies."""
    treated, others = values[is_treated], values[~is_treated]
    spread = np.sqrt((_variance(treated) + _variance(others)) / 2)
    off = treated.mean(axis=0) - others.mean(axis=0)
    return np.asarray(np.divide(off, spread, out=np.zeros_like(off), where=spread > 0))


def _variance(values: Floats) -> Floats:
    return np.asarray(values.var(axis=0, ddof=1)) if len(values) > 1 else np.zeros(values.shape[1])
