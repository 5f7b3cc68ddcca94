"""What the mapping of all kinds of one original shares."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath

import duckdb

from connectors.declaration import Declaration
from connectors.reading import Source
from connectors.seam import Original, Scratch, Tokeniser


@dataclass(frozen=True)
class Setting:
    """One original with everything that its mapping needs, and the database in which that happens."""

    connection: duckdb.DuckDBPyConnection
    original: Original
    declaration: Declaration
    source: Source
    tokeniser: Tokeniser
    scratch: Scratch

    @property
    def file_name(self) -> str:
        return PurePath(self.original.source_file).name

    @property
    def told_by_file_name(self) -> dict[str, str | None]:
        """What the file's name says of every record in it."""
        match = re.search(self.source.layout.export.file_name or "", self.file_name)
        return dict(match.groupdict()) if match else {}

    def run(self, sql: str) -> duckdb.DuckDBPyConnection:
        return self.connection.execute(sql)

    def count(self, sql: str) -> int:
        row = self.run(sql).fetchone()
        return int(row[0]) if row else 0
