"""A day of an LRS is one partition and one unit: pulled whole, replaced whole, from as many processes as there are."""

from __future__ import annotations

import multiprocessing
import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date, datetime, timedelta
from tempfile import TemporaryDirectory
from typing import Any

import dagster as dg
import pyarrow.parquet as pq
import pytest
from dagster._serdes import serialize_value

from connectors import landing
from connectors.home import Home
from pipelines import resources
from pipelines.pulls import pull_assets
from pipelines.resources import HomeResource
from pipelines.settings import current_home, declarations
from tests.pipelines.clear_text import outside_the_restricted_zone
from tests.pipelines.scripted_lrs import HEADER, PASSWORD, USERNAME, ScriptedLrs, of_day, served

DAY, NEXT_DAY = "2024-03-01", "2024-03-02"


@pytest.fixture
def lrs(home: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedLrs]:
    """An LRS that the process is told of, and waits that a test can bear."""
    monkeypatch.setattr(resources, "_FIRST_WAIT_SECONDS", 0.01)
    with served() as lrs:
        for name, value in (("ENDPOINT", lrs.endpoint), ("USERNAME", USERNAME), ("PASSWORD", PASSWORD)):
            monkeypatch.setenv(f"THROUGHLINE_LRS_{name}", value)
        yield lrs


def pull(*days: str) -> Any:
    """Materialise these partitions in the home of the process; returns the last result."""
    home = current_home()
    pulls = pull_assets(declarations(home)["xapi"])
    with TemporaryDirectory() as folder, dg.DagsterInstance.ephemeral(tempdir=folder) as instance:
        for day in days:
            result = dg.materialize(
                [pulls],
                partition_key=day,
                instance=instance,
                resources={"home": HomeResource(root=str(home.root))},
                raise_on_error=False,
            )
    return result


def pulled_elsewhere(environment: dict[str, str], days: list[str]) -> list[str]:
    """What went wrong when this process pulled these days."""
    os.environ.update(environment)
    return [failure(result) for result in map(pull, days) if not result.success]


def events(result: Any, kind: str) -> list[Any]:
    return [event for event in result.all_events if event.event_type_value == kind]


def failure(result: Any) -> str:
    (failed,) = events(result, "STEP_FAILURE")
    return str(failed.event_specific_data.error_display_string)


def landed(home: Home, day: str | None = None) -> list[str]:
    """Ids of the landed statements (of one day's unit), by their last digits, doubles included."""
    units = home.landed("statements", "xapi").glob(f"{day or '*'}.parquet")
    ids = [row for unit in units for row in pq.read_table(unit)["statement_id"].to_pylist()]
    return sorted(statement_id[-3:] for statement_id in ids)


def ledger(home: Home) -> dict[str, dict[str, Any]]:
    """The ledger row of the statements of every unit."""
    return {
        row["unit"]: row for row in landing.ledger(home).to_pylist() if row["record_kind"] in ("statements", "none")
    }


def test_a_day_lands_as_the_unit_of_that_day_with_every_page(home: Home, lrs: ScriptedLrs) -> None:
    lrs.statements = of_day(DAY, 1, 2, 3) + of_day(NEXT_DAY, 4)
    result = pull(DAY)
    assert result.success
    assert len(lrs.requests) == 2, "two pages: three statements, two a page"
    assert landed(home, DAY) == landed(home) == ["001", "002", "003"]
    row = ledger(home)[DAY]
    assert (row["status"], row["rows_read"], row["rows_landed"]) == ("landed", 3, 3)
    (of_statements,) = (
        event.event_specific_data.materialization
        for event in events(result, "ASSET_MATERIALIZATION")
        if event.asset_key == dg.AssetKey(["lrs", "statements"])
    )
    assert of_statements.partition == DAY
    assert {name: value.value for name, value in of_statements.metadata.items()} == {
        "dagster/partition_row_count": 3, "rows_read": 3, "rows_landed": 3, "rows_rejected": 0, "rows_duplicate": 0,
    }  # fmt: skip


def test_a_day_that_is_pulled_again_replaces_itself(home: Home, lrs: ScriptedLrs) -> None:
    lrs.statements = of_day(DAY, 1, 2, 3)
    pull(DAY)
    lrs.statements = of_day(DAY, 2, 3, 4, 5)
    pull(DAY)
    assert landed(home) == ["002", "003", "004", "005"]
    assert ledger(home).keys() == {DAY}
    assert ledger(home)[DAY]["rows_landed"] == 4
    vaulted = pq.read_table(home.vault / "identifiers" / "xapi" / f"{DAY}.parquet")["value"].to_pylist()
    assert not [value for value in vaulted if "learner1@" in value], "who is gone from the day is gone from the vault"


