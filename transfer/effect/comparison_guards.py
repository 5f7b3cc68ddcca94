"""Guards on the comparison: are there enough units and periods, did both sides move alike, does one unit decide?

What they judge is measured on the panel itself, so a file that somebody brought gets all of them.
"""

from __future__ import annotations

import numpy as np

from transfer.effect.design import (
    FEWEST_CONTROLS,
    FEWEST_FOR_JACKKNIFE,
    FEWEST_PERIODS_BEFORE,
    FEWEST_PERIODS_OF_DONORS,
    FEWEST_TREATED,
    FEWEST_UNITS,
    Design,
    Verdict,
)
from transfer.effect.evidence import Evidence
from transfer.effect.figures import number
from transfer.effect.guard import MANY_ASSIGNMENTS, Guard, Level, Measured, unknown
from transfer.effect.joint_figures import Bounded


def units(measured: Measured, _: Evidence) -> Guard:
    one = measured.situation
    threshold = (
        f"block: under {FEWEST_UNITS} in all, {FEWEST_TREATED} treated or {FEWEST_CONTROLS} controls; "
        f"warn: under 20, {FEWEST_FOR_JACKKNIFE}, {FEWEST_FOR_JACKKNIFE}"
    )
    told = f"{one.units} units where training was assigned: {one.treated} treated, {one.controls} to compare with."
    if one.treated + one.controls > one.units:
        told = (
            f"{one.units} clusters: {one.treated} with treated units, {one.controls} with units to compare with. "
            "Starts vary within clusters, so training was assigned below them."
        )
    if measured.design is Design.SYNTHETIC_CONTROL:
        few = f"{told} Compared with a synthetic control."
        return Guard("units", Level.WARN, one.units, threshold, few, Verdict.SUGGESTIVE)
    if one.units < FEWEST_UNITS or one.treated < FEWEST_TREATED or one.controls < FEWEST_CONTROLS:
        return Guard("units", Level.BLOCK, one.units, threshold, f"{told} That is too few.", Verdict.NOT_ESTIMABLE)
    if one.units < 20 or min(one.treated, one.controls) < FEWEST_FOR_JACKKNIFE:
        return Guard("units", Level.WARN, one.units, threshold, f"{told} Trust the permutation p before the interval.")
    return Guard("units", Level.PASS, one.units, threshold, told)


def distinct_permutations(measured: Measured, _: Evidence) -> Guard:
    name, threshold = "distinct_permutations", "block: under 20; warn: under 200"
    if measured.distinct is None:
        return Guard(name, Level.NOT_EVALUATED, None, threshold, "There was nothing to permute.")
    many = f"{measured.distinct:,}" if measured.distinct < MANY_ASSIGNMENTS else "over a million"
    told = f"The starts could have been assigned in {many} different ways; no p-value can be less than 1 in {many}."
    if measured.distinct < 20 and measured.design is not Design.SYNTHETIC_CONTROL:
        return Guard(name, Level.BLOCK, measured.distinct, threshold, told, Verdict.NOT_CREDIBLE)
    level = Level.WARN if measured.distinct < 200 else Level.PASS
    return Guard(name, level, measured.distinct, threshold, told)


def periods_before(measured: Measured, _: Evidence) -> Guard:
    least = FEWEST_PERIODS_OF_DONORS if measured.design is Design.SYNTHETIC_CONTROL else FEWEST_PERIODS_BEFORE
    count, name = measured.situation.periods_before, "periods_before"
    threshold = f"block: under {least}; warn: under 6"
    told = f"Periods before the first start: {count}."
    if count < least and measured.is_randomised:
        told += " Trends can't be compared; starts were drawn by lot, so nothing rests on them."
        return Guard(name, Level.WARN, count, threshold, told)
    if count < least:
        told += " Whether the two sides moved alike before can't be seen."
        return Guard(name, Level.BLOCK, count, threshold, told, Verdict.NOT_CREDIBLE)
    return Guard(name, Level.WARN if count < 6 else Level.PASS, count, threshold, told)


def periods_after(measured: Measured, _: Evidence) -> Guard:
    count = measured.situation.periods_after
    name, threshold = "periods_after", "block: under 1; warn: under 3"
    told = f"Periods from the last start on: {count}."
    if count < 1:
        return Guard(name, Level.BLOCK, count, threshold, told, Verdict.NOT_ESTIMABLE)
    return Guard(name, Level.WARN if count < 3 else Level.PASS, count, threshold, told)


def spillover(measured: Measured, evidence: Evidence) -> Guard:
    name = "spillover"
    threshold = "warn: without controls beside treated units the sign turns, or the effect changes by over 50 %"
    if evidence.neighbours is None:
        return unknown(name, threshold)
    if not evidence.neighbours:
        return Guard(name, Level.PASS, 0, threshold, "No control shares a manager, site or shift with a treated unit.")
    count = len(evidence.neighbours)
    told = f"{count} controls share a manager, site or shift with a treated unit"
    if measured.without_neighbours is None or measured.effect is None:
        # What neighbours copy makes an effect look smaller: it may explain a finding of nothing, and not an effect.
        told += (
            "; without them there is nothing left to compare with. If they copied, the effect is larger than it looks."
        )
        return Guard(name, Level.WARN, count, threshold, told, None if measured.finds_something else Verdict.SUGGESTIVE)
    told += f"; without them the estimate is {number(measured.without_neighbours)}."
    is_lost = measured.finds_something and _turns(measured.effect.estimate, measured.without_neighbours)
    level = Level.WARN if is_lost else Level.PASS
    return Guard(name, level, count, threshold, told, Verdict.SUGGESTIVE if is_lost else None)


