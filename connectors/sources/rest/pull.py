"""The answers of one pull as a file. It appears whole or not at all.

question ─ answer ─ next question …      written one answer to a line, as received
for each record of another pull: question ─ answer …      with what the question was about
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from connectors.declaration import Declaration
from connectors.declaration.json_paths import records_path
from connectors.declaration.pulling import Each, Pull, Rest
from connectors.errors import SettingsError, Transient
from connectors.sources.http.answers import Answer
from connectors.sources.http.authorization import ClientCredentials, InHeader, ParameterTransport
from connectors.sources.http.connection import Connection
from connectors.sources.http.credentials import Credentials
from connectors.sources.http.pace import Pace
from connectors.sources.rest.answers import Gone, Meaning, at, records, told_members
from connectors.sources.rest.paging import Paging
from connectors.sources.rest.requests import Request, bounds, first_request, told
from connectors.sources.rest.source import Source, pulls_of, secret_names

_NOT_A_TABLE = (b"<", b"{", b"[")
"""How answers begin that are no delimited text: a page for a browser, an error in JSON."""


@dataclass
class Pulled:
    """What one pull yielded. ``gone``: records of the other pull that there was nothing about any more."""

    path: Path
    answers: int = 0
    records: int = 0
    gone: int = 0


def pull(
    declaration: Declaration,
    export: str,
    source: Source,
    secrets: tuple[str, ...],
    window: tuple[datetime, datetime] | None,
    into: Path,
    *,
    transport: httpx.BaseTransport | None = None,
    pace: Pace | None = None,
) -> Pulled:
    """Write what the API says to ``into``. ``window``: start and end (UTC) for a pull that has one.

    Raises ``Transient`` for what a retry may mend, ``SettingsError`` for address, rights and declaration.
    """
    aside = into.with_name(f"{into.name}.part")
    with _Api(declaration, source, secrets, transport, pace) as api, aside.open("wb") as file:
        pulled = Pulled(into)
        for line in api.lines(export, window, pulled):
            file.write(line)
            pulled.answers += 1
        if not file.tell():
            file.write(b"[]\n")  # no file is empty, or it would be taken for one that was cut off
    aside.replace(into)
    return pulled


class _Api:
    """The API of a tool, for the length of one ``with``."""

    def __init__(
        self,
        declaration: Declaration,
        source: Source,
        secrets: tuple[str, ...],
        transport: httpx.BaseTransport | None,
        pace: Pace | None,
    ) -> None:
        assert declaration.rest is not None, "the settings are refused for a tool without it"
        self._declaration, self._rest, self._source = declaration, declaration.rest, source
        limits = self._rest.limits
        per_second = limits.per_second * 60 if limits.per_second else None
        allowed = [each for each in (limits.per_minute, per_second, source.requests_per_minute) if each]
        self._connection = Connection(
            _authorization(self._rest, source, secrets),
            headers={"Accept": "application/json", **self._rest.headers},
            timeout_seconds=source.timeout_seconds,
            smaller="Declare `pages` with a smaller `size` in the connector's file.",
            pace=pace or Pace(min(allowed, default=None), limits.remaining, limits.reset),
            transport=_transport(self._rest, secrets, transport),
        )

    def __enter__(self) -> _Api:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def lines(self, export: str, window: tuple[datetime, datetime] | None, pulled: Pulled) -> Iterator[bytes]:
        """What is written for each answer."""
        pull = pulls_of(self._declaration)[export]
        values = dict(self._source.values) | (bounds(pull.window, *window) if pull.window and window else {})
        if self._declaration.exports[export].format == "table":
            table = self._table(pull, values)
            pulled.records = table.count(b"\n")
            yield table
            return
        if pull.each is None:
            for answer, _, found in self._answers(export, pull, values):
                pulled.records += len(found)
                yield _one_line(answer.body) + b"\n"
            return
        tells_about = self._tells_about(export)
        for about in self._parents(pull, values):
            try:
                for answer, _, found in self._answers(export, pull, values | about, about):
                    pulled.records += len(found)
                    yield _line_about(about, answer.body) if tells_about else _one_line(answer.body) + b"\n"
            except Gone:
                pulled.gone += 1

    def _tells_about(self, export: str) -> bool:
        """Whether a line says what its question was about: where the records are declared to stand in its `page`."""
        return any(records_path(path)[0] == "page" for path in self._declaration.exports[export].records)

    def _parents(self, pull: Pull, values: Mapping[str, str]) -> list[dict[str, str]]:
        """What is asked about: once each, in the order of the other pull."""
        assert pull.each is not None
        parent = pulls_of(self._declaration)[pull.each.of]
        answers = self._answers(pull.each.of, parent, values)
        abouts = (_about(pull.each, record) for _, _, found in answers for record in found)
        return list({tuple(about.values()): about for about in abouts if about is not None}.values())

    def _answers(
        self, export: str, pull: Pull, values: Mapping[str, str], about: Mapping[str, str] | None = None
    ) -> Iterator[tuple[Answer, Any, list[Any]]]:
        """Answer, document and records of every page of one question."""
        request = first_request(self._source.endpoint, pull, values)
        who = f"The API of {self._declaration.tool} ({told(pull)})"
        meaning = Meaning(who, self._rest, secret_names(self._declaration), pull.each.gone if pull.each else ())
        paging = Paging(who, pull.pages, request)
        following: Request | None = paging.first
        while following is not None:
            asked = following
            answer, document = self._connection.ask(
                who, asked.method, asked.full_address, lambda answer: (answer, meaning.document(answer)), **asked.body
            )
            found = self._records(who, export, document, about)
            yield answer, document, found
            following = paging.next(asked, answer, document, found)
        paging.check_total()

    def _records(self, who: str, export: str, document: Any, about: Mapping[str, str] | None) -> list[Any]:
        """The records of an answer, where the export has them. An answer without that place is no empty one."""
        whole = {"page": document} if about and self._tells_about(export) else document
        paths = self._declaration.exports[export].records
        found = records(whole, paths)
        if found is None:
            raise SettingsError(
                f"{who} answers 200 without records at {' or '.join(paths)}; found: {told_members(document)}. Check "
                f"`records` of the export {export} in the connector's file, and the rights of whoever asks."
            )
        return found

    def _table(self, pull: Pull, values: Mapping[str, str]) -> bytes:
        request = first_request(self._source.endpoint, pull, values)
        who = f"The API of {self._declaration.tool} ({told(pull)})"
        meaning = Meaning(who, self._rest, secret_names(self._declaration))
        answer = self._connection.ask(who, request.method, request.full_address, meaning.of, **request.body)
        if not answer.body.strip() or answer.body.lstrip(codecs.BOM_UTF8 + b" \t\r\n").startswith(_NOT_A_TABLE):
            raise Transient(
                f"{who} answers {answer.status} ({answer.media_type}), but not with a table. Nothing was kept."
            )
        return answer.body


def _about(each: Each, record: Any) -> dict[str, str] | None:
    """What goes into braces for one record; nothing for one that lacks it, or that is to be skipped."""
    drawn = {name: at(record, path) for name, path in each.values.items()}
    if not all(isinstance(value, str | int) and value != "" for value in drawn.values()):
        return None
    about = {name: str(value) for name, value in drawn.items()}
    is_skipped = any(about[name] in skipped for name, skipped in each.skip.items())
    return None if is_skipped else about


def _line_about(about: Mapping[str, str], body: bytes) -> bytes:
    return b'{"for": %s, "page": %s}\n' % (json.dumps(about).encode(), _one_line(body))


def _one_line(body: bytes) -> bytes:
    # Within JSON a line break is a blank: in a string it would be escaped.
    return body.removeprefix(codecs.BOM_UTF8).replace(b"\r", b" ").replace(b"\n", b" ").strip() or b"[]"


def _authorization(rest: Rest, source: Source, secrets: tuple[str, ...]) -> httpx.Auth | None:
    declared = rest.authorization
    if declared.kind == "basic":
        return httpx.BasicAuth(secrets[0], secrets[1] if declared.password is None else declared.password)
    if declared.kind == "bearer":
        return InHeader("Authorization", f"Bearer {secrets[0]}")
    if declared.kind == "header":
        return InHeader(str(declared.name), declared.prefix + secrets[0])
    if declared.kind == "client_credentials":
        address = source.token_url or source.endpoint.rstrip("/") + str(declared.token_path)
        scope = source.scope or declared.scope
        return ClientCredentials(address, Credentials(*secrets), scope, in_form=declared.in_form)
    return None


def _transport(
    rest: Rest, secrets: tuple[str, ...], transport: httpx.BaseTransport | None
) -> httpx.BaseTransport | None:
    declared = rest.authorization
    if declared.kind != "parameter":
        return transport
    return ParameterTransport(str(declared.name), secrets[0], transport)
