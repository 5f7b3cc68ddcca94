"""Rows of a database become one Parquet file, some at a time: see `source` for what is read from where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import URL, Connection, MetaData, Select, Table, column, create_engine, literal_column, select, text
from sqlalchemy.engine import CursorResult
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from connectors.errors import SettingsError
from connectors.seam import NUMBER_AS_TEXT
from connectors.sources.database.errors import told
from connectors.sources.database.source import Database, Read, Window
from connectors.sources.database.texts import as_text

_ROWS = 5_000
"""Rows that are in memory at once."""


@dataclass(frozen=True)
class Fetched:
    """A file of rows, and how many."""

    path: Path
    rows: int


def fetch(url: URL, source: Database, export: str, window: Window, target: Path) -> Fetched:
    """Read what one export needs into ``target``.

    Raises ``SettingsError`` for what has to be mended (credentials, names, rights) and ``Transient`` for what may pass.
    """
    read = source.exports[export]
    with _connected(url, source, export) as connection:
        asking = connection.execution_options(stream_results=True, max_row_buffer=_ROWS)
        with closing(asking.execute(_query(read, window))) as result:
            return Fetched(target, _write(result, _columns(connection, result, export), target))


@dataclass(frozen=True)
class _Column:
    """A column of what is read; all become text. ``is_utc``: times without a zone that are UTC."""

    name: str
    is_number: bool
    is_utc: bool

    def text(self, value: Any) -> str | None:
        return as_text(value.replace(tzinfo=UTC) if self.is_utc and isinstance(value, datetime) else value)


def _write(result: CursorResult[Any], columns: Sequence[_Column], target: Path) -> int:
    schema = pa.schema(
        [pa.field(each.name, pa.string(), metadata=NUMBER_AS_TEXT if each.is_number else None) for each in columns]
    )
    rows = 0
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for some in result.partitions(_ROWS):
            cells = zip(columns, zip(*some, strict=True), strict=True)
            texts = [pa.array([column.text(value) for value in values], pa.string()) for column, values in cells]
            writer.write_batch(pa.record_batch(texts, schema=schema))
            rows += len(some)
    return rows


def _query(read: Read, window: Window) -> Select[Any]:
    if read.table is not None:
        schema, _, name = read.table.rpartition(".")
        rows: Any = Table(name, MetaData(), schema=schema or None)
    else:
        named = [column(read.changed)] if read.changed else [literal_column("*")]
        query = str(read.query).strip().rstrip(";").replace(":", r"\:")  # a colon is one, and names no parameter
        # On lines of its own: the query may end in a comment.
        rows = text(f"\n{query}\n").columns(*named).subquery("rows_of_query")
    asked = select(literal_column("*")).select_from(rows)
    if read.changed is None or window.start is None:
        return asked
    changed: Any = column(read.changed)
    return asked.where(changed >= window.start, changed < window.end).order_by(changed)


def _columns(connection: Connection, result: CursorResult[Any], export: str) -> list[_Column]:
    """The columns, as the driver describes them: the first rows may be empty."""
    names = list(result.keys())
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise SettingsError(
            f"What is read for {export} has the column {', '.join(twice)} more than once. Give each a name of its own "
            "in the query (AS …)."
        )
    driver, described = connection.dialect.loaded_dbapi, getattr(result.cursor, "description", None) or ()
    # To PyMySQL, decimals are no numbers, and instants are the same as times without a zone.
    numbers, instants = [driver.NUMBER], []
    if driver.__name__ == "pymysql":
        numbers.append(driver.constants.FIELD_TYPE.NEWDECIMAL)
        instants.append(driver.constants.FIELD_TYPE.TIMESTAMP)
    return [
        _Column(name, any(each[1] == kind for kind in numbers), each[1] in instants)
        for name, each in zip(names, described, strict=True)
    ]


# ------------------------------------------------------------------------------------------------------ connecting


@contextmanager
def _connected(url: URL, source: Database, export: str) -> Iterator[Connection]:
    """A read-only transaction in UTC, which ends by itself when it takes too long."""
    engine = create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=_connecting(url, source))
    try:
        with engine.connect() as connection:
            for statement in _session(url, source):
                connection.exec_driver_sql(statement)
            yield connection
    except DBAPIError as error:
        raise told(error, source.exports[export], export, _place(url)) from None
    except SQLAlchemyError as error:
        raise SettingsError(f"{export} can't be read from {_place(url)}: {type(error).__name__}.") from None
    finally:
        engine.dispose()


def _connecting(url: URL, source: Database) -> dict[str, Any]:
    """What the driver is told. To another machine nothing goes unencrypted, unless the address says something of it."""
    is_open = url.host in (None, "localhost", "127.0.0.1", "::1") or any(name.startswith("ssl") for name in url.query)
    if url.get_backend_name() == "postgresql":
        told: dict[str, Any] = {"application_name": "throughline"}
        encrypted: dict[str, Any] = {"sslmode": "require"}
    else:
        told = {"read_timeout": int(source.timeout_seconds) + 1, "charset": "utf8mb4"}
        encrypted = {"ssl": {"check_hostname": False}}  # anything in it makes encryption a must
    return {"connect_timeout": source.connect_seconds, **told, **({} if is_open else encrypted)}


def _session(url: URL, source: Database) -> Iterator[str]:
    milliseconds = int(source.timeout_seconds * 1000)
    if url.get_backend_name() == "postgresql":
        yield "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
        yield f"SET LOCAL statement_timeout = {milliseconds}"
        yield "SET LOCAL TIME ZONE 'UTC'"
        yield "SET LOCAL DateStyle = 'ISO'"
    else:
        yield "SET SESSION TRANSACTION READ ONLY"
        yield "SET time_zone = '+00:00'"
        # The comment is a statement to MariaDB alone; MySQL counts in milliseconds, under another name.
        yield f"/*M! SET max_statement_time = {source.timeout_seconds} */"


def _place(url: URL) -> str:
    """The database as it may be told: no user, no password."""
    return f"{url.get_backend_name()} database {url.database} on {url.host or 'this machine'}"
