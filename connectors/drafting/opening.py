"""A file of any make is opened as a table, without a declaration that says what is in it.

    FILE --encoding, delimiter, header row(s)--> Opened: all cells as text, in a database of its own

What a declaration would say is found out here: how the text is encoded and delimited, in which row the header
stands, and how many rows it has.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import duckdb

from connectors.declaration import Export
from connectors.declaration.json_paths import records_path
from connectors.drafting.json_shape import JsonShape, json_shape
from connectors.errors import OriginalRefused
from connectors.reading import Found, Source, load, parquet_files, workbooks
from connectors.reading.code_pages import likeliest_first
from connectors.reading.headers import Header, Heading, HeadRow, header_of, rows_of_text
from connectors.reading.identification import SheetCells
from connectors.reading.json_records import Place, write_records
from connectors.reading.originals import Text, decoded, encodings_to_try, refuse_if_no_text, uncompressed
from connectors.reading.recognition import Layout

_ENCODINGS = ("utf-8", "utf-16", "windows-1252", "windows-1250", "shift_jis")
_DELIMITERS = (",", ";", "\t", "|", ":")
_ROWS_LOOKED_AT = 400
_LATEST_HEADER = 20
_MOSTLY = 0.6
"""Share of the columns that a header has names for."""


@dataclass(frozen=True)
class Shape:
    """Where a table's header stands: its first row (from 0), its rows, and the header itself."""

    start: int
    header_rows: int
    header: Header


@dataclass(frozen=True)
class Opened:
    """A table whose cells are all text: ``c0``, ``c1`` … of the view of ``source``.

    ``heads`` are its first rows by delimiter, ``encoding`` and ``delimiter`` are empty for a sheet. ``ragged``
    are the lines whose cells are more or fewer than the header's, ``other_sheets`` those that weren't opened.
    Of JSON, the names are paths, and ``json`` says where the records stand.
    """

    connection: duckdb.DuckDBPyConnection
    source: Source
    shape: Shape
    heads: Mapping[str, Sequence[HeadRow]]
    ragged: frozenset[int]
    encoding: str = ""
    delimiter: str = ""
    other_sheets: tuple[str, ...] = ()
    json: JsonShape | None = None

    @property
    def names(self) -> tuple[str, ...]:
        return self.shape.header.cells


@contextmanager
def opened(path: Path, scratch: Path, sheet: str | None = None) -> Iterator[Opened]:
    """Open a file as a table; its cells are kept in ``scratch``, which holds clear text. Raises OriginalRefused."""
    plain = uncompressed(path, scratch)
    # Cells that are loaded a second time lie under the name of the first; the engine would remember those.
    with duckdb.connect(
        config={"temp_directory": str(scratch / "spill"), "enable_external_file_cache": False}
    ) as connection:
        if workbooks.is_zip(plain):
            yield _of_workbook(connection, plain, scratch, sheet)
        elif parquet_files.is_parquet(plain):
            yield _of_parquet(connection, plain, scratch)
        elif shape := json_shape(plain):
            yield _of_json(connection, plain, shape, scratch)
        else:
            refuse_if_no_text(plain)
            yield _of_text(connection, plain, scratch)


# ---------------------------------------------------------------------------------------------------------- text


def _of_text(connection: duckdb.DuckDBPyConnection, plain: Path, scratch: Path) -> Opened:
    encoding, text = _decoded(plain, scratch)
    heads = {delimiter: _first_rows(text, delimiter) for delimiter in _DELIMITERS}
    delimiter = max(_DELIMITERS, key=lambda d: (_agreement(heads[d]), -_DELIMITERS.index(d)))
    shape = shape_of(heads[delimiter])
    source, ragged = _loaded(connection, text, shape, delimiter, scratch)
    return Opened(connection, source, shape, heads, ragged, encoding, delimiter)


def _decoded(plain: Path, scratch: Path) -> tuple[str, Text]:
    for encoding in likeliest_first(plain, encodings_to_try(plain, _ENCODINGS)):
        try:
            return encoding, decoded(plain, encoding, scratch)
        except UnicodeDecodeError:
            continue
    raise OriginalRefused(f"The file is in none of {', '.join(_ENCODINGS)}.", "save it as UTF-8, and try again.")


