"""dbt in this process, on the project as it was parsed for runs: the import and the parsing cost seconds.

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

from pipelines.dbt_project import manifest_path, parsed_path

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"

Rows = list[tuple[Any, ...]]
Query = Callable[[Path, str], Rows]


@dataclass
class Dbt:
    """``dbt(home, "build", "--full-refresh")``; fails the test with what dbt says where a node fails."""

    files: Path
    link: Path
    manifest: Any

    def __call__(self, home: Path, *command: str) -> None:
        self.link.unlink(missing_ok=True)
        self.link.symlink_to(home, target_is_directory=True)
        result = self.invoke(*command)
        if not result.success:
            pytest.fail(_failures(result), pytrace=False)

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
def dbt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dbt]:
    before, files = dict(os.environ), tmp_path_factory.mktemp("dbt")
    link = files / "home"
    os.environ |= {
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
        "THROUGHLINE_AS_OF": "2025-12-31",
        "THROUGHLINE_HOME": str(link),
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # dbt's own, not ours
        from pipelines.dbt_process import parsed

        project = parsed(parsed_path(), str(link))
    with pytest.MonkeyPatch.context() as patched:
        _spare(patched)
        yield Dbt(files, link, project)
    os.environ.clear()
    os.environ.update(before)


def _spare(patched: pytest.MonkeyPatch) -> None:
    """Take from dbt what costs a fifth of a build and no test looks at.

    A template is compiled once for all builds instead of once for each, and nobody is told of what happens: a node
    that fails is in the result.
    """
    from dbt_common.events.event_manager import EventManager
    from jinja2 import Environment

    compile_anew = Environment.compile
    known: dict[tuple[type, str], Any] = {}

    def compile_once(environment: Environment, source: Any, *names: Any, **options: Any) -> Any:
        if names or options or not isinstance(source, str):
            return compile_anew(environment, source, *names, **options)
        key = type(environment), source
        if key not in known:
            known[key] = compile_anew(environment, source)
        return known[key]

    patched.setattr(Environment, "compile", compile_once)
    patched.setattr(EventManager, "fire_event", lambda *_, **__: None)


@pytest.fixture(scope="session")
def dbt_files(dbt: Dbt) -> Path:
    """Where dbt leaves its manifest and the results of the last run (unless told ``--no-write-json``)."""
    return dbt.files


@pytest.fixture(scope="session")
def manifest() -> dict[str, Any]:
    """What `dbt parse` writes about the project."""
    content: dict[str, Any] = json.loads(manifest_path().read_text(encoding="utf-8"))
    return content


@pytest.fixture(scope="session")
def query() -> Query:
    """Rows of one query on the warehouse of a home."""

    def rows(home: Path, sql: str) -> Rows:
        with duckdb.connect(str(home / "warehouse" / "warehouse.duckdb"), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    return rows
