"""Figures that are made of a panel's comparisons, with their joint spread: event study, trends, what sums of them say.

    Panel, Cells, what each cell counts --figures_of--> Figures --of(coefficients)--> Bounded: estimate and interval

The spread is that of leaving out each cluster in turn, arm by arm, so that any sum of figures has Welch's interval.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from transfer.effect.cells import Cells, cells_of, estimates_of, sums_of
from transfer.effect.choices import BasePeriod, Choices
from transfer.effect.group_time import group_time
from transfer.effect.panel import Floats, Panel

MOST_LEFT_OUT = 1000
"""Clusters above which leaving each one out tells nothing that the analytic covariance doesn't."""


@dataclass(frozen=True)
class Bounded:
    """A figure with its standard error and interval, in the KPI's unit."""

    estimate: float
    standard_error: float
    low: float
    high: float
    degrees_of_freedom: float

    @property
    def excludes_zero(self) -> bool:
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Figures:
    """Figures that are linear in the cells: ``estimate`` (k,), and of each arm its ``covariance`` (k, k) and size - 1.

    An estimated variance of a few units has few degrees of freedom; those of a sum follow from both arms (Welch).
    """

    estimate: Floats
    arms: tuple[tuple[Floats, float], ...]
    confidence: float

    def of(self, coefficients: Floats) -> Bounded:
        """The figure ``coefficients`` (k,) · figures."""
        estimate = float(coefficients @ self.estimate)
        parts = [(float(coefficients @ covariance @ coefficients), freedom) for covariance, freedom in self.arms]
        variance = sum(part for part, _ in parts)
        error = math.sqrt(max(variance, 0.0))
        spread = sum(part**2 / freedom for part, freedom in parts if freedom > 0)
        freedom = variance**2 / spread if spread > 0 else 1.0
        half = float(special.stdtrit(max(freedom, 1.0), (1 + self.confidence) / 2)) * error
        return Bounded(estimate, error, estimate - half, estimate + half, freedom)


def event_study(panel: Panel, choices: Choices, inflation: float = 1.0) -> dict[float, Bounded]:
    """Event time → average effect since the last period before the start, which is 0 itself and has no spread."""
    cells = cells_of(panel, choices.control, BasePeriod.UNIVERSAL, choices.anticipation)
    times = np.unique(cells.event_time)
    member = np.isclose(cells.event_time[:, None], times).astype(np.float64)
    figures = figures_of(panel, cells, (member, member), choices, inflation)
    return {float(time): figures.of(one) for time, one in zip(times, np.eye(len(times)), strict=True)}


def treated_at(panel: Panel, choices: Choices) -> dict[float, int]:
    """Event time → how many treated units its average is of."""
    cells = cells_of(panel, choices.control, BasePeriod.UNIVERSAL, choices.anticipation)
    sizes = np.array([np.sum(panel.start == cohort) for cohort in cells.cohorts])
    return {
        float(time): int(sizes[np.unique(cells.cohort[np.isclose(cells.event_time, time)])].sum())
        for time in np.unique(cells.event_time)
    }


def figures_of(
    panel: Panel, cells: Cells, parts: tuple[Floats, Floats], choices: Choices, inflation: float = 1.0
) -> Figures:
    """Weighted means over cells with their joint spread: by leaving out each cluster, or analytic where that can't be.

    ``parts`` are numerator and denominator (cells, k): what a cell counts per unit of its cohort.
    """
    numerator, denominator = parts
    if panel.covariate_names or panel.n_clusters > MOST_LEFT_OUT:
        effects = group_time(panel, cells, choices.method)
        sizes = effects.size[cells.cohort][:, None]
        total = (denominator * sizes).sum(axis=0)
        weights = numerator * sizes / np.where(total > 0, total, np.nan)
        covariance = effects.influence.covariance(weights) * inflation**2
        return Figures(effects.estimate @ weights, ((covariance, panel.n_clusters - 1.0),), choices.confidence)
    sums, sizes = sums_of(panel, cells)
    estimate = _means(cells, sums, sizes, numerator, denominator)[0]
    left = _means(cells, *_left_out(panel, cells, sums, sizes), numerator, denominator)
    # A figure that stands on one cluster alone has no value without it: it can't be told how far it would move.
    off = np.where(np.isfinite(left), left - estimate, 0.0)
    is_treated = np.zeros(panel.n_clusters, dtype=bool)
    np.logical_or.at(is_treated, panel.cluster, panel.is_treated)
    sides = [is_treated, ~is_treated]
    if min(side.sum() for side in sides) < 2:
        sides = [np.ones(panel.n_clusters, dtype=bool)]
    arms = []
    for side in sides:
        count = int(side.sum())
        arms.append((off[side].T @ off[side] * (count - 1) / count, count - 1.0))
    return Figures(estimate, tuple(arms), choices.confidence)


def _left_out(panel: Panel, cells: Cells, sums: Floats, sizes: Floats) -> tuple[Floats, Floats]:
    """Sums (clusters, cohorts, periods) and sizes (clusters, cohorts) without each cluster."""
    cohort = np.searchsorted(cells.cohorts, panel.start)
    out_sums = np.zeros((panel.n_clusters, *sums.shape[1:]))
    out_sizes = np.zeros((panel.n_clusters, sizes.shape[1]))
    np.add.at(out_sums, (panel.cluster, cohort), panel.outcome * panel.weights[:, None])
    np.add.at(out_sizes, (panel.cluster, cohort), panel.weights)
    left = sizes - out_sizes
    return sums - out_sums, np.where(left > 1e-9, left, 0.0)


def _means(cells: Cells, sums: Floats, sizes: Floats, numerator: Floats, denominator: Floats) -> Floats:
    """(batch, k); NaN where no unit is left that counts, or no control."""
    of_cell = sizes[:, cells.cohort]
    effects = estimates_of(cells, sums, sizes)
    is_empty = (of_cell == 0) & ~np.isfinite(effects)
    effects = np.where(is_empty, 0.0, effects)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(((effects * of_cell) @ numerator) / (of_cell @ denominator))
