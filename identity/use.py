"""How each token was used on each day: summed up once per landed file, so that a day costs what came with it.

    landed/<tool>/<unit>.parquet → summaries/<tool>/<unit>.parquet: token, day, hours, parallel, stored_from, stored_to

``hours`` has bit n set where something happened in hour n (UTC) of the learner's day; ``parallel`` is the most sessions
in which things happened within the same five minutes; ``stored_from`` and ``stored_to`` are the first and the last day,
by the learner's clock too, on which a store that says so received it. Nothing here says what was done, or who did it.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

TOKENS = {"statements": "actor_token", "learning_events": "person_token"}
"""Kinds that tell moments, and by which column they name who acted."""

_THREADS = {"statements": "coalesce(session_id, registration)", "learning_events": "session_id"}

_STORED = {
    # As many days later as in UTC; what came within the hour came on the learner's day.
    "statements": "case when abs(epoch(stored_at) - epoch(occurred_at)) < 3600 then occurred_date "
    "else occurred_date + cast(cast(stored_at as date) - cast(occurred_at as date) as integer) end",
    "learning_events": "cast(null as date)",
}

COLUMNS = ["token", "day", "hours", "parallel", "stored_from", "stored_to"]

_SUMMARY = """
copy (
    with happened as (
        select {token} as token, occurred_date as day, occurred_at, {thread} as thread, {stored} as stored
        from read_parquet('{file}') where {token} is not null
    ),
    -- Two instants of one session, so that what a tool sends in one go at its end is no session beside another.
    sessions as (
        select token, day, thread, time_bucket(interval 5 minute, occurred_at) as moment
        from happened where thread is not null
        group by all having count(distinct occurred_at) > 1
    ),
    together as (
        select token, day, max(sessions) as parallel
        from (select token, day, moment, count(*) as sessions from sessions group by all) as moments
        group by all
    ),
    hours as (
        select
            token, day, bit_or(1::integer << hour(occurred_at)::integer) as hours, min(stored) as stored_from,
            max(stored) as stored_to
        from happened group by all
    )
    select token, day, hours, coalesce(parallel, 0) as parallel, stored_from, stored_to
    from hours left join together using (token, day) order by all
) to '{to}' (format parquet, compression zstd)
"""


def sum_up(kind: str, landed: Path, summaries: Path) -> None:
    """Sum up the files of a kind that have no summary, or an older one; summaries of files that are gone go too."""
    _forget_other_shapes(summaries)
    wanted = {file.relative_to(landed): file for file in landed.glob("*/*.parquet")}
    for stale in [path for path in summaries.glob("*/*.parquet") if path.relative_to(summaries) not in wanted]:
        stale.unlink()
    with duckdb.connect() as connection:
        for name, file in sorted(wanted.items()):
            summary = summaries / name
            if summary.exists() and summary.stat().st_mtime_ns >= file.stat().st_mtime_ns:
                continue
            summary.parent.mkdir(parents=True, exist_ok=True)
            aside = summary.with_name(f".{name.name}.{os.getpid()}.aside")
            said = {"token": TOKENS[kind], "thread": _THREADS[kind], "stored": _STORED[kind]}
            said |= {"file": _quoted(file), "to": _quoted(aside)}
            connection.execute(_SUMMARY.format(**said))
            os.replace(aside, summary)


def _forget_other_shapes(summaries: Path) -> None:
    """What an earlier version of Throughline summed up otherwise is summed up again; one file tells."""
    first = next(summaries.glob("*/*.parquet"), None)
    if first is not None and pq.read_schema(first).names != COLUMNS:
        shutil.rmtree(summaries)


def _quoted(path: Path) -> str:
    return path.as_posix().replace("'", "''")
