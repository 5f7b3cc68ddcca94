"""The cells of a record that are mapped, how they are cleaned, and which rows are records: the same in all tiers."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.reading.conditions import asked, first_filled
from connectors.reading.recognition import Layout
from connectors.sql import literal


def cell_names(layout: Layout) -> dict[int, str]:
    """The cells that are mapped: position → column of the source."""
    items = {position: f"cell_{position}" for item in layout.items for position in item.cells.values()}
    return items | {position: name for name, position in layout.positions.items()}


def cleaned(layout: Layout, nulls: Sequence[str], besides: dict[str, str], table: str) -> str:
    """A query for the mapped cells of a table of all cells, trimmed and without null texts, after other columns."""
    names = sorted(cell_names(layout).items())
    words = ", ".join(map(literal, sorted({"", *nulls})))
    trimmed = [f"{_trimmed(f'c{position}')} AS t{position}" for position, _ in names]
    cells = [f'CASE WHEN t{position} NOT IN ({words}) THEN t{position} END AS "{name}"' for position, name in names]
    before = [f"{expression} AS {name}" for name, expression in besides.items()]
    return f"SELECT {', '.join([*besides, *cells])} FROM (SELECT {', '.join([*before, *trimmed])} FROM {table})"


def is_no_record(layout: Layout) -> str:
    """SQL over the mapped cells: whether the declaration knows a row to be no record."""
    conditions = (
        asked(condition, first_filled([f'"{name}"' for name in condition.column if name in layout.positions]))
        for condition in layout.export.not_records
    )
    return f"({' OR '.join(f'({condition})' for condition in conditions) or 'false'})"


def _trimmed(cell: str) -> str:
    """Without blanks around, also those beyond ASCII. Most cells have none, and looking is cheaper than trimming."""
    bare = f"ascii({cell}) BETWEEN 33 AND 126 AND ascii(right({cell}, 1)) BETWEEN 33 AND 126"
    return f"CASE WHEN {bare} THEN {cell} ELSE trim({cell}, ' \t\r\n\u00a0') END"
