"""Connections to the event log stay open, and nobody notices but the clock."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.dagster_run import DagsterRun

from pipelines.event_log import _OPEN_SHARDS, OpenEventLog
from pipelines.settings import CHECKOUT, use_home


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    """An instance as `throughline run` makes it; what it stores in is what dagster.yaml says."""
    for name in ("THROUGHLINE_HOME", "THROUGHLINE_DAGSTER", "DAGSTER_HOME"):
        monkeypatch.setenv(name, "")
    use_home(tmp_path / "home").open()
    with dg.DagsterInstance.get() as instance:
        assert isinstance(log_of(instance), OpenEventLog)
        yield instance


def log_of(instance: dg.DagsterInstance) -> OpenEventLog:
    log = instance.event_log_storage
    assert isinstance(log, OpenEventLog)
    return log


def tell(instance: dg.DagsterInstance, run: DagsterRun, words: str) -> None:
    instance.report_engine_event(words, run)


def told(instance: dg.DagsterInstance, run: DagsterRun) -> list[str]:
    return [entry.message for entry in instance.all_logs(run.run_id)]


def test_the_log_lies_in_the_home(instance: dg.DagsterInstance, tmp_path: Path) -> None:
    tell(instance, DagsterRun("run"), "begun")
    assert CHECKOUT not in Path(log_of(instance).path_for_shard("index")).parents
    assert list((tmp_path / "home" / "dagster").rglob("index.db"))


def test_another_process_sees_an_event_at_once(instance: dg.DagsterInstance) -> None:
    run = DagsterRun("run")
    tell(instance, run, "begun")
    with dg.DagsterInstance.get() as other:
        assert told(other, run) == ["begun"]
        tell(other, run, "seen")
    assert told(instance, run) == ["begun", "seen"]


def test_a_run_keeps_its_events_when_its_connection_gave_way_to_others(instance: dg.DagsterInstance) -> None:
    runs = [DagsterRun("run") for _ in range(_OPEN_SHARDS * 2)]
    for run in runs:
        tell(instance, run, run.run_id)
    assert [told(instance, run) for run in runs] == [[run.run_id] for run in runs]
    assert len(log_of(instance)._engines) <= _OPEN_SHARDS


def test_threads_take_turns(instance: dg.DagsterInstance) -> None:
    run = DagsterRun("run")
    tell(instance, run, "begun")
    threads = [threading.Thread(target=tell, args=(instance, run, str(n))) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told(instance, run)) == sorted(["begun", *map(str, range(8))])


def test_whoever_watches_a_run_is_told(instance: dg.DagsterInstance) -> None:
    run, heard = DagsterRun("run"), threading.Event()
    tell(instance, run, "begun")
    log_of(instance).watch(run.run_id, None, lambda entry, _: heard.set() if entry.message == "more" else None)
    tell(instance, run, "more")
    assert heard.wait(timeout=20)
