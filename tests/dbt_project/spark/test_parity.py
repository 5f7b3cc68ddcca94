"""The same dbt project, built by DuckDB and by a Spark cluster: every table holds the same rows, so does an increment.

It needs Java and an environment of its own, which `make parity` builds. Spark's tables are Parquet files, so DuckDB
itself lays them beside its own: what is compared never goes through a driver.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from connectors.home import Home
from pipelines import runs
from pipelines.settings import DBT_PROJECT, as_of
from pipelines.voiding import voiding_authorities
from simulator import SETTINGS, load, write_company
from tests.dbt_project.spark import cluster
from tests.pipelines.own_home import own_home

COMPANY = os.environ.get("PARITY_COMPANY", "meridian")
"""The recipe of the company that both engines build: the demo's."""
SCHEMAS = ("intermediate", "marts", "audit", "trust")
OF_THE_BUILD = {"build_id", "code_version", "dbt_invocation_id"}
"""What two builds of the same input differ in, on one engine too."""
DECIMALS = 6
"""Sums of doubles depend on the order of their terms, and engines sum in parallel."""

pytestmark = pytest.mark.skipif(not cluster.is_installed(), reason="Spark is not installed: make parity")


@dataclass(frozen=True)
class Spark:
    """A cluster, the dbt target that writes to it, and the folder where its tables lie as files."""

    folder: Path
    port: int

    def dbt(self, home: Home, *command: str) -> None:
        environment = os.environ | {
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "THROUGHLINE_HOME": os.fspath(home.root),
            "THROUGHLINE_AS_OF": as_of().isoformat(),
            "THROUGHLINE_VOIDING_AUTHORITIES": ",".join(voiding_authorities(home)),
            "THROUGHLINE_SPARK_PORT": str(self.port),
        }
        made = os.fspath(self.folder / "dbt")
        places = ["--project-dir", os.fspath(DBT_PROJECT), "--profiles-dir", os.fspath(DBT_PROJECT)]
        places += ["--target", "spark", "--target-path", made, "--log-path", made]
        dbt = os.fspath(cluster.ENVIRONMENT / "bin" / "dbt")
        done = subprocess.run(
            [dbt, "--quiet", *command, *places], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, (done.stdout + done.stderr)[-6000:]

    def build(self, home: Home) -> None:
        self.dbt(home, "run-operation", "landing_tables")
        self.dbt(home, "build", "--exclude-resource-type", "unit_test")

    def rows(self, schema: str, table: str) -> str | None:
        """A relation of DuckDB's over the files of one table; None where Spark wrote no file, which is no row."""
        files = self.folder / "warehouse" / f"{schema}.db" / table
        assert files.is_dir(), f"Spark did not build {schema}.{table}"
        if not any(files.rglob("*.parquet")):
            return None
        return f"read_parquet('{files}/**/*.parquet', hive_partitioning=true, hive_types_autocast=false)"


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spark]:
    folder = tmp_path_factory.mktemp("spark")
    with cluster.running(folder) as port:
        yield Spark(folder, port)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    with own_home(tmp_path_factory.mktemp("parity") / "home") as home:
        (home.root / "settings.yml").write_text(SETTINGS, encoding="utf-8")
        yield home


@pytest.fixture(scope="module")
def first(home: Home, spark: Spark) -> Home:
    """The company without its last month's statements and logs, built by both engines."""
    write_company(home.inbox, home.restricted / "simulated_truth", load(COMPANY))
    for late in _last_of_each_series(home):
        shutil.move(late, _aside(home) / late.relative_to(home.inbox).as_posix().replace("/", "%"))
    _build(home, spark)
    return home


@pytest.fixture(scope="module")
def second(first: Home, spark: Spark) -> Home:
    """The rest has come, and both engines add it to what they have."""
    for late in _aside(first).iterdir():
        shutil.move(late, first.inbox / late.name.replace("%", "/"))
    _build(first, spark)
    return first


def _aside(home: Home) -> Path:
    aside = home.root.parent / "still_to_come"
    aside.mkdir(exist_ok=True)
    return aside


def _last_of_each_series(home: Home) -> list[Path]:
    """The newest file of each LRS and of the LMS's log: what the models that are built by partitions live on."""
    series = {
        "xapi": "statements_*", "academy_lrs": "statements_*", "moodle": "logs_*", "totara": "users_*",
        "training_requests": "*", "time_registration": "*",
    }  # fmt: skip
    found = {tool: sorted((home.inbox / tool).glob(pattern)) for tool, pattern in series.items()}
    assert all(found.values()), f"the company has no files of {[tool for tool in found if not found[tool]]}"
    return [files[-1] for files in found.values()]


def _build(home: Home, spark: Spark) -> None:
    outcome = runs.run(home)
    assert outcome.outcome == "published", outcome.reasons
    spark.build(home)


def test_every_table_holds_the_same_rows_on_both_engines(first: Home, spark: Spark) -> None:
    assert differences(first, spark) == []


def test_an_increment_leaves_the_same_rows_on_both_engines(second: Home, spark: Spark) -> None:
    assert differences(second, spark) == []


def differences(home: Home, spark: Spark) -> list[str]:
    """Each table that is not the same, with how many rows only one engine has and one of them."""
    with duckdb.connect(os.fspath(home.database), read_only=True) as ours:
        tables = ours.execute(
            "select table_schema, table_name from information_schema.tables "
            "where list_contains($schemas, table_schema) and table_type = 'BASE TABLE' order by all",
            {"schemas": list(SCHEMAS)},
        ).fetchall()
        assert len(tables) > 100
        return [found for schema, table in tables if (found := _difference(ours, spark, schema, table))]


def _difference(ours: duckdb.DuckDBPyConnection, spark: Spark, schema: str, table: str) -> str | None:
    columns = ours.execute(
        "select column_name, data_type from information_schema.columns where table_schema = ? and table_name = ?",
        [schema, table],
    ).fetchall()
    told = ", ".join(_told(name, kind) for name, kind in columns if name not in OF_THE_BUILD)
    here = f"select {told} from {schema}.{table}"
    files = spark.rows(schema, table)
    there = f"select {told} from {files}" if files else f"{here} where false"
    only = [ours.sql(f"({one}) except all ({other})") for one, other in ((here, there), (there, here))]
    counts = [len(rows) for rows in only]
    if not any(counts):
        return None
    examples = [rows.fetchone() for rows in only]
    return f"{schema}.{table}: {counts[0]} rows only on DuckDB, {counts[1]} only on Spark: {examples}"


def _told(name: str, kind: str) -> str:
    column = f'cast("{name}" as {kind})'
    return f"round({column}, {DECIMALS})" if kind == "DOUBLE" else column
