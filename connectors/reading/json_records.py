"""An original of JSON becomes the same table of text cells that a delimited text becomes.

    text --json_cutting--> raw records, scopes (Parquet) --paths of the declaration--> source_line, broken, c0, c1 …

Which exports a file holds is told by the paths that its first records have. Records at different places of a
document (a course, its users) are different exports of one original, as the sheets of a workbook are; of exports
whose records stand at the same place, the one that explains most is taken. Their cells are drawn by `json_cells`.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from os import SEEK_END
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.declaration import Declaration, Export
from connectors.declaration.json_paths import JsonPath, json_path, records_path
from connectors.errors import OriginalRefused
from connectors.reading.code_pages import is_damaged_utf8, likeliest_first
from connectors.reading.headers import Header, Heading
from connectors.reading.items import all_items
from connectors.reading.json_cells import JsonRecords
from connectors.reading.json_cutting import INVALID, TORN, Cut, Notes, cut, first_content, is_whole
from connectors.reading.originals import decoded, encodings_to_try
from connectors.reading.recognition import Fit, Layout, best_of, refuse_what_is_not_read, unrecognised

_SAMPLE = 1_000
"""Records that tell which export a file is."""
_CHUNK_ROWS, _CHUNK_BYTES = 20_000, 1 << 25
_NAME = re.compile(r"[A-Za-z_][\w-]{0,39}")
"""A member's name that may be told; others may be data (a mapping by e-mail address)."""
_FIT = "The records fit"


def json_exports(declaration: Declaration) -> dict[str, Export]:
    return {name: export for name, export in declaration.exports.items() if export.format == "json"}


def json_text(plain: Path, declaration: Declaration, restricted: Path) -> Path | None:
    """The text of a file that begins as the JSON that the tool is declared to export; None for any other."""
    exports = json_exports(declaration)
    # To decode takes as long as to read the whole file, which most that are no JSON are spared.
    if not exports or not (_looks_like_json(plain, exports) or b"\x00" in first_content(plain)):
        return None
    text = _as_utf8(plain, declaration, restricted)
    return text if _looks_like_json(text, exports) else None


def _as_utf8(plain: Path, declaration: Declaration, restricted: Path) -> Path:
    """The text in UTF-8. Bytes that no declared encoding explains stay: only the records that hold them are broken."""
    tried = [codecs.lookup(encoding).name for encoding in encodings_to_try(plain, declaration.encodings)]
    if set(tried) == {"utf-8"}:
        return plain
    # Where it is tried at all, every other byte is NUL, which UTF-8 would take for text.
    for encoding in sorted(likeliest_first(plain, tuple(tried)), key=lambda name: not name.startswith("utf-16")):
        try:
            return decoded(plain, encoding, restricted).path
        except UnicodeDecodeError as error:
            if error.encoding == "utf-8" and is_damaged_utf8(plain):
                break
    return plain


def _looks_like_json(text: Path, exports: Mapping[str, Export]) -> bool:
    """Whether the first line that says something begins as JSON does, or as the lines of a log around it."""
    line = first_content(text)
    prefixes = {_prefix(export) for export in exports.values()} - {None}
    rests = [line, *(line[match.end() :] for prefix in prefixes if prefix and (match := prefix.match(line)))]
    return any(rest[:1] in (b"{", b"[") for rest in rests)


def _prefix(export: Export) -> re.Pattern[bytes] | None:
    return re.compile(export.line_prefix.encode()) if export.line_prefix else None


# --------------------------------------------------------------------------------------------------- recognition


@dataclass(frozen=True)
class Place:
    """Where records stand, and the first of them. ``names``: the exports that look for their records there."""

    steps: tuple[str, ...]
    prefix: re.Pattern[bytes] | None
    names: tuple[str, ...]
    first: tuple[dict[str, Any], ...]
    is_empty: bool


