"""What is already decided and will happen in a later month: nothing is kept longer than until then."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

import numpy as np
import pandas as pd

from simulator.world.happenings import empty, typed


class Calendar:
    """Rows of the tables of :mod:`simulator.world.happenings`, by the month in which they happen.

    A row before the current month, which can't be told any more, is a mistake of the caller and raises.
    """

    def __init__(self, firsts: list[date]) -> None:
        self._base = firsts[0].year * 12 + firsts[0].month - 1
        self._months = len(firsts)
        self._now = 0
        self._waiting: defaultdict[tuple[int, str], list[pd.DataFrame]] = defaultdict(list)

    def put(self, table: str, rows: pd.DataFrame, at: str) -> None:
        """Keep rows for the month of their column ``at``; what lies beyond the period never happens."""
        if rows.empty:
            return
        month = rows[at].to_numpy().astype("datetime64[M]").astype(np.int64) + 1970 * 12 - self._base
        if month.min() < self._now:
            raise ValueError(f"{table}: a row of month {month.min()} comes when month {self._now} is being told")
        for ordinal in np.unique(month[month < self._months]).tolist():
            self._waiting[ordinal, table].append(rows[month == ordinal])

    def take(self, table: str, ordinal: int, at: str, key: str = "") -> pd.DataFrame:
        """The rows of one month in the order of their instant (and ``key``), which leave the calendar."""
        self._now = max(self._now, ordinal)
        waiting = self._waiting.pop((ordinal, table), [])
        if not waiting:
            return empty(table)
        rows = pd.concat(waiting, ignore_index=True) if len(waiting) > 1 else waiting[0]
        rows = rows.sort_values([at, *([key] if key else [])], kind="stable", ignore_index=True)
        return typed(table, {name: rows[name] for name in rows.columns})
