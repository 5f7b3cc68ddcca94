"""How far each cluster moves an estimate: influence functions, from which all analytic standard errors come.

Without covariates the influence of a unit is linear in its own outcomes, with coefficients that all units of a cohort
share. So none is ever written down: the covariance of any weighted sums of cells is a quadratic form of the second
moments of each cohort, and 20,000 units cost what their outcomes cost to read. Only where a cluster holds units of
several cohorts are its influences added up first, with a row for each cluster and cohort however many units there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Protocol

import numpy as np
from scipy import sparse

from transfer.effect.cells import Cells
from transfer.effect.panel import Floats, Integers, Panel

_AT_ONCE = 4_000_000
"""Numbers of an influence matrix that are held at once where only its standard errors are asked for."""
_ROUNDING = 1e-13
"""Squares that are smaller than this share of what they are the difference of are nothing."""


class Influence(Protocol):
    """What the analytic standard errors of a panel's cells come from."""

    def covariance(self, weights: Floats, shares: Floats | None = None) -> Floats:
        """Covariance (k, k) of Σ weights·ATT, where ``weights`` is (cells, k).

        ``shares`` (cohorts, k) is what a unit of a cohort adds because weights are estimated, too. There is no
        small-sample factor, as in R's `did` and csdid (diff-diff multiplies by √(G/(G-1)) with clusters).
        """

    def of_clusters(self, weights: Floats, shares: Floats | None = None) -> Floats:
        """The influence itself, (clusters, k): its sum of squares, divided by units squared, is the variance."""

    def standard_errors(self) -> Floats:
        """Of each cell alone, (cells,)."""


