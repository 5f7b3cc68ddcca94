"""The formats that xAPI borrows: UUID, IRI, language tag, instant, duration. Text in, meaning out, no coercion.

Each ``is_…`` says whether a text has the format; each ``parse_…`` gives what it means, or None. Sources are
named at each format; where xAPI 1.0.3 is laxer than the RFC it points to, the laxer reading is here and the
stricter one (2.0) is an argument.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

# RFC 4122, 4.1.1: variant 2 in the clock sequence; the version is not restricted (v7 is legal).
_HEX = "[0-9a-fA-F]"  # spelled out: twice as fast as without regard to case
UUID = rf"{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-[89abAB]{_HEX}{{3}}-{_HEX}{{12}}"
_UUID = re.compile(UUID).fullmatch

# RFC 3987, as far as it can be told apart from any text: a scheme, then no character that an IRI may not hold. Blanks
# beyond ASCII are ucschar (2.2); line and paragraph separators are so, too, but end a line for too many readers.
_IRI = re.compile(
    r"[a-z][a-z0-9+.-]*:[^\x00-\x20<>\"{}|\\^`\x7f-\x9f\u2028\u2029\ufffe\uffff]+", re.IGNORECASE | re.ASCII
)

_MAILTO = re.compile(r"mailto:[^@\s<>\"]+@[^@\s<>\"]+", re.IGNORECASE)
_SHA1 = re.compile(r"[0-9a-f]{40}", re.IGNORECASE)

# RFC 5646, 2.1: the sequence of subtag lengths. Whether a subtag is registered is not checked (XAPI-00013).
_LANGUAGE = re.compile(
    r"""(?: (?:[a-z]{2,3}(?:-[a-z]{3}){0,3} | [a-z]{4,8})   # language, extended language
            (?:-[a-z]{4})?                                    # script
            (?:-(?:[a-z]{2}|[0-9]{3}))?                       # region
            (?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*          # variants
            (?:-[0-9a-wy-z](?:-[a-z0-9]{2,8})+)*              # extensions
            (?:-x(?:-[a-z0-9]{1,8})+)?                        # private use
        | x(?:-[a-z0-9]{1,8})+
        | en-GB-oed | sgn-(?:BE-FR|BE-NL|CH-DE)
        | i-(?:ami|bnn|default|enochian|hak|klingon|lux|mingo|navajo|pwn|tao|tay|tsu) )""",
    re.IGNORECASE | re.VERBOSE | re.ASCII,
)

_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?"
    r"(?:([Zz])|([+-])([0-9]{2})(?::?([0-9]{2}))?)?"
)
_RFC3339_ZONE = re.compile(r"(?:[Zz]|[+-][0-9]{2}:[0-9]{2})\Z")

# ISO 8601:2004, 4.4.3.2: designators in order, only the last number may have a fraction; weeks stand alone.
_NUMBER = r"([0-9]+(?:[.,][0-9]+(?=[A-Z]\Z))?)"
_DURATION = re.compile(
    rf"P(?:{_NUMBER}W|(?=[0-9T])(?:{_NUMBER}Y)?(?:{_NUMBER}M)?(?:{_NUMBER}D)?"
    rf"(?:T(?=[0-9])(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:{_NUMBER}S)?)?)"
)

# What most tools send; a third of the time of the full form.
_CLOCK = re.compile(r"PT(?=[0-9])(?:([0-9]{1,9})H)?(?:([0-9]{1,9})M)?(?:([0-9]{1,9}(?:\.[0-9]{1,9})?)S)?")

_EPOCH = datetime(1970, 1, 1)
_MICROSECOND = timedelta(microseconds=1)


def is_uuid(text: str) -> bool:
    return _UUID(text) is not None


def is_iri(text: str) -> bool:
    """Absolute IRI. An IRL can't be told from it without resolving it, so both are checked like this."""
    return _IRI.fullmatch(text) is not None


def is_mailto(text: str) -> bool:
    return _MAILTO.fullmatch(text) is not None


def is_sha1(text: str) -> bool:
    return _SHA1.fullmatch(text) is not None


@lru_cache(maxsize=1_000)
def is_language_tag(text: str) -> bool:
    return _LANGUAGE.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Instant:
    """``microseconds`` since 1970 (UTC), the local ``day`` as written, ``offset_minutes`` or None without a zone."""

    microseconds: int
    day: date
    offset_minutes: int | None

    @property
    def utc(self) -> datetime:
        """Naive UTC, as every instant is landed."""
        return _EPOCH + timedelta(microseconds=self.microseconds)


def parse_instant(text: str, *, strict: bool = False) -> Instant | None:
    """RFC 3339 instant; a leap second counts as the second after it. Digits beyond microseconds are cut.

    Lax (1.0.3, clause 4.5: SHOULD*) also takes no zone, read as UTC, and ISO 8601's ``+hhmm`` and ``+hh``;
    ``strict`` (2.0) doesn't. A zone of ``-00:00`` ("unknown") is refused by both.
    """
    match = _INSTANT.fullmatch(text)
    if match is None or (strict and _RFC3339_ZONE.search(text) is None):
        return None
    day, hour, minute, second, fraction, zulu, sign, zone_hours, zone_minutes = match.groups()
    offset = 0 if zulu else _offset(sign, zone_hours, zone_minutes)
    if offset is None or int(second) > 60:
        return None
    try:
        local = datetime.fromisoformat(f"{day}T{hour}:{minute}:00") + timedelta(seconds=int(second))
        micros = (local - _EPOCH) // _MICROSECOND + int(((fraction or "") + "000000")[:6]) - offset * 60_000_000
        _EPOCH + timedelta(microseconds=micros)  # raises where UTC has no such year
    except (ValueError, OverflowError):  # no such day or hour, or outside the years 1 to 9999
        return None
    return Instant(micros, date.fromisoformat(day), offset if zulu or sign else None)


def _offset(sign: str | None, hours: str | None, minutes: str | None) -> int | None:
    """Minutes east of UTC; None for what no zone is."""
    if sign is None:
        return 0
    size = int(hours or 0) * 60 + int(minutes or 0)
    if int(hours or 0) > 23 or int(minutes or 0) > 59 or (sign == "-" and size == 0):
        return None
    return -size if sign == "-" else size


@dataclass(frozen=True, slots=True)
class Duration:
    """``seconds`` is None where the text names years or months, which have no length, or more than can be counted."""

    seconds: float | None


def parse_duration(text: str) -> Duration | None:
    clock = _CLOCK.fullmatch(text)
    if clock is not None:
        hours, minutes, seconds = clock.groups("0")
        return Duration(3_600 * int(hours) + 60 * int(minutes) + float(seconds))
    match = _DURATION.fullmatch(text)
    if match is None:
        return None
    weeks, years, months, days, hours, minutes, seconds = match.groups()
    if (years and _amount(years)) or (months and _amount(months)):
        return Duration(None)
    total = _amount(seconds) if seconds else 0.0
    total += 60 * _amount(minutes) if minutes else 0.0
    total += 3_600 * _amount(hours) if hours else 0.0
    total += 86_400 * _amount(days) if days else 0.0
    total += 604_800 * _amount(weeks) if weeks else 0.0
    return Duration(total if total < math.inf else None)


def _amount(number: str) -> float:
    return float(number.replace(",", "."))
