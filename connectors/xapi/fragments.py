"""The parts of a statement that repeat, checked and flattened once for each distinct text.

A million statements hold some ten thousand distinct actors, verbs, objects and contexts. Each distinct text is
judged by the exact rules when it is first met, flattened into the columns of ``statements`` that it fills, and
found in a dictionary ever after. Results and contexts, which repeat less, have a quick way that proves the
common forms fine; what it can't prove goes to the exact rules.

How a quick way can prove that no key stands twice: msgspec keeps one value of each key, and the text is as long
as those keys and values are together. That needs JSON without blanks, which `statements` sees to.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

import msgspec

from connectors.xapi import formats, rules
from connectors.xapi.bodies import canonical, comparable_duration
from connectors.xapi.extensions import NO_EXTENSIONS, Extensions, known_extensions
from connectors.xapi.people import People, agents_of, is_identified

_EMAIL = re.compile(r"[\w.+'-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)


class Part(msgspec.Struct, frozen=True, eq=False, gc=False):
    """What one fragment yields: its ``columns``, its share of the body hash, and what it tells beside.

    ``kind`` is the objectType of an actor or object, or the id of a verb; ``is_of_activity`` says of a context
    that it needs an Activity beside it. ``agents`` and ``activities`` are for the kinds of those names.
    """

    columns: tuple[Any, ...]
    body: bytes = b""
    kind: str = ""
    is_of_activity: bool = False
    agents: tuple[Mapping[str, Any], ...] = ()
    activities: tuple[Activity, ...] = ()


class Activity(msgspec.Struct, frozen=True, gc=False):
    """An activity as a fragment describes it."""

    activity_id: str
    title: str | None = None
    activity_type: str | None = None
    language: str | None = None


class Fragments(dict[bytes, Part | None]):
    """Distinct texts of one place → what they yield; None for a text that breaks a rule."""

    def __init__(
        self,
        check: rules.Check,
        flatten: Callable[[Any], Part],
        absent: Part | None = None,
        quick: Callable[[bytes], Part | None] | None = None,
    ) -> None:
        super().__init__({b"": absent} if absent else {})
        self._check = check
        self._flatten = flatten
        self._quick = quick
        self._absent = absent
        self._held = 0

    def __missing__(self, raw: bytes) -> Part | None:
        """Judge and flatten a text that is met for the first time."""
        part = self._quick(raw) if self._quick else None
        if part is None:
            if rules.breaks(self._check, raw):
                return None
            part = self.trusted(raw)
        self[raw] = part
        self._held += len(raw)
        return part

    def trusted(self, raw: bytes) -> Part:
        """What a fragment yields that the rules were already applied to."""
        return self._flatten(msgspec.json.decode(raw)) if raw else self._absent or Part(())

    def forget(self, limit: int = 1 << 25) -> None:
        """Start anew when more than ``limit`` bytes are held: memory doesn't grow with the file."""
        if self._held > limit:
            self.clear()
            self._held = 0
            if self._absent:
                self[b""] = self._absent


def open_text(text: str | None) -> str | None:
    """Text that may leave the restricted zone: e-mail addresses are masked, also where they are percent-encoded."""
    return _EMAIL.sub("‹e-mail›", text) if text and ("@" in text or "%40" in text) else text


def _json(value: Any) -> str | None:
    return msgspec.json.encode(value).decode() if value else None


# ------------------------------------------------------------------------------- actor, verb, object, authority

_PERSONAL_TYPES = ("user-profile", "person", "user", "chat-message", "comment", "note", "forum-reply")
"""Last segments of activity types whose instances are named after a person, or by what a person wrote."""


@dataclass(frozen=True)
class Vocabulary:
    """Flattens what needs to know persons. Columns are in the order of ``statements.PARTS``."""

    people: People

    def actor(self, value: Mapping[str, Any]) -> Part:
        """actor_token, actor_kind"""
        token = self.people.token(value)
        is_group = value.get("objectType") == "Group"
        kind = "agent" if not is_group else "group" if is_identified(value) else "anonymous_group"
        body = self.people.body(value)
        return Part((token, kind), body, kind=str(value.get("objectType", "Agent")), agents=tuple(agents_of(value)))

    def authority(self, value: Mapping[str, Any]) -> Part:
        """authority_token: of the person, or the first of the pair, where it is a client and a person (OAuth)."""
        party = value if is_identified(value) else value["member"][0]
        return Part((self.people.token(party),))

    def object(self, value: Mapping[str, Any]) -> Part:
        """object_kind, object_id, object_person_token, activity_type, activity_name"""
        kind = value.get("objectType", "Activity")
        if kind == "Activity":
            return _activity_object(value)
        if kind in ("Agent", "Group"):
            token, agents = self.people.token(value), tuple(agents_of(value))
            return Part((kind.lower(), None, token, None, None), self.people.body(value), kind, agents=agents)
        if kind == "StatementRef":
            target = value["id"].lower()
            return Part(("statement_ref", target, None, None, None), target.encode(), kind)
        return Part(("sub_statement", None, None, None, None), canonical(value), kind)


