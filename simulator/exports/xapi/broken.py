"""Statements that break a rule, each named as the connector's rulebook names it.

tincan accepts most of them, which is what makes them likely in the wild. Each is a copy of a good statement under
another id, wrong in exactly one way.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from simulator.exports.xapi import vocabulary as iri
from simulator.exports.xapi.activities import as_json

Statement = dict[str, Any]


def broken(line: str, rule: str, new_id: str) -> str:
    """The statement of ``line`` under another id, so that it breaks ``rule``. Raises ``KeyError`` for other rules."""
    statement = json.loads(line)
    statement["id"] = new_id
    if rule == "duplicate_key":
        return as_json(statement).replace('"version":', '"version":"1.0.3","version":', 1)
    BREAKS[rule](statement)
    return as_json(statement)


def _set(**parts: object) -> Callable[[Statement], None]:
    return lambda statement: statement.update(parts)


def _person(**actor: object) -> Callable[[Statement], None]:
    return _set(actor={"objectType": "Agent", **actor})


def _question(**definition: object) -> Callable[[Statement], None]:
    thing = {"objectType": "Activity", "id": "https://example.org/question"}
    return _set(object={**thing, "definition": {"type": iri.INTERACTION, **definition}})


def _without(name: str) -> Callable[[Statement], None]:
    def take_away(statement: Statement) -> None:
        del statement[name]

    return take_away


def _zone_that_says_nothing(statement: Statement) -> None:
    statement["timestamp"] = statement["timestamp"][:19] + "-00:00"


def _id_cut_short(statement: Statement) -> None:
    statement["id"] = statement["id"][:-1]


_REF = {"objectType": "StatementRef", "id": "00000000-0000-4000-8000-000000000000"}
_SOMEBODY = "mailto:someone@mailbox.example.org"

BREAKS: dict[str, Callable[[Statement], None]] = {
    "score_scaled": _set(result={"score": {"scaled": 1.2}}),
    "one_identifier": _person(mbox=_SOMEBODY, mbox_sha1sum="0" * 40),
    "timestamp": _zone_that_says_nothing,
    "required": _without("verb"),
    "unknown_property": _set(sessionId="s-1"),
    "null_value": _set(result=None),
    "data_type": _set(result={"success": "true"}),
    "uuid": _id_cut_short,
    "iri": _set(verb={"id": "completed"}),
    "mbox": _person(mbox="someone@mailbox.example.org"),
    "mbox_sha1sum": _person(mbox_sha1sum="0" * 39),
    "anonymous_group": _set(actor={"objectType": "Group"}),
    "object_type": _set(object={"objectType": "activity", "id": "https://example.org/thing"}),
    "language_tag": _set(verb={"id": f"{iri.ADL_VERB}completed", "display": {"en_us": "completed"}}),
    "extension_key": _set(result={"extensions": {"progress": 50}}),
    "interaction_type": _question(interactionType="multiple-choice"),
    "interaction_components": _question(interactionType="true-false", choices=[{"id": "a"}]),
    "component_ids": _question(interactionType="choice", choices=[{"id": "a"}, {"id": "a"}]),
    "score_order": _set(result={"score": {"raw": 120, "min": 0, "max": 100}}),
    "duration": _set(result={"duration": "PT1.5H30M"}),
    "version": _set(version="0.95"),
    "context_of_activity": _set(object=_REF, context={"platform": "Meridian Academy"}),
    "voids_statement_ref": _set(
        verb={"id": f"{iri.ADL_VERB}voided"}, object={"objectType": "Activity", "id": "https://example.org/thing"}
    ),
    "authority": _set(authority={"objectType": "Group", "member": [{"objectType": "Agent", "mbox": _SOMEBODY}]}),
    "natural_number": _set(attachments=[{
        "usageType": "https://example.org/certificate", "display": {"en": "Certificate"},
        "contentType": "application/pdf", "length": -1, "sha2": "0" * 64,
    }]),
}  # fmt: skip
RULES = (*BREAKS, "duplicate_key")
"""The rules that can be broken, in the order in which the dumps break them."""
