"""The dbt project, parsed once for all homes, and dbt on what was parsed.

dbt_project/ --dbt parse--> target/for_runs/ (manifest.json for Dagster, partial_parse.msgpack for dbt_process.py)
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

from dagster_dbt import DbtCliResource
from filelock import FileLock
from packaging.version import Version

from connectors.errors import ThroughlineError
from pipelines.settings import DBT_PROJECT

_TARGET = DBT_PROJECT / "target" / "for_runs"
"""Apart from where dbt puts it unasked: the linter leaves the project there, parsed for a database in memory."""
_PARSED = _TARGET / "partial_parse.msgpack"
_DBT = Path(sys.executable).with_name("dbt")
_PROCESS = Path(__file__).with_name("dbt_process.py")
_NO_HOME = "no-home"
"""Stands for the home while the project is parsed."""
_LESS_LOG = ("--log-level-file", "info")
"""Every step at level debug, as dbt writes it unasked, takes 4 s a run; the SQL that was run lies beside the log."""
_QUIET = {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DO_NOT_TRACK": "1"}


def project_hash() -> str:
    """Hash of everything in the dbt project that a person wrote, and of dbt; tells whether the manifest is current."""
    digest = hashlib.sha256(f"{version('dbt-core')} {version('dbt-duckdb')}\0".encode())
    for path in sorted(DBT_PROJECT.rglob("*")):
        if path.is_file() and not {"target", "logs"} & set(path.relative_to(DBT_PROJECT).parts):
            digest.update(path.relative_to(DBT_PROJECT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def manifest_path() -> Path:
    """dbt's manifest, parsed anew where the project has changed since. Dagster needs it before any run."""
    manifest, stamp = _TARGET / "manifest.json", _TARGET / "parsed"
    _TARGET.mkdir(parents=True, exist_ok=True)
    with FileLock(_TARGET / "parse.lock"):
        current = project_hash()
        is_current = stamp.exists() and stamp.read_text() == current
        if not (is_current and manifest.exists() and _PARSED.exists()):
            stamp.unlink(missing_ok=True)
            _parse()
            stamp.write_text(current)
    return manifest


def parsed_path() -> Path:
    """What dbt keeps of the project as it is now, for `dbt_process.parsed`."""
    manifest_path()
    return _PARSED


def _parse() -> None:
    places = ["--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)]
    for_no_home = {"THROUGHLINE_HOME": _NO_HOME, "DBT_TARGET_PATH": str(_TARGET), "DBT_LOG_PATH": str(_TARGET)}
    environment = os.environ | _QUIET | for_no_home
    parsed = subprocess.run(
        [str(_DBT), "--quiet", "parse", *places], env=environment, capture_output=True, text=True, check=False
    )
    if parsed.returncode:
        raise ThroughlineError(f"dbt can't parse {DBT_PROJECT.name}:\n{parsed.stdout}{parsed.stderr}")


@cache
def manifest() -> dict[str, Any]:
    """The manifest's content, read once a process: definitions and progress ask for it several times."""
    content: dict[str, Any] = json.loads(manifest_path().read_text(encoding="utf-8"))
    return content


class ParsedDbt(DbtCliResource):
    """dbt as Dagster calls it, without what Dagster asks of it before: two imports of dbt, 5 s a run.

    The adapter that Dagster would make in its own process only serves column metadata, which we take from the manifest.
    """

    @cached_property
    def _cli_version(self) -> Version:
        return Version(version("dbt-core"))

    def _initialize_dbt_core_adapter(self, args: Sequence[str]) -> None:  # type: ignore[override]
        """None: nobody asks for it."""


def dbt_command() -> list[str]:
    """dbt as a process of its own on the parsed project; what it shall do is still to be said."""
    return [sys.executable, "-P", os.fspath(_PROCESS), os.fspath(parsed_path())]


def dbt_resource() -> ParsedDbt:
    executable, *flags = dbt_command()
    return ParsedDbt(
        project_dir=os.fspath(DBT_PROJECT),
        profiles_dir=os.fspath(DBT_PROJECT),
        dbt_executable=executable,
        global_config_flags=[*flags, *_LESS_LOG],
    )
