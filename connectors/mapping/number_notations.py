"""Which mark is the decimal one in a file, where its declaration leaves that to the file (``decimal: auto``).

``1.234`` is a bit more than one or more than a thousand, and only other numbers can tell. So the whole column
decides; a column that can't is read as the file's other columns are; and where these can't tell either, a number
that reads in two ways is rejected, never guessed. Numbers with one reading land in any case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import duckdb

from connectors.mapping.numbers import reading

_MARKS = (".", ",")


@dataclass(frozen=True)
class Notation:
    """How the numbers of a column are written. ``decimal`` is empty where the file doesn't settle it."""

    decimal: str
    thousands: str

    def number(self, text: str) -> str:
        """SQL: the number that a bare text stands for, or nothing."""
        if self.decimal:
            return reading(text, self.decimal, self.thousands)
        point, comma = (reading(text, mark, self.thousands) for mark in _MARKS)
        return f"CASE WHEN {self.doubt(text)} THEN NULL ELSE coalesce({point}, {comma}) END"

    def doubt(self, text: str) -> str:
        """SQL: whether a bare text reads in two ways; empty where none can."""
        if self.decimal:
            return ""
        point, comma = (reading(text, mark, self.thousands) for mark in _MARKS)
        return f"coalesce({point} <> {comma}, false)"


@dataclass(frozen=True)
class _Evidence:
    """Different numbers of a column that can only be read with a point or a comma as decimal mark, or with both."""

    point: int
    comma: int
    either: int

    @property
    def mark(self) -> str:
        """The one mark that explains every number; empty where none or both have evidence."""
        if bool(self.point) == bool(self.comma):
            return ""
        return "." if self.point else ","


def notation_of(
    connection: duckdb.DuckDBPyConnection,
    text: str,
    others: Iterable[tuple[str, str]],
    thousands: str,
    records: Callable[[str], str],
) -> Notation:
    """How a column is written. ``text`` is SQL, for which ``records`` is a query; ``others``: all texts with marks."""
    own = _evidence(connection, text, thousands, records(text))
    if own.mark or not own.either:
        return Notation(own.mark, thousands)
    if own.point:  # and a comma: the column is written both ways, so the rest of the file has no say
        return Notation("", thousands)
    marks = {_evidence(connection, other, grouping, records(other)).mark for other, grouping in others} - {""}
    return Notation(marks.pop() if len(marks) == 1 else "", thousands)


def _evidence(connection: duckdb.DuckDBPyConnection, text: str, thousands: str, records: str) -> _Evidence:
    point, comma = (reading("written", mark, thousands) for mark in _MARKS)
    row = connection.execute(
        f"WITH texts AS (SELECT DISTINCT {text} AS written FROM ({records})), "
        f"readings AS (SELECT {point} AS point, {comma} AS comma FROM texts) "
        "SELECT count(*) FILTER (point IS NOT NULL AND comma IS NULL), "
        "count(*) FILTER (comma IS NOT NULL AND point IS NULL), count(*) FILTER (point <> comma) FROM readings"
    ).fetchone()
    return _Evidence(*(row or (0, 0, 0)))
