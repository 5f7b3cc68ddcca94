"""A card as labelled lines, the same for the terminal and for the page."""

from __future__ import annotations

from transfer.effect.card import EffectCard
from transfer.effect.figures import number, percent

NOT_EVALUATED = "not evaluated"
MOST_NAMED = 10


def rows(card: EffectCard) -> list[tuple[str, str]]:
    """(label, text) of everything on the card but the guards and the event study; none is ever left out."""
    return [
        ("Estimand", card.estimand),
        ("Who, when", _who(card)),
        ("Compared with", f"{card.who.controls}. {card.design.design.value.capitalize()}: {card.design.reason}"),
        ("Estimate", _estimate(card)),
        ("Chance", _chance(card)),
        ("Second estimator", _second(card)),
        *[("Synthetic control", told) for told in _mixes(card)],
        ("Before the start", _before(card)),
        ("If trends part", _trends(card)),
        ("Without one unit", _without(card)),
        ("Could be seen", _detectable(card)),
        ("Record", _record(card)),
        ("Left out", _left_out(card)),
        ("Registered", _registered(card)),
    ]


def _who(card: EffectCard) -> str:
    who, unit = card.who, card.subject.unit
    starts = ", ".join(f"{start} ({count})" for start, count in who.starts.items())
    told = f"{who.treated} treated and {who.never_treated} untreated {unit}s, {who.periods} {card.subject.period}s"
    told += f" from {who.first_period} to {who.last_period}; starts in {starts or 'none'}."
    if who.clusters != who.units:
        told += f" Training was assigned to {who.clusters} clusters."
    if who.persons:
        told += " Persons at the start: " + ", ".join(f"{count:,} {arm}" for arm, count in who.persons.items()) + "."
    if who.never_coded:
        told += (
            " Never treated is told as " + ", ".join(f"{how} ({count})" for how, count in who.never_coded.items()) + "."
        )
    return told


def _estimate(card: EffectCard) -> str:
    head, measure = card.headline, card.subject.measure
    if head.estimate is None:
        return "withheld" if card.is_withheld else "none"
    told = f"{number(head.estimate, measure)}"
    if head.low is not None:
        told += f", {100 * head.level:.3g} % interval {number(head.low)} to {number(head.high)} ({head.interval})"
    if head.standard_error is not None:
        told += f", standard error {number(head.standard_error)}"
    return f"{told}. {head.estimator[0].upper()}{head.estimator[1:]}."


def _second(card: EffectCard) -> str:
    head = card.headline
    if head.second_estimator is None:
        return "none"
    figure = "withheld" if card.is_withheld else number(head.second_estimate, card.subject.measure)
    return f"{head.second_estimator}: {figure}"


def _chance(card: EffectCard) -> str:
    head = card.headline
    if head.p_value is None:
        return "withheld" if card.is_withheld else "not tested"
    return f"p = {number(head.p_value)} ({card.design.inference}); it could not be below {number(head.p_floor)}"


def _mixes(card: EffectCard) -> list[str]:
    """Each treated unit's mix of donors, how well it fitted, and what the placebo in time found."""
    found = card.extra.get("synthetic_control")
    if not found:
        return []
    without = found["without_donor"].values()
    rest = f"; with the start in the middle of the time before {number(found['in_time_placebo'])}"
    rest += f"; without any one donor {number(min(without))} to {number(max(without))}" if without else ""
    return [
        f"{one['unit']} = {' + '.join(f'{number(weight)} × {donor}' for donor, weight in one['weights'].items())}; "
        f"misfit before the start {number(one['rmspe_before'], card.subject.measure)} (root mean square), "
        f"after it {number(one['rmspe_after'])}{rest}"
        for one in found["units"]
    ]


def _before(card: EffectCard) -> str:
    found = card.robustness
    if found.pre_trend_p is None:
        return NOT_EVALUATED
    told = f"test of different trends: p = {number(found.pre_trend_p)}"
    if found.detectable_slope is not None:
        told += (
            f"; a difference of up to {number(found.detectable_slope, card.subject.measure)} a {card.subject.period} "
            "would not have been seen"
        )
    return told


def _trends(card: EffectCard) -> str:
    found = card.robustness
    if card.is_withheld:
        return "withheld"
    if found.without_trend is None or found.without_steeper is None or found.breakdown is None:
        return NOT_EVALUATED
    rest, low, high = found.without_trend
    less, lowest, highest = found.without_steeper
    return (
        f"with the trend before carried on: {number(rest, card.subject.measure)} ({number(low)} to {number(high)}), "
        f"twice as steep: {number(less)} ({number(lowest)} to {number(highest)}); "
        f"the effect is not told from zero once trends part, from one {card.subject.period} to the next, "
        f"{number(found.breakdown)} times as far as ever before (first {card.subject.period} alone: "
        f"{number(found.breakdown_at_start)} times)"
    )


def _without(card: EffectCard) -> str:
    found = card.robustness
    if found.leave_one_out is None:
        return "withheld" if card.is_withheld else NOT_EVALUATED
    low, high = found.leave_one_out
    told = f"between {number(low)} and {number(high)}"
    if found.without_neighbours is not None:
        told += f"; without neighbours of treated units {number(found.without_neighbours)}"
    return told


def _detectable(card: EffectCard) -> str:
    found, measure = card.robustness, card.subject.measure
    told = [
        f"{how} {number(effect, measure)}"
        for how, effect in (("as planned,", found.planned_effect), ("by the time before,", found.detectable_effect))
        if effect is not None
    ]
    return "the least effect seen in 4 of 5 such studies: " + "; ".join(told) if told else NOT_EVALUATED


def _record(card: EffectCard) -> str:
    record = card.record
    gap = NOT_EVALUATED if record.attrition is None else f"{number(100 * record.attrition)} points"
    return (
        f"coverage {percent(record.coverage)}; events matched {percent(record.match_rate_events)}; rosters matched "
        f"{percent(record.match_rate_rosters)}; contamination {percent(record.contamination)}; attrition gap {gap}"
    )


def _left_out(card: EffectCard) -> str:
    """Units by reason, the first few by name."""
    units: dict[str, list[str]] = {}
    for one in card.who.dropped:
        units.setdefault(one.reason, []).append(one.unit)
    told = [
        f"{len(some):,}: {reason} ({', '.join(some[:MOST_NAMED])}{', …' if len(some) > MOST_NAMED else ''})"
        for reason, some in units.items()
    ]
    return "; ".join(told) or "nobody"


def _registered(card: EffectCard) -> str:
    record = card.record
    when = f"on {record.registered_on:%Y-%m-%d}" if record.registered_on else NOT_EVALUATED
    return f"{when}; KPI definition version {record.definition_version or NOT_EVALUATED}"
