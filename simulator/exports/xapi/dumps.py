"""The files of one month: newline-delimited, as an array, or as the pages that an LRS returns; some gzipped.

A dump holds what was stored in its month: late statements stand in a later one. Some statements stand twice in it, and
some break a rule. The first dump has a line that was cut off, and a second file repeats its end; where a recipe asks
for it, one dump breaks off in the middle and comes whole days later.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from types import TracebackType
from typing import Self

import numpy as np

from simulator.exports.files import Folder
from simulator.exports.xapi.delivery import Store
from simulator.exports.xapi.filling import Texts
from simulator.exports.xapi.rows import INVALID, Flags, Rows

REDELIVERED_FROM = timedelta(days=18)
"""From this far into the month on, a second file repeats the first dump."""
BROKEN_OFF_AFTER = timedelta(days=13)
BROKEN_OFF_DUMP = 2
"""The dump, counted from 0, that breaks off; the last one if there are fewer."""
TORN_AT = 180
"""Characters of a line that was cut off."""

ALWAYS, NEVER = datetime(1000, 1, 1), datetime(9000, 1, 1)
_COUNTS = ("records", "rejected", "duplicate", "redelivered")


@dataclass(frozen=True)
class File:
    """One file of a dump: what was stored from ``since`` until ``until`` (local).

    ``is_plain``: without the statements that stand twice or are broken. ``is_known_until``: what was stored before
    has been in an earlier file.
    """

    name: str
    exported_at: datetime
    since: datetime = ALWAYS
    until: datetime = NEVER
    is_plain: bool = False
    is_known_until: datetime = ALWAYS
    is_torn_within: bool = False
    is_torn_at_end: bool = False


def files_of(store: Store, ordinal: int, first: date, last: date, broken_off_dump: int | None) -> list[File]:
    """The files in which the dump of a month comes."""
    month, name = datetime.combine(first, time()), f"statements_{first:%Y-%m}"
    exported_at = datetime.combine(last + timedelta(days=1), time(3))
    form = store.formats[ordinal % len(store.formats)]
    if store.is_second:
        return [File(name + form, exported_at)]
    if ordinal == broken_off_dump:
        until = month + BROKEN_OFF_AFTER
        return [
            File(f"{name}.ndjson", exported_at, until=until, is_plain=True, is_torn_at_end=True),
            File(f"{name}_complete{form}", exported_at + timedelta(days=3), is_known_until=until),
        ]
    whole = File(name + form, exported_at, is_torn_within=ordinal == 0)
    if ordinal > 0:
        return [whole]
    again, later = f"redelivery_{exported_at:%Y-%m-%d}.ndjson", exported_at + timedelta(days=2)
    since = month + REDELIVERED_FROM
    return [whole, File(again, later, since=since, is_plain=True, is_known_until=NEVER)]


class Dump:
    """The open files of one month, to which chunks are added in the order of ``stored``."""

    def __init__(self, folder: Folder, files: Sequence[File]) -> None:
        self._open = [_Open(file, folder) for file in files]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Finish the files in the order in which they are delivered, which is the order in which they are counted."""
        for one in self._open:
            with one.stack:
                if error is None:
                    one.finish()

    def add(self, rows: Rows, lines: Texts, is_twice: Flags) -> list[tuple[str, Flags, Flags]]:
        """Write a chunk. For each file, its name, which of the rows stand in it, and which of them twice."""
        return [(one.file.name, *one.add(rows, lines, is_twice)) for one in self._open]


@dataclass
class _Open:
    file: File
    folder: Folder
    stack: ExitStack = field(default_factory=ExitStack)
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_COUNTS, 0))
    last: str = ""

    def __post_init__(self) -> None:
        stream = self.folder.stream(self.file.name, self.file.exported_at, self.counts)
        self.write: Callable[[bytes], object] = self.stack.enter_context(stream)
        self.kind = "page" if "_page" in self.file.name else "lines" if ".ndjson" in self.file.name else "array"
        self.is_begun = False

    def add(self, rows: Rows, lines: Texts, is_twice: Flags) -> tuple[Flags, Flags]:
        stored, is_invalid = rows["stored"], rows["role"] == INVALID
        stands = (stored >= np.datetime64(self.file.since)) & (stored < np.datetime64(self.file.until))
        if self.file.is_plain:
            stands &= ~is_invalid
        stands_twice = stands & is_twice & (not self.file.is_plain)
        texts = [*lines[stands].tolist(), *lines[stands_twice].tolist()]
        if texts:
            is_known = stands & ~is_invalid & (stored < np.datetime64(self.file.is_known_until))
            for count, flags in (
                ("rejected", is_invalid & stands),
                ("duplicate", stands_twice),
                ("redelivered", is_known),
            ):
                self.counts[count] += int(flags.sum())
            self._write(texts)
        return stands, stands_twice

    def _write(self, texts: list[str]) -> None:
        self.last = texts[-1]
        if self.file.is_torn_within and not self.is_begun:
            texts.insert(len(texts) // 2, self._torn(texts[len(texts) // 2]))
        self.counts["records"] += len(texts)
        self._append(texts)

    def finish(self) -> None:
        if self.file.is_torn_at_end and self.is_begun:
            self.counts["records"] += 1
            self.write(self._torn(self.last).encode())
        elif self.kind == "array":
            self.write(b"\n]\n" if self.is_begun else b"[]\n")

    def _torn(self, text: str) -> str:
        self.counts["rejected"] += 1
        return text[:TORN_AT]

    def _append(self, texts: list[str]) -> None:
        if self.kind == "page":
            # One page per stretch of time that was asked for; within it the newest comes first.
            self.write(f'{{"statements":[{",".join(reversed(texts))}],"more":""}}\n'.encode())
        elif self.kind == "lines":
            self.write("".join([f"{text}\n" for text in texts]).encode())
        else:
            self.write((",\n" if self.is_begun else "[\n").encode() + ",\n".join(texts).encode())
        self.is_begun = True