def _first_rows(text: Text, delimiter: str) -> list[HeadRow]:
    with text.path.open(encoding="utf-8", newline="") as file:
        try:
            return list(islice(rows_of_text(file, delimiter), _ROWS_LOOKED_AT))
        except csv.Error:
            return []


def _agreement(rows: Sequence[HeadRow]) -> float:
    """How well a delimiter explains the rows: the share that has the commonest width of more than one column."""
    widths = Counter(len(row.cells) for row in rows if len(row.cells) > 1)
    if not widths:
        return 0.0
    width, count = max(widths.items(), key=lambda pair: (pair[1], pair[0]))
    return count / len(rows) + min(width, 50) / 1000


# -------------------------------------------------------------------------------------------------------- sheets


def _of_workbook(connection: duckdb.DuckDBPyConnection, plain: Path, scratch: Path, wanted: str | None) -> Opened:
    """The sheet that is asked for, or else the one that spans most cells."""
    with workbooks.opened(plain) as sheets:
        every = list(sheets)
        filled = [sheet for sheet in every if sheet.size and (wanted is not None or not sheet.is_hidden)]
        chosen = [sheet for sheet in filled if wanted in (None, sheet.name)]
        if not chosen:
            names = ", ".join(sheet.name for sheet in filled) or "none"
            raise OriginalRefused("The workbook has no such sheet that holds anything.", f"name one of: {names}.")
        sheet = max(chosen, key=lambda candidate: candidate.size)
        head = list(islice(sheet.rows(), _ROWS_LOOKED_AT))
        shape = shape_of(head)
        target = scratch / "sheet.parquet"
        sheet.write_cells(target, len(shape.header.cells), shape.header.next_line, {})
    others = tuple(other.name for other in filled if other is not sheet)
    source, ragged = _loaded(connection, SheetCells(sheet.name, target), shape, "", scratch)
    return Opened(connection, source, shape, {"": head}, ragged, other_sheets=others)


# ----------------------------------------------------------------------------------------------- Parquet and JSON


def _of_parquet(connection: duckdb.DuckDBPyConnection, plain: Path, scratch: Path) -> Opened:
    head = parquet_files.head(plain)
    shape = Shape(0, 1, header_of(head))
    parquet_files.write_cells(plain, scratch / "cells.parquet", {})
    source, ragged = _loaded(connection, SheetCells("", scratch / "cells.parquet"), shape, "", scratch)
    return Opened(connection, source, shape, {"": head}, ragged)


def _of_json(connection: duckdb.DuckDBPyConnection, plain: Path, found: JsonShape, scratch: Path) -> Opened:
    if not found.paths:
        raise OriginalRefused("The file is JSON, and holds no records.", "check that it is an export of the tool.")
    header = Header(tuple(Heading(path, path) for path in found.paths), 1)
    columns = {f"c{i}": path for i, path in enumerate(found.paths)}
    export = Export.model_validate({"title": "", "delivers": "events", "columns": columns, **found.declared})
    prefix = re.compile(found.line_prefix.encode()) if found.line_prefix else None
    steps = records_path(found.records) if found.records else ()
    content = write_records(plain, Place(steps, prefix, ("draft",), (), is_empty=False), scratch, 0)
    layout = Layout("draft", export, "", header.cells, {name: i for i, name in enumerate(columns)}, (), 1)
    source = load(connection, Found(content, layout), 0, ("",), scratch)
    ragged = frozenset(record.line for record in source.ragged)
    return Opened(connection, source, Shape(0, 1, header), {}, ragged, json=found)


# --------------------------------------------------------------------------------------------------- the header


