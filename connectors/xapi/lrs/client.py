"""The pages of a query to an LRS, in whichever version it speaks.

Credentials go to one host only: a ``more`` link to another one is refused, as is a redirect.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import get_args
from urllib.parse import urlencode, urljoin, urlsplit

import httpx

from connectors.errors import SettingsError, Transient
from connectors.sources.http import answers
from connectors.sources.http.addresses import is_elsewhere
from connectors.sources.http.connection import Connection
from connectors.sources.http.credentials import Credentials
from connectors.sources.http.track import Track
from connectors.xapi.lrs.answers import BadRequest, Page, page
from connectors.xapi.lrs.authorization import authorization
from connectors.xapi.lrs.source import Source, Version

_WHO = "The LRS"


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
        self._connection = Connection(
            authorization(source, credentials),
            headers={"Accept": "application/json"},
            timeout_seconds=source.timeout_seconds,
            smaller="Set `limit` beside the endpoint.",
            transport=transport,
        )

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._connection.close()

    def pages(self, query: dict[str, str]) -> Iterator[Answer]:
        """The pages of a query, following ``more`` until there is none."""
        address = f"{self._address}?{urlencode(query)}"
        answer, track = self._first(address), Track(_WHO, address)
        while True:
            yield answer
            following = self._next(answer.page.more)
            if following is None:
                return
            track.goes_on(following, map(bytes, answer.page.statements))
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
            is_another = is_elsewhere(address, self._address)
        except ValueError:
            raise Transient("The LRS names something for its next page that is no address.") from None
        if is_another:
            raise SettingsError(
                f"The LRS at {_place(self._address)} names {_place(address)} for its next page; credentials are not "
                "sent to another scheme, host or port. Check how the LRS is told its own address (behind a proxy, its "
                "scheme and port as well), or use that address as the endpoint."
            )
        return address

    def _get(self, address: str) -> Answer:
        headers = {"X-Experience-API-Version": self.version}
        return self._connection.ask(_WHO, "GET", address, _answer, headers=headers)


def _place(address: str) -> str:
    """Scheme, host and port; never a user name or password."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")


def _answer(answer: answers.Answer) -> Answer:
    return Answer(page(answer), answer.headers.get("X-Experience-API-Consistent-Through"))
