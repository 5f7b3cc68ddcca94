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
from connectors.xapi.files import Raw
from connectors.xapi.formats import UUID
from connectors.xapi.fragments import BROKEN, NOT_READ, Fragments, Part
from connectors.xapi.instants import Flags, flags, zoned
from connectors.xapi.rulebook import VOIDED
from connectors.xapi.sessions import numbered


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
_TOGETHER = 1024
"""Statements that are open at a time: few enough that the processor has them all at hand."""
_PLACES = {name: position for position, name in enumerate(PARTS)}


class Opened:
    """Statements without blanks, opened. ``numbers`` are those of their parts, ``proven`` tells which are fine."""

    def __init__(self, raws: Sequence[Raw], dictionaries: Mapping[str, Fragments]) -> None:
        self._dictionaries = dictionaries
        columns = _columns(raws)
        self._ids, self._stored = columns["id"], columns["stored"]
        self._times = zoned(columns["timestamp"])
        self.numbers: Numbers = np.empty((len(PARTS), len(raws)), np.int32)
        sizes = self._size_of_scalars()
        for place, name in enumerate(PARTS):
            texts = columns.pop(name)
            sizes += _size(name, texts)
            if name == "context":
                self.numbers[place], self._sessions = numbered(texts, dictionaries[name])
            else:
                self.numbers[place] = dictionaries[name].numbers(texts)
        self.proven = self._are_fine() & (sizes == np.fromiter(map(len, raws), np.int64, len(raws)))

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
            "registration": self._sessions[0],
            "session": self._sessions[1],
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

    def _size_of_scalars(self) -> npt.NDArray[np.int64]:
        """How long each statement is if a brace and its scalars are all that it holds, without blanks."""
        scalars = {"id": self._ids, "timestamp": self._times.texts, "stored": self._stored}
        sizes = np.ones(len(self._ids), np.int64)
        for name, texts in scalars.items():
            sizes += _size(name, texts, quotes=2)
        return sizes


def _size(name: str, texts: pa.Array, quotes: int = 0) -> npt.NDArray[np.int64]:
    """How much of a statement a member takes, where there is one."""
    sizes = pc.binary_length(texts).to_numpy()
    return np.where(sizes > 0, sizes + _AROUND[name] + quotes, 0).astype(np.int64)


def _columns(raws: Sequence[Raw]) -> dict[str, pa.Array]:
    """What stands at each member: texts one after the other, which are far quicker to tell apart than objects."""
    some: dict[str, list[pa.Array]] = {name: [] for name in _MEMBERS}
    for start in range(0, len(raws), _TOGETHER):
        sent = _opened(raws[start : start + _TOGETHER])
        for name, member in _MEMBERS.items():
            values = list(map(member, sent))
            some[name].append(_column(values) if name in PARTS else pa.array(values, pa.string()))
    return {name: pa.concat_arrays(some.pop(name)) for name in _MEMBERS}


def _column(texts: Sequence[msgspec.Raw]) -> pa.LargeBinaryArray:
    offsets = np.zeros(len(texts) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)), out=offsets[1:])
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(b"".join(texts))]
    return pa.LargeBinaryArray.from_buffers(pa.large_binary(), len(texts), buffers)


def _opened(raws: Sequence[Raw]) -> list[_Envelope]:
    try:
        return list(map(_open, raws))
    except NOT_READ:  # at least one; then each is asked
        return [_opened_alone(raw) for raw in raws]


def _opened_alone(raw: Raw) -> _Envelope:
    try:
        return _open(raw)
    except NOT_READ:
        return _UNREADABLE


def without_blanks(raw: Raw) -> bytes:
    """A statement as `Opened` wants it; as it is, if it can't be read."""
    try:
        return bytes(msgspec.json.format(raw, indent=-1))
    except NOT_READ:
        return bytes(raw)
