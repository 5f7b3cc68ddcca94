"""A workbook (.xlsx) becomes sheets of text cells.

    workbook --Sheet (one at a time)--> head --recognition--> Layout --write_cells--> Parquet: source_line, c0, c1 …

A sheet becomes what the tool would have written as CSV, with two differences that spare guesses. Dates are written
as ISO 8601, whatever they look like in Excel, because a date cell is a date and not a text; `mapping` reads that
before any format that is declared. And every cell knows its row and column, so a record is never ragged.

    date, date and time   2025-03-01, or 2025-03-01 09:05:00 (milliseconds only where there are any)
    time, duration        09:05:00, 26:30:00
    number                1007, 0.5 (with the decimal mark that the declaration reads there)
    boolean               true, false
    error (#N/A, #REF!)   nothing: a formula that failed has no value

Why not a text file for the same reader as CSV: a line break inside a cell would cost the row number, and a column
of half a million numbers would be quoted, split and unquoted for nothing.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from connectors.errors import OriginalRefused
from connectors.reading.headers import HeadRow

_CHUNK_ROWS = 20_000
_CHUNK_BYTES = 1 << 22
_MOST_BYTES = 4 << 30
"""Size of a workbook when unpacked that is still believed to be one."""
_MOST_CELLS = 20_000_000
"""Cells of a sheet, from its first to its last. It is read whole, and full cells of text take some 150 bytes each."""
_PLACE = re.compile(rb' r="(?:(\d+)"|([A-Z]{2,3})\d)')
"""The number of a row, or the column of a cell beyond Z."""
_AS_CSV = "save the sheet as CSV (UTF-8), and drop that"


@dataclass(frozen=True)
class Sheet:
    """One worksheet, which is read into memory when it is first asked for its cells."""

    name: str
    is_hidden: bool
    _workbook: CalamineWorkbook

    @cached_property
    def _cells(self) -> CalamineSheet:
        return self._workbook.get_sheet_by_name(self.name)

    @property
    def size(self) -> int:
        """How many cells it spans; none where it is blank."""
        return self._cells.width * self._cells.height

    def rows(self) -> Iterator[HeadRow]:
        """Its rows as text, for the header."""
        return (HeadRow(tuple(map(_plain, row)), line + 1) for line, row in self._rows())

    def write_cells(self, target: Path, width: int, data_line: int, marks: Mapping[int, str]) -> int:
        """The rows from ``data_line`` on that aren't blank, as Parquet; returns how many. ``marks``: see `_number`."""
        schema = pa.schema([("source_line", pa.int64()), *((f"c{i}", pa.string()) for i in range(width))])
        blank = [""] * self._cells.width
        rows = ((line, row) for line, row in self._rows() if line >= data_line and row != blank)
        written = 0
        with pq.ParquetWriter(target, schema, compression="snappy") as writer:
            while chunk := list(islice(rows, _CHUNK_ROWS)):
                columns = zip(*(row for _, row in chunk), strict=True)
                cells = [pa.array(_texts(column, marks.get(i, ".")), pa.string()) for i, column in enumerate(columns)]
                lines = pa.array([line for line, _ in chunk], pa.int64())
                writer.write_table(pa.Table.from_arrays([lines, *cells[:width]], schema=schema))
                written += len(chunk)
        return written

    def _rows(self) -> Iterator[tuple[int, list[Any]]]:
        return enumerate(self._cells.iter_rows(), 1)


def is_zip(path: Path) -> bool:
    """Whether the bytes are a ZIP archive, as every workbook is."""
    with path.open("rb") as file:
        return file.read(4) == b"PK\x03\x04"


@contextmanager
def opened(path: Path) -> Iterator[Iterator[Sheet]]:
    """The worksheets of a workbook, one after the other. Raises OriginalRefused for what is none, or damaged."""
    parts = _worksheets(path)
    with _damage_is_refused():
        workbook = CalamineWorkbook.from_path(path)
        with workbook:
            _refuse_what_explodes(path, parts)
            yield _sheets(workbook)


def _sheets(workbook: CalamineWorkbook) -> Iterator[Sheet]:
    for sheet in workbook.sheets_metadata:
        if sheet.typ is SheetTypeEnum.WorkSheet:
            yield Sheet(sheet.name, sheet.visible is not SheetVisibleEnum.Visible, workbook)


