"""A large file in pieces that other processes can read: cut by this one, as cheaply as it can.

lines       → places in the file (or, where it is gzipped, in copies of what it holds), cut at a line break
documents   → records one after the other, and where each of them ends
"""

from __future__ import annotations

import pickle
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from gzip import GzipFile
from itertools import accumulate, pairwise
from pathlib import Path
from typing import IO, cast

from connectors.xapi import documents
from connectors.xapi.containers import opened
from connectors.xapi.files import GoesOn, Stretch, read_lines

_SIZE = 24 << 20
"""Bytes of a piece of lines, about."""


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
            file.seek(0 if self.is_copy else self.start)
            content = file.read(self.size)
            cut = pickle.load(file) if self.is_cut else None
        if cut is not None:
            return _uncut(content, *cut), 0, None
        return read_lines(content, 1, None)

    def drop(self) -> None:
        """Delete the copy."""
        if self.is_copy:
            self.path.unlink(missing_ok=True)


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


def _uncut(content: bytes, sizes: array[int], lines: array[int], broken: dict[int, str]) -> Stretch:
    places = pairwise(accumulate(sizes, initial=0))
    return Stretch([content[start:end] for start, end in places], lines.tolist(), broken, len(content))
