"""The history of guards: one row per build and guard, and the verdict that decides whether a build is published.

    GX results ─┐
                ├─> guards.guard_result ──> Verdict (publishable, failed, missing, warnings)
    dbt tests ──┘

The verdict fails closed. It doesn't ask "did anything fail?", which a check that never ran answers with no,
but "did every critical guard that this build owes pass?".
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import astuple, dataclass, fields
from datetime import datetime
from typing import Literal

import duckdb

from .suites import Severity

Status = Literal["pass", "fail", "error"]
"""``error``: the guard could not be judged (not run, table missing, an earlier build's frame). It counts as failed."""

_NAMED_GUARDS = 3
"""Guards that a line of a verdict names; the history has them all."""

_TABLE = "guards.guard_result"

_DDL = f"""
create schema if not exists guards;
create table if not exists {_TABLE} (
    build_id varchar not null,
    guard varchar not null,
    origin varchar not null,
    table_name varchar not null,
    column_name varchar,
    severity varchar not null,
    status varchar not null,
    observed varchar not null,
    expected varchar not null,
    message varchar not null,
    next_step varchar not null,
    checked_at timestamp not null
)
"""


@dataclass(frozen=True)
class GuardResult:
    """What one guard said of one build. Texts hold counts, shares and names of tools and columns, never a person."""

    build_id: str
    guard: str
    origin: Literal["gx", "dbt"]
    table_name: str
    column_name: str | None
    severity: Severity
    status: Status
    observed: str
    expected: str
    message: str
    next_step: str
    checked_at: datetime

    @property
    def holds(self) -> bool:
        return self.status == "pass"


@dataclass(frozen=True)
class Verdict:
    """Whether a build may be published. ``missing``: critical guards that it owes and has no result for."""

    publishable: bool
    failed: tuple[GuardResult, ...]
    missing: tuple[str, ...]
    warnings: tuple[GuardResult, ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        """One line per reason not to publish, each with the next step; guards that say the same share a line."""
        guards: dict[str, list[str]] = {}
        for result in self.failed:
            guards.setdefault(f"{result.message} Next: {result.next_step}", []).append(result.guard)
        if self.missing:
            guards["no result for this build. Next: run the whole build again."] = list(self.missing)
        if not self.publishable and not guards:
            return (
                "no critical guard is expected of the build at all. Next: restore expectations/ and the dbt tests.",
            )
        return tuple(f"{_listed(names)}: {reason}" for reason, names in guards.items())


def _listed(names: list[str]) -> str:
    more = len(names) - _NAMED_GUARDS
    return ", ".join(names) if more <= 0 else f"{', '.join(names[:_NAMED_GUARDS])} and {more} more"


def record(connection: duckdb.DuckDBPyConnection, results: Iterable[GuardResult]) -> None:
    """Keep ``results``. A guard that is judged again for the same build replaces its earlier result."""
    rows = [astuple(result) for result in results]
    if not rows:
        return
    connection.execute(_DDL)
    marks = ", ".join("?" for _ in fields(GuardResult))
    connection.begin()
    try:
        judged_again = f"delete from {_TABLE} where (build_id, guard) in (select unnest(?), unnest(?))"
        connection.execute(judged_again, [[row[0] for row in rows], [row[1] for row in rows]])
        connection.executemany(f"insert into {_TABLE} values ({marks})", rows)
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def results_of(connection: duckdb.DuckDBPyConnection, build_id: str) -> tuple[GuardResult, ...]:
    """All results of one build, by guard."""
    connection.execute(_DDL)
    columns = ", ".join(field.name for field in fields(GuardResult))
    query = f"select {columns} from {_TABLE} where build_id = ? order by guard"
    return tuple(GuardResult(*row) for row in connection.execute(query, [build_id]).fetchall())


def verdict(connection: duckdb.DuckDBPyConnection, build_id: str, expected: Set[str]) -> Verdict:
    """Judge the build by its own results alone. With no ``expected`` guard at all, nothing is publishable."""
    results = results_of(connection, build_id)
    failed = tuple(r for r in results if not r.holds and (r.severity == "critical" or r.guard in expected))
    warnings = tuple(r for r in results if not r.holds and r not in failed)
    missing = tuple(sorted(expected - {r.guard for r in results}))
    return Verdict(bool(expected) and not failed and not missing, failed, missing, warnings)
