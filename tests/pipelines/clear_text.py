"""Every text that can be read in a file, whatever its format: what a person with a grep and some patience would find."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow.parquet as pq


def outside_the_restricted_zone(root: Path) -> Iterator[tuple[str, str]]:
    """(path, text) of every file of a home outside ``restricted/``: raw bytes, and decoded where they are packed."""
    for path in sorted(root.rglob("*")):
        relative = path.relative_to(root)
        if path.is_file() and not path.is_symlink() and relative.parts[0] != "restricted":
            yield str(relative), f"{relative}\n" + _raw(path) + _decoded(path)


def _raw(path: Path) -> str:
    return path.read_bytes().decode("latin-1") + path.read_bytes().decode("utf-8", errors="ignore")


def _decoded(path: Path) -> str:
    if path.suffix == ".parquet":
        return str(pq.read_table(path, partitioning=None).to_pydict())
    if path.suffix == ".duckdb":
        return _dumped(path)
    if path.suffix == ".gz":
        return gzip.decompress(path.read_bytes()).decode("utf-8", errors="ignore")
    return ""


def _dumped(path: Path) -> str:
    """DuckDB packs its columns, so that grep finds nothing in the file: ask it for every row of every table."""
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() union all "
            "select schema_name, view_name from duckdb_views() where not internal and schema_name <> 'staging'"
        ).fetchall()
        rows = [connection.execute(f'select * from "{schema}"."{table}"').fetchall() for schema, table in tables]
    return str(rows)
