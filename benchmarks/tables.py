"""What a declaration costs: a CSV file landed through it against DuckDB's bare copy of the same file to Parquet.

    a list of hours (casts, word lists, dates, decimal commas, one identifier)
    a log of Moodle (regular expressions over a description)        each → copy | land, by turns

``python -m benchmarks.tables`` measures these alone; ``BENCH_ROWS`` is how many rows a file has. Beside the seconds
stand those of the processor, which other programs on the machine stretch less.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any

import duckdb

from benchmarks.measuring import ROUNDS, Disagreement, by_turns, say

HOURS = """
select
    1000000 + i as "Regelnummer",
    printf('%06d', (hash(i * 7) % 20000)::integer) as "Personeelsnummer",
    case when i % 1000 = 17 then '31-02-2026'
         else strftime(date '2023-01-01' + (hash(i * 3) % 1100)::integer, '%d-%m-%Y') end as "Datum",
    case when i % 1000 = 500 then 'veel'
         else replace(((hash(i * 5) % 32)::integer / 4.0)::varchar, '.', ',') end as "Aantal uren",
    case when hash(i * 11) % 3 = 0 then 'CAT-' || (1000 + hash(i * 13) % 400) end as "Cursuscode",
    ['Formeel', 'Informeel'][(1 + hash(i * 17) % 2)::integer] as "Formeel of informeel",
    ['Op de werkplek', 'Van collega''s', 'Formele opleiding'][(1 + hash(i * 19) % 3)::integer] as "Leervorm",
    ['Mijzelf', 'Leidinggevende', 'HR'][(1 + hash(i * 23) % 3)::integer] as "Initiatief",
    case when hash(i * 29) % 10 = 0 then 'besproken; zie verslag ' || i end as "Opmerkingen"
from range({rows}) as t (i)
"""
LOG = """
select
    strftime(timestamp '2025-01-01' + to_minutes((hash(i * 3) % 500000)::integer), '%-d/%m/%y, %H:%M') as "Time",
    'Person ' || (hash(i * 7) % 5000) as "User full name",
    '-' as "Affected user",
    ['Course: Working safely (SAFETY-101)', 'Quiz: Final test ' || hash(i * 31) % 50,
     'File: Slides ' || hash(i * 37) % 100][(1 + hash(i * 5) % 3)::integer] as "Event context",
    ['System', 'Quiz', 'File', 'Forum'][(1 + hash(i * 5) % 4)::integer] as "Component",
    ['Course viewed', 'Quiz attempt submitted', 'Course module viewed', 'Course completed']
        [(1 + hash(i * 5) % 4)::integer] as "Event name",
    'The user with id ''' || (hash(i * 7) % 5000) || ''' ' || [
        'viewed the course with id ''31''.',
        'has submitted the attempt with id ''' || i || ''' for the quiz with course module id ''88''.',
        'viewed the ''resource'' activity with course module id ''' || hash(i * 41) % 200 || '''.',
        'completed the course with id ''31''.'
    ][(1 + hash(i * 5) % 4)::integer] as "Description",
    'web' as "Origin",
    '192.0.2.' || hash(i * 43) % 250 as "IP address"
from range({rows}) as t (i)
"""
_CLASSES = {
    "hours": ("time_registration", HOURS, ";", "a list of hours: casts, word lists, dates, decimal commas"),
    "log": ("moodle", LOG, ",", "a log of Moodle: regular expressions over descriptions"),
}


def measure(folder: Path, rows: int, rounds: int) -> dict[str, Any]:
    """Figures of each class of file, copied and landed."""
    found: dict[str, Any] = {"count": rows, "processors": os.cpu_count()}
    for name, (tool, query, delimiter, _) in _CLASSES.items():
        file, scratch = folder / f"{name}.csv", folder / "scratch"
        say(f"writing {rows:,} rows of {name} …")
        duckdb.execute(f"copy ({query.format(rows=rows)}) to '{file}' (format csv, header, delimiter '{delimiter}')")
        ways = {
            "copy": ("copy_table", str(file), delimiter, str(scratch / "bare.parquet")),
            "land": ("land_table", str(file), tool, str(scratch / "home")),
        }
        figures = by_turns(ways, rounds, scratch)
        if {each.told["rows"] for each in figures.values()} != {rows}:
            raise Disagreement(f"{name}: {figures}")
        found[name] = {"bytes": file.stat().st_size, **{way: asdict(each) for way, each in figures.items()}}
        file.unlink()
    return found


def told(measured: dict[str, Any]) -> str:
    """Markdown."""
    rows = [_row(measured, name, title) for name, (_, _, _, title) in _CLASSES.items()]
    return f"""\
## {measured["count"]:,} rows of CSV through a declaration

| | copied, seconds | landed, seconds | speed against the copy | the same by processor time | rejected | peak MB |
|---|---|---|---|---|---|---|
{chr(10).join(rows)}

The copy is DuckDB's own, of all cells as text to Parquet. Landing archives and hashes the original, finds its
encoding and notations, makes tokens and keys, rejects with line and reason, and keeps the ledger.
"""


def _row(measured: dict[str, Any], name: str, title: str) -> str:
    copied, landed = (measured[name][way] for way in ("copy", "land"))
    wall, cpu = (median(copied[key]) / median(landed[key]) for key in ("seconds", "processor"))
    return (
        f"| {title} | {median(copied['seconds']):.1f} | {median(landed['seconds']):.1f} | {wall:.2f} | {cpu:.2f} "
        f"| {landed['told']['rejected']:,} | {landed['peak_mb']:,.0f} |"
    )


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="throughline-bench-") as folder:
        print(told(measure(Path(folder), int(os.environ.get("BENCH_ROWS", "5000000")), ROUNDS)))


if __name__ == "__main__":
    main()
