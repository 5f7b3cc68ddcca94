"""Tests run side by side, a worker for each core: what shares something dear stays together, the longest begin first."""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

_WITH_THE_COMPANY = tuple(
    f"tests/pipelines/{name}.py"
    for name in (
        "test_attempts", "test_every_kind", "test_planted_statements", "test_planted_truth", "test_run", "write_back/test_plan",
    )
)  # fmt: skip
"""They look at one and the same run of a company."""
_LONGEST = (
    "the company",
    "dbt",
    "test_marginals.py",
    "test_privacy.py",
    "test_real_data.py",
    "test_shipped_metrics.py",
)
"""In this order: a long one that begins last keeps one worker busy while the others wait."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: _rank(_group(item.nodeid)))


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes go by their argument: a gzip holds the second in which it was made, and workers must agree on all names."""
    return argname if isinstance(val, bytes) else None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    return _Together(config, log)


class _Together(LoadScopeScheduling):  # type: ignore[misc]
    """Hands a worker all tests of a group. (``--dist loadgroup`` would do it with marks; pytest 9.2 ignores those.)"""

    def _split_scope(self, nodeid: str) -> str:
        return _group(nodeid)


def _group(nodeid: str) -> str:
    file = nodeid.split("::", maxsplit=1)[0]
    if file in _WITH_THE_COMPANY:
        return "the company"
    return "dbt" if file.startswith("tests/dbt_project/") else file


def _rank(group: str) -> int:
    return next((rank for rank, long in enumerate(_LONGEST) if group.endswith(long)), len(_LONGEST))
