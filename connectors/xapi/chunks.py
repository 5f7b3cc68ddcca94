"""Rows of ``statements`` on their way to Parquet: gathered and finished column by column.

What many rows share (the columns of an actor, a verb, a course) is converted once for each part and then taken
by index, as a dictionary that Parquet writes as it is; what is each row's own (instants, hashes, keys) is
computed over the whole chunk.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from connectors.records import STATEMENTS
from connectors.seam import arrow_schema
from connectors.xapi.bodies import BodyHash, hexadecimal
from connectors.xapi.fragments import Part
from connectors.xapi.instants import Flags, flags, instants
from connectors.xapi.policies import TOLERANCE
from connectors.xapi.sessions import Filled
from connectors.xapi.tables import record_keys

PARTS: dict[str, tuple[str, ...]] = {
    "actor": ("actor_token", "actor_kind", "group_token", "member_token"),
    "verb": ("verb_id",),
    "object": ("object_kind", "object_id", "object_person_token", "object_verb_id", "activity_type", "activity_name"),
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
    "attachments": (),
}  # fmt: skip
"""Which columns each part of a statement fills, in the order in which its fragments give them."""

_OF_BODY = ("actor", "verb", "object", "result")
"""What is part of the body, beside the context."""
_TYPES = {column.name: arrow_schema((column,)).field(0).type for column in STATEMENTS.landed}

OWN = pa.schema(
    {
        "source_line": pa.int64(),
        "statement_id": pa.string(),
        "id_source": pa.string(),
        "time": pa.string(),
        "was_sent": pa.bool_(),
        "occurred_date": pa.date32(),
        "utc_offset_minutes": pa.int64(),
        "stored": pa.string(),
        "flags": pa.list_(pa.string()),
        "registration": pa.string(),
        "session": pa.string(),
    }
)
"""What is each row's own. ``time`` and ``stored`` are texts with a zone that Arrow can cast; ``was_sent`` is false
for a time that stands in for one that was not; ``registration`` and ``session`` are ids to fill a context with."""

_NO_TIME = np.iinfo(np.int64).min
"""Stands in a body for a time that wasn't sent."""

Numbers = npt.NDArray[np.int32]
"""Numbers of parts: a row for each place of `PARTS`, a column for each statement."""


@dataclass(frozen=True)
class Place:
    """What stands in one place of all rows: the distinct ``parts``, and which of them each row has ``at`` it."""

    parts: Sequence[Part]
    at: npt.NDArray[np.int32]

    @classmethod
    def of(cls, numbers: npt.NDArray[np.int32], known: Sequence[Part]) -> Place:
        """From numbers of known parts."""
        is_met = np.zeros(len(known), np.bool_)
        is_met[numbers] = True
        met = np.flatnonzero(is_met).tolist()
        return cls([known[number] for number in met], (np.cumsum(is_met, dtype=np.int32) - 1)[numbers])

    def columns(self, names: Sequence[str]) -> Iterator[tuple[str, pa.Array]]:
        """The columns that the place fills."""
        for name, values in zip(names, zip(*(part.columns for part in self.parts), strict=True), strict=True):
            yield name, _spread(name, values, self.at)

    def first_rows(self) -> list[int]:
        """For each part, the first row that has it."""
        rows = np.arange(len(self.at))
        first = np.empty(len(self.parts), np.int64)
        first[self.at[::-1]] = rows[::-1]  # of several, the last assignment counts
        found: list[int] = first.tolist()
        return found

    def latest(self, times: npt.NDArray[np.int64]) -> list[int]:
        """For each part, the latest of the times of its rows."""
        found = np.full(len(self.parts), np.iinfo(np.int64).min)
        np.maximum.at(found, self.at, times)
        latest: list[int] = found.tolist()
        return latest


def _spread(name: str, values: Sequence[Any], at: npt.NDArray[np.signedinteger[Any]]) -> pa.Array:
    """The value of each row; texts as a dictionary: Parquet holds such a column as one, and needn't look for it."""
    made = pa.array(values, _TYPES[name])
    if made.type != pa.string():
        return made.take(pa.array(at))
    encoded = made.dictionary_encode()
    return pa.DictionaryArray.from_arrays(encoded.indices.take(pa.array(at)), encoded.dictionary)


