"""A pilot before it starts: which units begin when, drawn by lot, and how large an effect must be to be seen.

    history (units, P), how many are trained in how many waves --planned--> order of starts, detectable effects

"Pilot, then scale" leaves some units untrained for a while anyway. Who they are costs nothing to draw by lot, and
turns the roll-out into an experiment (a stepped wedge). The lots are drawn within blocks of units that stood alike
before, so that no bad luck gives all good teams the training; a later analysis permutes within the same blocks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from transfer.effect.panel import Floats, Panel
from transfer.effect.power import Detectable, minimum_detectable_effect

FEWEST_TREATED, FEWEST_CONTROLS = 3, 3


class PlanRefused(ValueError):
    """A plan that no analysis could judge. The message says what it takes."""


@dataclass(frozen=True)
class Lot:
    """What a unit drew: the ``wave`` in which it starts, from 1, or 0 for those that stand for comparison."""

    unit: str
    block: int
    wave: int


@dataclass(frozen=True)
class PilotPlan:
    """The order, and the least effect that it can show; ``by_treated``: the same if so many units were trained.

    The window runs from the period before the first start; ``periods`` counts it.
    """

    lots: tuple[Lot, ...]
    detectable: Detectable
    by_treated: dict[int, float]
    periods: int
    seed: int


def planned(history: Panel, treated: int, waves: int, every: int, follow_up: int, seed: int = 1) -> PilotPlan:
    """``history``: a panel in which nobody is trained yet; a wave starts ``every`` periods after the one before.

    Raises PlanRefused for fewer than three units on either side or fewer units than waves, and HistoryTooShort.
    """
    units = history.n_units
    if treated < max(FEWEST_TREATED, waves) or units - treated < FEWEST_CONTROLS:
        raise PlanRefused(
            f"{treated} of {units} units in {waves} waves: it takes {FEWEST_TREATED} trained units, one in each wave, "
            f"and {FEWEST_CONTROLS} that are not trained within the window."
        )
    periods = 1 + (waves - 1) * every + follow_up
    lots = drawn(history.units, history.outcome.mean(axis=1), treated, waves, seed)
    wave = np.array([lot.wave for lot in lots])
    found = minimum_detectable_effect(history.outcome, _starts(wave, every), periods, seed=seed)
    others = {round(units * share) for share in (0.25, 0.5)} - {treated}
    by_treated = {
        count: minimum_detectable_effect(history.outcome, _starts(_dealt(units, count, waves), every), periods).effect
        for count in sorted(others)
        if max(FEWEST_TREATED, waves) <= count <= units - FEWEST_CONTROLS
    }
    return PilotPlan(lots, found, by_treated, periods, seed)


def drawn(units: tuple[str, ...], standing: Floats, treated: int, waves: int, seed: int) -> tuple[Lot, ...]:
    """A lot for every unit, in the order of ``units``; ``standing`` (units,) is how they stood before.

    Units are ranked and cut into as many blocks as units are trained; one of each block is drawn, and the waves are
    dealt over neighbouring blocks.
    """
    rng = np.random.default_rng(seed)
    blocks = np.array_split(np.argsort(standing, kind="stable"), treated)
    dealt = [wave for _ in range(0, treated, waves) for wave in rng.permutation(waves) + 1][:treated]
    lots: dict[int, Lot] = {}
    for number, (block, wave) in enumerate(zip(blocks, dealt, strict=True), start=1):
        chosen = rng.choice(block)
        lots |= {int(at): Lot(units[at], number, int(wave) if at == chosen else 0) for at in block}
    return tuple(lots[at] for at in range(len(units)))


def _dealt(units: int, treated: int, waves: int) -> Floats:
    """(units,): waves of the first ``treated`` units, in turn."""
    return np.concatenate([np.resize(np.arange(1, waves + 1), treated), np.zeros(units - treated)])


def _starts(wave: Floats, every: int) -> Floats:
    """Start of each unit in the window, 2 for the first wave, 0 for never."""
    return np.where(wave > 0, 2.0 + (wave - 1) * every, 0.0)
