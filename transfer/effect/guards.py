"""What must hold before a figure is called the effect of training: one check, one name, one consequence each.

    Measured (from the panel) + Evidence (from the warehouse) --judged--> guards: pass, warn, block, not evaluated

A guard that blocks has the warehouse publish no figure; one that warns may lower the verdict (`caps`) or only show.
Nothing that nobody looked at passes. Warnings about few units don't lower the verdict, since inference answers to
them (permutation instead of a t interval); warnings about who was compared with whom do, since nothing answers to
those. Where starts were drawn by lot, chance differences before the start are no sign of bias, and what is asked of
trends is shown without lowering anything.
"""

from __future__ import annotations

from collections.abc import Callable

from transfer.effect import comparison_guards, record_guards
from transfer.effect.design import Verdict, worst
from transfer.effect.evidence import Evidence
from transfer.effect.guard import Guard, Level, Measured

GUARDS: tuple[Callable[[Measured, Evidence], Guard], ...] = (
    comparison_guards.units, comparison_guards.distinct_permutations, comparison_guards.periods_before,
    comparison_guards.periods_after, record_guards.registered_first, record_guards.kpi_coverage,
    record_guards.match_events, record_guards.match_rosters, record_guards.partial_exposure,
    record_guards.contamination, record_guards.attrition, record_guards.kpi_definition,
    record_guards.concurrent_events, record_guards.privacy, comparison_guards.spillover,
    comparison_guards.baseline_balance, comparison_guards.pre_trend, comparison_guards.trend_carried_on,
    comparison_guards.breakdown, comparison_guards.second_estimator, comparison_guards.leave_one_out,
)  # fmt: skip
"""Every guard there is; a card shows all of them, those that nobody evaluated too."""


def judged(measured: Measured, evidence: Evidence) -> tuple[Guard, ...]:
    """Every guard, in the order of a study: the comparison, the record, what happened beside it, the figures."""
    return tuple(guard(measured, evidence) for guard in GUARDS)


def verdict_of(ceiling: Verdict, guards: tuple[Guard, ...]) -> Verdict:
    """The design's ceiling, lowered by every guard that caps it."""
    return worst(ceiling, *(guard.caps for guard in guards if guard.caps is not None))


def is_blocked(guards: tuple[Guard, ...]) -> bool:
    """Whether any guard blocks: the warehouse then publishes no figure."""
    return any(guard.level is Level.BLOCK for guard in guards)
