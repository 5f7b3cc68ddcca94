"""The cells of a record that are mapped, how they are cleaned, and which rows are records: the same in all tiers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import duckdb

from connectors.declaration import Condition
from connectors.reading.conditions import asked, first_filled
from connectors.reading.recognition import Layout
from connectors.sql import literal


def cell_names(layout: Layout) -> dict[int, str]:
    """The cells that are mapped: position → column of the source."""
    items = {position: f"cell_{position}" for item in layout.items for position in item.cells.values()}
    return items | {position: name for name, position in layout.positions.items()}


def positions(layout: Layout) -> dict[str, str]:
    """SQL for each mapped cell in a table of all cells."""
    return {name: f"c{position}" for position, name in cell_names(layout).items()}


def as_read(cells: Mapping[str, str], besides: Mapping[str, str], table: str) -> str:
    """A query for cells of a table (name → SQL) as they stand there, after other columns."""
    held = [f"{sql} AS {name}" for name, sql in besides.items()] + [f'{sql} AS "{name}"' for name, sql in cells.items()]
    return f"SELECT {', '.join(held)} FROM {table}"


def cleaned(cells: Mapping[str, str], nulls: Sequence[str], besides: Mapping[str, str], table: str) -> str:
    """A query for cells of a table (name → SQL), trimmed and without null texts, after other columns."""
    marks = {name: f'"{name}~"' for name in cells}
    trimmed = [f"{_trimmed(cell)} AS {marks[name]}" for name, cell in cells.items()]
    filled = [f'{_filled(mark, nulls)} AS "{name}"' for name, mark in marks.items()]
    before = [f"{expression} AS {name}" for name, expression in besides.items()]
    return f"SELECT {', '.join([*besides, *filled])} FROM (SELECT {', '.join([*before, *trimmed])} FROM {table})"


@dataclass(frozen=True)
class Cells:
    """The mapped cells as they stand in a table. ``nulls`` is None where they are clean already."""

    names: tuple[str, ...]
    nulls: tuple[str, ...] | None

    @property
    def in_place(self) -> dict[str, str]:
        return {name: f'"{name}"' for name in self.names}

    def clean(self, rows: str, besides: Mapping[str, str], names: Collection[str] | None = None) -> str:
        """A query for the clean text of some cells of ``rows``, after other columns."""
        held = {name: cell for name, cell in self.in_place.items() if names is None or name in names}
        return as_read(held, besides, rows) if self.nulls is None else cleaned(held, self.nulls, besides, rows)

    def one(self, name: str) -> str:
        """SQL for the clean text of one cell."""
        cell = f'"{name}"'
        return cell if self.nulls is None else _filled(_trimmed(cell), self.nulls)


def find_no_records(connection: duckdb.DuckDBPyConnection, cells: Cells, layout: Layout, rows: str) -> int:
    """Count the rows that the declaration knows to be no records; ``no_<rows>`` has their lines, if there are any."""
    held = []
    for condition in layout.export.not_records:
        names = [name for name in condition.column if name in layout.positions]
        if cells.nulls is None or _is_held_somewhere(connection, cells, names, condition, rows):
            held.append(f"({asked(condition, first_filled([cells.one(name) for name in names]))})")
    if not held:
        return 0
    found = f"SELECT source_line FROM {rows} WHERE {' OR '.join(held)}"
    row = connection.execute(f"CREATE OR REPLACE TEMP TABLE no_{rows} AS {found}").fetchone()
    return int(row[0]) if row else 0


def _is_held_somewhere(
    connection: duckdb.DuckDBPyConnection, cells: Cells, names: Sequence[str], condition: Condition, rows: str
) -> bool:
    """Whether a condition holds for any row. Different texts of the first cell tell, but where that is blank."""
    reached = "true"
    for name in names:
        texts = f'SELECT DISTINCT "{name}" FROM {rows} WHERE {reached}'
        holds = f"bool_or({asked(condition, 'text')}) FILTER (text IS NOT NULL)"
        clean = cells.clean(f"({texts})", {"text": cells.one(name)}, ())
        row = connection.execute(f"SELECT {holds}, count(*) FILTER (text IS NULL) FROM ({clean})").fetchone()
        if row is None or row[0]:
            return row is not None
        if not row[1]:
            return False
        reached += f" AND {cells.one(name)} IS NULL"
    found = connection.execute(f"SELECT 1 FROM {rows} WHERE {reached} AND {asked(condition, 'NULL::VARCHAR')} LIMIT 1")
    return found.fetchone() is not None


def _filled(text: str, nulls: Sequence[str]) -> str:
    """Nothing where a text means that there is nothing."""
    words = ", ".join(map(literal, sorted({"", *nulls})))
    return f"CASE WHEN {text} NOT IN ({words}) THEN {text} END"


_BLANKS = (" ", "\t", "\r", "\n", "\u00a0")


def _trimmed(cell: str) -> str:
    """Without blanks around, also those beyond ASCII. Most cells have none, and looking is cheaper than trimming."""
    at_end = " OR ".join(f"suffix({cell}, {literal(blank)})" for blank in _BLANKS)
    bare = f"{cell} >= '!' AND NOT ({at_end} OR prefix({cell}, {literal(_BLANKS[-1])}))"
    return f"CASE WHEN {bare} THEN {cell} ELSE trim({cell}, {literal(''.join(_BLANKS))}) END"
