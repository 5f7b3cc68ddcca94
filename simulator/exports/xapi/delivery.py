"""From what a player says to what an LRS stores: when it arrives, what the device's clock claimed, what came twice.

    rows (true local time) → skewed or late enrolments → one of two LRSs: earlier, later, changed → resent events

Everything is drawn per enrolment or event, so the two LRSs agree about each statement that they both hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np
import numpy.typing as npt

from simulator.exports.xapi.draws import Draws, Numbers
from simulator.exports.xapi.mistakes import EARLY
from simulator.exports.xapi.rows import (
    CONFLICT,
    GROUP,
    LATE,
    NORMAL,
    RESENT,
    RESENT_COPY,
    SKEWED,
    VOID,
    VOIDED,
    Flags,
    Rows,
    enrolments,
    instant,
    joined,
)  # fmt: skip
from simulator.exports.xapi.statements import PLACES
from simulator.recipe import Delivery as Plan
from simulator.world.catalogue import LRS, SECOND_LRS
from simulator.world.period import Streams

RESENT_SHARE = 0.002
"""Events that a player sends again under a new id, because the answer to the first time got lost."""
LATER_SHARE, EARLIER_SHARE = 0.12, 0.08
"""Enrolments of the second LRS of which it hears days after the first one, and days before it."""
CONFLICT_SHARE = 0.06
"""Of the statements that come later: those whose result was changed under way."""
CHANGEABLE = ("experienced", "cmi5_experienced", "passed", "failed", "cmi5_passed", "cmi5_failed")
"""Shapes whose result the second LRS may have changed; the first that was stored counts, and it is the true one."""

Durations = npt.NDArray[np.timedelta64]

_HOUR, _DAY, _YEAR = 3600, 86_400, 31_556_952
_HOUR_MS, _DAY_MS = _HOUR * 1000, _DAY * 1000
_CHANGEABLE = [PLACES[shape] for shape in CHANGEABLE]
_PURPOSES = (
    "second LRS", "milliseconds", "late", "delays", "lags", "feeds", "forwarding", "days of feeds", "skewed",
    "kinds of clocks", "sizes of skew", "signs of skew", "conflicts", "resent", "retries",
)  # fmt: skip


@dataclass(frozen=True)
class Store:
    """One of the LRSs. ``ending`` follows the milliseconds of an instant that it assigned."""

    tool: str
    authority: str
    ending: str
    formats: tuple[str, ...]
    is_second: bool = False


STORES = {
    store.tool: store
    for store in (
        Store(
            LRS, "academy-player", "000+00:00",
            (".ndjson", ".json.gz", "_page.json", ".ndjson.gz", ".json", "_page.json.gz"),
        ),
        Store(SECOND_LRS, "forwarder", "Z", ("_page.json", ".ndjson.gz", "_page.json.gz"), is_second=True),
    )
}  # fmt: skip
"""The LRS of the company, and the academy's own, to which some players report as well."""


