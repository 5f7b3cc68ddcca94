"""An original becomes a table of text cells, each record with the line where it begins.

    original --originals--> Text --recognition--> Layout --load--> view ``source`` (source_line, one column per cell)

Two tiers. DuckDB reads the file where every physical line is one record, which is proven by counting both; it is
fast, but can't say on which line a record begins, and gives up at the first oddity. Everything else goes to an
exact reader in bounded memory. A record with too few or too many cells is a reject, never shifted values.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from connectors.code_pages import likeliest_first
from connectors.declaration import Declaration, Export
from connectors.errors import OriginalRefused
from connectors.originals import Text, decoded, encodings_to_try, refuse_if_no_text, trailing_delimiters, uncompressed
from connectors.recognition import Layout, first_record, recognised

csv.field_size_limit(min(sys.maxsize, 1 << 26))
_CHUNK_ROWS = 20_000
_LONGEST_RECORD = 10_000
"""Physical lines that one record may span: beyond it, a quote was left open."""


@dataclass(frozen=True)
class Ragged:
    """A record whose cells can't be told apart: its first line and what was expected of it."""

    line: int
    rule: str
    expected: str


@dataclass(frozen=True)
class Source:
    """What was read: the text, the recognised layout, records in all, and those that aren't in the table."""

    text: Text
    layout: Layout
    rows: int
    ragged: tuple[Ragged, ...]


def identified(path: Path, source_file: str, declaration: Declaration, restricted: Path) -> tuple[Text, Layout]:
    """Decompress, decode and recognise an original.

    An encoding counts only if the whole file decodes with it and its header is recognised. Raises
    OriginalRefused with the encodings that were tried and the byte where the first of them failed.
    """
    plain = uncompressed(path, restricted)
    refuse_if_no_text(plain)
    failures: list[str] = []
    refusal: OriginalRefused | None = None
    for encoding in likeliest_first(plain, encodings_to_try(plain, declaration.encodings)):
        try:
            text = decoded(plain, encoding, restricted)
        except UnicodeDecodeError as error:
            failures.append(f"{encoding} fails at byte {error.start}")
            continue
        try:
            headers: dict[str, tuple[list[str], int, int]] = {
                delimiter: _header(text, delimiter) for delimiter in declaration.delimiters
            }
            return text, recognised(declaration, headers, source_file)
        except OriginalRefused as error:
            refusal = refusal or error
    if refusal is not None:
        raise refusal
    raise OriginalRefused(
        f"The file is not in an encoding that {declaration.tool} is declared to use: {'; '.join(failures)}.",
        "export it as UTF-8, or put its encoding in settings.yml: "
        f"tools: {{{declaration.tool}: {{encodings: [utf-8, windows-1252]}}}}.",
    )


def _header(text: Text, delimiter: str) -> tuple[list[str], int, int]:
    with text.path.open(encoding="utf-8", newline="") as file:
        try:
            return first_record(file, delimiter)
        except csv.Error as error:
            raise OriginalRefused(f"The first line can't be read as CSV: {error}.", "export it again.") from error


# ------------------------------------------------------------------------------------------ into a table


def load(
    connection: duckdb.DuckDBPyConnection, text: Text, layout: Layout, nulls: Sequence[str], restricted: Path
) -> Source:
    """Create the view ``source``: ``source_line`` and the text of every mapped cell, trimmed, without null texts."""
    if text.is_plain and _load_fast(connection, text, layout, nulls):
        rows = text.lines - layout.data_line + 1
        return Source(text, layout, rows, ())
    ragged: list[Ragged] = []
    parquet = restricted / "cells.parquet"
    rows = _write_exactly(text, layout, parquet, ragged)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE cells AS "
        + _cleaned(layout, nulls, "source_line", "source_line", f"read_parquet('{_quoted(parquet)}')")
    )
    connection.execute("CREATE OR REPLACE TEMP VIEW source AS SELECT * FROM cells")
    parquet.unlink()
    return Source(text, layout, rows + len(ragged), tuple(ragged))


def cell_names(layout: Layout) -> dict[int, str]:
    """The cells that are mapped: position → column of ``source``."""
    items = {position: f"cell_{position}" for item in layout.items for position in item.cells.values()}
    return items | {position: name for name, position in layout.positions.items()}


def _cleaned(layout: Layout, nulls: Sequence[str], first: str, expression: str, table: str) -> str:
    """A query for the mapped cells of a table of all cells, trimmed and without null texts, after a first column."""
    names = sorted(cell_names(layout).items())
    words = ", ".join(f"'{_quoted(text)}'" for text in {"", *nulls})
    trimmed = ", ".join(f"{_trimmed(f'c{position}')} AS t{position}" for position, _ in names)
    cells = ", ".join(
        f'CASE WHEN t{position} NOT IN ({words}) THEN t{position} END AS "{name}"' for position, name in names
    )
    return f"SELECT {first}, {cells} FROM (SELECT {expression} AS {first}, {trimmed} FROM {table})"


