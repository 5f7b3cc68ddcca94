"""``make bench``: what exactness costs, and how a whole run grows, as ratios within one run.

    sections, one after the other --measure--> benchmarks/results.json --told--> docs/benchmarks.md

statements     a file of statements: landed, read without a rule, and in other forms
tables         CSV files through a declaration, against a bare copy
runs           companies of two sizes: `throughline run`
increments     one more day through the models, after a short and after a long history
consolidation  a long history through all models, against a copy of its largest fact; and asked
identities     five tools with dirty identifiers: precision and recall of links, before and after review
readers        a dashboard's query, idle and while a day is built and published
estimators     effects of many units, beside the fastest package; a study of teams with permutations
effects        panels and companies whose effect is known: bias, coverage, and what is called credible

An absolute time says as much of the machine as of the program, so every figure that counts is a ratio between
things that were measured in the same minutes. `SIZES` says what scales each section, and how large it is if nothing
is said: all together take some forty minutes on two processors. 0 leaves a section out; ten million statements
(10000000) take 15 GB of disk. The page is written where no section is left out, and tells of the sizes.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks import (
    consolidation,
    effects,
    estimators,
    histories,
    identities,
    increments,
    landing,
    readers,
    tables,
    whole_runs,
)
from benchmarks.measuring import CHECKOUT, ROUNDS, say

SECTIONS: dict[str, Callable[[Any], str]] = {
    "statements": landing.told,
    "tables": tables.told,
    "runs": whole_runs.told,
    "increments": increments.told,
    "consolidation": consolidation.told,
    "identities": identities.told,
    "readers": readers.told,
    "estimators": estimators.told,
    "effects": effects.told,
}
"""How the results of each section are told, in the order of the page."""
LONGER = 10
"""How many times the shorter history the longer one is."""


SIZES = {
    "statements": ("BENCH_STATEMENTS", 1_000_000, "statements in one file"),
    "tables": ("BENCH_ROWS", 1_000_000, "rows of each CSV file"),
    "runs": ("BENCH_PEOPLE", 2_000, "people of the larger company"),
    "history": ("BENCH_HISTORY", 3_000_000, "statements of the longer history, of which the shorter one has a tenth"),
    "identities": ("BENCH_IDENTITIES", 10_000, "people with dirty identifiers"),
    "readers": ("BENCH_READERS", 300, "people of a company with readers"),
    "estimators": ("BENCH_UNITS", 20_000, "units of a panel"),
    "effects": ("BENCH_SEEDS", 200, "seeds of every simulated effect"),
}
"""By section: the variable that scales it, its size without, and what it counts."""


def bench(sizes: Mapping[str, int], rounds: int = ROUNDS) -> dict[str, Any]:
    """The results of the sections that have a size, each told as soon as it is there."""
    ways: dict[str, Callable[[Path, int], dict[str, Any]]] = {
        "statements": lambda folder, size: {"statements": landing.measure(folder, size, rounds)},
        "tables": lambda folder, size: {"tables": tables.measure(folder, size, rounds)},
        "runs": lambda folder, size: {"runs": whole_runs.measure(folder, size)},
        "history": lambda folder, size: _history(folder, size // LONGER, rounds),
        "identities": lambda folder, size: {"identities": identities.measure(folder, size)},
        "readers": lambda folder, size: {"readers": readers.measure(folder, size)},
        "estimators": lambda folder, size: {"estimators": estimators.measure(folder, size, rounds)},
        "effects": lambda _, size: {"effects": effects.measure(size)},
    }
    results: dict[str, Any] = {}
    for name, measure in ways.items():
        if size := sizes.get(name, 0):
            say(f"{name}: {size:,} {SIZES[name][2]} …")
            began = perf_counter()
            with tempfile.TemporaryDirectory(prefix="throughline-bench-") as folder:
                found = measure(Path(folder), size)
            say(f"{name}: took {perf_counter() - began:.0f} s\n\n{sections(found)}")
            results |= found
    return results


def _history(folder: Path, block: int, rounds: int) -> dict[str, Any]:
    landed = histories.landed_block(folder, block)
    days = list(increments.compared(folder, landed, block, (1, LONGER)))
    return {"increments": days, "consolidation": consolidation.measure(folder, landed, block, LONGER, rounds)}


def sections(results: dict[str, Any]) -> str:
    """All results as Markdown tables."""
    return "\n".join(told(results[name]) for name, told in SECTIONS.items() if name in results)


def page(results: dict[str, Any]) -> str:
    """The page of the documentation."""
    return f"""\
<!-- Made by `make bench`. -->

# Benchmarks

Each section was measured in one run; the ratios are what it is about. Statements are simulated (seeded,
{results["statements"]["bytes"] / results["statements"]["count"]:,.0f} bytes each on average); the contenders take turns
and must find the same ids before their times count. Seconds are medians with the least and the most.

{sections(results)}"""


def main() -> None:
    sizes = {name: int(os.environ.get(variable) or size) for name, (variable, size, _) in SIZES.items()}
    results = bench(sizes)
    if all(sizes.values()):
        (CHECKOUT / "benchmarks" / "results.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
        (CHECKOUT / "docs" / "benchmarks.md").write_text(page(results), encoding="utf-8")
        say("written: benchmarks/results.json, docs/benchmarks.md")


if __name__ == "__main__":
    main()
