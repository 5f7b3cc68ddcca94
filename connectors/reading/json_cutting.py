"""JSON text is cut into its records, which stay raw: one after the other, each with the line where it begins.

    NDJSON · an array · one document · several in a row (pages)  --records path--> Cut(line, raw, scope, key)

Nothing is decoded here. A line that is a record goes through as it is, which is the usual case; documents are
walked by their brackets, in a mapping of the file into memory, so that what is held is one record and not a file.
The objects around a record are its scopes; what else they hold may stand behind the records, so a scope is told
when it is closed. A record that is broken takes no neighbour with it.
"""

from __future__ import annotations

import mmap
import re
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import msgspec

from connectors.declaration.json_paths import EVERY

INVALID, TORN = "invalid_json", "torn_json"
_LOOKED_AT_BYTES = 1 << 20
_LOOKED_AT_LINES = 20
_BOM = b"\xef\xbb\xbf"
_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_NESTED = 6
"""Brackets within brackets that are matched at once; deeper ones are followed one by one."""


def _bracketed(depth: int) -> bytes:
    inner = _STRING if depth == 0 else _STRING + rb"|" + _bracketed(depth - 1)
    return rb'[{\[][^{}\[\]"]*+(?:(?:' + inner + rb')[^{}\[\]"]*+)*+[}\]]'


_VALUE = re.compile(rb"(?:" + _bracketed(_NESTED) + rb"|" + _STRING + rb'|[^\s,:{}\[\]"]++)', re.DOTALL)
_TOKEN = re.compile(rb"[{}\[\]]|" + _STRING + rb'|"', re.DOTALL)
_MEMBER = re.compile(rb"\s*+(" + _STRING + rb")\s*+:\s*+", re.DOTALL)
_BLANK = re.compile(rb"(?:\s++|#[^\n]*+)*+")
_NOT_FINITE = re.compile(rb":\s*-?(?:NaN|Infinity)\b")
"""What JSON has no numbers for, and many programs write all the same."""
_OPENING = re.compile(rb'\{\s*+"[^"\\]*+"\s*+:')
_whole = msgspec.json.Decoder(msgspec.Raw).decode
_text = msgspec.json.Decoder(str).decode


class Cut(NamedTuple):
    """One record. ``broken`` is the rule that its text breaks, ``scope`` the number of the object around it."""

    line: int
    raw: bytes
    broken: str | None = None
    scope: int | None = None
    key: str | None = None


class Scope(NamedTuple):
    """An object around records: its number, that of the object around it and of the document, and what else it holds.

    ``raw`` is the object with null in the place of what leads to the records.
    """

    number: int
    outer: int | None
    document: int
    key: str | None
    raw: bytes


@dataclass
class Notes:
    """What is learned while a file is cut: scopes, lines that are no records, whether the path led anywhere.

    ``patience``: documents after which a path that led nowhere is given up; None for all.
    """

    scopes: list[Scope] = field(default_factory=list)
    numbered: int = 0
    lines_not_records: int = 0
    is_there: bool = False
    documents: int = 0
    patience: int | None = None

    @property
    def is_given_up(self) -> bool:
        """Whether the path is not looked for in another document."""
        return self.patience is not None and self.documents >= self.patience and not self.is_there


def cut(path: Path, steps: Sequence[str], prefix: re.Pattern[bytes] | None, notes: Notes) -> Iterator[Cut]:
    """The records of a file that is UTF-8 or nearly so. ``steps`` lead from each document to its records."""
    if prefix is not None or _is_by_line(path):
        yield from _lines(path, tuple(steps), prefix, notes)
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        yield from _Walk(content, tuple(steps), notes, 1).records()


def first_content(path: Path) -> bytes:
    """The first line that isn't blank or a comment; as much of it as is looked at."""
    return next(_content_lines(path), b"")


