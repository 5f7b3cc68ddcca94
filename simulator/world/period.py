"""The stretch of time that is simulated, and the random streams that fill it."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

TIMEZONE = "Europe/Amsterdam"
"""Where the company works. Moodle writes its local time without saying so; the LRS writes the offset."""

DEFAULT_END = date(2026, 10, 31)
"""A fixed last day, so that the same seed gives the same bytes next year too."""


@dataclass(frozen=True)
class Period:
    """``months`` whole months; ``end`` is the last day of the last one."""

    end: date
    months: int

    def __post_init__(self) -> None:
        if self.months < 1:
            raise ValueError(f"months is {self.months}; a company needs at least 1 month to have a history")
        if (self.end + timedelta(days=1)).day != 1:
            raise ValueError(f"end is {self.end}; it must be the last day of a month, because HR exports month ends")

    @property
    def start(self) -> date:
        """First day of the first month."""
        return self.first_days()[0]

    def first_days(self) -> list[date]:
        """First day of every month."""
        last = self.end.year * 12 + self.end.month - 1
        return [date(month // 12, month % 12 + 1, 1) for month in range(last - self.months + 1, last + 1)]

    def month_ends(self) -> list[date]:
        return [first - timedelta(days=1) for first in self.first_days()[1:]] + [self.end]

    def snapshot_days(self) -> list[date]:
        """The days on which HR exports: the eve of the period, so that its first day is known, and every month end."""
        return [self.start - timedelta(days=1), *self.month_ends()]

    @property
    def years(self) -> range:
        return range(self.start.year, self.end.year + 1)


@dataclass(frozen=True)
class Streams:
    """Independent random streams, one per purpose.

    Drawing more in one room doesn't shift what another room draws, so the company stays the same when a
    tool is added to it.
    """

    seed: int

    def of(self, purpose: str) -> np.random.Generator:
        return np.random.default_rng([self.seed, zlib.crc32(purpose.encode())])
