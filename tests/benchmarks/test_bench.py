"""The benchmark on a small file: its contenders agree, and what it prints is made of what it measured."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.__main__ import Disagreement, _agree, _figures, bench
from benchmarks.report import page, table


@pytest.fixture(scope="module")
def results() -> dict[str, Any]:
    return bench(statements=2_000, people=0, rounds=1)


def test_the_contenders_find_the_same_statements(results: dict[str, Any]) -> None:
    told = [results["statements"][name]["told"] for name in ("read", "flatten", "ingest")]
    assert {one["rows"] for one in told} == {2_000}
    assert len({one["ids"] for one in told}) == 1
    assert all(one["rejected"] == 0 for one in told)


def test_contenders_that_disagree_stop_the_benchmark() -> None:
    one, other = ({"seconds": 1.0, "peak_mb": 1.0, "rows": 5, "ids": ids} for ids in ("a", "b"))
    with pytest.raises(Disagreement, match="ids differ"):
        _agree({"read": _figures("read", [one]), "ingest": _figures("ingest", [other])})
    with pytest.raises(Disagreement, match="one and the same file"):
        _figures("read", [one, other])


def test_ratios_are_of_what_was_measured_in_the_same_run(results: dict[str, Any]) -> None:
    seconds = {name: results["statements"][name]["seconds"][0] for name in ("read", "flatten", "ingest")}
    told = table(results)
    assert f"{seconds['ingest'] / seconds['flatten']:.2f} ×" in told
    assert f"| {seconds['read'] / seconds['ingest']:.2f} |" in told


def test_a_run_is_told_with_its_growth_and_its_stages(results: dict[str, Any]) -> None:
    run = {"people": 100, "files": 9, "rows": 1_000, "seconds": 10.0, "peak_mb": 300.0, "stages": {"land moodle": 4.0}}
    large = {**run, "people": 1_000, "rows": 10_000, "seconds": 40.0}
    told = page({**results, "runs": [run, large]})
    assert "10.0 × the rows take 4.0 × the time." in told
    assert "| land moodle | 4.0 | 10% |" in told
    assert "| start-up, Dagster, and between | 36.0 | 90% |" in told
