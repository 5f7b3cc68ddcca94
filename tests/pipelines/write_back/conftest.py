from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.home import Home
from connectors.sources.http import connection
from pipelines.write_back import sending
from tests.pipelines.write_back.receiving_lrs import PASSWORD, USERNAME, ReceivingLrs, receiving
from tests.pipelines.write_back.small_version import settle


@pytest.fixture
def lrs(home: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[ReceivingLrs]:
    """An LRS that the home writes completions back to, in batches of four, with waits that a test can bear."""
    monkeypatch.setattr(sending, "BATCH", 4)
    monkeypatch.setattr(connection, "_FIRST_WAIT_SECONDS", 0.001)
    monkeypatch.setattr(connection, "_LAST_WAIT_SECONDS", 0.01)
    monkeypatch.setattr(connection, "_JITTER_SECONDS", 0.001)
    monkeypatch.setenv("THROUGHLINE_WRITE_BACK_USERNAME", USERNAME)
    monkeypatch.setenv("THROUGHLINE_WRITE_BACK_PASSWORD", PASSWORD)
    with receiving() as lrs:
        settle(home, lrs.endpoint)
        yield lrs
