"""No server outlives whoever started it: a cluster that is left behind holds gigabytes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.dbt_project.spark.cluster import server

CHECKOUT = Path(__file__).parents[3]
TWO_PROCESSES = ["sh", "-c", "sleep 60 & echo $! > child; echo $$ > parent; wait"]
STARTS_AND_WAITS = f"""
import time
from pathlib import Path
from tests.dbt_project.spark import cluster

cluster.home = Path
with cluster.server({TWO_PROCESSES!r}, Path({{folder!r}}), "two"):
    time.sleep(60)
"""


def test_a_server_and_what_it_started_end_with_the_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.dbt_project.spark.cluster.home", Path)
    with server(TWO_PROCESSES, tmp_path, "two"):
        started = _started(tmp_path)
        assert all(map(_is_running, started))
    assert _within(5, lambda: not any(map(_is_running, started)))


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_server_and_what_it_started_end_with_whoever_started_it(tmp_path: Path, how: signal.Signals) -> None:
    script = STARTS_AND_WAITS.format(folder=os.fspath(tmp_path))
    process = subprocess.Popen([sys.executable, "-c", script], cwd=CHECKOUT)
    started = _started(tmp_path)
    process.send_signal(how)
    process.wait()
    assert _within(5, lambda: not any(map(_is_running, started)))


def _started(folder: Path) -> list[int]:
    """The processes of the server, once both have started."""
    files = [folder / "parent", folder / "child"]
    assert _within(20, lambda: all(file.exists() and file.read_text(encoding="ascii") for file in files))
    return [int(file.read_text(encoding="ascii")) for file in files]


def _is_running(process: int) -> bool:
    state = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True, check=False
    ).stdout
    return bool(state.strip()) and not state.startswith("Z")


def _within(seconds: float, holds: Callable[[], bool]) -> bool:
    ends = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > ends:
            return False
        time.sleep(0.02)
    return True
