"""One small company for the whole room: three months hold every format and most quirks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from simulator import Written, load, write_company
from tests.simulator.chronicles import Told

PEOPLE, MONTHS, SEED = 120, 3, 11


@dataclass(frozen=True)
class Exports:
    inbox: Path
    truth: Path
    written: Written

    def read_truth(self, name: str) -> pd.DataFrame:
        return pd.read_csv(self.truth / name, dtype=str, keep_default_na=False)


@pytest.fixture(scope="session")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Exports:
    folder = tmp_path_factory.mktemp("company")
    written = write_company(folder / "inbox", folder / "truth", load(people=PEOPLE, months=MONTHS, seed=SEED))
    return Exports(folder / "inbox", folder / "truth", written)


@pytest.fixture(scope="session")
def told() -> Told:
    """The default company as it happens, without files."""
    return Told("meridian")


@pytest.fixture(scope="session")
def companies() -> list[Told]:
    """The same company under several seeds: what is planted must come out on average, and not only once."""
    return [Told("meridian", people=400, months=14, seed=seed) for seed in range(8)]
