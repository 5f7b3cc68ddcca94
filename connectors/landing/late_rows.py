"""The late-row ledger: what arrived after its window had been closed, and which days of events that restated.

A window of a pull is closed when it lands. When it is pulled again, what it holds is compared with what it held:
that, and not the calendar, tells what was late. Rows are added and never replaced, because the archive can't tell
them again: it keeps what a window means now.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.files import write_table
from connectors.home import Home
from connectors.landing.tables import table_schema


@dataclass(frozen=True)
class Held:
    """What a window held when it was landed: the day of events of every statement, by its id."""

    landed_at: datetime
    days: Mapping[str, date]


@dataclass(frozen=True)
class Late:
    """Statements that came after the window had been closed, and those that are sent no more, by day of events."""

    late: Counter[date]
    gone: Counter[date]


def held(home: Home, tool: str, unit: str) -> Held | None:
    """What a window holds; None if it never landed."""
    ledger, statements = home.unit_file("ledger", tool, unit), home.unit_file("statements", tool, unit)
    if not (ledger.exists() and statements.exists()):
        return None
    rows = pq.read_table(statements, columns=["statement_id", "occurred_date"], partitioning=None)
    landed_at = max(pq.read_table(ledger, columns=["landed_at"], partitioning=None)["landed_at"].to_pylist())
    days = dict(zip(rows["statement_id"].to_pylist(), rows["occurred_date"].to_pylist(), strict=True))
    return Held(landed_at, days)


def note_late_rows(
    home: Home, tool: str, unit: str, before: Held | None, after: Held | None, *, known: Collection[str] = ()
) -> Late:
    """Add to the ledger what a second landing of a window changed. The caller holds the window's lock.

    ``known`` are ids that the window had sent even before, and that it may send again.
    """
    if before is None or after is None:
        return Late(Counter(), Counter())
    found = Late(
        Counter(day for each, day in after.days.items() if each not in before.days and each not in known),
        Counter(day for each, day in before.days.items() if each not in after.days),
    )
    rows = [
        {
            "tool": tool,
            "unit": unit,
            "closed_at": before.landed_at,
            "found_at": after.landed_at,
            "restated_date": day,
            "rows_late": found.late[day],
            "rows_gone": found.gone[day],
        }
        for day in sorted(found.late.keys() | found.gone.keys())
    ]
    if rows:
        path, schema = home.unit_file("late_rows", tool, unit), table_schema("late_rows")
        known = pq.read_table(path, partitioning=None) if path.exists() else schema.empty_table()
        write_table(pa.concat_tables([known, pa.Table.from_pylist(rows, schema=schema)]), path)
    return found