def _trimmed(cell: str) -> str:
    """Without blanks around, also those beyond ASCII. Most cells have none, and looking is cheaper than trimming."""
    bare = f"ascii({cell}) BETWEEN 33 AND 126 AND ascii(right({cell}, 1)) BETWEEN 33 AND 126"
    return f"CASE WHEN {bare} THEN {cell} ELSE trim({cell}, ' \t\r\n\u00a0') END"


def _load_fast(connection: duckdb.DuckDBPyConnection, text: Text, layout: Layout, nulls: Sequence[str]) -> bool:
    """Read with DuckDB; false if the file turns out to need the exact reader."""
    if set(str(text.path)) & set("*?["):
        return False  # DuckDB would take the path for a pattern
    width = len(layout.header)
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(width))
    options = (
        f"columns = {{{columns}}}, header = false, skip = {layout.data_line - 1}, delim = '{layout.delimiter}', "
        "quote = '\"', escape = '\"', auto_detect = false, strict_mode = true, null_padding = false, "
        "nullstr = '', allow_quoted_nulls = false"
    )
    table = f"read_csv('{_quoted(text.path)}', {options})"
    try:
        # A new table numbers its rows in the order of the file: rowid is the line, without a window over all rows.
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE cells AS " + _cleaned(layout, nulls, '"~blank_end"', _blank_end(width), table)
        )
    except duckdb.InvalidInputException:
        return False
    # DuckDB drops a blank cell too many at the end of a line without a word, although it may be the trace of a
    # shift ("Doe, Jane" without quotes, in a row that ends in blanks). So each blank at an end must be in the table.
    counted = connection.execute('SELECT count(*), sum("~blank_end")::BIGINT FROM cells').fetchone()
    blank_ends = trailing_delimiters(text.path, layout.delimiter) - _blank_header_cells(layout)
    if counted is None or (counted[0], counted[1] or 0) != (text.lines - layout.data_line + 1, blank_ends):
        return False
    connection.execute(
        "CREATE OR REPLACE TEMP VIEW source AS "
        f'SELECT rowid + {layout.data_line} AS source_line, * EXCLUDE ("~blank_end") FROM cells'
    )
    return True


def _blank_end(width: int) -> str:
    """SQL: how many cells at the end of a row are blank, but for the first cell."""
    cases = [f"WHEN c{i} IS NOT NULL THEN {width - 1 - i}" for i in range(width - 1, 0, -1)]
    return f"CASE {' '.join(cases)} ELSE {width - 1} END" if cases else "0"


def _blank_header_cells(layout: Layout) -> int:
    filled = [i for i, cell in enumerate(layout.header) if cell]
    return len(layout.header) - 1 - filled[-1] if filled else 0


def _quoted(text: object) -> str:
    return str(text).replace("'", "''")


# ------------------------------------------------------------------------------------------ exactly


def _write_exactly(text: Text, layout: Layout, target: Path, ragged: list[Ragged]) -> int:
    """All sound records as Parquet, the others in ``ragged``; the number of sound ones."""
    width = len(layout.header)
    schema = pa.schema([("source_line", pa.int64()), *((f"c{i}", pa.string()) for i in range(width))])
    rows = 0
    with pq.ParquetWriter(target, schema, compression="snappy") as writer:
        for chunk in _chunks(_sound(text, layout, ragged), _CHUNK_ROWS):
            lines = pa.array([line for line, _ in chunk], pa.int64())
            cells = [pa.array(column, pa.string()) for column in zip(*(cells for _, cells in chunk), strict=True)]
            writer.write_table(pa.Table.from_arrays([lines, *cells], schema=schema))
            rows += len(chunk)
    return rows


def _chunks(records: Iterator[tuple[int, list[str]]], size: int) -> Iterator[list[tuple[int, list[str]]]]:
    chunk: list[tuple[int, list[str]]] = []
    for record in records:
        chunk.append(record)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _sound(text: Text, layout: Layout, ragged: list[Ragged]) -> Iterator[tuple[int, list[str]]]:
    """Records with as many cells as the header, under the quoting rule that fits more of them."""
    escape = _better_escape(text, layout)
    for line, cells, closed in _records(text.path, layout, escape):
        fitted = _fitted(cells, len(layout.header), layout.export)
        if not closed:
            ragged.append(Ragged(line, "open_quote", "a closing quote"))
        elif fitted is None:
            ragged.append(Ragged(line, "ragged_row", f"{len(layout.header)} fields, as in the header"))
        else:
            yield line, fitted


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
            yield line
        self.is_cut = True

    def resume_after(self, line: int) -> None:
        """Give up the record at hand but for its first line."""
        self._again.extend(reversed(self._current[1:]))
        self.number = line
