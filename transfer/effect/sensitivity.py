"""How wrong the assumption of parallel trends may be before the conclusion falls.

    Panel --universal base--> event-study cells --joint_figures--> figures with their joint spread --> what follows

trend        the effect if the difference in straight-line trends before the start had gone on after it, as it was or
             twice as steep: what a credible verdict must withstand where starts were not drawn by lot
breakdown    the largest M for which the effect stays away from zero though, from one period to the next, trends part
             up to M times as far after the start as they ever did before it (relative magnitudes)
units        the estimate without each cluster in turn; neighbours: without the controls that sit beside treated units

The bound of relative magnitudes is a minimum over all differences before the start and both signs, each of them
linear in the data; its confidence limit is the lowest of their limits. That is valid for any of them and needs no
simulation, and it is wider than the conditional test of Rambachan and Roth (2023, Review of Economic Studies 90),
never narrower: the breakdown that is shown here errs to the cautious side.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from transfer.effect.cells import Cells, cells_of
from transfer.effect.choices import BasePeriod, Choices, Control
from transfer.effect.joint_figures import Bounded, Figures, figures_of
from transfer.effect.panel import Floats, Panel

Flags = npt.NDArray[np.bool_]

STEEPER = 2
"""Times as steep as before: with 1, teams that improve faster and faster pass for credible in 16 of 100 panels."""

_FURTHEST_BREAKDOWN = 20.0


@dataclass(frozen=True)
class Sensitivity:
    """``effect`` is the simple ATT; ``without_trend`` the same less the trend before, carried on; ``without_steeper``
    less twice that trend, since what bends goes on steeper than it was.

    ``slope``: difference in trends before the start, per period. ``breakdown``: M of the simple ATT,
    ``breakdown_at_start`` of the first period alone; 0 where the interval holds zero anyway; None where there are
    fewer than two periods before any start.
    """

    effect: Bounded
    slope: Bounded | None
    without_trend: Bounded | None
    without_steeper: Bounded | None
    breakdown: float | None
    breakdown_at_start: float | None


@dataclass(frozen=True)
class _Wanted:
    """Figures as weighted means over cells. ``numerator``, ``denominator`` (cells, k); cohort sizes come on top.

    0: simple ATT; 1: the same less the trend; 2: slope; 3: the first period; 4: the ATT less a steeper trend; then one
    difference of trends per period before the start. ``reach``: periods of trend that the simple ATT holds, on average.
    """

    numerator: Floats
    denominator: Floats
    reach: float

    @property
    def differences(self) -> range:
        return range(5, self.numerator.shape[1])


def sensitivity(panel: Panel, choices: Choices, inflation: float = 1.0) -> Sensitivity:
    """What the simple ATT of the panel withstands. Covariates, where there are any, adjust every cell.

    ``inflation`` is for these: by how much a jackknife's standard error of the ATT exceeds the analytic one, which
    with few units is too small for every figure alike.
    """
    cells = cells_of(panel, choices.control, BasePeriod.UNIVERSAL, choices.anticipation)
    wanted = _wanted(cells, panel)
    figures = figures_of(panel, cells, (wanted.numerator, wanted.denominator), choices, inflation)
    one = np.eye(wanted.numerator.shape[1])
    effect = figures.of(one[0])
    if not len(wanted.differences):
        return Sensitivity(effect, None, None, None, None, None)
    return Sensitivity(
        effect, figures.of(one[2]), figures.of(one[1]), figures.of(one[4]),
        _breakdown(figures, one[0], one[list(wanted.differences)] * wanted.reach),
        _breakdown(figures, one[3], one[list(wanted.differences)]),
    )  # fmt: skip


def relative_magnitudes(panel: Panel, choices: Choices, times: float) -> tuple[float, float]:
    """Bounds of the first period's effect if trends part up to ``times`` as far after the start as before it."""
    cells = cells_of(panel, choices.control, BasePeriod.UNIVERSAL, choices.anticipation)
    wanted = _wanted(cells, panel)
    figures = figures_of(panel, cells, (wanted.numerator, wanted.denominator), choices)
    one = np.eye(wanted.numerator.shape[1])
    some = [figures.of(bent) for bent in _bent(one[3], one[list(wanted.differences)], times)]
    return min(bound.low for bound in some), max(bound.high for bound in some)


