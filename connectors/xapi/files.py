"""From the bytes of an original to raw statements, with the line where each begins.

    NDJSON · JSON array · LRS page · several of them in a row, or in an array · column of a CSV · each also gzipped
        --stretches--> some statements at a time --records--> (line, raw statement, rule that its bytes break or None)

Memory is bounded by the largest statement, not by the file. Lines that hold a statement each are only split; what
else there is between them, or on them, is read by `documents`.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, NamedTuple

from connectors.xapi import documents
from connectors.xapi.containers import content_of, opened, refuse_other_formats, without_byte_order_mark
from connectors.xapi.csv_columns import cells, is_table
from connectors.xapi.documents import Documents, Record, is_json
from connectors.xapi.stored_records import holds_statement, statement_in

_MOST_RECORDS, _MOST_BYTES = 20_000, 24 << 20
"""What a stretch holds at most, if one block isn't larger: bounds the memory of what waits."""

_TELLING = 10
"""Records at the beginning of a file that tell whether a store's own records are what it holds."""

_PAGE_OR_ARRAY = re.compile(rb'\s*(?:\[|\{\s*"(?:statements|more)"\s*:)').match
STATEMENT = re.compile(rb'\{\s*+"(?!statements"|more")').match
"""A line that begins as a statement does, and as a page of them does not."""

Raw = bytes | memoryview
"""The bytes of a record, or where they lie."""


@dataclass
class Stretch:
    """Records that follow each other: their raw bytes, the ``lines`` where they begin (from 1), and by position the
    rule that the bytes of a few break.
    """

    raws: list[Raw] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    broken: dict[int, str] = field(default_factory=dict)
    size: int = 0

    def add(self, record: Record) -> None:
        line, raw, rule = record
        if rule is not None:
            self.broken[len(self.raws)] = rule
        self.raws.append(raw)
        self.lines.append(line)
        self.size += len(raw)

    def extend(self, other: Stretch) -> None:
        self.broken |= {len(self.raws) + position: rule for position, rule in other.broken.items()}
        self.raws += other.raws
        self.lines += other.lines
        self.size += other.size

    @property
    def is_full(self) -> bool:
        return len(self.raws) >= _MOST_RECORDS or self.size >= _MOST_BYTES


class GoesOn(NamedTuple):
    """Where a document begins that isn't closed on its ``line`` (from 1): ``at`` this byte of the lines read."""

    line: int
    at: int


def records(file: Path | IO[bytes]) -> Iterator[Record]:
    """Every record of a file or stream, broken ones too. Raises ``OriginalRefused`` where it holds no statements."""
    for some in _some(file):
        for position, (line, raw) in enumerate(zip(some.lines, some.raws, strict=True)):
            yield line, bytes(raw), some.broken.get(position)


def stretches(file: Path | IO[bytes]) -> Iterator[Stretch]:
    """The same, as many at a time as are worth reading together."""
    yield from _gathered(_some(file))


def stretches_from(path: Path, start: int, line: int) -> Iterator[Stretch]:
    """The same from a byte of the decompressed content on, with which a line begins."""
    with opened(path) as stream:
        stream.seek(start)
        yield from _gathered(_by_line(stream.read(documents.BLOCK), stream, line))


def start_of_lines(path: Path) -> int | None:
    """Where the first line begins, if every line is a document of statements; None for other files."""
    with opened(path) as stream:
        start, head = _head(stream)
        content = content_of(head)
        is_stored = any(map(holds_statement, content.split(b"\n", _TELLING)[:_TELLING]))
        return start if _is_by_line(content) and not is_stored and not is_table(content) else None


def _some(file: Path | IO[bytes]) -> Iterator[Stretch]:
    """Some records at a time, as they come."""
    with opened(file) as stream:
        _, head = _head(stream)
        if is_table(content_of(head)):
            yield from _taken_out(_held(cells(head, stream)))
        elif _is_by_line(content_of(head)):
            yield from _taken_out(_by_line(head, stream, 1))
        else:
            yield from _taken_out(_held(Documents(head, stream, 1).records()))


def _head(stream: IO[bytes]) -> tuple[int, bytes]:
    """Length of the byte order mark, and the first block, with something in it, after it."""
    block = stream.read(documents.BLOCK)
    head = without_byte_order_mark(block)
    start = len(block) - len(head)
    while head and not head.strip() and (more := stream.read(documents.BLOCK)):
        head += more
    refuse_other_formats(content_of(head))
    return start, head


