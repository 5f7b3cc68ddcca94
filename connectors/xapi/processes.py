"""A large file is read by several processes, a small one by this one; what comes out is the same.

    records --stretches--> batches, made by as many processes as there are processors, taken in order

This process cuts the file and writes what the others made. Statements go to them, and columns come back, through
files in scratch, which are gone when the unit is read: pipes would take longer than the work. The others get the
tokeniser's key, and hand back the identifiers that they met, so that the vault hears of them.
"""

from __future__ import annotations

import gc
import os
from array import array
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import accumulate, pairwise
from multiprocessing import current_process, get_context
from pathlib import Path

import pyarrow as pa

from connectors.errors import Transient
from connectors.seam import Original, Scratch, Tokeniser
from connectors.xapi.batches import Batch, stretches
from connectors.xapi.containers import is_packed
from connectors.xapi.files import Record, records
from connectors.xapi.statements import Statements

LARGE = 96 << 20
"""Bytes of JSON from which on it pays to start processes, which takes about a second."""

_PACKED = 15
"""How many times larger statements are than their gzip, about."""

_MOST = 4
"""Processes that one reader of the file can keep busy."""


def batches_of(original: Original, tokeniser: Tokeniser, scratch: Scratch) -> Iterator[Batch]:
    """What the records of a file yield, in the order of the file."""
    some = stretches(records(original.path))
    processes = min(_processors(), _MOST)
    if processes > 1 and _is_large(original.path) and not current_process().daemon:
        # Not forked: the process that runs this may have threads, and a copy of their locks would never open.
        make = (_Maker(tokeniser, original, scratch),)
        with ProcessPoolExecutor(processes, get_context("spawn"), _prepare, make) as executor:
            yield from _by_turns(executor, some, scratch, processes)
    else:
        yield from map(Statements(tokeniser, original.extracted_at).batch, some)


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _is_large(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            factor = _PACKED if is_packed(file.read(2)) else 1
        return path.stat().st_size * factor >= LARGE
    except OSError:
        return False  # whoever opens it will tell


def _by_turns(
    executor: ProcessPoolExecutor, some: Iterator[list[Record]], scratch: Scratch, processes: int
) -> Iterator[Batch]:
    waiting: deque[Future[Batch]] = deque()
    try:
        for number, held in enumerate(some):
            waiting.append(executor.submit(_make, _put(held, scratch.restricted / f"stretch-{number}"), number))
            if len(waiting) > processes:
                yield _fetched(waiting.popleft().result())
        while waiting:
            yield _fetched(waiting.popleft().result())
    except BrokenProcessPool as error:
        raise Transient(
            "A process that read statements was ended from outside, often for want of memory; nothing landed."
        ) from error
    finally:
        executor.shutdown(cancel_futures=True)


# ------------------------------------------------------------------------------------------- there and back


@dataclass(frozen=True)
class _Stretch:
    """Records in a file, one after the other: their sizes, their lines, and what is broken by position."""

    path: Path
    sizes: array[int]
    lines: array[int]
    broken: dict[int, str]


def _put(some: Sequence[Record], path: Path) -> _Stretch:
    lines, raws, broken = zip(*some, strict=True)
    path.write_bytes(b"".join(raws))
    broken_at = {position: rule for position, rule in enumerate(broken) if rule}
    return _Stretch(path, array("q", map(len, raws)), array("q", lines), broken_at)


def _got(stretch: _Stretch) -> list[Record]:
    content = stretch.path.read_bytes()
    stretch.path.unlink()
    ends = pairwise(accumulate(stretch.sizes, initial=0))
    return [
        (line, content[start:end], stretch.broken.get(position))
        for position, (line, (start, end)) in enumerate(zip(stretch.lines, ends, strict=True))
    ]


def _stored(batch: Batch, path: Path) -> Batch:
    """The batch with its columns in a file."""
    if batch.rows:
        table = pa.table(batch.columns)
        with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
            writer.write_table(table)
        batch.columns, batch.stored = {}, path
    return batch


def _fetched(batch: Batch) -> Batch:
    """The batch with its columns out of their file."""
    if batch.stored:
        with pa.OSFile(str(batch.stored)) as file:
            table = pa.ipc.open_file(file).read_all().combine_chunks()
        batch.stored.unlink()
        batch.columns = {name: table[name].chunk(0) for name in table.column_names}
    return batch


# --------------------------------------------------------------------------------------- in another process


class _Noted:
    """A tokeniser that notes what it was asked for; accounts are made where batches are taken."""

    def __init__(self, tokeniser: Tokeniser) -> None:
        self._tokeniser = tokeniser
        self.identifiers: dict[tuple[str, str | None], None] = {}

    def tokens(self, identifier_type: str, values: Sequence[str | None]) -> list[str | None]:
        self.identifiers.update(dict.fromkeys((identifier_type, value) for value in values))
        return self._tokeniser.tokens(identifier_type, values)


class _Maker:
    """What makes batches in another process."""

    def __init__(self, tokeniser: Tokeniser, original: Original, scratch: Scratch) -> None:
        self._tokeniser = tokeniser
        self._original = original
        self._scratch = scratch

    def start(self) -> None:
        gc.disable()  # as in the process that reads
        self._noted = _Noted(self._tokeniser)
        self._statements = Statements(self._noted, self._original.extracted_at)

    def make(self, stretch: _Stretch, number: int) -> Batch:
        batch = self._statements.batch(_got(stretch))
        batch.identifiers, self._noted.identifiers = list(self._noted.identifiers), {}
        return _stored(batch, self._scratch.open / f"batch-{number}.arrow")


_makers: list[_Maker] = []
"""One in each process that was started to make batches, none elsewhere."""


def _prepare(maker: _Maker) -> None:
    maker.start()
    _makers.append(maker)


def _make(stretch: _Stretch, number: int) -> Batch:
    return _makers[0].make(stretch, number)