def baseline_balance(measured: Measured, _: Evidence) -> Guard:
    name = "baseline_balance"
    threshold = "warn: a difference over 0.25 SD without covariates; lowers the verdict if beyond chance (p < .05)"
    found = measured.balance
    if found is None:
        return unknown(name, threshold)
    trait, size = found.largest
    told = f"Largest difference before: {trait}, {number(size)} SD (by lottery: p = {number(found.p_value)})."
    if abs(size) <= 0.25 or measured.has_covariates:
        return Guard(name, Level.PASS, size, threshold, told)
    is_beyond_chance = found.p_value < 0.05 and not measured.is_randomised
    return Guard(name, Level.WARN, size, threshold, told, Verdict.SUGGESTIVE if is_beyond_chance else None)


def pre_trend(measured: Measured, _: Evidence) -> Guard:
    name, threshold = "pre_trend", "block: p < .05; warn: p < .20 (permutation of the largest deviation before)"
    p_value = measured.pre_trend_p
    if p_value is None:
        return unknown(name, threshold)
    unseen = (
        f" A trend of up to {number(measured.detectable_slope)} a period would not have been seen."
        if measured.detectable_slope is not None
        else ""
    )
    if p_value < 0.05:
        told = f"The two sides moved apart before anybody was trained (p = {number(p_value)})."
        return Guard(name, Level.BLOCK, p_value, threshold, told, Verdict.NOT_CREDIBLE)
    if p_value < 0.20:
        told = f"Signs of different trends before the start (p = {number(p_value)}).{unseen}"
        caps = None if measured.is_randomised else Verdict.SUGGESTIVE
        return Guard(name, Level.WARN, p_value, threshold, told, caps)
    told = f"No sign of different trends before the start (p = {number(p_value)}).{unseen}"
    return Guard(name, Level.PASS, p_value, threshold, told)


def trend_carried_on(measured: Measured, _: Evidence) -> Guard:
    name = "trend_carried_on"
    threshold = "warn: the effect is not told from zero if the trend before went on, as it was or twice as steep"
    found = measured.sensitivity
    if found is None or found.without_trend is None or found.without_steeper is None:
        return unknown(name, threshold)
    rest, less = found.without_trend, found.without_steeper
    told = f"With the trend before carried on: {_bounds(rest)}; twice as steep: {_bounds(less)}."
    sign = found.effect.estimate
    if measured.finds_something and all(one.excludes_zero and one.estimate * sign > 0 for one in (rest, less)):
        return Guard(name, Level.PASS, rest.estimate, threshold, told)
    if not measured.is_randomised:
        told += " Draw lots over the next starts, or watch longer before them."
    caps = None if measured.is_randomised else Verdict.SUGGESTIVE
    return Guard(name, Level.WARN, rest.estimate, threshold, told, caps)


def breakdown(measured: Measured, _: Evidence) -> Guard:
    name, threshold = "breakdown", "warn: under 1 (relative magnitudes, first period after the start)"
    found = measured.sensitivity
    if found is None or found.breakdown_at_start is None:
        return unknown(name, threshold)
    told = (
        f"Trends may part, from one period to the next, {number(found.breakdown_at_start)} times as far as ever before "
        f"until the first period's effect is not told from zero ({number(found.breakdown)} times for the whole)."
    )
    level = Level.WARN if found.breakdown_at_start < 1 else Level.PASS
    return Guard(name, level, found.breakdown_at_start, threshold, told)


def second_estimator(measured: Measured, _: Evidence) -> Guard:
    name, threshold = "second_estimator", "warn: the sign of an effect differs"
    if measured.second is None or measured.effect is None:
        return unknown(name, threshold)
    told = f"The second estimator gives {number(measured.second)}."
    is_other = measured.finds_something and measured.second * measured.effect.estimate < 0
    return _warned(name, is_other, measured.second, threshold, told)


def leave_one_out(measured: Measured, _: Evidence) -> Guard:
    name, threshold = "leave_one_out", "warn: without one unit the sign turns, or the effect changes by over 50 %"
    if measured.without_each is None or measured.effect is None:
        return unknown(name, threshold)
    some = measured.without_each[np.isfinite(measured.without_each)]
    if not len(some):
        return unknown(name, threshold)
    estimate = measured.effect.estimate
    furthest = float(some[np.argmax(np.abs(some - estimate))])
    told = f"Without any one unit the estimate lies between {number(some.min())} and {number(some.max())}."
    return _warned(name, measured.finds_something and _turns(estimate, furthest), furthest, threshold, told)


def _bounds(found: Bounded) -> str:
    return f"{number(found.estimate)} ({number(found.low)} to {number(found.high)})"


def _warned(name: str, is_warned: bool, value: float, threshold: str, told: str) -> Guard:
    level = Level.WARN if is_warned else Level.PASS
    return Guard(name, level, value, threshold, told, Verdict.SUGGESTIVE if is_warned else None)


def _turns(estimate: float, other: float) -> bool:
    return other * estimate < 0 or abs(other - estimate) > 0.5 * abs(estimate)