def without_units(panel: Panel, left_out: frozenset[str], choices: Choices) -> Bounded | None:
    """The simple ATT without some units ("donut"), or None where no comparison is left."""
    stays = np.array([unit not in left_out for unit in panel.units])
    kept = panel.of(stays)
    if not kept.is_treated.any() or (choices.control is Control.NEVER and kept.is_treated.all()):
        return None
    return sensitivity(kept, choices).effect


def _wanted(cells: Cells, panel: Panel) -> _Wanted:
    post = cells.is_post
    times = cells.event_time
    step = float(np.median(np.diff(panel.calendar.values)))
    sizes = np.bincount(np.searchsorted(cells.cohorts, panel.start), minlength=len(cells.cohorts))[cells.cohort]
    last_before = np.array([times[(cells.cohort == cohort) & cells.is_reference][0] for cohort in cells.cohort])
    beyond = (times - last_before) / step
    reach = float(np.sum((beyond * sizes)[post]) / np.sum(sizes[post]))
    # What moved because the training was expected is neither a trend before nor an effect.
    before = beyond <= 1e-9
    ahead, slope, has_trend = _trend(cells, before, step)
    carried = (post & has_trend).astype(np.float64)
    first = post & (times < step - 1e-9)
    columns = [
        (post.astype(np.float64), post.astype(np.float64)),
        (carried - ahead, carried),
        (slope, (cells.is_reference & has_trend).astype(np.float64)),
        (first.astype(np.float64), first.astype(np.float64)),
        (carried - STEEPER * ahead, carried),
    ]
    columns += _differences(cells, before, sizes, step) if has_trend.any() else []
    numerator, denominator = (np.column_stack(some) for some in zip(*columns, strict=True))
    return _Wanted(numerator, denominator, reach)


def _trend(cells: Cells, before: Flags, step: float) -> tuple[Floats, Floats, Flags]:
    """What each cell counts in the sum of the trend carried on, and in the slope; which cohorts have a trend at all.

    Per cohort a straight line is fitted through its cells ``before`` the start (the base among them, which is 0), and
    goes on in its cells from the start on.
    """
    carried, slope = np.zeros(len(cells)), np.zeros(len(cells))
    has_trend = np.zeros(len(cells), dtype=bool)
    for cohort in np.unique(cells.cohort):
        own = cells.cohort == cohort
        past, after = np.flatnonzero(own & before), np.flatnonzero(own & cells.is_post)
        if len(past) < 2 or not len(after):
            continue
        line = np.linalg.pinv(np.column_stack([np.ones(len(past)), cells.event_time[past] / step]))
        ahead = np.column_stack([np.ones(len(after)), cells.event_time[after] / step])
        carried[past] = (ahead @ line).sum(axis=0)
        slope[past] = line[1]
        has_trend |= own
    return carried, slope, has_trend


def _differences(cells: Cells, before: Flags, sizes: npt.NDArray[np.int64], step: float) -> list[tuple[Floats, Floats]]:
    """Of each event time ``before`` the start how far trends part from the period before it; cohorts of one unit
    alone are too few to say.
    """
    found = []
    for time in np.unique(cells.event_time[before]):
        later = before & np.isclose(cells.event_time, time)
        earlier = before & np.isclose(cells.event_time, time - step)
        both = np.isin(cells.cohort, cells.cohort[later]) & np.isin(cells.cohort, cells.cohort[earlier])
        if sizes[later & both].sum() > 1:
            found.append(((later & both) * 1.0 - (earlier & both) * 1.0, (later & both) * 1.0))
    return found


def _bent(effect: Floats, drifts: Floats, times: float) -> list[Floats]:
    """The effect with each of the drifts (s, k), so many times, either way."""
    return [effect + way * times * drift for drift in drifts for way in (1.0, -1.0)]


def _breakdown(figures: Figures, effect: Floats, drifts: Floats) -> float:
    """The largest M for which the effect less M times any of the ``drifts`` (s, k), either way, excludes zero."""
    sign = math.copysign(1.0, float(effect @ figures.estimate))

    def holds(times: float) -> bool:
        return all(figures.of(sign * one).low > 0 for one in _bent(effect, drifts, times))

    if not holds(0.0):
        return 0.0
    low, high = 0.0, _FURTHEST_BREAKDOWN
    if holds(high):
        return high
    while high - low > 0.005:
        middle = (low + high) / 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low
