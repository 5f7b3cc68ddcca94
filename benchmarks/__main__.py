"""``make bench``: what exactness costs, and how a whole run grows, as ratios within one run.

    sections, one after the other --measure--> benchmarks/results.json --told--> docs/benchmarks.md

landing      a file of statements: landed, read without a rule, and in other forms
tables       CSV files through a declaration, against a bare copy
whole_runs   companies of two sizes: `throughline run`
identities   five tools with dirty identifiers: precision and recall of links, before and after review
readers      a dashboard's query, idle and while a day is built and published
estimators   effects of many units, beside the fastest package; a study of teams with permutations
effects      panels and companies whose effect is known: bias, coverage, and what is called credible

An absolute time says as much of the machine as of the program, so every figure that counts is a ratio between
things that were measured in the same minutes. ``BENCH_STATEMENTS``, ``BENCH_ROWS``, ``BENCH_PEOPLE``,
``BENCH_READERS`` (the people of a company with readers), ``BENCH_UNITS`` (of a panel) and ``BENCH_SEEDS`` (of every
simulated effect) scale it, and ``BENCH_IDENTITIES`` (people whose identifiers are dirty);
ten million statements (10000000) take 12 GB of disk twice. 0 leaves a section out.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import effects, estimators, identities, landing, readers, tables, whole_runs
from benchmarks.measuring import CHECKOUT, ROUNDS, say

SECTIONS: dict[str, Callable[[Any], str]] = {
    "statements": landing.told,
    "tables": tables.told,
    "runs": whole_runs.told,
    "identities": identities.told,
    "readers": readers.told,
    "estimators": estimators.told,
    "effects": effects.told,
}
"""How the results of each section are told, in the order of the page."""


def bench(
    statements: int,
    people: int,
    rows: int = 0,
    readers_of: int = 0,
    seeds: int = 0,
    units: int = 0,
    identities_of: int = 0,
    rounds: int = ROUNDS,
) -> dict[str, Any]:
    """The results of all sections; 0 leaves one out."""
    results: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="throughline-bench-") as folder:
        if statements:
            results["statements"] = landing.measure(Path(folder), statements, rounds)
        if rows:
            results["tables"] = tables.measure(Path(folder), rows, rounds)
        if people:
            results["runs"] = whole_runs.measure(Path(folder), people)
        if identities_of:
            results["identities"] = identities.measure(Path(folder), identities_of)
        if readers_of:
            results["readers"] = readers.measure(Path(folder), readers_of)
        if units:
            results["estimators"] = estimators.measure(Path(folder), units, rounds)
    if seeds:
        results["effects"] = effects.measure(seeds)
    return results


def sections(results: dict[str, Any]) -> str:
    """All results as Markdown tables."""
    return "\n".join(told(results[name]) for name, told in SECTIONS.items() if name in results)


def page(results: dict[str, Any]) -> str:
    """The page of the documentation."""
    return f"""\
<!-- Made by `make bench`. -->

# Benchmarks

Everything on this page was measured in one run; the ratios are what it is about. Statements are simulated (seeded,
{results["statements"]["bytes"] / results["statements"]["count"]:,.0f} bytes each on average); the contenders take turns
and must find the same ids before their times count. Seconds are medians with the least and the most.

{sections(results)}"""


def main() -> None:
    sizes = {
        "BENCH_STATEMENTS": 1_000_000, "BENCH_PEOPLE": 10_000, "BENCH_ROWS": 5_000_000, "BENCH_READERS": 1_000,
        "BENCH_SEEDS": 600, "BENCH_UNITS": 20_000, "BENCH_IDENTITIES": 10_000,
    }  # fmt: skip
    results = bench(*(int(os.environ.get(name) or size) for name, size in sizes.items()))
    print(sections(results))
    is_whole = sizes.keys().isdisjoint(os.environ)
    if is_whole:
        (CHECKOUT / "benchmarks" / "results.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
        (CHECKOUT / "docs" / "benchmarks.md").write_text(page(results), encoding="utf-8")
        say("written: benchmarks/results.json, docs/benchmarks.md")


if __name__ == "__main__":
    main()
