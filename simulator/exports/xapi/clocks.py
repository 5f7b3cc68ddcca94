"""The company's wall clock, in bulk: local instants to UTC, and both to the text that a statement carries.

Local instants have no zone (``datetime64[ms]``). Where summer time makes one of them ambiguous or impossible, it is
read as Python's ``datetime.replace(tzinfo=…)`` reads it (fold 0): with the offset that held before the change.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

Instants = npt.NDArray[np.datetime64]

MINUTE = timedelta(minutes=1)
MS_PER_DAY = 86_400_000


class WallClock:
    """The wall clock of one zone over some years."""

    def __init__(self, zone: ZoneInfo, years: range) -> None:
        changes = list(_changes(zone, years))
        self._from = np.array([at for at, _ in changes], "datetime64[ms]")
        self._minutes = np.array([minutes for _, minutes in changes])

    def offsets(self, local: Instants) -> npt.NDArray[np.int64]:
        """Minutes east of Greenwich at each local instant."""
        offsets: npt.NDArray[np.int64] = self._minutes[np.searchsorted(self._from, local, side="right") - 1]
        return offsets

    def utc(self, local: Instants) -> Instants:
        moved: Instants = local - self.offsets(local).astype("timedelta64[m]")
        return moved

    def local_texts(self, local: Instants) -> list[str]:
        """``2026-03-04T09:12:33.123000+01:00``, as Python writes it; the milliseconds must not be zero."""
        offsets = [f"000{_offset_text(minutes)}" for minutes in self.offsets(local).tolist()]
        return list(map("".join, zip(*_parts(local), offsets, strict=True)))


def utc_texts(utc: Instants, ending: str) -> list[str]:
    """``2026-03-04T08:12:50.411`` and the ending, which says that it is UTC."""
    return list(map(f"{{}}{{}}{{}}{ending}".format, *_parts(utc)))


def _changes(zone: ZoneInfo, years: range) -> list[tuple[datetime, int]]:
    """From which wall-clock instant on which offset holds, in minutes."""
    first, last = datetime(years.start, 1, 1), datetime(years.stop, 1, 1)
    changes = [(datetime.min.replace(year=1), _minutes_at(zone, first))]
    day = first
    while day < last:
        known, following = changes[-1][1], _minutes_at(zone, day + timedelta(days=1))
        if following != known:
            moments = (day + step * MINUTE for step in range(24 * 60 + 1))
            changes.append((next(moment for moment in moments if _minutes_at(zone, moment) != known), following))
        day += timedelta(days=1)
    return changes


def _minutes_at(zone: ZoneInfo, local: datetime) -> int:
    offset = local.replace(tzinfo=zone).utcoffset()
    assert offset is not None  # only a naive datetime has none
    return offset // MINUTE


def _parts(instants: Instants) -> tuple[list[str], list[str], list[str]]:
    """``2026-03-04T``, ``09:12:33.`` and ``123`` of each instant."""
    since = instants.astype("datetime64[ms]").astype(np.int64)
    days, within = np.divmod(since, MS_PER_DAY)
    seconds, milliseconds = np.divmod(within, 1000)
    return (
        list(map(_day_text, days.tolist())), _SECONDS[seconds].tolist(), _MILLISECONDS[milliseconds].tolist()
    )  # fmt: skip


@cache
def _day_text(day: int) -> str:
    return f"{date(1970, 1, 1) + timedelta(days=day)}T"


@cache
def _offset_text(minutes: int) -> str:
    sign, (hours, rest) = "-" if minutes < 0 else "+", divmod(abs(minutes), 60)
    return f"{sign}{hours:02}:{rest:02}"


def _texts(texts: list[str]) -> npt.NDArray[np.object_]:
    return np.array(texts, dtype=object)


_SECONDS = _texts([f"{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}." for s in range(86_400)])
_MILLISECONDS = _texts([f"{ms:03}" for ms in range(1000)])