@dataclass(frozen=True)
class Linear:
    """The influence of cells without covariates.

    ``totals`` (rows, periods) are weighted sums of outcomes less each unit's and each period's mean,
    ``masses`` (rows,) sums of weights, of the units that share a cluster and a cohort; rows are ordered by ``cohort``.
    ``changed``, ``n_treated`` and ``control_changed``, ``n_control`` (cells,) are the two sides of each comparison.
    """

    cells: Cells
    n_units: int
    totals: Floats
    masses: Floats
    cohort: Integers
    cluster: Integers
    changed: Floats
    n_treated: Floats
    control_changed: Floats
    n_control: Floats

    @classmethod
    def of(cls, panel: Panel, cells: Cells, sums: Floats, sizes: Floats) -> Linear:
        """From the cohorts' ``sums`` (cohorts, periods) and ``sizes`` (cohorts,)."""
        # What all units share changes no comparison, but squares of it would drown what matters.
        shared = sums.sum(axis=0) / sizes.sum()
        sums = sums - sizes[:, None] * shared
        own = cells.holds_own
        changed = sums[cells.cohort, cells.period] - sums[cells.cohort, cells.base]
        pooled = cells.controls.astype(np.float64) @ sums
        control = pooled[cells.control_set, cells.period] - pooled[cells.control_set, cells.base] - own * changed
        n_treated = sizes[cells.cohort]
        n_control = (cells.controls @ sizes)[cells.control_set] - own * n_treated
        return cls(
            cells,
            panel.n_units,
            *_rows(panel, cells, shared),
            changed / n_treated,
            n_treated,
            control / n_control,
            n_control,
        )

    @cached_property
    def is_nested(self) -> bool:
        """Whether no cluster spans two cohorts."""
        return len(np.unique(self.cluster)) == len(self.cluster)

    @cached_property
    def moments(self) -> Floats:
        """(cohorts, periods + 1, periods + 1): Σ of squares and products; last are the masses."""
        held = np.column_stack([self.totals, self.masses])
        return np.stack([held[here].T @ held[here] for here in self._cohorts()])

    def covariance(self, weights: Floats, shares: Floats | None = None) -> Floats:
        """See `Influence`."""
        slopes = self._slopes(weights, shares)
        if self.is_nested:
            found = np.einsum("htk,htu,hul->kl", slopes, self.moments, slopes, optimize=True)
            size = np.einsum("htk,htt->k", slopes**2, self.moments)
            sure = np.diag(found) > _ROUNDING * size
            return np.asarray(found * np.outer(sure, sure)) / self.n_units**2
        influence = self._added_up(slopes)
        return np.asarray(influence.T @ influence) / self.n_units**2

    def of_clusters(self, weights: Floats, shares: Floats | None = None) -> Floats:
        """See `Influence`."""
        return self._added_up(self._slopes(weights, shares))

    def design_based(self, weights: Floats) -> Floats:
        """Variances (k,) of Σ weights·ATT where chance is only in who started when, not in who is there.

        Neyman's: each cohort's spread about its own mean, which is no less than the truth (Roth and Sant'Anna 2023,
        Efficient estimation for staggered rollout designs, equation 6). NaN with a cohort of one unit. Units must be
        their own clusters and weigh alike.
        """
        found = np.zeros(weights.shape[1])
        for here, slope in zip(self._cohorts(), self._slopes(weights, None)[:, :-1], strict=True):
            parts = self.totals[here] @ slope
            found += (
                parts.var(axis=0, ddof=1) * len(parts) if len(parts) > 1 else np.where(slope.any(axis=0), np.nan, 0)
            )
        return found / self.n_units**2

    def standard_errors(self) -> Floats:
        """See `Influence`."""
        if self.is_nested:
            return self._from_moments()
        n_cells = len(self.cells)
        step = max(1, _AT_ONCE // len(self.cluster))
        identity = (np.eye(n_cells, min(step, n_cells - at), -at) for at in range(0, n_cells, step))
        blocks = (self.of_clusters(some) for some in identity)
        return np.concatenate([np.sqrt(np.square(block).sum(axis=0)) for block in blocks]) / self.n_units

    def _cohorts(self) -> list[slice]:
        ends = np.searchsorted(self.cohort, np.arange(len(self.cells.cohorts) + 1))
        return [slice(begin, end) for begin, end in pairwise(ends.tolist())]

    def _slopes(self, weights: Floats, shares: Floats | None) -> Floats:
        """(cohorts, periods + 1, k): what an outcome of each period, and a unit's mass, count in its influence."""
        cells, n, signs = self.cells, self.n_units, _incidence(self.cells, self.totals.shape[1])
        found = np.empty((len(cells.cohorts), self.totals.shape[1] + 1, weights.shape[1]))
        for cohort in range(len(cells.cohorts)):
            treats = np.where(cells.cohort == cohort, n / self.n_treated, 0.0)
            stands = (cells.cohort != cohort) & cells.controls[cells.control_set, cohort]
            controls = np.where(stands, n / self.n_control, 0.0)
            found[cohort, :-1] = signs @ ((treats - controls)[:, None] * weights)
            found[cohort, -1] = (controls * self.control_changed - treats * self.changed) @ weights
        if shares is not None:
            found[:, -1] += shares
        return found

    def _added_up(self, slopes: Floats) -> Floats:
        """The influence (clusters, k)."""
        found = np.empty((len(self.cohort), slopes.shape[2]))
        for cohort, here in enumerate(self._cohorts()):
            found[here] = self.totals[here] @ slopes[cohort, :-1] + self.masses[here, None] * slopes[cohort, -1]
        return _by_cluster(found, self.cluster)

    def _from_moments(self) -> Floats:
        """√(Σ (ω(ΔY - mean))² / N²) of both sides, where the sums are quadratic forms of the cohorts' moments."""
        cells, moments = self.cells, self.moments
        pooled = np.tensordot(cells.controls.astype(np.float64), moments, axes=1)
        treated = self._squares(moments, cells.cohort, self.changed)
        left_out = cells.holds_own * self._squares(moments, cells.cohort, self.control_changed)
        controls = self._squares(pooled, cells.control_set, self.control_changed) - left_out
        return np.sqrt(np.maximum(treated, 0) / self.n_treated**2 + np.maximum(controls, 0) / self.n_control**2)

    def _squares(self, moments: Floats, which: Integers, mean: Floats) -> Floats:
        """Σ (ω(ΔY - mean))² of each cell over the cohort or the set ``which`` (cells,) of ``moments``."""
        late, early = self.cells.period, self.cells.base
        change = moments[which, late, late] - 2 * moments[which, late, early] + moments[which, early, early]
        tilt = moments[which, late, -1] - moments[which, early, -1]
        found = change - 2 * mean * tilt + mean**2 * moments[which, -1, -1]
        size = moments[which, late, late] + moments[which, early, early]
        return np.where(found > _ROUNDING * size, found, 0.0)


@dataclass(frozen=True)
class Stored:
    """The influence of cells with covariates, as a ``matrix`` (units, cells)."""

    panel: Panel
    cells: Cells
    matrix: Floats

    def covariance(self, weights: Floats, shares: Floats | None = None) -> Floats:
        """See `Influence`."""
        influence = self.of_clusters(weights, shares)
        return np.asarray(influence.T @ influence) / self.panel.n_units**2

    def of_clusters(self, weights: Floats, shares: Floats | None = None) -> Floats:
        """See `Influence`."""
        found = np.asarray(self.matrix @ weights)
        if shares is not None:
            of_unit = np.searchsorted(self.cells.cohorts, self.panel.start)
            found = found + shares[of_unit] * self.panel.weights[:, None]
        return _by_cluster(found, self.panel.cluster)

    def standard_errors(self) -> Floats:
        """See `Influence`."""
        squares = np.square(_by_cluster(self.matrix, self.panel.cluster)).sum(axis=0)
        return np.asarray(np.sqrt(squares)) / self.panel.n_units


def _rows(panel: Panel, cells: Cells, shared: Floats) -> tuple[Floats, Floats, Integers, Integers]:
    """Totals, masses, cohorts and clusters of the units that share a cluster and a cohort, ordered by cohort."""
    cohort = np.searchsorted(cells.cohorts, panel.start)
    pair, row = np.unique(cohort * panel.n_clusters + panel.cluster, return_inverse=True)
    own = panel.outcome - shared
    changes = (own - own.mean(axis=1, keepdims=True)) * panel.weights[:, None]
    if len(pair) == panel.n_units:
        order = np.argsort(row)
        return changes[order], panel.weights[order], cohort[order], panel.cluster[order]
    adding = sparse.csr_array((np.ones(len(row)), (row, np.arange(len(row)))), shape=(len(pair), len(row)))
    return adding @ changes, adding @ panel.weights, pair // panel.n_clusters, pair % panel.n_clusters


def _by_cluster(rows: Floats, cluster: Integers) -> Floats:
    """The sums of the rows of each cluster, in the order of their codes."""
    clusters, first, of_row = np.unique(cluster, return_index=True, return_inverse=True)
    if len(clusters) == len(rows):
        return rows[first]
    adding = sparse.csr_array((np.ones(len(rows)), (of_row, np.arange(len(rows)))), shape=(len(clusters), len(rows)))
    return np.asarray(adding @ rows)


def _incidence(cells: Cells, n_periods: int) -> sparse.csr_array:
    """(periods, cells): +1 at a cell's period, -1 at its base."""
    at = np.arange(len(cells))
    signs = np.concatenate([np.ones(len(cells)), -np.ones(len(cells))])
    places = (np.concatenate([cells.period, cells.base]), np.concatenate([at, at]))
    return sparse.csr_array((signs, places), shape=(n_periods, len(cells)))
