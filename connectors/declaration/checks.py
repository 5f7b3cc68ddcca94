"""Checks of a connector file against the record kinds that it maps to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from connectors.declaration import pulling
from connectors.declaration.complaints import unknown
from connectors.declaration.json_paths import json_path, records_path
from connectors.declaration.schema import Declaration, Export, KindMapping, Value
from connectors.declaration.yaml_lines import Place
from connectors.records import RECORD_KINDS, Column, Privacy, RecordKind, Type

GIVEN = ("is_complete_snapshot", "series")
"""Columns of a kind that the reader fills, because they say something about the export and not about a record."""
_RESERVED = ("source_line", "extras", "problem", "problem_text")
"""Columns that the mapping itself adds to the cells of an export."""
_PERSON_TOKEN_TYPES = ("employee_number", "email", "email_sha1", "mbox_sha1sum", "openid", "username")
"""Identifier types that mean the same in every tool; ``email_sha1`` is the mbox_sha1sum made from an e-mail."""


def against_kinds(declaration: Declaration) -> list[tuple[Place, str]]:
    """What the declaration says of record kinds and columns that these don't know, and of pulls that can't be."""
    found = [problem for name, export in declaration.exports.items() for problem in _export(name, export)]
    exports = {name: (export.format, export.delivers, export.pull) for name, export in declaration.exports.items()}
    return found + list(pulling.problems(exports, declaration.rest))


def _export(name: str, export: Export) -> Iterator[tuple[Place, str]]:
    place: Place = ("exports", name)
    is_mapped = export.format != "xapi"
    if is_mapped and not export.columns:
        yield place, "an export needs `columns`: the headers (or paths, in JSON) that it is known by"
    is_open = all(header.optional for header in export.columns.values()) and not (export.items or export.any_of)
    if is_mapped and is_open:
        yield (*place, "columns"), "at least one column must not be optional, or every file would fit"
    yield from _column_names(place, export)
    yield from _format(place, export)
    for kind_name in export.yields:
        if is_mapped:
            yield (*place, "yields"), "only a format with a reader of its own `yields` kinds; others have `kinds`"
        elif kind_name not in RECORD_KINDS:
            yield (*place, "yields"), unknown("record kind", kind_name, tuple(RECORD_KINDS))
    for kind_name, mapping in export.kinds.items():
        here = (*place, "kinds", kind_name)
        if kind_name not in RECORD_KINDS:
            yield here, unknown("record kind", kind_name, tuple(RECORD_KINDS))
        else:
            yield from _kind(here, RECORD_KINDS[kind_name], export, mapping)


_OF_TABLES = ("sheet", "every_sheet", "sheet_name", "preamble", "header_rows", "short_rows", "long_rows")
_OF_JSON = ("records", "line_prefix", "unwrap")


def _format(place: Place, export: Export) -> Iterator[tuple[Place, str]]:
    """Words that mean nothing in the export's format, and paths that are none."""
    foreign = {"table": _OF_JSON, "json": _OF_TABLES, "xapi": (*_OF_JSON, *_OF_TABLES, "items")}[export.format]
    for word in (word for word in foreign if word in export.model_fields_set):
        yield (*place, word), f"an export of `format: {export.format}` has no `{word}`"
    if export.format != "json":
        return
    if any(not items.of_columns or items.following for items in export.items):
        yield (*place, "items"), "items of JSON are columns of the export (`of_columns: true`), each by itself"
    paths: list[tuple[Place, str, Callable[[str], object]]]
    paths = [((*place, "records"), text, records_path) for text in export.records]
    paths += [((*place, "unwrap"), text, json_path) for text in export.unwrap]
    paths += [((*place, "columns", name), text, json_path) for name, h in export.columns.items() for text in h.names]
    for here, text, read in paths:
        try:
            read(text)
        except ValueError as error:
            yield here, str(error)


def _column_names(place: Place, export: Export) -> Iterator[tuple[Place, str]]:
    names = (*export.columns, *export.file_columns, *export.item_columns)
    for column in sorted({name for name in names if names.count(name) > 1 or name in _RESERVED}):
        used = "used twice (by columns, items, file_name or sheet_name), or is a name of ours"
        yield place, f"the column name '{column}' is {used}"
    yield from _columns(place, export.vouched, tuple(export.columns))
    for i, group in enumerate(export.any_of):
        yield from _columns((*place, "any_of", i), group, tuple(export.columns))
    for i, condition in enumerate(export.not_records):
        yield from _columns((*place, "not_records", i), condition.column, tuple(export.columns))


def _kind(place: Place, kind: RecordKind, export: Export, mapping: KindMapping) -> Iterator[tuple[Place, str]]:
    known = (*export.columns, *export.file_columns, *(export.item_columns if mapping.items else ()))
    if mapping.items and not export.items:
        yield (*place, "items"), "the export declares no `items`"
    for column in kind.required:
        if column.name not in mapping.columns and column.name not in GIVEN:
            missing = f"the required column '{column.name}' of {kind.name} is missing ({column.meaning})"
            yield (*place, "columns"), missing
    yield from _sums(place, kind, mapping, known)
    for i, condition in enumerate(mapping.only):
        yield from _columns((*place, "only", i), condition.column, known)
    for name, value in mapping.columns.items():
        here = (*place, "columns", name)
        if name not in kind.by_name:
            yield here, unknown(f"column of {kind.name}", name, tuple(kind.by_name))
            continue
        yield from _columns(here, value.columns, known)
        yield from _value(here, kind.by_name[name], value)


def _sums(place: Place, kind: RecordKind, mapping: KindMapping, known: Sequence[str]) -> Iterator[tuple[Place, str]]:
    """A record that is added up has numbers that do, a key, and nothing else that could differ between its parts."""
    if not mapping.adds_up:
        if mapping.once_per:
            yield (*place, "once_per"), "`once_per` says what is counted once in `adds_up`, which is missing"
        return
    numbers = tuple(name for name, column in kind.by_name.items() if column.type in (Type.NUMBER, Type.INTEGER))
    for name in mapping.adds_up:
        if name not in numbers:
            yield (*place, "adds_up"), unknown(f"number of {kind.name}", name, numbers)
    for name in mapping.columns:
        if name in kind.by_name and name not in (*mapping.adds_up, *kind.key):
            yield (*place, "columns", name), f"'{name}' neither adds up nor is part of the key ({', '.join(kind.key)})"
    if mapping.distinct or kind.repeats or not mapping.once_per:
        told = "needs `once_per`, and goes neither with `distinct` nor with a kind whose records may repeat"
        yield (*place, "adds_up"), f"`adds_up` {told}"
    yield from _columns((*place, "once_per"), mapping.once_per, known)


def _columns(place: Place, used: Iterable[str], known: Sequence[str]) -> Iterator[tuple[Place, str]]:
    for name in used:
        if name not in known:
            yield place, unknown("column of the export", name, known)


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
        yield place, f"a token column needs `identifier`: one of {', '.join(_PERSON_TOKEN_TYPES)}, or <tool>:<name>"
    elif value.identifier not in _PERSON_TOKEN_TYPES and ":" not in value.identifier:
        allowed = (*_PERSON_TOKEN_TYPES, "<tool>:<name>")
        yield (*place, "identifier"), unknown("identifier type", value.identifier, allowed)
