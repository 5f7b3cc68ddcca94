"""What became of originals that were mapped again: before and after.

The ledger says what stands; a landing that replaces another leaves one row per unit and kind here, which is only
added to. The archive can tell today's landing again, but not what an earlier declaration had made of it.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.files import write_table
from connectors.home import Home
from connectors.landing.ledger_rows import LedgerRow
from connectors.records import REPLAY_COLUMNS
from connectors.seam import arrow_schema

PARTS = ("read", "landed", "rejected", "duplicate")
_SCHEMA = arrow_schema(REPLAY_COLUMNS)


def note_replay(home: Home, before: Sequence[LedgerRow], after: Sequence[LedgerRow]) -> None:
    """Tell what a unit's landing replaced, where another declaration or another verdict made the difference.

    A window that is pulled again has other content under the same declaration, and a ledger of its own (`late_rows`).
    The caller holds the unit's lock.
    """
    if not before or _makers(before) == _makers(after):
        return
    old, new = ({row["record_kind"]: row for row in rows} for rows in (before, after))
    one = after[0]
    rows = [
        {
            "tool": one["tool"],
            "unit": one["unit"],
            "source_file": one["source_file"],
            "record_kind": kind,
            "replayed_at": one["landed_at"],
            **_state("before", old.get(kind)),
            **_state("after", new.get(kind)),
        }
        for kind in sorted(old.keys() | new.keys())
    ]
    path = home.unit_file("replays", one["tool"], one["unit"])
    known = [pq.read_table(path, partitioning=None)] if path.exists() else []
    write_table(pa.concat_tables([*known, pa.Table.from_pylist(rows, schema=_SCHEMA)]), path)


def replays(home: Home, tool: str | None = None) -> pa.Table:
    """Everything that was told of replays (of one tool), oldest first."""
    files = sorted(home.landed("replays", tool).glob("*.parquet" if tool else "**/*.parquet"))
    tables = [pq.read_table(file, partitioning=None) for file in files]
    return pa.concat_tables([_SCHEMA.empty_table(), *tables]).sort_by([("replayed_at", "ascending")])


def _makers(rows: Sequence[LedgerRow]) -> set[tuple[str, str]]:
    return {(row["declaration_version"], row["status"]) for row in rows}


def _state(when: str, row: LedgerRow | None) -> dict[str, object]:
    """Counts are 0 for a kind that was not there; its version and status are empty."""
    named = {f"{name}_{when}": row[name] if row else None for name in ("declaration_version", "status")}
    return named | {f"rows_{part}_{when}": row[f"rows_{part}"] if row else 0 for part in PARTS}