def _content_lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        head = file.read(_LOOKED_AT_BYTES).removeprefix(_BOM)
    for line in head.splitlines():
        text = line.strip()
        if text and not text.startswith(b"#"):
            yield text


def _is_by_line(path: Path) -> bool:
    """Whether every line is a document of its own. A line that is broken doesn't say; the next ones do."""
    lines = list(islice(_content_lines(path), _LOOKED_AT_LINES))
    return 2 * sum(line[:1] in b"{[" and is_whole(line) for line in lines) >= len(lines)


def is_whole(raw: bytes) -> bool:
    """Whether bytes are one JSON value."""
    try:
        _whole(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _NOT_FINITE.search(raw) is not None and is_whole(_NOT_FINITE.sub(b":0", raw))
    except RecursionError:
        return True  # it may be JSON; whoever reads it says that it is nested too deeply
    return True


def _lines(path: Path, steps: tuple[str, ...], prefix: re.Pattern[bytes] | None, notes: Notes) -> Iterator[Cut]:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            for piece in line.splitlines() if b"\r" in line else (line,):
                text = (piece.removeprefix(_BOM) if number == 1 else piece).strip()
                if prefix is not None and text[:1] not in (b"{", b"[") and (match := prefix.match(text)):
                    text = text[match.end() :]
                if not text or text.startswith(b"#"):
                    notes.lines_not_records += 1
                elif not steps and not text.startswith(b"["):
                    notes.is_there = True
                    yield Cut(number, text)
                elif notes.is_given_up:
                    return
                elif text[:1] in (b"{", b"["):
                    yield from _Walk(text, steps, notes, number).records()
                else:
                    yield Cut(number, text, INVALID)


class _Torn(Exception):
    """A document ends, or goes on as no document can, at this place."""

    def __init__(self, at: int) -> None:
        self.at = at


_Walked = Generator[Cut, None, int]
"""Yields records; returns the place behind what was walked."""


class _Walk:
    """Documents in a row, walked from their beginning to their end."""

    def __init__(self, content: bytes | mmap.mmap, steps: tuple[str, ...], notes: Notes, line: int) -> None:
        self._content = content
        self._size = len(content)
        self._steps = steps
        self._notes = notes
        self._line = line
        self._counted = 0
        self._document = 0
        self._is_torn = False
        self._opening: re.Pattern[bytes] | None = None

    def records(self) -> Iterator[Cut]:
        at = self._blank(len(_BOM) if self._content[:3] == _BOM else 0)
        while at < self._size and not self._notes.is_given_up:
            start = at
            self._notes.documents += 1
            try:
                at = yield from self._at(at, self._steps, None, None)
            except _Torn as torn:
                end = self._end_of_line(torn.at)
                if not self._is_torn:  # that its last record is cut off has been told
                    yield Cut(self._line_of(torn.at), self._content[torn.at : end].strip(), TORN)
                at = max(self._next_document(end), start + 1)
            at = self._blank(at)
            if self._content[at : at + 1] == b",":
                at = self._blank(at + 1)

    def _at(self, at: int, steps: tuple[str, ...], scope: int | None, key: str | None) -> _Walked:
        """What stands here, from where ``steps`` lead on to the records."""
        here = self._content[at : at + 1]
        if here == b"[":
            return (yield from self._list(at, steps[1:] if steps[:1] == (EVERY,) else steps, scope, key))
        if not steps:
            self._notes.is_there = True
            return (yield from self._record(at, scope, key))
        if here == b"{":
            return (yield from self._object(at, steps, scope, key))
        return self._end(at)

    def _list(self, at: int, steps: tuple[str, ...], scope: int | None, key: str | None) -> _Walked:
        at = self._blank(at + 1)
        # A list on the way that is empty has no records, which is another thing than to have no place for them.
        self._notes.is_there |= not steps or self._content[at : at + 1] == b"]"
        while self._content[at : at + 1] != b"]":
            if at >= self._size:
                raise _Torn(at)
            if steps:
                at = yield from self._at(at, steps, scope, None)
            else:
                at = yield from self._record(at, scope, key)
            at = self._blank(at)
            if self._content[at : at + 1] == b",":
                at = self._blank(at + 1)
        return at + 1

    def _object(self, start: int, steps: tuple[str, ...], outer: int | None, key: str | None) -> _Walked:
        """The members that lead on are walked; the others are what the scope of the records holds."""
        number, self._notes.numbered = self._notes.numbered, self._notes.numbered + 1
        document = number if outer is None else self._document
        self._document = document
        kept, left, at = list[bytes](), start, start + 1
        try:
            while (member := self._member(at)) is not None:
                name, at = _name(member[1]), member.end()
                if steps[0] in (EVERY, name):
                    kept.append(self._content[left:at] + b"null")
                    at = left = yield from self._at(at, steps[1:], number, name if steps[0] == EVERY else None)
                else:
                    at = self._end(at)
            at = self._blank(at)
            kept.append(self._content[left:at])
        finally:  # the records of a document that is torn are in the same scope
            self._notes.scopes.append(Scope(number, outer, document, key, b"".join(kept) + b"}"))
        return at + 1

    def _member(self, at: int) -> re.Match[bytes] | None:
        """The next member of an object; None at its end."""
        at = self._blank(at)
        if self._content[at : at + 1] == b",":
            at = self._blank(at + 1)
        if self._content[at : at + 1] == b"}":
            return None
        member = _MEMBER.match(self._content, at)
        if member is None:
            raise _Torn(at)
        return member

    def _record(self, at: int, scope: int | None, key: str | None) -> _Walked:
        """A record; where it is broken, it ends where the next one like it begins."""
        line, end = self._line_of(at), self._closed(at)
        if end is not None and is_whole(raw := self._content[at:end]):
            if self._opening is None and (opening := _OPENING.match(raw)):
                self._opening = re.compile(rb"(?<=[,\n\[])\s*+" + rb"\s*+".join(map(re.escape, opening[0].split())))
            yield Cut(line, raw, None, scope, key)
            return end
        following = self._opening.search(self._content, at + 1) if self._opening else None
        stop = following.end() - len(following[0].lstrip()) if following else end or self._size
        self._is_torn = stop == self._size
        yield Cut(line, self._content[at:stop].rstrip(b" \t\r\n,"), TORN if self._is_torn else INVALID, scope, key)
        return stop

    def _closed(self, at: int) -> int | None:
        """Where the value that begins here ends; None where it has no end."""
        value = _VALUE.match(self._content, at)
        if value is not None:
            return value.end()
        open_brackets = 0
        for token in _TOKEN.finditer(self._content, at):
            if token[0] in (b"{", b"["):
                open_brackets += 1
            elif token[0] in (b"}", b"]"):
                open_brackets -= 1
                if open_brackets <= 0:
                    return token.end()
            elif token[0] == b'"':
                return None
        return None

    def _end(self, at: int) -> int:
        end = self._closed(at)
        if end is None:
            raise _Torn(at)
        return end

    def _blank(self, at: int) -> int:
        blank = _BLANK.match(self._content, at)
        return at if blank is None else blank.end()

    def _line_of(self, at: int) -> int:
        """Asked for in order only: lines are counted from where they were counted last."""
        self._line += self._content[self._counted : at].count(b"\n")
        self._counted = max(self._counted, at)
        return self._line

    def _end_of_line(self, at: int) -> int:
        end = self._content.find(b"\n", at)
        return self._size if end < 0 else end

    def _next_document(self, at: int) -> int:
        """Where a document may begin after a broken one: at the start of a line."""
        following = re.compile(rb"(?<=\n)[{\[]").search(self._content, at)
        return self._size if following is None else following.start()


def _name(raw: bytes) -> str:
    """The name of a member; one that can't be read is none that leads anywhere."""
    try:
        return _text(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
