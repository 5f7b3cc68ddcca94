"""Which comparisons a panel holds: cells of (cohort, period) with their base period and their controls.

    Panel, control, base period, anticipation --cells_of--> Cells --estimates_of(sums, sizes)--> ATT(g, t) per cell

A cell's effect is the mean change of its cohort since the base period, less that of its controls. Without covariates
it needs no more of the data than each cohort's sum in each period, so whole batches of reassigned starts or of
leave-one-out samples are estimated at once: ``sums`` (batch, cohorts, periods), ``sizes`` (batch, cohorts).

Source: Callaway and Sant'Anna (2021), Difference-in-differences with multiple time periods, Journal of Econometrics
225, 200-230; where the paper leaves a choice, that of their R package `did`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from transfer.effect.choices import BasePeriod, Control
from transfer.effect.panel import Flags, Floats, Integers, Panel
from transfer.effect.periods import PanelRefused

__all__ = ["BasePeriod", "Cells", "Control", "cells_of", "estimates_of", "sums_of"]


@dataclass(frozen=True)
class Cells:
    """Comparisons, ordered by cohort and period.

    ``cohorts`` (cohorts,) are starts in ascending order, inf (never treated) last where there are any; ``cohort``,
    ``period``, ``base`` (cells,) are indices; ``event_time`` (cells,) is the distance from the start. ``controls``
    (sets, cohorts) are sets of control cohorts, ``control_set`` (cells,) says which a cell uses; its own cohort never
    counts. ``skipped`` says which comparisons there are not, and why.
    """

    cohorts: Floats
    cohort: Integers
    period: Integers
    base: Integers
    event_time: Floats
    controls: Flags
    control_set: Integers
    skipped: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.cohort)

    @property
    def is_post(self) -> Flags:
        """(cells,): from the start on."""
        return np.asarray(self.event_time >= -1e-9)

    @property
    def is_reference(self) -> Flags:
        """(cells,): the base period compared with itself, which is 0 by definition."""
        return np.asarray(self.period == self.base)

    @property
    def holds_own(self) -> Flags:
        """(cells,): whether the set of controls holds the cell's own cohort, which must be left out."""
        return np.asarray(self.controls[self.control_set, self.cohort])

    def of(self, chosen: Flags, *lost: str) -> Cells:
        """Some of the cells; ``lost`` says why the others are not there, where that is worth a word."""
        return replace(
            self, cohort=self.cohort[chosen], period=self.period[chosen], base=self.base[chosen],
            event_time=self.event_time[chosen], control_set=self.control_set[chosen], skipped=(*self.skipped, *lost),
        )  # fmt: skip


def cells_of(
    panel: Panel,
    control: Control = Control.NEVER,
    base_period: BasePeriod = BasePeriod.VARYING,
    anticipation: float = 0,
) -> Cells:
    """All comparisons that a panel allows; raises PanelRefused where there are none.

    Without never-treated units, not-yet-treated controls end with the last cohort's start: its own effect and
    all later periods can't be estimated. ``anticipation`` counts on the axis of event time.
    """
    cohorts = np.unique(panel.start)
    values = panel.calendar.values
    treated, n_periods = cohorts[np.isfinite(cohorts)], len(values)
    if len(treated) == len(cohorts):
        if control is Control.NEVER:
            raise PanelRefused(
                f"No unit is never treated: all {panel.n_units:,} start by {panel.calendar.labels[-1]}. "
                "Compare with units that are not treated yet (control notyet)."
            )
        n_periods = int(np.sum(values < treated[-1] - anticipation - 1e-9))
        treated = treated[:-1]
    found = [
        cell for cohort in range(len(treated))
        for cell in _of_cohort(values[:n_periods], treated[cohort], cohort, base_period, anticipation)
    ]  # fmt: skip
    if not found:
        raise PanelRefused(
            "No cohort has both a period before its start and controls after it: there is no comparison."
        )
    cohort, period, base = np.array(found, dtype=np.int64).T
    return _with_controls(panel, cohorts, cohort, period, base, control, anticipation)


def _of_cohort(
    values: Floats, start: float, cohort: int, base_period: BasePeriod, anticipation: float
) -> list[tuple[int, int, int]]:
    """(cohort, period, base) of all comparisons of one cohort; none after the start without a period before it."""
    before = np.flatnonzero(values + anticipation < start - 1e-9)
    if base_period is BasePeriod.UNIVERSAL:
        return [(cohort, period, int(before[-1])) for period in range(len(values))] if len(before) else []
    found = []
    for period in range(1, len(values)):
        if values[period] < start - 1e-9:
            found.append((cohort, period, period - 1))
        elif len(before):
            found.append((cohort, period, int(before[-1])))
    return found


def _with_controls(
    panel: Panel, cohorts: Floats, cohort: Integers, period: Integers, base: Integers, control: Control,
    anticipation: float,
) -> Cells:  # fmt: skip
    values = panel.calendar.values
    if control is Control.NEVER:
        controls = np.isinf(cohorts)[None, :]
        control_set = np.zeros(len(cohort), dtype=np.int64)
    else:
        # Of a cell, both periods must lie before the start of its controls.
        controls = cohorts[None, :] > values[:, None] + anticipation + 1e-9
        control_set = np.maximum(period, base)
    event_time = np.round(values[period] - cohorts[cohort], 9)
    cells = Cells(cohorts, cohort, period, base, event_time, controls, control_set)
    has_controls = controls[control_set].sum(axis=1) > cells.holds_own
    if has_controls.all():
        return cells
    return cells.of(
        has_controls, f"{int(np.sum(~has_controls)):,} comparisons have no control that is not treated yet."
    )


def sums_of(panel: Panel, cells: Cells) -> tuple[Floats, Floats]:
    """Weighted sums (1, cohorts, periods) and sizes (1, cohorts) of the cohorts."""
    member = (
        np.searchsorted(cells.cohorts, panel.start)[None, :] == np.arange(len(cells.cohorts))[:, None]
    ) * panel.weights
    return (member @ panel.outcome)[None], member.sum(axis=1)[None]


def estimates_of(cells: Cells, sums: Floats, sizes: Floats) -> Floats:
    """ATT(g, t) of every cell in every sample of a batch, (batch, cells); NaN where a side is empty.

    ``sums`` (batch, cohorts, periods), ``sizes`` (batch, cohorts).
    """
    changed = sums[:, cells.cohort, cells.period] - sums[:, cells.cohort, cells.base]
    pooled = np.matmul(cells.controls.astype(np.float64), sums)
    own = cells.holds_own
    control = pooled[:, cells.control_set, cells.period] - pooled[:, cells.control_set, cells.base] - own * changed
    n_treated = sizes[:, cells.cohort]
    n_control = (sizes @ cells.controls.T.astype(np.float64))[:, cells.control_set] - own * n_treated
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(changed / n_treated - control / np.where(n_control > 1e-9, n_control, np.nan))
