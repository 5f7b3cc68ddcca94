"""The parts of a statement that repeat: checked and flattened once for each distinct text.

A million statements hold some ten thousand distinct actors, verbs, objects and contexts. Each distinct text is
judged by the exact rules when it is first met, flattened into the columns of ``statements`` that it fills, and
found in a dictionary ever after. Results and contexts, which repeat less, have a quick way that proves the
common forms fine; what it can't prove goes to the exact rules.

How a quick way can prove that no key stands twice: msgspec keeps one value of each key, and the text is as long
as those keys and values are together. That needs JSON without blanks, which `statements` sees to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from connectors.masking import masked
from connectors.xapi import rules
from connectors.xapi.shapes import Check
from connectors.xapi.strict_json import MOST_LEVELS, may_be_deep

_HELD = 1 << 23
"""Bytes of text that a dictionary holds at most, if no less is said; what is made of them takes five times as much."""

_SURE_LEVELS = MOST_LEVELS - 12
"""A part with no more levels leaves those around it, whatever part it is."""


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
    """An activity as a fragment describes it; ``codes`` are the short texts among its extensions, by IRI."""

    activity_id: str
    title: str | None = None
    activity_type: str | None = None
    language: str | None = None
    codes: tuple[tuple[str, str], ...] = ()


BROKEN = 0
"""Number of what breaks a rule, or may do so."""


class Fragments(dict[bytes, int]):
    """Distinct texts of one place → the number of the part that they yield, `BROKEN` for a text that isn't proven fine.

    ``parts`` are the parts by number. Numbers hold until `forget`.
    """

    def __init__(
        self,
        check: Check,
        flatten: Callable[[Any], Part],
        absent: Part | None = None,
        quick: Callable[[bytes], Part | None] | None = None,
        held: int = _HELD,
    ) -> None:
        super().__init__()
        self._check = check
        self._flatten = flatten
        self._quick = quick
        self._absent = absent
        self._most = held
        self._begin()

    def _begin(self) -> None:
        self.clear()
        self.parts = [Part(())]
        self._held = 0
        if self._absent:
            self[b""] = self._number(self._absent, 0)

    def __missing__(self, raw: bytes) -> int:
        """Judge and flatten a text that is met for the first time."""
        part = self._quick(raw) if self._quick else None
        if part is None:
            if may_be_deep(raw, _SURE_LEVELS) or rules.breaks(self._check, raw):
                return BROKEN  # how deep it may be depends on what is around it
            part = self.trusted(raw)
        number = self[raw] = self._number(part, len(raw))
        return number

    def numbers(self, texts: pa.LargeBinaryArray) -> npt.NDArray[np.int32]:
        """The number of each text; only distinct ones are looked up."""
        encoded = texts.dictionary_encode()
        distinct = encoded.dictionary.to_pylist()
        known = np.fromiter(map(self.__getitem__, distinct), np.int32, len(distinct))
        numbers: npt.NDArray[np.int32] = known[np.asarray(encoded.indices)]
        return numbers

    def part(self, raw: bytes) -> Part | None:
        """What a text yields; None if it breaks a rule."""
        number = self[raw]
        return self.parts[number] if number else None

    def trusted(self, raw: bytes) -> Part:
        """What a fragment yields that the rules were already applied to."""
        return self._flatten(msgspec.json.decode(raw)) if raw else self._absent or Part(())

    def added(self, raw: bytes) -> int:
        """The number of the same, which is not found by its text: alone, it may break a rule of another dialect."""
        return self._number(self.trusted(raw), len(raw))

    def _number(self, part: Part, size: int) -> int:
        self.parts.append(part)
        self._held += size
        return len(self.parts) - 1

    def forget(self) -> None:
        """Start anew when much is held: memory doesn't grow with the file. All numbers change."""
        if self._held > self._most:
            self._begin()


def open_text(text: str | None) -> str | None:
    """Text that may leave the restricted zone, if there is any."""
    return masked(text) if text else text


NOT_READ = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What a decoder raises for a text that isn't what it should be."""
