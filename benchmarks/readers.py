"""What a reader notices of a build: nothing. ``python -m benchmarks.readers`` says how long a dashboard's query takes.

    a published company --asked again and again--> idle
    the last statements of its LRS → `throughline run` in a process beside it --asked again and again--> building

A reader opens `published/learning.duckdb` anew for each question, as a dashboard does, and asks for the figures of a
page. It must never be refused and never be answered with nothing; how much longer it waits while the same machine
builds and publishes is told as the ratio of the two 95th percentiles. ``BENCH_READERS`` is the size of the company.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from time import perf_counter, sleep
from typing import Any

import duckdb

from benchmarks.measuring import CHECKOUT, Disagreement, say
from connectors.home import Home

IDLE_SECONDS = 20
PAUSE_SECONDS = 0.05

PAGE = """
    select metric_id, count(*) as figures, max(value) as highest
    from metrics.metric_result_latest
    group by metric_id
    union all
    select activities.title, count(*), count(distinct events.person_key)
    from marts.fct_learning_event as events
    inner join marts.dim_learning_activity as activities
        on events.activity_key = activities.activity_key and activities.is_current
    group by activities.title
"""


@dataclass
class Answers:
    """How long each question took, in seconds; how many were refused, and how many answered with nothing."""

    seconds: list[float] = field(default_factory=list)
    refused: int = 0
    empty: int = 0

    def ask(self, database: Path) -> None:
        began = perf_counter()
        try:
            with duckdb.connect(os.fspath(database), read_only=True) as connection:
                rows = connection.execute(PAGE).fetchall()
        except duckdb.Error:
            self.refused += 1
            return
        self.seconds.append(perf_counter() - began)
        self.empty += not rows

    @property
    def p95(self) -> float:
        return quantiles(self.seconds, n=20)[-1]


def asked_while(database: Path, goes_on: Callable[[], bool]) -> Answers:
    """What a reader that asks again and again gets, as long as something goes on."""
    answers = Answers()
    while goes_on():
        answers.ask(database)
        sleep(PAUSE_SECONDS)
    return answers


def measure(folder: Path, people: int) -> dict[str, Any]:
    """A reader's waiting times while nothing happens, and while what is new is built and published beside it."""
    from simulator import SETTINGS, load, write_company

    home = Home(folder / "readers")
    home.root.mkdir()
    (home.root / "settings.yml").write_text(SETTINGS, encoding="utf-8")
    write_company(home.inbox, None, load(people=people))
    last = max((home.inbox / "xapi").glob("statements_*"))
    aside = last.rename(folder / last.name)
    say(f"publishing a company of {people:,} …")
    before = _end(home, _started(home))
    until = perf_counter() + IDLE_SECONDS
    idle = asked_while(home.published_database, lambda: perf_counter() < until)
    aside.rename(last)
    say(f"its last statements ({last.name}), with readers …")
    run = _started(home)
    building = asked_while(home.published_database, lambda: run.poll() is None)
    if _end(home, run) == before:
        raise Disagreement(f"{last.name} was not news to the run, so readers had no build to wait for")
    return {
        "people": people,
        "idle": _figures(idle),
        "building": _figures(building),
        "ratio": round(building.p95 / idle.p95, 2),
    }


def _started(home: Home) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "pipelines.cli", "run", "--home", os.fspath(home.root)]
    kept = {key: value for key, value in os.environ.items() if not key.startswith("THROUGHLINE_")}
    with _log(home).open("wb") as log:
        return subprocess.Popen(command, cwd=CHECKOUT, env=kept, stdout=log, stderr=log)


def _end(home: Home, run: subprocess.Popen[bytes]) -> Path:
    """The version that a run published. Raises where it didn't: readers had no build to wait for."""
    if run.wait() != 0:
        raise Disagreement(f"a run was not published:\n{_log(home).read_text(encoding='utf-8')[-2000:]}")
    return home.published_database.resolve()


def _log(home: Home) -> Path:
    return home.root / "run.log"


def _figures(answers: Answers) -> dict[str, Any]:
    asked = len(answers.seconds) + answers.refused
    return {
        "asked": asked,
        "refused": answers.refused,
        "empty": answers.empty,
        "median_ms": round(quantiles(answers.seconds, n=2)[0] * 1000, 1),
        "p95_ms": round(answers.p95 * 1000, 1),
    }


def told(readers: dict[str, Any]) -> str:
    """Markdown."""
    rows = "\n".join(
        f"| {when} | {told['asked']:,} | {told['refused']} | {told['empty']} | {told['median_ms']:.0f} "
        f"| {told['p95_ms']:.0f} |"
        for when, told in (("idle", readers["idle"]), ("building and publishing", readers["building"]))
    )
    return f"""\
## Readers during a build

A company of {readers["people"]:,}, and a page of a dashboard that is asked for again and again: while the machine is
idle, and while a day is built and published on it.

| the machine is | questions | refused | answered with nothing | median ms | 95th percentile ms |
|---|---|---|---|---|---|
{rows}

The 95th percentile while building is {readers["ratio"]:.1f} × the idle one.
"""


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="throughline-bench-") as folder:
        print(json.dumps(measure(Path(folder), int(os.environ.get("BENCH_READERS") or 300)), indent=1))


if __name__ == "__main__":
    main()