@contextmanager
def _damage_is_refused() -> Iterator[None]:
    try:
        yield
    except (CalamineError, zipfile.BadZipFile) as error:
        raise _damaged(type(error).__name__) from error


def _damaged(what: str) -> OriginalRefused:
    return OriginalRefused(
        f"The workbook is cut off or damaged ({what}), so nothing of it was landed.",
        "open it in Excel, which may repair it, and save it anew; or fetch it again from the tool.",
    )


def _worksheets(path: Path) -> list[zipfile.ZipInfo]:
    """The parts of the archive that are worksheets."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except zipfile.BadZipFile as error:
        raise _damaged(type(error).__name__) from error
    names = {part.filename for part in parts}
    if "xl/workbook.bin" in names or "content.xml" in names:
        raise OriginalRefused(
            "The file is a workbook in another format than .xlsx (.xlsb or .ods).", "save it as .xlsx, and drop that."
        )
    if "xl/workbook.xml" not in names:
        raise OriginalRefused(
            "The file is a ZIP archive, and no Excel workbook.", "unpack it, and drop the files that are in it."
        )
    if sum(part.file_size for part in parts) > _MOST_BYTES:
        raise OriginalRefused(f"The workbook is larger than {_MOST_BYTES >> 30} GiB when unpacked.", f"{_AS_CSV}.")
    return [part for part in parts if re.match(r"xl/worksheets/[^/]+\.xml$", part.filename)]


def _refuse_what_explodes(path: Path, parts: Sequence[zipfile.ZipInfo]) -> None:
    """Refuse sheets that are too large to be read whole; one stray cell in the last column is enough for that."""
    with zipfile.ZipFile(path) as archive:
        for part in parts:
            if (cells := _area(archive, part)) > _MOST_CELLS:
                raise OriginalRefused(
                    f"A sheet spans {cells:,} cells from its first to its last; at most {_MOST_CELLS:,} are read.",
                    f"delete what stands far to the right of, or below, the table; or {_AS_CSV}.",
                )


def _area(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> int:
    """Cells of a sheet from A1 to its last row and last column."""
    last_row, last_column, rest = 0, b"Z", b""
    with archive.open(part) as file:
        while chunk := file.read(_CHUNK_BYTES):
            text = rest + chunk
            rows, columns = map(set, zip((b"0", b"Z"), *_PLACE.findall(text), strict=True))
            last_row = max(last_row, *(int(row or 0) for row in rows))
            last_column = max(last_column, *columns, key=lambda name: (len(name), name))
            rest = text[-20:]
    return last_row * _column_number(last_column)


def _column_number(name: bytes) -> int:
    number = 0
    for letter in name:
        number = number * 26 + letter - ord("A") + 1
    return number


# ------------------------------------------------------------------------------------------------- cells as text


def _texts(column: Sequence[Any], mark: str) -> Sequence[str]:
    """The texts of a column; one of texts only, as most are, stays as it is."""
    types = set(map(type, column))
    if types <= {str}:
        return column
    writers = {kind: _WRITERS[kind] for kind in types if kind in _WRITERS}
    if mark != ".":
        writers[float] = lambda value: _number(value, mark)
    return [writers[type(value)](value) for value in column]


def _plain(value: Any) -> str:
    return _WRITERS[type(value)](value)


def _number(value: float, mark: str = ".") -> str:
    """A number as a tool would write it into CSV, so without ``.0``.

    ``mark`` is the decimal mark. Where it is ``auto`` (the file has to tell it), three decimals get a zero behind
    them, because 1.234 alone may be more than a thousand.
    """
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    text = repr(value)
    if mark == "auto":
        return text + "0" if re.fullmatch(r"-?\d{1,3}\.\d{3}", text) else text
    return text.replace(".", mark)


def _moment(value: datetime) -> str:
    """To the millisecond: Excel counts days, so a second is a fraction that doesn't end."""
    rounded = value + timedelta(microseconds=500)
    thousandths = rounded.microsecond // 1000
    text = rounded.isoformat(" ", "seconds")
    return f"{text}.{thousandths:03}" if thousandths else text


def _duration(value: timedelta) -> str:
    seconds = round(value.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


_WRITERS: dict[type, Callable[[Any], str]] = {
    str: str,
    float: _number,
    int: str,
    bool: lambda value: "true" if value else "false",
    datetime: _moment,
    date: date.isoformat,
    time: lambda value: value.isoformat("seconds"),
    timedelta: _duration,
}
