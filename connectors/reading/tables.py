"""The text, the sheet or the JSON records of an original become a table of cells.

A text has two tiers. DuckDB is fast, but can't say on which line a record begins, and gives up at the first oddity.
Everything else goes to an exact reader. A record with too few or too many cells is a reject, never shifted values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from connectors.reading.cells import Cells, as_read, cell_names, cleaned, find_no_records, positions
from connectors.reading.exact_tier import expected_of, write_exactly
from connectors.reading.fast_tier import load_fast
from connectors.reading.identification import Found, SheetCells
from connectors.reading.json_cells import EXPECTED, JsonRecords, cells_of
from connectors.reading.originals import Text
from connectors.reading.raw_lines import RawLines, RawRecords, RawRows
from connectors.reading.recognition import Layout
from connectors.sql import literal

MANY = 50_000
"""Lines from which on it is cheaper to clean the different texts of a column than all of them."""


@dataclass(frozen=True)
class Ragged:
    """A record whose cells can't be told apart: its first line, the rule that it breaks, what was expected of it."""

    line: int
    rule: str
    expected: str


@dataclass(frozen=True)
class Source:
    """What was read of a text, of a sheet, or of the JSON records that stand at one place.

    ``view`` has the sound records: ``source_line`` and the text of every mapped cell, trimmed, without null texts.
    ``records`` has the same, with the cells as they stand in the table: ``cells`` knows how they get clean.
    ``rows`` counts the sound records and the ``ragged``; rows that are known to be no records are counted apart.
    """

    number: int
    found: Found
    rows: int
    rows_not_records: int
    ragged: tuple[Ragged, ...]
    cells: Cells

    @property
    def records(self) -> str:
        return f"records_{self.number}"

    @property
    def is_long(self) -> bool:
        """Whether it is better to work with the different texts of its cells than with all."""
        return self.cells.nulls is not None

    @property
    def view(self) -> str:
        return f"source_{self.number}" if self.is_long else self.records

    @property
    def is_cut_off(self) -> bool:
        """Whether the last line of a text has no end, and not the cells of a record; or JSON ends where it can't."""
        content = self.found.content
        if isinstance(content, JsonRecords):
            return content.is_cut_off
        if not isinstance(content, Text) or content.is_ended or not self.ragged:
            return False
        return self.ragged[-1].line == content.lines

    @property
    def starts(self) -> str:
        """A query for the line of everything that is there, records or not, and for the line where the next begins."""
        if self.is_long:  # which was read fast, because each of its lines is a record
            return f"SELECT source_line, source_line + 1 AS following FROM rows_{self.number}"
        following = "lead(source_line) OVER (ORDER BY source_line)"
        return f"SELECT source_line, {following} AS following FROM rows_{self.number}"

    @property
    def layout(self) -> Layout:
        return self.found.layout

    @property
    def sheet(self) -> str:
        """Name of the worksheet; empty for a text."""
        return self.found.content.sheet if isinstance(self.found.content, SheetCells) else ""

    @property
    def is_sheet(self) -> bool:
        return isinstance(self.found.content, SheetCells)

    def raw(self) -> RawLines | RawRows | RawRecords:
        """The records as they stand in the original; to be asked for in order."""
        content = self.found.content
        if isinstance(content, JsonRecords):
            return RawRecords(content.path, content.is_numbered)
        return RawRows(content.path) if isinstance(content, SheetCells) else RawLines(content.path, content.is_plain)


def load(
    connection: duckdb.DuckDBPyConnection, found: Found, number: int, nulls: Sequence[str], restricted: Path
) -> Source:
    """Create the tables and views of one text or sheet, the ``number``-th of its original."""
    table, everything, records = f"cells_{number}", f"rows_{number}", f"records_{number}"
    content, layout = found.content, found.layout
    is_long = isinstance(content, Text) and content.lines > MANY and not layout.items
    nulls_left = tuple(nulls) if is_long else None
    if isinstance(content, Text) and content.is_plain and load_fast(connection, content, layout, nulls, table, is_long):
        provenance = {"source_line": f"rowid + {layout.data_line}", "broken": "NULL::VARCHAR"}
    else:
        _load_parquet(connection, content, layout, nulls, table, restricted)
        provenance, nulls_left = {"source_line": "source_line", "broken": "broken"}, None
    cells = Cells(tuple(cell_names(layout).values()), nulls_left)
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {everything} AS {as_read(cells.in_place, provenance, table)}")
    not_records = find_no_records(connection, cells, layout, everything)
    others = f"source_line NOT IN (SELECT source_line FROM no_{everything})" if not_records else "true"
    connection.execute(
        f"CREATE OR REPLACE TEMP VIEW {records} AS SELECT * EXCLUDE (broken) FROM {everything} "
        f"WHERE broken IS NULL AND {others}"
    )
    if cells.nulls is not None:
        clean = cells.clean(records, {"source_line": "source_line"})
        connection.execute(f"CREATE OR REPLACE TEMP VIEW source_{number} AS {clean}")
    ragged = connection.execute(
        f"SELECT source_line, broken FROM {everything} WHERE broken IS NOT NULL AND {others} ORDER BY 1"
    ).fetchall()
    ((rows,),) = connection.execute(f"SELECT count(*) FROM {everything}").fetchall()
    lines_besides = content.lines_not_records if isinstance(content, JsonRecords) else 0
    problems = tuple(Ragged(line, rule, EXPECTED.get(rule) or expected_of(rule, layout)) for line, rule in ragged)
    return Source(number, found, rows - not_records, not_records + lines_besides, problems, cells)


def _load_parquet(
    connection: duckdb.DuckDBPyConnection,
    content: Text | SheetCells | JsonRecords,
    layout: Layout,
    nulls: Sequence[str],
    table: str,
    restricted: Path,
) -> None:
    parquet = restricted / f"{table}.parquet"
    besides = {"source_line": "source_line", "broken": "broken"}
    all_cells = f"read_parquet({literal(parquet)})"
    if isinstance(content, JsonRecords):
        all_cells = f"({cells_of(content, layout.export)})"
    elif isinstance(content, SheetCells):
        all_cells = f"read_parquet({literal(content.path)})"
        besides["broken"] = "NULL::VARCHAR"
    else:
        write_exactly(content, layout, parquet)
    cells = cleaned(positions(layout), nulls, besides, all_cells)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {cells}")
    if isinstance(content, Text):
        parquet.unlink()
