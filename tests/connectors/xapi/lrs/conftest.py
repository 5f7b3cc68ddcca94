"""Servers on loopback that answer as a test says, and waits that a test can bear."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from connectors.sources.http import connection
from tests.connectors.xapi.lrs.servers import Script, Server, serving

Serve = Callable[[Script], Server]


@pytest.fixture
def serve() -> Iterator[Serve]:
    with ExitStack() as running:
        yield lambda script: running.enter_context(serving(script))


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_FIRST_WAIT_SECONDS", "_LAST_WAIT_SECONDS", "_JITTER_SECONDS"):
        monkeypatch.setattr(connection, name, 0.001)