class Delivery:
    """How statements reach one store, which ``closes`` with the period: what would come later comes then."""

    def __init__(self, streams: Streams, plan: Plan, store: Store, closes: date) -> None:
        self._plan, self._store = plan, store
        # What both stores get last of all still comes to the second one second.
        last = datetime.combine(closes, time(23, 59, 59)) + timedelta(minutes=store.is_second)
        self._closes = np.datetime64(last, "ms")
        self._draws = {purpose: Draws(streams, purpose) for purpose in _PURPOSES}

    def holds(self, enrolment: Numbers) -> Flags:
        """Whether this store hears of the enrolment."""
        if not self._store.is_second:
            return np.ones(len(enrolment), np.bool_)
        return self._is_shared(enrolment)

    def deliver(self, rows: Rows, opens: date) -> Rows:
        """The rows with ``stored`` and the device's time, and copies of what is sent twice.

        ``opens`` is the first day of their month: what is said about its first seconds isn't stored before it.
        """
        if self._store.is_second:
            rows = rows[~_only_in_the_first(rows)]
        rows["at"] += _milliseconds(self._draws["milliseconds"].integers(rows["event"], 1, 999))
        numbers, is_known = enrolments(rows), ~np.isnat(rows["stored"])
        self._arrive(rows, numbers, is_known)
        came_later = self._feed(rows, numbers, is_known)
        not_before = np.maximum(rows["at"] + _milliseconds(1000), instant(opens))
        rows["stored"] = np.maximum(np.minimum(rows["stored"], self._closes), not_before)
        self._skew(rows, numbers)
        self._change(rows, came_later)
        return joined(rows, self._again(rows))

    def _arrive(self, rows: Rows, numbers: Numbers, is_known: Flags) -> None:
        """Seconds later; or, from an offline player, all of a day at one instant, weeks later."""
        is_late = (rows["role"] == NORMAL) & self._draws["late"].picks(numbers, self._plan.late_share)
        synced = rows["at"].astype("M8[D]") + _milliseconds(self._draws["delays"].uniform(numbers, 10, 45) * _DAY_MS)
        arrived = rows["at"] + _milliseconds(self._draws["lags"].integers(rows["event"], 1000, 40_000))
        rows["stored"] = np.where(is_known, rows["stored"], np.where(is_late, synced, arrived))
        rows["role"][is_late] = LATE

    def _feed(self, rows: Rows, numbers: Numbers, is_known: Flags) -> Durations:
        """Make the second store later than the first, or the first than the second. By how much this one is later."""
        draw = self._draws["feeds"].uniform(numbers)
        if self._store.is_second:
            lag, is_slow = (
                _milliseconds(self._draws["forwarding"].integers(rows["event"], 1000, 60_000)),
                draw < LATER_SHARE,
            )
        else:
            lag, is_slow = _milliseconds(0), (draw >= 1 - EARLIER_SHARE) & self._is_shared(numbers)
        days = _milliseconds(self._draws["days of feeds"].uniform(numbers, 1, 6) * _DAY_MS)
        later = np.where(is_known, _milliseconds(0), np.where(is_slow, days, lag))
        rows["stored"] += later
        return later

    def _skew(self, rows: Rows, numbers: Numbers) -> None:
        """Devices whose clock is hours off, or days, or years; the note says by how many seconds."""
        is_skewed = (rows["role"] == NORMAL) & self._draws["skewed"].picks(numbers, self._plan.clock_skew_share)
        kind, size = (self._draws[purpose].uniform(numbers) for purpose in ("kinds of clocks", "sizes of skew"))
        sign = np.where(self._draws["signs of skew"].picks(numbers, 0.5), -1, 1)
        hours, days = sign * np.ceil(size * 13) * _HOUR, sign * np.ceil(size * 20) * _DAY
        years = (np.ceil(size * 7) - 6) * _YEAR
        seconds = np.select([kind < 0.6, kind < 0.9], [hours, days], np.where(years == 0, -6 * _YEAR, years))
        skew = np.where(is_skewed, seconds, 0).astype(np.int64)
        rows["at"] += _milliseconds(skew * 1000)
        rows["note"][is_skewed] = skew[is_skewed]
        rows["role"][is_skewed] = SKEWED

    def _change(self, rows: Rows, came_later: Durations) -> None:
        """In the second store, some of what came days later under an id that is known differs in its result."""
        is_open = (rows["role"] == NORMAL) & (came_later > _milliseconds(_HOUR_MS)) & (rows["stored"] < self._closes)
        is_open &= self._store.is_second & np.isin(rows["shape"], _CHANGEABLE)
        changed = is_open & self._draws["conflicts"].picks(rows["event"], CONFLICT_SHARE)
        raw = rows["raw"][changed]
        rows["raw"][changed] = np.where(raw < 1, raw + 1, raw - 1)
        rows["scaled"][changed] = (rows["raw"][changed] / 100).round(2)
        rows["seconds"][changed] += 60
        rows["role"][changed] = CONFLICT

    def _again(self, rows: Rows) -> Rows:
        """What a player sends once more under a new id: every LRS takes it for another event."""
        is_resent = (rows["role"] == NORMAL) & self._draws["resent"].picks(rows["event"], RESENT_SHARE)
        again: Rows = rows[is_resent].copy()
        again["copy"], again["role"] = RESENT_COPY, RESENT
        again["stored"] += _milliseconds(self._draws["retries"].integers(again["event"], 2000, 90_000))
        return again

    def _is_shared(self, numbers: Numbers) -> Flags:
        return self._draws["second LRS"].picks(numbers, self._plan.second_lrs_share)


def _only_in_the_first(rows: Rows) -> Flags:
    """Groups report to one LRS only, voids are made in it, and so is a mistake that comes after its void."""
    is_early = (rows["role"] == VOIDED) & (rows["note"] == EARLY)
    only: Flags = is_early | np.isin(rows["role"], (VOID, GROUP))
    return only


def _milliseconds(count: npt.ArrayLike) -> Durations:
    return np.asarray(count).astype("timedelta64[ms]")
