"""What was sent: to which LRS, when, under which id, and what became of it. Append-only, one file in the home.

It holds ids and answers, and nothing of a statement's content; an id is made of a keyed pseudonym, so it can't be
guessed from a person either. It can't be derived again: without it, what is sent again is met by the LRS under the
same id, but a fact that has vanished since is no longer known to be one that must be voided.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from pipelines.write_back.statements import Statement


class Outcome(StrEnum):
    """``begun``: on its way when the process ended, so it may be there. ``refused`` and ``conflict`` are not there."""

    BEGUN = "begun"
    STORED = "stored"
    ALREADY_THERE = "already_there"
    REFUSED = "refused"
    CONFLICT = "conflict"


_THERE = (Outcome.STORED, Outcome.ALREADY_THERE)

_TABLE = """
create table if not exists delivery (
    endpoint text not null, statement_id text not null, result text not null, voids text, outcome text not null,
    status integer, published_version text not null, noted_at text not null
) strict
"""
_LATEST = """
select statement_id, result, voids, outcome from delivery
where rowid in (select max(rowid) from delivery where endpoint = ? group by statement_id)
"""


@dataclass(frozen=True)
class Noted:
    """``result_of``: ids that the LRS holds or may hold, and the result of each. ``settled`` it surely holds."""

    result_of: dict[str, str]
    settled: frozenset[str]
    voided: frozenset[str]


class Ledger:
    """The part of the ledger that is about one LRS."""

    def __init__(self, connection: sqlite3.Connection, endpoint: str) -> None:
        self._connection = connection
        self._endpoint = endpoint
        connection.execute(_TABLE)
        connection.execute("create index if not exists delivery_of on delivery (endpoint, statement_id)")

    def noted(self) -> Noted:
        """What is known of everything that was sent so far, voided statements apart."""
        latest = self._connection.execute(_LATEST, [self._endpoint]).fetchall()
        voided = frozenset(voids for _, _, voids, outcome in latest if voids and outcome in _THERE)
        there = [
            (statement_id, result, outcome)
            for statement_id, result, voids, outcome in latest
            if not voids and statement_id not in voided and outcome in (*_THERE, Outcome.BEGUN)
        ]
        settled = frozenset(statement_id for statement_id, _, outcome in there if outcome in _THERE)
        return Noted({statement_id: result for statement_id, result, _ in there}, settled, voided)

    def note(self, statements: Iterable[tuple[Statement, Outcome, int | None]], published_version: str) -> None:
        """Add what became of these statements (outcome and HTTP status); all of them or, if the process dies, none."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        rows = [
            (self._endpoint, one.statement_id, one.result, one.target, outcome, status, published_version, now)
            for one, outcome, status in statements
        ]
        with self._connection:
            self._connection.executemany("insert into delivery values (?, ?, ?, ?, ?, ?, ?, ?)", rows)

    @staticmethod
    @contextmanager
    def opened(path: Path, endpoint: str) -> Iterator[Ledger]:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path)
        try:
            yield Ledger(connection, endpoint)
        finally:
            connection.close()
