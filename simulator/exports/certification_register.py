"""The register of licences: a workbook with Excel dates, every other month saved as CSV.

One row per event: required, awarded, renewed, expired, exempted. Quirks: statuses in the language of the office, a
last day of validity that the next export puts right, and applications that are still under way.
"""

from __future__ import annotations

import io
from datetime import date, datetime, time

import numpy as np
import pandas as pd

from simulator.exports.as_of import as_of
from simulator.exports.files import Folder
from simulator.exports.spreadsheet import Cells, Dialect, saved_by
from simulator.exports.workbook import workbook
from simulator.world.happenings import Happenings
from simulator.world.licences import LICENCES
from simulator.world.world import World

HEADERS = {
    "en": (
        "Employee number", "Name", "Licence code", "Licence name", "Status", "Status date", "Valid until", "CPD hours",
        "Regulator",
    ),
    "nl": (
        "Personeelsnummer", "Naam", "Certificaatcode", "Naam certificaat", "Status", "Datum", "Geldig tot en met",
        "PE-uren", "Toezichthouder",
    ),
    "de": (
        "Personalnummer", "Name", "Zertifikatscode", "Bezeichnung", "Ereignis", "Datum", "Gültig bis",
        "Fortbildungsstunden", "Aufsichtsbehörde",
    ),
    "fr": (
        "Matricule", "Nom", "Code habilitation", "Intitulé", "Statut", "Date", "Valable jusqu'au",
        "Heures de formation continue", "Autorité",
    ),
}  # fmt: skip
STATUS = {
    "en": {
        "required": "Required", "awarded": "Obtained", "renewed": "Renewed", "expired": "Expired",
        "revoked": "Withdrawn", "exempted": "Exempt", "pending": "Applied for",
    },
    "nl": {
        "required": "Vereist", "awarded": "Behaald", "renewed": "Verlengd", "expired": "Verlopen",
        "revoked": "Ingetrokken", "exempted": "Vrijgesteld", "pending": "In aanvraag",
    },
    "de": {
        "required": "Erforderlich", "awarded": "Erteilt", "renewed": "Verlängert", "expired": "Abgelaufen",
        "revoked": "Entzogen", "exempted": "Befreit", "pending": "Beantragt",
    },
    "fr": {
        "required": "Requis", "awarded": "Obtenu", "renewed": "Renouvelé", "expired": "Expiré",
        "revoked": "Retiré", "exempted": "Dispensé", "pending": "Demandé",
    },
}  # fmt: skip
CORRECTED_SHARE = 0.02
"""Rows with a last day of validity whose year is mistyped at first."""
PENDING_EVERY = 4
"""Months between exports that hold an application: it is no event yet, and no connector knows such a status."""
TITLE = "Register of licences and certificates"


class CertificationRegister:
    """One export a month; ``_wrong`` are the rows that the next one puts right."""

    def __init__(self, world: World, folder: Folder) -> None:
        self._world = world
        self._folder = folder
        self._rng = world.streams.of("certification_register")
        self._titles = {licence.certification_id: licence.title for licence in LICENCES}
        self._regulators = {licence.certification_id: licence.regulator for licence in LICENCES}
        self._wrong: pd.DataFrame | None = None

    def month(self, happened: Happenings) -> None:
        rows = happened["certifications"]
        drawn = self._rng.random(len(rows)) < CORRECTED_SHARE
        may_err = self._world.recipe.delivery.corrected and not happened.is_last
        is_wrong = drawn & rows["valid_to"].notna().to_numpy() & may_err
        told = rows.assign(valid_to=rows["valid_to"].mask(is_wrong, rows["valid_to"] + pd.DateOffset(years=10)))
        again = self._wrong if self._wrong is not None else rows.iloc[:0]
        self._wrong = rows[is_wrong]
        held = pd.concat([told, again], ignore_index=True)
        if held.empty:
            return
        pending = held.iloc[:1].assign(event="pending") if happened.ordinal % PENDING_EVERY == 3 else held.iloc[:0]
        held = pd.concat([held, pending], ignore_index=True)
        self._write(held, happened, records=len(held), rejected=len(pending), corrected=len(again))

    def _write(self, rows: pd.DataFrame, happened: Happenings, **counts: int) -> None:
        dialect, moment = saved_by(happened.ordinal), datetime.combine(happened.last, time(17, 30))
        header, name = HEADERS[dialect.language], f"licences_{happened.first:%Y-%m}"
        if happened.ordinal % 2:
            columns = self._columns(rows, dialect, happened.first)
            columns[5], columns[6] = dialect.days(columns[5]), dialect.days(columns[6])
            columns[7] = dialect.numbers(columns[7], 1)
            self._folder.write(f"{name}.csv", dialect.render(header, columns), moment, **counts)
        else:
            content = _workbook(header, self._columns(rows, dialect, happened.first), moment)
            self._folder.write(f"{name}.xlsx", content, moment, **counts)

    def _columns(self, rows: pd.DataFrame, dialect: Dialect, first: date) -> list[Cells]:
        """Texts, but for days (places 5 and 6) and hours (7)."""
        company, codes = self._world.company, rows["certification_id"].tolist()
        # Licences are older than the job: whoever earned one elsewhere is known by the number of the first days here.
        known_on = np.maximum(rows["day"], np.datetime64(first, "s"))
        numbers = as_of(company.numbers_at, rows["person"], known_on)
        names = as_of(company.full_names_at, rows["person"], known_on)
        return [
            numbers, names, np.array(codes, dtype=object),
            np.array([self._titles.get(code, "") for code in codes], dtype=object),
            dialect.words(STATUS, rows["event"].tolist()),
            rows["day"].to_numpy(), (rows["valid_to"] - pd.Timedelta(days=1)).to_numpy(), rows["cpd_hours"].to_numpy(),
            np.array([self._regulators.get(code, "") for code in codes], dtype=object),
        ]  # fmt: skip


def _workbook(header: tuple[str, ...], columns: list[Cells], moment: datetime) -> bytes:
    """A title, the day, a blank row, the header, the rows; dates are dates of Excel."""
    content = io.BytesIO()
    with workbook(content, moment) as book:
        sheet = book.add_worksheet("Register")
        sheet.write_row(0, 0, [TITLE])
        sheet.write_datetime(1, 0, moment)
        sheet.write_row(3, 0, header)
        for place, cells in enumerate(columns):
            sheet.write_column(4, place, _cells(cells))
    return content.getvalue()


def _cells(cells: Cells) -> list[object]:
    """NaN and NaT are blank; an instant is a day."""
    if cells.dtype.kind == "M":
        return [None if day is None else day.date() for day in cells.astype("datetime64[s]").tolist()]
    return [None if value != value else value for value in cells.tolist()]
