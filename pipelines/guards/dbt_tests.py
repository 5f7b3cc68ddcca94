"""Read what dbt's tests said, from the artifacts of one invocation, into the same rows as GX's results.

    target/manifest.json     which tests exist, on what, how severe ─┐
    target/run_results.json  what this very invocation found        ─┴─> GuardResult per test and unit test

Unit tests judge the code and not the build's data: they're recorded where they ran, and a failed one blocks,
but a build doesn't owe them (CI does).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connectors.errors import SettingsError

from .history import GuardResult, Status
from .suites import Severity, Suite

_STATUS: dict[str, Status] = {"pass": "pass", "success": "pass", "warn": "fail", "fail": "fail"}
"""Any other status of dbt (error, skipped, runtime error, partial success) means that nothing was judged."""

Node = dict[str, Any]


@dataclass(frozen=True)
class DbtRun:
    """The artifacts of one dbt invocation, parsed."""

    manifest: dict[str, Any]
    run_results: dict[str, Any]

    @classmethod
    def read(cls, target: Path) -> DbtRun:
        """Read ``target/``. Raises `SettingsError` when dbt left no results: then nothing is known of this build."""
        return cls(_artifact(target / "manifest.json"), _artifact(target / "run_results.json"))

    @property
    def invocation_id(self) -> str:
        return str(self.run_results["metadata"]["invocation_id"])


def dbt_results(build_id: str, run: DbtRun) -> list[GuardResult]:
    """One result per dbt test and unit test that the invocation ran or should have run (skipped is an error)."""
    tests = {node["unique_id"]: node for node in _tests(run.manifest)}
    _check_ids(tests.values())
    outcomes = run.run_results["results"]
    return [_result(build_id, tests[o["unique_id"]], o) for o in outcomes if o["unique_id"] in tests]


def expected_critical(manifest: dict[str, Any], suites: Iterable[Suite]) -> frozenset[str]:
    """Ids of the critical guards that every build owes a result."""
    data_tests = [node for node in _tests(manifest) if node["resource_type"] == "test"]
    of_dbt = {guard_id(node) for node in data_tests if _severity(node) == "critical"}
    of_gx = {e.guard for suite in suites for e in suite.expectations if e.severity == "critical"}
    return frozenset(of_dbt | of_gx)


def guard_id(node: Node) -> str:
    """``dbt.<table>.<test>``, as ``gx.<table>.<expectation>``."""
    return f"dbt.{_table(node)}.{node['name']}"


def _artifact(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise SettingsError(f"{path.name}: dbt left no such file. Next: run dbt again and read its log.") from error


def _tests(manifest: dict[str, Any]) -> Iterator[Node]:
    yield from (node for node in manifest["nodes"].values() if node["resource_type"] == "test")
    yield from manifest.get("unit_tests", {}).values()


def _check_ids(tests: Iterable[Node]) -> None:
    """Two tests under one id would hide each other's failure."""
    seen: dict[str, str] = {}
    for node in tests:
        first = seen.setdefault(guard_id(node), node["unique_id"])
        if first != node["unique_id"]:
            raise SettingsError(
                f"dbt tests {first} and {node['unique_id']} share the name {node['name']} on one model. "
                "Next: give one of them another `name:`."
            )


def _table(node: Node) -> str:
    """The model that a test is about; for a singular test, the last one that it reads."""
    if node["resource_type"] == "unit_test":
        return str(node["model"])
    attached = node.get("attached_node") or (node["depends_on"]["nodes"] or ["project"])[-1]
    return str(attached).rsplit(".", 1)[-1]


def _severity(node: Node) -> Severity:
    return "warning" if str(node["config"].get("severity") or "error").lower() == "warn" else "critical"


def _result(build_id: str, node: Node, outcome: dict[str, Any]) -> GuardResult:
    status = _STATUS.get(outcome["status"], "error")
    name, table = node["name"], _table(node)
    return GuardResult(
        build_id=build_id,
        guard=guard_id(node),
        origin="dbt",
        table_name=table,
        column_name=node.get("column_name"),
        # dbt's own thresholds (`warn_if`, `error_if`) can make a warning of a test that may also block.
        severity="warning" if outcome["status"] == "warn" else _severity(node),
        status=status,
        observed=_observed(outcome, status),
        expected=_expected(node),
        message=_message(outcome, status),
        next_step=(node["config"].get("meta") or {}).get("next_step")
        or f"Run `dbt test --select {name}`, then look at {table}.",
        checked_at=_checked_at(outcome),
    )


def _observed(outcome: dict[str, Any], status: Status) -> str:
    if status == "error":
        return "not judged"
    failures = outcome.get("failures")
    return "as expected" if not failures else f"{failures} rows"


def _expected(node: Node) -> str:
    if description := (node.get("description") or "").strip():
        return str(description)
    test = node.get("test_metadata")
    if not test:
        return str(node["name"]).replace("_", " ")
    arguments = {key: value for key, value in test["kwargs"].items() if key not in ("model", "column_name")}
    column = node.get("column_name") or _table(node)
    return " ".join([column, test["name"], json.dumps(arguments) if arguments else ""]).strip()


def _message(outcome: dict[str, Any], status: Status) -> str:
    """The first line only: what follows in dbt's message may quote values of the warehouse."""
    if outcome["status"] == "skipped":
        return "Not run: something that it depends on failed."
    first = (outcome.get("message") or "").strip().splitlines()[:1]
    return first[0] if first else {"pass": "As expected.", "fail": "Not as expected.", "error": "Not judged."}[status]


def _checked_at(outcome: dict[str, Any]) -> datetime:
    """When the test ended, naive UTC; a skipped one has no timing and counts as of now."""
    ended = [timing["completed_at"] for timing in outcome.get("timing", ()) if timing.get("completed_at")]
    moment = datetime.fromisoformat(ended[-1]) if ended else datetime.now(UTC)
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
