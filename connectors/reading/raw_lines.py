"""Records as they stand in the original, for those that are rejected: lines of a text, rows of a sheet, JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO, Any

import pyarrow.parquet as pq


class RawLines:
    """Reads forward once: ask for records in the order of the file. ``is_plain``: only LF ends its lines."""

    def __init__(self, path: Path, is_plain: bool) -> None:
        self._file: IO[Any] = path.open("rb") if is_plain else path.open(encoding="utf-8", newline="")
        self._next = 1
        self._last: tuple[int, str] = (0, "")

    def between(self, first: int, following: int | None) -> str:
        """Lines ``first`` up to before ``following`` (to the end where None), without the last line end."""
        if self._last[0] == first:
            return self._last[1]
        if self._next < first:
            skipped = first - self._next
            next(islice(self._file, skipped, skipped), None)
            self._next = first
        found = []
        while following is None or self._next < following:
            line = next(self._file, None)
            if line is None:
                break
            self._next += 1
            found.append(line if isinstance(line, str) else line.decode("utf-8"))
        self._last = (first, "".join(found).rstrip("\r\n"))
        return self._last[1]

    def __enter__(self) -> RawLines:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


class RawRows:
    """Reads the cells of a sheet forward once, as CSV: ask for rows in their order."""

    def __init__(self, path: Path) -> None:
        self._file = pq.ParquetFile(path)
        self._rows = self._in_order()
        self._last: tuple[int, str] = (0, "")

    def _in_order(self) -> Iterator[tuple[int, list[str]]]:
        for batch in self._file.iter_batches():
            columns = [column.to_pylist() for column in batch.columns]
            yield from ((line, cells) for line, *cells in zip(*columns, strict=True))

    def between(self, first: int, _following: int | None = None) -> str:
        """The row ``first``, up to its last cell that holds something."""
        if self._last[0] != first:
            cells = next((cells for line, cells in self._rows if line == first), [])
            text = io.StringIO()
            csv.writer(text, lineterminator="").writerow(cells)
            self._last = (first, text.getvalue().rstrip(","))
        return self._last[1]

    def __enter__(self) -> RawRows:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


class RawRecords:
    """Reads the JSON of records forward once: ask for them in their order."""

    def __init__(self, path: Path, is_numbered: bool) -> None:
        self._file = pq.ParquetFile(path)
        self._by = "number" if is_numbered else "line"
        self._rows = self._in_order()
        self._last: tuple[int, str] = (0, "")

    def _in_order(self) -> Iterator[tuple[int, str]]:
        for batch in self._file.iter_batches(columns=[self._by, "raw"]):
            yield from zip(batch.column(self._by).to_pylist(), batch.column("raw").to_pylist(), strict=True)

    def between(self, first: int, _following: int | None = None) -> str:
        """The record ``first``."""
        if self._last[0] != first:
            self._last = (first, next((raw for line, raw in self._rows if line == first), ""))
        return self._last[1]

    def __enter__(self) -> RawRecords:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