def recognised_json(
    text: Path, source_file: str, declaration: Declaration, exports: Mapping[str, Export]
) -> Iterator[tuple[Place, Layout]]:
    """The places with records that are an export, each with its export. Raises OriginalRefused if there is none."""
    fits: list[Fit] = []
    places = list(_places(text, exports))
    found = False
    for place in places:
        refuse_what_is_not_read(declaration, tuple(dict.fromkeys(name for record in place.first for name in record)))
    for place in sorted(places, key=lambda place: place.is_empty):
        here = [_fit(name, declaration.exports[name], place) for name in place.names]
        whole = [fit for fit in here if not fit.missing]
        fits += here
        if whole and not (found and place.is_empty):
            found = True
            yield place, _layout(best_of(declaration, whole, source_file, _FIT), place)
    if not found:
        known = any(fit.positions for fit in fits)
        raise unrecognised(declaration, fits, _FIT) if known else _nowhere(text, declaration, exports)


def _nowhere(text: Path, declaration: Declaration, exports: Mapping[str, Export]) -> OriginalRefused:
    known = ", ".join(
        f"{name} ({export.title}{', at ' + ' or '.join(export.records) if export.records else ''})"
        for name, export in exports.items()
    )
    return OriginalRefused(
        f"The JSON holds no records of any export of {declaration.tool}: {known}"
        + (f"; at its top are {told}." if (told := ", ".join(_top(text))) else "."),
        "check that it lies in the inbox of the right tool, and that it is no error message of the tool.",
    )


def _top(text: Path) -> list[str]:
    first = next(cut(text, (), None, Notes()), None)
    return _told_names(_decoded(first)) if first else []


def _places(text: Path, exports: Mapping[str, Export]) -> Iterator[Place]:
    groups: dict[tuple[tuple[str, ...], str | None], list[str]] = {}
    for name, export in exports.items():
        groups.setdefault((export.records, export.line_prefix), []).append(name)
    for (paths, _), names in groups.items():
        prefix = _prefix(exports[names[0]])
        for steps in map(records_path, paths) if paths else [()]:
            notes = Notes(patience=_SAMPLE)
            first = _some(cut(text, steps, prefix, notes))
            if notes.is_there:
                yield Place(steps, prefix, tuple(names), tuple(filter(None, map(_decoded, first))), not first)
                break


def _some(records: Iterator[Cut]) -> list[Cut]:
    """The first records: as many as tell what they are, and no more than fit into memory."""
    found, size = list[Cut](), 0
    for record in islice(records, _SAMPLE):
        found.append(record)
        size += len(record.raw)
        if size > _CHUNK_BYTES:
            break
    return found


def _decoded(record: Cut) -> dict[str, Any]:
    """A record for a look at its members; nothing where it is none."""
    try:
        value = json.loads(record.raw)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _fit(name: str, export: Export, place: Place) -> Fit:
    """Which columns the first records have. What stands around them, and an empty list, are believed to fit."""
    positions: dict[str, int] = {}
    labels: list[str] = []
    missing: list[str] = []
    for column, declared in export.columns.items():
        label = next((path for path in declared.names if _has(json_path(path), export, place)), None)
        if label is not None:
            positions[column] = len(labels)
            labels.append(label)
        elif not declared.optional and not place.is_empty:
            missing.append(column)
    if not place.is_empty:
        missing += [group[0] for group in export.any_of if positions.keys().isdisjoint(group)]
    unread = _unread(place.first, labels)
    headings = tuple(Heading(label, label) for label in (*labels, *unread))
    return Fit(name, export, "", Header(headings, 1), positions, missing, {})


def _has(path: JsonPath, export: Export, place: Place) -> bool:
    if path.up != 0 or path.is_key:
        return True
    unwrapped = [json_path(name) for name in export.unwrap]
    return any(_leads_somewhere(record, path, unwrapped) for record in place.first)


def _leads_somewhere(value: Any, path: JsonPath, unwrapped: Sequence[JsonPath]) -> bool:
    for i, step in enumerate(path.steps):
        if isinstance(value, str) and JsonPath(0, path.steps[:i]) in unwrapped:
            try:
                value = json.loads(value)
            except (ValueError, RecursionError):
                return False
        if isinstance(value, list):
            value = dict(enumerate(value))
        if not isinstance(value, dict) or step not in value:
            return False
        value = value[step]
    return True


def _unread(first: Sequence[Mapping[str, Any]], labels: Sequence[str]) -> list[str]:
    """Members of the records that no path begins with."""
    read = {json_path(label).steps[0] for label in labels if json_path(label).steps and json_path(label).up == 0}
    return _told_names({name: None for record in first for name in record if name not in read})


