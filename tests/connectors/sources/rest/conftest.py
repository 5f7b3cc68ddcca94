"""Servers on loopback that answer as a test says, and waits that a test can bear."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.connectors.sources.rest.small_api import Serve
from tests.scripted_server import serving, wait_shortly


@pytest.fixture
def serve() -> Iterator[Serve]:
    with ExitStack() as running:
        yield lambda script: running.enter_context(serving(script))


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    wait_shortly(monkeypatch)
