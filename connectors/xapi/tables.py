"""Parquet files of one unit: landed rows and rejects."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from connectors.records import RECORD_KINDS, RecordKind
from connectors.seam import REJECTED, MappedKind, Original, arrow_schema
from connectors.xapi.bodies import hexadecimal

EXPORTS = ("statements",)
"""What a file of statements is read as."""


def record_key(values: Sequence[str | None]) -> str:
    """Identity of a record within its tool and kind: md5 over the key columns."""
    return hashlib.md5("|".join(value or "" for value in values).encode(), usedforsecurity=False).hexdigest()


def record_keys(first: pa.StringArray, second: pa.StringArray) -> pa.StringArray:
    """The same for many records whose key is of two columns that are never empty."""
    values = pc.binary_join_element_wise(first, second, "|").cast(pa.binary()).to_pylist()
    digests = [hashlib.md5(value, usedforsecurity=False).digest() for value in values]
    return hexadecimal(b"".join(digests), 16)


_DISTINCT = ("record_key", "statement_id", "body_hash", "untimed_hash", "source_line", "occurred_at", "stored_at")
"""Columns in which hardly anything repeats."""


class LandedFile:
    """A landed file of one kind, written chunk by chunk.

    Columns may come as dictionaries, the same ones every time: Parquet needn't look for repetitions in them then.
    """

    def __init__(self, kind: str, folder: Path, original: Original, declaration_version: str) -> None:
        self.kind: RecordKind = RECORD_KINDS[kind]
        self.path = folder / f"{kind}.parquet"
        self.rows = 0
        self._schema = arrow_schema(self.kind.landed)
        self._writer: pq.ParquetWriter | None = None
        self._constants = {
            "tool": original.tool,
            "unit": original.unit,
            "extracted_at": original.extracted_at,
            "declaration_version": declaration_version,
        }

    def write(self, columns: Mapping[str, pa.Array], rows: int) -> None:
        """Write rows; what ``columns`` doesn't name is empty, what is the same for all rows is filled in."""
        arrays = [self._array(field, columns, rows) for field in self._schema]
        self._write(pa.Table.from_arrays(arrays, self._schema.names))
        self.rows += rows

    def _write(self, table: pa.Table) -> None:
        if self._writer is None:
            self._writer = pq.ParquetWriter(
                self.path,
                table.schema,
                compression="zstd",
                use_dictionary=[name for name in self._schema.names if name not in _DISTINCT],
                write_statistics=[field.name for field in self._schema if field.type != pa.string()],
                store_schema=False,
            )
        self._writer.write_table(table)

    def _array(self, field: pa.Field, columns: Mapping[str, pa.Array], rows: int) -> pa.Array:
        if field.name in columns:
            return columns[field.name]
        return pa.repeat(pa.scalar(self._constants.get(field.name), field.type), rows)

    def write_rows(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Write few rows, given one by one."""
        table = pa.Table.from_pylist([dict(row) for row in rows], schema=self._schema)
        self.write(
            {name: table[name].combine_chunks() for name in table.schema.names if name not in self._constants},
            len(table),
        )

    def close(self) -> None:
        if self._writer is None:
            self._write(self._schema.empty_table())
        if self._writer is not None:
            self._writer.close()

    def mapped(self) -> MappedKind:
        """For a kind of distinct things: all that was read has landed."""
        return MappedKind(self.kind, EXPORTS, self.path, None, self.rows, self.rows, 0, 0)


class RejectsFile:
    """Rejected statements with the rule, the place and, for the restricted zone, the value and the original."""

    _BATCH = 1_000

    def __init__(self, folder: Path, original: Original) -> None:
        self.path = folder / "statements.rejected.parquet"
        self.rows = 0
        self._waiting: list[dict[str, Any]] = []
        self._writer = pq.ParquetWriter(self.path, REJECTED, compression="zstd")
        self._of = {
            "tool": original.tool,
            "record_kind": "statements",
            "unit": original.unit,
            "source_file": original.source_file,
        }

    def add(self, line: int, rule: str, pointer: str, expected: str, value: str | None, raw: bytes) -> None:
        self.rows += 1
        self._waiting.append(
            {**self._of, "source_line": line, "rule": rule, "column_name": pointer, "expected": expected,
             "value": value, "original": raw.decode(errors="replace")}
        )  # fmt: skip
        if len(self._waiting) >= self._BATCH:
            self._flush()

    def _flush(self) -> None:
        self._writer.write_table(pa.Table.from_pylist(self._waiting, schema=REJECTED))
        self._waiting = []

    def close(self) -> None:
        self._flush()
        self._writer.close()
