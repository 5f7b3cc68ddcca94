"""Before a pilot starts: how large an effect must be to be seen with these teams and this history.

    history (n, P) of periods without training, planned starts --placebo starts, permuted--> spread of chance effects
    minimum detectable effect = (t(1 - alpha/2, G - 1) + t(power, G - 1)) x spread

The spread comes from the teams' own past and not from a textbook's variance: their months hang together, they differ
in size and noise, and the plan has its own shape. The same sum with the spread of slopes says which difference in
trends before the start the study could have noticed (Roth 2022, American Economic Review: Insights 4: a test for
such differences that finds nothing has often had no chance to find anything).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from transfer.effect.cells import cells_of, estimates_of
from transfer.effect.panel import Floats, Panel

Integers = npt.NDArray[np.int64]

SHORTEST_HISTORY = 3
"""Periods without training: one to compare with, and two that may differ."""

_AT_ONCE = 2_000_000
"""Numbers of a batch of permuted assignments."""


class HistoryTooShort(ValueError):
    """There are too few periods without training to learn from. The message says how many it takes."""


@dataclass(frozen=True)
class Detectable:
    """The least effect that is found with probability ``power``, in the KPI's unit; ``spread`` is one standard error.

    ``is_squeezed``: the history is shorter than the plan, so the plan was fitted into it: take it as a first guess.
    """

    effect: float
    spread: float
    units: int
    permutations: int
    power: float
    is_squeezed: bool

    def sentence(self, unit: str) -> str:
        """For people who are about to start a pilot."""
        guess = " (the history is shorter than the plan, so this is a first guess)" if self.is_squeezed else ""
        return f"With these {self.units} units, effects under {self.effect:.3g} {unit} will hardly be seen{guess}."


def minimum_detectable_effect(
    history: Floats, starts: Floats, periods: int, permutations: int = 499, seed: int = 1, power: float = 0.8,
    confidence: float = 0.95,
) -> Detectable:  # fmt: skip
    """What a plan can detect: ``history`` (units, P) without training, ``starts`` (units,) 1 to ``periods``, 0 never.

    Raises HistoryTooShort under three periods, and PanelRefused where the plan has no controls.
    """
    usable, placed = _placed(history, starts, periods)
    spread = float(_placebo_effects(usable, placed, permutations, seed).std(ddof=1))
    units = len(starts)
    factor = _factor(units - 1, power, confidence)
    return Detectable(factor * spread, spread, units, permutations, power, history.shape[1] < periods)


def detectable_slope(standard_error: float, degrees_of_freedom: float, power: float = 0.8) -> float:
    """The difference in slopes before the start that would have been noticed with probability ``power``."""
    return _factor(degrees_of_freedom, power, 0.95) * standard_error


def _factor(degrees_of_freedom: float, power: float, confidence: float) -> float:
    quantiles = special.stdtrit(max(degrees_of_freedom, 1.0), np.array([(1 + confidence) / 2, power]))
    return float(quantiles.sum())


def _placed(history: Floats, starts: Floats, periods: int) -> tuple[Floats, Floats]:
    """The part of the history that is used, and the planned starts (1 to its length) within it.

    A history as long as the plan is used as it is, its last periods first; into a shorter one starts are fitted in
    proportion, so that the first has a period before it and the last one after it.
    """
    length = history.shape[1]
    if length >= periods:
        return history[:, length - periods :], starts
    if length < SHORTEST_HISTORY:
        raise HistoryTooShort(f"{length} periods without training; it takes {SHORTEST_HISTORY} at least.")
    is_planned = (starts > 0) & (starts <= periods)
    first = starts[is_planned].min() if is_planned.any() else 1
    squeezed = 2 + np.round((starts - first) * (length - 2) / max(periods - first + 1, 1))
    return history, np.where(is_planned, np.minimum(squeezed, length), 0)


def _placebo_effects(history: Floats, starts: Floats, permutations: int, seed: int) -> Floats:
    """Simple ATT of every reassignment of the starts to the units, (permutations,)."""
    panel = Panel.of_arrays(history, starts)
    cells = cells_of(panel)
    cells = cells.of(cells.is_post)
    member = np.searchsorted(cells.cohorts, panel.start)[None, :] == np.arange(len(cells.cohorts))[:, None]
    sizes = member.sum(axis=1)[None].astype(np.float64)
    weights = sizes[0, cells.cohort] / sizes[0, cells.cohort].sum()
    rng = np.random.default_rng(seed)
    found = []
    step = max(1, _AT_ONCE // member.size)
    for begin in range(0, permutations, step):
        count = min(step, permutations - begin)
        orders = rng.permuted(np.tile(np.arange(len(starts)), (count, 1)), axis=1)
        sums = np.matmul(member[:, orders].transpose(1, 0, 2).astype(np.float64), history)
        found.append(estimates_of(cells, sums, np.broadcast_to(sizes, (count, sizes.shape[1]))) @ weights)
    return np.concatenate(found)
