"""Extensions that may leave the restricted zone: those of profiles that say what they hold.

An extension can hold anything, so only known ones land, and of these only values that look as the profile says;
what can hold free text, an address or a person (``launchurl``, ``user-agent``, …) isn't listed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

import msgspec

from connectors.xapi.formats import is_iri

_CMI5_RESULT = "https://w3id.org/xapi/cmi5/result/extensions/"
_CMI5_CONTEXT = "https://w3id.org/xapi/cmi5/context/extensions/"
_VIDEO = "https://w3id.org/xapi/video/extensions/"

CMI5_SESSION = _CMI5_CONTEXT + "sessionid"
VIDEO_SESSION = _VIDEO + "session-id"

_Matches = Callable[[bytes], object]


def _pattern(pattern: str) -> _Matches:
    return re.compile(pattern.encode()).fullmatch


def _words(*words: str) -> _Matches:
    return _pattern(f'"(?:{"|".join(words)})"')


_NUMBER = _pattern(  # a double can hold it; some players write it as a text
    r'-?[0-9]{1,200}(?:\.[0-9]{1,200})?(?:[eE][+-]?[0-9]{1,2})?|"-?[0-9]{1,15}(?:\.[0-9]{1,15})?"'
)
_FLAG = _pattern("true|false")
_SESSION = _pattern(r'"[!#$&-?A-\[\]-~]{1,128}"')  # no blank, so no free text, and neither @ nor %40
_SEGMENTS = _pattern(r'"[0-9.,\[\] eE+-]*"')

_VIDEO_NUMBERS = ("time", "time-from", "time-to", "progress", "length", "completion-threshold", "volume")

KNOWN: dict[str, _Matches] = {
    _CMI5_RESULT + "progress": _NUMBER,
    _CMI5_RESULT + "reason": _words("Tested Out", "Equivalent AU", "Equivalent Outside Activity", "Administrative"),
    CMI5_SESSION: _SESSION,
    _CMI5_CONTEXT + "masteryscore": _NUMBER,
    _CMI5_CONTEXT + "launchmode": _words("Normal", "Browse", "Review"),
    _CMI5_CONTEXT + "moveon": _words("Passed", "Completed", "CompletedAndPassed", "CompletedOrPassed", "NotApplicable"),
    VIDEO_SESSION: _SESSION,
    **{_VIDEO + name: _NUMBER for name in _VIDEO_NUMBERS},
    **{_VIDEO + name: _FLAG for name in ("full-screen", "cc-enabled", "cc-subtitle-enabled")},
    _VIDEO + "played-segments": _SEGMENTS,
    _VIDEO + "speed": _pattern(r'"[0-9.]+x"|[0-9.]+'),
    _VIDEO + "screen-size": _pattern(r'"[0-9]+x[0-9]+"'),
    _VIDEO + "quality": _pattern(r'"[0-9]+(?:x[0-9]+|p)?"'),
    "http://id.tincanapi.com/extension/attempt-number": _NUMBER,
    "http://id.tincanapi.com/extension/duration": _NUMBER,
    "http://id.tincanapi.com/extension/percentage-complete": _NUMBER,
}  # fmt: skip

_members = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_encoded = msgspec.json.Encoder().encode


class Extensions(msgspec.Struct, frozen=True, gc=False):
    """What may land of an extensions object.

    ``text`` is JSON, or None. ``is_proven`` says that the original has no key twice, only IRIs as keys, and values
    that are plain (see ``_PLAIN``). ``session_id`` is that of the profile. ``canonical`` is the original as
    `bodies.canonical` would write it, where that is plain to see.
    """

    text: str | None = None
    is_proven: bool = True
    session_id: str | None = None
    canonical: bytes = b""


NO_EXTENSIONS = Extensions()

_PLAIN = _pattern(r'"[ !#-\[\]-~]*"|-?[0-9]{1,200}(?:\.[0-9]{1,200})?|true|false|null')
"""A value in which nothing can be wrong: ASCII without escapes, a number that a double can hold, a word."""

_SPELLED_OUT = _pattern(r"(?:-?[1-9][0-9]{0,14}|0)|-?(?:0|[1-9][0-9]{0,8})\.[0-9]{0,5}[1-9]|[^-0-9].*")
"""Numbers as they are written after reading (0.50 isn't), and what isn't a number."""


@lru_cache(maxsize=10_000)
def _is_key(name: str) -> bool:
    return is_iri(name)


@lru_cache(maxsize=20_000)
def known_extensions(raw: bytes) -> Extensions:
    """What of an extensions object may land, spelled the same however it was sent."""
    members = _members(raw)
    landed: dict[str, msgspec.Raw] = {}
    size, is_proven, is_spelled_out = 1, True, True
    for name, member in members.items():
        value = bytes(member)
        size += len(name) + len(value) + 4  # two quotes, a colon, a comma or brace
        is_spelled_out = is_spelled_out and (value.startswith(b'"') or _SPELLED_OUT(value) is not None)
        matches = KNOWN.get(name)
        if matches is not None and matches(value):
            landed[name] = member
        elif is_proven:
            is_proven = _PLAIN(value) is not None and _is_key(name)
    # The text is as long as its parts only if nothing else, no escape, no second value, is in it.
    is_proven = is_proven and (size == len(raw) or not members)
    text = (raw if is_proven and len(landed) == len(members) else _encoded(landed)) if landed else None
    if text and not is_spelled_out:
        text = _encoded(msgspec.json.decode(text))
    session = landed.get(CMI5_SESSION) or landed.get(VIDEO_SESSION)
    return Extensions(
        text.decode() if text else None,
        is_proven,
        bytes(session)[1:-1].decode() if session else None,
        raw if is_proven and is_spelled_out and len(members) == 1 else b"",
    )