@dataclass(frozen=True)
class Chunk:
    """Rows to be landed: what is their ``own`` (see `OWN`), and what stands in each of the `PARTS`."""

    own: pa.Table
    places: Mapping[str, Place]
    occurred: pa.Array

    @cached_property
    def contexts(self) -> Filled:
        """What stands in the place of contexts, with each row's ids."""
        place = self.places["context"]
        return Filled(place.parts, place.at, [self.own[name].combine_chunks() for name in ("registration", "session")])

    def columns(self, body: BodyHash) -> dict[str, pa.Array]:
        """All columns of the landed table that differ from row to row."""
        own = {name: self.own[name].combine_chunks() for name in self.own.column_names}
        stored = instants(own["stored"])
        hashes, untimed = self._hashes(body, flags(own["was_sent"]), stored)
        columns = {name: own[name] for name in ("source_line", "statement_id", "occurred_date", "utc_offset_minutes")}
        columns |= {
            "record_key": record_keys(own["statement_id"], hashes),
            "body_hash": hashes,
            "untimed_hash": untimed,
            "id_source": own["id_source"].dictionary_encode(),
            "occurred_at": self.occurred,
            "stored_at": stored,
            "flags": pa.array(self._flags(own["flags"], stored), pa.string()).dictionary_encode(),
        }
        for name, names in PARTS.items():
            columns.update(self.places[name].columns(names))
        for name, values in self.contexts.columns(PARTS["context"]).items():
            columns[name] = _spread(name, values, self.contexts.at)
        return columns

    def _flags(self, told: pa.Array, stored: pa.Array) -> list[str | None]:
        """A timestamp after its storing is a clock that is ahead; an LRS must accept it, a reader should know."""
        ahead = pc.subtract(self.occurred.cast(pa.int64()), stored.cast(pa.int64()))
        is_ahead = flags(pc.greater(ahead, TOLERANCE))
        texts: list[str | None] = [None] * len(told)
        for row in np.flatnonzero(is_ahead | flags(pc.is_valid(told))).tolist():
            names = told[row].as_py() or []
            texts[row] = json.dumps([*names, "timestamp_after_stored"] if is_ahead[row] else names)
        return texts

    def _hashes(self, body: BodyHash, was_sent: Flags, stored: pa.Array) -> tuple[pa.StringArray, pa.Array]:
        """Body hashes, and those without the time where an LRS may have set it.

        A time that wasn't sent is no part of the body. Of one that was, no more than an LRS has to keep: it may cut a
        timestamp off after three decimals (1.0.3, Data 4.5; 2.0, 4.2.7). And it fills in the time of storing (1.0.3,
        Data 2.4.7), which then looks as if it had been sent: such a body is hashed once more, as if it had not.
        """
        times = self.occurred.cast(pa.int64()).to_numpy()
        times = np.where(was_sent, times - times % 1000, _NO_TIME)
        places = [self.places[name] for name in _OF_BODY]
        digests = [body.digests(part.body for part in place.parts)[place.at] for place in places]
        digests.append(body.digests(self.contexts.bodies())[self.contexts.at])
        parts = np.hstack(digests)
        made = body.digests_of_rows(_with_times(parts, times))
        untimed = made[:, :8].copy().view("<i8").ravel()
        is_of_storing = was_sent & flags(pc.equal(self.occurred, stored))
        some = parts[is_of_storing]
        again = body.digests_of_rows(_with_times(some, np.full(len(some), _NO_TIME)))
        untimed[is_of_storing] = again[:, :8].copy().view("<i8").ravel()
        return hexadecimal(made.tobytes(), made.shape[1]), pa.array(untimed, mask=was_sent & ~is_of_storing)


def _with_times(parts: npt.NDArray[np.uint8], times: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
    """Rows of bytes, each followed by a time."""
    return np.hstack((parts, times.astype("<i8")[:, None].view(np.uint8)))
