"""A window of an LRS becomes a file of pages: an original like any other, which `read` understands.

    GET statements?since&until&ascending -> page -> its ``more`` -> … -> one page per line of the file

The window is on ``stored``. It is widened at its beginning, because ``since`` is exclusive and many statements
may share one instant; whoever lands the file meets some statements again and knows them by their ids. The
server's consistent-through header is recorded and not trusted: some servers just send their clock.

Credentials go to one host only: a ``more`` link or a redirect to another one is refused. Errors name the
server's answer, never a header that was sent.
"""

from __future__ import annotations

import base64
import http.client
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from connectors.errors import SettingsError, Transient

OVERLAP = timedelta(minutes=15)
TIMEOUT_SECONDS = 60.0
VERSIONS = ("1.0.3", "2.0.0")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Credentials:
    """User name and password of HTTP basic authentication; neither shows in a representation."""

    username: str = field(repr=False)
    password: str = field(repr=False)

    @property
    def header(self) -> str:
        return "Basic " + base64.b64encode(f"{self.username}:{self.password}".encode()).decode()


@dataclass(frozen=True)
class PulledWindow:
    """What one window yielded. ``consistent_through`` is what the server claims, as text; ``version`` what it spoke."""

    path: Path
    pages: int
    statements: int
    version: str
    consistent_through: str | None


class TryLater(Transient):
    """The server asks for patience; ``wait_seconds`` is how much, where it says so."""

    def __init__(self, message: str, wait_seconds: float | None = None) -> None:
        super().__init__(message)
        self.wait_seconds = wait_seconds


class _Page(msgspec.Struct):
    statements: list[msgspec.Raw]
    more: str | None = None


@dataclass(frozen=True)
class _Answer:
    body: bytes
    consistent_through: str | None


def pull(
    endpoint: str,
    credentials: Credentials,
    since: datetime,
    until: datetime,
    into: Path,
    *,
    overlap: timedelta = OVERLAP,
    timeout: float = TIMEOUT_SECONDS,
) -> PulledWindow:
    """Write all pages of statements stored in ``(since - overlap, until]`` to ``into``.

    ``endpoint`` is the xAPI base address, ``since`` and ``until`` are UTC. The file appears whole or not at all.
    Raises ``Transient`` for what a retry may mend, ``SettingsError`` for address and credentials.
    """
    client = _Client(_statements_address(endpoint), credentials, timeout)
    query = {
        "since": _instant(since - max(overlap, timedelta(milliseconds=1))),
        "until": _instant(until),
        "ascending": "true",
        "format": "exact",
        "attachments": "false",
    }
    aside = into.with_name(f"{into.name}.part")
    pages = statements = 0
    through: str | None = None
    with aside.open("wb") as file:
        for page, answer in client.pages(query):
            # A line break in JSON is a blank, so each page fits on a line of its own.
            file.write(answer.body.replace(b"\r", b" ").replace(b"\n", b" ").strip() + b"\n")
            pages, statements = pages + 1, statements + len(page.statements)
            through = answer.consistent_through or through
    aside.replace(into)
    return PulledWindow(into, pages, statements, client.version, through)


def _statements_address(endpoint: str) -> str:
    parts = urllib.parse.urlsplit(endpoint)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise SettingsError("The LRS endpoint should begin with https://, because the password goes there.")
    if parts.username or parts.password:
        raise SettingsError("The LRS endpoint holds a user name or password; give them as credentials instead.")
    return endpoint.rstrip("/") + "/statements"


def _instant(moment: datetime) -> str:
    """RFC 3339 in UTC; a moment without a zone is UTC already."""
    utc = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    return utc.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class _RefusedRedirect(urllib.request.HTTPRedirectHandler):
    """Redirects are refused: they would carry the credentials along."""

    def redirect_request(self, *_: Any) -> None:
        return None


class _Client:
    def __init__(self, address: str, credentials: Credentials, timeout: float) -> None:
        self.version = VERSIONS[0]
        self._address = address
        self._credentials = credentials
        self._timeout = timeout
        self._opener = urllib.request.build_opener(_RefusedRedirect)

    def pages(self, query: dict[str, str]) -> Iterator[tuple[_Page, _Answer]]:
        """The pages of a query, following ``more`` until there is none."""
        address = f"{self._address}?{urllib.parse.urlencode(query)}"
        answer, seen = self._first(address), {address}
        while True:
            page = _page(answer.body)
            yield page, answer
            following = self._next(page.more)
            if following is None:
                return
            if following in seen:
                raise Transient("The LRS leads in a circle: a page's `more` names a page that was read before.")
            seen.add(following)
            answer = self._following(following)

    def _first(self, address: str) -> _Answer:
        """The first page, in whichever version the server speaks."""
        try:
            return self._get(address)
        except _BadRequest:
            self.version = VERSIONS[1]
        try:
            return self._get(address)
        except _BadRequest as error:
            raise SettingsError(
                f"The LRS refuses the query in versions {' and '.join(VERSIONS)} (400). Check the endpoint."
            ) from error

    def _following(self, address: str) -> _Answer:
        try:
            return self._get(address)
        except _BadRequest:
            raise Transient("The LRS answers 400 to the link of its own next page; such links expire.") from None

    def _next(self, more: str | None) -> str | None:
        """The address of the next page. Relative or absolute, but on the same host, scheme and port."""
        if not more:
            return None
        address = urllib.parse.urljoin(self._address, more)
        here, there = urllib.parse.urlsplit(self._address), urllib.parse.urlsplit(address)
        if (here.scheme, here.netloc) != (there.scheme, there.netloc):
            raise SettingsError(
                f"The LRS at {here.netloc} names {there.hostname} for its next page; credentials are not sent to "
                "another host. Check how the LRS is told its own address, or use that host as the endpoint."
            )
        return address

    def _get(self, address: str) -> _Answer:
        request = urllib.request.Request(
            address,
            headers={
                "Authorization": self._credentials.header,
                "X-Experience-API-Version": self.version,
                "Accept": "application/json",
            },
        )
        try:
            with self._opener.open(request, timeout=self._timeout) as response:
                return _Answer(response.read(), response.headers.get("X-Experience-API-Consistent-Through"))
        except urllib.error.HTTPError as error:
            with error:
                raise _meaning(error.code, error.headers.get("Retry-After")) from None
        except (http.client.HTTPException, OSError) as error:
            raise Transient(
                f"The LRS did not answer in full ({type(error).__name__}). Nothing of the window was kept."
            ) from None


class _BadRequest(Exception):
    """400: among others, the answer to a version that the server doesn't speak."""


def _meaning(status: int, retry_after: str | None) -> Exception:
    """What to raise for an HTTP status."""
    if status == 400:
        return _BadRequest()
    if status == 429 or status >= 500:
        wait = float(retry_after) if retry_after and retry_after.isdecimal() else None
        asked = f" and asks to wait {wait:.0f} seconds" if wait is not None else ""
        return TryLater(f"The LRS answers {status}{asked}.", wait)
    if status in (401, 403):
        return SettingsError(f"The LRS answers {status}: check user name, password and the right to read statements.")
    if 300 <= status < 400:
        return SettingsError(
            f"The LRS answers {status}, a redirect, which is not followed: use its target as the endpoint."
        )
    return SettingsError(
        f"The LRS answers {status}: check that the endpoint is the xAPI base address, without `statements`."
    )


def _page(body: bytes) -> _Page:
    try:
        return msgspec.json.decode(body, type=_Page)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Transient(
            "The LRS answers 200, but not with a whole page of statements. Nothing of the window was kept."
        ) from None
