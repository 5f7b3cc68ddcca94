"""Where the records of a JSON file stand, and which paths lead to what they hold, found out instead of declared."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from connectors.reading.json_cutting import Notes, cut, first_content

_PREFIX = r"^[^{]*"
"""What stands before the JSON on the lines of a log."""
_DOCUMENTS, _RECORDS = 50, 1_000
"""Documents and records that are looked at."""
_DEPTH = 4
_MOST_COLUMNS = 300
_PER_PAGE = 3
"""Records that a document must hold, on average, to be taken for a page of them and not for a record."""
_PLAIN = re.compile(r"[^.\[\]\"'\s^$@*][^.\[\]\"'*]*")


@dataclass(frozen=True)
class JsonShape:
    """The ``records`` path (empty: each document is one), the prefix of lines, JSON in texts, and all column paths."""

    records: str
    line_prefix: str | None
    unwrap: tuple[str, ...]
    paths: tuple[str, ...]

    @property
    def declared(self) -> dict[str, Any]:
        """What a declaration says of it, besides the columns."""
        said = {"records": self.records, "line_prefix": self.line_prefix, "unwrap": list(self.unwrap)}
        return {"format": "json", **{name: value for name, value in said.items() if value}}


def json_shape(text: Path) -> JsonShape | None:
    """The shape of a file whose first line that says something begins as JSON; None for any other."""
    line = first_content(text)
    prefix = None
    if line[:1] not in (b"{", b"["):
        match = re.match(_PREFIX.encode(), line)
        if match is None or not line[match.end() :].startswith(b'{"') or not line.endswith(b"}"):
            return None
        prefix = _PREFIX
    documents = _decoded(text, (), prefix, _DOCUMENTS)
    steps = _records_in(documents)
    records = _decoded(text, steps, prefix, _RECORDS) if steps else _decoded(text, (), prefix, _RECORDS)
    unwrap: dict[str, None] = {}
    paths: dict[str, None] = {}
    for record in records:
        for path in _leaves(record, "", _DEPTH, unwrap):
            paths[path] = None
    return JsonShape(".".join(map(_written, steps)), prefix, tuple(unwrap), tuple(paths)[:_MOST_COLUMNS])


def _decoded(text: Path, steps: Sequence[str], prefix: str | None, most: int) -> list[dict[str, Any]]:
    found = []
    for record in islice(cut(text, steps, re.compile(prefix.encode()) if prefix else None, Notes()), most):
        try:
            value = json.loads(record.raw)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            found.append(value)
    return found


def _records_in(documents: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """The path to the list that holds most objects; none where the documents are records themselves."""
    counts: dict[tuple[str, ...], int] = {}
    for document in documents:
        for path, count in _lists(document, (), _DEPTH):
            counts[path] = counts.get(path, 0) + count
    if not counts:
        return ()
    path, count = max(counts.items(), key=lambda found: (found[1], -len(found[0])))
    return path if len(documents) == 1 or count >= _PER_PAGE * len(documents) else ()


def _lists(value: Mapping[str, Any], path: tuple[str, ...], depth: int) -> Iterator[tuple[tuple[str, ...], int]]:
    """Paths to lists of objects, and to mappings of objects, each with how many it holds."""
    for name, member in value.items():
        if isinstance(member, list) and member and all(isinstance(each, dict) for each in member):
            yield (*path, name), len(member)
        elif isinstance(member, dict) and depth:
            inner = [each for each in member.values() if isinstance(each, dict)]
            if len(inner) == len(member) > 1 and set.intersection(*map(set, inner)):
                yield (*path, name, "*"), len(inner)
            else:
                yield from _lists(member, (*path, name), depth - 1)


def _leaves(record: Mapping[str, Any], before: str, depth: int, unwrap: dict[str, None]) -> Iterator[str]:
    """Paths of the members; those of JSON that is told as text are reached through it."""
    for name, value in record.items():
        path = f"{before}{'.' if before and _PLAIN.fullmatch(name) else ''}{_written(name)}"
        if isinstance(value, str) and value[:1] == "{" and not before and (inner := _object(value)):
            unwrap[path] = None
            value = inner
        if isinstance(value, dict) and value and depth:
            yield from _leaves(value, path, depth - 1, unwrap)
        elif name:
            yield path


def _object(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _written(name: str) -> str:
    """A member's name as a path has it."""
    if name == "*" or _PLAIN.fullmatch(name):
        return name
    return f"['{name}']" if '"' in name else f'["{name}"]'
