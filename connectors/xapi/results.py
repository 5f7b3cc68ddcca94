"""The result of a statement → the columns that it fills.

Results are nearly all different, so there is a quick way that proves the common forms fine.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import msgspec

from connectors.xapi import formats, rules
from connectors.xapi.bodies import canonical, comparable_duration
from connectors.xapi.extensions import NO_EXTENSIONS, Extensions, known_extensions
from connectors.xapi.fragments import NOT_READ, Fragments, Part


class _Result(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    score: msgspec.Raw = msgspec.Raw()
    success: bool | msgspec.UnsetType = msgspec.UNSET
    completion: bool | msgspec.UnsetType = msgspec.UNSET
    response: msgspec.Raw = msgspec.Raw()
    duration: str = ""
    extensions: msgspec.Raw = msgspec.Raw()


_read_result = msgspec.json.Decoder(_Result).decode
_read_text = msgspec.json.Decoder(str).decode
NO_RESULT = Part((None,) * 9)


class _Score(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    scaled: float | None = None
    raw: float | None = None
    min: float | None = None
    max: float | None = None


_read_score = msgspec.json.Decoder(_Score).decode
NO_SCORE = Part((None,) * 4)


def _score(value: Mapping[str, Any]) -> Part:
    """Columns score_scaled, score_raw, score_min, score_max."""
    return _score_part(_Score(**{name: float(number) for name, number in value.items()}))


def _score_part(score: _Score) -> Part:
    numbers = (score.scaled, score.raw, score.min, score.max)
    return Part(numbers, repr(numbers).encode())


def _quick_score(raw: bytes) -> Part | None:
    """The part, if it is proven to break no rule: as many colons as numbers means that no key stands twice."""
    try:
        score = _read_score(raw)
    except NOT_READ:
        return None
    part = _score_part(score)
    if raw.count(b":") != 4 - part.columns.count(None):
        return None
    low = -math.inf if score.min is None else score.min
    high = math.inf if score.max is None else score.max
    is_fine = low < high and (score.raw is None or low <= score.raw <= high) and -1 <= (score.scaled or 0) <= 1
    return part if is_fine else None


class Results:
    """Columns score_scaled, score_raw, score_min, score_max, is_success, is_completion, duration_text,
    duration_seconds, result_extensions.
    """

    def __init__(self) -> None:
        self.scores = Fragments(rules.score, _score, NO_SCORE, _quick_score)
        self._durations: dict[str, formats.Duration | None] = {}

    def quick(self, raw: bytes) -> Part | None:
        """The part, if it is proven to break no rule; texts in it have no escapes."""
        try:
            result = _read_result(raw)
            response = _read_text(result.response) if result.response else None
            extensions = known_extensions(bytes(result.extensions)) if result.extensions else NO_EXTENSIONS
        except NOT_READ:
            return None
        score = self.scores.part(bytes(result.score))
        if score is None or not extensions.is_proven or (result.duration and self._duration(result.duration) is None):
            return None
        return self._part(result, score, response, extensions) if _fits_result(result, raw) else None

    def flatten(self, value: Mapping[str, Any]) -> Part:
        """The part of a decoded result that the rules were applied to."""
        plain = {name: member for name, member in value.items() if name not in ("score", "response", "extensions")}
        extensions = (
            known_extensions(msgspec.json.encode(value["extensions"])) if "extensions" in value else NO_EXTENSIONS
        )
        result = msgspec.convert(plain, _Result)
        if "extensions" in value:
            result.extensions = msgspec.Raw(canonical(value["extensions"]))
        score = _score(value["score"]) if "score" in value else NO_SCORE
        return self._part(result, score, value.get("response"), extensions)

    def _duration(self, text: str) -> formats.Duration | None:
        if text not in self._durations:
            if len(self._durations) > 100_000:
                self._durations.clear()
            self._durations[text] = formats.parse_duration(text)
        return self._durations[text]

    def _part(self, result: _Result, score: Part, response: str | None, extensions: Extensions) -> Part:
        success = None if result.success is msgspec.UNSET else result.success
        completion = None if result.completion is msgspec.UNSET else result.completion
        duration = self._duration(result.duration) if result.duration else None
        text = f"{success}\x1e{completion}\x1e{comparable_duration(result.duration)}\x1e{response}".encode()
        body = b"\x1e".join((text, score.body, _canonical(result.extensions, extensions) if result.extensions else b""))
        seconds = duration.seconds if duration else None
        return Part((*score.columns, success, completion, result.duration or None, seconds, extensions.text), body)


def _canonical(raw: msgspec.Raw, known: Extensions) -> bytes:
    return known.canonical or canonical(msgspec.json.decode(raw))


def _fits_result(result: _Result, raw: bytes) -> bool:
    """Whether the text is as long as what was read of it: then nothing else, no key twice, is in it."""
    size = 1
    size += 9 + len(result.score) if result.score else 0
    size += 12 + len(result.response) if result.response else 0
    size += 14 + len(result.extensions) if result.extensions else 0
    size += 14 + len(result.duration) if result.duration else 0
    if result.success is not msgspec.UNSET:
        size += 15 if result.success else 16
    if result.completion is not msgspec.UNSET:
        size += 18 if result.completion else 19
    return size == len(raw)
