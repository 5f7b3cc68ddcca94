"""Rows that are no records: totals, the end of a report, a row of points that may be had, blank rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.drafting.names import words
from connectors.drafting.opening import Opened
from connectors.drafting.vocabulary import vocabulary
from connectors.drafting.wide import literally

_AT_THE_END, _AT_THE_START = 12, 2
"""Rows at either end of a table that are looked at."""
_SPARSE = 0.6
"""Share of the cells up to which a row may be no record."""


@dataclass(frozen=True)
class NotRecords:
    """What the rows begin with, by the position of that cell, the lines of these rows, and whether some are blank."""

    beginnings: Mapping[int, Sequence[str]]
    lines: frozenset[int]
    has_blank: bool

    def conditions(self, names: Mapping[int, str], declared: Sequence[str]) -> list[dict[str, Any]]:
        """What a declaration says of them."""
        found: list[dict[str, Any]] = [
            {"column": names[position], "matches": f"^({'|'.join(patterns)})"}
            for position, patterns in self.beginnings.items()
        ]
        return found + ([{"column": list(declared), "filled": "false"}] if self.has_blank and declared else [])


def rows_at_the_edges(opened: Opened) -> NotRecords:
    """The rows at the ends of a table that look like none of its records."""
    view, width = opened.source.view, len(opened.names)
    cells = ", ".join(opened.source.layout.positions)
    rows = opened.connection.execute(
        f"SELECT * FROM ((SELECT source_line, {cells} FROM {view} ORDER BY source_line DESC LIMIT {_AT_THE_END}) "
        f"UNION (SELECT source_line, {cells} FROM {view} ORDER BY source_line LIMIT {_AT_THE_START})) ORDER BY 1"
    ).fetchall()
    beginnings: dict[int, dict[str, None]] = {}
    lines: set[int] = set()
    for line, *row in rows:
        filled = [i for i, cell in enumerate(row) if cell is not None]
        known = _known(row[filled[0]]) if filled and len(filled) <= max(1, _SPARSE * width) else None
        if known:
            beginnings.setdefault(filled[0], {})[known] = None
            lines.add(line)
    blank = opened.connection.execute(f"SELECT count(*) FROM {view} WHERE coalesce({cells}) IS NULL").fetchone()
    has_blank = bool(blank and blank[0]) and width > 1
    return NotRecords({position: list(texts) for position, texts in beginnings.items()}, frozenset(lines), has_blank)


def _known(text: str) -> str | None:
    """A pattern for the beginning of a row that is none; the whole cell where that is all it says."""
    said = words(text)
    for known in sorted(vocabulary().not_a_record, key=len, reverse=True):
        if said == known:
            return literally(text) + "$"
        if f"{said} ".startswith(f"{known} ") and (
            len(known.split()) > 1 or any(map(str.isdigit, text)) or ":" in text
        ):
            return literally(" ".join(text.split()[: len(known.split())]).rstrip(":"))
    return None
