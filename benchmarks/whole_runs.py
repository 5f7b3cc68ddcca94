"""How a whole run grows: companies of two sizes, each from its exports to published answers."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from benchmarks.measuring import Disagreement, measured, say


def measure(folder: Path, people: int) -> list[dict[str, Any]]:
    """The runs of a tenth of the people, and of all."""
    return [_run(folder, size) for size in (max(20, people // 10), people)]


def _run(folder: Path, people: int) -> dict[str, Any]:
    from simulator import SETTINGS, load, write_company

    home = folder / f"company_{people}"
    home.mkdir()
    (home / "settings.yml").write_text(SETTINGS, encoding="utf-8")
    say(f"simulating a company of {people:,} …")
    write_company(home / "inbox", None, load(people=people))
    say(f"throughline run at {people:,} people …")
    told = measured("run", str(home))
    shutil.rmtree(home)
    if told["outcome"] != "published":
        raise Disagreement(f"the run at {people:,} people ended {told['outcome']}: {told['reasons']}")
    return {"people": people, **told}


def told(runs: list[dict[str, Any]]) -> str:
    """Markdown."""
    return f"{_growth(*runs)}\n{_stages(runs[-1])}"


def _growth(small: dict[str, Any], large: dict[str, Any]) -> str:
    grown, longer = large["rows"] / small["rows"], large["seconds"] / small["seconds"]
    rows = [
        f"| {run['people']:,} | {run['files']:,} | {run['rows']:,} | {run['seconds']:.0f} "
        f"| {run['seconds'] / run['rows'] * 1e6:.0f} | {run['peak_mb']:,.0f} |"
        for run in (small, large)
    ]
    return f"""\
## A whole run: originals to published answers

| people | files | source rows | seconds | seconds per million rows | peak MB |
|---|---|---|---|---|---|
{chr(10).join(rows)}

{grown:.1f} × the rows take {longer:.1f} × the time.
"""


def _stages(run: dict[str, Any]) -> str:
    """Where the time of the larger run went; what no stage claims is start-up and Dagster."""
    stages = {**run["stages"], "start-up, Dagster, and between": run["seconds"] - sum(run["stages"].values())}
    ordered = sorted(stages.items(), key=lambda stage: -stage[1])
    rows = "\n".join(f"| {name} | {seconds:.1f} | {seconds / run['seconds']:.0%} |" for name, seconds in ordered)
    return f"## Where the time goes at {run['people']:,} people\n\n| stage | seconds | share |\n|---|---|---|\n{rows}\n"
