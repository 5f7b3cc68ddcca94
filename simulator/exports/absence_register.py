"""HR's register of absence: what began or ended in the month, under the type words of the organisation.

An absence that lasts has no end, in whatever way the program says so, and is exported once more when it ends.
Quirks: the end of time for an open end, a first day back in place of a last day, shares as percentages, agency
workers without a number, and now and then the same row twice.
"""

from __future__ import annotations

from datetime import datetime, time

import numpy as np
import pandas as pd

from simulator.exports.as_of import as_of
from simulator.exports.files import Folder
from simulator.exports.spreadsheet import Cells, Dialect, saved_by
from simulator.world.happenings import Happenings
from simulator.world.world import World

HEADERS = {
    "en": ("Absence ID", "Employee number", "Name", "Absence type", "Start date", "End date", "FTE share"),
    "nl": ("Verzuimnummer", "Personeelsnummer", "Naam", "Soort verzuim", "Begindatum", "Einddatum", "Verzuim %"),
    "de": ("Lfd. Nr.", "Personalnummer", "Name", "Abwesenheitsart", "Beginndatum", "Endedatum", "Abwesenheit in %"),
    "fr": ("N° absence", "Matricule", "Nom", "Motif", "Du", "Date de reprise", "Pourcentage d'absence"),
}
END_OF_TIME = "31.12.9999"
"""What the German program writes where an absence lasts."""
AGENCY_EVERY, TWICE_EVERY = 4, 5
"""Months between exports that hold agency workers without a number, and between those with the same row twice."""


class AbsenceRegister:
    """One export a month, a day after it."""

    def __init__(self, world: World, folder: Folder) -> None:
        self._world = world
        self._folder = folder
        self._open: set[int] = set()

    def month(self, happened: Happenings) -> None:
        rows = happened["absences"]
        if rows.empty:
            return
        again = rows["absence"].isin(self._open)
        self._open |= set(rows.loc[rows["ended"].isna(), "absence"])
        self._open -= set(rows.loc[rows["ended"].notna(), "absence"])
        is_fifth = happened.ordinal % TWICE_EVERY == TWICE_EVERY - 1
        twice = rows.iloc[-1:] if is_fifth else rows.iloc[:0]
        nameless = 1 if happened.ordinal % AGENCY_EVERY == AGENCY_EVERY - 1 else 0
        dialect = saved_by(happened.ordinal)
        columns = self._columns(pd.concat([rows, twice], ignore_index=True), dialect)
        if nameless:
            columns = [np.append(cells, _of_agency(place, happened, dialect)) for place, cells in enumerate(columns)]
        self._folder.write(
            f"absences_{happened.first:%Y-%m}.csv", dialect.render(HEADERS[dialect.language], columns),
            datetime.combine(happened.last, time(23, 15)), records=len(columns[0]), rejected=nameless,
            duplicate=len(twice), redelivered=int(again.sum()),
        )  # fmt: skip

    def _columns(self, rows: pd.DataFrame, dialect: Dialect) -> list[Cells]:
        company, started = self._world.company, rows["started"].to_numpy()
        return [
            np.array([f"A{number:07d}" for number in rows["absence"]], dtype=object),
            as_of(company.numbers_at, rows["person"], started),
            as_of(company.full_names_at, rows["person"], started),
            rows["absence_type"].to_numpy().astype(object),
            dialect.days(started),
            _ends(rows["ended"], dialect),
            _shares(rows["fte_share"], dialect),
        ]


def _ends(ended: pd.Series[pd.Timestamp], dialect: Dialect) -> Cells:
    """The last day; in French the first day back; in German the end of time where there is none."""
    days = dialect.days(ended + pd.Timedelta(days=1) if dialect.language == "fr" else ended)
    return np.where(ended.isna(), END_OF_TIME, days) if dialect.language == "de" else days


def _shares(share: pd.Series[float], dialect: Dialect) -> Cells:
    if dialect.language == "en":
        return dialect.numbers(share, 2)
    percentages = dialect.numbers(share * 100, 2 if dialect.language == "de" else 0)
    return percentages + " %" if dialect.language == "fr" else percentages


def _of_agency(place: int, happened: Happenings, dialect: Dialect) -> str:
    """The cells of an agency worker, whom HR knows by name only."""
    day = str(dialect.days([np.datetime64(happened.first)])[0])
    return {1: "", 2: "Agency", 3: "sickness", 4: day}.get(place, "")
