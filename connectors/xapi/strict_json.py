"""JSON as a statement has to be written: UTF-8, no key twice, no NaN, no half character, depth within reason."""

from __future__ import annotations

import json
import math
import re
from itertools import accumulate
from typing import Any, NoReturn

from connectors.xapi.rulebook import RULES

MOST_LEVELS = 512
"""Objects and arrays within each other, at most. Any reader has a limit; this one is the same whoever calls."""

_BRACKET = re.compile(r'[{}\[\]]|"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)


class Violation(Exception):
    """A rule that is broken. ``pointer`` is the JSON pointer of the place."""

    def __init__(self, rule: str, pointer: str) -> None:
        super().__init__(f"{rule} at {pointer or '/'}")
        self.rule = rule
        self.pointer = pointer or "/"

    @property
    def expected(self) -> str:
        return RULES[self.rule].expected


def decode(raw: bytes) -> Any:
    """The value of a JSON text. Raises :class:`Violation` for what isn't strict JSON."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise Violation("encoding", "") from None
    if may_be_deep(raw, MOST_LEVELS) and _levels(text) > MOST_LEVELS:
        raise Violation("json_depth", "")
    try:
        value = _read(text)
    except RecursionError:
        raise Violation("json_depth", "") from None
    except json.JSONDecodeError:
        raise Violation("json_syntax", "") from None
    except ValueError:  # more digits than Python converts
        raise Violation("number_size", "") from None
    if "\\u" in text:
        _refuse_surrogates(value)
    return value


def may_be_deep(raw: bytes, levels: int) -> bool:
    """Whether there are brackets enough for more levels than these."""
    return len(raw) > levels and raw.count(b"[") + raw.count(b"{") > levels


def _levels(text: str) -> int:
    steps = {"{": 1, "[": 1, "}": -1, "]": -1}
    return max(accumulate(steps.get(token[0], 0) for token in _BRACKET.findall(text)))


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise Violation("duplicate_key", "")
    return members


def _no_constant(_: str) -> NoReturn:
    raise Violation("json_syntax", "")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise Violation("number_size", "")
    return number


_read = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_finite).decode


def _refuse_surrogates(value: Any) -> None:
    """Half a character (``\\ud800`` alone) can't be written as UTF-8."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise Violation("encoding", "") from None
