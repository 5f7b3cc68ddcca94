"""Pages of statements, and a pull of them from a scripted server."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

from connectors.sources.http.credentials import Credentials
from connectors.xapi.lrs.source import Source
from connectors.xapi.lrs.window import PulledWindow, pull
from tests.connectors.xapi.samples import numbered
from tests.scripted_server import Answer, Asked, Script, Server

SECRET = Credentials("reader", "s3cret-canary")
DAY = date(2024, 3, 1)


def page(*numbers: int, more: str | None = "") -> bytes:
    """A page of numbered statements, all stored on DAY."""
    statements = numbered(10)
    return json.dumps({"statements": [statements[number] for number in numbers], "more": more}, indent=1).encode()


def paged(*bodies: bytes, headers: dict[str, str] | None = None) -> Script:
    """The first page for the query, then by ``?page=n``."""

    def script(asked: Asked) -> Answer:
        number = asked.query.get("page", "0")
        return Answer(bodies[int(number)], headers=headers or {})

    return script


def pulled(server: Server, into: Path, **settings: Any) -> PulledWindow:
    """What a pull of DAY yields."""
    start = datetime(DAY.year, DAY.month, DAY.day)
    source = Source(**{"endpoint": server.endpoint, "timeout_seconds": 5.0} | settings)
    return pull(source, SECRET, start, start.replace(day=DAY.day + 1), into / "statements.ndjson")


def pulled_ids(window: PulledWindow) -> list[str]:
    """The ids of the file, in its order, doubles included; an empty page has none."""
    found = [json.loads(line) for line in window.path.read_text(encoding="utf-8").splitlines()]
    return [statement["id"] for statement in found if "id" in statement]
