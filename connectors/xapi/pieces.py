"""A large file in pieces that other processes can read: cut by this one, as cheaply as it can.

lines       → places in the file (or, where it is gzipped, in copies of what it holds), cut at a line break
documents   → records one after the other, and where each of them ends
"""

from __future__ import annotations

import mmap
import pickle
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from gzip import GzipFile
from itertools import accumulate, pairwise
from pathlib import Path
from typing import IO, cast

import numpy as np

from connectors.xapi import documents
from connectors.xapi.containers import opened
from connectors.xapi.files import STATEMENT, GoesOn, Raw, Stretch, read_lines

_SIZE = 24 << 20
"""Bytes of a piece of lines, about."""
_LOOKED_AT = 1 << 18
"""Bytes that are looked at together: few enough that the processor has them at hand."""
_OF_PAGES = np.frombuffer(b"sm", np.uint8)
"""How the first key begins of a page (``statements``, ``more``), and of some statements."""


@dataclass(frozen=True)
class Piece:
    """A piece of a file's content, from byte ``start`` on. A ``copy`` of it lies at the beginning of ``path``.

    ``is_cut``: the copy holds records, and how they are cut. ``is_torn``: the piece ends within a line.
    """

    path: Path
    start: int
    size: int
    is_copy: bool = False
    is_cut: bool = False
    is_torn: bool = False

    def read(self) -> tuple[Stretch, int, GoesOn | None]:
        """Its records, how many lines it has, and what is to be read on elsewhere. Lines count from 1.

        The lines of records that are cut are those of the file already, so they count for none.
        """
        if self.is_torn:
            return Stretch(), 0, GoesOn(1, 0)
        with self.path.open("rb") as file:
            content = self._mapped(file)
            if self.is_cut:
                file.seek(self.size)
                return _uncut(content, *pickle.load(file)), 0, None
        lines = _plain_lines(content)
        if lines is None:
            return read_lines(bytes(content), 1, None)
        return Stretch(lines, list(range(1, len(lines) + 1)), size=self.size), len(lines), None

    def _mapped(self, file: IO[bytes]) -> memoryview:
        """The content where it lies: a copy would take a tenth of the time that all else takes."""
        start = 0 if self.is_copy else self.start
        before = start % mmap.ALLOCATIONGRANULARITY
        size = before + self.size
        return memoryview(mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ, offset=start - before))[before:]

    def drop(self) -> None:
        """Delete the copy."""
        if self.is_copy:
            self.path.unlink(missing_ok=True)


def _plain_lines(text: memoryview) -> list[Raw] | None:
    """Whole lines where they lie, if each is plain to see a statement; `read_lines` looks closer."""
    data = np.frombuffer(text, np.uint8)
    blocks = range(0, len(data), _LOOKED_AT)
    controls = np.concatenate([at + np.flatnonzero(data[at : at + _LOOKED_AT] < ord(" ")) for at in blocks])
    ends = controls if data[-1] == ord("\n") else np.append(controls, len(data))
    starts = np.append(0, ends[:-1] + 1)
    are_whole = (ends - starts > 2) & (data[ends - 1] == ord("}"))
    if not ((data[controls] == ord("\n")).all() and are_whole.all()):
        return None
    lines: list[Raw] = [text[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
    is_sure = (data[starts] == ord("{")) & (data[starts + 1] == ord('"')) & ~np.isin(data[starts + 2], _OF_PAGES)
    return lines if all(STATEMENT(lines[row]) for row in np.flatnonzero(~is_sure).tolist()) else None


def of_lines(path: Path, start: int, folder: Path) -> Iterator[Piece]:
    """The lines of a file from a byte of its content on; copies, where it is gzipped, are made in ``folder``."""
    with opened(path) as stream:
        stream.seek(start)
        take = (
            partial(_copied, folder=folder)
            if isinstance(cast("object", stream), GzipFile)
            else partial(_found, path=path)
        )
        while piece := take(stream, start):
            yield piece
            if piece.is_torn:
                return
            start += piece.size


def _found(stream: IO[bytes], start: int, path: Path) -> Piece | None:
    """A place in the file itself: only the line at its end is read here."""
    last = min(start + _SIZE, path.stat().st_size)
    stream.seek(last)
    tail = stream.readline(documents.MAXIMUM)
    size = last + len(tail) - start
    return Piece(path, start, size, is_torn=len(tail) == documents.MAXIMUM) if size else None


def _copied(stream: IO[bytes], start: int, folder: Path) -> Piece | None:
    head = stream.read(_SIZE)
    tail = stream.readline(documents.MAXIMUM)
    if not head:
        return None
    copy = folder / f"piece-{start}"
    copy.write_bytes(head + tail)
    return Piece(copy, start, len(head) + len(tail), is_copy=True, is_torn=len(tail) == documents.MAXIMUM)


def of_records(stretches: Iterable[Stretch], folder: Path) -> Iterator[Piece]:
    """Records that were cut already."""
    for number, stretch in enumerate(stretches):
        copy = folder / f"cut-{number}"
        content = b"".join(stretch.raws)
        with copy.open("wb") as file:
            file.write(content)
            pickle.dump((array("q", map(len, stretch.raws)), array("q", stretch.lines), stretch.broken), file)
        yield Piece(copy, 0, len(content), is_copy=True, is_cut=True)


def _uncut(content: memoryview, sizes: array[int], lines: array[int], broken: dict[int, str]) -> Stretch:
    places = pairwise(accumulate(sizes, initial=0))
    return Stretch([content[start:end] for start, end in places], lines.tolist(), broken, len(content))
