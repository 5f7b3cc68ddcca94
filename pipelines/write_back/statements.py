"""Facts as statements. tincan builds and types them; whether one is valid, our own rules say.

The id of a statement is a UUIDv5 of what it asserts: result, version of its definition, person (by pseudonym), thing
and day. So the same fact has the same id in every run, and another fact has another one. Its moment within the day
and the title of the thing are left out: they may be corrected without anybody having learned anything else.

A statement that was voided stays voided under its id (xAPI 1.0.3, Data 2.3.2), so a fact that comes true again gets
the id of its next revision.
"""

from __future__ import annotations

import uuid
from collections.abc import Container
from dataclasses import dataclass
from datetime import UTC
from urllib.parse import quote

import tincan

from connectors.xapi.formats import is_language_tag
from connectors.xapi.rulebook import VOIDED
from connectors.xapi.rules import Dialect, judge
from connectors.xapi.strict_json import Violation
from pipelines.write_back.actors import account
from pipelines.write_back.results import Fact, Result
from pipelines.write_back.settings import WriteBack

NAMESPACE = uuid.UUID("7a1f6f0e-0d5b-5f86-9c57-3b6d0f1c2e94")
MARK = "urn:uuid:5f0c9a52-6d0e-5b4f-9a57-2f1f6d1d7b3e"
"""Category of every statement that Throughline writes: who reads the LRS can leave them out, and so can we."""

_SEPARATOR = "\x1f"


@dataclass(frozen=True)
class Statement:
    """``raw`` is the JSON that is sent; ``target`` the statement that it voids, if it voids one."""

    statement_id: str
    result: str
    raw: bytes
    target: str | None = None

    def broken(self, version: str) -> Violation | None:
        """The rule of that xAPI version that the statement breaks, if any."""
        return judge(self.raw, Dialect(version))


class Writer:
    """Builds the statements of one home for one LRS."""

    def __init__(self, settings: WriteBack) -> None:
        self._settings = settings

    def statement_id(self, fact: Fact, result: Result, pseudonym: str, voided: Container[str]) -> str:
        """The id of the fact, of its first revision that was not voided."""
        definition = (result.name, str(result.version))
        asserted = (self._settings.identity, pseudonym, self._thing(fact, result), fact.day.isoformat())
        revision = 0
        while (found := _id(*definition, *asserted, str(revision))) in voided:
            revision += 1
        return found

    def of_fact(self, statement_id: str, fact: Fact, result: Result, actor: tincan.Agent) -> Statement:
        statement = tincan.Statement(
            id=uuid.UUID(statement_id),
            actor=actor,
            verb=tincan.Verb(id=result.verb, display=tincan.LanguageMap({"en": result.verb_name})),
            object=tincan.Activity(id=self._thing(fact, result), definition=_definition(fact, result)),
            result=tincan.Result(**result.outcome),
            context=self._context(result, self._parent(fact)),
            timestamp=fact.happened_at.replace(tzinfo=UTC),
            version=None,
        )
        return Statement(statement_id, result.name, statement.to_json().encode())

    def of_void(self, target: str, result: Result) -> Statement:
        """The statement that takes ``target`` back. It tells its reader nothing of why, or of whom."""
        statement_id = _id("void", target)
        statement = tincan.Statement(
            id=uuid.UUID(statement_id),
            actor=account(self._settings.home_page, "throughline"),
            verb=tincan.Verb(id=VOIDED, display=tincan.LanguageMap({"en": "voided"})),
            object=tincan.StatementRef(id=uuid.UUID(target)),
            context=self._context(result, None),
            version=None,
        )
        return Statement(statement_id, result.name, statement.to_json().encode(), target)

    def _thing(self, fact: Fact, result: Result) -> str:
        return fact.thing_iri or self._own_iri(result.things, fact.thing_id)

    def _parent(self, fact: Fact) -> str | None:
        if fact.parent_id is None:
            return None
        return fact.parent_iri or self._own_iri("activities", fact.parent_id)

    def _own_iri(self, things: str, own_id: str) -> str:
        return f"{self._settings.home_page}/{things}/{quote(own_id, safe='')}"

    def _context(self, result: Result, parent: str | None) -> tincan.Context:
        definition = self._own_iri("results", f"{result.name}-v{result.version}")
        activities = tincan.ContextActivities(category=[tincan.Activity(id=MARK), tincan.Activity(id=definition)])
        if parent is not None:
            activities.parent = [tincan.Activity(id=parent)]
        return tincan.Context(context_activities=activities)


def _definition(fact: Fact, result: Result) -> tincan.ActivityDefinition:
    language = (fact.language or "").replace("_", "-")
    name = {language if is_language_tag(language) else "und": fact.title or fact.thing_id}
    return tincan.ActivityDefinition(name=tincan.LanguageMap(name), type=result.thing_type)


def _id(*asserted: str) -> str:
    return str(uuid.uuid5(NAMESPACE, _SEPARATOR.join(asserted)))
