"""Requests keep their distance, and rest when a quota is used up, by a clock that a test moves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from connectors.errors import TryLater
from connectors.sources.http.pace import Pace

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Clock:
    """Time that passes only by sleeping, or when a test says so. ``jump`` is what the clock on the wall is off."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.slept: list[float] = []
        self.jump = timedelta()

    def __call__(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 6))
        self.seconds += seconds

    def now(self) -> datetime:
        return NOW + self.jump

    def pace(self, per_minute: float | None = None) -> Pace:
        return Pace(per_minute, "X-Remaining", "X-Reset", clock=self, sleep=self.sleep, now=self.now)


def test_requests_are_spread_over_the_minute() -> None:
    clock = Clock()
    pace = clock.pace(120)
    for _ in range(3):
        pace.wait()
    assert clock.slept == [0.5, 0.5]
    clock.seconds += 0.4
    pace.wait()
    assert clock.slept == [0.5, 0.5, 0.1], "time that an answer took is not waited for again"


def test_without_a_limit_nobody_waits() -> None:
    clock = Clock()
    pace = clock.pace()
    for _ in range(3):
        pace.wait()
        pace.note({"X-Remaining": "17"})
    assert clock.slept == []


@pytest.mark.parametrize(
    ("reset", "slept"),
    [("7", [7.0]), (str(int(NOW.timestamp()) + 9), [9.0]), ("soon", [1.0]), (None, [1.0]), ("-3", [])],
)
def test_a_quota_that_is_used_up_is_waited_for(reset: str | None, slept: list[float]) -> None:
    clock = Clock()
    pace = clock.pace()
    pace.wait()
    pace.note({"X-Remaining": "0"} | ({"X-Reset": reset} if reset else {}))
    pace.wait()
    assert clock.slept == slept


def test_a_quota_that_is_used_up_for_long_ends_the_pull() -> None:
    clock = Clock()
    pace = clock.pace()
    pace.note({"X-Remaining": "0", "X-Reset": "3600"})
    with pytest.raises(TryLater, match="3600 seconds") as raised:
        pace.wait()
    assert raised.value.wait_seconds == 3600
    assert clock.slept == []


def test_a_clock_that_jumps_back_makes_no_request_wait_for_ever() -> None:
    clock = Clock()
    pace = clock.pace(60)
    pace.wait()
    clock.jump = timedelta(days=-400)
    pace.wait()
    assert clock.slept == [1.0]
    pace.note({"X-Remaining": "0", "X-Reset": str(int((NOW - timedelta(days=1)).timestamp()))})
    with pytest.raises(TryLater):
        pace.wait()
