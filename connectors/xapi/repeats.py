"""What a unit holds twice: exact, in memory that hardly grows with the unit, and in a few passes over its keys.

    record keys of landed rows --16 bytes each--> a file of scratch --one range of keys after the other--> rows to drop

The keys are a hundredth of the bytes that were read, and hashes, so that ranges of them are equally full. Whether a
prefix was met twice is asked first, because that is quick to tell and mostly tells that nothing was.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

_TOGETHER = 1 << 19
"""Keys that are looked at together, of which the prefixes take 4 MB."""
_PASSES = 16
"""The most ranges, each of which reads the file of keys once: of 100 M keys, a range has prefixes of 50 MB."""
_BLOCK = 1 << 16
"""Keys that are read at a time."""

Numbers = npt.NDArray[np.uint64]
"""Prefixes in one dimension. In two, landed rows: the prefix of its key, what follows it, the row's number."""


class SeenKeys:
    """Record keys of a unit (32 digits), row by row, in a file that is empty at first."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._count = 0

    def add(self, keys: pa.StringArray) -> None:
        """Note the keys of the next rows."""
        start, (_, _, digits) = 32 * keys.offset, keys.buffers()
        text = str(memoryview(digits)[start : start + 32 * len(keys)], "ascii")
        self._file.write(bytes.fromhex(text))
        self._count += len(keys)

    def repeated(self) -> npt.NDArray[np.bool_] | None:
        """Whether the key of each row came before; None if none did."""
        repeated: npt.NDArray[np.bool_] | None = None
        ranges = min(max(1, -(-self._count // _TOGETHER)), _PASSES)
        bounds = [(1 << 64) * number // ranges for number in range(ranges + 1)]
        for low, after in pairwise(bounds):
            twice = _met_twice(rows[:, 0].copy() for rows in self._of_range(low, after - 1))
            if len(twice):
                repeated = np.zeros(self._count, bool) if repeated is None else repeated
                for rows in _again(_among(twice, self._of_range(low, after - 1))):
                    repeated[rows.astype(np.int64)] = True
        return repeated if repeated is not None and repeated.any() else None

    def _of_range(self, low: int, high: int) -> Iterator[Numbers]:
        """The rows whose prefix is one from ``low`` to ``high``, in order, some at a time."""
        self._file.seek(0)
        first = 0
        while len(keys := np.fromfile(self._file, np.uint64, 2 * _BLOCK).reshape(-1, 2)):
            prefixes = keys[:, 0]
            rows = np.flatnonzero((prefixes >= np.uint64(low)) & (prefixes <= np.uint64(high)))
            yield np.column_stack((keys[rows], (rows + first).astype(np.uint64)))
            first += len(keys)


def _met_twice(some: Iterator[Numbers]) -> Numbers:
    """The prefixes that came more than once, in order."""
    known = twice = np.zeros(0, np.uint64)
    for prefixes in _together(some):
        known = np.concatenate([known, prefixes])
        known.sort()
        is_again = known[1:] == known[:-1]
        if is_again.any():
            twice = np.union1d(twice, known[1:][is_again])
            known = np.concatenate([known[:1], known[1:][~is_again]])
    return twice


def _among(twice: Numbers, some: Iterator[Numbers]) -> Iterator[Numbers]:
    """The rows whose prefix was met twice."""
    for rows in some:
        place = np.searchsorted(twice, rows[:, 0]).clip(max=len(twice) - 1)
        yield rows[twice[place] == rows[:, 0]]


def _again(some: Iterator[Numbers]) -> Iterator[Numbers]:
    """The numbers of rows whose key came in an earlier row."""
    known = np.zeros((0, 3), np.uint64)
    for rows in _together(some):
        known = np.concatenate([known, rows])
        known = known[np.lexsort((known[:, 1], known[:, 0]))]  # stable: of equal keys the earlier row is first
        is_again = np.zeros(len(known), bool)
        is_again[1:] = (known[1:, :2] == known[:-1, :2]).all(axis=1)
        yield known[is_again, 2]
        known = known[~is_again]


def _together(some: Iterator[Numbers]) -> Iterator[Numbers]:
    """As many as are looked at together; a range holds more only where keys repeat."""
    waiting: list[Numbers] = []
    for numbers in some:
        waiting.append(numbers)
        if sum(map(len, waiting)) >= _TOGETHER:
            yield np.concatenate(waiting)
            waiting = []
    if waiting:
        yield np.concatenate(waiting)


def drop_repeated(path: Path, repeated: npt.NDArray[np.bool_]) -> int:
    """Rewrite a landed file without its repeated rows; returns how many there were."""
    aside = path.with_suffix(".distinct")
    first = 0
    with (
        pq.ParquetFile(path) as file,
        pq.ParquetWriter(aside, file.schema_arrow, compression="zstd", store_schema=False) as writer,
    ):
        for group in range(file.num_row_groups):
            table = file.read_row_group(group)
            writer.write_table(table.filter(pa.array(~repeated[first : first + len(table)])))
            first += len(table)
    aside.replace(path)
    return int(repeated.sum())
