"""One more day through the dbt models: ``python -m benchmarks.increments`` says what it costs, whatever the history.

    a landing zone of n blocks of days (`histories`)
    dbt build → one more day → dbt build → one more day → …

Each history has a process with dbt at hand, so start-up is not in the figures. What a model cost is the time of the
processor between its start and its end, because other programs share the machine. ``BENCH_STATEMENTS`` is the size of
a block, ``BENCH_BLOCKS`` names the histories that are compared (``1,10``); the last line holds the ratios of each
history to the first.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

from benchmarks.histories import A_DAY, Zone, landed_block
from benchmarks.measuring import CHECKOUT, measured, say

MORE_DAYS = 3


@dataclass
class Build:
    """What one dbt build cost, in seconds: of the clock, of the processor, and of the processor by model.

    ``written`` is in bytes, logs included; ``statements`` have landed in all.
    """

    wall: float = 0
    processor: float = 0
    written: int = 0
    statements: int = 0
    models: dict[str, float] = field(default_factory=dict)


class Dbt:
    """dbt at hand in this process, for one home."""

    def __init__(self, home: Path) -> None:
        os.environ |= {"THROUGHLINE_HOME": str(home), "THROUGHLINE_AS_OF": "2035-01-01", "DO_NOT_TRACK": "1"}
        from pipelines.dbt_process import parsed
        from pipelines.dbt_project import manifest_path

        self._home = home
        self._manifest = parsed(manifest_path().with_name("partial_parse.msgpack"), str(home))

    def build(self, *more: str, threads: int = 1) -> Build:
        """Build all models; one after the other, unless ``threads`` says otherwise, so that what each cost is known."""
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager
        from dbt.cli.main import dbtRunner

        built, began = Build(), {}

        def noted(event: Any) -> None:
            if event.info.name == "NodeStart":
                began[event.data.node_info.unique_id] = process_time()
            elif event.info.name == "NodeFinished" and event.data.node_info.resource_type == "model":
                name = event.data.node_info.node_name
                built.models[name] = process_time() - began[event.data.node_info.unique_id]

        project, files = CHECKOUT / "dbt_project", self._home / "warehouse" / "dbt"
        places = ["--project-dir", project, "--profiles-dir", project, "--target-path", files, "--log-path", files]
        command = ["build", "--exclude-resource-type", "unit_test", "--exclude-resource-type", "test", *more]
        command += ["--threads", str(threads), "--log-level", "none", "--quiet"]
        clock, processor, written = perf_counter(), process_time(), _written()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            runner = dbtRunner(manifest=self._manifest, callbacks=[noted])
            result = runner.invoke(
                [*command, *map(str, places), "--threads", str(threads), "--log-level", "none", "--quiet"]
            )
            DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
        if not result.success:
            nodes: Any = result.result or ()
            failed = [f"{each.node.name}: {each.message}" for each in nodes if each.status == "error"]
            raise RuntimeError(str(result.exception or "\n".join(failed)))
        built.wall, built.processor = perf_counter() - clock, process_time() - processor
        built.written = _written() - written
        return built


def _written() -> int:
    """Bytes that this process has handed to files so far."""
    told = dict(line.split(": ") for line in Path("/proc/self/io").read_text(encoding="ascii").splitlines())
    return int(told["wchar"])


def measure(home: Path, landed: Path, statements: int, blocks: int) -> Iterator[Build]:
    """The first build of a history, then one build for each of its last days, and one of nothing new."""
    zone = Zone(home, landed, statements)
    days = blocks * zone.days
    for number in range(days - MORE_DAYS):
        zone.land(number)
    dbt = Dbt(home)
    whole = dbt.build("--full-refresh")
    whole.statements = zone.statements
    yield whole
    for number in range(days - MORE_DAYS, days):
        zone.land(number)
        yield dbt.build()
    yield dbt.build()


def summary(builds: list[Build]) -> dict[str, Any]:
    whole, *days, nothing = builds
    models = {name: round(median(day.models.get(name, 0) for day in days), 3) for name in days[0].models}
    return {
        "statements": whole.statements,
        "whole": round(whole.processor, 2),
        "day": round(median(day.processor for day in days), 2),
        "day_wall": round(median(day.wall for day in days), 2),
        "day_without_nodes": round(median(day.processor - nothing.processor for day in days), 2),
        "nothing_new": round(nothing.processor, 2),
        "written_mb": round(median(day.written for day in days) / 1e6, 1),
        "whole_models": {name: round(seconds, 2) for name, seconds in whole.models.items()},
        "models": dict(sorted(models.items(), key=lambda each: -each[1])),
    }


RATIOS = ("day", "day_wall", "day_without_nodes", "nothing_new", "written_mb")


def ratios(shorter: dict[str, Any], longer: dict[str, Any]) -> dict[str, float]:
    """What a day costs after the longer history, in terms of what it costs after the shorter one."""
    sizes = {"statements": longer["statements"] / shorter["statements"]}
    return sizes | {name: round(longer[name] / shorter[name], 2) for name in RATIOS}


def compared(folder: Path, landed: Path, statements: int, histories: Iterable[int]) -> Iterator[dict[str, Any]]:
    """What a day costs after each of some histories, which are named by their number of blocks."""
    for blocks in histories:
        home = folder / f"history_{blocks}"
        say(f"days after {blocks} × {statements:,} statements …")
        measured_there = measured("history", str(home), str(landed), str(statements), str(blocks))
        shutil.rmtree(home)
        yield measured_there


def told(histories: list[dict[str, Any]]) -> str:
    """Markdown."""
    rows = "\n".join(
        f"| {one['statements']:,} | {one['whole']:.0f} | {one['day']:.1f} | {one['day_without_nodes']:.1f} "
        f"| {one['written_mb']:,.0f} | {one['peak_mb']:,.0f} |"
        for one in histories
    )
    found = ratios(histories[0], histories[-1])
    return f"""\
## One more day after a long history

A day of {A_DAY:,} statements, late ones and voids of older ones among them, goes through all dbt models. Seconds are
the processor's, without start-up.

| statements before | all of them at once | a day | of it, beyond a run with nothing new | MB written | peak MB |
|---|---|---|---|---|---|
{rows}

After {found["statements"]:.1f} × the history a day costs {found["day"]:.2f} × the time, and writes
{found["written_mb"]:.2f} × the bytes.
"""


def main() -> None:
    statements = int(os.environ.get("BENCH_STATEMENTS", "1000000"))
    histories = [int(blocks) for blocks in os.environ.get("BENCH_BLOCKS", "1,10").split(",")]
    with tempfile.TemporaryDirectory(prefix="throughline-bench-") as folder:
        landed = landed_block(Path(os.environ.get("BENCH_FOLDER", folder)), statements)
        found = []
        for one in compared(Path(folder), landed, statements, histories):
            found.append(one)
            print(json.dumps(one), flush=True)
        print(json.dumps([ratios(found[0], one) for one in found[1:]]))


if __name__ == "__main__":
    main()
