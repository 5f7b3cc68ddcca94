"""Checks of a connector file that go beyond its shape, and what is said about a mistake."""

from __future__ import annotations

import codecs
import re
import types
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin
from zoneinfo import available_timezones

import duckdb
from pydantic import BaseModel

from connectors.records import EXTRAS, PROVENANCE, RECORD_KINDS, Column, Privacy, RecordKind
from connectors.yaml_lines import Place

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from connectors.declaration_schema import Declaration, Export, KindMapping, Value

GIVEN = ("is_complete_snapshot", "series")
"""Columns of a kind that the reader fills, because they say something about the export and not about a record."""
RESERVED = ("source_line", "extras", "problem", "problem_text")
"""Columns that the mapping itself adds to the cells of an export."""
PERSON_TOKEN_TYPES = ("employee_number", "email", "email_sha1", "mbox_sha1sum", "openid", "username")
"""Identifier types that mean the same in every tool; ``email_sha1`` is the mbox_sha1sum made from an e-mail."""


def unknown(what: str, name: str, allowed: Sequence[str]) -> str:
    """What is wrong, what was allowed, and the nearest match."""
    near = get_close_matches(name, allowed, n=1, cutoff=0.5)
    hint = f"; did you mean '{near[0]}'?" if near else ""
    return f"unknown {what} '{name}'; allowed: {', '.join(allowed)}{hint}"


# ---------------------------------------------------------------------------------------- single values


@cache
def _engine() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def engine_regex(text: str) -> str:
    try:
        _engine().execute("SELECT regexp_extract('', ?, 0)", [text])
    except duckdb.Error as error:
        raise ValueError(f"not a regular expression of the engine (RE2, so no look-around): {error}") from error
    return text


