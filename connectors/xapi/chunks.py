"""Rows of ``statements`` on their way to Parquet: gathered column by column, finished in one go.

What many rows share (the columns of an actor, a verb, a course) is converted once for each part and then taken
by index; what is each row's own (instants, hashes, keys) is computed over the whole chunk.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from connectors.landing import arrow_schema
from connectors.records import STATEMENTS
from connectors.xapi.bodies import BodyHash
from connectors.xapi.fragments import Part
from connectors.xapi.tables import record_key

PARTS: dict[str, tuple[str, ...]] = {
    "actor": ("actor_token", "actor_kind"),
    "verb": ("verb_id",),
    "object": ("object_kind", "object_id", "object_person_token", "activity_type", "activity_name"),
    "result": (
        "score_scaled", "score_raw", "score_min", "score_max", "is_success", "is_completion", "duration_text",
        "duration_seconds", "result_extensions",
    ),
    "context": (
        "parent_activity_id", "grouping_activity_ids", "category_activity_ids", "registration", "session_id",
        "platform", "language", "instructor_token", "team_token", "statement_ref_id", "context_extensions",
    ),
    "authority": ("authority_token",),
    "version": ("xapi_version",),
}  # fmt: skip
"""Which columns each part of a statement fills, in the order in which its fragments give them."""

_OF_BODY = ("actor", "verb", "object", "result", "context")
_TOLERANCE = 5 * 60 * 1_000_000
"""Microseconds by which a clock may be ahead of the LRS's before it is worth a flag (`XAPI.md`, 1.9)."""

_TYPES = {column.name: arrow_schema((column,)).field(0).type for column in STATEMENTS.landed}


@dataclass(frozen=True, slots=True)
class When:
    """When something happened: a UTC text that Arrow can cast, the local day, the offset sent, if one was.

    ``was_sent`` is False where it isn't the statement's own timestamp; what stands in for it is in ``flags``.
    """

    text: str
    day: date
    offset_minutes: int | None
    flags: tuple[str, ...] = ()
    was_sent: bool = True


@dataclass(slots=True)
class Chunk:
    """Rows that wait to be written."""

    lines: list[int] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    id_sources: list[str] = field(default_factory=list)
    times: list[str] = field(default_factory=list)
    days: list[date] = field(default_factory=list)
    offsets: list[int | None] = field(default_factory=list)
    stored: list[str | None] = field(default_factory=list)
    flags: dict[int, list[str]] = field(default_factory=dict)
    unsent: set[int] = field(default_factory=set)
    parts: dict[str, list[Part]] = field(default_factory=lambda: {name: [] for name in PARTS})

    def __len__(self) -> int:
        return len(self.lines)

    def add(self, line: int, identifier: str, id_source: str, when: When, stored: str, parts: Sequence[Part]) -> None:
        """Add a row; ``parts`` are in the order of ``PARTS``."""
        if when.flags:
            self.flags[len(self.lines)] = list(when.flags)
        if not when.was_sent:
            self.unsent.add(len(self.lines))
        self.lines.append(line)
        self.ids.append(identifier)
        self.id_sources.append(id_source)
        self.times.append(when.text)
        self.days.append(when.day)
        self.offsets.append(when.offset_minutes)
        self.stored.append(stored or None)
        for column, part in zip(self.parts.values(), parts, strict=True):
            column.append(part)

    def columns(self, body: BodyHash) -> dict[str, pa.Array]:
        """All columns of the landed table that differ from row to row."""
        occurred, stored = _instants(self.times), _instants(self.stored)
        self._flag_early(occurred, stored)
        hashes = self._hashes(body, occurred)
        keys = [record_key(pair) for pair in zip(self.ids, hashes, strict=True)]
        own: dict[str, Sequence[Any]] = {
            "source_line": self.lines,
            "statement_id": self.ids,
            "id_source": self.id_sources,
            "body_hash": hashes,
            "record_key": keys,
            "occurred_date": self.days,
            "utc_offset_minutes": self.offsets,
            "flags": [json.dumps(self.flags[row]) if row in self.flags else None for row in range(len(self))],
        }
        arrays = {name: pa.array(values, _TYPES[name]) for name, values in own.items()}
        arrays |= {"occurred_at": occurred, "stored_at": stored}
        for name, parts in self.parts.items():
            arrays |= _taken(parts, PARTS[name])
        return arrays

    def _flag_early(self, occurred: pa.Array, stored: pa.Array) -> None:
        """A timestamp after its storing is a clock that is ahead; an LRS must accept it, a reader should know."""
        ahead = occurred.cast(pa.int64()).to_numpy() - stored.cast(pa.int64()).fill_null(np.iinfo(np.int64).max).to_numpy()
        for row in np.flatnonzero((ahead > _TOLERANCE) & stored.is_valid().to_numpy(zero_copy_only=False)).tolist():
            self.flags.setdefault(row, []).append("timestamp_after_stored")

    def _hashes(self, body: BodyHash, occurred: pa.Array) -> list[str]:
        """Body hashes; a time that wasn't sent is no part of the body."""
        micros = [b"%d" % value for value in occurred.cast(pa.int64()).to_pylist()]
        for row in self.unsent:
            micros[row] = b""
        bodies = ([part.body for part in self.parts[name]] for name in _OF_BODY)
        return [body.of(parts) for parts in zip(*bodies, micros, strict=True)]

    def distinct(self, name: str) -> Iterator[tuple[Part, int, int]]:
        """The distinct parts of a place, each with the first and the last row that hold it."""
        parts = self.parts[name]
        last = {part: row for row, part in enumerate(parts)}
        first = {part: row for row, part in zip(range(len(parts) - 1, -1, -1), reversed(parts), strict=True)}
        yield from ((part, first[part], row) for part, row in last.items())


def _instants(texts: Sequence[str | None]) -> pa.Array:
    return pa.array(texts, pa.string()).cast(pa.timestamp("us", "UTC")).cast(pa.timestamp("us"))


def _taken(parts: Sequence[Part], names: Sequence[str]) -> Mapping[str, pa.Array]:
    """The columns of parts: made once for each distinct part, then taken by index."""
    distinct = list(dict.fromkeys(parts))
    index = {part: position for position, part in enumerate(distinct)}
    taken = pa.array([index[part] for part in parts], pa.int32())
    return {
        name: pa.array([part.columns[position] for part in distinct], _TYPES[name]).take(taken)
        for position, name in enumerate(names)
    }
