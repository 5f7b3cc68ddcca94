"""Figures as people read them: ratios first, seconds only to show what the ratios are made of."""

from __future__ import annotations

from statistics import median
from typing import Any

_NAMES = {
    "read": "DuckDB: typed read of all fields, nothing written",
    "flatten": "DuckDB: typed flatten to Parquet, nothing checked",
    "ingest": "Throughline: archive, exact rules, tokens, ledger, Parquet",
}


def table(results: dict[str, Any]) -> str:
    """All results as Markdown tables."""
    parts = [_statements(results["statements"])]
    if "runs" in results:
        parts += [_runs(results["runs"]), _stages(results["runs"][-1])]
    return "\n".join(parts)


def page(results: dict[str, Any]) -> str:
    return f"""\
<!-- Made by `make bench`. -->

# Benchmarks

Everything on this page was measured in one run; the ratios are what it is about. Statements are simulated (seeded,
{results["statements"]["bytes"] / results["statements"]["count"]:,.0f} bytes each on average); the contenders take turns
and must find the same ids before their times count. Seconds are medians with the least and the most.

{table(results)}"""


def _statements(measured: dict[str, Any]) -> str:
    base = {name: median(measured[name]["seconds"]) for name in _NAMES}
    rows = [
        f"| {title} | {_spread(measured[name]['seconds'])} | {measured['count'] / base[name]:,.0f} "
        f"| {base[name] / base['flatten']:.2f} × | {base['read'] / base[name]:.2f} | {measured[name]['peak_mb']:,.0f} |"
        for name, title in _NAMES.items()
    ]
    head = (
        f"## {measured['count']:,} statements in one file\n\n"
        "| | seconds | statements a second | wall against the flatten | speed against the read | peak MB |\n"
        "|---|---|---|---|---|---|\n"
    )
    return head + "\n".join(rows) + "\n"


def _spread(seconds: list[float]) -> str:
    return f"{median(seconds):.1f} ({min(seconds):.1f}–{max(seconds):.1f})"


def _runs(runs: list[dict[str, Any]]) -> str:
    small, large = runs
    grown = large["rows"] / small["rows"]
    longer = large["seconds"] / small["seconds"]
    rows = [
        f"| {run['people']:,} | {run['files']:,} | {run['rows']:,} | {run['seconds']:.0f} "
        f"| {run['seconds'] / run['rows'] * 1e6:.0f} | {run['peak_mb']:,.0f} |"
        for run in runs
    ]
    head = (
        "## A whole run: originals to published answers\n\n"
        "| people | files | source rows | seconds | seconds per million rows | peak MB |\n|---|---|---|---|---|---|\n"
    )
    return f"{head}{chr(10).join(rows)}\n\n{grown:.1f} × the rows take {longer:.1f} × the time.\n"


def _stages(run: dict[str, Any]) -> str:
    """Where the time of the larger run went; what no stage claims is start-up and Dagster."""
    stages = {**run["stages"], "start-up, Dagster, and between": run["seconds"] - sum(run["stages"].values())}
    ordered = sorted(stages.items(), key=lambda stage: -stage[1])
    rows = "\n".join(f"| {name} | {seconds:.1f} | {seconds / run['seconds']:.0%} |" for name, seconds in ordered)
    return f"## Where the time goes at {run['people']:,} people\n\n| stage | seconds | share |\n|---|---|---|\n{rows}\n"
