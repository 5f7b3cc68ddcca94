"""Statements into an LRS, in batches. tincan's own client has no timeout and no retry, so it isn't used.

    POST batch ─ 204, 200 with every id ───────────────> stored
               ─ 400, 409, 413 ─ halves, down to one ──> refused, or for 409: look what is there under the id
               ─ 429, 5xx, no answer ─ wait, again ────> Transient when patience ends
               ─ 401, 403, 404, redirect ──────────────> SettingsError

An LRS takes a batch whole or not at all (1.0.3, Communication 2.1.2), so halving finds the one that it objects to. Some
can be told to take a part, or name only what was new to them: a 200 that lacks an id is halved as well. The answer to
a batch may be lost after it was stored; sending it again is harmless, because the ids are the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Any

from connectors.errors import SettingsError
from connectors.sources.http.answers import Answer
from connectors.sources.http.connection import Connection
from connectors.sources.http.credentials import Credentials
from connectors.xapi.lrs.authorization import authorization
from connectors.xapi.lrs.source import Source
from pipelines.write_back.ledger import Outcome
from pipelines.write_back.statements import Statement

_OBJECTIONS = (400, 409, 413, 422)


@dataclass(frozen=True)
class Delivered:
    statement: Statement
    outcome: Outcome
    status: int


class Lrs:
    """One LRS, for the length of one ``with``."""

    def __init__(self, source: Source, credentials: Credentials) -> None:
        self._address = source.statements
        self._connection = Connection(
            authorization(source, credentials),
            headers={"X-Experience-API-Version": source.version, "Content-Type": "application/json"},
            timeout_seconds=source.timeout_seconds,
        )

    def __enter__(self) -> Lrs:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._connection.close()

    def deliver(self, batch: Sequence[Statement]) -> Iterator[Delivered]:
        """Send a batch and say of each of its statements what became of it."""
        answer = self._ask("POST", content=b"[" + b",".join(one.raw for one in batch) + b"]")
        if _takes_all(answer, batch):
            yield from (Delivered(one, Outcome.STORED, answer.status) for one in batch)
        elif len(batch) > 1:
            middle = len(batch) // 2
            yield from self.deliver(batch[:middle])
            yield from self.deliver(batch[middle:])
        else:
            yield Delivered(batch[0], self._outcome(batch[0], answer), answer.status)

    def _outcome(self, statement: Statement, answer: Answer) -> Outcome:
        """What became of one statement that an LRS did not simply take."""
        if (answer.status == 409 or answer.is_success) and self._holds(statement):
            return Outcome.ALREADY_THERE
        return Outcome.CONFLICT if answer.status == 409 else Outcome.REFUSED

    def _holds(self, statement: Statement) -> bool:
        """Whether what the LRS has under the id says the same. Some answer 409 to what they have already."""
        for name in ("statementId", "voidedStatementId"):
            answer = self._ask("GET", params={name: statement.statement_id})
            if answer.is_success:
                return _asserted(answer.body) == _asserted(statement.raw)
        return False

    def _ask(self, method: str, **request: Any) -> Answer:
        """An answer that means something. Raises Transient when patience ends, SettingsError for a wrong address."""
        return self._connection.ask("The LRS", method, self._address, partial(_meant, method), **request)


def _takes_all(answer: Answer, batch: Sequence[Statement]) -> bool:
    if not answer.is_success or not answer.body:
        return answer.is_success
    try:
        ids = json.loads(answer.body)
    except ValueError:
        return False
    return isinstance(ids, list) and {one.statement_id for one in batch} <= {str(each).lower() for each in ids}


def _meant(method: str, answer: Answer) -> Answer:
    status = answer.status
    if answer.is_success or status in _OBJECTIONS or (status == 404 and method == "GET"):
        return answer
    if status in (401, 403):
        raise SettingsError(f"The LRS answers {status}: check the credentials and their right to write statements.")
    if answer.is_redirect:
        raise SettingsError(f"The LRS answers {status}, a redirect: use its target as write_back.endpoint.")
    raise SettingsError(
        f"The LRS answers {status}: check that write_back.endpoint is the xAPI base address, without `statements`."
    )


def _asserted(raw: bytes) -> tuple[Any, ...]:
    """Who did what to which thing: what an LRS may not change. Our own statements differ in nothing else."""
    statement = json.loads(raw)
    actor = statement["actor"]
    return actor.get("account"), actor.get("mbox"), statement["verb"]["id"], statement["object"]["id"]
