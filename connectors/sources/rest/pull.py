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

from connectors.declaration import Declaration
from connectors.declaration.pulling import Each
from connectors.sources.http.pace import Pace
from connectors.sources.rest.answers import Gone, at
from connectors.sources.rest.api import Api
from connectors.sources.rest.requests import bounds
from connectors.sources.rest.source import Source, pulls_of


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
    pace: Pace | None = None,
) -> Pulled:
    """Write what the API says to ``into``. ``window``: start and end (UTC) for a pull that has one.

    Raises ``Transient`` for what a retry may mend, ``SettingsError`` for address, rights and declaration.
    """
    asked = pulls_of(declaration)[export]
    values = dict(source.values) | (bounds(asked.window, *window) if asked.window and window else {})
    aside, pulled = into.with_name(f"{into.name}.part"), Pulled(into)
    with Api(declaration, source, secrets, pace) as api, aside.open("wb") as file:
        if declaration.exports[export].format == "table":
            lines = _table(api, export, values, pulled)
        elif asked.each is None:
            lines = _answers(api, export, values, pulled)
        else:
            lines = _answers_about(api, export, asked.each, values, pulled)
        for line in lines:
            file.write(line)
            pulled.answers += 1
        if not file.tell():
            file.write(b"[]\n")  # no file is empty, or it would be taken for one that was cut off
    aside.replace(into)
    return pulled


def _table(api: Api, export: str, values: Mapping[str, str], pulled: Pulled) -> Iterator[bytes]:
    body = api.table(export, values)
    pulled.records = body.count(b"\n")
    yield body


def _answers(api: Api, export: str, values: Mapping[str, str], pulled: Pulled) -> Iterator[bytes]:
    for page in api.pages(export, values):
        pulled.records += len(page.records)
        yield _one_line(page.body) + b"\n"


def _answers_about(api: Api, export: str, each: Each, values: Mapping[str, str], pulled: Pulled) -> Iterator[bytes]:
    """The same for each record of another pull. Where the export reads it, a line says what it is about."""
    tells_about = api.tells_about(export)
    for about in _abouts(api, each, values):
        try:
            for line in _answers(api, export, {**values, **about}, pulled):
                yield b'{"for": %s, "page": %s}\n' % (json.dumps(about).encode(), line[:-1]) if tells_about else line
        except Gone:
            pulled.gone += 1


def _abouts(api: Api, each: Each, values: Mapping[str, str]) -> list[dict[str, str]]:
    """What is asked about: once each, in the order of the other pull."""
    found = (_about(each, record) for page in api.pages(each.of, values) for record in page.records)
    return list({tuple(about.values()): about for about in found if about is not None}.values())


def _about(each: Each, record: Any) -> dict[str, str] | None:
    """What goes into braces for one record; nothing for one that lacks it, or that is to be skipped."""
    drawn = {name: at(record, path) for name, path in each.values.items()}
    if not all(isinstance(value, str | int) and value != "" for value in drawn.values()):
        return None
    about = {name: str(value) for name, value in drawn.items()}
    is_skipped = any(about[name] in skipped for name, skipped in each.skip.items())
    return None if is_skipped else about


def _one_line(body: bytes) -> bytes:
    # Within JSON a line break is a blank: in a string it would be escaped.
    return body.removeprefix(codecs.BOM_UTF8).replace(b"\r", b" ").replace(b"\n", b" ").strip() or b"[]"
