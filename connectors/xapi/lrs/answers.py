"""What a server's answer means: a page, a reason to ask again later, or something to mend in the settings.

Messages name the status and the media type, never a header that was sent or a body that was received.
"""

from __future__ import annotations

import random
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx
import msgspec

from connectors.errors import SettingsError, Transient, TryLater

_LONGEST_WAIT_SECONDS = 60.0
"""How long a pull sleeps itself when it is asked to. Beyond that it ends, and whoever runs it waits."""


class BadRequest(Exception):
    """400: among others, the answer to a version that the server doesn't speak."""


class Page(msgspec.Struct):
    """A page of statements, each as the bytes that were sent. ``more`` is the link to the next one."""

    statements: list[msgspec.Raw]
    more: str | None = None


def page(body: bytes, media_type: str) -> Page:
    """The page that a body holds, whatever its media type claims."""
    try:
        return msgspec.json.decode(body, type=Page)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        claimed = re.sub(r"[^\w/+.-].*", "", media_type) or "no media type"
        raise Transient(
            f"The LRS answers 200 ({claimed}), but not with a whole page of statements. Nothing of the window was kept."
        ) from None


def meaning(response: httpx.Response) -> Exception:
    """What to raise for an answer that is not 200."""
    status = response.status_code
    if status == 400:
        return BadRequest()
    if status == 429 or status >= 500:
        return busy("The LRS", response)
    if status in (401, 403):
        return SettingsError(f"The LRS answers {status}: check the credentials and their right to read statements.")
    if 300 <= status < 400:
        return SettingsError(
            f"The LRS answers {status}, a redirect, which is not followed: use its target as the endpoint."
        )
    return SettingsError(
        f"The LRS answers {status}: check that the endpoint is the xAPI base address, without `statements`."
    )


def busy(who: str, response: httpx.Response) -> TryLater:
    """The error of a server that asks for patience, with how much where it says so."""
    wait = _retry_after(response.headers.get("Retry-After"))
    asked = f" and asks to wait {wait:.0f} seconds" if wait is not None else ""
    return TryLater(f"{who} answers {response.status_code}{asked}.", wait)


def _retry_after(header: str | None) -> float | None:
    """Seconds to wait: the header holds a number of them, or a date (RFC 9110, 10.2.3)."""
    if not header:
        return None
    if header.isdecimal():
        return float(header)
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - datetime.now(UTC)).total_seconds())


def patience(error: Exception) -> bool | float:
    """Whether to ask again within this pull, as `stamina` wants to know it: yes, no, or after how many seconds.

    Never sooner than asked; a little later, because everybody else was asked to come back at that moment too.
    """
    if isinstance(error, TryLater) and error.wait_seconds is not None:
        if error.wait_seconds > _LONGEST_WAIT_SECONDS:
            return False
        return error.wait_seconds * random.uniform(1.0, 1.2) + random.uniform(0.0, 0.1)
    return isinstance(error, Transient)
