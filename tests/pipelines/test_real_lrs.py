"""A real LRS (Ralph, on its file system back-end) is filled with simulated statements and pulled by the day.

It needs an environment of its own, which `make test-lrs` builds. Ralph overwrites ``stored`` with its clock, filters
``since`` and ``until`` on ``timestamp`` and never says what it is consistent through: as servers in use do.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pyarrow.parquet as pq
import pytest
import yaml

from benchmarks import statements as simulated
from connectors.errors import SettingsError
from connectors.home import Home
from connectors.records import STATEMENTS
from pipelines.landing import land_tool
from pipelines.pulls import PulledDay, pull_day
from pipelines.settings import declarations, open_tokeniser
from tests.pipelines.clear_text import outside_the_restricted_zone

RALPH = Path(__file__).parents[2] / ".venv-lrs" / "bin" / "ralph"
USERNAME, PASSWORD = "throughline-reader", "s3cret-canary-of-ralph"
COUNT = 400
LONGEST_START_SECONDS = 90
COMPARED = [column.name for column in STATEMENTS.columns if column.name != "stored_at"]

pytestmark = pytest.mark.skipif(not RALPH.exists(), reason="Ralph is not installed: make test-lrs")


@dataclass(frozen=True)
class Ralph:
    """A running LRS, and the statements that it was filled with."""

    endpoint: str
    file: Path

    def fill(self, statements: list[dict[str, Any]]) -> None:
        """Send statements as a client does. This back-end takes only one such request: it won't append to its file."""
        httpx.post(
            f"{self.endpoint}/statements",
            json=statements,
            auth=(USERNAME, PASSWORD),
            headers={"X-Experience-API-Version": "1.0.3"},
            timeout=60,
        ).raise_for_status()

    def add(self, statement: dict[str, Any]) -> None:
        """Add one to its file, as whoever restores a backup does."""
        with (self.file.parent / "lrs" / "fs_lrs.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(statement) + "\n")


@pytest.fixture(scope="module")
def ralph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ralph]:
    folder = tmp_path_factory.mktemp("ralph")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(simulated, "ENROLMENTS", 60)
        simulated.write_statements(folder / "statements.ndjson", COUNT, seed=11)
    with running(folder) as endpoint:
        lrs = Ralph(endpoint, folder / "statements.ndjson")
        lrs.fill([json.loads(line) for line in lrs.file.read_text(encoding="utf-8").splitlines()])
        yield lrs


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """Ralph on a free port of loopback. It starts processes of its own, so its whole group is ended."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / "lrs").mkdir()
    environment = os.environ | {
        "RALPH_APP_DIR": str(folder),
        "RALPH_RUNSERVER_BACKEND": "fs",
        "RALPH_BACKENDS__LRS__FS__DEFAULT_DIRECTORY_PATH": str(folder / "lrs"),
        "RALPH_BACKENDS__DATA__FS__DEFAULT_DIRECTORY_PATH": str(folder / "lrs"),
    }
    credentials = ["auth", "-u", USERNAME, "-p", PASSWORD, "-s", "all", "-M", "mailto:reader@example.org", "-w"]
    subprocess.run([RALPH, *credentials], env=environment, check=True, capture_output=True)
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [RALPH, "runserver", "-b", "fs", "-h", "127.0.0.1", "-p", str(port)],
            env=environment, cwd=folder, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        wait_for(f"http://127.0.0.1:{port}/__heartbeat__", server, folder / "log")
        yield f"http://127.0.0.1:{port}/xAPI"
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=30)


def wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    ends = time.monotonic() + LONGEST_START_SECONDS
    while time.monotonic() < ends and server.poll() is None:
        try:
            httpx.get(address, timeout=5)
        except httpx.TransportError:
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"Ralph did not start:\n{log.read_text(encoding='utf-8')[-2000:]}")


@pytest.fixture
def pulled_home(home: Home, ralph: Ralph, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home that pulls from Ralph in small pages, and takes the same statements from a file as another tool."""
    lrs = {"endpoint": ralph.endpoint, "limit": 25, "since": date(2025, 1, 1)}
    tools = {"xapi": {"lrs": lrs}, "dropped": {"connector": "xapi"}}
    (home.root / "settings.yml").write_text(yaml.safe_dump({"tools": tools}))
    monkeypatch.setenv("THROUGHLINE_XAPI_USERNAME", USERNAME)
    monkeypatch.setenv("THROUGHLINE_XAPI_PASSWORD", PASSWORD)
    return home


