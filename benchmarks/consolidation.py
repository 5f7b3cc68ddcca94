"""A long history consolidated: ``python -m benchmarks.consolidation`` says what all models cost together.

    a block of landed statements --told again, each time later--> a landing zone (benchmarks.histories)
    a landing zone --dbt build--> every model       | beside it: the columns of the largest fact, copied once more
    what was built --asked--> the questions that analysts ask of events, attempts, sessions and enrolments

``BENCH_STATEMENTS`` is the size of a block, ``BENCH_BLOCKS`` how many of them the history has, ``BENCH_MEMORY`` what
DuckDB may take (``2GB``), ``BENCH_FOLDER`` a folder that keeps the block for the next time.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import duckdb

from benchmarks.histories import Zone, landed_block
from benchmarks.measuring import ROUNDS, Disagreement, figures, measured, say
from connectors.home import Home

QUESTIONS = {
    "learners by month": """
        select date_trunc('month', occurred_date) as month, count(*) as events, count(distinct person_key) as learners
        from marts.fct_learning_event
        group by month
        order by month
    """,
    "learners by activity, of the last year": """
        select activities.title, count(*) as events, count(distinct events.person_key) as learners
        from marts.fct_learning_event as events
        inner join marts.dim_learning_activity as activities
            on events.activity_key = activities.activity_key and activities.is_current
        where events.occurred_date > (select max(occurred_date) - 365 from marts.fct_learning_event)
        group by activities.title
        order by learners desc
        limit 20
    """,
    "one learner's record": """
        select occurred_at, tool, verb, activity_key
        from marts.fct_learning_event
        where person_key = (select max(person_key) from marts.fct_learning_event)
        order by occurred_at
    """,
    "attempts and how they end": """
        select attempt_method, end_reason, count(*) as attempts, median(duration_seconds) as median_seconds
        from marts.fct_attempt
        group by attempt_method, end_reason
        order by attempts desc
    """,
    "learning hours by unit and quarter": """
        select org_unit_key, date_trunc('quarter', learning_date) as quarter, sum(minutes) / 60.0 as hours
        from marts.fct_learning_time
        group by org_unit_key, quarter
        order by quarter, hours desc
    """,
    "enrolments that never began": """
        select activity_key, count(*) as enrolments, count(*) filter (started_at is null) as not_begun
        from marts.fct_enrolment
        group by activity_key
        order by not_begun desc
        limit 20
    """,
}


def measure(folder: Path, landed: Path, statements: int, blocks: int, rounds: int = ROUNDS) -> dict[str, Any]:
    """One whole build of the history, the copy of its largest fact, and the questions. Times in seconds."""
    home = folder / "consolidated"
    zone = Zone(home, landed, statements)
    say(f"telling {blocks} × {statements:,} statements …")
    for number in range(blocks * zone.days):
        zone.land(number)
    say("every model …")
    memory = {"THROUGHLINE_MEMORY": os.environ.get("BENCH_MEMORY") or "2GB"}
    whole = measured("consolidate", str(home), **memory)
    say("the fact's columns once more …")
    copied = figures("copy_fact", [measured("copy_fact", str(home), **memory) for _ in range(rounds)])
    if copied.told["rows"] != whole["rows"]:
        raise Disagreement(f"the fact has {whole['rows']:,} rows, its copy {copied.told['rows']:,}")
    return {
        "statements": zone.statements,
        **whole,
        "copied": copied.median,
        "ratio": round(whole["seconds"] / copied.median, 1),
        "questions": asked(Home(home).database, rounds),
    }


def asked(database: Path, rounds: int) -> dict[str, float]:
    """The median seconds of each question, with the connection that is opened for it."""
    return {question: median(_seconds(database, sql) for _ in range(rounds)) for question, sql in QUESTIONS.items()}


def _seconds(database: Path, sql: str) -> float:
    began = perf_counter()
    with duckdb.connect(os.fspath(database), read_only=True) as warehouse:
        rows = warehouse.execute(sql).fetchall()
    if not rows:
        raise Disagreement(f"nothing is known of a history that is full: {sql}")
    return perf_counter() - began


def told(consolidated: dict[str, Any]) -> str:
    """Markdown."""
    rows = "\n".join(f"| {question} | {seconds:.2f} |" for question, seconds in consolidated["questions"].items())
    return f"""\
## A long history consolidated

All {consolidated["models"]} models of {consolidated["statements"]:,} statements take {consolidated["seconds"]:.0f} s,
which is {consolidated["ratio"]:.1f} × the {consolidated["copied"]:.1f} s of copying the columns of its largest fact
({consolidated["rows"]:,} rows) once more; the peak of memory is {consolidated["peak_mb"]:,.0f} MB. What analysts then
ask of it:

| question | seconds |
|---|---|
{rows}
"""


def main() -> None:
    statements = int(os.environ.get("BENCH_STATEMENTS") or 1_000_000)
    blocks = int(os.environ.get("BENCH_BLOCKS") or 10)
    with tempfile.TemporaryDirectory(prefix="throughline-bench-") as folder:
        landed = landed_block(Path(os.environ.get("BENCH_FOLDER", folder)), statements)
        print(json.dumps(measure(Path(folder), landed, statements, blocks), indent=1))


if __name__ == "__main__":
    main()
