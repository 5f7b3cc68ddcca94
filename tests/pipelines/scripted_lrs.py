"""An LRS on loopback that holds what a test tells it, answers in pages of two, and fails when asked to."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.scripted_server import Answer, Asked, serving

USERNAME, PASSWORD = "throughline-reader", "s3cret-canary-of-the-lrs"
HEADER = base64.b64encode(f"{USERNAME}:{PASSWORD}".encode()).decode()
PAGE = 2
CONSISTENT_THROUGH = "2024-03-01T00:00:01Z"
"""A claim that nothing may rest on."""
VOIDED = "http://adlnet.gov/expapi/verbs/voided"


def statement(number: int, stored: str, **members: Any) -> dict[str, Any]:
    """A statement of its own id, which the LRS stored at ``stored`` (``2024-03-01T12:00:00Z``)."""
    return {
        "id": f"6690e6c9-3ef0-4ed3-8b37-{number:012}",
        "actor": {"mbox": f"mailto:learner{number}@example.org"},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/completed"},
        "object": {"id": f"https://lms.example.org/course/{number % 7}"},
        "timestamp": stored,
        "stored": stored,
        **members,
    }


def void(number: int, target: int, stored: str) -> dict[str, Any]:
    """A statement that voids another one."""
    of_target = {"objectType": "StatementRef", "id": statement(target, stored)["id"]}
    return statement(number, stored, verb={"id": VOIDED}, object=of_target)


def of_day(day: str, *numbers: int) -> list[dict[str, Any]]:
    return [statement(number, f"{day}T12:{number % 60:02}:00Z") for number in numbers]


@dataclass
class ScriptedLrs:
    """``troubles`` are statuses that the next requests get instead of an answer. What is voided is hidden."""

    statements: list[dict[str, Any]] = field(default_factory=list)
    troubles: list[int] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    endpoint: str = ""

    def answer(self, path: str, authorization: str | None) -> tuple[int, bytes]:
        self.requests.append(path)
        if authorization != f"Basic {HEADER}":
            return 401, b""
        if self.troubles:
            return self.troubles.pop(0), b""
        query = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
        since, until, offset = query["since"], query["until"], int(query.get("offset", 0))
        voided = {s["object"]["id"] for s in self.statements if s["verb"]["id"] == VOIDED}
        found = [s for s in self.statements if _moment(since) < _moment(s["stored"]) <= _moment(until)]
        found = [s for s in found if s["id"] not in voided]
        rest = f"/xapi/statements?since={since}&until={until}&offset={offset + PAGE}"
        more = rest if offset + PAGE < len(found) else ""
        return 200, json.dumps({"statements": found[offset : offset + PAGE], "more": more}).encode()


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@contextmanager
def served() -> Iterator[ScriptedLrs]:
    lrs = ScriptedLrs()

    def script(asked: Asked) -> Answer:
        status, body = lrs.answer(asked.path, asked.headers.get("authorization"))
        return Answer(body, status, {"X-Experience-API-Consistent-Through": CONSISTENT_THROUGH})

    with serving(script, below="/xapi") as server:
        lrs.endpoint = server.endpoint
        yield lrs