def pull(home: Home, day: date) -> PulledDay:
    return pull_day(home, declarations(home)["xapi"], open_tokeniser(home), day)


def days(ralph: Ralph) -> list[date]:
    """Every day on which a statement happened (UTC), the ones between, and one on each side."""
    found = [json.loads(line)["timestamp"] for line in ralph.file.read_text(encoding="utf-8").splitlines()]
    first, last = date.fromisoformat(min(found)[:10]), date.fromisoformat(max(found)[:10])
    return [first + timedelta(days=n) for n in range(-1, (last - first).days + 2)]


def rows(home: Home, tool: str) -> dict[str, dict[str, Any]]:
    """What landed of a tool's statements by their ids, without what Ralph says itself; a double is a failure."""
    files = home.landed("statements", tool).glob("*.parquet")
    found = [row for file in files for row in pq.read_table(file, columns=COMPARED, partitioning=None).to_pylist()]
    by_id = {row["statement_id"]: row for row in found}
    assert len(by_id) == len(found)
    return by_id


def test_what_is_pulled_by_the_day_is_to_the_row_what_the_file_of_the_same_statements_lands(
    pulled_home: Home, ralph: Ralph
) -> None:
    pulled = [pull(pulled_home, day) for day in days(ralph)]
    assert sum(day.window.statements for day in pulled) == COUNT
    assert max(day.window.pages for day in pulled) > 1
    inbox = pulled_home.inbox / "dropped"
    inbox.mkdir(parents=True)
    (inbox / "statements.ndjson").write_bytes(ralph.file.read_bytes())
    land_tool(pulled_home, declarations(pulled_home)["dropped"], open_tokeniser(pulled_home))
    assert len(rows(pulled_home, "dropped")) == COUNT
    assert rows(pulled_home, "xapi") == rows(pulled_home, "dropped")


def test_that_it_does_not_look_at_stored_is_noticed(pulled_home: Home, ralph: Ralph) -> None:
    pulled = [pull(pulled_home, day) for day in days(ralph)[3:7]]
    assert sum(day.window.strays for day in pulled) >= sum(day.window.statements for day in pulled) > 0
    assert {day.window.consistent_through for day in pulled} == {None}


def test_what_it_receives_after_a_day_was_closed_is_told(pulled_home: Home, ralph: Ralph) -> None:
    day = days(ralph)[3]
    first = pull(pulled_home, day)
    again = pull(pulled_home, day)
    assert (again.window.statements, again.late.late.total()) == (first.window.statements, 0)
    late = json.loads(ralph.file.read_text(encoding="utf-8").splitlines()[0])
    late |= {"id": "6690e6c9-3ef0-4ed3-8b37-7f3964730bee", "timestamp": f"{day}T12:00:00Z"}
    ralph.add(late)
    assert pull(pulled_home, day).late.late == {day: 1}


def test_its_password_is_told_to_nobody_else(pulled_home: Home, ralph: Ralph, monkeypatch: pytest.MonkeyPatch) -> None:
    pull(pulled_home, days(ralph)[3])
    assert [path for path, text in outside_the_restricted_zone(pulled_home.root) if PASSWORD in text] == []
    monkeypatch.setenv("THROUGHLINE_XAPI_PASSWORD", f"{PASSWORD} of another")
    with pytest.raises(SettingsError, match="401") as raised:
        pull(pulled_home, days(ralph)[3])
    assert PASSWORD not in str(raised.value)
