"""No more requests than a server allows: a distance between them, and a rest when the quota is used up."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from connectors.errors import TryLater

_LONGEST_REST_SECONDS = 60.0
"""Beyond that a pull ends, and whoever runs it waits: an hour's sleep would hold a worker."""
_EPOCH = 10**9
"""A reset beyond this many seconds is a moment, and no distance."""


class Pace:
    """``per_minute``: requests that a minute may hold, spread evenly. ``remaining`` and ``reset`` name headers.

    ``now`` tells the moment (UTC) for a server that names its reset as one; distances are those of ``clock``, which
    never jumps.
    """

    def __init__(
        self,
        per_minute: float | None = None,
        remaining: str | None = None,
        reset: str | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._distance = 60.0 / per_minute if per_minute else 0.0
        self._remaining, self._reset = remaining, reset
        self._clock, self._sleep, self._now = clock, sleep, now
        self._free_at = clock()

    def wait(self) -> None:
        """Come back when the next request may go. Raises TryLater where that is too far to sleep through."""
        ahead = self._free_at - self._clock()
        if ahead > _LONGEST_REST_SECONDS:
            raise TryLater(f"The server's quota is used up for {ahead:.0f} seconds.", ahead)
        if ahead > 0:
            self._sleep(ahead)
        self._free_at = max(self._free_at, self._clock()) + self._distance

    def note(self, headers: Mapping[str, str]) -> None:
        """Rest until the quota is full again, where an answer says that it is used up."""
        if self._is_used_up(headers):
            self._free_at = max(self._free_at, self._clock() + self._rest(headers))

    def _is_used_up(self, headers: Mapping[str, str]) -> bool:
        left = _number(headers.get(self._remaining)) if self._remaining else None
        return left is not None and left <= 0

    def _rest(self, headers: Mapping[str, str]) -> float:
        until = _number(headers.get(self._reset)) if self._reset else None
        if until is None:
            return self._distance or 1.0
        return max(0.0, until - self._now().timestamp() if until > _EPOCH else until)


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None