def _taken_out(some: Iterable[Stretch]) -> Iterator[Stretch]:
    """The same; where the file holds records of a store, what these hold."""
    is_stored: bool | None = None
    for stretch in some:
        if is_stored is None and stretch.raws:
            is_stored = any(holds_statement(bytes(raw)) for raw in stretch.raws[:_TELLING])
        if is_stored:
            stretch.raws = [statement_in(bytes(raw)) or raw for raw in stretch.raws]
        yield stretch


def _held(records: Iterable[Record]) -> Iterator[Stretch]:
    some = Stretch()
    for record in records:
        some.add(record)
        if some.size >= documents.BLOCK:
            yield some
            some = Stretch()
    yield some


def _gathered(some: Iterable[Stretch]) -> Iterator[Stretch]:
    gathered = Stretch()
    for more in some:
        gathered.extend(more)
        if gathered.is_full:
            yield gathered
            gathered = Stretch()
    if gathered.raws:
        yield gathered


def _is_by_line(content: bytes) -> bool:
    """Whether every line is a document; a first line that is broken does not say, the next ones do."""
    if documents.PAGE_HEAD.match(content) and not _PAGE_OR_ARRAY(content):
        return False  # a page that says something else first looks like a statement
    first, newline, rest = content.partition(b"\n")
    if is_json(first):
        return True
    if not newline or _PAGE_OR_ARRAY(content):
        return False
    return any(line.startswith(b"{") and is_json(line) for line in rest.split(b"\n"))


def _by_line(block: bytes, stream: IO[bytes], line: int) -> Iterator[Stretch]:
    """The records of the block and of what follows it, as long as every line is a document; then the rest."""
    rest = b""
    while block:
        text, block = rest + block, stream.read(documents.BLOCK)
        end = text.rfind(b"\n") + 1 if block else len(text)
        lines, rest = text[:end], text[end:]
        some, count, goes_on = read_lines(lines, line, rest)
        yield some
        if goes_on:
            yield from _held(Documents(lines[goes_on.at :] + rest + block, stream, goes_on.line).records())
            return
        line += count
        if len(rest) > documents.MAXIMUM:  # no line, but a file within the file: read on as such
            yield from _held(Documents(rest + block, stream, line).records())
            return


def read_lines(text: bytes, line: int, following: bytes | None) -> tuple[Stretch, int, GoesOn | None]:
    """The records of whole lines, of which the first has number ``line``, and the number of lines.

    Where a document goes on beyond its line, what lies before it, and where it begins. ``following`` is what comes
    after the lines; where it is not known, a document that the last of them leaves open goes on.
    """
    lines = text.split(b"\n")
    if not lines[-1]:
        lines.pop()
    if all(map(STATEMENT, lines)) and (b"\r" not in text or text.count(b"\r") == text.count(b"\r\n")):
        numbers = list(range(line, line + len(lines)))
        return Stretch([one.strip() for one in lines], numbers, size=len(text)), len(lines), None
    some = Stretch()
    for index, one in enumerate(lines):
        next_line = lines[index + 1] if index + 1 < len(lines) else following
        found = _on_line(one.strip(), line + index, next_line)
        if found is None:
            return some, index, GoesOn(line + index, sum(map(len, lines[:index])) + index)
        for record in found:
            some.add(record)
    return some, len(lines), None


def _on_line(text: bytes, line: int, following: bytes | None) -> Iterable[Record] | None:
    """The records of one line; None for a document that goes on."""
    if not text or text.startswith(b"#"):
        return ()
    if not _PAGE_OR_ARRAY(text):
        return [(line, one, None) for one in ([text] if b"\r" not in text else _by_carriage_return(text))]
    return None if _goes_on(text, following) else Documents(text, io.BytesIO(), line).records()


def _by_carriage_return(line: bytes) -> list[bytes]:
    """The documents of a line: several where some line ends are those of an old Mac. A string can't hold one."""
    if is_json(line):
        return [line]
    return [piece for text in line.split(b"\r") if (piece := text.strip())]


def _goes_on(page: bytes, following: bytes | None) -> bool:
    """Whether a page is not closed on its line, and the next line doesn't look like a document of its own."""
    is_end = following is not None and following.strip()[:1] in (b"", b"{", b"[", b"#")
    return not is_end and not is_json(page)
