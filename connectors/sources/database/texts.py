"""Values of a database as text, as `connectors.reading` expects the cells of a typed table."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any


def as_text(value: Any) -> str | None:
    """A value as text: dates as ISO 8601, instants with their offset, numbers with a point, structures as JSON."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        return _number(value)
    if isinstance(value, datetime):
        return _moment(value)
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        seconds = round(value.total_seconds())
        return f"{'-' * (seconds < 0)}{abs(seconds) // 3600}:{abs(seconds) // 60 % 60:02}:{abs(seconds) % 60:02}"
    if isinstance(value, dict | list | tuple):
        return json.dumps(value, ensure_ascii=False, default=as_text)
    if isinstance(value, bytes | bytearray | memoryview):
        return _bytes(bytes(value))
    return str(value)


def _number(value: float | Decimal) -> str:
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return format(value, "f")


def _moment(value: datetime) -> str:
    """An instant with six decimals and +00:00, a local time without zone with milliseconds where there are any."""
    if value.tzinfo is not None:
        utc = value - (value.utcoffset() or timedelta())
        return utc.replace(tzinfo=None).isoformat(" ", "microseconds") + "+00:00"
    return value.isoformat(" ", "milliseconds" if value.microsecond >= 1000 else "seconds")


def _bytes(value: bytes) -> str:
    if value in (b"\x00", b"\x01"):  # MariaDB's BIT, where others have a boolean
        return str(value[0])
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.hex().upper()
