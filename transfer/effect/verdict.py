"""From an estimate to a card: which design it was, what was measured, what the guards say, what it is worth.

Study (the estimator) + Evidence (the warehouse) + Subject --assess--> EffectCard
"""

from __future__ import annotations

import math

import numpy as np

from transfer.effect.balance import Balance, balance
from transfer.effect.card import EffectCard, Headline, Point, Record, Robustness, Subject, Who
from transfer.effect.choices import Control
from transfer.effect.design import Choice, Design, Inference, Situation, Verdict, choose
from transfer.effect.evidence import Evidence
from transfer.effect.guard import MANY_ASSIGNMENTS, Guard, Level, Measured
from transfer.effect.guards import judged, verdict_of
from transfer.effect.inference import IntervalKind
from transfer.effect.joint_figures import MOST_LEFT_OUT, Bounded, event_study, treated_at
from transfer.effect.panel import Panel
from transfer.effect.periods import PanelRefused
from transfer.effect.power import HistoryTooShort, detectable_slope, minimum_detectable_effect
from transfer.effect.record_guards import leaving_gap
from transfer.effect.sensitivity import sensitivity, without_units
from transfer.effect.single_units import SingleUnits, single_units
from transfer.effect.study import Study
from transfer.effect.synthetic_control import FEWEST_DONORS
from transfer.effect.wording import concluded, estimand


def assess(study: Study, evidence: Evidence, subject: Subject) -> EffectCard:
    """The card of a study. What of it the warehouse must not publish is taken out by `card.withheld`."""
    panel, confidence = study.panel, study.choices.confidence
    choice = choose(situation_of(panel, evidence))
    single = single_units(panel, choice.design, subject, confidence)
    headline = single.headline if single else _headline(study)
    who = who_of(panel, evidence, study.choices.control)
    measured = _measured(study, evidence, choice, headline, single)
    guards = judged(measured, evidence)
    verdict = verdict_of(choice.ceiling, guards)
    return EffectCard(
        subject, estimand(subject, choice.design), choice, who, headline, _robustness(evidence, measured, panel),
        single.points if single else _points(study), _record(evidence), guards, verdict,
        _reasons(choice, guards, verdict), concluded(subject, headline, verdict, guards),
        extra=single.extra if single else {},
    )  # fmt: skip


def unestimable(subject: Subject, evidence: Evidence, reason: str, panel: Panel | None = None) -> EffectCard:
    """The card of a study that the estimator refused, or that has no panel at all; ``reason`` is for people.

    A single series is described on it, if there is one.
    """
    situation = situation_of(panel, evidence) if panel else Situation(0, 0, 0, 0, 0, evidence.assignment)
    choice = choose(situation)
    if choice.design not in (Design.INTERRUPTED_SERIES, Design.NONE):
        choice = Choice(Design.NONE, Inference.NOTHING, Verdict.NOT_ESTIMABLE, reason, choice.passed_over)
    told = single_units(panel, choice.design, subject, 0.95) if panel else None
    headline = told.headline if told else Headline("none", None, None, None, None, "none", 0.95, None, None)
    guards = judged(Measured(situation, choice.design, None), evidence)
    return EffectCard(
        subject, estimand(subject, choice.design), choice, who_of(panel, evidence), headline, Robustness(),
        told.points if told else (), _record(evidence), guards, Verdict.NOT_ESTIMABLE, (reason,),
        concluded(subject, headline, Verdict.NOT_ESTIMABLE, guards), extra=told.extra if told else {},
    )  # fmt: skip


def situation_of(panel: Panel, evidence: Evidence) -> Situation:
    """What the panel offers, counted in clusters, since that is where training was assigned.

    Without never-treated units the last to start are the controls of the others, until they start. Where starts
    vary within clusters, a cluster counts on every side on which it has units.
    """
    pairs = np.unique(np.column_stack([panel.cluster, panel.first_treated]), axis=0)
    clusters, firsts = pairs.T
    end, later = panel.n_periods, 0
    is_starting = firsts < end
    if is_starting.all() and len(np.unique(firsts)) > 1:
        end = int(firsts.max())
        later = int(np.sum(firsts == end))
        is_starting = firsts < end
    is_mixed = len(pairs) > panel.n_clusters
    starting = firsts[is_starting]
    return Situation(
        len(np.unique(clusters[is_starting])), 0 if later else len(np.unique(clusters[~is_starting])), later,
        int(starting.min()) if len(starting) else panel.n_periods, end - int(starting.max()) if len(starting) else 0,
        evidence.assignment, panel.n_clusters if is_mixed or later else None,
    )  # fmt: skip


def _headline(study: Study) -> Headline:
    simple, interval, test = study.simple.overall, study.interval, study.permutation
    return Headline(
        _ESTIMATOR[bool(study.panel.covariate_names)], simple.estimate,
        interval.standard_error if interval and interval.standard_error is not None else simple.standard_error,
        interval.low if interval else None, interval.high if interval else None,
        interval.kind.value if interval else "none: too few units", study.choices.confidence,
        test.p, test.floor,
        "imputation (Borusyak, Jaravel and Spiess)" if study.second else None,
        study.second.overall.estimate if study.second else None,
    )  # fmt: skip


_ESTIMATOR = {
    False: "group-time effects (Callaway and Sant'Anna), all treated unit-periods",
    True: "group-time effects adjusted for covariates (Callaway and Sant'Anna), all treated unit-periods",
}


