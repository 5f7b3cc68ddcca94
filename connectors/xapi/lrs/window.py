"""A day of ``stored`` as a file: every statement that the LRS stored in ``[start, end)``, one to a line.

    GET statements?since&until&ascending -> pages -> statement by statement: of the day, or of a day beside it

`since` is exclusive by the standard and `until` inclusive; servers differ, and cut fractions of a second
differently. So the query begins a little before the day, and what is kept is decided here, by each statement's own
``stored``: a statement belongs to exactly one day, whichever server sends it in whichever order.

The statements of the overlap belong to the day before. Their ids are handed back, because one that the day before
does not hold came after its window had been closed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

import httpx
import msgspec

from connectors.sources.http.credentials import Credentials
from connectors.xapi.lrs.client import Client
from connectors.xapi.lrs.source import Source

_FRACTION = timedelta(seconds=1)
"""Servers keep more digits of a second than they compare, or fewer than they were asked for."""


@dataclass(frozen=True)
class PulledWindow:
    """What one window yielded.

    ``before``: ids that the LRS stored in the overlap. ``strays``: statements that it sent although it says that it
    stored them outside of what was asked for. ``version`` is what was spoken; ``consistent_through`` is what the
    server claims, as text.
    """

    path: Path
    pages: int
    statements: int
    version: str
    consistent_through: str | None
    before: frozenset[str]
    strays: int


def pull(
    source: Source,
    credentials: Credentials,
    start: datetime,
    end: datetime,
    into: Path,
    *,
    transport: httpx.BaseTransport | None = None,
) -> PulledWindow:
    """Write the statements stored in ``[start, end)`` (UTC) to ``into``, which appears whole or not at all.

    Raises ``Transient`` for what a retry may mend, ``SettingsError`` for address and credentials.
    """
    start, end = _utc(start), _utc(end)
    query = {
        "since": _instant(start - source.overlap),
        "until": _instant(end),
        "ascending": "true",
        "limit": str(source.limit),
        "format": "exact",
        "attachments": "false",
    }
    aside = into.with_name(f"{into.name}.part")
    pages, through = 0, None
    with Client(source, credentials, transport) as client, aside.open("wb") as file:
        window = _Window(start - source.overlap, start, end, file)
        for answer in client.pages(query):
            for raw in answer.page.statements:
                window.add(bytes(raw))
            pages, through = pages + 1, answer.consistent_through or through
        window.finish()
    aside.replace(into)
    return PulledWindow(
        into, pages, window.statements, client.version, through, frozenset(window.before), window.strays
    )


@dataclass
class _Window:
    """The statements of one day, and what is to be known of the others.

    A server that sends what it stored outside of the query does not look at ``stored`` (one that is in use filters
    on ``timestamp``). What it sends is then kept by whichever of the two lies in the day: rather twice, in two days,
    than never. The warehouse knows a statement by its id.
    """

    since: datetime
    start: datetime
    end: datetime
    file: IO[bytes]
    statements: int = 0
    strays: int = 0
    before: set[str] = field(default_factory=set)
    _held: list[bytes] = field(default_factory=list)

    def add(self, raw: bytes) -> None:
        head = _head(raw)
        stored, happened = _moment(head.stored), _moment(head.timestamp)
        if stored is None or self.start <= stored < self.end:
            self._write(raw)
        elif self._is_of_a_day_beside(stored):
            self._of_another_day(raw, head, stored, happened)
        else:
            self.strays += 1
            if happened is None or not self._is_of_a_day_beside(happened):
                self._write(raw)

    def _is_of_a_day_beside(self, moment: datetime) -> bool:
        """It was asked for, give or take a fraction of a second, and another day's query asks for it as well."""
        is_asked_for = self.since - _FRACTION <= moment <= self.end + _FRACTION
        return is_asked_for and not self.start <= moment < self.end

    def _of_another_day(self, raw: bytes, head: _Head, stored: datetime, happened: datetime | None) -> None:
        if stored < self.start and isinstance(head.id, str):
            self.before.add(head.id.lower())
        if happened is not None and self.start <= happened < self.end:
            self._held.append(raw)

    def finish(self) -> None:
        """Write what was held back, should the server turn out not to look at ``stored``. No file is empty."""
        for raw in self._held if self.strays else ():
            self._write(raw)
        if not self.statements:
            self.file.write(b'{"statements":[]}\n')

    def _write(self, raw: bytes) -> None:
        # Within JSON a line break is a blank: in a string it would be escaped.
        self.file.write(raw.replace(b"\r", b" ").replace(b"\n", b" ") + b"\n")
        self.statements += 1


class _Head(msgspec.Struct):
    """What tells where a statement belongs. Nothing is demanded of it here: reading judges statements."""

    id: Any = None
    stored: Any = None
    timestamp: Any = None


_HEAD = msgspec.json.Decoder(_Head)


def _head(raw: bytes) -> _Head:
    try:
        return _HEAD.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _Head()


def _moment(value: object) -> datetime | None:
    try:
        return _utc(datetime.fromisoformat(value)) if isinstance(value, str) else None
    except (ValueError, OverflowError):
        return None


def ids(path: Path) -> set[str]:
    """The ids of the statements of a file that `pull` wrote."""
    with path.open("rb") as file:
        return {head.id.lower() for head in map(_head, file) if isinstance(head.id, str)}


def _utc(moment: datetime) -> datetime:
    """A moment without a zone is UTC already."""
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _instant(moment: datetime) -> str:
    """RFC 3339, with milliseconds."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
