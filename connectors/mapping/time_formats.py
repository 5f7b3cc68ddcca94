"""Which of the declared time formats a file uses.

``3/4/21`` is a day in April or in March, and only the rest of the file can tell. So the decision is made for the
file and not for the row: the first format that reads every value is the one. Where none does, formats are mixed
only as long as no value of the file reads differently in two of them. A column that leaves day and month open is read
as the file's other dates are; where these can't tell either, in the order in which the formats are declared.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

import duckdb

from connectors.sql import literal

_OF_DATE_CELLS = r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d(\.\d{3}|\.\d{6}\+00:00)?)?"
_FORMATS_OF_DATE_CELLS = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S.%g", "%Y-%m-%d %H:%M:%S.%f%z")

_LIKE_A_WORD = r"[A-Za-z]{3}|[^\x00-\x7F]"
"""Where a month may be a word. Letters of all scripts (``\\pL``) would say it better, and take ten times as long."""


@dataclass(frozen=True)
class Writing:
    """How times are written in a file: the formats, in order, and whether months are words.

    ``is_day_first`` is what the values themselves prove, if they do. ``turned`` are the formats with day and month the
    other way round where the values read so just as well, and otherwise; empty where they don't.
    """

    formats: tuple[str, ...]
    has_month_words: bool
    is_day_first: bool | None = None
    turned: tuple[str, ...] = ()

    def beside(self, others: Iterable[Writing]) -> Writing:
        """How an open column is written beside others of the file: as those that prove an order, if they agree."""
        proven = {other.is_day_first for other in others} - {None}
        if not self.turned or len(proven) != 1 or _is_day_first(self.formats[-1]) in proven:
            return self
        return replace(self, formats=self.turned, turned=self.formats)


def writing_of(
    connection: duckdb.DuckDBPyConnection,
    declared: tuple[str, ...],
    month_words: dict[str, str],
    text: str,
    records: str,
    *,
    of_sheet: bool,
) -> Writing:
    """How the times of the records are written. ``text`` is SQL over ``records``, a query.

    The date cells ``of_sheet`` were written by `reading.workbooks` or `reading.parquet_files` and are beyond doubt,
    whatever is declared; they have no say in how the texts beside them are meant.
    """
    if of_sheet:
        text = f"CASE WHEN NOT regexp_full_match({text}, {literal(_OF_DATE_CELLS)}) THEN {text} END"
        writing = writing_of(connection, declared, month_words, text, records, of_sheet=False)
        others = tuple(f for f in writing.formats if f not in _FORMATS_OF_DATE_CELLS)
        turned = (*_FORMATS_OF_DATE_CELLS, *writing.turned) if writing.turned else ()
        return replace(writing, formats=(*_FORMATS_OF_DATE_CELLS, *others), turned=turned)
    if len(declared) == 1 and not month_words:
        return Writing(declared, False)
    table = "CREATE OR REPLACE TEMP TABLE times AS"
    connection.execute(f"{table} SELECT DISTINCT {text} AS written FROM ({records})")
    has_words = bool(month_words) and _count(connection, f"regexp_matches(written, {literal(_LIKE_A_WORD)})") > 0
    if has_words:
        connection.execute(f"{table} SELECT {month_numbers('written', month_words)} AS written FROM times")
        return Writing(_decided(connection, declared), has_words)
    formats = _decided(connection, declared)
    return _ordered(connection, formats[0], declared) if len(formats) == 1 else Writing(formats, False)


def parsed(text: str, time_format: str) -> str:
    """SQL: a text under one format, as a timestamp or nothing. ``%z`` also reads ``Z``, which the engine does not."""
    if "%z" in time_format:
        text = f"regexp_replace({text}, 'Z$', '+00:00')"
    return f"try_strptime({text}, {literal(time_format)})"


def believed(text: str, time_format: str) -> str:
    """SQL: as :func:`parsed`; but DuckDB reads the 26 of 2026 as a year of four digits, too, which is no reading."""
    stamp = f"{parsed(text, time_format)}::TIMESTAMP"
    return f"CASE WHEN year({stamp}) > 99 THEN {stamp} END" if "%Y" in time_format else stamp


def month_numbers(text: str, words: dict[str, str]) -> str:
    """SQL: the text with the name of its month, in whatever language, replaced by a number."""
    longest_first = sorted(map(str.lower, words), key=len, reverse=True)
    alternatives = "|".join(map(re.escape, longest_first))
    word = f"regexp_extract(lower({text}), {literal(f'({alternatives})')}, 1)"
    numbers = "MAP {" + ", ".join(f"{literal(word.lower())}: {literal(number)}" for word, number in words.items()) + "}"
    replaced = f"regexp_replace(lower({text}), {word} || '[.]?', {numbers}[{word}])"
    return f"CASE WHEN {word} <> '' THEN {replaced} ELSE {text} END"


def _decided(connection: duckdb.DuckDBPyConnection, declared: tuple[str, ...]) -> tuple[str, ...]:
    total = _count(connection, "written IS NOT NULL")
    counts: dict[str, int] = {}
    for written in declared:
        counts[written] = _count(connection, f"{_reading(written)} IS NOT NULL")
        if counts[written] == total:
            return (written,)
    chosen: list[str] = []
    for written in sorted(declared, key=lambda f: -counts[f]):
        if counts[written] and not any(
            _count(connection, f"{_reading(written)} <> {_reading(other)}") for other in chosen
        ):
            chosen.append(written)
    return tuple(chosen) or declared[:1]


def _ordered(connection: duckdb.DuckDBPyConnection, written: str, declared: tuple[str, ...]) -> Writing:
    """What the values that one format reads say of the order of day and month."""
    is_day_first, twin = _is_day_first(written), _turned(written)
    if is_day_first is None:
        return Writing((written,), False)
    if _any(connection, f"{_reading(written)} IS NOT NULL AND {_reading(twin)} IS NULL"):
        return Writing((written,), False, is_day_first)
    is_open = twin in declared and _any(connection, f"{_reading(written)} <> {_reading(twin)}")
    return Writing((written,), False, turned=(twin,) if is_open else ())


def _is_day_first(time_format: str) -> bool | None:
    """None where the order is beyond doubt, or there is no day."""
    day, month = time_format.find("%d"), time_format.find("%m")
    return None if day < 0 or month < 0 or time_format.startswith("%Y") else day < month


def _turned(time_format: str) -> str:
    return re.sub("%[dm]", lambda found: "%m" if found[0] == "%d" else "%d", time_format)


def _reading(time_format: str) -> str:
    return believed("written", time_format)


def _count(connection: duckdb.DuckDBPyConnection, where: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM times WHERE {where}").fetchone()
    return int(row[0]) if row else 0


def _any(connection: duckdb.DuckDBPyConnection, where: str) -> bool:
    """Whether there is such a value; the first one found ends the search."""
    return connection.execute(f"SELECT 1 FROM times WHERE {where} LIMIT 1").fetchone() is not None
