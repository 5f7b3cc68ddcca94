"""The timesheets: what people wrote down of their learning, which is a part of what they learned.

Quirks: hours as 1,25, 1.25, 1:15 or 1h15; words for mode and initiative in the language of the office; entries that
are sent in a month late, because their month was not yet closed; and hours that are put right in the next export.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from simulator.exports.as_of import as_of
from simulator.exports.files import Folder
from simulator.exports.spreadsheet import Cells, Dialect, saved_by
from simulator.world.happenings import Happenings
from simulator.world.world import World

HEADERS = {
    "en": (
        "Entry ID", "Employee number", "Employee name", "Date", "Hours", "Course code", "Formal or informal",
        "Mode", "Initiative", "Remarks",
    ),
    "nl": (
        "Regelnummer", "Personeelsnummer", "Naam medewerker", "Datum", "Aantal uren", "Cursuscode",
        "Formeel of informeel", "Leervorm", "Initiatief", "Opmerkingen",
    ),
    "de": (
        "Buchungsnummer", "Personalnummer", "Name", "Datum", "Stunden", "Kurscode", "Formell oder informell",
        "Lernform", "Veranlasst von", "Bemerkung",
    ),
    "fr": (
        "N° de saisie", "Matricule", "Nom", "Date", "Durée (h)", "Code formation", "Formel ou informel",
        "Mode d'apprentissage", "À l'initiative de", "Remarque",
    ),
}  # fmt: skip
MODE = {
    "en": {"on_the_job": "On the job", "social": "From others", "formal": "Formal training"},
    "nl": {"on_the_job": "Op de werkplek", "social": "Van collega's", "formal": "Formele opleiding"},
    "de": {"on_the_job": "Am Arbeitsplatz", "social": "Voneinander lernen", "formal": "Schulung"},
    "fr": {"on_the_job": "En situation de travail", "social": "Entre pairs", "formal": "Formation formelle"},
}
INITIATOR = {
    "en": {"hr": "HR", "manager": "Manager", "employee": "Myself"},
    "nl": {"hr": "HR", "manager": "Leidinggevende", "employee": "Mijzelf"},
    "de": {"hr": "Personalabteilung", "manager": "Führungskraft", "employee": "Selbst"},
    "fr": {"hr": "Ressources humaines", "manager": "Responsable", "employee": "Salarié"},
}
FORMALITY = {
    "en": ("Informal", "Formal"), "nl": ("Informeel", "Formeel"), "de": ("Informell", "Formell"),
    "fr": ("Informel", "Formel"),
}  # fmt: skip
LATE_SHARE, CORRECTED_SHARE = 0.05, 0.01
"""Entries of a month that come with the next export, and entries whose hours the next export puts right."""


class TimeRegistration:
    """One export a month; ``_late`` waits for the next, and so does ``_wrong``, which was exported with other hours."""

    def __init__(self, world: World, folder: Folder) -> None:
        self._world = world
        self._folder = folder
        self._rng = world.streams.of("time_registration")
        codes = [offering.course.code for offering in world.offerings]
        self._codes = np.array([*codes, ""], dtype=object)
        self._late: pd.DataFrame | None = None
        self._wrong: pd.DataFrame | None = None

    def month(self, happened: Happenings) -> None:
        rows = happened["learning_time"]
        rows = rows[rows["is_registered"]]
        drawn = self._rng.random(len(rows))
        may_wait = self._world.recipe.delivery.corrected and not happened.is_last
        is_late, is_wrong = drawn < LATE_SHARE * may_wait, drawn > 1 - CORRECTED_SHARE * may_wait
        told = rows.assign(minutes=rows["minutes"].mask(is_wrong, rows["minutes"] + 60))
        held = [told[~is_late], *(waited for waited in (self._late, self._wrong) if waited is not None)]
        again = 0 if self._wrong is None else len(self._wrong)
        self._late, self._wrong = rows[is_late], rows[is_wrong]
        together = pd.concat(held, ignore_index=True)
        if together.empty:
            return
        dialect = saved_by(happened.ordinal)
        content = dialect.render(HEADERS[dialect.language], self._columns(together, dialect))
        self._folder.write(
            f"learning_hours_{happened.first:%Y-%m}.csv", content,
            datetime.combine(happened.last + timedelta(days=2), time(7, 40)), records=len(together), corrected=again,
        )  # fmt: skip

    def _columns(self, rows: pd.DataFrame, dialect: Dialect) -> list[Cells]:
        company, days = self._world.company, rows["day"].to_numpy()
        formality = np.array(FORMALITY[dialect.language], dtype=object)
        return [
            np.array([f"T{number:08d}" for number in rows["entry"]], dtype=object),
            as_of(company.numbers_at, rows["person"], days),
            as_of(company.full_names_at, rows["person"], days),
            dialect.days(days),
            HOURS[dialect.language](rows["minutes"].to_numpy(), dialect),
            self._codes[rows["offering"]],
            formality[rows["is_formal"].to_numpy().astype(int)],
            dialect.words(MODE, rows["mode"].to_numpy()),
            dialect.words(INITIATOR, rows["initiator"].to_numpy()),
            np.where(rows["entry"] % 25 == 0, "met collega besproken; zie mail", "").astype(object),
        ]


def _decimal_hours(minutes: npt.NDArray[np.float64], dialect: Dialect) -> Cells:
    return dialect.numbers(minutes / 60, 4)


def _clock(between: str) -> Callable[[npt.NDArray[np.float64], Dialect], Cells]:
    """Whole minutes as ``1:05``, with whatever stands between hours and minutes."""

    def written(minutes: npt.NDArray[np.float64], _: Dialect) -> Cells:
        whole = np.rint(minutes).astype(np.int64).tolist()
        return np.array([f"{count // 60}{between}{count % 60:02}" for count in whole], dtype=object)

    return written


HOURS: dict[str, Callable[[npt.NDArray[np.float64], Dialect], Cells]] = {
    "en": _decimal_hours,
    "nl": _decimal_hours,
    "de": _clock(":"),
    "fr": _clock("h"),
}
"""How each office writes a duration."""
