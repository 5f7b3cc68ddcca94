"""Many raw statements at once, column by column: which are proven to break no rule, and what they are made of.

A statement is proven fine when each part is known to break no rule, its scalars have their formats, the rules
across parts hold, and its text is exactly as long as the parts: then no key stands twice and none is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from connectors.xapi.chunks import OWN, PARTS, Numbers
from connectors.xapi.formats import UUID
from connectors.xapi.fragments import BROKEN, NOT_READ, Fragments, Part
from connectors.xapi.instants import Flags, flags, zoned
from connectors.xapi.rulebook import VOIDED


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
_UNREADABLE = _Envelope(msgspec.Raw(), msgspec.Raw(), msgspec.Raw())
"""Stands for what is no envelope: it lacks what every statement has, so it is proven by nothing."""

_MEMBERS = {name: attrgetter(name) for name in _Envelope.__struct_fields__}
_AROUND = {name: len(name) + 4 for name in _Envelope.__struct_fields__}
"""What a member adds to the text beside its value: two quotes, a colon, a comma or the closing brace."""
_PLACES = {name: position for position, name in enumerate(PARTS)}


class Opened:
    """Statements without blanks, opened. ``numbers`` are those of their parts, ``proven`` tells which are fine."""

    def __init__(self, raws: Sequence[bytes], dictionaries: Mapping[str, Fragments]) -> None:
        self._dictionaries = dictionaries
        sent = _opened(raws)
        self._ids, self._stored, timestamps = (
            pa.array(map(_MEMBERS[name], sent), pa.string()) for name in ("id", "stored", "timestamp")
        )
        self._times = zoned(timestamps)
        self.numbers: Numbers = np.stack([self._numbers(name, sent) for name in PARTS])
        self.proven = self._are_fine() & (self._sizes() == np.fromiter(map(len, raws), np.int64, len(raws)))

    def _numbers(self, name: str, sent: Sequence[_Envelope]) -> npt.NDArray[np.int32]:
        texts = map(bytes, map(_MEMBERS[name], sent))
        return np.fromiter(map(self._dictionaries[name].__getitem__, texts), np.int32, len(sent))

    def own(self, lines: npt.NDArray[np.int64]) -> pa.Table:
        """What is each proven row's own, see `chunks.OWN`; ``lines`` are those of all statements."""
        columns: dict[str, Any] = {
            "source_line": pa.array(lines),
            "statement_id": pc.ascii_lower(self._ids),
            "id_source": pa.repeat("sent", len(lines)),
            "time": self._times.texts,
            "was_sent": pa.repeat(True, len(lines)),
            "occurred_date": self._times.days,
            "utc_offset_minutes": self._times.offsets,
            "stored": pc.if_else(pc.not_equal(self._stored, ""), self._stored, None),
            "flags": pa.nulls(len(lines), OWN.field("flags").type),
        }
        whole = pa.table(columns, schema=OWN)
        return whole if self.proven.all() else whole.filter(pa.array(self.proven))

    def _are_fine(self) -> Flags:
        """Which statements have parts and scalars that break no rule, and that fit together."""
        has_stored = flags(pc.not_equal(self._stored, ""))
        fine: Flags = (self.numbers != BROKEN).all(axis=0) & self._times.proven & self._fit_together()
        fine &= flags(pc.match_substring_regex(self._ids, f"^{UUID}$"))
        fine &= zoned(self._stored).proven | ~has_stored
        return fine

    def _fit_together(self) -> Flags:
        """The rules across parts. A sub-statement may hold what only one dialect allows: it is judged as a whole."""
        is_activity, is_reference = (self._are("object", kind) for kind in ("Activity", "StatementRef"))
        is_described = self._told("context", lambda part: part.is_of_activity)
        fits = is_activity | ~(is_described | self._are("object", "SubStatement"))
        return fits & (is_reference | ~self._are("verb", VOIDED))

    def _are(self, place: str, kind: str) -> Flags:
        return self._told(place, lambda part: part.kind == kind)

    def _told(self, place: str, tell: Callable[[Part], bool]) -> Flags:
        """What the parts that stand in a place tell: each is asked once."""
        parts = self._dictionaries[place].parts
        told: Flags = np.fromiter(map(tell, parts), np.bool_, len(parts))[self.numbers[_PLACES[place]]]
        return told

    def _sizes(self) -> npt.NDArray[np.int64]:
        """Lengths of the texts if what was read, each once, is all that they hold, without blanks."""
        scalars = {"id": self._ids, "timestamp": self._times.texts, "stored": self._stored}
        known = {name: pc.binary_length(texts).to_numpy() for name, texts in scalars.items()}
        sizes = 1 + sum(np.where(size > 0, size + _AROUND[name] + 2, 0) for name, size in known.items())
        for name, place in _PLACES.items():
            known_sizes = np.frombuffer(self._dictionaries[name].sizes, np.int32)[self.numbers[place]]
            sizes += np.where(known_sizes > 0, known_sizes + _AROUND[name], 0)
        return np.asarray(sizes)


def _opened(raws: Sequence[bytes]) -> list[_Envelope]:
    try:
        return list(map(_open, raws))
    except NOT_READ:  # at least one; then each is asked
        return [_opened_alone(raw) for raw in raws]


def _opened_alone(raw: bytes) -> _Envelope:
    try:
        return _open(raw)
    except NOT_READ:
        return _UNREADABLE


def without_blanks(raw: bytes) -> bytes:
    """A statement as `Opened` wants it; as it is, if it can't be read."""
    try:
        return bytes(msgspec.json.format(raw, indent=-1))
    except NOT_READ:
        return raw