def verb(value: Mapping[str, Any]) -> Part:
    """verb_id"""
    return Part((open_text(value["id"]),), value["id"].encode(), kind=value["id"])


def version(value: str) -> Part:
    """xapi_version"""
    return Part((value,))


def _activity_object(value: Mapping[str, Any]) -> Part:
    activity = described(value)
    columns = ("activity", activity.activity_id, None, activity.activity_type, activity.title)
    return Part(columns, value["id"].encode(), "Activity", activities=(activity,))


def described(value: Mapping[str, Any]) -> Activity:
    """An activity without what may name a person."""
    definition = value.get("definition", {})
    activity_type = definition.get("type")
    language, title = next(iter(definition.get("name", {}).items()), (None, None))
    if activity_type and re.split("[/#]", activity_type)[-1] in _PERSONAL_TYPES:
        language, title = None, None
    return Activity(open_text(value["id"]) or "", open_text(title), open_text(activity_type), language)


# ------------------------------------------------------------------------------------------------------- result


class _Result(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    score: msgspec.Raw = msgspec.Raw()
    success: bool | msgspec.UnsetType = msgspec.UNSET
    completion: bool | msgspec.UnsetType = msgspec.UNSET
    response: msgspec.Raw = msgspec.Raw()
    duration: str = ""
    extensions: msgspec.Raw = msgspec.Raw()


_read_result = msgspec.json.Decoder(_Result).decode
_read_text = msgspec.json.Decoder(str).decode
_NOT_READ = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
NO_RESULT = Part((None,) * 9)


class _Score(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    scaled: float | None = None
    raw: float | None = None
    min: float | None = None
    max: float | None = None


_read_score = msgspec.json.Decoder(_Score).decode
NO_SCORE = Part((None,) * 4)


def _score(value: Mapping[str, Any]) -> Part:
    """score_scaled, score_raw, score_min, score_max"""
    return _score_part(_Score(**{name: float(number) for name, number in value.items()}))


def _score_part(score: _Score) -> Part:
    numbers = (score.scaled, score.raw, score.min, score.max)
    return Part(numbers, repr(numbers).encode())


def _quick_score(raw: bytes) -> Part | None:
    """The part, if it is proven to break no rule: as many colons as numbers means that no key stands twice."""
    try:
        score = _read_score(raw)
    except _NOT_READ:
        return None
    part = _score_part(score)
    if raw.count(b":") != 4 - part.columns.count(None):
        return None
    low = -math.inf if score.min is None else score.min
    high = math.inf if score.max is None else score.max
    is_fine = low < high and (score.raw is None or low <= score.raw <= high) and -1 <= (score.scaled or 0) <= 1
    return part if is_fine else None


class Results:
    """result → score_scaled, score_raw, score_min, score_max, is_success, is_completion, duration_text,
    duration_seconds, result_extensions"""

    def __init__(self) -> None:
        self._scores = Fragments(rules.score, _score, NO_SCORE, _quick_score)
        self._durations: dict[str, formats.Duration | None] = {}

    def quick(self, raw: bytes) -> Part | None:
        """The part, if it is proven to break no rule; texts in it have no escapes."""
        try:
            result = _read_result(raw)
            response = _read_text(result.response) if result.response else None
            extensions = known_extensions(bytes(result.extensions)) if result.extensions else NO_EXTENSIONS
        except _NOT_READ:
            return None
        score = self._scores[bytes(result.score)]
        if score is None or not extensions.is_proven or (result.duration and self._duration(result.duration) is None):
            return None
        return self._part(result, score, response, extensions) if _fits_result(result, raw) else None

    def flatten(self, value: Mapping[str, Any]) -> Part:
        """The part of a decoded result that the rules were applied to."""
        plain = {name: member for name, member in value.items() if name not in ("score", "response", "extensions")}
        extensions = (
            known_extensions(msgspec.json.encode(value["extensions"])) if "extensions" in value else NO_EXTENSIONS
        )
        result = msgspec.convert(plain, _Result)
        if "extensions" in value:
            result.extensions = msgspec.Raw(canonical(value["extensions"]))
        score = _score(value["score"]) if "score" in value else NO_SCORE
        return self._part(result, score, value.get("response"), extensions)

    def _duration(self, text: str) -> formats.Duration | None:
        if text not in self._durations:
            if len(self._durations) > 100_000:
                self._durations.clear()
            self._durations[text] = formats.parse_duration(text)
        return self._durations[text]

    def _part(self, result: _Result, score: Part, response: str | None, extensions: Extensions) -> Part:
        success = None if result.success is msgspec.UNSET else result.success
        completion = None if result.completion is msgspec.UNSET else result.completion
        duration = self._duration(result.duration) if result.duration else None
        text = f"{success}\x1e{completion}\x1e{comparable_duration(result.duration)}\x1e{response}".encode()
        body = b"\x1e".join(
            (text, score.body, canonical(msgspec.json.decode(result.extensions)) if result.extensions else b"")
        )
        seconds = duration.seconds if duration else None
        return Part((*score.columns, success, completion, result.duration or None, seconds, extensions.text), body)


def _fits_result(result: _Result, raw: bytes) -> bool:
    """Whether the text is as long as what was read of it: then nothing else, no key twice, is in it."""
    size = 1
    size += 9 + len(result.score) if result.score else 0
    size += 12 + len(result.response) if result.response else 0
    size += 14 + len(result.extensions) if result.extensions else 0
    size += 14 + len(result.duration) if result.duration else 0
    if result.success is not msgspec.UNSET:
        size += 15 if result.success else 16
    if result.completion is not msgspec.UNSET:
        size += 18 if result.completion else 19
    return size == len(raw)


# ------------------------------------------------------------------------------------------------------ context


class _Context(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    registration: str = ""
    instructor: msgspec.Raw = msgspec.Raw()
    team: msgspec.Raw = msgspec.Raw()
    contextActivities: msgspec.Raw = msgspec.Raw()
    revision: msgspec.Raw = msgspec.Raw()
    platform: msgspec.Raw = msgspec.Raw()
    language: str = ""
    statement: msgspec.Raw = msgspec.Raw()
    extensions: msgspec.Raw = msgspec.Raw()


_read_context = msgspec.json.Decoder(_Context).decode
_SIZES = (
    ("instructor", 14), ("team", 8), ("contextActivities", 21), ("revision", 12), ("platform", 12),
    ("statement", 13), ("extensions", 14),
)  # fmt: skip
NO_CONTEXT = Part((None,) * 11)
NO_ACTIVITIES = Part((None,) * 3)


def _context_activities(value: Mapping[str, Any]) -> Part:
    """parent_activity_id, grouping_activity_ids, category_activity_ids"""
    described_by = {
        name: [described(activity) for activity in (entry if isinstance(entry, list) else [entry])]
        for name, entry in value.items()
    }
    ids = {name: [activity.activity_id for activity in entry] for name, entry in described_by.items()}
    body = canonical({name: sorted(entry) for name, entry in ids.items() if entry})
    parents = described_by.get("parent", [])
    columns = (parents[0].activity_id if parents else None, _json(ids.get("grouping")), _json(ids.get("category")))
    return Part(columns, body, activities=(*parents, *described_by.get("grouping", [])))


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
    """context → parent_activity_id, grouping_activity_ids, category_activity_ids, registration, session_id,
    platform, language, instructor_token, team_token, statement_ref_id, context_extensions"""

    def __init__(self, actors: Fragments, people: People) -> None:
        self._actors = actors
        self._people = people
        self._activities = Fragments(rules.context_activities, _context_activities, NO_ACTIVITIES)

    def quick(self, raw: bytes) -> Part | None:
        """The part, if it is proven to break no rule. A reference to a statement is left to the exact rules."""
        try:
            context = _read_context(raw)
            told = self._told(context)
        except _NOT_READ:
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
        activities = self._activities[bytes(context.contextActivities)]
        if activities is None:
            return None
        told = _Told(activities, registration=context.registration, language=context.language)
        if context.extensions:
            told.extensions = known_extensions(bytes(context.extensions))
            told.extensions_body = canonical(msgspec.json.decode(context.extensions))
        if context.platform:
            told.platform = _read_text(context.platform)
        if context.revision:
            told.revision = _read_text(context.revision)
        if context.instructor:
            told.instructor = self._actors[bytes(context.instructor)]
        if context.team:
            told.team = self._actors[bytes(context.team)]
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
        others = sorted(self._people.body(party).decode() for party in told.others)
        scalars = canonical([registration, told.platform, told.revision, language, told.reference, others])
        parties = [party.body if party else b"" for party in (told.instructor, told.team)]
        columns = (
            *told.activities.columns,
            registration or None,
            open_text(told.extensions.session_id),
            open_text(told.platform),
            told.language or None,
            told.instructor.columns[0] if told.instructor else None,
            told.team.columns[0] if told.team else None,
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


def _agents(part: Part | None) -> tuple[Mapping[str, Any], ...]:
    return part.agents if part else ()


def _fits(context: _Context, raw: bytes) -> bool:
    """Whether the text is as long as what was read of it: then nothing else, no key twice, is in it."""
    size = 1 + (18 + len(context.registration) if context.registration else 0)
    size += 14 + len(context.language) if context.language else 0
    for name, name_size in _SIZES:
        value = getattr(context, name)
        size += name_size + len(value) if value else 0
    return size == len(raw)
