"""The exact tier: any CSV, in bounded memory, each record with the line where it begins."""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.declaration import Export
from connectors.reading.originals import DAMAGE, Text
from connectors.reading.recognition import Layout

csv.field_size_limit(min(sys.maxsize, 1 << 26))
_CHUNK_ROWS = 20_000
_LONGEST_RECORD = 10_000
"""Physical lines that one record may span: beyond it, a quote was left open."""
OPEN_QUOTE, RAGGED_ROW, ENCODING = "open_quote", "ragged_row", "encoding"
_EXPECTED = {OPEN_QUOTE: "a closing quote", ENCODING: "text in UTF-8, as the rest of the file is"}
_NO_TEXT = re.compile("[\x00\x1a\ufeff]")
"""What stands between texts and is none: padding, the end of a DOS file, the mark of a file that was appended."""
_Record = tuple[int, str | None, list[str]]
"""Line where a record begins, the rule that it breaks, if any, and its cells."""


def write_exactly(text: Text, layout: Layout, target: Path) -> None:
    """All records as Parquet: ``source_line``, ``broken`` and the cells.

    ``broken`` is the rule that a record breaks whose cells can't be told apart; its cells are then only good for
    telling whether it is a record at all.
    """
    width = len(layout.header)
    cells = ((f"c{i}", pa.string()) for i in range(width))
    schema = pa.schema([("source_line", pa.int64()), ("broken", pa.string()), *cells])
    with pq.ParquetWriter(target, schema, compression="snappy") as writer:
        for chunk in _chunks(_fitting(text, layout), _CHUNK_ROWS):
            lines, broken, records = zip(*chunk, strict=True)
            columns = [pa.array(column, pa.string()) for column in zip(*records, strict=True)]
            provenance = [pa.array(lines, pa.int64()), pa.array(broken, pa.string())]
            writer.write_table(pa.Table.from_arrays([*provenance, *columns], schema=schema))


def expected_of(rule: str, layout: Layout) -> str:
    """What a record that breaks the rule should have been like."""
    return _EXPECTED.get(rule) or f"{len(layout.header)} fields, as in the header"


def _chunks(records: Iterator[_Record], size: int) -> Iterator[list[_Record]]:
    chunk: list[_Record] = []
    for record in records:
        chunk.append(record)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _fitting(text: Text, layout: Layout) -> Iterator[_Record]:
    """Records with as many cells as the header, under the quoting rule that fits more of them."""
    escape, width = _better_escape(text, layout), len(layout.header)
    for line, cells, closed in _records(text.path, layout, escape):
        fitted = _fitted(cells, width, layout.export)
        if text.is_damaged and any(DAMAGE in cell for cell in cells):
            yield line, ENCODING, (cells + [""] * width)[:width]
        elif closed and fitted is not None:
            yield line, None, fitted
        else:
            yield line, RAGGED_ROW if closed else OPEN_QUOTE, (cells + [""] * width)[:width]


def _fitted(cells: list[str], width: int, export: Export) -> list[str] | None:
    """The cells, as many as the header has; None where that would be a guess."""
    if len(cells) == width:
        return cells
    if len(cells) < width:
        return cells + [""] * (width - len(cells)) if export.short_rows == "pad" else None
    return cells[:width] if export.long_rows == "drop_blank" and not any(map(str.strip, cells[width:])) else None


def _better_escape(text: Text, layout: Layout) -> str | None:
    r"""Whether ``\"`` is an escaped quote: only where that makes more records fit the header."""
    with text.path.open(encoding="utf-8", newline="") as file:
        if not any('\\"' in line for line in file):
            return None
    width = len(layout.header)
    misfits = {
        escape: sum(not closed or len(cells) != width for _, cells, closed in _records(text.path, layout, escape))
        for escape in (None, "\\")
    }
    return "\\" if misfits["\\"] < misfits[None] else None


def _records(path: Path, layout: Layout, escape: str | None) -> Iterator[tuple[int, list[str], bool]]:
    """Line, cells and whether all quotes are closed, of every record that isn't blank.

    A quote that is left open would swallow the rest of the file. A record that spans lines and doesn't fit the
    header is therefore given up, and reading resumes on the line after the one where it began.
    """
    with path.open(encoding="utf-8", newline="") as file:
        lines = _Lines(file, layout.data_line)
        while True:
            begin = lines.number + 1
            try:
                cells = lines.record(layout.delimiter, escape)
            except StopIteration:
                return
            spanned = lines.number + 1 - begin
            if spanned > 1 and (len(cells) != len(layout.header) or lines.is_cut):
                lines.resume_after(begin)
                yield begin, cells, False
            elif lines.is_cut:
                yield begin, cells, False
            elif any(cell.strip() for cell in cells) or len(cells) > 1:
                yield begin, cells, True


class _Lines:
    """Physical lines of a file with a memory of the record at hand, so that a record can be given up."""

    def __init__(self, file: Iterator[str], first: int) -> None:
        self._file = file
        self._again: list[str] = []
        self._current: list[str] = []
        self.number = first - 1
        for _ in range(first - 1):
            next(file, None)

    def record(self, delimiter: str, escape: str | None) -> list[str]:
        """The next record. Raises StopIteration at the end of the file."""
        self._current = []
        self.is_cut = False
        reader = csv.reader(self._feed(), delimiter=delimiter, escapechar=escape, skipinitialspace=True, strict=False)
        try:
            return next(reader)
        except csv.Error:
            self.is_cut = True
            return []

    def _feed(self) -> Iterator[str]:
        """Lines for one record. More than one is asked for only inside quotes, so the end there means cut off."""
        while len(self._current) < _LONGEST_RECORD:
            line = self._again.pop() if self._again else next(self._file, None)
            if line is None:
                self.is_cut = bool(self._current)
                return
            self._current.append(line)
            self.number += 1
            yield _NO_TEXT.sub("", line)
        self.is_cut = True

    def resume_after(self, line: int) -> None:
        """Give up the record at hand but for its first line."""
        self._again.extend(reversed(self._current[1:]))
        self.number = line
