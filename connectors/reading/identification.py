"""What an original is: its encoding and its export, tried together; of a workbook, the export of each sheet."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from connectors.declaration import Declaration, Export, Value
from connectors.errors import OriginalRefused
from connectors.reading import parquet_files, workbooks
from connectors.reading.code_pages import is_damaged_utf8, likeliest_first, rather
from connectors.reading.headers import HeadRow, head_of, rows_of_text
from connectors.reading.json_cells import JsonRecords
from connectors.reading.json_records import (
    json_exports,
    json_text,
    recognised_json,
    write_records,
)
from connectors.reading.originals import (
    Text,
    decoded,
    encodings_to_try,
    refuse_if_no_text,
    uncompressed,
    with_damage_marked,
)
from connectors.reading.recognition import Layout, recognised
from connectors.reading.workbooks import Sheet


@dataclass(frozen=True)
class SheetCells:
    """A worksheet, or another table of typed cells, as Parquet: ``source_line`` (its row) and the text of all cells."""

    sheet: str
    path: Path


@dataclass(frozen=True)
class Found:
    """A text, a sheet or the records of JSON, and what it was recognised as."""

    content: Text | SheetCells | JsonRecords
    layout: Layout


def identified(path: Path, source_file: str, declaration: Declaration, restricted: Path) -> tuple[Found, ...]:
    """Decompress, decode and recognise an original: one text or table, the sheets of a workbook, or records of JSON.

    Raises OriginalRefused with what was tried.
    """
    plain = uncompressed(path, restricted)
    if workbooks.is_zip(plain):
        return _sheets(plain, source_file, declaration, restricted)
    if parquet_files.is_parquet(plain):
        return (_parquet(plain, source_file, declaration, restricted),)
    if text := json_text(plain, declaration, restricted):
        found = recognised_json(text, source_file, declaration, json_exports(declaration))
        return tuple(
            Found(write_records(text, place, restricted, number), layout)
            for number, (place, layout) in enumerate(found)
        )
    refuse_if_no_text(plain)
    if not _tables(declaration):
        raise OriginalRefused(
            f"The file is not JSON, which is all that {declaration.tool} is declared to export.",
            "check that it lies in the inbox of the right tool, and export it as JSON.",
        )
    return (_text(plain, source_file, declaration, restricted),)


def _tables(declaration: Declaration) -> dict[str, Export]:
    return {name: export for name, export in declaration.exports.items() if export.format == "table"}


# ---------------------------------------------------------------------------------------------------------- text


def _text(plain: Path, source_file: str, declaration: Declaration, restricted: Path) -> Found:
    """An encoding counts only if the whole file decodes with it and its header is recognised."""
    failures: list[str] = []
    is_cut_off = False
    refusal: OriginalRefused | None = None
    for encoding in likeliest_first(plain, encodings_to_try(plain, declaration.encodings)):
        try:
            text = decoded(plain, encoding, restricted)
        except UnicodeDecodeError as error:
            failures.append(f"{encoding} fails at byte {error.start}")
            is_cut_off = is_cut_off or error.reason in ("truncated data", "unexpected end of data")
            if error.encoding != "utf-8" or not is_damaged_utf8(plain):
                continue
            text = with_damage_marked(plain, restricted)
        try:
            heads = {str(delimiter): _head(text, delimiter) for delimiter in declaration.delimiters}
            layout = recognised(declaration, heads, source_file, _tables(declaration))
        except OriginalRefused as error:
            refusal = refusal or error
            continue
        _refuse_other_page(declaration, encoding, rather(plain, encoding))
        return Found(text, layout)
    if refusal is not None:
        raise refusal
    if is_cut_off:
        raise OriginalRefused(
            f"The file ends in the middle of a character ({'; '.join(failures)}), so it is cut off.",
            "fetch it again from the tool and drop it in the inbox again.",
        )
    raise OriginalRefused(
        f"The file is not in an encoding that {declaration.tool} is declared to use: {'; '.join(failures)}.",
        "export it as UTF-8, or put its encoding in settings.yml: "
        f"tools: {{{declaration.tool}: {{encodings: [utf-8, windows-1252]}}}}.",
    )


def _refuse_other_page(declaration: Declaration, encoding: str, other: str | None) -> None:
    if other is not None:
        raise OriginalRefused(
            f"The file can be read as {encoding}, and then holds letters that no language uses together. It seems to "
            f"be in {other}, which {declaration.tool} is not declared to use.",
            "export it as UTF-8, or put its encoding in settings.yml: "
            f"tools: {{{declaration.tool}: {{encodings: [utf-8, {other}]}}}}.",
        )


def _head(text: Text, delimiter: str) -> tuple[HeadRow, ...]:
    with text.path.open(encoding="utf-8", newline="") as file:
        try:
            return head_of(rows_of_text(file, delimiter))
        except csv.Error as error:
            raise OriginalRefused(f"The first line can't be read as CSV: {error}.", "export it again.") from error


# -------------------------------------------------------------------------------------------------------- sheets


def _parquet(plain: Path, source_file: str, declaration: Declaration, restricted: Path) -> Found:
    head = parquet_files.head(plain)
    layout = recognised(declaration, {"": head}, source_file, _tables(declaration))
    target = restricted / "cells.parquet"
    parquet_files.write_cells(plain, target, _marks(declaration, layout))
    return Found(SheetCells("", target), layout)


def _sheets(plain: Path, source_file: str, declaration: Declaration, restricted: Path) -> tuple[Found, ...]:
    """The sheets that are exports, each of these once, or as often as it declares sheets.

    A sheet that an export asks for by name must be that export; any other sheet may be something else.
    """
    found: list[Found] = []
    refusal: OriginalRefused | None = None
    with workbooks.opened(plain) as sheets:
        for number, sheet in enumerate(sheets, 1):
            named, among = _candidates(sheet, declaration, found)
            head = head_of(sheet.rows()) if among else ()
            if not head:
                continue
            try:
                layout = recognised(declaration, {"": head}, source_file, among)
            except OriginalRefused as error:
                if named:  # the name of a sheet may be that of a person, so it isn't told
                    reason = f"Sheet {number}, which is known by its name: {error.reason}"
                    raise OriginalRefused(reason, error.next_step) from error
                refusal = refusal or error
                continue
            target = restricted / f"sheet_{number}.parquet"
            sheet.write_cells(target, len(layout.header), layout.data_line, _marks(declaration, layout))
            found.append(Found(SheetCells(sheet.name, target), layout))
    if found:
        return tuple(found)
    raise refusal or OriginalRefused(
        f"No sheet of the workbook is one that {declaration.tool} is declared to hold, or all are blank.",
        "check that it lies in the inbox of the right tool, and that the sheet has its header.",
    )


def _candidates(sheet: Sheet, declaration: Declaration, found: list[Found]) -> tuple[bool, set[str]]:
    """Whether exports ask for the sheet by its name, and which exports it may be."""
    exports = _tables(declaration)
    named = {name for name, export in exports.items() if _is_asked_for(sheet, export)}
    if named or sheet.is_hidden:
        return bool(named), named
    taken = {each.layout.name for each in found}
    return False, {
        name for name, export in exports.items() if not export.sheet and (export.every_sheet or name not in taken)
    }


def _is_asked_for(sheet: Sheet, export: Export) -> bool:
    return any(fnmatch(sheet.name.strip().casefold(), pattern.casefold()) for pattern in export.sheet)


def _marks(declaration: Declaration, layout: Layout) -> dict[int, str]:
    """The decimal mark that is read at each position, so that a number cell is written with it."""
    declared = {
        column: value.decimal
        for mapping in layout.export.kinds.values()
        for option in mapping.columns.values()
        for value in _options(option)
        for column in value.from_ or ()
        if value.decimal
    }
    items = {position: part for item in layout.items for part, position in item.cells.items()}
    named = items | {position: name for name, position in layout.positions.items()}
    return {position: declared.get(name, declaration.decimal) for position, name in named.items()}


def _options(value: Value) -> Iterator[Value]:
    yield value
    for branch in value.first_of or ():
        yield from _options(branch)
