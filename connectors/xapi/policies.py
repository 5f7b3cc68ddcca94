"""What a statement may do and a reader should know: it is accepted, and flagged.

timestamp_missing        the time it was stored stands in, or else the time of the extract
timestamp_placeholder    likewise: it lies on the first or the last day there is, which programs write for no time
stored_missing           neither time was sent
timestamp_without_zone   read as UTC; 1.0.3 (4.5) only advises a zone, 2.0 demands one
timestamp_after_stored   a clock is ahead of the LRS's by more than five minutes; an LRS must accept it
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import msgspec

from connectors.xapi.formats import Instant, parse_instant

TOLERANCE = 5 * 60 * 1_000_000
"""Microseconds by which a clock may be ahead of the LRS's before it is worth a flag (`XAPI.md`, 1.9)."""


_NO_DAYS = (date.min, date.max)
"""Days of the least and of the greatest time of .NET, Java and Python."""


class When(msgspec.Struct, frozen=True):
    """When something happened: an instant as text, the local day, the offset sent, if one was.

    ``was_sent`` is False where neither timestamp nor stored say it, or where stored stands in for a placeholder;
    ``flags`` name what stands in.
    """

    text: str
    day: date
    offset_minutes: int | None
    flags: tuple[str, ...] = ()
    was_sent: bool = True


def when(sent: Mapping[str, Any], extracted_at: datetime) -> When:
    """When an accepted statement happened: as sent, else when it was stored, else when it was extracted."""
    happened, stored = told(sent, "timestamp"), told(sent, "stored")
    is_placeholder = happened is None and "timestamp" in sent
    flags: tuple[str, ...] = ("timestamp_placeholder",) if is_placeholder else ("timestamp_missing",)
    instant = happened or stored
    if instant is None:
        stand_in = f"{extracted_at.isoformat()}Z"
        return When(stand_in, extracted_at.date(), None, (*flags, "stored_missing"), was_sent=False)
    if happened:
        flags = ()
    if instant.offset_minutes is None:
        flags = (*flags, "timestamp_without_zone")
    offset = happened.offset_minutes if happened else None
    return When(f"{instant.utc.isoformat()}Z", instant.day, offset, flags, was_sent=not is_placeholder)


def told(sent: Mapping[str, Any], name: str) -> Instant | None:
    """The time that an accepted statement tells; None for a placeholder."""
    instant = parse_instant(sent[name]) if name in sent else None
    return None if instant is None or instant.day in _NO_DAYS else instant


def flags_of(sent: Mapping[str, Any]) -> tuple[str, ...]:
    """The flags of an accepted statement, as they land."""
    flags = when(sent, datetime.min).flags
    occurred, stored = told(sent, "timestamp"), told(sent, "stored")
    is_ahead = occurred and stored and occurred.microseconds - stored.microseconds > TOLERANCE
    return (*flags, "timestamp_after_stored") if is_ahead else flags
