"""A Parquet file becomes text cells, as a sheet of a workbook does: its values have types, so nothing is guessed.

    Parquet --names--> head --recognition--> Layout --write_cells--> Parquet: source_line (the row), c0, c1 …

Dates are written as ISO 8601 whatever a declaration says of texts, instants with their offset from UTC; numbers with
the decimal mark that the declaration reads there; lists and structures as JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from connectors.errors import OriginalRefused
from connectors.reading.headers import HeadRow
from connectors.seam import NUMBER_AS_TEXT
from connectors.sql import literal

_IS_NUMBER = (pa.types.is_floating, pa.types.is_decimal)
_IS_NESTED = (pa.types.is_nested, pa.types.is_map)


def is_parquet(path: Path) -> bool:
    """Whether the bytes are Parquet."""
    with path.open("rb") as file:
        return file.read(4) == b"PAR1"


def head(path: Path) -> tuple[HeadRow, ...]:
    """The names of the columns, as the header of a text would have them."""
    return (HeadRow(tuple(_schema(path).names), 1),)


def _schema(path: Path) -> pa.Schema:
    try:
        return pq.read_schema(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise OriginalRefused(
            f"The Parquet file is cut off or damaged ({type(error).__name__}), so nothing of it was landed.",
            "fetch it again from where it comes from.",
        ) from error


def write_cells(path: Path, target: Path, marks: Mapping[int, str]) -> None:
    """All rows as text. ``marks``: the decimal mark that is read at each position; ``auto`` lets a column tell."""
    fields = list(enumerate(_schema(path)))
    names = [f"a{i}" for i, _ in fields]
    cells = ", ".join(
        f"{_text(name, field, marks.get(i, '.'))} AS c{i}" for name, (i, field) in zip(names, fields, strict=True)
    )
    rows = f"read_parquet({literal(path)}, file_row_number = true) AS rows({', '.join([*names, 'row_number'])})"
    with duckdb.connect(config={"temp_directory": "", "threads": 1}) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(
            f"COPY (SELECT row_number + 1 AS source_line, {cells} FROM {rows}) TO {literal(target)} (FORMAT parquet)"
        )


def _text(name: str, field: pa.Field, mark: str) -> str:
    """SQL for the text of a value."""
    if pa.types.is_timestamp(field.type):
        return _moment(name, field.type.tz is not None)
    if any(is_kind(field.type) for is_kind in _IS_NESTED):
        return f"to_json({name})::VARCHAR"
    if pa.types.is_binary(field.type) or pa.types.is_large_binary(field.type):
        return f"coalesce(try(decode({name})), hex({name}))"
    text = f"{name}::VARCHAR"
    if not (field.metadata or {}).items() >= NUMBER_AS_TEXT.items() and not any(
        is_kind(field.type) for is_kind in _IS_NUMBER
    ):
        return text
    whole = f"regexp_replace({text}, '\\.0+$', '')"
    if mark == "auto":  # three decimals may be thousands; a zero behind them settles it
        return f"regexp_replace({whole}, '^(-?[0-9]{{1,3}}\\.[0-9]{{3}})$', '\\10')"
    return f"replace({whole}, '.', {literal(mark)})"


def _moment(name: str, has_zone: bool) -> str:
    if has_zone:
        return f"strftime(timezone('UTC', {name}), '%Y-%m-%d %H:%M:%S.%f+00:00')"
    seconds = f"strftime({name}, '%Y-%m-%d %H:%M:%S')"
    thousandths = f"CASE WHEN millisecond({name}) % 1000 > 0 THEN strftime({name}, '.%g') ELSE '' END"
    return f"{seconds} || {thousandths}"
