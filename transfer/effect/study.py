"""One study: everything that the estimator says of one panel, in one call.

    Panel + Choices --estimate--> Study: effects, aggregations, intervals, permutation, pre-trend, second estimator

It says what the numbers are. What they are worth (guards, design, verdict) is judged elsewhere, from this.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from transfer.effect.aggregation import Aggregation, aggregations
from transfer.effect.assignments import Assignments, assignments_of
from transfer.effect.cells import cells_of
from transfer.effect.choices import BasePeriod, Choices
from transfer.effect.group_time import GroupTime, group_time
from transfer.effect.imputation import Imputation, imputation
from transfer.effect.inference import (
    Interval,
    IntervalKind,
    Wald,
    analytic,
    arm_jackknife,
    arms,
    cr3,
    leave_one_out,
    starts_vary_within_clusters,
    wald,
)
from transfer.effect.panel import Floats, Panel, Remark
from transfer.effect.periods import PanelRefused
from transfer.effect.permutation import Permutation, PreTrend, permutation, pre_trend

__all__ = ["Choices", "Study", "estimate"]

FEW_TREATED = 5
"""Up to so many treated clusters, the interval inverts the permutation test: a jackknife of three is a guess."""
INVERTED = 500
"""Up to so many clusters the permutation test is inverted, too, beside the interval that counts."""

T = TypeVar("T")


@dataclass(frozen=True)
class Study:
    """What the estimator says of one panel.

    ``interval`` is the one that counts, None where no sound one exists; ``intervals`` are all. ``leave_one_out``
    (clusters,) has the simple ATT without each cluster. ``pre_trend`` and ``second`` are None where they can't be
    had; ``remarks`` say why, after the panel's own.
    """

    panel: Panel
    choices: Choices
    group_time: GroupTime
    aggregations: dict[str, Aggregation]
    interval: Interval | None
    intervals: tuple[Interval, ...]
    permutation: Permutation
    pre_trend: PreTrend | None
    wald: Wald | None
    leave_one_out: Floats
    second: Imputation | None
    remarks: tuple[Remark, ...]

    @property
    def simple(self) -> Aggregation:
        return self.aggregations["simple"]

    @property
    def dynamic(self) -> Aggregation:
        return self.aggregations["dynamic"]

    @property
    def group(self) -> Aggregation:
        return self.aggregations["group"]

    @property
    def calendar(self) -> Aggregation:
        return self.aggregations["calendar"]

    @property
    def n_treated(self) -> int:
        """Units with an effect of their own."""
        return int(np.isin(self.panel.start, self._effective()).sum())

    @property
    def n_treated_clusters(self) -> int:
        """Clusters with such a unit."""
        return int(arms(self.group_time).sum())

    def _effective(self) -> Floats:
        cells = self.group_time.cells
        return cells.cohorts[np.unique(cells.cohort[cells.is_post])]


def estimate(panel: Panel, choices: Choices | None = None) -> Study:
    """All of it; raises PanelRefused where a panel holds no comparison."""
    choices = choices or Choices()
    effects = group_time(
        panel, cells_of(panel, choices.control, choices.base_period, choices.anticipation), choices.method
    )
    if not effects.cells.is_post.any():
        raise PanelRefused("No cohort has controls from its start on: there is no effect to estimate.")
    found = aggregations(effects)
    without = leave_one_out(effects, choices.method)
    assignments = assignments_of(panel, effects.cells, choices.permutations, choices.seed, choices.strata)
    chance = permutation(
        panel, effects.cells, assignments, choices.confidence, with_interval=panel.n_clusters <= INVERTED
    )
    intervals = _intervals(effects, found["simple"], without, chance, choices.confidence)
    second, why_not = _tried(lambda: imputation(panel, choices.anticipation))
    return Study(
        panel, choices, effects, found, _headline(effects, intervals), intervals, chance,
        _pre_trend(panel, choices, assignments), wald(effects), without, second,
        (*panel.remarks, *_remarks(effects, why_not)),
    )  # fmt: skip


def _intervals(
    effects: GroupTime, simple: Aggregation, without: Floats, chance: Permutation, confidence: float
) -> tuple[Interval, ...]:
    """All intervals that there are, the most trusted first."""
    point = simple.overall.estimate
    inverted = None
    if chance.low is not None and chance.high is not None:
        inverted = Interval(IntervalKind.PERMUTATION, chance.low, chance.high)
    some = (
        arm_jackknife(point, without, arms(effects), confidence),
        inverted,
        cr3(point, without, confidence),
        analytic(simple, confidence),
    )
    return tuple(one for one in some if one is not None)


def _headline(effects: GroupTime, intervals: tuple[Interval, ...]) -> Interval | None:
    """The jackknife by arm; with 3 to 5 treated clusters what the permutation test does not refute.

    Clusters that hold units of both arms belong to none: then it is the jackknife of all clusters alike.
    """
    wanted = [IntervalKind.ARM_JACKKNIFE]
    if starts_vary_within_clusters(effects):
        wanted = [IntervalKind.CR3]
    elif 3 <= int(arms(effects).sum()) <= FEW_TREATED:
        wanted = [IntervalKind.PERMUTATION, IntervalKind.ARM_JACKKNIFE]
    found = {one.kind: one for one in intervals}
    sound = (found[kind] for kind in wanted if kind in found and np.isfinite([found[kind].low, found[kind].high]).all())
    return next(sound, None)


def _pre_trend(panel: Panel, choices: Choices, assignments: Assignments) -> PreTrend | None:
    cells = cells_of(panel, choices.control, BasePeriod.UNIVERSAL, choices.anticipation)
    return pre_trend(panel, cells, assignments, choices.anticipation)


def _tried(attempt: Callable[[], T]) -> tuple[T | None, str]:
    try:
        return attempt(), ""
    except PanelRefused as refused:
        return None, str(refused)


def _remarks(effects: GroupTime, no_second: str) -> list[Remark]:
    cells, panel = effects.cells, effects.panel
    found = [Remark("skipped", lost) for lost in cells.skipped]
    if no_second:
        found.append(Remark("no_second_estimator", no_second))
    if starts_vary_within_clusters(effects):
        found.append(Remark(
            "starts_vary_within_clusters",
            "Clusters hold units that start at different times, so units are dealt new starts one by one, and clusters "
            "count in the standard errors only.",
        ))  # fmt: skip
    if not np.isinf(cells.cohorts).any():
        last = panel.calendar.labels[int(cells.period.max())]
        found.append(Remark(
            "no_never_treated",
            f"Everybody starts at some time: the last to start stand only for what would have been, up to {last}.",
        ))  # fmt: skip
    unseen = sorted(set(panel.start[panel.is_treated]) - set(cells.cohorts[np.unique(cells.cohort[cells.is_post])]))
    if unseen and np.isinf(cells.cohorts).any():
        found.append(Remark("cohort_without_effect", f"{len(unseen)} cohorts have no comparison from their start on."))
    return found
