"""The same dbt project, built by DuckDB and by a Spark cluster: tables, an increment and metrics come out the same.

It needs Java and an environment of its own, which `make parity` builds.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.home import Home
from pipelines import runs
from simulator import SETTINGS, load, write_company
from tests.dbt_project.spark import cluster
from tests.dbt_project.spark.client import Spark
from tests.dbt_project.spark.comparison import differing_metrics, differing_tables
from tests.pipelines.own_home import own_home

COMPANY = os.environ.get("PARITY_COMPANY", "meridian")
"""The recipe of the company that both engines build, by name or as a file (`small.yaml` beside this one); the demo's."""

pytestmark = pytest.mark.skipif(not cluster.is_installed(), reason="Spark is not installed: make parity")


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
    assert differing_tables(first, spark) == []


def test_an_increment_leaves_the_same_rows_on_both_engines(second: Home, spark: Spark) -> None:
    assert differing_tables(second, spark) == []


def test_every_metric_has_the_same_parts_on_both_engines(second: Home, spark: Spark) -> None:
    assert differing_metrics(second, spark) == []