def test_two_days_are_two_units(home: Home, lrs: ScriptedLrs) -> None:
    lrs.statements = of_day(DAY, 1, 2, 3) + of_day(NEXT_DAY, 4, 5)
    pull(DAY, NEXT_DAY)
    assert landed(home, DAY) == ["001", "002", "003"]
    assert landed(home, NEXT_DAY) == ["004", "005"]


def test_a_window_is_as_old_as_its_end(home: Home, lrs: ScriptedLrs) -> None:
    lrs.statements = of_day(DAY, 1)
    pull(DAY)
    assert ledger(home)[DAY]["extracted_at"] == datetime(2024, 3, 2)


def test_a_day_without_statements_lands_with_none(home: Home, lrs: ScriptedLrs) -> None:
    result = pull(DAY)
    assert result.success, failure(result)
    assert (ledger(home)[DAY]["status"], ledger(home)[DAY]["rows_read"]) == ("landed", 0)


def test_a_day_that_became_empty_becomes_empty(home: Home, lrs: ScriptedLrs) -> None:
    lrs.statements = of_day(DAY, 1, 2)
    pull(DAY)
    lrs.statements = []
    assert pull(DAY).success
    assert landed(home) == []


def test_missing_settings_are_named_and_not_tried_again(
    home: Home, lrs: ScriptedLrs, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ENDPOINT", "PASSWORD"):
        monkeypatch.delenv(f"THROUGHLINE_LRS_{name}")
    result = pull(DAY)
    assert not result.success
    for words in ("set THROUGHLINE_LRS_ENDPOINT, THROUGHLINE_LRS_PASSWORD", "run the partition again"):
        assert words in failure(result)
    assert events(result, "STEP_UP_FOR_RETRY") == []
    assert ledger(home) == {}


def test_a_wrong_password_is_not_tried_again(home: Home, lrs: ScriptedLrs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THROUGHLINE_LRS_PASSWORD", "another")
    result = pull(DAY)
    assert "401" in failure(result) and "password" in failure(result)
    assert len(lrs.requests) == 1


def test_a_busy_server_is_asked_again_after_doubling_waits(home: Home, lrs: ScriptedLrs) -> None:
    lrs.statements = of_day(DAY, 1, 2, 3)
    lrs.troubles = [503, 429]
    result = pull(DAY)
    assert result.success
    waits = [event.step_retry_data.seconds_to_wait for event in events(result, "STEP_UP_FOR_RETRY")]
    assert waits == [0.01, 0.02]
    assert landed(home) == ["001", "002", "003"]


def test_a_day_that_fails_leaves_what_it_landed_before(home: Home, lrs: ScriptedLrs) -> None:
    lrs.statements = of_day(DAY, 1, 2, 3)
    pull(DAY)
    before = ledger(home)
    lrs.statements = of_day(DAY, 4)
    lrs.troubles = [503] * 9
    result = pull(DAY)
    assert not result.success
    assert "503" in failure(result)
    assert landed(home) == ["001", "002", "003"]
    assert ledger(home) == before


def test_the_password_is_told_to_nobody_but_the_server(
    home: Home, lrs: ScriptedLrs, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    lrs.statements = of_day(DAY, 1, 2, 3)
    lrs.troubles = [503]
    told = [event for day in (DAY, NEXT_DAY) for event in pull(day).all_events]
    lrs.troubles = [403]
    told += pull(DAY).all_events
    monkeypatch.delenv("THROUGHLINE_LRS_ENDPOINT")
    told += pull(DAY).all_events
    everything = {
        str(path.relative_to(home.root)): path.read_bytes() for path in home.root.rglob("*") if path.is_file()
    }
    texts = [serialize_value(event) for event in told] + [text for _, text in outside_the_restricted_zone(home.root)]
    texts += [*capfd.readouterr(), *(content.decode("latin-1") for content in everything.values())]
    assert any("learner1@example.org" in text for text in texts), "the archive is looked at too"
    assert any("403" in text for text in texts), "so are the failures"
    for secret in (PASSWORD, HEADER):
        assert [text[:80] for text in texts if secret in text] == []


def test_many_days_from_many_processes_neither_collide_nor_double(home: Home, lrs: ScriptedLrs) -> None:
    """Processes of their own, forked from a server that has imported Dagster once: four imports would take 20 seconds."""
    days = [f"{date(2024, 3, 1) + timedelta(days=n)}" for n in range(12)]
    lrs.statements = [one for n, day in enumerate(days) for one in of_day(day, *range(n * 5, n * 5 + 5))]
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["pipelines.pulls"])
    with ProcessPoolExecutor(4, mp_context=context) as processes:
        results = processes.map(pulled_elsewhere, [dict(os.environ)] * 4, [days[n::4] for n in range(4)])
        assert [error for errors in results for error in errors] == []
    assert set(ledger(home)) == set(days)
    assert {row["rows_landed"] for row in ledger(home).values()} == {5}
    assert set(Counter(landed(home)).values()) == {1}
    assert len(landed(home)) == 60