def shape_of(rows: Sequence[HeadRow]) -> Shape:
    """Where the header of a table stands, by what its first rows look like. Raises OriginalRefused for no table."""
    filled = [sum(bool(cell.strip()) for cell in row.cells) for row in rows]
    if not any(filled):
        raise OriginalRefused("The file holds no table.", "check that it is an export that begins with a header.")
    widths = Counter(len(row.cells) for row, count in zip(rows, filled, strict=True) if count > 1)
    width = min(max(filled), widths.most_common(1)[0][0]) if widths else max(filled)
    wide = [i for i, count in enumerate(filled[:_LATEST_HEADER]) if count >= _MOSTLY * width]
    start = next((i for i in wide if _is_names(rows[i])), (wide or [filled.index(max(filled))])[0])
    count = _header_rows(rows, start)
    return Shape(start, count, header_of(rows[start : start + count]))


def _is_names(row: HeadRow) -> bool:
    """Whether a row may be a header: texts, each one once, and no values."""
    cells = [cell.strip() for cell in row.cells if cell.strip()]
    return len(set(cells)) == len(cells) and not any(map(_is_value, cells))


def _is_value(cell: str) -> bool:
    """Whether a text is an address, or mostly digits (``Q1`` is a name, ``12.5`` and ``2025-01-31`` are none)."""
    digits = sum(letter.isdigit() for letter in cell)
    return "@" in cell or (digits >= len(cell) / 2 and not cell.isidentifier())


def _header_rows(rows: Sequence[HeadRow], start: int) -> int:
    """How many rows make up the header that begins at ``start``."""
    if start + 2 < len(rows) and any('"ImportId"' in cell for cell in rows[start + 2].cells):
        return 3  # Qualtrics: code, text of the question, a mark of its own
    return 2 if start + 2 < len(rows) and _goes_on(rows, start) else 1


def _goes_on(rows: Sequence[HeadRow], start: int) -> bool:
    """Whether the next row is a part of the header: it names what the first row leaves open.

    If it were a record, the columns that every other record fills (an identifier) would be filled as well.
    """
    upper, lower = ({i for i, cell in enumerate(row.cells) if cell.strip()} for row in rows[start : start + 2])
    records = [{i for i, cell in enumerate(row.cells) if cell.strip()} for row in rows[start + 2 :]]
    always = upper.intersection(*records)
    has_values = any(_is_value(cell.strip()) for cell in rows[start + 1].cells if cell.strip())
    return bool(lower - upper) and bool(always - lower) and not has_values


# ------------------------------------------------------------------------------------------------------ the cells


def _loaded(
    connection: duckdb.DuckDBPyConnection, content: Text | SheetCells, shape: Shape, delimiter: str, scratch: Path
) -> tuple[Source, frozenset[int]]:
    """All cells of the table, and the lines that have to be padded or cut for that."""
    strict = load(connection, Found(content, _layout(shape, delimiter, {})), 0, ("",), scratch)
    if not strict.ragged:
        return strict, frozenset()
    lenient = _layout(shape, delimiter, {"short_rows": "pad", "long_rows": "drop_blank"})
    ragged = frozenset(record.line for record in strict.ragged)
    return load(connection, Found(content, lenient), 0, ("",), scratch), ragged


def _layout(shape: Shape, delimiter: str, rules: dict[str, str]) -> Layout:
    cells = shape.header.cells
    positions = {f"c{i}": i for i in range(len(cells))}
    named = {"title": "", "delivers": "events", "columns": {name: name for name in positions}}
    return Layout(
        "draft", Export.model_validate(named | rules), delimiter, cells, positions, (), shape.header.next_line
    )


def some_rows(opened: Opened, target: Path, most: int) -> bool:
    """Write a table with some of the rows, spread evenly, to try a declaration on; false where it isn't that large.

    Only of a text in which every line is a record, because others can't be cut.
    """
    content, lines_before = opened.source.found.content, opened.source.layout.data_line - 1
    rows = opened.source.rows
    if not isinstance(content, Text) or rows <= 2 * most or rows != content.lines - lines_before:
        return False
    with content.path.open("rb") as text, target.open("wb") as part:
        part.writelines(islice(text, lines_before))
        part.writelines(islice(text, 0, None, rows // most))
    return True
