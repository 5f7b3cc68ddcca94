"""What the mapping of all kinds of one text or sheet shares."""

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
    """One text or sheet with everything that its mapping needs, and the database in which that happens."""

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
    def told_by_names(self) -> dict[str, str | None]:
        """What the names of the file and of the sheet say of every record in it."""
        export = self.source.layout.export
        found = (
            re.search(export.file_name or "", self.file_name),
            re.search(export.sheet_name or "", self.source.sheet),
        )
        return {name: text for match in found if match for name, text in match.groupdict().items()}

    def run(self, sql: str) -> duckdb.DuckDBPyConnection:
        return self.connection.execute(sql)

    def count(self, sql: str) -> int:
        row = self.run(sql).fetchone()
        return int(row[0]) if row else 0
