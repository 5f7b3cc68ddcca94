"""The strategy workbook as L&D keeps it: one sheet per table, revised every January.

The first revision comes with the first month. The second one is a folder with a CSV file per table, saved by a
colleague whose spreadsheet writes semicolons, decimal commas and percentages; all others are workbooks with a
cover sheet, date cells and shares that are formatted as percentages.
"""

from __future__ import annotations

import io
from datetime import date, datetime, time, timedelta

import numpy as np
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook

from simulator.exports.files import Folder
from simulator.exports.spreadsheet import DUTCH
from simulator.exports.workbook import workbook
from simulator.world.happenings import Happenings
from simulator.world.strategy import Row, strategy
from simulator.world.world import World

SHARES = ("target_share", "weight")
STAGES = ("map", "vision", "couple", "own", "pilot", "scale")
FOLDER_REVISION = 2
"""The revision that comes as a folder of CSV files."""

Sheets = dict[str, list[Row]]


class StrategyWorkbook:
    """A revision in the first month and in every January; rows that changed are told beside their successors."""

    def __init__(self, world: World, folder: Folder) -> None:
        self._world, self._folder = world, folder
        self._revision = 0
        self._told: set[str] = set()

    def month(self, happened: Happenings) -> None:
        if happened.ordinal and happened.first.month != 1:
            return
        self._revision += 1
        sheets = strategy(self._world, happened.first.year)
        saved_at = datetime.combine(happened.first + timedelta(days=11), time(16, 20))
        if self._revision == FOLDER_REVISION:
            for sheet, rows in sheets.items():
                name = f"strategy_{happened.first.year}/{sheet}.csv"
                self._folder.write(name, _csv(rows), saved_at, **self._counts({sheet: rows}))
        else:
            name = f"strategy_{happened.first.year}.xlsx"
            self._folder.write(name, _workbook(sheets, saved_at), saved_at, **self._counts(sheets))

    def _counts(self, sheets: Sheets) -> dict[str, int]:
        told = [f"{sheet}{row}" for sheet, rows in sheets.items() for row in rows]
        again = sum(row in self._told for row in told)
        self._told.update(told)
        # A stage that is none can't be landed; it stands there until the year after.
        rejected = sum(row["stage"] not in STAGES for row in sheets.get("initiatives", []))
        return {"records": len(told), "rejected": rejected, "redelivered": again}


def _heading(name: str) -> str:
    """``goal_id`` → ``Goal id``."""
    return name.replace("_", " ").capitalize()


def _workbook(sheets: Sheets, saved_at: datetime) -> bytes:
    content = io.BytesIO()
    with workbook(content, saved_at) as book:
        cover = book.add_worksheet("Read me")
        cover.write_string(0, 0, "Learning strategy of Meridian Supply")
        cover.write_string(1, 0, "One sheet per table. A row that changes gets a last day, and a successor below it.")
        formats = {"head": book.add_format({"bold": True}), "share": book.add_format({"num_format": "0%"})}
        for sheet, rows in sheets.items():
            _write_sheet(book, sheet, rows, formats)
    return content.getvalue()


def _write_sheet(book: Workbook, sheet: str, rows: list[Row], formats: dict[str, Format]) -> None:
    page = book.add_worksheet(_heading(sheet))
    page.freeze_panes(1, 0)
    for column, name in enumerate(rows[0]):
        page.write_string(0, column, _heading(name), formats["head"])
    for line, row in enumerate(rows, start=1):
        for column, (name, value) in enumerate(row.items()):
            if isinstance(value, bool):
                page.write_string(line, column, "yes" if value else "no")
            elif isinstance(value, date):
                page.write_datetime(line, column, datetime.combine(value, time()))
            elif isinstance(value, int | float):
                page.write_number(line, column, value, formats["share"] if name in SHARES else None)
            elif isinstance(value, str):
                page.write_string(line, column, value)


def _csv(rows: list[Row]) -> bytes:
    """The names of the columns as they are, and everything in them as a Dutch spreadsheet writes it."""
    columns = [np.array([_written(name, row[name]) for row in rows], dtype=object) for name in rows[0]]
    return DUTCH.render(list(rows[0]), columns)


def _written(name: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "ja" if value else "nee"
    if isinstance(value, date):
        return f"{value:{DUTCH.day}}"
    if isinstance(value, float):
        return f"{100 * value:g} %".replace(".", ",") if name in SHARES else f"{value:g}".replace(".", ",")
    return str(value)
