"""Contexts that are alike but for their registration and session id: what is alike is read, and the ids filled in.

    contexts --cut--> without ids --read once, with ids that stand in--> parts --Filled--> columns, bodies
               └--> ids of each -----------------------------------------------┘

Nearly every session has a context of its own, so contexts repeat less than all other parts; but take the two ids
away, and a few texts are left.

Why that is exact, however the ids were found: what is left is read with ids in their places that stand nowhere else
in it, and these are told by their keys, in a text that is proven to hold no escapes. Any other ids in the same
places are then the ids of a context that is the same to the letter around them. And whatever the ids are, as long as
they look like one, they leave it the same JSON, break no rule and change nothing but what is filled in here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, AnyStr

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from connectors.xapi.fragments import BROKEN, Fragments, Part
from connectors.xapi.instants import Flags, flags
from connectors.xapi.session_ids import IDS, REGISTRATION, SESSION, Id, cut

_FILLED = ("registration", "session_id", "context_extensions")
"""The columns that tell an id."""

Numbers = npt.NDArray[np.int32]


def numbered(contexts: pa.LargeBinaryArray, known: Fragments) -> tuple[Numbers, list[pa.StringArray]]:
    """The number of each context without its ids, and these, as `Filled` wants them.

    A context that can't be proven fine whatever its ids are is met as it is, and has none.
    """
    encoded = contexts.dictionary_encode()
    texts, ids = cut(encoded.dictionary)
    numbers = known.numbers(texts)
    is_whole = numbers == BROKEN
    if is_whole.any():
        numbers[is_whole] = known.numbers(encoded.dictionary.filter(pa.array(is_whole)))
        ids = tuple(pc.if_else(pa.array(is_whole), None, column) for column in ids)
    return numbers[np.asarray(encoded.indices)], [column.take(encoded.indices) for column in ids]


class Sessions:
    """Reads contexts with or without ids. ``quick`` reads those with ids; ``columns`` are those that it fills."""

    def __init__(self, quick: Callable[[bytes], Part | None], columns: Sequence[str]) -> None:
        self._quick = quick
        self._places = [columns.index(name) for name in _FILLED]

    def quick(self, text: bytes) -> Part | None:
        """The part, if it is proven to break no rule, whatever ids are filled in."""
        missing = [one for one in IDS if one.blank in text]
        for one in missing:
            text = re.sub(one.blank + b"+", one.stand_in.encode(), text)
        if any(text.count(one.stand_in.encode()) != 1 for one in missing):
            return None
        part = self._quick(text)
        return part if part is not None and all(self._can_fill(one, part) for one in missing) else None

    def _can_fill(self, one: Id, part: Part) -> bool:
        """Whether an id is told by its key, and stands once in whatever tells it."""
        registration, session, extensions = (part.columns[place] for place in self._places)
        is_told = registration == one.stand_in
        if one is SESSION:
            is_told = session == one.stand_in and (extensions or "").count(session) == 1
        return is_told and part.body.count(one.stand_in.encode()) == 1


class Filled:
    """The distinct contexts of some rows with their ids filled in, and which of them each row has ``at`` it.

    ``parts`` are contexts as they were read, ``numbers`` which of them each row has; ids (registrations, sessions)
    are null where none was cut out, which is so for all rows of a part or for none.
    """

    def __init__(self, parts: Sequence[Part], numbers: Numbers, ids: Sequence[pa.StringArray]) -> None:
        codes = numbers.astype(np.int64)
        for column in ids:
            encoded = column.dictionary_encode()
            codes = codes * (len(encoded.dictionary) + 1) + encoded.indices.fill_null(-1).to_numpy() + 1
        _, firsts, self.at = np.unique(codes, return_index=True, return_inverse=True)
        self._parts, self._numbers = parts, pa.array(numbers[firsts])
        self._ids = [column.take(pa.array(firsts)) for column in ids]
        self._are_cut = np.zeros((len(ids), len(parts)), np.bool_)
        for are_cut, column in zip(self._are_cut, self._ids, strict=True):
            are_cut[numbers[firsts]] = flags(column.is_valid())

    def bodies(self) -> list[bytes]:
        """Shares of the body hash, in which the registration comes first."""
        before, rest = _parted([part.body for part in self._parts], REGISTRATION.stand_in.encode(), self._are_cut[0])
        between, after = _parted(rest, SESSION.stand_in.encode(), self._are_cut[1])
        registrations, sessions = (ids.fill_null("").cast(pa.large_binary()) for ids in self._ids)
        bodies = self._joined(pa.large_binary(), before, registrations, between, sessions, after)
        told: list[bytes] = bodies.to_pylist()
        return told

    def columns(self, names: Sequence[str]) -> dict[str, pa.StringArray]:
        """The columns that tell an id; ``names`` are those of a context."""
        registrations, sessions = self._ids
        told = dict(zip(names, zip(*(part.columns for part in self._parts), strict=True), strict=True))
        before, after = _parted(told["context_extensions"], SESSION.stand_in, self._are_cut[1])
        filled = (
            pc.coalesce(registrations, self._spread(told["registration"], pa.string())),
            pc.coalesce(sessions, self._spread(told["session_id"], pa.string())),
            self._joined(pa.string(), before, sessions.fill_null(""), after),
        )
        return dict(zip(_FILLED, filled, strict=True))

    def _joined(self, kind: pa.DataType, *pieces: Sequence[Any] | pa.Array) -> pa.Array:
        """What pieces of parts, and ids, make together; null where a piece is missing."""
        arrays = [one if isinstance(one, pa.Array) else self._spread(one, kind) for one in pieces]
        return pc.binary_join_element_wise(*arrays, pa.scalar(b"", pa.binary()).cast(kind))

    def _spread(self, values: Sequence[Any], kind: pa.DataType) -> pa.Array:
        return pa.array(values, kind).take(self._numbers)


def _parted(texts: Sequence[AnyStr], stand_in: AnyStr, are_cut: Flags) -> tuple[list[AnyStr], list[AnyStr]]:
    """What is before and after what stands in for an id; all of a text where none was cut out comes after."""
    empty = stand_in[:0]
    pairs = zip(texts, are_cut.tolist(), strict=True)
    parted = [text.partition(stand_in)[::2] if is_cut else (empty, text) for text, is_cut in pairs]
    return [before for before, _ in parted], [after for _, after in parted]