def python_regex(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    return text


def date_format(text: str) -> str:
    try:
        _engine().execute("SELECT try_strptime('x', ?)", [text])
    except duckdb.Error as error:
        raise ValueError(f"not a date format (such as %d/%m/%Y %H:%M): {error}") from error
    return text


def encoding(text: str) -> str:
    try:
        codecs.lookup(text)
    except LookupError as error:
        raise ValueError(f"unknown encoding '{text}' (such as utf-8, utf-16, windows-1250)") from error
    return text


def zone(text: str) -> str:
    if text not in available_timezones():
        near = get_close_matches(text, sorted(available_timezones()), n=1)
        raise ValueError(
            f"unknown time zone '{text}'" + (f"; did you mean '{near[0]}'?" if near else " (such as Europe/Amsterdam)")
        )
    return text


# ------------------------------------------------------------------------------------------- shape errors


def explained(root: type[BaseModel], error: ErrorDetails) -> tuple[Place, str]:
    """Place and message of one error of the schema, in the words of the file."""
    place = tuple(error["loc"])
    if error["type"] == "extra_forbidden":
        model = _model_at(root, place[:-1])
        allowed = [field.alias or name for name, field in model.model_fields.items()] if model else []
        return place, unknown(
            "key", str(place[-1]), [name for name in allowed if name not in ("source", "content_hash")]
        )
    if error["type"] == "missing":
        return place, f"the key '{place[-1]}' is missing"
    if error["type"] == "literal_error":
        expected = str(error.get("ctx", {}).get("expected", ""))
        return place, unknown("value", str(error["input"]), re.findall(r"'([^']*)'", expected))
    return place, error["msg"].removeprefix("Value error, ")


def _model_at(model: type[BaseModel] | None, place: Place) -> type[BaseModel] | None:
    """The schema class that describes a place."""
    for step in place:
        if model is None:
            return None
        field = next((f for name, f in model.model_fields.items() if step in (name, f.alias)), None)
        if field is not None:
            model = _model_in(field.annotation)
    return model


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The schema class inside ``dict[str, M]``, ``tuple[M, ...]``, ``M | None`` or ``Annotated[M, …]``."""
    if isinstance(annotation, type) and get_origin(annotation) is None:
        return annotation if issubclass(annotation, BaseModel) else None
    if get_origin(annotation) in (dict, tuple, Union, types.UnionType) or hasattr(annotation, "__metadata__"):
        return next((m for m in map(_model_in, get_args(annotation)) if m), None)
    return None


# -------------------------------------------------------------------------------- against the record kinds


def against_kinds(declaration: Declaration) -> list[tuple[Place, str]]:
    """What the declaration says of record kinds and columns that these don't know."""
    return [problem for name, export in declaration.exports.items() for problem in _export(name, export)]


def _export(name: str, export: Export) -> Iterator[tuple[Place, str]]:
    place: Place = ("exports", name)
    if export.format == "csv" and not export.columns:
        yield place, "a csv export needs `columns`: the headers that it is known by"
    if export.format == "csv" and all(header.optional for header in export.columns.values()) and not export.items:
        yield (*place, "columns"), "at least one column must not be optional, or every file would fit"
    yield from _column_names(place, export)
    for kind_name in export.yields:
        if export.format == "csv":
            yield (*place, "yields"), "only a format with a reader of its own says what it `yields`; csv has `kinds`"
        elif kind_name not in RECORD_KINDS:
            yield (*place, "yields"), unknown("record kind", kind_name, tuple(RECORD_KINDS))
    for kind_name, mapping in export.kinds.items():
        here = (*place, "kinds", kind_name)
        if kind_name not in RECORD_KINDS:
            yield here, unknown("record kind", kind_name, tuple(RECORD_KINDS))
        else:
            yield from _kind(here, RECORD_KINDS[kind_name], export, mapping)


def _column_names(place: Place, export: Export) -> Iterator[tuple[Place, str]]:
    names = (*export.columns, *export.file_columns, *export.item_columns)
    for column in sorted({name for name in names if names.count(name) > 1 or name in RESERVED}):
        yield place, f"the column name '{column}' is used twice (by columns, items or file_name), or is a name of ours"
    for column in export.vouched:
        if column not in export.columns:
            yield place, unknown("column", column, tuple(export.columns))


def mappable(kind: RecordKind) -> dict[str, Column]:
    """The columns that a declaration may fill: not what landing itself knows."""
    ours = {column.name for column in (*PROVENANCE, EXTRAS)}
    return {column.name: column for column in kind.columns if column.name not in ours}


def _kind(place: Place, kind: RecordKind, export: Export, mapping: KindMapping) -> Iterator[tuple[Place, str]]:
    allowed = mappable(kind)
    known = (*export.columns, *export.file_columns, *(export.item_columns if mapping.items else ()))
    if mapping.items and not export.items:
        yield (*place, "items"), "the export declares no `items`"
    for column in kind.required:
        if column.name not in mapping.columns and column.name not in GIVEN:
            yield (
                (*place, "columns"),
                f"the required column '{column.name}' of {kind.name} is missing ({column.meaning})",
            )
    asked = [(i, column_name) for i, condition in enumerate(mapping.only) for column_name in condition.column]
    for i, column_name in asked:
        if column_name not in known:
            yield (*place, "only", i), unknown("column", column_name, known)
    for name, value in mapping.columns.items():
        here = (*place, "columns", name)
        if name not in allowed:
            yield here, unknown(f"column of {kind.name}", name, tuple(allowed))
            continue
        for used in value.columns:
            if used not in known:
                yield here, unknown("column of the export", used, known)
        yield from _value(here, allowed[name], value)


def _value(place: Place, column: Column, value: Value) -> Iterator[tuple[Place, str]]:
    for i, branch in enumerate(value.first_of or ()):
        yield from _value((*place, "first_of", i), column, branch)
    if value.first_of is not None:
        return
    if column.allowed:
        for word in _constants(value):
            if word not in column.allowed:
                yield place, unknown(f"value of {column.name}", word, column.allowed)
    if column.privacy is Privacy.TOKEN:
        yield from _identifier(place, value)
    elif value.identifier is not None:
        yield (*place, "identifier"), f"'{column.name}' is no token column, so it has no identifier type"


def _constants(value: Value) -> Iterator[str]:
    yield from value.map.values()
    yield from value.match.values()
    if value.constant is not None:
        yield value.constant
    if value.otherwise not in (None, "reject", "empty", "keep"):
        yield str(value.otherwise)


def _identifier(place: Place, value: Value) -> Iterator[tuple[Place, str]]:
    if value.identifier is None:
        yield place, f"a token column needs `identifier`: one of {', '.join(PERSON_TOKEN_TYPES)}, or <tool>:<name>"
    elif value.identifier not in PERSON_TOKEN_TYPES and ":" not in value.identifier:
        yield (
            (*place, "identifier"),
            unknown("identifier type", value.identifier, (*PERSON_TOKEN_TYPES, "<tool>:<name>")),
        )
