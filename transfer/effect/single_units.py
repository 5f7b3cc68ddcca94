"""Cards of one or two treated units: a synthetic control where there are donors, the series as it went where not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from transfer.effect.card import Headline, Point, Subject
from transfer.effect.design import Design
from transfer.effect.interrupted_series import described
from transfer.effect.panel import Floats, Integers, Panel
from transfer.effect.synthetic_control import TELLING_WEIGHT, SyntheticControl, synthetic_control


@dataclass(frozen=True)
class SingleUnits:
    """What stands on the card in place of the staggered estimate. ``points`` has an empty interval at each time."""

    headline: Headline
    points: tuple[Point, ...]
    extra: dict[str, Any]
    placebos: int | None = None
    without_each: np.ndarray[tuple[int], np.dtype[np.float64]] | None = None


def single_units(panel: Panel, design: Design, subject: Subject, confidence: float) -> SingleUnits | None:
    """For the designs that treat units one by one; None for all others."""
    if design is Design.SYNTHETIC_CONTROL:
        return _synthetic(panel, confidence)
    if design in (Design.INTERRUPTED_SERIES, Design.NONE):
        return _described(panel, design, subject, confidence)
    return None


def _synthetic(panel: Panel, confidence: float) -> SingleUnits:
    is_treated, first = panel.is_treated, panel.first_treated
    found = synthetic_control(
        panel.outcome[is_treated], panel.outcome[~is_treated], first[is_treated].tolist(), confidence
    )
    headline = Headline(
        "synthetic control, differences from each unit's own mean before the start", found.estimate, None, found.low,
        found.high, "placebo ranks over donors", found.level, found.p_value, found.floor,
    )  # fmt: skip
    return SingleUnits(
        headline, _gaps(found), {"synthetic_control": _told(panel, found)}, found.placebos,
        np.array(list(found.without.values())),
    )  # fmt: skip


def _gaps(found: SyntheticControl) -> tuple[Point, ...]:
    """Mean gap by event time, over the treated units that reach it."""
    times = range(-max(fit.first for fit in found.fits), max(len(fit.gap) - fit.first for fit in found.fits))
    gaps = {
        time: [float(fit.gap[fit.first + time]) for fit in found.fits if 0 <= fit.first + time < len(fit.gap)]
        for time in times
    }
    return tuple(
        Point(time, float(np.mean(some)), float(np.mean(some)), float(np.mean(some)), len(some))
        for time, some in gaps.items()
    )


def _told(panel: Panel, found: SyntheticControl) -> dict[str, Any]:
    names = np.asarray(panel.units, dtype=object)
    treated, donors = names[panel.is_treated], names[~panel.is_treated]
    return {
        "units": [
            {
                "unit": unit, "rmspe_before": fit.rmspe_before, "rmspe_after": fit.rmspe_after,
                "estimate": fit.estimate,
                "weights": {d: float(w) for d, w in zip(donors, fit.weights, strict=True) if w > TELLING_WEIGHT},
            }
            for unit, fit in zip(treated, found.fits, strict=True)
        ],
        "placebos": found.placebos, "in_time_placebo": found.in_time,
        "without_donor": {donors[donor]: estimate for donor, estimate in found.without.items()},
    }  # fmt: skip


def _described(panel: Panel, design: Design, subject: Subject, confidence: float) -> SingleUnits:
    """The mean of the treated units as it went; nothing of it is an estimate."""
    headline = Headline(f"none ({design})", None, None, None, None, "none", confidence, None, None)
    is_treated, first = panel.is_treated, panel.first_treated
    if design is Design.NONE or not is_treated.any() or min(first[is_treated]) < 2:
        return SingleUnits(headline, (), {})
    points = _levels(panel.outcome[is_treated], first[is_treated])
    before = sum(point.event_time < 0 for point in points)
    names = np.asarray(panel.units, dtype=object)[is_treated]
    told = described(np.array([point.estimate for point in points]), before).sentence(subject.outcome, subject.measure)
    who = str(names[0]) if len(names) == 1 else f"mean of {len(names):,} {subject.unit}s"
    return SingleUnits(headline, points, {"series": [{"unit": who, "told": told}]})


def _levels(values: Floats, first: Integers) -> tuple[Point, ...]:
    """The mean of the series (k, T) by event time, where all of them are."""
    times = range(-int(first.min()), values.shape[1] - int(first.max()))
    found = {time: float(np.mean([row[at + time] for row, at in zip(values, first, strict=True)])) for time in times}
    return tuple(Point(time, level, level, level, len(values)) for time, level in found.items())
