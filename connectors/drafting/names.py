"""How well a column's name fits a name that we know, in eight languages.

Names are compared as words without case, accents and punctuation: ``E-mailAdres`` is *e mail adres*. Letters of any
script count: a header in Japanese is a name, too.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

_EXACT, _TURNED, _INSIDE, _NEARLY = 1.0, 0.95, 0.75, 0.7
_LATER = 0.002
"""What a name is worth less than the one before it in a list that has the usual names first."""
_SAYS_LITTLE = {"id", "code", "name", "number", "no", "nr", "date", "utc", "text", "value", "nummer", "naam", "datum"}
"""Words that may follow a known name without making another thing of it."""
_SURE_ENOUGH = 0.9
"""Likeness of two names from which on one is believed to be a misspelling of the other."""
_SHORT = 6
"""Letters up to which a name is too short to be misspelt: *note* is not *none*."""
_LETTERS = str.maketrans(
    {"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "\u0131": "i", "æ": "ae", "œ": "oe"}
)
"""Letters that Unicode doesn't take apart into a plain one and its mark."""
_ACCENTS = re.compile("[\u0300-\u036f]")
"""Marks above and below Latin letters. Those of other scripts make another letter: が is not か."""
_EAST_ASIAN = "\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_BESIDE_LATIN = re.compile(f"(?<=[{_EAST_ASIAN}])(?=[A-Za-z0-9])|(?<=[A-Za-z0-9])(?=[{_EAST_ASIAN}])")
"""Between コース and ID, where people write no blank."""


def words(name: str) -> str:
    """The words of a name, in lower case, separated by blanks."""
    text = re.sub(r"([a-zà-ÿ0-9])([A-Z])", r"\1 \2", unicodedata.normalize("NFKC", name))
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", text.translate(_LETTERS)))
    plain = _BESIDE_LATIN.sub(" ", unicodedata.normalize("NFC", plain))
    return " ".join(re.findall(r"[^\W_]+", plain.casefold()))


@dataclass(frozen=True)
class Name:
    """A column's name: as it stands, as words, and as one word."""

    text: str
    words: str
    joined: str

    @classmethod
    def of(cls, text: str) -> Name:
        found = words(text)
        return cls(text, found, found.replace(" ", ""))


def likeness(name: Name, known: Iterable[str]) -> float:
    """From 0 to 1: how well the name fits the best of the known ones, which are written as words."""
    bare = Name.of(re.sub(r"\([^()]*\)\s*$", "", unicodedata.normalize("NFKC", name.text)))
    ways = [name] if bare.joined in ("", name.joined) else [name, bare]
    return max(
        (_likeness(way, other) - _LATER * min(i, 20) for way in ways for i, other in enumerate(known)), default=0.0
    )


def _likeness(name: Name, other: str) -> float:
    joined = other.replace(" ", "")
    if not name.joined or not joined:
        return 0.0
    if name.joined == joined:
        return _EXACT
    if sorted(name.words.split()) == sorted(other.split()):
        return _TURNED
    if f" {other} " in f" {name.words} ":
        return _inside(name, other)
    if min(len(joined), len(name.joined)) <= _SHORT:
        return 0.0
    matcher = SequenceMatcher(None, name.joined, joined)
    near = matcher.real_quick_ratio() >= _SURE_ENOUGH and matcher.ratio() >= _SURE_ENOUGH
    return _NEARLY if near else 0.0


def _inside(name: Name, other: str) -> float:
    """The longer the known part is, the more it says; and a *workshop country* is a country, no workshop."""
    if len(other) <= 2:
        return 0.0
    share = len(other.replace(" ", "")) / len(name.joined)
    behind = name.words.rpartition(f"{other} ")[2].split() if not name.words.endswith(other) else []
    return _INSIDE * (0.4 + 0.6 * share) * (0.85 if set(behind) - _SAYS_LITTLE else 1.0)
