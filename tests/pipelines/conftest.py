from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.home import Home
from pipelines import runs
from pipelines.settings import use_home


@pytest.fixture
def no_key_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("THROUGHLINE_KEY", "THROUGHLINE_KEY_FILE", "THROUGHLINE_HOME"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def home(tmp_path: Path, no_key_in_the_environment: None) -> Home:
    """An empty home that the process uses until the test ends."""
    return use_home(tmp_path / "home").open()


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A small simulated company after one full run; tests look at it and leave it as it is."""
    from simulator import SETTINGS, write_company

    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("THROUGHLINE_KEY", raising=False)
        patch.delenv("THROUGHLINE_KEY_FILE", raising=False)
        home = use_home(tmp_path_factory.mktemp("company") / "home").open()
        (home.root / "settings.yml").write_text(SETTINGS)
        write_company(home.inbox, home.restricted / "truth", people=60, months=4, seed=11)
        outcome = runs.run(home)
        assert outcome.outcome == "published", outcome.reasons
        yield home
