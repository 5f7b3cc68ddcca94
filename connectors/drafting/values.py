"""How a declaration says the value of one column, from what is known of the column that fills it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from connectors.drafting.matching import value_map
from connectors.drafting.names import words
from connectors.drafting.notations import month_language
from connectors.drafting.profiles import Profile
from connectors.drafting.vocabulary import vocabulary
from connectors.records import Column, Privacy, Type

_VERBS = {
    "submit|hand(ed)? in|upload|assign": "submitted",
    "complet|finish": "completed",
    "start|launch|attempt": "attempted",
    "answer|quiz": "answered",
    "post|reply|discuss|comment|forum": "posted",
    "download": "downloaded",
    "search": "searched",
    "log ?in": "logged_in",
    "log ?out": "logged_out",
    "view|open|read|play|watch|access|click": "viewed",
}
_MOSTLY = 0.5
_LONGEST_WORD = 40
"""Letters up to which a value is shown: a closed list holds words and no stories."""
_PER_HOUR = {"minutes": 60, "duration_seconds": 3600, "duration_planned_seconds": 3600}
_PER_MINUTE = {"duration_seconds": 60, "duration_planned_seconds": 60}
_HOUR_WORDS = {"hours", "hour", "hrs", "h", "uren", "uur", "stunden", "std", "heures", "heure", "horas", "hora"}
_HOUR_WORDS |= {"godziny", "godzin", "godz", "時間"}
_MINUTE_WORDS = {"minutes", "minute", "min", "mins", "minuten", "minuut", "minutos", "minuty", "minut", "分"}


@dataclass(frozen=True)
class Written:
    """A value as a declaration says it, and what to ask whoever knows the tool."""

    value: dict[str, Any]
    questions: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class Marks:
    """The decimal mark of the file, what to ask where the file leaves it open, and how the file writes dates."""

    decimal: str
    questions: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()


def marks_of(profiles: Sequence[Profile]) -> Marks:
    """How a file writes its numbers and its dates, as far as they tell."""
    dated = [profile for profile in profiles if profile.date_share == 1]
    formats = dict.fromkeys(f.text for profile in dated for f in profile.date_formats if not f.has_month_words)
    return replace(_decimal_marks(profiles), formats=tuple(formats))


def _decimal_marks(profiles: Sequence[Profile]) -> Marks:
    numbers = [profile for profile in profiles if profile.number_share > _MOSTLY]
    sure = {mark for profile in numbers for mark in _sure_marks(profile)}
    if len(sure) == 1:
        return Marks(sure.pop())
    if not sure and any(profile.share("grouped") for profile in numbers):
        question = "Numbers such as 1.234 or 1,234 may be above a thousand or not: put the decimal mark here."
        return Marks("auto", (question,))
    return Marks(".")


def _sure_marks(profile: Profile) -> set[str]:
    """The one mark under which more of the values are numbers than under the other, if they are at all."""
    most = max(profile.numbers.values(), default=0)
    reading = {mark for mark, count in profile.numbers.items() if count == most}
    return reading if len(reading) == 1 and profile.number_share > _MOSTLY else set()


def written(column: Column, profile: Profile, source: str, marks: Marks) -> Written:
    """The value of a kind's column that is made of one column of the table, ``source`` in the declaration."""
    base: dict[str, Any] = {"from": source}
    if column.privacy is not Privacy.OPEN:
        return Written(base)
    if column.name == "verb":
        return Written(base | {"match": _VERBS, "otherwise": "interacted"})
    if column.allowed:
        return _of_closed(column, profile, base)
    if column.type in (Type.DATE, Type.INSTANT):
        return _of_time(profile, base) if profile.filled else _of_times_to_come(profile, base, marks)
    if column.type in (Type.NUMBER, Type.INTEGER):
        return _of_number(column, profile, base, marks)
    if column.type is Type.BOOLEAN:
        return _of_boolean(profile, base)
    if column.type is Type.JSON:
        return Written(
            base | {"split": next((by for by in (";", "|", ",") if any(by in v for v in profile.values)), ";")}
        )
    return Written(base)


def _of_closed(column: Column, profile: Profile, base: dict[str, Any]) -> Written:
    found = value_map(column, profile)
    mapped = {value: allowed for value, allowed in found.items() if allowed is not None}
    unknown = [value for value, allowed in found.items() if allowed is None and len(value) <= _LONGEST_WORD]
    question = (
        f"{column.name}: what do {', '.join(repr(v) for v in unknown[:8])} mean? One of {', '.join(column.allowed)}. "
        f"{'Rows with another value are rejected' if column.required else 'Other values are left out'}."
    )
    value = base | {"map": mapped or {"?": column.allowed[0]}} | ({} if column.required else {"otherwise": "empty"})
    return Written(value, (question,) if unknown else ())


