"""One small company's LRSs, told once for all tests of the room."""

from __future__ import annotations

import pytest

from tests.simulator.xapi.told import DELIVERY, STORES, Company, Told, company


@pytest.fixture(scope="session")
def small() -> Company:
    return company(delivery=DELIVERY)


@pytest.fixture(scope="session")
def main(small: Company, tmp_path_factory: pytest.TempPathFactory) -> Told:
    return small.told(tmp_path_factory.mktemp("first"), STORES[0])


@pytest.fixture(scope="session")
def second(small: Company, tmp_path_factory: pytest.TempPathFactory) -> Told:
    return small.told(tmp_path_factory.mktemp("second"), STORES[1])
