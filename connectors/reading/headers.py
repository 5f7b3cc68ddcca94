"""The header of an export: where it stands, what its columns are called, and when two names are the same.

first rows of a text or a sheet --Head--> header(s) that may be meant --recognition--> Layout
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest

_LATEST_HEADER = 20
"""Rows among which a header is looked for where something may stand before it."""
_MOST_HEADER_ROWS = 3
_UNSEEN = {**dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff")), ord("’"): "'"}
"""Characters without a shape, which copying leaves behind, and one that has two."""
_UNNAMED = re.compile(r"(column|unnamed: ?|field|\.\.\.|spalte|kolom|colonne)\d+(_level_\d+)?", re.IGNORECASE)
"""What programs call a column that has no name."""


@dataclass(frozen=True)
class HeadRow:
    """One of the first rows of a file: its cells, and the line after it."""

    cells: tuple[str, ...]
    next_line: int

    @property
    def is_blank(self) -> bool:
        return not any(cell.strip(" \t\u00a0") for cell in self.cells)


@dataclass(frozen=True)
class Heading:
    """What a column is called: ``text`` as people are told, and every name that it goes by, comparable."""

    text: str
    whole: str
    parts: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Header:
    """A header that may be meant: its columns, and the line where the records begin."""

    headings: tuple[Heading, ...]
    next_line: int

    @property
    def cells(self) -> tuple[str, ...]:
        return tuple(heading.text for heading in self.headings)


@lru_cache(maxsize=10_000)
def comparable(name: str) -> str:
    """Header names compare without blanks around, case, quotes, or differences that nobody sees."""
    text = unicodedata.normalize("NFKC", name.translate(_UNSEEN)).strip().strip('"').strip()
    return re.sub(r"\s+", " ", text).casefold()


def rows_of_text(lines: Iterator[str], delimiter: str) -> Iterator[HeadRow]:
    """The rows of a text, read with one delimiter. A line ``sep=;`` (as Excel writes it) is none."""
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    rows = (HeadRow(tuple(cell.replace("\ufeff", "") for cell in cells), reader.line_num + 1) for cells in reader)
    return (row for row in rows if row.cells and not _is_separator(row))


def head_of(rows: Iterable[HeadRow]) -> tuple[HeadRow, ...]:
    """As many rows as a header may be found in, from the first one that isn't blank."""
    head: list[HeadRow] = []
    for row in rows:
        if head or not row.is_blank:
            head.append(row)
        if len(head) == _LATEST_HEADER + _MOST_HEADER_ROWS - 1:
            break
    return tuple(head)


def _is_separator(row: HeadRow) -> bool:
    joined = "".join(row.cells).lstrip("\ufeff")
    return len(joined) <= 5 and joined.strip().lower().startswith("sep=")


def possible_headers(head: Sequence[HeadRow], header_rows: int, preamble: bool) -> list[Header]:
    """The headers that an export may mean: the first row (or rows), or any of the first with a ``preamble``."""
    starts = range(min(_LATEST_HEADER, len(head)) if preamble else min(1, len(head)))
    return [
        header_of(head[start : start + header_rows])
        for start in starts
        if not head[start].is_blank and start + header_rows <= len(head)
    ]


def header_of(rows: Sequence[HeadRow]) -> Header:
    """The header that one row, or several together, make."""
    if len(rows) == 1:
        return Header(tuple(Heading(cell, comparable(cell)) for cell in rows[0].cells), rows[0].next_line)
    own = list(zip_longest(*([_named(cell) for cell in row.cells] for row in rows), fillvalue=""))
    full = zip_longest(*(_continued(row) for row in rows[:-1]), map(_named, rows[-1].cells), fillvalue="")
    headings = []
    for cells, written in zip(full, own, strict=True):
        text = " | ".join(filter(None, cells))
        headings.append(Heading(text, comparable(text), frozenset(comparable(cell) for cell in written if cell)))
    return Header(tuple(headings), rows[-1].next_line)


def is_named(cell: str) -> bool:
    """Whether a column has a name of its own, and not one that a program gave it."""
    return bool(_named(cell))


def _named(cell: str) -> str:
    name = cell.strip(" \t\u00a0")
    return "" if _UNNAMED.fullmatch(name) else name


def _continued(row: HeadRow) -> Iterator[str]:
    """The names of an upper row: a blank cell belongs to the one on its left."""
    last = ""
    for cell in row.cells:
        last = _named(cell) or last
        yield last
