"""A landing zone made by hand: contract-true Parquet from small dictionaries.

    zone = LandingZone(home)
    zone.land("moodle", "unit_a", learning_events=[{"person_token": "t1", "occurred_at": "2025-03-01 10:00", ...}])
    zone.link({"t1": 101})

A row names only what the test is about; the rest is filled in: provenance, a record key from the columns of
the kind's key, ``occurred_date`` from ``occurred_at``, and a plain value for every other required column.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.home import Home
from connectors.landing import table_schema, write_zero_rows
from connectors.records import RECORD_KINDS, Column, RecordKind, Type

Row = Mapping[str, Any]

_LANDED_AT = datetime(2025, 12, 1, 6, 0)


@dataclass
class LandingZone:
    """The landing folder of one home. ``land`` replaces what the unit landed before, as landing itself does."""

    home: Path

    def __post_init__(self) -> None:
        (self.home / "warehouse").mkdir(parents=True, exist_ok=True)
        write_zero_rows(Home(self.home))
        self._clock = 0

    def land(
        self,
        tool: str,
        unit: str,
        *,
        extracted_at: str = "2025-06-30 00:00",
        untold: Sequence[str] = (),
        **kinds: Sequence[Row],
    ) -> None:
        """Land a unit: rows by kind, and one ledger row for each kind. ``untold``: columns that the original lacks."""
        self._clock += 1
        landed_at = _LANDED_AT + timedelta(seconds=self._clock)
        ledger = []
        for kind_name, given in kinds.items():
            kind = RECORD_KINDS[kind_name]
            rows = [_filled(kind, row, tool, unit, extracted_at, line) for line, row in enumerate(given, start=1)]
            self._write(kind_name, f"{tool}/{unit}", _with_occurrences(kind, rows))
            ledger_row = _ledger_row(tool, unit, kind_name, len(rows), extracted_at, landed_at)
            ledger.append(ledger_row | {"columns_untold": f"|{'|'.join(untold)}|" if untold else None})
        self._write("ledger", f"{tool}/{unit}", ledger)

    def remove(self, tool: str, unit: str) -> None:
        """Take a unit away altogether."""
        for path in (self.home / "landing").glob(f"*/v1/{tool}/{unit}.parquet"):
            path.unlink()

    def link(self, persons: Mapping[str, int | None], **states: str) -> None:
        """Say which person each token belongs to; None is ambiguous. ``states`` overrides `resolved` by token."""
        rows = [
            {
                "token": token,
                "person_key": person,
                "rule": "employee_number",
                "confidence": 1.0,
                "state": states.get(token, "ambiguous" if person is None else "resolved"),
            }
            for token, person in persons.items()
        ]
        self._write("identity_links", "links", rows)

    def alias(self, keys: Mapping[int, int]) -> None:
        """Say which person keys were merged into which."""
        rows = [{"former_person_key": old, "person_key": new, "merged_at": _LANDED_AT} for old, new in keys.items()]
        self._write("person_aliases", "aliases", rows)

    def reject(self, tool: str, unit: str, *rows: Row) -> None:
        """Add reject rows (without values), as landing writes them."""
        self._write("rejects", f"{tool}/{unit}", [{"tool": tool, "unit": unit, **row} for row in rows])

    def late(self, tool: str, unit: str, *rows: Row) -> None:
        """Add to the late-row ledger of a window."""
        self._write("late_rows", f"{tool}/{unit}", [{"tool": tool, "unit": unit, **row} for row in rows])

    def replayed(self, tool: str, unit: str, *rows: Row) -> None:
        """Add to what is told of replays."""
        self._write("replays", f"{tool}/{unit}", [{"tool": tool, "unit": unit, **row} for row in rows])

    def _write(self, table: str, name: str, rows: Iterable[Row]) -> None:
        schema = table_schema(table)
        path = self.home / "landing" / table / "v1" / f"{name}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.Table.from_pylist([_typed(schema, row) for row in rows], schema=schema), path)


def _typed(schema: pa.Schema, row: Row) -> dict[str, Any]:
    if unknown := set(row) - set(schema.names):
        raise ValueError(f"no such columns in the contract: {sorted(unknown)}; there are {schema.names}")
    return {field.name: _value(field.type, row.get(field.name)) for field in schema}


def _value(kind: pa.DataType, value: Any) -> Any:
    if isinstance(value, str) and pa.types.is_timestamp(kind):
        return datetime.fromisoformat(value)
    if isinstance(value, str) and pa.types.is_date(kind):
        return date.fromisoformat(value)
    return value


_PLAIN: dict[Type, Any] = {
    Type.TEXT: "x",
    Type.INTEGER: 1,
    Type.NUMBER: 1.0,
    Type.BOOLEAN: False,
    Type.DATE: "2025-01-01",
    Type.INSTANT: "2025-01-01 00:00",
    Type.JSON: "{}",
}


def _plain(column: Column) -> Any:
    return column.allowed[0] if column.allowed else _PLAIN[column.type]


def _filled(kind: RecordKind, given: Row, tool: str, unit: str, extracted_at: str, line: int) -> dict[str, Any]:
    row = {column.name: _plain(column) for column in kind.required} | dict(given)
    if "occurred_at" in given and "occurred_date" not in given:
        row["occurred_date"] = str(given["occurred_at"])[:10]
    if kind.name == "statements":
        row.setdefault("object_id", "http://example.org/course/1")
        row["body_hash"] = given.get("body_hash", hashlib.md5(str(given.get("statement_id")).encode()).hexdigest())
    key = "|".join("" if row.get(name) is None else str(row[name]) for name in kind.key)
    provenance = {
        "tool": tool,
        "unit": unit,
        "record_key": key,
        "source_line": line,
        "extracted_at": extracted_at,
        "declaration_version": "1",
    }
    return provenance | row


def _with_occurrences(kind: RecordKind, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Hash the keys, the n-th repetition of one within the unit included where the kind allows repeats."""
    seen: dict[str, int] = {}
    for row in rows:
        key = row["record_key"]
        seen[key] = seen.get(key, 0) + 1
        repeat = f"|{seen[key]}" if kind.repeats else ""
        row["record_key"] = hashlib.md5((key + repeat).encode()).hexdigest()
    return rows


def _ledger_row(tool: str, unit: str, kind: str, rows: int, extracted_at: str, landed_at: datetime) -> dict[str, Any]:
    return {
        "tool": tool,
        "record_kind": kind,
        "unit": unit,
        "export": "test",
        "series": "test",
        "source_file": f"{unit}.csv",
        "source_rows": rows,
        "rows_read": rows,
        "rows_landed": rows,
        "rows_rejected": 0,
        "rows_duplicate": 0,
        "rows_erased": 0,
        "status": "landed",
        "declaration_version": "1",
        "extracted_at": extracted_at,
        "landed_at": landed_at,
    }
