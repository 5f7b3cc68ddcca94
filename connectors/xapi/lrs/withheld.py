"""What an LRS sent for a day before and doesn't send any more.

    the day as it was archived, the day as it is sent now -> lines that only the first one holds

An LRS hides a statement that was voided, and it may do so nights before the void itself is pulled. A statement is
immutable, so that it is absent says nothing about it: what it said stays as it was sent, and the warehouse decides
what a void does. A line under a known id that says something else is kept as well; two such bodies are a conflict.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import msgspec

EARLIER = timedelta(milliseconds=1)
"""How much older than its day the unit of what is withheld is: of two bodies, the one that was sent first counts."""

_NONE_SENT = b'{"statements":[]}'


def unit(day: str) -> str:
    """The unit of landing that holds what is withheld of a day."""
    return f"{day}-withheld"


def write_withheld(kept: Path | None, before: Path, now: Path, into: Path) -> int:
    """Write ``kept`` and, after it, what ``before`` holds beyond ``now``; returns how many lines were added.

    ``kept`` is what was withheld already. Nothing is written where nothing is added. Lines are compared by their bytes
    first, so that a day that is sent as before costs no parsing.
    """
    known = [now] if kept is None else [kept, now]
    sent = _marks(known, _of_bytes)
    if all(_of_bytes(line) in sent for line in _lines(before)):
        return 0
    said = _marks(known, _of_meaning)
    added = 0
    with into.open("wb") as file:
        for line in _lines(kept) if kept else ():
            file.write(line + b"\n")
        for line in _lines(before):
            if _of_bytes(line) not in sent and (meaning := _of_meaning(line)) not in said:
                said.add(meaning)
                file.write(line + b"\n")
                added += 1
    return added


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from (stripped for line in file if (stripped := line.rstrip(b"\n")) != _NONE_SENT)


def _marks(paths: list[Path], mark: Callable[[bytes], bytes]) -> set[bytes]:
    return {mark(line) for path in paths for line in _lines(path)}


def _of_bytes(line: bytes) -> bytes:
    return hashlib.blake2b(line, digest_size=16).digest()


def _of_meaning(line: bytes) -> bytes:
    """The same for two lines that differ in blanks and in the order of members only."""
    try:
        return _of_bytes(msgspec.json.encode(msgspec.json.decode(line), order="sorted"))
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return _of_bytes(line)
