"""Statements in a column of a table (CSV), as exports of a database have them: the cells of that column are records.

    event_id,emission_time,event
    7f1e…,2024-03-01 10:00:00,"{""id"": ""7f1e…"", ""actor"": {…}, …}"

The table is known by a cell whose quotes are doubled; which column holds statements, by the first row that has one.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import IO

from connectors.errors import OriginalRefused
from connectors.xapi.documents import BLOCK, MAXIMUM, Record

_MARK = b'""actor""'
"""In JSON, no text is followed by a text, so nothing but a cell of a table has it."""
_CELL = re.compile(rb'(?:\A|\n|([,;\t|]))"\s*\{\s*""')
_AFTER = re.compile(rb'\}\s*"([,;\t|])')

csv.field_size_limit(MAXIMUM)


def is_table(content: bytes) -> bool:
    """Whether this is the beginning of a table with statements in a column."""
    return _MARK in content and _CELL.search(content) is not None


def cells(head: bytes, stream: IO[bytes]) -> Iterator[Record]:
    """The cells of the column that holds statements, in a file of which ``head`` was read already."""
    delimiter = _delimiter(head)
    column, rows_before = _place(head, delimiter)
    reader, line = csv.reader(_lines(head, stream), delimiter=delimiter), 1
    try:
        for number, row in enumerate(reader):
            if row and number >= rows_before:
                cell = row[column] if column < len(row) else ""
                yield line, cell.strip().encode(errors="surrogateescape"), None
            line = reader.line_num + 1
    except csv.Error:
        raise OriginalRefused(
            f"What begins on line {line} has no end within {MAXIMUM >> 20} MB, so no statement can be cut out.",
            "export the table again; a quote may be missing.",
        ) from None


def _delimiter(head: bytes) -> str:
    """What separates cells: it stands before the first that holds a statement, or after it."""
    cell = _CELL.search(head)
    found = (cell and cell[1]) or ((after := _AFTER.search(head)) and after[1]) or b","
    return found.decode()


def _place(head: bytes, delimiter: str) -> tuple[int, int]:
    """The column that holds statements, and the number of rows (a header) before the first one."""
    for number, row in enumerate(csv.reader(_lines(head, io.BytesIO()), delimiter=delimiter)):
        for column, cell in enumerate(row):
            if cell.lstrip().startswith("{") and '"actor"' in cell:
                return column, min(number, 1)
    return 0, 0


def _lines(head: bytes, stream: IO[bytes]) -> Iterator[str]:
    """The lines, as `csv` wants them: line breaks may stand within cells. Bytes that are no UTF-8 are kept."""
    rest = head
    while rest:
        block = stream.read(BLOCK)
        end = rest.rfind(b"\n") + 1 if block else len(rest)
        yield from io.StringIO(rest[:end].decode(errors="surrogateescape"), newline="")
        rest = rest[end:] + block
