"""Guards on the record: was everything measured, of everybody, by one definition, and decided on beforehand?

All of them judge evidence that the warehouse hands in; of a file that somebody brought most are not evaluated.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from transfer.effect.design import Verdict
from transfer.effect.evidence import Evidence, Leavers
from transfer.effect.figures import number, percent
from transfer.effect.guard import Guard, Level, Measured, unknown


def registered_first(measured: Measured, evidence: Evidence) -> Guard:
    name = "registered_first"
    threshold = "block: KPI, window, lag or estimator not registered before outcomes were joined; warn: several KPIs"
    if evidence.is_registered_first is None:
        return unknown(name, threshold)
    if not evidence.is_registered_first:
        told = "The analysis was not registered before its outcomes were known: it is one of many that could be shown."
        return Guard(name, Level.BLOCK, None, threshold, told, Verdict.NOT_CREDIBLE)
    told = f"Registered on {evidence.registered_on}." if evidence.registered_on else "Registered first."
    kpis = evidence.kpis or 1
    if kpis == 1:
        return Guard(name, Level.PASS, 1, threshold, told)
    p_value = measured.p_value if measured.p_value is not None else 1.0
    adjusted = min(1.0, kpis * p_value)
    told += f" {kpis} KPIs were registered: p is {number(adjusted)} for all of them together."
    is_lost = measured.finds_something and adjusted >= 0.05
    return Guard(name, Level.WARN, kpis, threshold, told, Verdict.SUGGESTIVE if is_lost else None)


def kpi_coverage(_: Measured, evidence: Evidence) -> Guard:
    name = "kpi_coverage"
    threshold = "block: under 90 % of cells, or a treated unit without a value around its start; warn: under 98 %"
    if evidence.missing_around_start:
        who = ", ".join(evidence.missing_around_start)
        told = f"No value around the start of {who}."
        return Guard(name, Level.BLOCK, evidence.coverage, threshold, told, Verdict.NOT_CREDIBLE)
    return _share(name, evidence.coverage, threshold, "of unit-period cells have a value", 0.90, 0.98)


def match_events(_: Measured, evidence: Evidence) -> Guard:
    what = "of the activity's events belong to exactly one known person"
    return _share("match_events", evidence.match_rate_events, "block: under 95 %; warn: under 99 %", what, 0.95, 0.99)


def match_rosters(_: Measured, evidence: Evidence) -> Guard:
    what = "of the persons on the rosters are known"
    return _share("match_rosters", evidence.match_rate_rosters, "block: under 98 %; warn: under 99 %", what, 0.98, 0.99)


def partial_exposure(_: Measured, evidence: Evidence) -> Guard:
    name, threshold = "partial_exposure", "warn: a unit with 20 to 80 % of its staff trained at its start"
    if evidence.partial_exposure is None:
        return unknown(name, threshold)
    partly = [unit for unit, share in evidence.partial_exposure.items() if 0.2 <= share <= 0.8]
    told = f"{len(partly)} of {len(evidence.partial_exposure)} units were trained in part at their start."
    if partly:
        told += " The effect is that of being offered the training, not of having had it."
    return Guard(name, Level.WARN if partly else Level.PASS, len(partly), threshold, told)


def contamination(_: Measured, evidence: Evidence) -> Guard:
    name, value = "contamination", evidence.contamination
    threshold = "block: over 10 % of control person-months by trained people; warn: over 2 %"
    if value is None:
        return unknown(name, threshold)
    told = f"{percent(value)} of control person-months were worked by somebody who was trained."
    if value > 0.10:
        return Guard(name, Level.BLOCK, value, threshold, told, Verdict.NOT_CREDIBLE)
    if value > 0.02:
        told += " That makes an effect look smaller than it is."
        return Guard(name, Level.WARN, value, threshold, told)
    return Guard(name, Level.PASS, value, threshold, told)


def attrition(_: Measured, evidence: Evidence) -> Guard:
    name = "attrition"
    threshold = "block: leave rates differ by over 5 points with p < .05; warn: by over 5 points, lowers if p < .20"
    if evidence.attrition is None:
        return unknown(name, threshold)
    found = leaving_gap(evidence.attrition)
    if found is None:
        return Guard(name, Level.NOT_EVALUATED, None, threshold, "One side has no roster to count leavers from.")
    gap, p_value = found
    told = f"Leave rates differ by {number(100 * gap)} points (p = {number(p_value)})."
    if abs(gap) > 0.05:
        told += " Those who can still be measured are not those who began."
        is_block = p_value < 0.05
        caps = Verdict.NOT_CREDIBLE if is_block else Verdict.SUGGESTIVE if p_value < 0.20 else None
        return Guard(name, Level.BLOCK if is_block else Level.WARN, gap, threshold, told, caps)
    return Guard(name, Level.PASS, gap, threshold, told)


def leaving_gap(leavers: Sequence[Leavers], seed: int = 1, permutations: int = 999) -> tuple[float, float] | None:
    """Leave rate of treated less control units, and its p over reassigned units; None where a side is empty."""
    persons = np.array([one.persons for one in leavers], dtype=np.float64)
    left = np.array([one.left for one in leavers], dtype=np.float64)
    is_treated = np.array([one.is_treated for one in leavers], dtype=bool)

    def gap(treated: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> float:
        sides = [left[side].sum() / max(persons[side].sum(), 1) for side in (treated, ~treated)]
        return float(sides[0] - sides[1])

    if not persons[is_treated].sum() or not persons[~is_treated].sum():
        return None
    observed, rng = gap(is_treated), np.random.default_rng(seed)
    beaten = sum(abs(gap(rng.permutation(is_treated))) >= abs(observed) - 1e-12 for _ in range(permutations))
    return observed, (1 + beaten) / (1 + permutations)


def kpi_definition(_: Measured, evidence: Evidence) -> Guard:
    name, threshold = "kpi_definition", "block: the KPI's definition changes inside the window"
    if evidence.definition_changes is None:
        return unknown(name, threshold)
    if evidence.definition_changes:
        told = f"The KPI is measured otherwise from {', '.join(evidence.definition_changes)} on."
        return Guard(name, Level.BLOCK, len(evidence.definition_changes), threshold, told, Verdict.NOT_CREDIBLE)
    return Guard(name, Level.PASS, 0, threshold, "One definition throughout.")


def concurrent_events(_: Measured, evidence: Evidence) -> Guard:
    name, threshold = "concurrent_events", "warn: an event logged inside the window; lowers the verdict if in one arm"
    if evidence.concurrent_events is None:
        return unknown(name, threshold)
    told = "; ".join(f"{one.period}: {one.what} ({one.arm})" for one in evidence.concurrent_events)
    if not told:
        return Guard(name, Level.PASS, 0, threshold, "Nothing else is logged.")
    one_sided = any(one.arm != "both" for one in evidence.concurrent_events)
    caps = Verdict.SUGGESTIVE if one_sided else None
    return Guard(name, Level.WARN, len(evidence.concurrent_events), threshold, f"{told}.", caps)


def privacy(_: Measured, evidence: Evidence) -> Guard:
    name = "privacy"
    threshold = "block: a published cell of under 5 persons; warn: a team of under 5, which enters pooled only"
    if evidence.smallest_team is None and not evidence.persons:
        return unknown(name, threshold)
    arm = min(evidence.persons.values(), default=None)
    if arm is not None and arm < 5:
        return Guard(name, Level.BLOCK, arm, threshold, f"One side has {arm} persons: nothing is published.")
    smallest = evidence.smallest_team
    if smallest is not None and smallest < 5:
        told = f"The smallest team has {smallest} persons; its own figures are shown nowhere."
        return Guard(name, Level.WARN, smallest, threshold, told)
    return Guard(name, Level.PASS, smallest, threshold, "No cell is small enough to tell of a person.")


def _share(name: str, value: float | None, threshold: str, what: str, block: float, warn: float) -> Guard:
    """A share that should be high."""
    if value is None:
        return unknown(name, threshold)
    told = f"{percent(value)} {what}."
    if value < block:
        return Guard(name, Level.BLOCK, value, threshold, told, Verdict.NOT_CREDIBLE)
    if value < warn:
        return Guard(name, Level.WARN, value, threshold, told, Verdict.SUGGESTIVE)
    return Guard(name, Level.PASS, value, threshold, told)
