"""Group-time average effects ATT(g, t), and how far anything that is made of them may be off.

Panel + Cells --group_time--> GroupTime: estimates and standard errors (cells,), .influence.covariance(weights)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from transfer.effect.adjustment import adjusted
from transfer.effect.cells import Cells, cells_of, estimates_of, sums_of
from transfer.effect.choices import BasePeriod, Control, Method
from transfer.effect.influence import Influence, Linear, Stored
from transfer.effect.panel import Flags, Floats, Integers, Panel
from transfer.effect.periods import PanelRefused


@dataclass(frozen=True)
class GroupTime:
    """The effects of all cells: ``estimate`` and ``standard_error`` (cells,); the latter is NaN for a reference.

    ``influence`` gives the covariance of anything that is made of them; ``size`` (cohorts,) are sums of weights.
    """

    panel: Panel
    cells: Cells
    estimate: Floats
    standard_error: Floats
    size: Floats
    influence: Influence

    @property
    def n_treated(self) -> Integers:
        """(cells,): units of the cohort."""
        return self._units()[self.cells.cohort]

    @property
    def n_control(self) -> Integers:
        """(cells,): units that stand for what would have been."""
        units = self._units()
        of_set = self.cells.controls.astype(np.int64) @ units
        return of_set[self.cells.control_set] - self.cells.holds_own * units[self.cells.cohort]

    def _units(self) -> Integers:
        cohort = np.searchsorted(self.cells.cohorts, self.panel.start)
        return np.bincount(cohort, minlength=len(self.cells.cohorts))


def group_time(panel: Panel, cells: Cells, method: Method = Method.DOUBLY_ROBUST) -> GroupTime:
    """Group-time effects; with covariates by ``method``, without them all methods are one and the same."""
    sums, sizes = sums_of(panel, cells)
    influence: Influence
    if panel.covariate_names:
        estimate, matrix = adjusted(panel, cells, method)
        cells, has_overlap = _with_overlap(cells, estimate)
        estimate, influence = estimate[has_overlap], Stored(panel, cells, matrix[:, has_overlap])
    else:
        estimate = estimates_of(cells, sums, sizes)[0]
        influence = Linear.of(panel, cells, sums[0], sizes[0])
    errors = np.where(cells.is_reference, np.nan, influence.standard_errors())
    return GroupTime(panel, cells, estimate, errors, sizes[0], influence)


def _with_overlap(cells: Cells, estimate: Floats) -> tuple[Cells, Flags]:
    """The cells that covariates left with an estimate; raises PanelRefused where no effect is among them."""
    found = ~np.isnan(estimate)
    if not np.any(found & cells.is_post):
        raise PanelRefused(
            "The covariates tell treated units and controls apart in every comparison, or are too many for the "
            "controls. Leave some out."
        )
    lost = f"{int(np.sum(~found)):,} of {len(found):,} comparisons: no control is like the treated by the covariates."
    return cells.of(found, *([] if found.all() else [lost])), found


def simple_att(outcomes: Floats, starts: Floats, control: Control = Control.NEVER) -> float:
    """The simple ATT of plain arrays: ``outcomes`` (units, T), ``starts`` (units,) from 1 to T, 0 or inf for never."""
    panel = Panel.of_arrays(outcomes, starts)
    cells = cells_of(panel, control)
    cells = cells.of(cells.is_post)
    sums, sizes = sums_of(panel, cells)
    weights = sizes[:, cells.cohort]
    return float(np.sum(estimates_of(cells, sums, sizes) * weights) / np.sum(weights))


def event_time_averages(
    outcomes: Floats, starts: Floats, control: Control = Control.NEVER, base_period: BasePeriod = BasePeriod.UNIVERSAL
) -> tuple[Floats, Floats]:
    """Event times (k,) and the average effect at each (k,), weighted by cohort size, of plain arrays."""
    panel = Panel.of_arrays(outcomes, starts)
    cells = cells_of(panel, control, base_period)
    sums, sizes = sums_of(panel, cells)
    times, at = np.unique(cells.event_time, return_inverse=True)
    weights = sizes[0, cells.cohort]
    return times, np.bincount(at, estimates_of(cells, sums, sizes)[0] * weights) / np.bincount(at, weights)
