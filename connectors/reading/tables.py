"""The text of an original becomes a table of cells.

Two tiers. DuckDB is fast, but can't say on which line a record begins, and gives up at the first oddity.
Everything else goes to an exact reader. A record with too few or too many cells is a reject, never shifted values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from connectors.reading.cells import cleaned
from connectors.reading.exact_tier import Ragged, write_exactly
from connectors.reading.fast_tier import load_fast
from connectors.reading.originals import Text
from connectors.reading.recognition import Layout
from connectors.sql import literal


@dataclass(frozen=True)
class Source:
    """What was read: the text, the recognised layout, records in all, and those that aren't in the table."""

    text: Text
    layout: Layout
    rows: int
    ragged: tuple[Ragged, ...]


def load(
    connection: duckdb.DuckDBPyConnection, text: Text, layout: Layout, nulls: Sequence[str], restricted: Path
) -> Source:
    """Create the view ``source``: ``source_line`` and the text of every mapped cell, trimmed, without null texts."""
    if text.is_plain and load_fast(connection, text, layout, nulls):
        return Source(text, layout, text.lines - layout.data_line + 1, ())
    parquet = restricted / "cells.parquet"
    rows, ragged = write_exactly(text, layout, parquet)
    cells = cleaned(layout, nulls, "source_line", "source_line", f"read_parquet({literal(parquet)})")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE cells AS {cells}")
    connection.execute("CREATE OR REPLACE TEMP VIEW source AS SELECT * FROM cells")
    parquet.unlink()
    return Source(text, layout, rows + len(ragged), ragged)
