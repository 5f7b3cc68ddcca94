"""Raw statements become rows of ``statements``: most are proven fine at parse speed, suspects are judged exactly.

    (line, raw) --envelope--> parts found in dictionaries --proof--> chunk of rows --> batch
                       └--anything that is not proven--> rules.judge --> row, or reject with the rule

A statement is proven fine when each part is known to break no rule, its scalars have their formats, the rules
across parts hold, and its text is exactly as long as the parts: then no key stands twice and none is unknown.
Whatever is accepted is flattened by the same functions, so the two ways can't differ in what they land.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from connectors.xapi import elements, rules
from connectors.xapi.batches import Batch, Reject
from connectors.xapi.bodies import BodyHash, Tokens
from connectors.xapi.chunks import PARTS, Chunk
from connectors.xapi.contexts import NO_CONTEXT, Contexts
from connectors.xapi.elements import Vocabulary
from connectors.xapi.files import Record
from connectors.xapi.formats import is_uuid, parse_instant
from connectors.xapi.fragments import NOT_READ, Fragments, Part
from connectors.xapi.people import Parties
from connectors.xapi.policies import when
from connectors.xapi.results import NO_RESULT, Results
from connectors.xapi.rulebook import RULES, VOIDED
from connectors.xapi.strict_json import decode

_MET = 100_000
"""Parts that are remembered as met; meeting one again does no harm but takes time."""


class _Envelope(msgspec.Struct, gc=False):
    """A statement whose parts are left as they are."""

    actor: msgspec.Raw
    verb: msgspec.Raw
    object: msgspec.Raw
    id: str = ""
    result: msgspec.Raw = msgspec.Raw()
    context: msgspec.Raw = msgspec.Raw()
    timestamp: str = ""
    stored: str = ""
    authority: msgspec.Raw = msgspec.Raw()
    version: msgspec.Raw = msgspec.Raw()
    attachments: msgspec.Raw = msgspec.Raw()


_open = msgspec.json.Decoder(_Envelope).decode

_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,6})?"
    r"(Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
).fullmatch


class Statements:
    """Turns raw statements into batches of what they yield; batches of one file come in its order."""

    def __init__(self, tokeniser: Tokens, extracted_at: datetime) -> None:
        self._body = BodyHash(tokeniser)
        self._extracted_at = extracted_at
        self._chunk = Chunk()
        self._rejects: list[Reject] = []
        self._is_spaced = False
        self._met: set[Part] = set()
        self._days: dict[str, date] = {}
        self._zones = {"Z": 0}
        self._make_dictionaries(Parties(tokeniser))

    def batch(self, records: Sequence[Record]) -> Batch:
        """What these records yield."""
        for line, raw, broken in records:
            if broken is None:
                self._add(line, raw)
            else:
                self._rejects.append(Reject(line, broken, "/", RULES[broken].expected, None, raw))
        return self._finished(len(records))

    def _make_dictionaries(self, people: Parties) -> None:
        vocabulary, results = Vocabulary(people), Results()
        self._actors = Fragments(rules.actor, vocabulary.actor)
        contexts = Contexts(self._actors, people)
        self._verbs = Fragments(rules.verb, elements.verb)
        self._objects = Fragments(rules.objects[rules.Dialect.XAPI_1], vocabulary.object)
        self._results = Fragments(rules.result, results.flatten, NO_RESULT, results.quick)
        self._contexts = Fragments(rules.contexts[rules.Dialect.XAPI_1], contexts.flatten, NO_CONTEXT, contexts.quick)
        self._authorities = Fragments(rules.authority, vocabulary.authority, Part((None,)))
        self._versions = Fragments(rules.any_version, elements.version, Part((None,)))
        self._attachments = Fragments(rules.attachments, lambda _: Part(()), Part(()))
        self._dictionaries = (
            self._actors, self._verbs, self._objects, self._results, self._contexts, self._authorities, self._versions,
        )  # fmt: skip

    def _add(self, line: int, raw: bytes) -> None:
        compact = _without_blanks(raw) if self._is_spaced else raw
        if not self._add_proven(line, compact) and not self._add_spaced(line, raw):
            self._add_judged(line, raw)

    def _add_spaced(self, line: int, raw: bytes) -> bool:
        """Add a statement that has blanks; from then on, blanks are expected."""
        compact = raw if self._is_spaced else _without_blanks(raw)
        self._is_spaced = self._is_spaced or (len(compact) < len(raw) and self._add_proven(line, compact))
        return self._is_spaced and compact is not raw

    def _add_proven(self, line: int, raw: bytes) -> bool:
        """Add a statement without blanks, if it can be proven to break no rule."""
        try:
            sent = _open(raw)
        except NOT_READ:
            return False
        actor = self._actors[bytes(sent.actor)]
        verb = self._verbs[bytes(sent.verb)]
        thing = self._objects[bytes(sent.object)]
        result = self._results[bytes(sent.result)]
        context = self._contexts[bytes(sent.context)]
        authority = self._authorities[bytes(sent.authority)]
        version = self._versions[bytes(sent.version)]
        if (
            actor is None
            or verb is None
            or thing is None
            or result is None
            or context is None
            or authority is None
            or version is None
        ):
            return False
        if len(raw) != _size(sent) or (sent.attachments and self._attachments[bytes(sent.attachments)] is None):
            return False
        if not _fit_together(verb, thing, context):
            return False
        zoned = self._zoned(sent.timestamp)
        if zoned is None or not is_uuid(sent.id) or (sent.stored and self._zoned(sent.stored) is None):
            return False
        parts = (actor, verb, thing, result, context, authority, version)
        self._chunk.rows.append((line, sent.id.lower(), "sent", sent.timestamp, *zoned, sent.stored or None, *parts))
        return True

    def _zoned(self, text: str) -> tuple[date, int] | None:
        """(local day, offset in minutes) of an instant in the usual form with at most six decimals."""
        match = _INSTANT(text)
        if match is None:
            return None
        day_text, zone = match.groups()
        day, offset = self._days.get(day_text), self._zones.get(zone)
        if day is None or offset is None:
            instant = parse_instant(text)
            if instant is None or instant.offset_minutes is None:
                return None
            day, offset = instant.day, instant.offset_minutes
            if _is_far_from_the_ends(day):
                self._days[day_text], self._zones[zone] = day, offset
        return day, offset

    def _add_judged(self, line: int, raw: bytes) -> None:
        """Land or reject a suspect, by the exact rules alone."""
        violation = rules.judge(raw)
        if violation is not None:
            value = _at(raw, violation.pointer)
            self._rejects.append(Reject(line, violation.rule, violation.pointer, violation.expected, value, raw))
            return
        sent: dict[str, Any] = decode(raw)
        parts = [
            dictionary.trusted(msgspec.json.encode(sent[name]) if name in sent else b"")
            for name, dictionary in zip(PARTS, self._dictionaries, strict=True)
        ]
        identifier = sent["id"].lower() if "id" in sent else self._body.derived_id(sent)
        stored = parse_instant(sent["stored"]) if "stored" in sent else None
        stored_text = f"{stored.utc.isoformat()}Z" if stored else None
        source = "sent" if "id" in sent else "derived"
        happened = when(sent, self._extracted_at)
        day, offset = happened.day, happened.offset_minutes
        self._chunk.add((line, identifier, source, happened.text, day, offset, stored_text, *parts), happened)

    def _finished(self, read: int) -> Batch:
        """The batch, with the persons and activities in it that were not met before."""
        (chunk, self._chunk), (rejects, self._rejects) = (self._chunk, Chunk()), (self._rejects, [])
        batch = Batch(read, len(chunk.rows), rejects=rejects)
        if not chunk.rows:
            return batch
        batch.columns = chunk.columns(self._body)
        times = batch.columns["occurred_at"].cast("int64").to_pylist()
        for name in ("actor", "object", "context"):
            for part, first, last in chunk.distinct(name):
                line = chunk.rows[first][0]
                if part.activities:
                    batch.activities.append((part.activities, times[last], line))
                if part.agents and part not in self._met:
                    self._met.add(part)
                    batch.agents.append((part.agents, line))
        self._met = self._met if len(self._met) < _MET else set()
        for dictionary in (*self._dictionaries, self._attachments):
            dictionary.forget()
        return batch


_KEY = {name: len(name) + 4 for name in _Envelope.__struct_fields__}
"""What a member adds to the text beside its value: two quotes, a colon, a comma or the closing brace."""
_REQUIRED = 1 + _KEY["actor"] + _KEY["verb"] + _KEY["object"]
_ID, _TIMESTAMP, _STORED = (_KEY[name] + 2 for name in ("id", "timestamp", "stored"))
_RESULT, _CONTEXT, _AUTHORITY, _VERSION, _ATTACHMENTS = (
    _KEY[name] for name in ("result", "context", "authority", "version", "attachments")
)


def _size(sent: _Envelope) -> int:
    """Length of the statement's text if these parts, each once, are all that it holds, without blanks."""
    size = _REQUIRED + len(sent.actor) + len(sent.verb) + len(sent.object)
    size += _ID + len(sent.id) if sent.id else 0
    size += _TIMESTAMP + len(sent.timestamp) if sent.timestamp else 0
    size += _STORED + len(sent.stored) if sent.stored else 0
    size += _RESULT + len(sent.result) if sent.result else 0
    size += _CONTEXT + len(sent.context) if sent.context else 0
    size += _AUTHORITY + len(sent.authority) if sent.authority else 0
    size += _VERSION + len(sent.version) if sent.version else 0
    size += _ATTACHMENTS + len(sent.attachments) if sent.attachments else 0
    return size


def _fit_together(verb: Part, thing: Part, context: Part) -> bool:
    """The rules across parts. A sub-statement may hold what only one dialect allows, so it is judged as a whole."""
    if thing.kind != "Activity" and (context.is_of_activity or thing.kind == "SubStatement"):
        return False
    return verb.kind != VOIDED or thing.kind == "StatementRef"


def _is_far_from_the_ends(day: date) -> bool:
    """Whether every zone leaves an instant of this day within the years that can be told."""
    return date.min.year < day.year < date.max.year


def _without_blanks(raw: bytes) -> bytes:
    try:
        return bytes(msgspec.json.format(raw, indent=-1))
    except NOT_READ:
        return raw


def _at(raw: bytes, pointer: str) -> str | None:
    """What stands at a JSON pointer, as JSON; None where nothing can be read there."""
    try:
        value = msgspec.json.decode(raw)
        for name in pointer.strip("/").split("/") if pointer != "/" else ():
            value = value[int(name)] if isinstance(value, list) else value[name]
        return msgspec.json.encode(value).decode()
    except (*NOT_READ, KeyError, IndexError, ValueError, TypeError):
        return None
