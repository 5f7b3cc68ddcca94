"""A workbook to fill in, made from a connector file: what it reads is what is asked for.

    declaration + record kinds --template()--> .xlsx: a cover, then a sheet per table

Words that are fixed are drop-downs, ids that another sheet defines are offered from there, days and shares are checked
by the spreadsheet, and a note on each header says what the column means. The sheets have no example rows, because
those would land.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.workbook import Workbook

from connectors.declaration import Declaration, Export, Header, Value
from connectors.errors import SettingsError
from connectors.records import RECORD_KINDS, Column, Privacy, Type

COVER = "Read me"
_LAST_ROW = 2000
"""Rows that are checked; those below are read like any other."""
_CREATED = datetime(2026, 1, 1)
"""Stands in the file: one and the same, so that the same declaration gives the same bytes."""
_LEGEND = "Dark headings must be filled in. Point at one to see what it means. A sheet that stays empty does no harm."
_EARLIEST = date(1950, 1, 1)
_WIDTH_OF_TEXT = 36


@dataclass(frozen=True)
class _Asked:
    """One column of a sheet: its heading, and the column of the record kind that it fills."""

    name: str
    heading: str
    column: Column
    value: Value
    is_required: bool


def template(declaration: Declaration) -> bytes:
    """The workbook. Raises SettingsError where no export of the tool is a plain table that people could fill in."""
    sheets = {name: asked for name, export in declaration.exports.items() if (asked := list(_asked(export)))}
    if not sheets:
        raise SettingsError(
            f"{declaration.tool} has no plain table that could be filled in by hand. "
            f"See what it reads: throughline connector explain {declaration.tool}"
        )
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        book.set_properties({"created": _CREATED, "title": declaration.title})
        _cover(book, declaration, sheets)
        for name, asked in sheets.items():
            _sheet(book, name, asked, _defined_elsewhere(declaration, name, sheets))
    return content.getvalue()


def _asked(export: Export) -> Iterator[_Asked]:
    """The columns that somebody fills in. Where several say one thing, the first that is declared asks for it."""
    if export.format != "table" or export.items or export.header_rows > 1:
        return
    asked: dict[tuple[str, str], _Asked] = {}
    for name, header in export.columns.items():
        if filled := next(_filled_by(export, name), None):
            kind, column, value = filled
            is_required = column.required or not header.optional
            asked.setdefault((kind, column.name), _Asked(name, _heading(header), column, value, is_required))
    yield from asked.values()


def _filled_by(export: Export, name: str) -> Iterator[tuple[str, Column, Value]]:
    """The columns of record kinds that a column of the export fills, and how."""
    for kind, mapping in export.kinds.items():
        for target, value in mapping.columns.items():
            for branch in value.first_of or (value,):
                if name in branch.columns:
                    yield kind, RECORD_KINDS[kind].by_name[target], branch


def _heading(header: Header) -> str:
    """The first name that reads as words; any name is recognised in any case."""
    name = next((name for name in header.names if "_" not in name), header.names[0])
    return name[0].upper() + name[1:]


def _defined_elsewhere(declaration: Declaration, sheet: str, sheets: dict[str, list[_Asked]]) -> dict[str, str]:
    """Of each column that another sheet's rows are known by: the cells that hold them."""
    found: dict[str, str] = {}
    for other, asked in sheets.items():
        (kind, *_) = declaration.exports[other].kinds
        first = RECORD_KINDS[kind].key[0]
        for place, column in enumerate(asked):
            if other != sheet and column.column.name == first and first.endswith("_id"):
                letter = xl_col_to_name(place)
                found.setdefault(first, f"='{other}'!${letter}$2:${letter}${_LAST_ROW}")
    return found


