"""Statements to write to files, and what is needed to read them as landing does."""

from __future__ import annotations

import copy
import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from connectors.seam import MappedKind, MappedUnit, Scratch

Statement = dict[str, Any]
DATA = Path(__file__).parents[4] / "shared" / "data" / "xapi"

STATEMENT: Statement = {
    "id": "6690e6c9-3ef0-4ed3-8b37-7f3964730bee",
    "actor": {"objectType": "Agent", "name": "Ada Canary", "mbox": "mailto:ada.canary@example.org"},
    "verb": {"id": "http://adlnet.gov/expapi/verbs/completed", "display": {"en": "completed"}},
    "object": {
        "objectType": "Activity",
        "id": "https://lms.example.org/course/7",
        "definition": {"name": {"en": "Fire safety"}, "type": "http://adlnet.gov/expapi/activities/course"},
    },
    "result": {
        "score": {"scaled": 0.8, "raw": 80, "min": 0, "max": 100},
        "success": True,
        "completion": True,
        "response": "the canary answer",
        "duration": "PT1H30M",
    },
    "context": {
        "registration": "EC531277-B57B-4C15-8D91-D292C5B2B8F7",
        "platform": "LMS",
        "language": "en-GB",
        "contextActivities": {"parent": [{"id": "https://lms.example.org/programme/1"}]},
    },
    "timestamp": "2024-03-01T23:30:00.125+02:00",
    "stored": "2024-03-01T21:30:01Z",
    "authority": {"account": {"homePage": "https://lrs.example.org", "name": "lms"}},
    "version": "1.0.0",
}


class FakeTokeniser:
    """Tokens as identity makes them, with a fixed key; remembers what it is to keep."""

    def __init__(self) -> None:
        self.kept: list[tuple[str | None, str, str | None]] = []

    def tokens(self, identifier_type: str, values: Sequence[str | None]) -> list[str | None]:
        return [self._token(identifier_type, value) if value and value.strip() else None for value in values]

    def email_sha1_tokens(self, emails: Sequence[str | None]) -> list[str | None]:
        sums = [hashlib.sha1(f"mailto:{email.casefold()}".encode()).hexdigest() if email else None for email in emails]
        return self.tokens("mbox_sha1sum", sums)

    def keep(self, tokens: Sequence[str | None], attribute: str, values: Sequence[str | None]) -> None:
        self.kept += [(token, attribute, value) for token, value in zip(tokens, values, strict=True)]

    def flush(self, tool: str, unit: str) -> None:
        """Landing flushes, a reader doesn't."""
        raise AssertionError(f"{tool}, {unit}: a reader flushed the vault")

    @staticmethod
    def _token(identifier_type: str, value: str) -> str:
        return hmac.digest(b"test", f"{identifier_type}|{value.strip().casefold()}".encode(), "sha256").hex()[:32]


@dataclass(frozen=True)
class Declared:
    tool: str = "xapi"
    declaration_version: str = "1-test"
    timezone: str = "UTC"
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Reading:
    """What one file yielded."""

    unit: MappedUnit
    tokeniser: FakeTokeniser
    scratch: Scratch

    def kind(self, name: str) -> MappedKind:
        return next(kind for kind in self.unit.kinds if kind.kind.name == name)

    def rows(self, name: str = "statements") -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = pq.read_table(self.kind(name).landed).to_pylist()
        return rows

    def rejects(self) -> list[dict[str, Any]]:
        path = self.kind("statements").rejected
        rows: list[dict[str, Any]] = pq.read_table(path).to_pylist() if path else []
        return rows

    def counts(self) -> tuple[int, int, int, int]:
        """Statements read, landed, rejected, duplicate."""
        kind = self.kind("statements")
        return kind.rows_read, kind.rows_landed, kind.rows_rejected, kind.rows_duplicate


Read = Callable[..., Reading]
"""``read(content or path, **options)``: the fixture of `conftest`."""


def changed(**members: Any) -> Statement:
    """The statement above with other members at the top; None takes one away."""
    statement = copy.deepcopy(STATEMENT) | members
    return {name: value for name, value in statement.items() if value is not None}


def numbered(count: int) -> list[Statement]:
    return [changed(id=f"6690e6c9-3ef0-4ed3-8b37-{number:012}") for number in range(count)]


def lines(*statements: Statement) -> bytes:
    return b"".join(json.dumps(statement, separators=(",", ":")).encode() + b"\n" for statement in statements)
