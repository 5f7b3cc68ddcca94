"""Actor, verb, object, authority and version of a statement → the columns that they fill."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from connectors.xapi.bodies import canonical
from connectors.xapi.fragments import Activity, Part, open_text
from connectors.xapi.people import Parties, agents_of, is_identified

_LONGEST_CODE = 64

_PERSONAL_TYPES = ("user-profile", "person", "user", "chat-message", "comment", "note", "forum-reply")
"""Last segments of activity types whose instances are named after a person, or by what a person wrote."""


@dataclass(frozen=True)
class Vocabulary:
    """Flattens what needs to know persons. Columns are in the order of ``chunks.PARTS``."""

    people: Parties

    def actor(self, value: Mapping[str, Any]) -> Part:
        """Columns actor_token, actor_kind, group_token, member_token: a group is no person, so it has its own."""
        token, body, agents = self.people.token(value), self.people.body(value), tuple(agents_of(value))
        if value.get("objectType") != "Group":
            return Part((token, "agent", None, None), body, kind="Agent", agents=agents)
        kind = "group" if is_identified(value) else "anonymous_group"
        members = sorted({member for agent in agents if (member := self.people.token(agent))})
        told = msgspec.json.encode(members).decode() if members else None
        return Part((None, kind, token, told), body, kind="Group", agents=agents)

    def authority(self, value: Mapping[str, Any]) -> Part:
        """Column authority_token: of the agent, or of the first of two (for OAuth, a client and a person)."""
        party = value if is_identified(value) else value["member"][0]
        return Part((self.people.token(party),))

    def object(self, value: Mapping[str, Any]) -> Part:
        """Columns object_kind, object_id, object_person_token, object_verb_id, activity_type, activity_name."""
        kind = value.get("objectType", "Activity")
        if kind == "Activity":
            return _activity_object(value)
        if kind in ("Agent", "Group"):
            token, agents = self.people.token(value), tuple(agents_of(value))
            return Part((kind.lower(), None, token, None, None, None), self.people.body(value), kind, agents=agents)
        if kind == "StatementRef":
            target = value["id"].lower()
            return Part(("statement_ref", target, None, None, None, None), target.encode(), kind)
        return self._sub_statement(value)

    def _sub_statement(self, value: Mapping[str, Any]) -> Part:
        """What is meant to happen: who is to do what with what. None of it has happened by this statement."""
        actor, inner = self.actor(value["actor"]), self.object(value["object"])
        _, object_id, _, _, activity_type, title = inner.columns
        columns = ("sub_statement", object_id, actor.columns[0], open_text(value["verb"]["id"]), activity_type, title)
        agents = (*actor.agents, *inner.agents)
        return Part(columns, canonical(value), "SubStatement", agents=agents, activities=inner.activities)


def verb(value: Mapping[str, Any]) -> Part:
    """Column verb_id."""
    return Part((open_text(value["id"]),), value["id"].encode(), kind=value["id"])


def version(value: str) -> Part:
    """Column xapi_version."""
    return Part((value,))


def _activity_object(value: Mapping[str, Any]) -> Part:
    activity = described(value)
    columns = ("activity", activity.activity_id, None, None, activity.activity_type, activity.title)
    return Part(columns, value["id"].encode(), "Activity", activities=(activity,))


def described(value: Mapping[str, Any]) -> Activity:
    """An activity without what may name a person."""
    definition = value.get("definition", {})
    activity_type = definition.get("type")
    language, title = next(iter(definition.get("name", {}).items()), (None, None))
    if activity_type and re.split("[/#]", activity_type)[-1] in _PERSONAL_TYPES:
        language, title = None, None
    codes = tuple(
        (iri, code)
        for iri, code in definition.get("extensions", {}).items()
        if isinstance(code, str) and len(code) <= _LONGEST_CODE
    )
    return Activity(open_text(value["id"]) or "", open_text(title), open_text(activity_type), language, codes)