def _measured(
    study: Study, evidence: Evidence, choice: Choice, headline: Headline, single: SingleUnits | None
) -> Measured:
    panel, situation = study.panel, situation_of(study.panel, evidence)
    effect = _bounded(headline)
    found = _balance(panel, situation.periods_before)
    if single:
        return Measured(
            situation, choice.design, effect, headline.p_value, single.placebos, without_each=single.without_each,
            without_neighbours=_donut_of_single(panel, choice.design, evidence), balance=found,
        )  # fmt: skip
    tested = sensitivity(panel, study.choices, _inflation(study))
    return Measured(
        situation, choice.design, effect, headline.p_value,
        min(study.permutation.n_distinct, MANY_ASSIGNMENTS),
        study.pre_trend.p if study.pre_trend else None,
        detectable_slope(tested.slope.standard_error, tested.slope.degrees_of_freedom) if tested.slope else None,
        tested, headline.second_estimate, study.leave_one_out, _donut(study, evidence), found,
        bool(panel.covariate_names),
    )  # fmt: skip


def _inflation(study: Study) -> float:
    """By how much the jackknife's standard error exceeds the analytic one, with covariates and few units."""
    jackknife = [one.standard_error for one in study.intervals if one.kind is IntervalKind.ARM_JACKKNIFE]
    analytic = study.simple.overall.standard_error
    return max(1.0, (jackknife[0] or 0.0) / analytic) if jackknife and analytic > 0 else 1.0


def _bounded(headline: Headline) -> Bounded | None:
    if headline.estimate is None or headline.low is None or headline.high is None:
        return None
    return Bounded(headline.estimate, headline.standard_error or math.nan, headline.low, headline.high, math.nan)


def _balance(panel: Panel, before: int) -> Balance | None:
    if not 0 < before < panel.n_periods or not 0 < panel.is_treated.sum() < panel.n_units:
        return None
    return balance(panel.outcome[:, :before], panel.is_treated)


def _donut_of_single(panel: Panel, design: Design, evidence: Evidence) -> float | None:
    """The synthetic control from donors that are no neighbours."""
    stays = np.array([unit not in (evidence.neighbours or ()) for unit in panel.units])
    kept = panel.of(stays)
    if design is not Design.SYNTHETIC_CONTROL or stays.all() or (~kept.is_treated).sum() < FEWEST_DONORS:
        return None
    found = single_units(kept, design, Subject(), 0.95)
    return found.headline.estimate if found else None


def _donut(study: Study, evidence: Evidence) -> float | None:
    if not evidence.neighbours:
        return None
    found = without_units(study.panel, evidence.neighbours, study.choices)
    return found.estimate if found else None


def who_of(panel: Panel | None, evidence: Evidence, control: Control = Control.NEVER) -> Who:
    """Who is compared with whom, and when."""
    if panel is None:
        return Who(0, 0, 0, 0, "", "", 0, {}, "none", dict(evidence.persons))
    labels = panel.calendar.labels
    firsts, counts = np.unique(panel.first_treated[panel.is_treated], return_counts=True)
    never = int(np.sum(~panel.is_treated))
    controls = "units never treated" if control is Control.NEVER else "units not treated yet, or never"
    if not never and control is Control.NEVER:
        controls = "nobody"
    return Who(
        panel.n_units, int(panel.is_treated.sum()), never, panel.n_clusters, labels[0], labels[-1], panel.n_periods,
        {labels[first]: int(count) for first, count in zip(firsts, counts, strict=True)}, controls,
        dict(evidence.persons), dict(panel.never_coded), panel.dropped,
    )  # fmt: skip


def _points(study: Study) -> tuple[Point, ...]:
    found = event_study(study.panel, study.choices, _inflation(study))
    treated = treated_at(study.panel, study.choices)
    return tuple(Point(time, one.estimate, one.low, one.high, treated[time]) for time, one in sorted(found.items()))


def _robustness(evidence: Evidence, measured: Measured, panel: Panel) -> Robustness:
    tested, each = measured.sensitivity, measured.without_each
    finite = each[np.isfinite(each)] if each is not None else np.empty(0)
    return Robustness(
        measured.pre_trend_p, tested.slope.estimate if tested and tested.slope else None, measured.detectable_slope,
        _triple(tested.without_trend if tested else None), _triple(tested.without_steeper if tested else None),
        tested.breakdown if tested else None,
        tested.breakdown_at_start if tested else None,
        (float(finite.min()), float(finite.max())) if len(finite) else None, measured.without_neighbours,
        evidence.planned_detectable_effect, _detectable(panel, measured),
    )  # fmt: skip


def _triple(found: Bounded | None) -> tuple[float, float, float] | None:
    return (found.estimate, found.low, found.high) if found else None


def _detectable(panel: Panel, measured: Measured) -> float | None:
    """The least effect that the periods before the first start promised to show."""
    before = measured.situation.periods_before
    if measured.sensitivity is None or panel.n_clusters > MOST_LEFT_OUT:
        return None
    starts = np.where(panel.is_treated, panel.first_treated + 1.0, 0.0)
    try:
        return minimum_detectable_effect(panel.outcome[:, :before], starts, panel.n_periods).effect
    except (HistoryTooShort, PanelRefused):
        return None


def _record(evidence: Evidence) -> Record:
    gap = leaving_gap(evidence.attrition) if evidence.attrition else None
    return Record(
        evidence.coverage, evidence.match_rate_events, evidence.match_rate_rosters, evidence.contamination,
        gap[0] if gap else None, evidence.registered_on, evidence.definition_version,
    )  # fmt: skip


def _reasons(choice: Choice, guards: tuple[Guard, ...], verdict: Verdict) -> tuple[str, ...]:
    """What keeps the verdict from being better: the design, and every guard that lowered it."""
    found = [] if choice.ceiling is Verdict.CREDIBLE else [choice.reason]
    found += [guard.message for guard in guards if guard.level is Level.BLOCK]
    found += [guard.message for guard in guards if guard.level is Level.WARN and guard.caps is not None]
    return tuple(found) if verdict is not Verdict.CREDIBLE else ()
