"""``make bench``: what exactness costs, and how a whole run grows, as ratios within one run.

    a file of simulated statements → ingest | flatten | read, by turns      benchmarks/results.json
    companies of two sizes         → throughline run                        docs/benchmarks.md

An absolute time says as much of the machine as of the program, so every figure that counts is a ratio between
things that were measured in the same minutes. ``BENCH_STATEMENTS`` and ``BENCH_PEOPLE`` scale it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.report import page, table
from benchmarks.statements import write_statements

CHECKOUT = Path(__file__).resolve().parent.parent
ROUNDS = 3


class Disagreement(RuntimeError):
    """Two contenders read different things from the same file, so that their times can't be compared."""


@dataclass(frozen=True)
class Figures:
    """Seconds of every round, the highest peak of memory (MB), and what all rounds agree on."""

    seconds: tuple[float, ...]
    peak_mb: float
    told: dict[str, Any]

    @property
    def median(self) -> float:
        return median(self.seconds)


def bench(statements: int, people: int, rounds: int = ROUNDS) -> dict[str, Any]:
    """All figures; ``people`` 0 leaves the runs out."""
    with _folder() as folder:
        results: dict[str, Any] = {"statements": _ingest(folder, statements, rounds)}
        if people:
            results["runs"] = [_run(folder, size) for size in (max(20, people // 10), people)]
    return results


def _ingest(folder: Path, count: int, rounds: int) -> dict[str, Any]:
    file = folder / "statements.ndjson"
    _say(f"writing {count:,} statements …")
    size = write_statements(file, count)
    told: dict[str, list[dict[str, Any]]] = {"read": [], "flatten": [], "ingest": []}
    for turn in range(rounds):
        _say(f"round {turn + 1} of {rounds}: {', '.join(told)}")
        told["read"].append(_measured("read", str(file)))
        told["flatten"].append(_measured("flatten", str(file), str(folder / "flat.parquet")))
        home = folder / "home"
        told["ingest"].append(_measured("ingest", str(file), str(home)))
        shutil.rmtree(home)
    figures = {name: _figures(name, measured) for name, measured in told.items()}
    _agree(figures)
    return {"count": count, "bytes": size, **{name: asdict(figure) for name, figure in figures.items()}}


def _figures(name: str, measured: list[dict[str, Any]]) -> Figures:
    told = [{key: value for key, value in one.items() if key not in ("seconds", "peak_mb")} for one in measured]
    if any(one != told[0] for one in told):
        raise Disagreement(f"{name} told {told} of one and the same file")
    return Figures(tuple(one["seconds"] for one in measured), max(one["peak_mb"] for one in measured), told[0])


def _agree(figures: dict[str, Figures]) -> None:
    """The statements that simulated files hold are valid and distinct: all contenders must find the same ids."""
    found = {name: (figure.told["rows"], figure.told["ids"]) for name, figure in figures.items()}
    if len(set(found.values())) > 1:
        raise Disagreement(f"rows and ids differ: {found}")


def _run(folder: Path, people: int) -> dict[str, Any]:
    from simulator import SETTINGS, load, write_company

    home = folder / f"company_{people}"
    home.mkdir()
    (home / "settings.yml").write_text(SETTINGS, encoding="utf-8")
    _say(f"simulating a company of {people:,} …")
    write_company(home / "inbox", None, load(people=people))
    _say(f"throughline run at {people:,} people …")
    measured = _measured("run", str(home))
    shutil.rmtree(home)
    if measured["outcome"] != "published":
        raise Disagreement(f"the run at {people:,} people ended {measured['outcome']}: {measured['reasons']}")
    return {"people": people, **measured}


def _measured(name: str, *arguments: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.contenders", name, *arguments]
    kept = {key: value for key, value in os.environ.items() if not key.startswith("THROUGHLINE_")}
    done = subprocess.run(command, cwd=CHECKOUT, env=kept, stdout=subprocess.PIPE, text=True, check=True)
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return measured


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="throughline-bench-") as folder:
        yield Path(folder)


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


def main() -> None:
    results = bench(int(os.environ.get("BENCH_STATEMENTS", "1000000")), int(os.environ.get("BENCH_PEOPLE", "10000")))
    print(table(results))
    is_whole = "BENCH_STATEMENTS" not in os.environ and "BENCH_PEOPLE" not in os.environ
    if is_whole:
        (CHECKOUT / "benchmarks" / "results.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
        (CHECKOUT / "docs" / "benchmarks.md").write_text(page(results), encoding="utf-8")
        _say("written: benchmarks/results.json, docs/benchmarks.md")


if __name__ == "__main__":
    main()
