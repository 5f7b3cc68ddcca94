"""Writing an export so that the same content is always the same bytes, and counting what it holds."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from simulator.world.period import TIMEZONE

ZONE = ZoneInfo(TIMEZONE)


@dataclass(frozen=True)
class WrittenFile:
    """One file, by its path below the folder that was asked for; ``counts`` is what was planted in it.

    ``records`` counts every record of the file; ``rejected``, ``duplicate`` (again in this file) and
    ``redelivered`` (seen in an earlier file) are parts of it.
    """

    path: Path
    size: int
    counts: dict[str, int]


@dataclass
class Folder:
    """The folder that a tool exports to. Names that end in .gz are compressed.

    :meth:`write` takes a whole file; :meth:`stream` takes one in pieces, for files that memory shouldn't hold.
    """

    root: Path
    tool: str
    files: list[WrittenFile] = field(default_factory=list)

    def write(self, name: str, content: bytes, exported_at: datetime, **counts: int) -> None:
        """``exported_at`` (local, naive) becomes the file's time, which is all that most tools say of it."""
        relative = Path(self.tool) / name
        path = self.root / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        data = gzip.compress(content, mtime=0) if name.endswith(".gz") else content
        path.write_bytes(data)
        self._done(relative, exported_at, counts)

    @contextmanager
    def stream(self, name: str, exported_at: datetime, counts: dict[str, int]) -> Iterator[Callable[[bytes], object]]:
        """A function that appends bytes to the file; ``counts`` is read when the block ends."""
        relative = Path(self.tool) / name
        path = self.root / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as raw:
            if name.endswith(".gz"):
                # Level 1 and no time: a dump is big, and the same content has to be the same bytes.
                with gzip.GzipFile(filename="", mode="wb", fileobj=raw, compresslevel=1, mtime=0) as packed:
                    yield packed.write
            else:
                yield raw.write
        self._done(relative, exported_at, counts)

    def _done(self, relative: Path, exported_at: datetime, counts: dict[str, int]) -> None:
        path = self.root / relative
        moment = exported_at.replace(tzinfo=ZONE).timestamp()
        os.utime(path, (moment, moment))
        self.files.append(WrittenFile(relative, path.stat().st_size, dict(counts)))


def csv_line(fields: Iterable[object], delimiter: str = ",", quote_if: str | None = None) -> str:
    """One line of CSV. ``quote_if``: quote a field that holds one of these characters; None quotes every field."""
    return delimiter.join(_quoted(str(value), quote_if, delimiter) for value in fields)


def _quoted(text: str, quote_if: str | None, delimiter: str) -> str:
    if quote_if is not None and not any(letter in text for letter in (delimiter, '"', "\n", *quote_if)):
        return text
    return '"' + text.replace('"', '""') + '"'


def csv_text(rows: Iterable[Sequence[object]], quote_if: str | None = "") -> str:
    return "".join(csv_line(row, quote_if=quote_if) + "\n" for row in rows)
