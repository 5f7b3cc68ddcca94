"""The cells of a record that are mapped, and how they are cleaned: the same in both tiers."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.reading.recognition import Layout
from connectors.sql import literal


def cell_names(layout: Layout) -> dict[int, str]:
    """The cells that are mapped: position → column of ``source``."""
    items = {position: f"cell_{position}" for item in layout.items for position in item.cells.values()}
    return items | {position: name for name, position in layout.positions.items()}


def cleaned(layout: Layout, nulls: Sequence[str], first: str, expression: str, table: str) -> str:
    """A query for the mapped cells of a table of all cells, trimmed and without null texts, after a first column."""
    names = sorted(cell_names(layout).items())
    words = ", ".join(map(literal, sorted({"", *nulls})))
    trimmed = ", ".join(f"{_trimmed(f'c{position}')} AS t{position}" for position, _ in names)
    cells = ", ".join(
        f'CASE WHEN t{position} NOT IN ({words}) THEN t{position} END AS "{name}"' for position, name in names
    )
    return f"SELECT {first}, {cells} FROM (SELECT {expression} AS {first}, {trimmed} FROM {table})"


def _trimmed(cell: str) -> str:
    """Without blanks around, also those beyond ASCII. Most cells have none, and looking is cheaper than trimming."""
    bare = f"ascii({cell}) BETWEEN 33 AND 126 AND ascii(right({cell}, 1)) BETWEEN 33 AND 126"
    return f"CASE WHEN {bare} THEN {cell} ELSE trim({cell}, ' \t\r\n\u00a0') END"
