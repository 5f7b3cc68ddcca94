"""Completions that never were, and the statements that void them.

An administrator tidies up: in the first week of a month, some of those who have been idle since the month before are
marked as completed, which is voided days later. Now and then the void reaches the LRS before the mistake does.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from simulator.exports.xapi.draws import Draws
from simulator.exports.xapi.rows import MARKED, VOID, VOIDED, Moments, Rows, instant, joined
from simulator.world.happenings import Happenings
from simulator.world.period import Streams

EARLY_EVERY = 4
"""Each so many of the voids, the first among them, is stored before its target."""
EARLY = 1
"""Note of a mistake whose void comes first."""

_HOUR, _DAY = np.timedelta64(3_600_000, "ms"), np.timedelta64(86_400_000, "ms")
MARK_STEP, VOID_STEP = 0, 1


class Mistakes:
    """``share`` of the enrolments that were found idle are marked; two at least over the whole period."""

    def __init__(self, streams: Streams, share: float) -> None:
        self._share = share
        self._draws, self._hours = Draws(streams, "mistakes"), Draws(streams, "hours of mistakes")
        self._found = self._made = 0

    def month(self, idle: pd.DataFrame, forms: np.ndarray, happened: Happenings) -> Rows:
        """Mistakes and voids of a month, with the instant at which the LRS stores each."""
        numbers = idle["enrolment"].to_numpy()
        self._found += len(numbers)
        wanted = max(2, round(self._share * self._found)) - self._made if self._share else 0
        chosen = idle.iloc[np.sort(np.argsort(self._draws.words(numbers), kind="stable")[:wanted])]
        is_early = (self._made + np.arange(len(chosen))) % EARLY_EVERY == 0
        self._made += len(chosen)
        return self._rows(chosen, forms, is_early, instant(happened.first))

    def _rows(self, chosen: pd.DataFrame, forms: np.ndarray, is_early: np.ndarray, first: np.datetime64) -> Rows:
        enrolment, offering = chosen["enrolment"].to_numpy(), chosen["offering"].to_numpy()
        hours = self._hours.integers(enrolment, 8, 6 * 24)
        moments = Moments(
            enrolment, chosen["person"].to_numpy(), offering, np.full(len(chosen), MARKED), forms[offering],
            first + hours * _HOUR,
        )  # fmt: skip
        marked, voids = moments.say("marked", MARK_STEP), moments.say("voided", VOID_STEP)
        voids["at"] += np.where(is_early, 9, 4) * _DAY
        marked["stored"] = marked["at"] + np.where(is_early, 20, 0) * _DAY
        voids["stored"] = voids["at"]
        marked["role"], voids["role"] = VOIDED, VOID
        marked["note"] = np.where(is_early, EARLY, 0)
        voids["person"] = voids["offering"] = -1
        return joined(marked, voids)
