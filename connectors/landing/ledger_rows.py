"""The ledger: one row per unit and kind. A unit counts as landed only when the ledger says so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.files import write_table
from connectors.home import Home
from connectors.landing.tables import table_schema
from connectors.masking import masked
from connectors.records import LEDGER_COLUMNS
from connectors.seam import MappedKind, MappedUnit, Original

LedgerRow = dict[str, Any]
"""A row of the ledger, by the names of ``LEDGER_COLUMNS``."""

_COUNTS = ("source_rows", "rows_read", "rows_landed", "rows_rejected", "rows_duplicate", "rows_erased")


def ledger(home: Home, tool: str | None = None) -> pa.Table:
    """All ledger rows (of one tool), in order of landing."""
    files = sorted(home.landed("ledger", tool).glob("*.parquet" if tool else "**/*.parquet"))
    # A row or two in each: threads, and looking for partitions in the path, would cost more than the reading.
    tables = [pq.ParquetFile(file).read(use_threads=False) for file in files]
    empty = table_schema("ledger").empty_table()
    # Rows that were written before a column was added don't have it.
    united = pa.concat_tables([empty, *tables], promote_options="default")
    return united.sort_by([("landed_at", "ascending"), ("record_kind", "ascending")])


def rows_of(home: Home, original: Original) -> list[LedgerRow]:
    """What the ledger says of a unit; nothing of one that it does not know."""
    path = home.unit_file("ledger", original.tool, original.unit)
    rows: list[LedgerRow] = pq.ParquetFile(path).read(use_threads=False).to_pylist() if path.exists() else []
    return rows


def was_landed(rows: Sequence[LedgerRow]) -> bool:
    """Whether these rows, of one unit, say that its last landing ended well."""
    return any(row["status"] == "landed" for row in rows)


def landed_rows(mapped: MappedUnit) -> list[LedgerRow]:
    """What the ledger says of a unit that landed."""
    return [
        _row(
            mapped.original,
            status="landed",
            record_kind=kind.kind.name,
            export=" + ".join(kind.exports),
            series=mapped.original.series,
            declaration_version=mapped.declaration_version,
            source_rows=mapped.source_rows,
            rows_read=kind.rows_read,
            rows_landed=kind.rows_landed,
            rows_rejected=kind.rows_rejected,
            rows_duplicate=kind.rows_duplicate,
            columns_untold=_untold(kind),
        )
        for kind in mapped.kinds
    ]


def _untold(kind: MappedKind) -> str | None:
    """Of a description, what it says nothing of. Bars around each name let SQL look for one."""
    return f"|{'|'.join(kind.untold)}|" if kind.kind.describes and kind.untold else None


def refused_row(original: Original, version: str, reason: str) -> LedgerRow:
    """What the ledger says of a unit that was refused as a whole."""
    return _row(original, status="refused", record_kind="none", reason=masked(reason), declaration_version=version)


def _row(original: Original, **entries: Any) -> LedgerRow:
    return {
        **dict.fromkeys(column.name for column in LEDGER_COLUMNS),
        **dict.fromkeys(_COUNTS, 0),
        "tool": original.tool,
        "unit": original.unit,
        "source_file": masked(original.source_file),
        "extracted_at": original.extracted_at,
        "landed_at": datetime.now(UTC).replace(tzinfo=None),
        **entries,
    }


def write_ledger(home: Home, original: Original, rows: Sequence[LedgerRow]) -> None:
    """Replace what the ledger says of a unit."""
    table = pa.Table.from_pylist(list(rows), schema=table_schema("ledger"))
    write_table(table, home.unit_file("ledger", original.tool, original.unit))
