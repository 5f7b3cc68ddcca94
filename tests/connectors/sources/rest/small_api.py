"""A tool whose API a test makes up: its declaration, a pull of it from a scripted server, and what came."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connectors.declaration import Declaration
from connectors.sources.http.pace import Pace
from connectors.sources.rest.pull import Pulled, pull
from connectors.sources.rest.source import Source
from tests.connectors.mapped import declared
from tests.scripted_server import Answer, Asked, Script, Server, answering

SECRET = "s3cret-canary"
WINDOW = (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC))

_TOOL = """
tool: acme
title: Acme
status: draft
version: "1"
rest:
  endpoint: https://<site>.acme.example
  needs: An administrator makes the key under Settings, with the right to read people.
  authorization: {authorization}
  {rest}
exports:
  people:
    title: people
    format: json
    delivers: {delivers}
    records: {records}
    columns: {{number: id, since: [hired, start], unit: {{names: unit, optional: true}}}}
    kinds:
      people:
        columns:
          person_token: {{from: number, identifier: employee_number}}
          effective_date: {{from: since, formats: "%Y-%m-%d"}}
          is_deleted: {{constant: "false"}}
    pull: {pull}
{more}
"""


def acme(
    folder: Path,
    pull: str = "{path: /people}",
    *,
    authorization: str = "{kind: bearer}",
    rest: str = "",
    records: str = "items",
    delivers: str = "snapshot",
    more: str = "",
) -> Declaration:
    text = _TOOL.format(
        pull=pull, authorization=authorization, rest=rest, records=records, delivers=delivers, more=more
    )
    return declared(folder, text)


def people(*numbers: int) -> list[dict[str, Any]]:
    return [{"id": f"{number:04}", "hired": "2024-01-01"} for number in numbers]


def paged(pages: Iterable[list[dict[str, Any]]], **members: Any) -> Script:
    """Pages by ``?page=``, from 1; beyond the last one they are empty. ``members`` stand beside the records."""
    known = dict(enumerate(pages, 1))
    return lambda asked: answering({"items": known.get(int(asked.query["page"]), []), **members})


def pulled(
    declaration: Declaration,
    server: Server,
    folder: Path,
    *,
    export: str = "people",
    secrets: tuple[str, ...] = (SECRET,),
    window: tuple[datetime, datetime] | None = None,
    pace: Pace | None = None,
    **settings: Any,
) -> Pulled:
    source = Source.model_validate({"endpoint": server.endpoint, "timeout_seconds": 5.0} | settings)
    return pull(declaration, export, source, secrets, window, folder / "pulled.ndjson", pace=pace)


def documents(pulled: Pulled) -> list[Any]:
    """The lines of the file."""
    return [json.loads(line) for line in pulled.path.read_text(encoding="utf-8").splitlines()]


def numbers(pulled: Pulled) -> list[int]:
    """The people of the file, doubles included."""
    return [int(person["id"]) for document in documents(pulled) for person in document["items"]]


Serve = Callable[[Script], Server]
__all__ = ["SECRET", "WINDOW", "Answer", "Asked", "Serve", "acme", "documents", "numbers", "paged", "people", "pulled"]
