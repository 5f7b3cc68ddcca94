"""Documents that span lines, or lie several on one: arrays and pages are cut into statements without decoding them.

A block is handed to msgspec, which gives the raw slices of an array at parse speed; where it finds the block broken,
brackets are followed token by token, so that one broken statement takes no neighbour with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO

import msgspec

from connectors.errors import OriginalRefused

Record = tuple[int, bytes, str | None]
"""Line (from 1), raw bytes, and the id of the rule that they break as bytes, or None."""

_MOST_WITHIN = 2
"""Arrays and pages within each other: a script that collects pages makes an array of them."""

BLOCK = 1 << 20
MAXIMUM = 1 << 28
"""Bytes within which a statement has to end (256 MB)."""

_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_SCALAR = rb"(?:" + _STRING + rb"|[\w.+-]+)"
_BESIDE = _SCALAR
"""What a page may say beside its statements: little, so it is nested a little at most."""
for _ in range(3):
    _BESIDE = rb"(?:" + _SCALAR + rb"|[{\[](?:[\s:,]|" + _BESIDE + rb")*+[}\]])"
# The members before the statements may be given back: up to Python 3.11.3, a lookahead within a possessive group makes
# the whole pattern match nothing.
PAGE_HEAD = re.compile(
    rb'\{\s*(?:"(?!(?:statements|actor|verb|object)")[^"\\]*"\s*:\s*' + _BESIDE + rb'\s*,\s*)*"statements"\s*:\s*\['
)
_PAGE_TAIL = re.compile(rb'\s*(?:,\s*"[^"\\]*"\s*:\s*' + _BESIDE + rb"\s*)*+\}")
_OBJECTS = re.compile(rb"\[\s*+\{")
_TOKEN = re.compile(rb"[{}\[\]]|" + _STRING + rb'|"', re.DOTALL)
_BLANK = re.compile(rb"[\s,]*+")
_RESUME = re.compile(rb"[\[,\n]\s*+(?=\{)")


class _Statement(msgspec.Struct):
    """What every statement has; enough to find the next one after a broken one."""

    actor: msgspec.Raw
    verb: msgspec.Raw
    object: msgspec.Raw


_slices = msgspec.json.Decoder(list[msgspec.Raw]).decode
_whole = msgspec.json.Decoder(msgspec.Raw).decode
_like_a_statement = msgspec.json.Decoder(_Statement).decode


def _lines(text: bytes, start: int, end: int) -> int:
    """How many lines end there: mostly none, which is quicker to see than to count."""
    return text.count(b"\n", start, end) if text.find(b"\n", start, end) >= 0 else 0


def is_json(text: bytes) -> bool:
    try:
        _whole(text)
    except msgspec.DecodeError:
        return False
    except RecursionError:
        return True  # JSON it may be; the rules say that it is nested too deeply
    return True


class Documents:
    """Reads documents that span lines, or lie several on one. ``_at`` is where it stands in the buffered bytes."""

    def __init__(self, head: bytes, stream: IO[bytes], line: int) -> None:
        self._stream = stream
        self._buffer = head
        self._at = 0
        self._line = line
        self._is_at_end = False
        self._is_torn = False
        self._careful_until = 0

    def records(self) -> Iterator[Record]:
        closing: list[bytes] = []
        while self._skip_blank():
            here = self._buffer[self._at : self._at + 1]
            if closing and here == b"]":
                yield from self._close(closing.pop())
            elif (not closing and here == b"[") or (
                len(closing) < _MOST_WITHIN and _OBJECTS.match(self._buffer, self._at)
            ):
                self._move(self._at + 1)
                closing.append(b"]")
            elif len(closing) < _MOST_WITHIN and (head := PAGE_HEAD.match(self._buffer, self._at)):
                self._move(head.end())
                closing.append(b"]}")
            elif not closing and here == b"#":
                self._move(self._end_of_line())
            elif here in b"{[":
                yield from (self._many() if closing else self._one(is_in_array=False))
            else:
                yield from self._stray()
        if closing and not self._is_torn:
            yield self._line, b"", "torn_page"

    def _skip_blank(self) -> bool:
        """Go to the next character that means something; False at the end of the file."""
        while True:
            blank = _BLANK.match(self._buffer, self._at)
            assert blank is not None  # the pattern matches the empty string
            self._move(blank.end())
            if self._at < len(self._buffer):
                if len(self._buffer) - self._at < BLOCK // 2:
                    self._fill()
                return True
            if not self._fill():
                return False

    def _fill(self, size: int = BLOCK) -> bool:
        """Read on; what lies behind is forgotten. False at the end of the file."""
        block = b"" if self._is_at_end else self._stream.read(size)
        self._is_at_end = not block
        if block:
            self._careful_until = max(0, self._careful_until - self._at)
            self._buffer = self._buffer[self._at :] + block
            self._at = 0
        return bool(block)

    def _move(self, to: int) -> None:
        self._line += _lines(self._buffer, self._at, to)
        self._at = to

    def _end_of_line(self) -> int:
        end = self._buffer.find(b"\n", self._at)
        return len(self._buffer) if end < 0 else end

    def _close(self, closing: bytes) -> Iterator[Record]:
        """The end of an array, and of the page around it with its ``more`` link."""
        self._move(self._at + 1)
        if closing == b"]":
            return
        if (tail := _PAGE_TAIL.match(self._buffer, self._at)) or (
            self._fill() and (tail := _PAGE_TAIL.match(self._buffer, self._at))
        ):
            self._move(tail.end())
            return
        line, start = self._line, self._at
        self._move(self._end_of_line())
        self._is_torn = True
        yield line, self._buffer[start : self._at], "torn_page"

    def _stray(self) -> Iterator[Record]:
        """Something that is neither object nor array: it is a record that no rule accepts."""
        line, start = self._line, self._at
        token = re.compile(_SCALAR).match(self._buffer, start)
        self._move(token.end() if token else max(start + 1, self._end_of_line()))
        yield line, self._buffer[start : self._at], None if token else "json_syntax"

    def _many(self) -> Iterator[Record]:
        """The statements of an array up to a boundary near the end of the buffer; at least one."""
        first_line, start = self._line, self._at
        end, is_whole = self._end_of_value(start)
        if end is None or not is_whole or self._at < self._careful_until:
            yield from self._one(is_in_array=True)
            return
        blank = _BLANK.match(self._buffer, end)
        assert blank is not None
        # What separates the first statement from the second most likely separates the last two as well.
        boundary = self._buffer[end - 1 : blank.end() + 6]
        cut = len(self._buffer)
        for _ in range(8):
            cut = self._buffer.rfind(boundary, end - 1, cut)
            if cut < 0:
                break
            try:
                slices = _slices(b"[%b]" % self._buffer[start : cut + 1])
            except (msgspec.DecodeError, RecursionError):
                continue
            yield from self._located(slices, first_line)
            self._move(cut + 1)
            return
        self._careful_until = len(self._buffer)
        yield from self._one(is_in_array=True)

    def _located(self, slices: list[msgspec.Raw], line: int) -> Iterator[Record]:
        """Slices of the buffer from where we stand, with their lines; blanks and a comma are all that is between."""
        at = self._at
        for piece in slices:
            blank = _BLANK.match(self._buffer, at)
            assert blank is not None
            line += _lines(self._buffer, at, blank.end())
            at = blank.end() + len(piece)
            yield line, bytes(piece), None
            line += _lines(self._buffer, blank.end(), at)

    def _one(self, *, is_in_array: bool) -> Iterator[Record]:
        """The record that begins here. If it is broken, it ends where the next statement begins."""
        line = self._line
        end, is_whole = self._end_of_value(self._at)
        while end is None and len(self._buffer) - self._at < MAXIMUM and self._fill(max(BLOCK, len(self._buffer))):
            end, is_whole = self._end_of_value(self._at)
        start = self._at
        if end is not None and is_whole and is_json(self._buffer[start:end]):
            self._move(end)
            yield line, self._buffer[start:end], None
            return
        resume = self._next_statement(start, end or len(self._buffer))
        if resume is None and end is None and not self._is_at_end:
            raise OriginalRefused(
                f"What begins on line {line} has no end within {MAXIMUM >> 20} MB, so no statement can be cut out.",
                "export the statements again, in smaller files or one per line.",
            )
        # The torn tail of an array is one record: that the end of what is around it is missing is not told again.
        self._is_torn = is_in_array and resume is None and end is None
        stop = resume or end or len(self._buffer)
        self._move(stop)
        yield line, self._buffer[start:stop].rstrip(b" \t\r\n,"), "torn_page" if self._is_torn else "json_syntax"

    def _end_of_value(self, start: int) -> tuple[int | None, bool]:
        """Where the brackets that open at ``start`` are closed, and True.

        False and the place where a bracket closes what isn't open; False and None where the buffer ends before.
        """
        open_brackets = bytearray()
        for token in _TOKEN.finditer(self._buffer, start):
            kind = token[0][0]
            if kind in b"{[":
                open_brackets.append(kind + 2)  # in ASCII, each bracket closes two characters later
            elif kind in b"}]":
                if open_brackets.pop() != kind:
                    return token.start(), False
                if not open_brackets:
                    return token.end(), True
            elif len(token[0]) == 1:  # a string that doesn't end
                return None, False
        return None, False

    def _next_statement(self, start: int, stop: int) -> int | None:
        """Where the next whole statement begins after the broken one at ``start``, before ``stop``."""
        for gap in _RESUME.finditer(self._buffer, start + 1, stop):
            end, is_whole = self._end_of_value(gap.end())
            if is_whole:
                try:
                    _like_a_statement(self._buffer[gap.end() : end])
                except (msgspec.DecodeError, RecursionError):
                    continue
                return gap.end()
        return None
