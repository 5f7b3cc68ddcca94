from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.home import Home
from pipelines import runs
from tests.pipelines.own_home import own_home
from tests.pipelines.small_company import move_in


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """An empty home that the process uses until the test ends."""
    with own_home(tmp_path / "home") as home:
        yield home


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A small simulated company after one full run; tests look at it and leave it as it is."""
    with own_home(tmp_path_factory.mktemp("company") / "home") as home:
        move_in(home)
        outcome = runs.run(home)
        assert outcome.outcome == "published", outcome.reasons
        yield home
