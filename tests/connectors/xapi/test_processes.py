"""A large file is read by several processes; what lands is what one process lands."""

from __future__ import annotations

import gzip
import os
from concurrent.futures import Future
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from connectors.errors import OriginalRefused, Transient
from connectors.xapi import batches, processes
from tests.connectors.xapi.samples import STATEMENT, Read, Reading, changed, lines, numbered

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
TORN = CONTENT + b'{"actor"\n' + lines(*numbered(3))


@pytest.fixture
def several(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file is large, there are two processors, and a stretch is short."""
    monkeypatch.setattr(processes, "LARGE", 0)
    monkeypatch.setattr(processes, "_processors", lambda: 2)
    monkeypatch.setattr(batches, "_RECORDS", 9)


def everything(reading: Reading) -> tuple[object, ...]:
    """All that a reading yields: counts, rows of each kind, rejects, what goes to the vault."""
    rows = [pq.read_table(kind.landed).to_pylist() for kind in reading.unit.kinds]
    return reading.counts(), rows, reading.rejects(), set(reading.tokeniser.kept)


def test_several_processes_land_what_one_lands(
    read: Read, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "_RECORDS", 9)
    alone = everything(read(TORN))
    request.getfixturevalue("several")
    reading = read(gzip.compress(TORN))
    assert everything(reading) == alone
    assert reading.counts() == (55, 44, 3, 8)
    assert not [*reading.scratch.open.glob("*.arrow"), *reading.scratch.restricted.glob("stretch-*")]


@pytest.mark.usefixtures("several")
def test_a_file_that_is_cut_off_is_refused_whoever_reads_it(read: Read) -> None:
    with pytest.raises(OriginalRefused, match="cut off"):
        read(gzip.compress(lines(*numbered(2_000)))[:-40])


@pytest.mark.usefixtures("several")
def test_a_process_that_dies_is_trouble_to_try_again(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_make", _die)
    with pytest.raises(Transient, match="ended from outside"):
        read(CONTENT)


def _die(*_: object) -> Future[None]:
    os._exit(9)


def test_a_small_file_starts_no_process(read: Read, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(processes, "ProcessPoolExecutor", None)
    assert read(CONTENT).counts()[0] == 51
    assert not processes._is_large(tmp_path / "gone")
