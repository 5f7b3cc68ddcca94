"""How far each enrolment has come: all that is kept of past months.

A completion says how long everything took, an administrator's mistake befalls who has been idle; both need what lies
months back. What was completed, or has been idle for half a year, is forgotten.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from simulator.exports.xapi.draws import Numbers
from simulator.world.happenings import Happenings

IDLE = np.timedelta64(183, "D")

_COLUMNS = {"person": "first", "offering": "first", "seconds": "sum", "ordinal": "max", "at": "max"}


class Progress:
    """Enrolments that aren't completed: whose, of what, seconds so far, number and instant of the last sitting."""

    def __init__(self) -> None:
        self._open = pd.DataFrame({name: pd.Series(dtype="int64") for name in ("enrolment", *_COLUMNS)}).astype(
            {"at": "datetime64[s]"}
        )

    def month(self, sittings: pd.DataFrame, completions: pd.DataFrame, happened: Happenings) -> pd.DataFrame:
        """Take note of a month; what stands before it is closed. The completions, with seconds and last sitting."""
        lasted = sittings.assign(seconds=whole_seconds(sittings["minutes"]))[["enrolment", *_COLUMNS]]
        known = pd.concat([self._open, lasted]).groupby("enrolment").agg(_COLUMNS)
        reached = known[["seconds", "ordinal"]].reindex(completions["enrolment"]).fillna(0).astype("int64")
        is_open = ~known.index.isin(completions["enrolment"]) & (known["at"] > np.datetime64(happened.first) - IDLE)
        self._open = known[is_open].reset_index()
        return completions.assign(seconds=reached["seconds"].to_numpy(), sitting=reached["ordinal"].to_numpy())

    def idle_since(self, first: np.datetime64, last: np.datetime64) -> pd.DataFrame:
        """Enrolments whose last sitting lies from ``first`` up to, not including, ``last``, by number."""
        idle: pd.DataFrame = self._open[(self._open["at"] >= first) & (self._open["at"] < last)]
        return idle


def whole_seconds(minutes: pd.Series[float]) -> Numbers:
    """Minutes as a player counts them."""
    seconds: Numbers = (minutes * 60).round().to_numpy().astype(np.int64)
    return seconds