def _told_names(members: Mapping[str, Any]) -> list[str]:
    return [name for name in members if _NAME.fullmatch(name)][:60]


def _layout(fit: Fit, place: Place) -> Layout:
    """Every column has a place: what the first records lack, a later one may have."""
    labels = [heading.text for heading in fit.header.headings]
    read = [
        labels[fit.positions[name]] if name in fit.positions else h.names[0] for name, h in fit.export.columns.items()
    ]
    names = tuple(fit.export.columns)
    positions = {name: i for i, name in enumerate(names)}
    header = (*read, *_unread(place.first, read))
    return Layout(fit.name, fit.export, "", header, positions, all_items(fit.export, names, positions), 1)


# ------------------------------------------------------------------------------------------------------- writing

_RECORDS = pa.schema(
    [
        ("line", pa.int64()),
        ("number", pa.int64()),
        ("broken", pa.string()),
        ("scope", pa.int64()),
        ("key", pa.string()),
        ("raw", pa.string()),
    ]
)
_SCOPES = pa.schema(
    [
        ("number", pa.int64()),
        ("outer", pa.int64()),
        ("document", pa.int64()),
        ("key", pa.string()),
        ("raw", pa.string()),
    ]
)


def write_records(text: Path, place: Place, folder: Path, number: int) -> JsonRecords:
    """All records of a place as they stand, and the objects around them."""
    path, scopes = folder / f"records_{number}.parquet", folder / f"scopes_{number}.parquet"
    notes, written, last_line, is_numbered, is_cut_off = Notes(), 0, 0, False, False
    with pq.ParquetWriter(path, _RECORDS, compression="snappy") as rows, pq.ParquetWriter(scopes, _SCOPES) as around:
        for chunk in _chunks(cut(text, place.steps, place.prefix, notes)):
            lines = [record.line for record in chunk]
            is_numbered = is_numbered or lines[0] == last_line or len(set(lines)) < len(lines)
            last_line = lines[-1]
            numbers = pa.array(range(written + 1, written + len(chunk) + 1), pa.int64())
            raw, broken = _texts([record.raw for record in chunk], [record.broken for record in chunk])
            scope, key = [record.scope for record in chunk], [record.key for record in chunk]
            rows.write_batch(
                pa.record_batch(
                    [pa.array(lines, pa.int64()), numbers, broken, pa.array(scope, pa.int64()), _strings(key), raw],
                    schema=_RECORDS,
                )
            )
            written += len(chunk)
            is_cut_off = chunk[-1].broken == TORN or not (is_whole(chunk[-1].raw) or _is_ended(text))
            _write_scopes(around, notes)
        _write_scopes(around, notes)
    return JsonRecords(path, scopes, is_numbered, notes.lines_not_records, is_cut_off)


def _is_ended(text: Path) -> bool:
    with text.open("rb") as file:
        file.seek(-1, SEEK_END)
        return file.read() in (b"\n", b"\r")


def _write_scopes(target: pq.ParquetWriter, notes: Notes) -> None:
    if notes.scopes:
        numbers, outer, document, keys, raws = zip(*notes.scopes, strict=True)
        raw, _ = _texts(raws, [None] * len(raws))
        integers = [pa.array(column, pa.int64()) for column in (numbers, outer, document)]
        target.write_batch(pa.record_batch([*integers, _strings(keys), raw], schema=_SCOPES))
        notes.scopes.clear()


def _strings(texts: Sequence[str | None]) -> pa.Array:
    return pa.array(texts, pa.string())


def _texts(raws: Sequence[bytes], broken: Sequence[str | None]) -> tuple[pa.Array, pa.Array]:
    """Bytes as texts; one that isn't UTF-8 is broken."""
    try:
        return pa.array(raws, pa.binary()).cast(pa.string()), _strings(broken)
    except pa.ArrowInvalid:
        texts = [raw.decode("utf-8", errors="replace") for raw in raws]
        rules = [rule or (None if _is_utf8(raw) else INVALID) for raw, rule in zip(raws, broken, strict=True)]
        return _strings(texts), _strings(rules)


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _chunks(records: Iterator[Cut]) -> Iterator[list[Cut]]:
    chunk, size = list[Cut](), 0
    for record in records:
        chunk.append(record)
        size += len(record.raw)
        if len(chunk) == _CHUNK_ROWS or size >= _CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk
