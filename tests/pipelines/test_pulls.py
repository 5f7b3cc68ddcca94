"""A day of an LRS is one partition and one unit: pulled whole, replaced whole, from as many processes as there are."""

from __future__ import annotations

import multiprocessing
import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime, timedelta
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

import dagster as dg
import pyarrow.parquet as pq
import pytest
import yaml
from dagster._serdes import serialize_value

from connectors import archive, landing
from connectors.home import Home
from pipelines import resources
from pipelines.pulls import pull_assets, pull_schedule, pulled_tools
from pipelines.resources import HomeResource
from pipelines.settings import current_home, declarations
from tests.pipelines.clear_text import outside_the_restricted_zone
from tests.pipelines.scripted_lrs import HEADER, PASSWORD, USERNAME, ScriptedLrs, of_day, served, statement, void
from tests.scripted_server import wait_shortly

DAY, NEXT_DAY = "2024-03-01", "2024-03-02"


@pytest.fixture
def lrs(home: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedLrs]:
    """An LRS that the home's settings name, and waits that a test can bear."""
    monkeypatch.setattr(resources, "_FIRST_WAIT_SECONDS", 0.01)
    wait_shortly(monkeypatch)
    with served() as lrs:
        install(home, monkeypatch, xapi=lrs)
        yield lrs


def install(home: Home, monkeypatch: pytest.MonkeyPatch, **installations: ScriptedLrs) -> None:
    """Write the settings of a home with these LRSs, and the secrets into the environment."""
    tools = {tool: {"connector": "xapi", "lrs": {"endpoint": lrs.endpoint}} for tool, lrs in installations.items()}
    (home.root / "settings.yml").write_text(yaml.safe_dump({"tools": tools}))
    for tool in installations:
        monkeypatch.setenv(f"THROUGHLINE_{tool.upper()}_USERNAME", USERNAME)
        monkeypatch.setenv(f"THROUGHLINE_{tool.upper()}_PASSWORD", PASSWORD)


def pull(*days: str, tool: str = "xapi", instance: dg.DagsterInstance | None = None) -> Any:
    """Materialise these partitions in the home of the process; returns the last result."""
    home = current_home()
    known = declarations(home)
    pulls = pull_assets(known[tool], pulled_tools(known)[tool])
    with TemporaryDirectory() as folder, instance or dg.DagsterInstance.ephemeral(tempdir=folder) as instance:
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
    with dg.DagsterInstance.get() as instance:
        return [failure(result) for result in (pull(day, instance=instance) for day in days) if not result.success]


def events(result: Any, kind: str) -> list[Any]:
    return [event for event in result.all_events if event.event_type_value == kind]


def failure(result: Any) -> str:
    (failed,) = events(result, "STEP_FAILURE")
    return str(failed.event_specific_data.error_display_string)


def landed(home: Home, day: str | None = None, tool: str = "xapi") -> list[str]:
    """Ids of the landed statements (of one day's unit), by their last digits, doubles included."""
    units = home.landed("statements", tool).glob(f"{day or '*'}.parquet")
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
        if event.asset_key == dg.AssetKey(["lrs", "xapi", "statements"])
    )
    assert of_statements.partition == DAY
    assert {name: value.value for name, value in of_statements.metadata.items()} == {
        "dagster/partition_row_count": 3, "rows_read": 3, "rows_landed": 3, "rows_rejected": 0, "rows_duplicate": 0,
        "pages": 2, "xapi_version": "1.0.3", "consistent_through": "2024-03-01T00:00:01Z",
        "statements_late": 0, "statements_gone": 0,
    }  # fmt: skip


def test_a_day_that_is_pulled_again_replaces_itself_and_keeps_what_is_sent_no_more_beside_it(
    home: Home, lrs: ScriptedLrs
) -> None:
    lrs.statements = of_day(DAY, 1, 2, 3)
    pull(DAY)
    lrs.statements = of_day(DAY, 2, 3, 4, 5)
    pull(DAY)
    assert landed(home, DAY) == ["002", "003", "004", "005"]
    assert landed(home, f"{DAY}-withheld") == ["001"]
    assert {unit: row["rows_landed"] for unit, row in ledger(home).items()} == {DAY: 4, f"{DAY}-withheld": 1}


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


def test_a_day_that_became_empty_keeps_all_that_it_was_sent(home: Home, lrs: ScriptedLrs) -> None:
    lrs.statements = of_day(DAY, 1, 2)
    pull(DAY)
    lrs.statements = []
    assert pull(DAY).success
    assert landed(home, DAY) == []
    assert landed(home, f"{DAY}-withheld") == ["001", "002"]


