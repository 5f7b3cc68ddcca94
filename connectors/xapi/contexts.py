"""The context of a statement → the columns that it fills.

A context repeats within a session, hardly beyond it; like results, the common forms are proven fine quickly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

import msgspec

from connectors.xapi import formats, rules
from connectors.xapi.bodies import canonical
from connectors.xapi.elements import described
from connectors.xapi.extensions import NO_EXTENSIONS, Extensions, known_extensions
from connectors.xapi.fragments import NOT_READ, Activity, Fragments, Part, open_text
from connectors.xapi.people import Parties, agents_of


class _Context(msgspec.Struct, rename="camel", forbid_unknown_fields=True, gc=False):
    registration: str = ""
    instructor: msgspec.Raw = msgspec.Raw()
    team: msgspec.Raw = msgspec.Raw()
    context_activities: msgspec.Raw = msgspec.Raw()
    revision: msgspec.Raw = msgspec.Raw()
    platform: msgspec.Raw = msgspec.Raw()
    language: str = ""
    statement: msgspec.Raw = msgspec.Raw()
    extensions: msgspec.Raw = msgspec.Raw()


_read_context = msgspec.json.Decoder(_Context).decode
_read_text = msgspec.json.Decoder(str).decode
NO_CONTEXT = Part((None,) * 11)
NO_ACTIVITIES = Part((None,) * 3)
ATTEMPT = "http://adlnet.gov/expapi/activities/attempt"
"""Type of the activity by which the SCORM profile tells one attempt from another, among the grouping activities."""


def _ids(activities: list[Activity]) -> str | None:
    return msgspec.json.encode([activity.activity_id for activity in activities]).decode() if activities else None


def _context_activities(value: Mapping[str, Any]) -> Part:
    """Columns parent_activity_id, grouping_activity_ids, category_activity_ids."""
    described_by = {
        name: [described(activity) for activity in (entry if isinstance(entry, list) else [entry])]
        for name, entry in value.items()
    }
    body = canonical({name: sorted(one.activity_id for one in entry) for name, entry in described_by.items() if entry})
    parents, grouping = described_by.get("parent", []), described_by.get("grouping", [])
    columns = (parents[0].activity_id if parents else None, _ids(grouping), _ids(described_by.get("category", [])))
    return Part(columns, body, activities=(*parents, *grouping))


@dataclass(slots=True)
class _Told:
    """What a context tells, whichever way it was read."""

    activities: Part = NO_ACTIVITIES
    extensions: Extensions = NO_EXTENSIONS
    extensions_body: bytes = b""
    registration: str = ""
    language: str = ""
    platform: str | None = None
    revision: str | None = None
    reference: str = ""
    instructor: Part | None = None
    team: Part | None = None
    others: tuple[Mapping[str, Any], ...] = ()


class Contexts:
    """Columns parent_activity_id, grouping_activity_ids, category_activity_ids, registration, session_id, platform,
    language, instructor_token, team_token, statement_ref_id, context_extensions.
    """

    def __init__(self, actors: Fragments, people: Parties) -> None:
        self._actors = actors
        self._people = people
        self.activities = Fragments(rules.context_activities, _context_activities, NO_ACTIVITIES)

    def quick(self, raw: bytes) -> Part | None:
        """The part, if it is proven to break no rule. A reference to a statement is left to the exact rules."""
        try:
            context = _read_context(raw)
            told = self._told(context)
        except NOT_READ:
            return None
        if told is None or context.statement or not told.extensions.is_proven or not _fits(context, raw):
            return None
        if told.registration and not formats.is_uuid(told.registration):
            return None
        if told.language and not formats.is_language_tag(told.language):
            return None
        return self._part(told)

    def _told(self, context: _Context) -> _Told | None:
        """What a raw context tells; None where a fragment of it isn't proven."""
        activities = self.activities.part(bytes(context.context_activities))
        if activities is None:
            return None
        told = _Told(activities, registration=context.registration, language=context.language)
        if context.extensions:
            told.extensions = known_extensions(bytes(context.extensions))
            told.extensions_body = told.extensions.canonical or canonical(msgspec.json.decode(context.extensions))
        if context.platform:
            told.platform = _read_text(context.platform)
        if context.revision:
            told.revision = _read_text(context.revision)
        if context.instructor:
            told.instructor = self._actors.part(bytes(context.instructor))
        if context.team:
            told.team = self._actors.part(bytes(context.team))
        is_team = told.team is not None and told.team.kind == "Group"
        is_proven = (not context.instructor or told.instructor) and (not context.team or is_team)
        return told if is_proven else None

    def flatten(self, value: Mapping[str, Any]) -> Part:
        """The part of a decoded context that the rules were applied to."""
        told = _Told(
            registration=value.get("registration", ""),
            language=value.get("language", ""),
            platform=value.get("platform"),
            revision=value.get("revision"),
            reference=value.get("statement", {}).get("id", "").lower(),
            instructor=self._actor(value.get("instructor")),
            team=self._actor(value.get("team")),
            others=tuple(entry["agent"] for entry in value.get("contextAgents", ()))
            + tuple(entry["group"] for entry in value.get("contextGroups", ())),
        )
        if "contextActivities" in value:
            told.activities = _context_activities(value["contextActivities"])
        if "extensions" in value:
            told.extensions = known_extensions(msgspec.json.encode(value["extensions"]))
            told.extensions_body = canonical(value["extensions"])
        return self._part(told)

    def _actor(self, value: Mapping[str, Any] | None) -> Part | None:
        return self._actors.trusted(msgspec.json.encode(value)) if value else None

    def _part(self, told: _Told) -> Part:
        registration, language = told.registration.lower(), told.language.lower()
        others = sorted(self._people.body(party).decode() for party in told.others) if told.others else []
        scalars = canonical([registration, told.platform, told.revision, language, told.reference, others])
        parties = [party.body if party else b"" for party in (told.instructor, told.team)]
        columns = (
            *told.activities.columns,
            registration or None,
            open_text(told.extensions.session_id or _attempt(told.activities)),
            open_text(told.platform),
            told.language or None,
            _token(told.instructor),
            _token(told.team),
            told.reference or None,
            told.extensions.text,
        )
        return Part(
            columns,
            b"\x1e".join((scalars, told.activities.body, told.extensions_body, *parties)),
            is_of_activity=told.platform is not None or told.revision is not None,
            agents=tuple(chain(_agents(told.instructor), _agents(told.team), *map(agents_of, told.others))),
            activities=told.activities.activities,
        )


def _token(part: Part | None) -> str | None:
    """Token of an agent or of an identified group, whichever the part is."""
    if part is None:
        return None
    agent, _, group, _ = part.columns
    token: str | None = agent or group
    return token


def _attempt(activities: Part) -> str | None:
    return next((one.activity_id for one in activities.activities if one.activity_type == ATTEMPT), None)


def _agents(part: Part | None) -> tuple[Mapping[str, Any], ...]:
    return part.agents if part else ()


def _fits(context: _Context, raw: bytes) -> bool:
    """Whether the text is as long as what was read of it: then nothing else, no key twice, is in it."""
    size = 1
    size += 18 + len(context.registration) if context.registration else 0
    size += 14 + len(context.language) if context.language else 0
    size += 21 + len(context.context_activities) if context.context_activities else 0
    size += 14 + len(context.extensions) if context.extensions else 0
    size += 12 + len(context.platform) if context.platform else 0
    size += 12 + len(context.revision) if context.revision else 0
    size += 14 + len(context.instructor) if context.instructor else 0
    size += 8 + len(context.team) if context.team else 0
    return size == len(raw)
