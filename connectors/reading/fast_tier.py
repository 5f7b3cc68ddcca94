"""The fast tier: DuckDB reads a file where every physical line is one record, which is proven by counting both."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from connectors.reading.cells import as_read, cleaned, positions
from connectors.reading.originals import Text, trailing_delimiters
from connectors.reading.recognition import Layout
from connectors.sql import literal


def load_fast(
    connection: duckdb.DuckDBPyConnection, text: Text, layout: Layout, nulls: Sequence[str], table: str, uncleaned: bool
) -> bool:
    """Create ``table``, of the cells, with DuckDB; false if the file needs the exact reader.

    ``uncleaned`` leaves the cells as they were read.
    """
    if set(str(text.path)) & set("*?["):
        return False  # DuckDB would take the path for a pattern
    width = len(layout.header)
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(width))
    options = (
        f"columns = {{{columns}}}, header = false, skip = {layout.data_line - 1}, delim = '{layout.delimiter}', "
        "quote = '\"', escape = '\"', auto_detect = false, strict_mode = true, null_padding = false, "
        "nullstr = '', allow_quoted_nulls = false"
    )
    lines = f"read_csv({literal(text.path)}, {options})"
    besides = {'"~blank_end"': _blank_end(width)}
    cells = positions(layout)
    rows = as_read(cells, besides, lines) if uncleaned else cleaned(cells, nulls, besides, lines)
    try:
        # A new table numbers its rows in the order of the file: rowid is the line, without a window over all rows.
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {rows}")
    except duckdb.InvalidInputException:
        return False
    # DuckDB drops a blank cell too many at the end of a line without a word, although it may be the trace of a
    # shift ("Doe, Jane" without quotes, in a row that ends in blanks). So each blank at an end must be in the table.
    counted = connection.execute(f'SELECT count(*), sum("~blank_end")::BIGINT FROM {table}').fetchone()
    blank_ends = trailing_delimiters(text.path, layout.delimiter, layout.data_line)
    return counted is not None and (counted[0], counted[1] or 0) == (text.lines - layout.data_line + 1, blank_ends)


def _blank_end(width: int) -> str:
    """SQL: how many cells at the end of a row are blank, but for the first cell."""
    cases = [f"WHEN c{i} IS NOT NULL THEN {width - 1 - i}" for i in range(width - 1, 0, -1)]
    return f"(CASE {' '.join(cases)} ELSE {width - 1} END)::USMALLINT" if cases else "0"
