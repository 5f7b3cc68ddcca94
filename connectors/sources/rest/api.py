"""The API of a tool: its answers to one question, page by page."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from connectors.declaration import Declaration
from connectors.declaration.json_paths import records_path
from connectors.declaration.pulling import Pull, Rest
from connectors.errors import SettingsError, Transient
from connectors.sources.http.authorization import ClientCredentials, InHeader, InParameter
from connectors.sources.http.connection import Connection
from connectors.sources.http.credentials import Credentials
from connectors.sources.http.pace import Pace
from connectors.sources.rest.answers import Meaning, records, told_members
from connectors.sources.rest.paging import Paging
from connectors.sources.rest.requests import Request, first_request, told
from connectors.sources.rest.source import Source, pulls_of, secret_names

_TABLE = "text/csv, */*;q=0.5"
_NOT_A_TABLE = (b"<", b"{", b"[")
"""How answers begin that are no delimited text: a page for a browser, an error in JSON."""


@dataclass(frozen=True)
class Page:
    """One answer: its bytes, and the records in it."""

    body: bytes
    records: list[Any]


class Api:
    """The API of a tool, for the length of one ``with``."""

    def __init__(
        self, declaration: Declaration, source: Source, secrets: tuple[str, ...], pace: Pace | None = None
    ) -> None:
        if declaration.rest is None:
            raise SettingsError(f"The connector of {declaration.tool} declares no pull. Add `rest:` and `pull:` to it.")
        self._declaration, self._rest, self._endpoint = declaration, declaration.rest, source.endpoint
        self._connection = Connection(
            _authorization(self._rest, source, secrets),
            headers={"Accept": "application/json", **self._rest.headers},
            timeout_seconds=source.timeout_seconds,
            smaller="Declare `pages` with a smaller `size` in the connector's file.",
            pace=pace or _pace(self._rest, source),
        )

    def __enter__(self) -> Api:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def pages(self, export: str, values: Mapping[str, str]) -> Iterator[Page]:
        """Every page of one question. ``values`` go into the braces of its path and parameters."""
        pull = pulls_of(self._declaration)[export]
        meaning, request = self._meaning(pull), first_request(self._endpoint, pull, values)
        paging = Paging(meaning.who, pull.pages, request)
        following: Request | None = paging.first
        while following is not None:
            asked = following
            answer, document = self._connection.ask(
                meaning.who, asked.method, asked.full_address, meaning.document, **asked.body
            )
            found = self._records(meaning.who, export, document)
            yield Page(answer.body, found)
            following = paging.next(asked, answer, document, found)
        paging.check_total()

    def table(self, export: str, values: Mapping[str, str]) -> bytes:
        """The one answer of an API that sends delimited text."""
        pull = pulls_of(self._declaration)[export]
        meaning, request = self._meaning(pull), first_request(self._endpoint, pull, values)
        accept = {"headers": {"Accept": _TABLE}}
        answer = self._connection.ask(
            meaning.who, request.method, request.full_address, meaning.of, **request.body, **accept
        )
        if not answer.body.strip() or answer.body.lstrip(codecs.BOM_UTF8 + b" \t\r\n").startswith(_NOT_A_TABLE):
            raise Transient(
                f"{meaning.who} answers {answer.status} ({answer.media_type}), but not with a table. Nothing was kept."
            )
        return answer.body

    def tells_about(self, export: str) -> bool:
        """Whether a line says what its question was about: where the records are declared to stand in its `page`."""
        return any(records_path(path)[0] == "page" for path in self._declaration.exports[export].records)

    def _meaning(self, pull: Pull) -> Meaning:
        who = f"The API of {self._declaration.tool} ({told(pull)})"
        return Meaning(who, self._rest, secret_names(self._declaration), pull.each.gone if pull.each else ())

    def _records(self, who: str, export: str, document: Any) -> list[Any]:
        """The records of an answer, where the export has them. An answer without that place is no empty one."""
        paths = self._declaration.exports[export].records
        found = records({"page": document} if self.tells_about(export) else document, paths)
        if found is None:
            raise SettingsError(
                f"{who} answers 200 without records at {' or '.join(paths)}; found: {told_members(document)}. Check "
                f"`records` of the export {export} in the connector's file, and the rights of whoever asks."
            )
        return found


def _pace(rest: Rest, source: Source) -> Pace:
    per_second = rest.limits.per_second * 60 if rest.limits.per_second else None
    allowed = [each for each in (rest.limits.per_minute, per_second, source.requests_per_minute) if each]
    return Pace(min(allowed, default=None), rest.limits.remaining, rest.limits.reset)


def _authorization(rest: Rest, source: Source, secrets: tuple[str, ...]) -> httpx.Auth | None:
    declared = rest.authorization
    if declared.kind == "basic":
        return httpx.BasicAuth(secrets[0], secrets[1] if declared.password is None else declared.password)
    if declared.kind == "bearer":
        return InHeader("Authorization", f"Bearer {secrets[0]}")
    if declared.kind == "header":
        return InHeader(str(declared.name), declared.prefix + secrets[0])
    if declared.kind == "parameter":
        return InParameter(str(declared.name), secrets[0])
    if declared.kind == "client_credentials":
        address = source.token_url or source.endpoint.rstrip("/") + str(declared.token_path)
        scope = source.scope or declared.scope
        return ClientCredentials(address, Credentials(*secrets), scope, in_form=declared.in_form)
    return None
