"""Databases and remote inboxes as Dagster and the command fetch from them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import dagster as dg
import pyarrow.parquet as pq
import pytest
import yaml
from typer.testing import CliRunner

from connectors import archive, landing
from connectors.home import Home
from pipelines import cli, resources
from pipelines.database_pulls import database_pulls
from pipelines.definitions import FROM_ELSEWHERE, line
from pipelines.examination import examine
from pipelines.remote_inboxes import remote_inboxes
from pipelines.resources import HomeResource
from pipelines.settings import declarations
from tests.connectors.sources.test_database import HOURS, ROWS, TIMES
from tests.database_servers import PASSWORD, Server, postgresql
from tests.pipelines.clear_text import outside_the_restricted_zone

DAY = "2025-03-01"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with postgresql() as server:
        server.run("CREATE SCHEMA hr", HOURS, ROWS)
        yield server


@pytest.fixture(autouse=True)
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "_FIRST_WAIT_SECONDS", 0.01)


def settle(home: Home, **settings: Any) -> None:
    """A home whose tool ``acme`` gets its originals from elsewhere."""
    (home.root / "connectors").mkdir(exist_ok=True)
    (home.root / "connectors" / "acme.yaml").write_text(TIMES, encoding="utf-8")
    (home.root / "settings.yml").write_text(yaml.safe_dump({"tools": {"acme": settings}}), encoding="utf-8")


def made(home: Home, assets: dg.AssetsDefinition, day: str | None = None) -> Any:
    with TemporaryDirectory() as folder, dg.DagsterInstance.ephemeral(tempdir=folder) as instance:
        home_resource = {"home": HomeResource(root=str(home.root))}
        return dg.materialize(
            [assets], partition_key=day, instance=instance, resources=home_resource, raise_on_error=False
        )


def pulled(home: Home, day: str | None = None) -> Any:
    (pull,) = database_pulls({"acme": declarations(home)["acme"]})
    return made(home, pull.assets, day)


def pull(home: Home, *arguments: str) -> str:
    result = CliRunner().invoke(cli.app, ["pull", "acme", *arguments, "--home", str(home.root)])
    assert result.exit_code == 0, result.output
    return result.output


def landed(home: Home) -> list[str]:
    files = sorted(home.landed("learning_time", "acme").glob("*.parquet"))
    return [f"{file.stem} {value:%d}" for file in files for value in pq.read_table(file)["learning_date"].to_pylist()]


def test_a_day_of_changes_is_a_unit_that_pulling_again_replaces(
    home: Home, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"postgresql://owner@127.0.0.1:{server.url.port}/postgres"
    settle(home, database={"url": url, "exports": {"hours": {"table": "hr.hours", "changed": "worked"}}})
    refused = pulled(home, DAY)
    (failure,) = (event for event in refused.all_events if event.is_step_failure)
    assert "refuses the user or the password" in str(failure.event_specific_data)
    monkeypatch.setenv("THROUGHLINE_ACME_DATABASE_PASSWORD", PASSWORD)
    assert pulled(home, DAY).success
    # Half an hour after midnight in Amsterdam is the next day there, and half past eleven in London the day before.
    assert landed(home) == [f"hours-{DAY} 01", f"hours-{DAY} 02"]
    server.run("INSERT INTO hr.hours VALUES ('0021', 'c', '2025-03-01 12:00:00+00', 1, true, NULL)")
    try:
        assert f"hours-{DAY}: 3 rows" in pull(home, "--day", DAY)
    finally:
        server.run("DELETE FROM hr.hours WHERE person = '0021'")
    assert len(landed(home)) == 3
    (original,) = archive.originals(home, "acme")
    assert (original.source_file, original.pulled_as) == (f"hours-{DAY}.parquet", "hours")
    shown = "\n".join(text for _, text in outside_the_restricted_zone(home.root))
    assert PASSWORD not in shown and "0017" not in shown


def test_a_table_without_a_column_of_changes_is_a_unit_a_day(
    home: Home, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THROUGHLINE_ACME_DATABASE_URL", server.url.render_as_string(hide_password=False))
    settle(home, database={"exports": {"hours": {"table": "hr.hours"}}})
    result = pulled(home)
    assert result.success
    (event,) = (event for event in result.all_events if event.event_type_value == "ASSET_MATERIALIZATION")
    assert event.asset_key == dg.AssetKey(["database", "acme", "hours", "learning_time"])
    assert pulled(home).success
    assert len(landed(home)) == len({row["unit"] for row in landing.ledger(home, "acme").to_pylist()}) * 4


def test_new_files_of_a_remote_inbox_are_dropped_files_like_any_other(home: Home, tmp_path: Path) -> None:
    remote = tmp_path / "share"
    remote.mkdir()
    (remote / "hours.csv").write_text('person,worked,hours\n0017,01/03/2025 09:05,"1,5"\n', encoding="utf-8")
    os.utime(remote / "hours.csv", (1_700_000_000, 1_700_000_000))
    settle(home, inbox={"url": f"file://{remote}"})
    (found,) = remote_inboxes({"acme": declarations(home)["acme"]})
    assert (found.schedule.name, found.schedule.cron_schedule) == ("fetch_acme", "15 */1 * * *")
    assert made(home, found.asset).success
    assert [path.name for path in archive.waiting(home, "acme")] == ["hours.csv"]
    told = pull(home)
    assert "remote inbox: 0 files are new" in told and "learning_time: 1 landed" in told
    (original,) = archive.originals(home, "acme")
    assert original.extracted_at.isoformat() == "2023-11-14T22:13:20"
    assert not list(home.inbox.rglob("*.csv")) and (remote / "hours.csv").exists()


def test_what_is_elsewhere_holds_up_no_run(home: Home) -> None:
    database = {"url": "postgresql://me@localhost:1/x", "exports": {"hours": {"table": "h"}}}
    settle(home, inbox={"url": "sftp://me@localhost/out"}, database=database)
    definitions = line(home)
    keys = {key for each in definitions.assets or () for key in each.keys}  # type: ignore[union-attr]
    assert {dg.AssetKey(["inbox", "acme"]), dg.AssetKey(["database", "acme", "hours", "learning_time"])} <= keys
    run = definitions.resolve_job_def("run").asset_layer.executable_asset_keys
    assert not [key for key in run if key.path[0] in FROM_ELSEWHERE]


def test_a_doctor_looks_for_what_fetching_needs(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    database = {"url": "postgresql://me@localhost:1/x", "exports": {"hours": {"table": "h"}}}
    settle(home, inbox={"url": "sftp://me@localhost/out"}, database=database)
    told = [(each.is_fine, each.message) for each in examine(home.open()) if each.subject == "elsewhere"]
    assert told[0] == (True, "acme can be read from postgresql, no password")
    assert [is_fine for is_fine, _ in told] == [True, False] and "THROUGHLINE_ACME_INBOX_PASSWORD" in told[1][1]
    monkeypatch.setenv("THROUGHLINE_ACME_INBOX_PASSWORD", "pony")
    assert all(each.is_fine for each in examine(home) if each.subject == "elsewhere")
