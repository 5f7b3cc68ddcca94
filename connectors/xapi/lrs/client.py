"""The pages of a query to an LRS that is not trusted: to be there, to be quick, to come to an end, to stay itself.

Credentials go to one host only: a ``more`` link or a redirect to another one is refused. Certificates are verified
(a company's own authority goes into SSL_CERT_FILE). Every wait is limited, and so is the size of an answer.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import get_args
from urllib.parse import urlencode, urljoin, urlsplit

import httpx
import stamina

from connectors.errors import SettingsError, Transient
from connectors.xapi.lrs.answers import BadRequest, Page, meaning, page, patience
from connectors.xapi.lrs.authorization import authorization
from connectors.xapi.lrs.source import Credentials, Source, Version

_ATTEMPTS = 5
_FIRST_WAIT_SECONDS, _LAST_WAIT_SECONDS, _JITTER_SECONDS = 1.0, 30.0, 1.0
_MOST_BYTES = 1 << 29
_MOST_REPEATED_PAGES = 100
_SLOWEST = 10
"""Times the timeout that a whole answer may take. The timeout itself only limits how long nothing comes at all."""


@dataclass(frozen=True)
class Answer:
    """A page, and what the server says of itself: ``consistent_through`` is recorded, and never relied on."""

    page: Page
    consistent_through: str | None


class Client:
    """A connection to the statements of one LRS. ``version`` is the one that is spoken."""

    def __init__(self, source: Source, credentials: Credentials, transport: httpx.BaseTransport | None = None) -> None:
        self.version: Version = source.version
        self._address = source.statements
        self._longest = source.timeout_seconds * _SLOWEST
        self._http = httpx.Client(
            auth=authorization(source, credentials),
            headers={"Accept": "application/json"},
            timeout=source.timeout_seconds,
            transport=transport,
        )

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._http.close()

    def pages(self, query: dict[str, str]) -> Iterator[Answer]:
        """The pages of a query, following ``more`` until there is none."""
        address = f"{self._address}?{urlencode(query)}"
        answer, track = self._first(address), _Track(address)
        while True:
            yield answer
            following = self._next(answer.page.more)
            if following is None:
                return
            track.goes_on(following, answer.page)
            answer = self._following(following)

    def _first(self, address: str) -> Answer:
        """The first page, in whichever version the server speaks."""
        try:
            return self._get(address)
        except BadRequest:
            (self.version,) = (version for version in get_args(Version) if version != self.version)
        try:
            return self._get(address)
        except BadRequest:
            raise SettingsError(
                f"The LRS refuses the query in versions {' and '.join(get_args(Version))} (400). Check the endpoint."
            ) from None

    def _following(self, address: str) -> Answer:
        try:
            return self._get(address)
        except BadRequest:
            raise Transient("The LRS answers 400 to the link of its own next page; such links expire.") from None

    def _next(self, more: str | None) -> str | None:
        """The address of the next page. Relative or absolute, but on the same host, scheme and port."""
        if not more:
            return None
        try:
            address = urljoin(self._address, more)
            here, there = urlsplit(self._address), urlsplit(address)
        except ValueError:
            raise Transient("The LRS names something for its next page that is no address.") from None
        if (here.scheme, here.netloc) != (there.scheme, there.netloc):
            raise SettingsError(
                f"The LRS at {here.netloc} names {there.hostname} for its next page; credentials are not sent to "
                "another host. Check how the LRS is told its own address, or use that host as the endpoint."
            )
        return address

    def _get(self, address: str) -> Answer:
        """One page, asked for again while the server is busy or its answer is broken."""
        for attempt in stamina.retry_context(
            on=patience,
            attempts=_ATTEMPTS,
            timeout=None,
            wait_initial=_FIRST_WAIT_SECONDS,
            wait_max=_LAST_WAIT_SECONDS,
            wait_jitter=_JITTER_SECONDS,
        ):
            with attempt:
                return self._asked(address)
        raise AssertionError("the last attempt returns or raises")

    def _asked(self, address: str) -> Answer:
        try:
            with self._http.stream("GET", address, headers={"X-Experience-API-Version": self.version}) as response:
                if response.status_code != 200:
                    raise meaning(response)
                body = self._body(response)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise _unanswered(error) from None
        read = page(body, response.headers.get("Content-Type", ""))
        return Answer(read, response.headers.get("X-Experience-API-Consistent-Through"))

    def _body(self, response: httpx.Response) -> bytes:
        """The whole body. A server that sends for ever, or ever so slowly, is left."""
        begun, body = time.monotonic(), bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > _MOST_BYTES:
                raise SettingsError(
                    f"A page of the LRS is larger than {_MOST_BYTES >> 20} MB. Set `limit` beside the endpoint."
                )
            if time.monotonic() - begun > self._longest:
                raise Transient(f"The LRS did not send a whole page within {self._longest:.0f} seconds.")
        return bytes(body)


class _Track:
    """Where a query has led so far. A way back, or a way on that never brings anything new, is no way."""

    def __init__(self, address: str) -> None:
        self._addresses = {address}
        self._contents: set[bytes] = set()
        self._repeated = 0

    def goes_on(self, address: str, read: Page) -> None:
        if address in self._addresses:
            raise Transient("The LRS leads in a circle: a page's `more` names a page that was read before.")
        self._addresses.add(address)
        content = hashlib.blake2b(b"\n".join(map(bytes, read.statements)), digest_size=16).digest()
        self._repeated = self._repeated + 1 if content in self._contents else 0
        self._contents.add(content)
        if self._repeated > _MOST_REPEATED_PAGES:
            raise Transient(
                f"The LRS leads in a circle: its last {self._repeated} pages held what was read before, each under "
                "another address."
            )


def _unanswered(error: Exception) -> Exception:
    """What to raise where no whole answer came. The error's own words are left out: they may hold the address."""
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return SettingsError(
            "The certificate of the LRS can't be verified. Where the organisation has an authority of its own, name "
            "the file of its certificate in SSL_CERT_FILE."
        )
    return Transient(f"The LRS did not answer in full ({type(error).__name__}). Nothing of the window was kept.")
