"""The vault: the one place that knows which person a token stands for.

    restricted/vault/identifiers/<tool>/<unit>.parquet   token, identifier_type, value
    restricted/vault/attributes/<tool>/<unit>.parquet    token, attribute, value
    restricted/vault/persons.parquet                     person_key, anchor_token, minted_at

Units write their own files, so landing many at once needs no lock; the persons are written by the one asset
that resolves identities.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

IDENTIFIERS = pa.schema([("token", pa.string()), ("identifier_type", pa.string()), ("value", pa.string())])
ATTRIBUTES = pa.schema([("token", pa.string()), ("attribute", pa.string()), ("value", pa.string())])
SPELLING = "spelling"
"""Attribute of the token of an address: a way in which it was typed."""
PERSONS = pa.schema([("person_key", pa.int64()), ("anchor_token", pa.string()), ("minted_at", pa.timestamp("us"))])


class Vault:
    """The files under ``folder``, which belongs to the restricted zone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write_unit(
        self,
        tool: str,
        unit: str,
        identifiers: Iterable[tuple[str, str, str]],
        attributes: Iterable[tuple[str, str, str]],
    ) -> None:
        """Replace what one unit of landing knows: (token, type, value) and (token, attribute, value), in any order."""
        self._write_or_remove(_table(identifiers, IDENTIFIERS), f"identifiers/{tool}/{unit}.parquet")
        self._write_or_remove(_table(attributes, ATTRIBUTES), f"attributes/{tool}/{unit}.parquet")

    def has(self, table: str) -> bool:
        """Whether any unit wrote to the table (``identifiers`` or ``attributes``)."""
        return any((self.folder / table).glob("*/*.parquet"))

    def persons(self) -> pa.Table:
        """Every person_key ever minted, with the token that it was minted for."""
        path = self.folder / "persons.parquet"
        return pq.read_table(path) if path.exists() else PERSONS.empty_table()

    def write_persons(self, persons: pa.Table) -> None:
        self._write(persons.cast(PERSONS), "persons.parquet")

    def _write_or_remove(self, table: pa.Table, name: str) -> None:
        if table.num_rows:
            self._write(table, name)
        else:
            (self.folder / name).unlink(missing_ok=True)

    def _write(self, table: pa.Table, name: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        aside = path.with_name(f".{path.name}.{os.getpid()}.aside")
        pq.write_table(table, aside, compression="zstd")
        with aside.open("rb") as file:
            os.fsync(file.fileno())
        os.replace(aside, path)


def _table(rows: Iterable[tuple[str, str, str]], schema: pa.Schema) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.table(arrays, schema=schema).sort_by([(name, "ascending") for name in schema.names])
