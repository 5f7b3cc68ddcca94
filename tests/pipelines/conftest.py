from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.home import Home
from pipelines import runs
from simulator import SETTINGS, write_company
from tests.pipelines.own_home import own_home


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """An empty home that the process uses until the test ends."""
    with own_home(tmp_path / "home") as home:
        yield home


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A small simulated company after one full run; tests look at it and leave it as it is."""
    with own_home(tmp_path_factory.mktemp("company") / "home") as home:
        (home.root / "settings.yml").write_text(SETTINGS)
        write_company(home.inbox, home.restricted / "truth", people=60, months=4, seed=11)
        outcome = runs.run(home)
        assert outcome.outcome == "published", outcome.reasons
        yield home
