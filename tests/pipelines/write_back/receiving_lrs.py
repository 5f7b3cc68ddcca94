"""An LRS on loopback that keeps what it is sent, and is as difficult as a test asks it to be."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.scripted_server import Answer, Asked, serving

USERNAME, PASSWORD = "throughline-writer", "s3cret-canary-of-the-writer"
HEADER = "Basic " + base64.b64encode(f"{USERNAME}:{PASSWORD}".encode()).decode()
VOIDED = "http://adlnet.gov/expapi/verbs/voided"
CUT = -1
"""In place of a status: what was sent is kept, and the connection is closed without an answer."""


@dataclass
class ReceivingLrs:
    """``troubles``: statuses that the next requests get (or CUT). ``objects_to``: object ids that it answers 400 to."""

    endpoint: str = ""
    troubles: list[int] = field(default_factory=list)
    retry_after: str | None = None
    objects_to: set[str] = field(default_factory=set)
    most_in_a_batch: int = 1000
    answers_409_to_what_it_has: bool = False
    takes_a_part: bool = False
    names_only_what_is_new: bool = False
    kept: dict[str, dict[str, Any]] = field(default_factory=dict)
    arrivals: list[str] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    @property
    def voided(self) -> set[str]:
        return {one["object"]["id"] for one in self.kept.values() if one["verb"]["id"] == VOIDED}

    @property
    def standing(self) -> list[dict[str, Any]]:
        """Statements that hold: neither voids nor voided."""
        return [one for key, one in self.kept.items() if one["verb"]["id"] != VOIDED and key not in self.voided]

    def post(self, statements: list[dict[str, Any]]) -> tuple[int, bytes]:
        self.batches.append(len(statements))
        trouble = self.troubles.pop(0) if self.troubles else 0
        if trouble not in (0, CUT):
            return trouble, b""
        if len(statements) > self.most_in_a_batch:
            return 413, b""
        good = [one for one in statements if one["object"]["id"] not in self.objects_to]
        if len(good) < len(statements) and not (good and self.takes_a_part):
            return 400, b"no"
        if any(self._clashes(one) for one in statements):
            return 409, b""
        new = [one for one in good if one["id"] not in self.kept]
        for one in new:
            self.kept[one["id"]] = one
            self.arrivals.append(one["id"])
        if self.takes_a_part:
            return trouble or 200, json.dumps({"inserted": [one["id"] for one in new]}).encode()
        return trouble or 200, json.dumps(
            [one["id"] for one in (new if self.names_only_what_is_new else good)]
        ).encode()

    def get(self, query: dict[str, list[str]]) -> tuple[int, bytes]:
        for name, is_voided in (("statementId", False), ("voidedStatementId", True)):
            for key in query.get(name, []):
                if key in self.kept and (key in self.voided) is is_voided:
                    return 200, json.dumps(self.kept[key]).encode()
        return 404, b""

    def _clashes(self, one: dict[str, Any]) -> bool:
        before = self.kept.get(one["id"])
        return before is not None and (self.answers_409_to_what_it_has or before["actor"] != one["actor"])


@contextmanager
def receiving() -> Iterator[ReceivingLrs]:
    lrs = ReceivingLrs()

    def script(asked: Asked) -> Answer:
        lrs.headers.append(asked.headers)
        if asked.headers.get("authorization") != HEADER:
            return Answer(status=401)
        is_post = asked.method == "POST"
        status, body = lrs.post(json.loads(asked.body)) if is_post else lrs.get(parse_qs(urlsplit(asked.path).query))
        wait = {} if lrs.retry_after is None else {"Retry-After": lrs.retry_after}
        return Answer(body, status, wait, is_silent=status == CUT)

    with serving(script, below="/xapi") as server:
        lrs.endpoint = server.endpoint
        yield lrs
