"""What the KPI systems hand out, each in its own way.

    service_desk → a workbook: one sheet per KPI, months (Excel dates) over value, numerator and denominator
    operations   → a wide spreadsheet: teams × months, with a column of KPIs, a title above and a total below
    quality      → a long table: numerator, denominator and definition version in columns

The wide ones cover the last three months, so each month is delivered three times. Quirks: a first count that misses
late cases and is put right a month later (the later file holds what counts), months in four notations, percentages,
a word where a number should be, decimal commas and thousands points in Windows-1252.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta

import numpy as np
import pandas as pd
import xlsxwriter

from simulator.exports.files import Folder
from simulator.exports.spreadsheet import GERMAN, Cells, Dialect, saved_by
from simulator.exports.workbook import workbook
from simulator.world.happenings import Happenings
from simulator.world.world import World

MONTHS_SHOWN = 3
CORRECTED_SHARE = 0.03
"""Values whose first delivery misses late cases."""
MISSED = 0.96
"""The share of its cases that such a first delivery counts."""
REMARK_EVERY = 4
"""Months between spreadsheets in which somebody wrote a remark into a cell."""

MONTH_NAMES = {
    "nl": ("jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec"),
    "de": ("Jan", "Feb", "Mär", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez"),
    "fr": ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."),
}
WORDS = {
    "en": {
        "team": "Team", "kpi": "KPI", "version": "Definition", "numerator": "numerator",
        "denominator": "denominator", "total": "Total", "remark": "see mail", "title": "Operations: teams by month",
    },
    "nl": {
        "team": "Teamcode", "kpi": "Indicator", "version": "Definitie", "numerator": "teller", "denominator": "noemer",
        "total": "Totaal", "remark": "zie mail", "title": "Operatie – teams per maand",
    },
    "de": {
        "team": "Teamcode", "kpi": "Kennzahl", "version": "Definition", "numerator": "Zähler", "denominator": "Nenner",
        "total": "Gesamt", "remark": "siehe Mail", "title": "Betrieb: Teams nach Monaten",
    },
    "fr": {
        "team": "Équipe", "kpi": "Indicateur", "version": "Définition", "numerator": "numérateur",
        "denominator": "dénominateur", "total": "Total", "remark": "voir courriel",
        "title": "Exploitation : équipes par mois",
    },
}  # fmt: skip
LONG = replace(GERMAN, encoding="windows-1252")
LONG_HEADER = ("Kennzahl", "Team-ID", "Berichtsmonat", "Zähler", "Nenner", "Wert", "Definitionsversion")
_KEY = ["kpi_id", "org_unit_id", "definition_version", "period_start"]


@dataclass
class _Shown:
    """What a system shows: the months that its reports still cover, and what of the last one is yet to be put right.

    ``rows`` as `kpi_values`, newest last; ``wrong``: the true rows whose first delivery was another.
    """

    rows: pd.DataFrame | None = None
    wrong: pd.DataFrame | None = None
    months: list[pd.Timestamp] = field(default_factory=list)


class KpiTable:
    """One export of each system a month."""

    def __init__(self, world: World, folder: Folder) -> None:
        self._world = world
        self._folder = folder
        self._rng = world.streams.of("kpi_table")
        self._systems = {kpi.kpi_id: kpi.system for kpi in world.kpis}
        self._counted = {kpi.kpi_id for kpi in world.kpis if kpi.is_ratio}
        self._shown = {system: _Shown() for system in ("service_desk", "operations", "quality")}

    def month(self, happened: Happenings) -> None:
        rows = happened["kpi_values"]
        systems = rows["kpi_id"].map(self._systems)
        for system, write in (
            ("service_desk", self._write_workbook),
            ("operations", self._write_wide),
            ("quality", self._write_long),
        ):
            own = rows[systems == system].reset_index(drop=True)
            if not own.empty:
                write(own, happened)

    def _first_delivered(self, rows: pd.DataFrame, happened: Happenings) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The rows as they are first told, and those of them (as they are) that are told otherwise."""
        drawn = self._rng.random(len(rows)) < CORRECTED_SHARE
        if happened.is_last or not self._world.recipe.delivery.corrected:
            return rows, rows.iloc[:0]
        told = rows.copy()
        is_ratio = drawn & rows["numerator"].notna().to_numpy()
        told.loc[is_ratio, "numerator"] = np.floor(rows.loc[is_ratio, "numerator"] * MISSED)
        told.loc[is_ratio, "value"] = told.loc[is_ratio, "numerator"] / told.loc[is_ratio, "denominator"]
        told.loc[drawn & ~is_ratio, "value"] = (rows.loc[drawn & ~is_ratio, "value"] * MISSED).round(2)
        return told, rows[drawn]

    def _window(self, system: str, rows: pd.DataFrame, happened: Happenings) -> tuple[pd.DataFrame, dict[str, int]]:
        """The months that the report covers, with last month's errors put right, and what is told again of them."""
        shown = self._shown[system]
        told, wrong = self._first_delivered(rows, happened)
        before = told.iloc[:0] if shown.rows is None else _corrected(shown.rows, shown.wrong)
        kept = sorted({*before["period_start"], *rows["period_start"]})[-MONTHS_SHOWN:]
        before = before[before["period_start"].isin(kept)]
        corrected = 0 if shown.wrong is None else len(shown.wrong)
        shown.rows, shown.wrong, shown.months = pd.concat([before, told], ignore_index=True), wrong, kept
        counts = {
            "records": len(shown.rows), "redelivered": len(before) - corrected, "corrected": corrected, "rejected": 0,
        }  # fmt: skip
        return shown.rows, counts

    def _write_long(self, rows: pd.DataFrame, happened: Happenings) -> None:
        shown = self._shown["quality"]
        told, wrong = self._first_delivered(rows, happened)
        again = told.iloc[:0] if shown.wrong is None else shown.wrong
        shown.wrong = wrong
        held = pd.concat([told, again], ignore_index=True)
        columns = [
            held["kpi_id"].tolist(), held["org_unit_id"].tolist(),
            [f"{month:%m.%Y}" for month in held["period_start"]], _counts(held["numerator"]),
            _counts(held["denominator"]), LONG.numbers(held["value"], 4), held["definition_version"].tolist(),
        ]  # fmt: skip
        self._folder.write(
            f"qualitaet_werte_{happened.first:%Y-%m}.csv", LONG.render(LONG_HEADER, columns), _exported(happened),
            records=len(held), corrected=len(again),
        )  # fmt: skip

    def _write_wide(self, rows: pd.DataFrame, happened: Happenings) -> None:
        held, counts = self._window("operations", rows, happened)
        dialect = saved_by(happened.ordinal)
        words = WORDS[dialect.language]
        header, columns = self._wide_columns(_wide(held), dialect)
        counts["rejected"] = self._remark(columns[-3], words["remark"], happened)
        blank = [""] * (len(header) - 1)
        above, below = [words["title"], *blank], [words["total"], *blank]
        columns = [
            np.array(["", name, *cells, last], dtype=object)
            for name, cells, last in zip(header, columns, below, strict=True)
        ]
        content = dialect.render(above, columns)
        self._folder.write(f"operations_{happened.first:%Y-%m}.csv", content, _exported(happened), **counts)

    def _wide_columns(self, wide: pd.DataFrame, dialect: Dialect) -> tuple[list[str], list[Cells]]:
        """Team, KPI and definition, then value, numerator and denominator of each month."""
        words = WORDS[dialect.language]
        header = [words["team"], words["kpi"], words["version"]]
        columns: list[Cells] = [wide.index.get_level_values(level).to_numpy(dtype=object) for level in (1, 0, 2)]
        is_ratio = np.isin(columns[1], list(self._counted))
        for month in self._shown["operations"].months:
            values, name = wide["value"][month], _month_name(month, dialect)
            shares, plain = dialect.numbers(values * 100, 2) + " %", dialect.numbers(values, 2)
            columns.append(np.where(values.isna(), "", np.where(is_ratio, shares, plain)))
            columns += [dialect.numbers(wide[part][month], 0) for part in ("numerator", "denominator")]
            header += [name, f"{name} {words['numerator']}", f"{name} {words['denominator']}"]
        return header, columns

    def _remark(self, cells: Cells, remark: str, happened: Happenings) -> int:
        """Now and then a remark stands in place of a value of the last month, which the next export holds again."""
        if happened.is_last or happened.ordinal % REMARK_EVERY != REMARK_EVERY - 1:
            return 0
        filled = np.flatnonzero(cells != "")
        if not len(filled):
            return 0
        cells[filled[0]] = remark
        return 1

    def _write_workbook(self, rows: pd.DataFrame, happened: Happenings) -> None:
        held, counts = self._window("service_desk", rows, happened)
        content, moment = io.BytesIO(), _exported(happened)
        with workbook(content, moment) as book:
            for kpi_id, of_kpi in held.groupby("kpi_id", sort=True):
                parts = ("value", "numerator", "denominator") if kpi_id in self._counted else ("value",)
                _write_sheet(book, str(kpi_id), of_kpi, self._shown["service_desk"].months, parts)
        self._folder.write(f"service_desk_{happened.first:%Y-%m}.xlsx", content.getvalue(), moment, **counts)


