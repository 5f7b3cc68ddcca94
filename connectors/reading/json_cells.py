"""The members of raw JSON records become cells: drawn by the database, many records at once.

A list or an object is drawn as JSON text, a number as it is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from connectors.declaration import Export
from connectors.declaration.json_paths import JsonPath, json_path
from connectors.reading.json_cutting import INVALID, TORN
from connectors.sql import literal

_NO_OBJECT, _TWICE = "not_an_object", "duplicate_key"
EXPECTED = {
    INVALID: "a whole JSON value",
    TORN: "the end of what begins here: the file is cut off or damaged at this place",
    _NO_OBJECT: "a JSON object",
    _TWICE: "every key once in an object",
}
"""What a record that breaks a rule should have been like."""


@dataclass(frozen=True)
class JsonRecords:
    """Raw records on disk, the objects around them, and whether lines or only numbers tell them apart.

    ``is_cut_off``: whether the text ends where it can't.
    """

    path: Path
    scopes: Path
    is_numbered: bool
    lines_not_records: int
    is_cut_off: bool


def cells_of(records: JsonRecords, export: Export) -> str:
    """A query for ``source_line``, ``broken`` and the cells ``c0``, ``c1`` … of the columns of the export."""
    drawn = _Drawn(export)
    columns = [
        f"coalesce({', '.join([*(drawn.cell(json_path(name)) for name in column.names), 'NULL'])}) AS c{i}"
        for i, column in enumerate(export.columns.values())
    ]
    line = "number" if records.is_numbered else "line"
    told = (
        f"CASE WHEN r.broken IS NOT NULL THEN r.broken WHEN record IS NULL THEN '{INVALID}' "
        f"WHEN NOT starts_with(record, '{{') THEN '{_NO_OBJECT}' WHEN {drawn.is_twice} THEN '{_TWICE}' END"
    )
    raw = (
        f"SELECT {line} AS source_line, broken, scope, key, "
        "CASE WHEN broken IS NULL AND json_valid(raw) THEN raw END AS record "
        f"FROM read_parquet({literal(records.path)})"
    )
    read = (
        f"SELECT r.source_line, {told} AS broken, r.key AS own_key{''.join(drawn.lists)} "
        f"FROM ({raw}) AS r{drawn.joins(records)}"
    )
    unwrapped = f"SELECT *{''.join(drawn.unwrapped)} FROM ({read})"
    return f"SELECT source_line, broken, {', '.join(columns)} FROM ({unwrapped})"


class _Drawn:
    """What is drawn from the records and the objects around them: a list of texts from each, so each is read once."""

    def __init__(self, export: Export) -> None:
        paths = [json_path(name) for column in export.columns.values() for name in column.names]
        self._unwrapped = {f"unwrapped_{i}": json_path(name) for i, name in enumerate(export.unwrap)}
        self._pointers: dict[str, list[str]] = {}
        self._keys: set[str] = set()
        self._depth = max((path.up or 0 for path in paths), default=0)
        self._needs_document = any(path.up is None for path in paths)
        self._objects = sorted({"$", *(_outer(path) for path in paths if path.up == 0 and len(path.steps) > 1)})

    def cell(self, path: JsonPath) -> str:
        """SQL for the text at a path, or nothing where there is none, or a blank one."""
        around = "document" if path.up is None else f"around_{path.up}" if path.up else "own"
        if path.is_key:
            self._keys.add(around)
            return f"{around}_key"
        for name, outer in self._unwrapped.items():
            if path.within(outer):
                around, path = name, JsonPath(0, path.steps[len(outer.steps) :])
                break
        return f"nullif(trim(replace({self._drawn(around, path)}, chr(0), '')), '')"  # NUL is no character of a text

    def _drawn(self, around: str, path: JsonPath) -> str:
        """SQL for a text of a list, which gets to hold it."""
        pointers = self._pointers.setdefault(around, [])
        if path.pointer not in pointers:
            pointers.append(path.pointer)
        return f"{around}[{pointers.index(path.pointer) + 1}]"

    @property
    def lists(self) -> Iterator[str]:
        """SQL for the texts that the cells are taken from."""
        for name in self._unwrapped.keys() & self._pointers.keys():
            self._drawn("own", self._unwrapped[name])
        for around in (name for name in self._pointers if name not in self._unwrapped):
            raw = "record" if around == "own" else f"CASE WHEN json_valid(of_{around}.raw) THEN of_{around}.raw END"
            yield f", {self._list(raw, around)}"
        for around in sorted(self._keys - {"own"}):
            yield f", of_{around}.key AS {around}_key"

    @property
    def unwrapped(self) -> Iterator[str]:
        """SQL for the texts within members that may be JSON as text: drawn as text, both are the same."""
        for name, path in self._unwrapped.items():
            if name in self._pointers:
                text = self._drawn("own", path)
                yield f", {self._list(f'CASE WHEN json_valid({text}) THEN {text} END', name)}"

    def _list(self, raw: str, around: str) -> str:
        return f"json_extract_string({raw}, [{', '.join(map(literal, self._pointers[around]))}]) AS {around}"

    @property
    def is_twice(self) -> str:
        """SQL: whether a key stands twice in one of the objects that are read."""
        keys = f"json_keys(record, [{', '.join(map(literal, self._objects))}])"
        return f"list_bool_or(list_transform({keys}, lambda k: len(k) <> len(list_distinct(k))))"

    def joins(self, records: JsonRecords) -> str:
        """SQL that brings the objects around a record beside it."""
        scopes, inner, sql = f"read_parquet({literal(records.scopes)})", "r.scope", ""
        for up in range(1, max(self._depth, self._needs_document) + 1):
            sql += f" LEFT JOIN {scopes} AS of_around_{up} ON of_around_{up}.number = {inner}"
            inner = f"of_around_{up}.outer"
        if self._needs_document:
            sql += f" LEFT JOIN {scopes} AS of_document ON of_document.number = of_around_1.document"
        return sql


def _outer(path: JsonPath) -> str:
    return JsonPath(0, path.steps[:-1]).pointer
