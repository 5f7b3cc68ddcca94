"""How single values of a connector file are written: regular expressions, date formats, encodings, time zones.

Each is tried on the engine that will use it, so that a mistake is told when the file is loaded and not when it
meets data.
"""

from __future__ import annotations

import codecs
import re
from difflib import get_close_matches
from functools import cache
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

import duckdb
from pydantic import AfterValidator, BeforeValidator, StringConstraints


def as_list(value: Any) -> Any:
    """One text is a list of one: most settings that may be several are one."""
    return [value] if isinstance(value, str) else value


@cache
def _engine() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


@cache
def _engine_regex(text: str) -> str:
    try:
        _engine().execute("SELECT regexp_extract('', ?, 0)", [text])
    except duckdb.Error as error:
        raise ValueError(f"not a regular expression of the engine (RE2, so no look-around): {error}") from error
    return text


def _python_regex(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    return text


@cache
def _date_format(text: str) -> str:
    try:
        _engine().execute("SELECT try_strptime('x', ?)", [text])
    except duckdb.Error as error:
        raise ValueError(f"not a date format (such as %d/%m/%Y %H:%M): {error}") from error
    return text


def _encoding(text: str) -> str:
    try:
        codecs.lookup(text)
    except LookupError as error:
        raise ValueError(f"unknown encoding '{text}' (such as utf-8, utf-16, windows-1250)") from error
    return text


@cache
def _zones() -> frozenset[str]:
    """The time zones of this machine: to list them reads a folder of files."""
    return frozenset(available_timezones())


def _zone(text: str) -> str:
    if text not in _zones():
        near = get_close_matches(text, sorted(_zones()), n=1)
        raise ValueError(
            f"unknown time zone '{text}'" + (f"; did you mean '{near[0]}'?" if near else " (such as Europe/Amsterdam)")
        )
    return text


Regex = Annotated[str, AfterValidator(_engine_regex)]
"""A regular expression of the engine (RE2: no look-around). Its first group is what counts."""
PythonRegex = Annotated[str, AfterValidator(_python_regex)]
"""A regular expression over a header or a file name; may have named groups."""
DateFormat = Annotated[str, AfterValidator(_date_format)]
OneOrMore = str | list[str]
"""What a file may write where several texts are meant; the editor's schema tells it."""
Texts = Annotated[tuple[str, ...], BeforeValidator(as_list, json_schema_input_type=OneOrMore)]
Regexes = Annotated[tuple[Regex, ...], BeforeValidator(as_list, json_schema_input_type=OneOrMore)]
Encoding = Annotated[str, AfterValidator(_encoding)]
Zone = Annotated[str, AfterValidator(_zone)]
Shift = Annotated[str, StringConstraints(pattern=r"^-?[1-9][0-9]{0,3} (day|month)s?$")]
"""How far a date is moved, such as ``1 day`` or ``-1 month``."""
Decimal = Literal[".", ",", "auto"]
Thousands = Literal["", ".", ",", " ", "'", "auto"]
Delimiter = Literal[",", ";", "\t", "|", ":"]
