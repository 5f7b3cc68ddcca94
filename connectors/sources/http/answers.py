"""What an answer that is none means, and whether to ask again.

Messages name the status and the media type, never a header that was sent or a body that was received.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from connectors.errors import SettingsError, Transient, TryLater

_LONGEST_WAIT_SECONDS = 60.0
"""How long a pull sleeps itself when it is asked to. Beyond that it ends, and whoever runs it waits."""


@dataclass(frozen=True)
class Answer:
    """A whole answer. The body of one that is no success isn't read: it says nothing that may be told."""

    status: int
    headers: httpx.Headers
    body: bytes

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    @property
    def is_redirect(self) -> bool:
        return 300 <= self.status < 400

    @property
    def media_type(self) -> str:
        """What the body claims to be, as far as that is plain text."""
        return re.sub(r"[^\w/+.-].*", "", self.headers.get("Content-Type", "")) or "no media type"


def is_busy(status: int) -> bool:
    return status == 429 or status >= 500


def busy(who: str, status: int, headers: httpx.Headers) -> TryLater:
    """The error of a server that asks for patience, with how much where it says so."""
    wait = _retry_after(headers.get("Retry-After"))
    asked = f" and asks to wait {wait:.0f} seconds" if wait is not None else ""
    return TryLater(f"{who} answers {status}{asked}.", wait)


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


def unanswered(who: str, error: Exception) -> Exception:
    """What to raise where no whole answer came. The error's own words are left out: they may hold the address."""
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return SettingsError(
            f"{who}: the certificate can't be verified. Where the organisation has an authority of its own, name the "
            "file of its certificate in SSL_CERT_FILE."
        )
    return Transient(f"{who} did not answer in full ({type(error).__name__}).")
