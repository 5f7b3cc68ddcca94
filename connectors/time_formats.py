"""Which of the declared time formats a file uses.

``3/4/21`` is a day in April or in March, and only the rest of the file can tell. So the decision is made for the
file and not for the row: the first format that reads every value is the one. Where none does, formats are mixed
only as long as no value of the file reads differently in two of them.
"""

from __future__ import annotations

import duckdb


def formats_of(connection: duckdb.DuckDBPyConnection, declared: tuple[str, ...], text: str, where: str) -> tuple[str, ...]:
    """The formats to read the texts of ``candidates`` with, in order. ``text`` is SQL."""
    if len(declared) == 1:
        return declared
    connection.execute(f"CREATE OR REPLACE TEMP TABLE times AS SELECT DISTINCT {text} AS written FROM candidates WHERE {where}")
    try:
        return _decided(connection, declared)
    finally:
        connection.execute("DROP TABLE times")


def _decided(connection: duckdb.DuckDBPyConnection, declared: tuple[str, ...]) -> tuple[str, ...]:
    readings = [f"try_strptime(written, '{_quoted(f)}')::TIMESTAMP" for f in declared]
    total, *counts = connection.execute(
        f"SELECT count(written), {', '.join(f'count({reading})' for reading in readings)} FROM times"
    ).fetchone() or (0,)
    whole = [f for f, count in zip(declared, counts, strict=True) if count == total]
    if whole:
        return (whole[0],)
    chosen: list[int] = []
    for i in sorted(range(len(declared)), key=lambda i: -counts[i]):
        if counts[i] and not any(_contradict(connection, readings[i], readings[j]) for j in chosen):
            chosen.append(i)
    return tuple(declared[i] for i in chosen) or declared[:1]


def _contradict(connection: duckdb.DuckDBPyConnection, one: str, other: str) -> bool:
    row = connection.execute(f"SELECT count(*) FROM times WHERE {one} <> {other}").fetchone()
    return bool(row and row[0])


def _quoted(text: str) -> str:
    return text.replace("'", "''")
