"""Workbooks to fill in: what they ask for is what the connector reads."""

from __future__ import annotations

import zipfile
from datetime import date, datetime, time
from io import BytesIO
from pathlib import Path

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from connectors.declaration import CATALOGUE, catalogue
from connectors.errors import SettingsError
from connectors.records import RECORD_KINDS
from connectors.templates import COVER, template
from tests.connectors.mapped import map_file

SHIPPED = CATALOGUE / "templates" / "strategy_workbook.xlsx"
TOOL = "strategy_workbook"
WORDS = {
    "theme": "customer", "direction": "up", "aggregation": "mean", "obstacle": "budget", "owner_level": "manager", "stage": "pilot",
    "from_type": "goal", "to_type": "initiative", "approval": "both", "applies_to": "formal", "answer": "partly",
    "assignment": "randomised",
}  # fmt: skip
FLAGS, DAYS = ("is_strategic", "needs_confirmation", "must_be_registered"), ("valid_from", "valid_until")


def _sheets() -> dict[str, list[str]]:
    book = CalamineWorkbook.from_object(str(SHIPPED))
    return {
        name: [str(cell) for cell in book.get_sheet_by_name(name).to_python()[0]]
        for name in book.sheet_names
        if name != COVER
    }


def _value(sheet: str, heading: str) -> object:
    header = catalogue()[TOOL].exports[sheet].columns
    (name,) = [
        name for name, column in header.items() if heading.casefold() in [each.casefold() for each in column.names]
    ]
    if name in DAYS or name.endswith("_date"):
        return date(2026, 1, 1)
    if name in FLAGS:
        return "yes"
    kind = RECORD_KINDS[f"strategy_{sheet}"].by_name.get(name)
    return WORDS.get(name) or ("X1" if kind is None or kind.type.sql == "VARCHAR" else 1)


def test_a_filled_in_template_lands_without_a_reject(tmp_path: Path) -> None:
    sheets = _sheets()
    with xlsxwriter.Workbook(str(tmp_path / "strategy.xlsx")) as book:
        for sheet, headings in sheets.items():
            page = book.add_worksheet(sheet)
            page.write_row(0, 0, headings)
            for place, heading in enumerate(headings):
                value = _value(sheet, heading)
                day = book.add_format({"num_format": "yyyy-mm-dd"})
                if isinstance(value, date):
                    page.write_datetime(1, place, datetime.combine(value, time()), day)
                else:
                    page.write(1, place, value)
    mapped = map_file(tmp_path / "strategy.xlsx", TOOL, tmp_path)
    assert {kind.kind.name: kind.rows_rejected for kind in mapped.unit.kinds} == {
        f"strategy_{sheet}": 0 for sheet in sheets
    }
    for sheet in sheets:
        (row,) = mapped.rows(f"strategy_{sheet}")
        kind = RECORD_KINDS[f"strategy_{sheet}"]
        assert [c.name for c in kind.columns if row[c.name] is None] == [], (
            "a column that the template does not ask for"
        )
        assert (row["valid_from"], row["valid_to"]) == (date(2026, 1, 1), date(2026, 1, 2))


def test_the_template_that_ships_lands_nothing_as_it_is(tmp_path: Path) -> None:
    mapped = map_file(SHIPPED, TOOL, tmp_path)
    assert mapped.unit.source_rows == 0


def test_words_that_are_fixed_are_drop_downs_and_every_heading_has_a_note() -> None:
    content = zipfile.ZipFile(BytesIO(template(catalogue()[TOOL])))
    sheets = [content.read(name).decode() for name in content.namelist() if name.startswith("xl/worksheets/sheet")]
    everything = "".join(sheets)
    for kind in RECORD_KINDS.values():
        for column in kind.columns if kind.name.startswith("strategy_") else ():
            if column.allowed:
                assert (
                    f"&quot;{','.join(column.allowed)}&quot;" in everything
                    or f'"{",".join(column.allowed)}"' in everything
                )
    assert "'goals'!$A$2:$A$2000" in everything
    notes = [content.read(name).decode() for name in content.namelist() if name.startswith("xl/comments")]
    assert sum(note.count("<comment ref") for note in notes) == sum(len(headings) for headings in _sheets().values())


def test_a_tool_whose_files_nobody_writes_by_hand_has_no_template() -> None:
    with pytest.raises(SettingsError, match="connector explain xapi"):
        template(catalogue()["xapi"])