def _corrected(rows: pd.DataFrame, true: pd.DataFrame | None) -> pd.DataFrame:
    """The rows with those in place that were told otherwise."""
    if true is None or true.empty:
        return rows
    return pd.concat([rows, true]).drop_duplicates(_KEY, keep="last").sort_values(["period_start", *_KEY[:3]])


def _wide(rows: pd.DataFrame) -> pd.DataFrame:
    """KPI, team and version down; value, numerator and denominator by month across."""
    return rows.pivot(index=_KEY[:3], columns="period_start", values=["value", "numerator", "denominator"])


def _write_sheet(
    book: xlsxwriter.Workbook, name: str, rows: pd.DataFrame, months: list[pd.Timestamp], parts: Iterable[str]
) -> None:
    """Two rows of title, then months over their parts, then one row per team and definition."""
    parts, wide = tuple(parts), _wide(rows)
    sheet, of_month = book.add_worksheet(name), book.add_format({"num_format": "mmm yyyy", "align": "center"})
    sheet.write_column(0, 0, [f"Service desk: {name}", "Counted per team; closed cases only"])
    sheet.write_row(3, 0, ["Team", "Definition"])
    for place, month in enumerate(months):
        first = 2 + place * len(parts)
        if len(parts) > 1:
            sheet.merge_range(3, first, 3, first + len(parts) - 1, "", of_month)
        sheet.write_datetime(3, first, month.to_pydatetime(), of_month)
        sheet.write_row(4, first, [part.capitalize() for part in parts])
        for offset, part in enumerate(parts):
            values = wide[part].get(month, pd.Series(np.nan, wide.index)).astype(object)
            sheet.write_column(5, first + offset, values.where(values.notna(), None).tolist())
    sheet.write_column(5, 0, wide.index.get_level_values("org_unit_id").tolist())
    sheet.write_column(5, 1, wide.index.get_level_values("definition_version").tolist())


def _counts(values: pd.Series[float]) -> list[str]:
    """Whole numbers with points between the thousands."""
    return ["" if value != value else f"{value:,.0f}".replace(",", ".") for value in values.tolist()]


def _month_name(month: pd.Timestamp, dialect: Dialect) -> str:
    """``2026-03``, ``mrt 2026``, ``Mär 26`` or ``mars 2026``."""
    if dialect.language == "en":
        return f"{month:%Y-%m}"
    year = f"{month:%y}" if dialect.language == "de" else f"{month:%Y}"
    return f"{MONTH_NAMES[dialect.language][month.month - 1]} {year}"


def _exported(happened: Happenings) -> datetime:
    return datetime.combine(happened.last + timedelta(days=4), time(8, 15))
