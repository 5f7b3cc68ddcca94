"""The ids by which the contexts of one session differ from those of another: found, and cut out of many at once.

    contexts --quotes--> members whose value is a text --ends of their keys--> ids, and the contexts without them

What is found here is only likely; that it is right is proven where what is left is read, see `sessions`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from numpy.lib.stride_tricks import sliding_window_view

from connectors.xapi.extensions import CMI5_SESSION, VIDEO_SESSION
from connectors.xapi.formats import UUID
from connectors.xapi.instants import flags


class Id(NamedTuple):
    """One of the ids: the ``keys`` that it may stand at, its form as a regular expression, the byte that stands for
    each of its own where it was cut out, and what stands in for it in a part, until it is filled in.
    """

    keys: tuple[str, ...]
    form: str
    blank: bytes
    stand_in: str


# No text that was opened has these two bytes as they are, so they stand for nothing else.
REGISTRATION = Id(("registration",), f"^{UUID}$", b"\0", "5e551035-0000-4000-8000-000000000001")
SESSION = Id((CMI5_SESSION, VIDEO_SESSION), "^[A-Za-z0-9_.:/-]{8,128}$", b"\1", "5e551035-0000-4000-8000-000000000002")
IDS = (REGISTRATION, SESSION)

_LONGEST = 128
_LETTERS = 8
"""Bytes at the end of a key that are looked at, as one number."""

_Bytes = npt.NDArray[np.uint8]
_Places = npt.NDArray[np.int64]


class Cut(NamedTuple):
    """Contexts without their ids, and these: registrations, in lower case, and sessions; null where none was cut."""

    texts: pa.LargeBinaryArray
    ids: tuple[pa.StringArray, pa.StringArray]


class _Members(NamedTuple):
    """Members whose value is a text, of all contexts: the number that the end of each key is, and the value's place."""

    keys: npt.NDArray[np.uint64]
    at: _Places
    sizes: _Places


def cut(contexts: pa.LargeBinaryArray) -> Cut:
    """Take the ids out of contexts."""
    _, offsets, data = contexts.buffers()
    begins, text = np.frombuffer(offsets, np.int64)[:-1], np.frombuffer(data, np.uint8).copy()
    members = _members(text)
    registrations, sessions = (_taken(one, text, begins, members) for one in IDS)
    buffers = [None, offsets, pa.py_buffer(text)]
    texts = pa.LargeBinaryArray.from_buffers(pa.large_binary(), len(contexts), buffers)
    return Cut(texts, (pc.ascii_lower(registrations), sessions))


def _members(text: _Bytes) -> _Members:
    """What seem to be members: one byte between two quotes is taken for the colon after a key."""
    quotes = np.flatnonzero(text == ord('"'))
    ends = np.flatnonzero((np.diff(quotes)[:-1] == 2) & (quotes[:-2] >= _LETTERS))
    if len(ends) == 0:
        none = np.zeros(0, np.int64)
        return _Members(none.astype(np.uint64), none, none)
    letters = sliding_window_view(text, _LETTERS)[quotes[ends] - _LETTERS]
    at = quotes[ends + 1] + 1
    return _Members(letters.view(np.uint64).ravel(), at, quotes[ends + 2] - at)


def _taken(one: Id, text: _Bytes, begins: _Places, members: _Members) -> pa.StringArray:
    """The first id of each context, of which blanks take the place; null where there is none."""
    keys = np.frombuffer("".join(key[-_LETTERS:] for key in one.keys).encode(), np.uint64)
    found = np.flatnonzero(np.isin(members.keys, keys) & (members.sizes <= _LONGEST))
    rows, firsts = np.unique(np.searchsorted(begins, members.at[found], "right") - 1, return_index=True)
    at, sizes = np.zeros((2, len(begins)), np.int64)
    at[rows], sizes[rows] = members.at[found[firsts]], members.sizes[found[firsts]]
    ends = np.append(0, np.cumsum(sizes)).astype(np.int32)
    values = [None, pa.py_buffer(ends), pa.py_buffer(text[_bytes(at, sizes)])]
    ids = pa.BinaryArray.from_buffers(pa.binary(), len(begins), values)
    are_ids = pc.match_substring_regex(ids, one.form)
    text[_bytes(at, np.where(flags(are_ids), sizes, 0))] = ord(one.blank)
    return pc.if_else(are_ids, ids, None).cast(pa.string())


def _bytes(at: _Places, sizes: _Places) -> _Places:
    """The place of every byte of texts that begin at places of their own."""
    places: _Places = np.arange(sizes.sum()) + np.repeat(at - (np.cumsum(sizes) - sizes), sizes)
    return places
