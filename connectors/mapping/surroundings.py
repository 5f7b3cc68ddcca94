"""What a declared value may refer to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from connectors.declaration import Value
from connectors.mapping.number_notations import Notation
from connectors.mapping.time_formats import Writing
from connectors.reading import first_filled

ABSENT = "NULL::VARCHAR"
"""SQL for what a file does not have."""


@dataclass(frozen=True)
class Surroundings:
    """What a value may refer to: the record's cells (name → SQL), and what holds for the whole file.

    ``settling`` says how a home settles a decimal mark that its files leave open.
    """

    cells: dict[str, str]
    headers: dict[str, str]
    given: dict[str, str]
    timezone: str
    decimal: str
    thousands: str
    settling: str
    day_first: bool | None
    has_date_cells: bool
    writing: Callable[[tuple[str, ...], dict[str, str], str], Writing]
    notation: Callable[[Value, str], Notation]
    sole: Callable[[str], str | None]
    shared: Callable[[str], str]

    def cell(self, names: tuple[str, ...]) -> str:
        """The first of the named cells that holds something; ``ABSENT`` where the file has none of them."""
        return first_filled(self.present(names))

    def present(self, names: tuple[str, ...]) -> list[str]:
        """Those of the named cells that the file has."""
        return [self.cells[name] for name in names if self.cells.get(name, ABSENT) != ABSENT]

    def label(self, names: tuple[str, ...]) -> str:
        """Columns by the names that they have in the original; by ours where it has none of them."""
        return ", ".join([self.headers[name] for name in names if name in self.headers] or names)
