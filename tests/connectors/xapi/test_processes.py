"""A large file is read by several processes; what lands is what one process lands."""

from __future__ import annotations

import gzip
import json
import pickle
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from connectors.errors import OriginalRefused, Transient
from connectors.xapi import files, pieces, processes
from connectors.xapi.worker import Setup
from tests.connectors.xapi.samples import STATEMENT, FakeTokeniser, Read, Reading, changed, lines, numbered

CONTENT = b"# exported\n" + lines(
    *numbered(40),
    changed(version="0.9"),
    STATEMENT,
    changed(actor={"mbox": "mailto:bob@example.org", "name": "Bob"}),
    *numbered(5),
    STATEMENT,
    changed(id=None),
    changed(timestamp=None),
).replace(b'"verb":{"id":"http://adlnet.gov/expapi/verbs/completed"', b'"verb": {"id":"did"', 1)
PAGE = b'{"statements":[' + b",".join(lines(*numbered(30)).splitlines()) + b'],"more":""}\n'
TORN = CONTENT + PAGE + b'{"actor"\n' + lines(*numbered(3))
SPANNING = TORN + b'{"statements":[\n' + PAGE[15:].replace(b',{"id"', b',\n{"id"') + lines(STATEMENT)
ARRAY = json.dumps([*numbered(40), changed(version="0.9"), changed(id=None)], indent=1).encode()


@pytest.fixture
def several(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file is large, there are two processors, and a piece is short."""
    monkeypatch.setattr(processes, "LARGE", 0)
    monkeypatch.setattr(processes, "_processors", lambda: 2)
    monkeypatch.setattr(pieces, "_SIZE", 9_000)
    monkeypatch.setattr(files, "_MOST_RECORDS", 9)


def everything(reading: Reading) -> tuple[object, ...]:
    """All that a reading yields: counts, rows of each kind, rejects, what goes to the vault."""
    rows = [pq.read_table(kind.landed).to_pylist() for kind in reading.unit.kinds]
    return reading.counts(), rows, reading.rejects(), set(reading.tokeniser.kept)


@pytest.mark.parametrize(
    "content",
    [gzip.compress(TORN), b"\xef\xbb\xbf" + SPANNING, ARRAY],
    ids=["gzipped lines", "a page that spans lines", "an array"],
)
def test_several_processes_land_what_one_lands(read: Read, request: pytest.FixtureRequest, content: bytes) -> None:
    alone = everything(read(content))
    request.getfixturevalue("several")
    reading = read(content)
    assert everything(reading) == alone
    assert reading.counts()[0] >= 42
    assert not [*reading.scratch.open.glob("*.arrow"), *reading.scratch.restricted.glob("*-*")]


@pytest.mark.usefixtures("several")
def test_a_file_that_is_cut_off_is_refused_whoever_reads_it(read: Read) -> None:
    with pytest.raises(OriginalRefused, match="cut off"):
        read(gzip.compress(lines(*numbered(100)))[:-40])


@pytest.mark.usefixtures("several")
def test_a_process_that_dies_is_trouble_to_try_again(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "false")
    with pytest.raises(Transient, match="ended from outside"):
        read(CONTENT)


@pytest.mark.usefixtures("several")
def test_processes_that_were_started_ahead_read_one_file_after_the_other(
    read: Read, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    alone = [everything(read(content)) for content in (CONTENT, ARRAY)]
    started: list[subprocess.Popen[bytes]] = []
    start = processes._started
    monkeypatch.setattr(processes, "_started", lambda: started.append(start()) or started[-1])
    waiting = tmp_path / "waiting.ndjson"
    waiting.write_bytes(CONTENT)
    with processes.started_ahead([waiting]):
        assert len(started) == 2
        with pytest.raises(OriginalRefused, match="cut off"):
            read(gzip.compress(lines(*numbered(100)))[:-40])
        assert [everything(read(content)) for content in (CONTENT, ARRAY)] == alone
    assert [process.poll() for process in started] == [0, 0]


def test_what_is_refused_in_another_process_is_refused_here() -> None:
    refused = pickle.loads(pickle.dumps(OriginalRefused("It is cut off.", "export it again.")))
    assert (refused.reason, str(refused)) == ("It is cut off.", "It is cut off. Next: export it again.")


def test_a_worker_ends_with_who_started_it(tmp_path: Path) -> None:
    """The parent is killed while its worker waits for a piece; the worker prints nothing, so its end is all to see."""
    setup = tmp_path / "setup"
    setup.write_bytes(pickle.dumps(Setup(FakeTokeniser(), datetime(2025, 1, 1), tmp_path)))
    script = f"""
import pickle, os, signal
from pathlib import Path
from connectors.xapi import processes
worker = processes._started()
processes._send(worker, pickle.loads(Path({str(setup)!r}).read_bytes()))
os.kill(os.getpid(), signal.SIGKILL)
"""
    # Its end of this pipe is inherited by the worker: reading ends only when both are gone.
    parent = subprocess.run([sys.executable, "-c", script], stderr=subprocess.PIPE, timeout=30, check=False)
    assert (parent.returncode, parent.stderr) == (-9, b"")


def test_a_small_file_starts_no_process(read: Read, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(processes, "_started", None)
    assert read(CONTENT).counts()[0] == 51
    assert not processes._is_large(tmp_path / "gone")