def test_a_voided_statement_stays_although_its_day_is_pulled_again_before_the_void_is(
    home: Home, lrs: ScriptedLrs
) -> None:
    lrs.statements = of_day(DAY, 1, 2, 3)
    pull(DAY)
    original = archive.window(home, "xapi", DAY)
    assert original
    [sent] = [line for line in original.path.read_bytes().splitlines() if statement(2, "")["id"].encode() in line]
    lrs.statements.append(void(9, 2, f"{NEXT_DAY}T08:00:00Z"))
    pull(DAY, NEXT_DAY, DAY)
    assert (landed(home, DAY), landed(home, NEXT_DAY)) == (["001", "003"], ["009"])
    kept = archive.window(home, "xapi", f"{DAY}-withheld")
    assert kept
    assert kept.path.read_bytes() == sent + b"\n", "byte for byte, and once"
    assert late_rows(home) == [(DAY, DAY, 0, 1)], "told once, however often the day is pulled again"
    assert all(row["rows_read"] == row["rows_landed"] for row in ledger(home).values())


def test_what_is_sent_again_after_it_was_withheld_is_not_late(home: Home, lrs: ScriptedLrs) -> None:
    lrs.statements = of_day(DAY, 1, 2)
    pull(DAY)
    lrs.statements = of_day(DAY, 2)
    pull(DAY)
    lrs.statements = of_day(DAY, 1, 2)
    pull(DAY, DAY)
    assert late_rows(home) == [(DAY, DAY, 0, 1)]
    assert landed(home) == ["001", "001", "002"], "the warehouse knows a statement by its id"


def test_what_was_sent_before_under_an_id_is_kept_where_it_was_changed_and_not_where_it_was_only_written_anew(
    home: Home, lrs: ScriptedLrs
) -> None:
    lrs.statements = of_day(DAY, 1, 2)
    pull(DAY)
    changed = lrs.statements[0] | {"verb": {"id": "http://adlnet.gov/expapi/verbs/failed"}}
    lrs.statements = [changed, dict(reversed(lrs.statements[1].items()))]
    pull(DAY)
    assert landed(home) == ["001", "001", "002"]
    first, now = ledger(home)[f"{DAY}-withheld"], ledger(home)[DAY]
    assert first["extracted_at"] < now["extracted_at"], "so the first one counts, and the other one is a conflict"


def test_what_is_withheld_lands_with_the_next_pull_if_a_process_died_before_it_did(
    home: Home, lrs: ScriptedLrs
) -> None:
    lrs.statements = of_day(DAY, 1, 2)
    pull(DAY)
    lrs.statements = of_day(DAY, 2)
    pull(DAY)
    for table in ("statements", "ledger"):
        home.unit_file(table, "xapi", f"{DAY}-withheld").unlink()
    pull(DAY)
    assert landed(home, f"{DAY}-withheld") == ["001"]


