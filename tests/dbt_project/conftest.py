"""dbt, parsed once for the whole session: the import and the parsing cost seconds, a build in this process does not.

The manifest holds the path of the home, so every home of a test takes its turn behind one link.
"""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"

Rows = list[tuple[Any, ...]]
Query = Callable[[Path, str], Rows]


@dataclass
class Dbt:
    """``dbt(home, "build", "--full-refresh")``; fails the test with what dbt says where a node fails."""

    files: Path
    manifest: Any = None

    @property
    def link(self) -> Path:
        return self.files / "home"

    def __call__(self, home: Path, *command: str) -> None:
        self.link.unlink(missing_ok=True)
        self.link.symlink_to(home, target_is_directory=True)
        result = self.invoke(*command)
        if not result.success:
            pytest.fail(_failures(result), pytrace=False)

    def parse(self) -> dict[str, Any]:
        self.manifest = self.invoke("parse").result
        content: dict[str, Any] = json.loads((self.files / "manifest.json").read_text(encoding="utf-8"))
        return content

    def invoke(self, *command: str) -> Any:
        places = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--target-path", str(self.files)]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # dbt's own, not ours
            from dbt.adapters.duckdb.connections import DuckDBConnectionManager
            from dbt.cli.main import dbtRunner

            log = ["--log-path", str(self.files), "--log-level", "none", "--quiet"]
            result = dbtRunner(manifest=self.manifest).invoke([*command, *places, *log])
            DuckDBConnectionManager.close_all_connections()  # or the file stays locked
        return result


def _failures(result: Any) -> str:
    if result.exception is not None:
        return str(result.exception)
    bad = [node for node in result.result.results if node.status in {"error", "fail", "runtime error"}]
    return "\n".join(f"{node.node.unique_id}: {node.message}" for node in bad)


@pytest.fixture(scope="session")
def _parsed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Dbt, dict[str, Any]]]:
    before = dict(os.environ)
    dbt = Dbt(tmp_path_factory.mktemp("dbt"))
    os.environ |= {
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
        "THROUGHLINE_AS_OF": "2025-12-31",
        "THROUGHLINE_HOME": str(dbt.link),
    }
    yield dbt, dbt.parse()
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="session")
def dbt(_parsed: tuple[Dbt, dict[str, Any]]) -> Dbt:
    return _parsed[0]


@pytest.fixture(scope="session")
def dbt_files(dbt: Dbt) -> Path:
    """Where dbt leaves its manifest and the results of the last run (unless told ``--no-write-json``)."""
    return dbt.files


@pytest.fixture(scope="session")
def manifest(_parsed: tuple[Dbt, dict[str, Any]]) -> dict[str, Any]:
    """What `dbt parse` writes about the project."""
    return _parsed[1]


@pytest.fixture(scope="session")
def query() -> Query:
    """Rows of one query on the warehouse of a home."""

    def rows(home: Path, sql: str) -> Rows:
        with duckdb.connect(str(home / "warehouse" / "warehouse.duckdb"), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    return rows