def _of_time(profile: Profile, base: dict[str, Any]) -> Written:
    if profile.share("unix") > 0.9:
        return Written(base | {"unix": "seconds"})
    formats = profile.date_formats
    texts = [found.text for found in formats]
    questions = list(_time_questions(profile, texts))
    if (either := profile.open_order) is not None:
        texts = [found.text for found in profile.readable if profile.readable[found] == profile.filled]
        texts.sort(key=lambda text: text != either.text)
    value = base | ({"formats": texts} if texts else {})
    if any(found.has_month_words for found in formats):
        language = month_language(profile.values)
        months = vocabulary().months
        value["month_words"] = (
            dict(months[language]) if language else {w: n for m in months.values() for w, n in m.items()}
        )
    return Written(value, tuple(questions))


def _of_times_to_come(profile: Profile, base: dict[str, Any], marks: Marks) -> Written:
    """An empty column of dates: they will be written as the others of the file are."""
    if not profile.rows:
        return Written(base)
    like = f"like the other dates ({' or '.join(marks.formats)})" if marks.formats else "as 2025-01-31"
    question = f"'{profile.name.text.strip()}' is empty in this file: will its dates be written {like}?"
    return Written(base | ({"formats": list(marks.formats)} if marks.formats else {}), (question,))


def _time_questions(profile: Profile, texts: list[str]) -> Iterator[str]:
    name = profile.name.text.strip()
    if profile.open_order is not None:
        yield (
            f"'{name}': day or month first? Every value reads both ways, so the first format is taken. "
            "Delete the one that is wrong."
        )
    elif profile.date_share < 1 and texts:
        unread = profile.filled - sum(profile.readable[found] for found in profile.date_formats)
        yield f"'{name}': {unread} of {profile.filled} values are written in another way than {' or '.join(texts)}."


def _of_number(column: Column, profile: Profile, base: dict[str, Any], marks: Marks) -> Written:
    value = dict(base)
    own = _sure_marks(profile)
    if own and own != {marks.decimal}:
        value["decimal"] = own.pop()
    if profile.share("grouped"):
        value["thousands"] = "auto"
    if profile.share("accounting"):
        value["accounting"] = True
    if profile.share("percent"):
        value["percent"] = True if profile.share("percent") == 1 else "where_marked"
    if profile.share("clock") > 0.9:
        return Written(value | {"clock": "minutes" if column.name.endswith("minutes") else "seconds"})
    named = set(profile.name.words.split())
    scale = (
        _PER_HOUR.get(column.name)
        if named & _HOUR_WORDS
        else _PER_MINUTE.get(column.name)
        if named & _MINUTE_WORDS
        else None
    )
    if scale:
        value["scale"] = scale
    elif column.name in _PER_HOUR and not named & (_MINUTE_WORDS | {"seconds"}):
        return Written(
            value, (f"'{profile.name.text.strip()}': in which unit? It is taken as {column.name.split('_')[-1]}.",)
        )
    return Written(value)


def _of_boolean(profile: Profile, base: dict[str, Any]) -> Written:
    truth = vocabulary().truth
    yes, no = ([v for v in profile.values if truth.get(words(v)) == word] for word in ("true", "false"))
    usual = {"1", "true", "yes", "0", "false", "no"}
    if {v.lower() for v in (*yes, *no)} <= usual:
        return Written(base)
    return Written(base | {"is_true": yes or ["true"], "is_false": no or ["false"]})


def flow(value: Any) -> str:
    """A value in YAML's flow style, as a declaration is written by hand."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(str(k))}: {flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return scalar(str(value))


_PLAIN = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-/. ")
_MEANT_OTHERWISE = {"", "true", "false", "null", "yes", "no", "on", "off", "~"}


def scalar(text: str) -> str:
    """A text as YAML: plain where nobody, and no reader of YAML, could take it for something else."""
    letter_first = text[:1].isalpha() or text[:1] == "_"
    is_number = text.isdigit() and not text.startswith("0")
    plain = set(text) <= _PLAIN and text == text.strip() and text.lower() not in _MEANT_OTHERWISE
    if plain and (letter_first or is_number):
        return text
    escaped = (
        text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
    )
    return f'"{escaped}"'