def test_missing_settings_are_named_and_not_tried_again(
    home: Home, lrs: ScriptedLrs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("THROUGHLINE_XAPI_PASSWORD")
    result = pull(DAY)
    assert not result.success
    for words in ("set THROUGHLINE_XAPI_PASSWORD (or the same with _FILE", "then run again"):
        assert words in failure(result)
    assert events(result, "STEP_UP_FOR_RETRY") == []
    assert ledger(home) == {}


def test_a_wrong_password_is_not_tried_again(home: Home, lrs: ScriptedLrs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THROUGHLINE_XAPI_PASSWORD", "another")
    result = pull(DAY)
    assert "401" in failure(result) and "credentials" in failure(result)
    assert len(lrs.requests) == 1


def test_a_server_that_is_busy_for_a_moment_is_asked_again_within_the_pull(home: Home, lrs: ScriptedLrs) -> None:
    lrs.statements = of_day(DAY, 1, 2, 3)
    lrs.troubles = [503, 429]
    result = pull(DAY)
    assert result.success
    assert events(result, "STEP_UP_FOR_RETRY") == []
    assert landed(home) == ["001", "002", "003"]


def test_a_server_that_is_busy_for_longer_is_pulled_from_again_after_doubling_waits(
    home: Home, lrs: ScriptedLrs
) -> None:
    lrs.statements = of_day(DAY, 1, 2, 3)
    lrs.troubles = [503] * 11
    result = pull(DAY)
    assert result.success
    waits = [event.step_retry_data.seconds_to_wait for event in events(result, "STEP_UP_FOR_RETRY")]
    assert waits == [0.01, 0.02], "five requests are one pull"
    assert landed(home) == ["001", "002", "003"]


def test_a_day_that_fails_leaves_what_it_landed_before(home: Home, lrs: ScriptedLrs) -> None:
    lrs.statements = of_day(DAY, 1, 2, 3)
    pull(DAY)
    before = ledger(home)
    lrs.statements = of_day(DAY, 4)
    lrs.troubles = [503] * 25
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
    monkeypatch.delenv("THROUGHLINE_XAPI_USERNAME")
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


def late_rows(home: Home, tool: str = "xapi") -> list[tuple[str, str, int, int]]:
    """The late-row ledger: window, day of events that it restated, rows that came late, rows that are gone."""
    files = sorted(home.landed("late_rows", tool).glob("*.parquet"))
    rows = [row for file in files for row in pq.read_table(file, partitioning=None).to_pylist()]
    assert all(row["closed_at"] < row["found_at"] for row in rows)
    return [(row["unit"], str(row["restated_date"]), row["rows_late"], row["rows_gone"]) for row in rows]


def test_a_first_pull_finds_nothing_late_and_neither_does_one_that_finds_the_same(home: Home, lrs: ScriptedLrs) -> None:
    lrs.statements = of_day(DAY, 1, 2, 3)
    pull(DAY, DAY)
    assert late_rows(home) == []


def test_what_arrives_after_its_window_was_closed_is_told_with_the_days_it_restates(
    home: Home, lrs: ScriptedLrs
) -> None:
    lrs.statements = of_day(DAY, 1, 2, 3)
    pull(DAY)
    offline = [statement(n, f"{DAY}T20:00:00Z", timestamp="2024-02-10T09:00:00Z") for n in (5, 6)]
    lrs.statements = of_day(DAY, 2, 3, 4) + offline
    result = pull(DAY)
    assert late_rows(home) == [(DAY, "2024-02-10", 2, 0), (DAY, DAY, 1, 1)]
    (of_statements,) = (
        event.event_specific_data.materialization.metadata
        for event in events(result, "ASSET_MATERIALIZATION")
        if event.asset_key.path[-1] == "statements"
    )
    assert (of_statements["statements_late"].value, of_statements["statements_gone"].value) == (3, 1)
    lrs.statements += of_day(DAY, 7)
    pull(DAY)
    assert late_rows(home)[2:] == [(DAY, DAY, 1, 0)], "the ledger keeps what it said before"


def test_a_day_that_shows_that_the_day_before_was_closed_too_early_pulls_that_day_again(
    home: Home, lrs: ScriptedLrs
) -> None:
    lrs.statements = of_day(DAY, 1)
    pull(DAY)
    lrs.statements += [statement(2, f"{DAY}T23:58:00Z"), *of_day(NEXT_DAY, 3)]
    result = pull(NEXT_DAY)
    assert (landed(home, DAY), landed(home, NEXT_DAY)) == (["001", "002"], ["003"])
    assert late_rows(home) == [(DAY, DAY, 1, 0)]
    told = Counter(
        event.event_specific_data.materialization.partition for event in events(result, "ASSET_MATERIALIZATION")
    )
    assert told == {DAY: 3, NEXT_DAY: 3}, "three kinds each"
    asked = len(lrs.requests)
    pull(NEXT_DAY)
    assert len(lrs.requests) == asked + 1, "now the day before knows it"


def test_a_statement_that_the_day_before_rejected_is_not_missed_by_it(home: Home, lrs: ScriptedLrs) -> None:
    lrs.statements = [statement(1, f"{DAY}T23:58:00Z", verb={"id": "no IRI"})]
    pull(DAY)
    assert ledger(home)[DAY]["rows_rejected"] == 1
    asked = len(lrs.requests)
    pull(NEXT_DAY)
    assert len(lrs.requests) == asked + 1


def test_a_day_before_that_was_never_pulled_is_not_pulled_on_the_way(home: Home, lrs: ScriptedLrs) -> None:
    lrs.statements = [statement(1, f"{DAY}T23:58:00Z"), *of_day(NEXT_DAY, 2)]
    pull(NEXT_DAY)
    assert landed(home) == ["002"]
    pull(DAY)
    assert landed(home) == ["001", "002"]


def test_pages_that_come_twice_and_out_of_order_double_nothing(home: Home, lrs: ScriptedLrs) -> None:
    lrs.statements = [*of_day(DAY, 5, 4, 1), *of_day(DAY, 4, 5, 1), *of_day(DAY, 3, 2)]
    assert pull(DAY).success
    assert landed(home) == ["001", "002", "003", "004", "005"]
    assert ledger(home)[DAY]["rows_duplicate"] == 3


def test_two_lrss_are_two_installations_with_days_of_their_own(
    home: Home, lrs: ScriptedLrs, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served() as academy:
        install(home, monkeypatch, xapi=lrs, academy_lrs=academy)
        monkeypatch.setenv("THROUGHLINE_ACADEMY_LRS_PASSWORD", "another")
        lrs.statements, academy.statements = of_day(DAY, 1, 2), of_day(DAY, 2, 3)
        assert pull(DAY).success
        assert "401" in failure(pull(DAY, tool="academy_lrs")), "each has a password of its own"
        monkeypatch.setenv("THROUGHLINE_ACADEMY_LRS_PASSWORD", PASSWORD)
        assert pull(DAY, tool="academy_lrs").success
    assert (landed(home), landed(home, tool="academy_lrs")) == (["001", "002"], ["002", "003"])


def test_an_lrs_that_is_no_longer_in_the_settings_is_not_pulled_from(home: Home, lrs: ScriptedLrs) -> None:
    known = declarations(home)
    pulls = pull_assets(known["xapi"], pulled_tools(known)["xapi"])
    (home.root / "settings.yml").unlink()
    with TemporaryDirectory() as folder, dg.DagsterInstance.ephemeral(tempdir=folder) as instance:
        resources = {"home": HomeResource(root=str(home.root))}
        result = dg.materialize(
            [pulls], partition_key=DAY, instance=instance, resources=resources, raise_on_error=False
        )
    assert "tools.xapi.lrs.endpoint" in failure(result)
    assert lrs.requests == []


def test_the_nights_schedule_pulls_the_days_that_may_not_have_been_complete(home: Home, lrs: ScriptedLrs) -> None:
    known = declarations(home)
    source = pulled_tools(known)["xapi"]
    pulls = pull_assets(known["xapi"], source)
    schedule = pull_schedule(pulls, "xapi", source)
    repository = dg.Definitions(
        [pulls], schedules=[schedule], resources={"home": HomeResource(root=str(home.root))}
    ).get_repository_def()

    def asked_for(*night: int) -> list[tuple[str | None, str | None]]:
        moment = datetime(*night, 1, tzinfo=UTC)
        context = dg.build_schedule_context(scheduled_execution_time=moment, repository_def=repository)
        return [(each.run_key, each.partition_key) for each in schedule.evaluate_tick(context).run_requests or []]

    assert asked_for(2024, 3, 3) == [("2024-03-03 2024-03-01", DAY), ("2024-03-03 2024-03-02", NEXT_DAY)]
    assert asked_for(2024, 1, 2) == [("2024-01-02 2024-01-01", "2024-01-01")], "the first day that can be pulled"


def _end_with_the_tests() -> None:
    """A process that waits for work doesn't notice that whoever would send it was killed; this one does, and ends."""
    tests = multiprocessing.parent_process()
    assert tests is not None

    def watched() -> None:
        tests.join()
        os._exit(1)

    Thread(target=watched, daemon=True).start()


def test_120_days_from_four_processes_neither_collide_nor_double(home: Home, lrs: ScriptedLrs) -> None:
    """Processes of their own, with one Dagster instance and one home, pulling neighbouring days at the same time.

    Each day's last statement lies in the next day's overlap. The processes are forked from a server that has imported
    Dagster once: four imports would take 20 seconds.
    """
    days = [f"{date(2024, 3, 1) + timedelta(days=n)}" for n in range(120)]
    lrs.statements = [
        statement(n * 4 + k, f"{day}T{time}Z")
        for n, day in enumerate(days)
        for k, time in enumerate(("00:00:00", "00:00:00.001", "12:00:00", "23:59:59.999"))
    ]
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["pipelines.pulls"])
    with ProcessPoolExecutor(4, mp_context=context, initializer=_end_with_the_tests) as processes:
        results = processes.map(pulled_elsewhere, [dict(os.environ)] * 4, [days[n::4] for n in range(4)])
        assert [error for errors in results for error in errors] == []
    assert set(ledger(home)) == set(days)
    assert {(row["rows_read"], row["rows_landed"], row["rows_duplicate"]) for row in ledger(home).values()} == {
        (4, 4, 0)
    }
    assert len(landed(home)) == len(set(landed(home))) == 480
    assert late_rows(home) == []
    with dg.DagsterInstance.get() as instance:
        told = instance.get_materialized_partitions(dg.AssetKey(["lrs", "xapi", "statements"]))
    assert told == set(days), "and Dagster knows of every one"
