"""Rows of ``statements`` on their way to Parquet: gathered column by column, finished in one go.

What many rows share (the columns of an actor, a verb, a course) is converted once for each part and then taken
by index; what is each row's own (instants, hashes, keys) is computed over the whole chunk.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors.records import STATEMENTS
from connectors.seam import arrow_schema
from connectors.xapi.bodies import BodyHash
from connectors.xapi.fragments import Part
from connectors.xapi.policies import TOLERANCE, When
from connectors.xapi.tables import record_keys

PARTS: dict[str, tuple[str, ...]] = {
    "actor": ("actor_token", "actor_kind", "group_token", "member_token"),
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
_TYPES = {column.name: arrow_schema((column,)).field(0).type for column in STATEMENTS.landed}


_ROW = ("source_line", "statement_id", "id_source", "time", "occurred_date", "utc_offset_minutes", "stored", *PARTS)
"""What a row of a chunk holds. ``time`` and ``stored`` are texts with a zone that Arrow can cast."""


@dataclass(slots=True)
class Chunk:
    """Rows (as ``_ROW`` says) that wait to be written, with the flags of the few that have some."""

    rows: list[tuple[Any, ...]] = field(default_factory=list)
    flags: dict[int, list[str]] = field(default_factory=dict)
    unsent: set[int] = field(default_factory=set)

    def add(self, row: tuple[Any, ...], when: When) -> None:
        """Add a row that may have flags; one without any can simply be appended to ``rows``."""
        if when.flags:
            self.flags[len(self.rows)] = list(when.flags)
        if not when.was_sent:
            self.unsent.add(len(self.rows))
        self.rows.append(row)

    def columns(self, body: BodyHash) -> dict[str, pa.Array]:
        """All columns of the landed table that differ from row to row."""
        own: dict[str, Sequence[Any]] = dict(zip(_ROW, zip(*self.rows, strict=True), strict=True))
        parts = {name: own.pop(name) for name in PARTS}
        occurred, stored = _instants(own.pop("time")), _instants(own.pop("stored"))
        self._flag_early(occurred, stored)
        own["body_hash"] = self._hashes(body, parts, occurred)
        own["record_key"] = record_keys(own["statement_id"], own["body_hash"])
        flags: list[str | None] = [None] * len(self.rows)
        for row, names in self.flags.items():
            flags[row] = json.dumps(names)
        own["flags"] = flags
        arrays = {name: pa.array(values, _TYPES[name]) for name, values in own.items()}
        arrays |= {"occurred_at": occurred, "stored_at": stored}
        for name, columns in PARTS.items():
            arrays |= _taken(parts[name], columns)
        return arrays

    def _flag_early(self, occurred: pa.Array, stored: pa.Array) -> None:
        """A timestamp after its storing is a clock that is ahead; an LRS must accept it, a reader should know."""
        ahead = pc.subtract(occurred.cast(pa.int64()), stored.cast(pa.int64()))
        for row in np.flatnonzero(
            pc.greater(ahead, TOLERANCE).fill_null(False).to_numpy(zero_copy_only=False)
        ).tolist():
            self.flags.setdefault(row, []).append("timestamp_after_stored")

    def _hashes(self, body: BodyHash, parts: Mapping[str, Sequence[Part]], occurred: pa.Array) -> list[str]:
        """Body hashes; a time that wasn't sent is no part of the body."""
        micros = [b"%d" % value for value in occurred.cast(pa.int64()).to_pylist()]
        for row in self.unsent:
            micros[row] = b""
        bodies = ([part.body for part in parts[name]] for name in _OF_BODY)
        return [body.of(row) for row in zip(*bodies, micros, strict=True)]

    def distinct(self, name: str) -> Iterator[tuple[Part, int, int]]:
        """The distinct parts of a place, each with the first and the last row that hold it."""
        at = _ROW.index(name)
        first: dict[Part, int] = {}
        last: dict[Part, int] = {}
        for position, row in enumerate(self.rows):
            first.setdefault(row[at], position)
            last[row[at]] = position
        yield from ((part, position, last[part]) for part, position in first.items())


def _instants(texts: Sequence[str | None]) -> pa.Array:
    return pa.array(texts, pa.string()).cast(pa.timestamp("us", "UTC")).cast(pa.timestamp("us"))


def _taken(parts: Sequence[Part], names: Sequence[str]) -> Mapping[str, pa.Array]:
    """The columns of parts: made once for each distinct part, then taken by index."""
    distinct = list(dict.fromkeys(parts))
    columns = zip(*(part.columns for part in distinct), strict=True)
    arrays = {name: pa.array(values, _TYPES[name]) for name, values in zip(names, columns, strict=True)}
    if len(distinct) == len(parts):
        return arrays
    index = {part: position for position, part in enumerate(distinct)}
    taken = pa.array([index[part] for part in parts], pa.int32())
    return {name: array.take(taken) for name, array in arrays.items()}
