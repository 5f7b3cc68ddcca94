"""How a number is written, as SQL: signs and units around it, and the reading under one decimal mark."""

from __future__ import annotations

import re

from connectors.declaration import Value
from connectors.sql import literal

AUTO = "auto"
_GROUPING = (".", ",", " ", "'")
_ODD_BLANKS = "\u00a0\u202f\u2009"
_EXPONENT = "([eE][-+]?[0-9]+)?"
_CLOCK = r"([0-9]+):([0-5][0-9])(?::([0-5][0-9]))?"
_SECONDS = {"hours": 3600, "minutes": 60, "seconds": 1}


def grouping_of(value: Value, declared: str) -> str:
    """The thousands mark of a value, where the declaration as a whole has ``declared``."""
    return declared if value.thousands is None else value.thousands


def bare(text: str, value: Value, thousands: str) -> str:
    """The text of a number with its sign in front and nothing else around it."""
    if value.percent:
        text = f"rtrim({text}, '% {_ODD_BLANKS}')"
    if thousands == AUTO:
        text = f"translate({text}, {literal(_ODD_BLANKS + '’')}, {literal('   ' + chr(39))})"
    return _signed(text) if value.accounting else text


def _signed(text: str) -> str:
    """As bookkeepers write: a currency beside the amount; a credit in parentheses or with its minus at the end."""
    text = f"translate({text}, '\u2212\u2013', '--')"
    text = rf"trim(regexp_replace({text}, '\p{{Sc}}|\b[A-Z]{{3}}\b', '', 'g'))"
    text = rf"regexp_replace({text}, '^\((.*)\)$', '-\1')"
    text = rf"regexp_replace({text}, '^(.*[0-9]) *-$', '-\1')"
    return f"regexp_replace({text}, '^- +', '-')"


def reading(text: str, decimal: str, thousands: str) -> str:
    """A bare text under a decimal mark, or nothing. ``auto`` groups thousands by any other mark, always the same."""
    marks = [mark for mark in _GROUPING if mark != decimal] if thousands == AUTO else [thousands] if thousands else []
    # A group of thousands never begins with a zero, so 0.234 has but one reading.
    first = "[1-9][0-9]{0,2}" if thousands == AUTO else "[0-9]{1,3}"
    grouped = "|".join(f"{first}({re.escape(mark)}[0-9]{{3}})+" for mark in marks)
    whole = f"{grouped}|[0-9]+" if grouped else "[0-9]+"
    shape = f"[-+]?({whole})?({re.escape(decimal)}[0-9]*)?{_EXPONENT}"
    plain = f"translate({text}, {literal(''.join(marks))}, '')" if marks else text
    plain = plain if decimal == "." else f"replace({plain}, {literal(decimal)}, '.')"
    return f"CASE WHEN regexp_full_match({text}, {literal(shape)}) THEN try_cast({plain} AS DOUBLE) END"


def scaled(number: str, text: str, value: Value) -> str:
    """In the unit of the column: percentages are hundredths, and a ``scale`` of the declaration applies."""
    if value.percent == "where_marked":
        number = f"CASE WHEN contains({text}, '%') THEN ({number}) / 100 ELSE {number} END"
    factor = value.scale / (100 if value.percent is True else 1)
    return f"({number}) * {factor!r}" if factor != 1 else number


def clock(text: str, unit: str) -> str:
    """A duration such as 1:30 or 01:30:00 in ``unit``, or nothing. Hours may be more than 24."""
    hours, minutes, seconds = (
        f"coalesce(try_cast(regexp_extract({text}, '{_CLOCK}', {i}) AS BIGINT), 0)" for i in (1, 2, 3)
    )
    total = f"({hours} * 3600 + {minutes} * 60 + {seconds}) / {_SECONDS[unit]}"
    return f"CASE WHEN regexp_full_match({text}, '{_CLOCK}') THEN {total} END"
