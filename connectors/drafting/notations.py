"""How the values of a column may be written: candidates from a sample, confirmed against every value.

    sample --shapes--> candidate formats --one statement over all rows--> how many values each of them reads

Nothing is guessed that isn't confirmed: a format that reads the sample, and fails on row 70 000, is told as such.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from connectors.drafting.vocabulary import vocabulary

_DAY = re.compile(r"(?P<a>\d{1,4})(?P<by>[-/. ])(?P<b>\d{1,2})(?P=by)(?P<c>\d{1,4})(?P<rest>.*)", re.DOTALL)
_WORD_FIRST = re.compile(
    r"(?P<month>[^\W\d_]{3,9}\.?)(?P<by>[- ]?)(?P<day>\d{1,2})(?P<then>,? ?)(?P<year>\d{4})(?P<rest>.*)"
)
_DAY_FIRST = re.compile(
    r"(?P<day>\d{1,2})(?P<dot>\.?)(?P<by>[- ]?)(?P<month>[^\W\d_]{3,9}\.?)(?P<then>[-, ]{1,2})(?P<year>\d{4}|\d\d)"
    r"(?P<rest>.*)"
)
_COMPACT = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_MONTH = re.compile(
    r"(?P<year>(?:19|20)\d\d)(?P<by>[-/.])(?P<month>0[1-9]|1[0-2])|(?P<m>0[1-9]|1[0-2])(?P<at>[-/.])(?P<y>(?:19|20)\d\d)"
)
_WORD_AND_YEAR = re.compile(r"(?P<month>[^\W\d_]{3,9}\.?)(?P<by>[- ])(?P<year>(?:19|20)\d\d)")
_EAST_ASIAN = re.compile(r"(?P<year>\d{4})年(?P<month>\d{1,2})月(?:(?P<day>\d{1,2})日(?P<rest>.*))?", re.DOTALL)
_CLOCK = re.compile(
    r"(?P<before>[T ,]{1,3})(?P<clock>\d{1,2}:\d\d)(?P<seconds>:\d\d)?(?P<part>\.\d{1,9})?(?P<half> ?[AaPp][Mm])?"
    r"(?P<zone>Z|[+-]\d\d:?\d\d)?"
)


@dataclass(frozen=True)
class DateFormat:
    """A format of strptime, and whether months have to be turned from words into numbers before."""

    text: str
    has_month_words: bool = False

    @property
    def day_first(self) -> bool | None:
        """Whether the day stands before the month; None where the order is beyond doubt."""
        if self.has_month_words or not self.text.find("%m") >= 0 or "%d" not in self.text:
            return None
        if self.text.startswith("%Y"):
            return None
        return self.text.find("%d") < self.text.find("%m")


def formats_of(values: Iterable[str]) -> tuple[DateFormat, ...]:
    """Every format that one of the values may be written in, those of most values first."""
    counts: dict[DateFormat, int] = {}
    for value in values:
        for found in _formats(value.strip()):
            counts[found] = counts.get(found, 0) + 1
    return tuple(sorted(counts, key=lambda found: -counts[found]))


def _formats(value: str) -> Iterator[DateFormat]:
    if _COMPACT.fullmatch(value):
        yield DateFormat("%Y%m%d")
    elif month := _MONTH.fullmatch(value):
        by = month["by"] or month["at"]
        yield DateFormat(f"%Y{by}%m" if month["year"] else f"%m{by}%Y")
    elif (word := _WORD_AND_YEAR.fullmatch(value)) and _is_month(word["month"]):
        yield DateFormat(f"%m{word['by']}%Y", True)
    elif found := _EAST_ASIAN.fullmatch(value):
        yield from _with_clock(["%Y年%m月%d日"], found["rest"]) if found["day"] else [DateFormat("%Y年%m月")]
    elif day := _DAY.fullmatch(value):
        yield from _with_clock(_days(day["a"], day["b"], day["c"], day["by"]), day["rest"])
    elif (word := _DAY_FIRST.fullmatch(value)) and _is_month(word["month"]):
        year = "%Y" if len(word["year"]) == 4 else "%y"
        yield from _with_clock([f"%d{word['dot']}{word['by']}%m{word['then']}{year}"], word["rest"], True)
    elif (word := _WORD_FIRST.fullmatch(value)) and _is_month(word["month"]):
        yield from _with_clock([f"%m{word['by']}%d{word['then']}%Y"], word["rest"], True)


def _days(first: str, second: str, third: str, by: str) -> list[str]:
    if len(first) == 4:
        return [f"%Y{by}%m{by}%d"]
    if len(third) not in (2, 4) or len(first) > 2:
        return []
    year = "%Y" if len(third) == 4 else "%y"
    orders = [f"%d{by}%m{by}{year}", f"%m{by}%d{by}{year}"]
    return [text for text, month in zip(orders, (second, first), strict=True) if 1 <= int(month) <= 12]


def _with_clock(days: list[str], rest: str, has_words: bool = False) -> Iterator[DateFormat]:
    clock = _clock(rest)
    if clock is not None:
        yield from (DateFormat(day + clock, has_words) for day in days)


def _clock(rest: str) -> str | None:
    """The format of what follows the day; empty for nothing, None for what is no time of day."""
    if not rest:
        return ""
    found = _CLOCK.fullmatch(rest)
    if found is None:
        return None
    hour = "%I" if found["half"] else "%H"
    half = (" %p" if found["half"].startswith(" ") else "%p") if found["half"] else ""
    seconds = ("%S" if found["seconds"] else "") and ":%S"
    part = ".%f" if found["part"] else ""
    return f"{found['before']}{hour}:%M{seconds}{part}{half}{'%z' if found['zone'] else ''}"


def _is_month(word: str) -> bool:
    return month_language([word]) is not None


def month_language(texts: Iterable[str]) -> str | None:
    """The language whose months all the words in the texts are, if there is one."""
    found = {
        word for text in texts for word in re.findall(r"[^\W\d_]{3,}", text.casefold()) if word not in ("uur", "uhr")
    }
    languages = vocabulary().months.items()
    return next((language for language, months in languages if found and found <= months.keys()), None)


NUMBERS = {
    ".": r"[-+]?([0-9]{1,3}(,[0-9]{3})+|[0-9]*)(\.[0-9]*)?([eE][-+]?[0-9]+)? ?%?",
    ",": r"[-+]?([0-9]{1,3}([. '][0-9]{3})+|[0-9]*)(,[0-9]*)?([eE][-+]?[0-9]+)? ?%?",
}
"""Decimal mark → how numbers look with it (and whatever stands between thousands)."""
PATTERNS = {
    "whole": r"[-+]?[0-9]{1,15}",
    "zeros": r"0[0-9]+",
    "grouped": r"[-+]?[0-9]{1,3}([.,' ][0-9]{3})+([.,][0-9]*)?",
    "percent": r".*%",
    "accounting": r"[0-9.,' ]+-|\([0-9.,' ]+\)",
    "email": r"[^@\s]+@[^@\s]+",
    "clock": r"-?[0-9]+:[0-5][0-9](:[0-5][0-9])?",
    "unix": r"1[0-9]{9}",
}
"""What else is counted in every column, by name."""
