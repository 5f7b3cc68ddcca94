"""Dagster's event log in SQLite, with connections that stay open.

A run tells some 1,250 events, because every data test and every expectation is a check of its asset. Dagster's own
storage opens a connection for each access, two to four of them an event. Closing the last connection to a database
writes its journal back and waits for the disk: 10 of the 57 seconds that a run took on a company of 60.
"""

from __future__ import annotations

import shutil
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

from dagster._core.event_api import EventHandlerFn
from dagster._core.storage.event_log.polling_event_watcher import SqlPollingEventWatcher
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS, create_db_conn_string
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClassData
from filelock import FileLock
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import NullPool, StaticPool

_OPEN_SHARDS = 4
"""Databases that are kept open: the index, and those of the runs that were asked for last."""


class OpenEventLog(SqliteEventLogStorage):
    """One connection to each shard, handed to one thread at a time; the shard of a run is a database of its own."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        self._watcher = SqlPollingEventWatcher(self)
        self._tables: set[str] = set()
        super().__init__(base_dir, inst_data)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock, self._engine(shard).connect() as connection, connection.begin():
            yield connection

    def has_table(self, table_name: str) -> bool:
        """Dagster asks this before it stores a check, in a database that it opens for the question."""
        if table_name not in self._tables and super().has_table(table_name):
            self._tables.add(table_name)
        return table_name in self._tables

    def _engine(self, shard: str) -> Engine:
        if shard not in self._engines:
            self._engines[shard] = self._opened(shard)
        self._engines.move_to_end(shard)
        while len(self._engines) > _OPEN_SHARDS:
            _, longest_unused = self._engines.popitem(last=False)
            longest_unused.dispose()
        return self._engines[shard]

    def _opened(self, shard: str) -> Engine:
        where = self.conn_string_for_shard(shard)
        waits: dict[str, Any] = {"timeout": SQLITE_BUSY_TIMEOUT_SECONDS}
        if shard not in self._initialized_dbs:
            if Path(self.path_for_shard(shard)).exists():
                self._initdb(create_engine(where, poolclass=NullPool, connect_args=waits))
            else:
                shutil.copyfile(self._empty(), self.path_for_shard(shard))
            self._initialized_dbs.add(shard)
        engine = create_engine(where, poolclass=StaticPool, connect_args=waits | {"check_same_thread": False})
        event.listen(engine, "connect", _spare_the_disk)
        return engine

    def _empty(self) -> Path:
        """A database without events, to copy: making the tables of each run's anew takes a third of a small run."""
        folder = Path(self._base_dir) / "empty" / version("dagster")
        empty, making = folder / "empty.db", folder / "making.db"
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / "lock"):
            if not empty.exists():
                making.unlink(missing_ok=True)  # of a process that died while it made it
                self._initdb(create_engine(create_db_conn_string(str(folder), "making"), poolclass=NullPool))
                making.rename(empty)
        return empty

    def watch(self, run_id: str, cursor: str | None, callback: EventHandlerFn) -> None:
        """Ask now and then, as with PostgreSQL: what is in the log's journal doesn't show in the date of its file."""
        self._watcher.watch_run(run_id, cursor, callback)

    def end_watch(self, run_id: str, handler: EventHandlerFn) -> None:
        self._watcher.unwatch_run(run_id, handler)

    def wipe(self) -> None:
        self._close()
        super().wipe()

    def dispose(self) -> None:
        self._watcher.close()
        self._close()
        super().dispose()

    def _close(self) -> None:
        with self._db_lock:
            while self._engines:
                self._engines.popitem()[1].dispose()


def _spare_the_disk(connection: Any, _: object) -> None:
    """With a write-ahead log this can't damage a database: a power cut may cost the last events of a run, no more."""
    connection.execute("PRAGMA synchronous = NORMAL")


class OpenSqliteStorage(DagsterSqliteStorage):
    """Dagster's SQLite storage with this event log."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        # Processes that meet in a new home would all make the same tables: Dagster's own guard against that has gaps.
        Path(base_dir).mkdir(parents=True, exist_ok=True)
        with FileLock(Path(base_dir) / "storage.lock"):
            super().__init__(base_dir, inst_data)
            self._event_log_storage = OpenEventLog(self._event_log_storage._base_dir)

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Any) -> OpenSqliteStorage:
        return cls.from_local(inst_data=inst_data, **config_value)
