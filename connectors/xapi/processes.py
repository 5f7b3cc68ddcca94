"""A large file is read by several processes, a small one by this one; what comes out is the same.

    file --pieces--> workers, as many as there are processors --batches, taken in the order of the file-->

They start as soon as a large file is seen, and read whatever is read with it. This process only cuts the file, hardly
reading it, and writes what the workers made. They get the tokeniser's key, and hand back the identifiers that they
met, so that the vault hears of them. Columns come back through files in scratch: pipes would take longer than the
work.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager, nullcontext, suppress
from contextvars import ContextVar
from itertools import cycle
from pathlib import Path
from typing import IO, Any, cast

from connectors.errors import ThroughlineError, Transient
from connectors.seam import Original, Scratch, Tokeniser
from connectors.xapi import pieces
from connectors.xapi.batches import Batch
from connectors.xapi.containers import is_packed
from connectors.xapi.files import start_of_lines, stretches, stretches_from
from connectors.xapi.pieces import Piece
from connectors.xapi.statements import Statements
from connectors.xapi.worker import Made, Setup

LARGE = 64 << 20
"""Bytes of JSON from which on it pays to start processes, which takes about half a second."""

_PACKED = 15
"""How many times larger statements are than their gzip, about."""

_MOST = 4
"""Processes that one reader of the file can keep busy."""

_KEPT = str(64 << 20)
_MEMORY = {"MALLOC_MMAP_THRESHOLD_": _KEPT, "MALLOC_TRIM_THRESHOLD_": _KEPT}
"""Has the GNU C library keep for the next piece what the last one took, instead of asking for it page by page."""

_AHEAD = 2
"""Pieces that a worker has or waits for: one to work on, and the next."""

_AT_HAND: ContextVar[_Workers | None] = ContextVar("_AT_HAND", default=None)
"""Processes that were started ahead."""


def batches_of(original: Original, tokeniser: Tokeniser, scratch: Scratch) -> Iterator[tuple[Batch, int]]:
    """What the records of a file yield, in its order, and the number of lines that count before each batch's first."""
    if _is_for_several(original.path):
        at_hand = _AT_HAND.get()
        with nullcontext(at_hand) if at_hand else _Workers() as workers:
            workers.set_up(Setup(tokeniser, original.extracted_at, scratch.open))
            yield from _by_workers(original.path, workers, scratch.restricted)
    else:
        statements = Statements(tokeniser, original.extracted_at)
        yield from ((statements.batch(stretch), 0) for stretch in stretches(original.path))


@contextmanager
def started_ahead(files: Iterable[Path]) -> Iterator[None]:
    """If one of these files is large, have processes start now, and read all that is read within.

    They start while the first file is still on its way into the archive, which is work for one processor.
    """
    if not any(map(_is_for_several, files)):
        yield
        return
    with _Workers() as workers:
        before = _AT_HAND.set(workers)
        try:
            yield
        finally:
            _AT_HAND.reset(before)


def _by_workers(path: Path, workers: _Workers, folder: Path) -> Iterator[tuple[Batch, int]]:
    start = start_of_lines(path)
    if start is None:
        yield from _cut(workers, pieces.of_records(stretches(path), folder))
        return
    at, lines = start, 0
    with closing(workers.made_of(pieces.of_lines(path, start, folder))) as all_made:
        for piece, made in all_made:
            yield made.batch, lines
            at, lines = piece.start, lines + made.lines
            if made.goes_on:
                break
        else:
            return
    # Something in this piece spans lines: what follows is read in order by this process, and judged by others.
    rest = stretches_from(path, at + made.goes_on.at, lines + 1)
    yield from _cut(workers, pieces.of_records(rest, folder))


def _cut(workers: _Workers, some: Iterator[Piece]) -> Iterator[tuple[Batch, int]]:
    yield from ((made.batch, 0) for _, made in workers.made_of(some))


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _is_for_several(path: Path) -> bool:
    return _processors() > 1 and _is_large(path)


def _is_large(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            factor = _PACKED if is_packed(file.read(2)) else 1
        return path.stat().st_size * factor >= LARGE
    except OSError:
        return False  # whoever opens it will tell


class _Workers:
    """Processes that make batches. They end with the block that they are started for."""

    def __enter__(self) -> _Workers:
        with ExitStack() as started:
            self._processes = []
            for _ in range(min(_processors(), _MOST)):
                self._processes.append(_started())
                started.callback(_end, self._processes[-1])
            self._running = started.pop_all()
        return self

    def __exit__(self, *raised: Any) -> None:
        self._running.__exit__(*raised)

    def set_up(self, setup: Setup) -> None:
        """Tell all of them of the file that the next pieces are of."""
        for process in self._processes:
            _send(process, setup)

    def made_of(self, some: Iterable[Piece]) -> Generator[tuple[Piece, Made]]:
        """Pieces, in order, and what they yield."""
        waiting: deque[tuple[subprocess.Popen[bytes], Piece]] = deque()
        try:
            for process, piece in zip(cycle(self._processes), some, strict=False):
                _send(process, piece)
                waiting.append((process, piece))
                if len(waiting) == len(self._processes) * _AHEAD:
                    yield _next(waiting)
            while waiting:
                yield _next(waiting)
        finally:
            while waiting:  # of no use to who stops before the end, but not to be taken for answers about the next file
                with suppress(ThroughlineError):
                    _received(*waiting.popleft()).drop()


def _next(waiting: deque[tuple[subprocess.Popen[bytes], Piece]]) -> tuple[Piece, Made]:
    process, piece = waiting.popleft()
    return piece, _received(process, piece).fetched()


def _started() -> subprocess.Popen[bytes]:
    """A worker that finds the modules that this process finds, and nothing else."""
    environment = _MEMORY | os.environ | {"PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path))}
    command = [sys.executable, "-P", "-c", "from connectors.xapi.worker import main; main()"]
    return subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Close the pipes, at which it ends, and wait for it."""
    with suppress(BrokenPipeError):  # it has ended already
        cast("IO[bytes]", process.stdin).close()
    cast("IO[bytes]", process.stdout).close()
    process.wait()


def _send(process: subprocess.Popen[bytes], what: Setup | Piece) -> None:
    pipe = cast("IO[bytes]", process.stdin)
    try:
        pickle.dump(what, pipe)
        pipe.flush()
    except BrokenPipeError as error:
        raise _ended() from error


def _received(process: subprocess.Popen[bytes], piece: Piece) -> Made:
    try:
        answer: Made | ThroughlineError = pickle.load(cast("IO[bytes]", process.stdout))
    except (EOFError, pickle.UnpicklingError) as error:
        raise _ended() from error
    finally:
        piece.drop()
    if isinstance(answer, ThroughlineError):
        raise answer
    return answer


def _ended() -> Transient:
    return Transient("A process that read statements was ended from outside, often for want of memory; nothing landed.")
