"""The benchmark of estimators on a few units; the other package takes seconds to import, and is stood in for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks import estimators, measuring
from benchmarks.contenders import CONTENDERS, group_time
from benchmarks.measuring import Disagreement


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Contenders in this process, where everything is imported already."""
    monkeypatch.setattr(measuring, "measured", lambda name, *of: {**CONTENDERS[name](*of), "peak_mb": 1.0})


def test_the_page_has_the_ratio_of_what_was_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CONTENDERS, "diff_diff", group_time)
    results = estimators.measure(tmp_path, 100, rounds=1)
    ratio = results["ours"]["processor"][0] / results["diff_diff"]["processor"][0]
    assert f"Ours takes {ratio:.2f} times" in estimators.told(results)


def test_estimators_that_disagree_stop_the_benchmark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def other(file: str) -> dict[str, Any]:
        return {"seconds": 1.0, "processor": 1.0, "estimate": 0.0, "error": 1.0}

    monkeypatch.setitem(CONTENDERS, "diff_diff", other)
    with pytest.raises(Disagreement, match="estimates differ"):
        estimators.measure(tmp_path, 100, rounds=1)
