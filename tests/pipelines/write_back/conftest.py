from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.home import Home
from pipelines.write_back import sending
from tests.pipelines.write_back.receiving_lrs import PASSWORD, USERNAME, ReceivingLrs, receiving
from tests.pipelines.write_back.small_version import settle
from tests.scripted_server import wait_shortly


@pytest.fixture
def lrs(home: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[ReceivingLrs]:
    """An LRS that the home writes completions back to, in batches of four, with waits that a test can bear."""
    monkeypatch.setattr(sending, "BATCH", 4)
    wait_shortly(monkeypatch)
    monkeypatch.setenv("THROUGHLINE_WRITE_BACK_USERNAME", USERNAME)
    monkeypatch.setenv("THROUGHLINE_WRITE_BACK_PASSWORD", PASSWORD)
    with receiving() as lrs:
        settle(home, lrs.endpoint)
        yield lrs
