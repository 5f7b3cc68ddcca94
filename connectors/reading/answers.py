"""Wide columns that are items because of what they hold: scales, and options that were ticked.

    tables.load --Source--> the share of cells that fit, column by column --> Source with the items that are confirmed

The header of a question doesn't say whether its answers are scale points or free text, in which people write about
themselves and others. What was written in a column as a whole does. A column that isn't confirmed is not read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from connectors.declaration import Items
from connectors.errors import OriginalRefused
from connectors.reading import tables
from connectors.reading.identification import Found
from connectors.reading.items import Item
from connectors.reading.tables import Source
from connectors.sql import literal

_STRAY = 0.1
"""Share of the filled cells of a scale that may be something else; one may in any case, if two are not."""
_OFTEN = 5


def load(
    connection: duckdb.DuckDBPyConnection, found: Found, number: int, nulls: Sequence[str], restricted: Path
) -> Source:
    """As ``tables.load``, with the items that what they hold confirms.

    Raises OriginalRefused where items are required, and none of them is confirmed.
    """
    source = tables.load(connection, found, number, nulls, restricted)
    items = source.layout.items
    if not any(item.declared.asks_what_it_holds for item in items):
        return source
    has_records = source.rows > len(source.ragged)
    kept = _first_of_each_cell(items, _held(connection, source) if has_records else [True] * len(items))
    if any(each.required for each in source.layout.export.items) and not any(item.declared.required for item in kept):
        raise _unanswered(source)
    return replace(source, found=replace(found, layout=replace(source.layout, items=kept)))


def _held(connection: duckdb.DuckDBPyConnection, source: Source) -> list[bool]:
    """Whether each item holds what its declaration asks for."""
    items = source.layout.items
    held = [not item.declared.asks_what_it_holds for item in items]
    for declared in source.layout.export.items:
        asked = [i for i, item in enumerate(items) if item.declared is declared and declared.asks_what_it_holds]
        if declared.ticked:
            columns = Counter(_question(items[i]) for i in asked)
            asked = [i for i in asked if columns[_question(items[i])] > 1]
        if asked:
            cells = ", ".join(f'"cell_{items[i].cells["cell"]}"' for i in asked)
            for place, is_confirmed in connection.execute(_confirmed(declared, cells, source.view)).fetchall():
                held[asked[place - 1]] = is_confirmed
    return held


def _question(item: Item) -> str:
    """What an option answers, the first group of its header. One that has no other beside it is no option."""
    return item.attributes[next(iter(re.compile(item.declared.header).groupindex))]


def _confirmed(declared: Items, cells: str, view: str) -> str:
    """A query: the place of a column among the cells, and whether it holds what is declared."""
    texts = (
        "SELECT place, text, count(*) AS filled FROM "
        f"(SELECT unnest([{cells}]) AS text, unnest(range(1, len([{cells}]) + 1)) AS place FROM {view}) "
        "WHERE text IS NOT NULL GROUP BY ALL"
    )
    if declared.ticked:
        confirmed = f"count(*) = 1 AND sum(filled) >= {_OFTEN}"
    else:
        fits = f"regexp_matches(text, {literal(declared.mostly)})"
        fitting, stray = f"sum(filled) FILTER ({fits})", f"coalesce(sum(filled) FILTER (NOT {fits}), 0)"
        confirmed = f"{stray} = 0 OR coalesce({fitting} > 1 AND {stray} <= greatest(1, {_STRAY} * sum(filled)), false)"
    return f"SELECT place, {confirmed} FROM ({texts}) GROUP BY place"


def _first_of_each_cell(items: Sequence[Item], held: Sequence[bool]) -> tuple[Item, ...]:
    """The items that are confirmed, of several over one cell the first."""
    kept: list[Item] = []
    taken: set[int] = set()
    for item, is_confirmed in zip(items, held, strict=True):
        if is_confirmed and taken.isdisjoint(item.cells.values()):
            kept.append(item)
            taken.update(item.cells.values())
    return tuple(kept)


def _unanswered(source: Source) -> OriginalRefused:
    columns = len({position for item in source.layout.items for position in item.cells.values()})
    return OriginalRefused(
        f"The header may be that of {source.layout.name} ({source.layout.export.title}), but what stands below it is "
        f"not: among its columns ({columns}) is none of which nine of ten filled cells look as declared. Nothing was "
        "landed.",
        f"check that it lies in the inbox of the right tool, and export it so: {source.layout.export.how}",
    )