def _cover(book: Workbook, declaration: Declaration, sheets: dict[str, list[_Asked]]) -> None:
    page = book.add_worksheet(COVER)
    large, bold = book.add_format({"bold": True, "font_size": 16}), book.add_format({"bold": True})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    page.set_column(0, 0, 26)
    page.set_column(1, 1, 110, wrapped)
    page.write_string(0, 0, declaration.title, large)
    page.merge_range(1, 0, 1, 1, " ".join(declaration.about.split()), wrapped)
    page.set_row(1, 110)
    page.write_row(3, 0, ["Sheet", "One row is"], bold)
    for line, (name, asked) in enumerate(sheets.items(), start=4):
        (kind, *_) = declaration.exports[name].kinds
        page.write_url(line, 0, f"internal:'{name}'!A1", string=name)
        grain = RECORD_KINDS[kind].grain
        page.write_string(line, 1, f"{grain[0].upper()}{grain[1:]}: {', '.join(column.heading for column in asked)}.")
    page.write_string(len(sheets) + 5, 0, _LEGEND)


def _sheet(book: Workbook, name: str, asked: list[_Asked], elsewhere: dict[str, str]) -> None:
    page = book.add_worksheet(name)
    page.freeze_panes(1, 0)
    heads = {
        True: book.add_format({"bold": True, "font_color": "white", "bg_color": "#1F3864", "border": 1}),
        False: book.add_format({"bold": True, "bg_color": "#DCE6F1", "border": 1}),
    }
    for place, column in enumerate(asked):
        page.write_string(0, place, column.heading, heads[column.is_required])
        note = _note(column)
        page.write_comment(0, place, note, {"x_scale": 2, "y_scale": 0.5 + len(note) / 120})
        page.set_column(place, place, _width(column), _format(book, column))
        if checked := _checked(column, elsewhere.get(column.name)):
            page.data_validation(1, place, _LAST_ROW, place, checked)


def _note(asked: _Asked) -> str:
    required = "Must be filled in. " if asked.is_required else ""
    how = {Type.DATE: " A day.", Type.BOOLEAN: " Yes or no."}.get(asked.column.type, "")
    if asked.value.shift:
        how = f" A day; the record ends {asked.value.shift} later."
    if asked.value.percent:
        how = " A share between 0 and 1, or a percentage."
    return f"{required}{asked.column.meaning}{how}"


def _width(asked: _Asked) -> float:
    is_long = asked.column.type is Type.TEXT and not asked.column.allowed and not asked.name.endswith("_id")
    return max(_WIDTH_OF_TEXT if is_long else 12, len(asked.heading) + 3)


def _format(book: Workbook, asked: _Asked) -> Any:
    if asked.column.type is Type.DATE:
        return book.add_format({"num_format": "yyyy-mm-dd"})
    if asked.value.percent:
        return book.add_format({"num_format": "0%"})
    return None


def _checked(asked: _Asked, elsewhere: str | None) -> dict[str, Any] | None:
    """What the spreadsheet checks. A word outside a list would be rejected; an id unknown elsewhere only is unusual."""
    column = asked.column
    words = _words(asked)
    if words:
        return {"validate": "list", "source": words, "error_message": f"One of {', '.join(words)}."[:255]}
    if elsewhere:
        told = "This id stands on no other sheet yet."
        return {"validate": "list", "source": elsewhere, "error_type": "warning", "error_message": told}
    if column.type is Type.DATE:
        return {"validate": "date", "criteria": ">=", "value": _EARLIEST, "error_message": "A day, such as 2026-01-31."}
    if column.type in (Type.NUMBER, Type.INTEGER):
        return _number(column)
    return None


def _words(asked: _Asked) -> list[str]:
    if asked.column.type is Type.BOOLEAN:
        return [*asked.value.is_true[:1], *asked.value.is_false[:1]] or ["true", "false"]
    return list(asked.column.allowed) if asked.column.privacy is Privacy.OPEN else []


def _number(column: Column) -> dict[str, Any]:
    kind = "integer" if column.type is Type.INTEGER else "decimal"
    low, high = column.minimum, column.maximum
    told = {"validate": kind, "error_message": f"A number{_span(low, high)}."}
    if low is not None and high is not None:
        return told | {"criteria": "between", "minimum": low, "maximum": high}
    if low is not None:
        return told | {"criteria": ">=", "value": low}
    return told | {"criteria": "between", "minimum": -1e15, "maximum": high if high is not None else 1e15}


def _span(low: float | None, high: float | None) -> str:
    parts = ([f"at least {low:g}"] if low is not None else []) + ([f"at most {high:g}"] if high is not None else [])
    return f", {' and '.join(parts)}" if parts else ""
