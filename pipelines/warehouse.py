"""SHAPE, run: the dbt project as assets, built by one dbt invocation; every test result becomes a guard result.

Asset keys are dbt's own names (``landing/statements`` for a source, ``marts/dim_person`` for a model), so nothing
translates between the two.
"""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
from dagster_dbt import DbtCliInvocation, DbtCliResource, dbt_assets

from connectors.home import Home
from pipelines import guards
from pipelines.dbt_project import manifest, manifest_path
from pipelines.organisation import organisation
from pipelines.progress import stage
from pipelines.resources import HomeResource
from pipelines.settings import as_of, writing
from pipelines.voiding import voiding_authorities

MEMORY = "2GB"
"""What DuckDB may hold before it spills, as profiles.yml says too: ten million events are built whole with it. What
Python holds, and texts that are gathered in groups, come on top."""


def connected(home: Home) -> duckdb.DuckDBPyConnection:
    """The warehouse, to write to; within the memory that dbt is given, too (profiles.yml)."""
    return duckdb.connect(os.fspath(home.database), config={"memory_limit": _memory()})


def _memory() -> str:
    return os.environ.get("THROUGHLINE_MEMORY") or MEMORY


def artifacts(home: Home) -> Path:
    """Where dbt leaves what it made of this home: run results, the compiled SQL, its log."""
    return home.warehouse / "dbt"


class WarehouseConfig(dg.Config):
    """``full_refresh`` builds every incremental model from the retention floor again."""

    full_refresh: bool = False


def warehouse_assets() -> dg.AssetsDefinition:
    @dbt_assets(manifest=manifest_path(), name="warehouse", pool="warehouse")
    def warehouse(
        context: dg.AssetExecutionContext, dbt: DbtCliResource, home: HomeResource, config: WarehouseConfig
    ) -> Iterator[Any]:
        opened = home.open()
        # Unit tests check the models' logic on made-up rows: they belong to `make test`, not to every build.
        command = [
            "build",
            "--exclude-resource-type",
            "unit_test",
            *(["--full-refresh"] if config.full_refresh else []),
        ]
        with writing(opened), _dbt_is_told(opened):
            _begin_build(opened, context.run.run_id)
            invocation = dbt.cli(command, context=context, target_path=artifacts(opened), raise_on_error=False)
            try:
                yield from _watched(opened, invocation)
            finally:
                _record_tests(opened, context.run.run_id)
        if not invocation.is_successful():
            raise dg.Failure(why_not_built(opened), allow_retries=False)

    return warehouse


@contextlib.contextmanager
def _dbt_is_told(home: Home) -> Iterator[None]:
    """Tell dbt the day, who may void, and what the organisation says of itself, by its environment.

    A process that lives on must not keep them.
    """
    told = {
        "THROUGHLINE_AS_OF": as_of().isoformat(),
        "THROUGHLINE_VOIDING_AUTHORITIES": ",".join(voiding_authorities(home)),
        **organisation(home),
    }
    before = {name: os.environ.get(name) for name in told}
    os.environ |= told
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _watched(home: Home, invocation: DbtCliInvocation) -> Iterator[Any]:
    """The events of one dbt run, with what it prints in the home's log instead of the terminal."""
    nodes = sum(1 for node in manifest()["nodes"].values() if node["resource_type"] in {"model", "seed", "test"})
    with stage("build and test the models", nodes) as step, (home.logs / "dbt.log").open("a", encoding="utf-8") as log:
        events = iter(invocation.stream())
        while True:
            with contextlib.redirect_stdout(log):
                event = next(events, None)
            if event is None:
                return
            step()
            yield event


def _begin_build(home: Home, build_id: str) -> None:
    """Note whose build the warehouse holds: publishing refuses to publish one run's build on another's guards."""
    artifacts(home).mkdir(exist_ok=True)
    (artifacts(home) / "run_results.json").unlink(missing_ok=True)
    # dbt writes its own at the end: where it is interrupted, the results so far are still told apart by this one.
    shutil.copyfile(manifest_path(), artifacts(home) / "manifest.json")
    with connected(home) as connection:
        connection.execute("create schema if not exists publishing")
        connection.execute(
            "create or replace table publishing.build as select ? as build_id, now()::timestamp as begun_at", [build_id]
        )


def current_build(connection: duckdb.DuckDBPyConnection) -> str | None:
    """The run whose build the warehouse holds, complete or not."""
    exists = connection.execute(
        "select 1 from information_schema.tables where table_schema = 'publishing' and table_name = 'build'"
    )
    if not exists.fetchone():
        return None
    row = connection.execute("select build_id from publishing.build").fetchone()
    return str(row[0]) if row else None


def dbt_run(home: Home) -> guards.DbtRun:
    """The artifacts of the last dbt run on this home."""
    return guards.DbtRun.read(artifacts(home))


def _record_tests(home: Home, build_id: str) -> None:
    if (artifacts(home) / "run_results.json").exists():
        with connected(home) as connection:
            guards.record(connection, guards.dbt_results(build_id, dbt_run(home)))


def why_not_built(home: Home) -> str:
    """What failed in the last dbt run, for a person: the nodes and dbt's own words."""
    if not (artifacts(home) / "run_results.json").exists():
        return f"dbt ended before it ran anything. Its log: {artifacts(home) / 'dbt.log'}"
    failed = [
        f"{result['unique_id'].split('.', 2)[-1]}: {result['message']}"
        for result in dbt_run(home).run_results["results"]
        if result["status"] in {"error", "fail", "runtime error"}
    ]
    told = "The warehouse was not built; the published version stays.\n" + "\n".join(failed)
    if "Out of Memory" not in told:
        return told
    return f"{told}\nNext: allow DuckDB more than {_memory()} (THROUGHLINE_MEMORY=8GB throughline run)."
