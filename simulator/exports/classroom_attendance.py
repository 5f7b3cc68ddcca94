"""Attendance lists of classroom sessions, as the training administration saves them at every month's end.

    short session → one row per person        long session → two half days, a row per person and day

Some trainers hand in their list a month late. Who had a reason to stay away is first told as a no-show now and then,
and again with the reason a month later. English lists are Totara's own; others are the administration's spreadsheets,
some of which count hours and minutes.
"""

from __future__ import annotations

from datetime import date, datetime, time

import numpy as np
import pandas as pd

from simulator.exports.as_of import as_of
from simulator.exports.files import Folder
from simulator.exports.spreadsheet import Cells, Dialect, saved_by
from simulator.world.happenings import Happenings
from simulator.world.world import World

LONGEST_DAY = 240
"""Minutes beyond which a session is held on two days."""
LATE_SHARE = 0.08
"""Sessions whose list is handed in a month late."""
MISTAKEN_SHARE = 0.25
"""People with a reason who are first told as no-shows."""
WITHOUT_NUMBER = 9
"""One person in so many is known to the administration by address only."""
GUEST_EVERY, TWICE_EVERY = 3, 4
"""Months between lists with a guest whom nobody knows, and between those in which a row was pasted twice."""

COLUMNS = (
    "code",
    "title",
    "event",
    "day",
    "date",
    "time",
    "started",
    "number",
    "name",
    "email",
    "state",
    "minutes",
    "hours",
)
HEADERS = {
    "en": (
        "Course ID number", "Course name", "Event ID", "Day", "Session date", "Start time", "Session start",
        "ID number", "User's full name", "Email", "Attendance status", "Minutes attended", "Hours",
    ),
    "nl": (
        "Cursuscode", "Cursus", "Uitvoeringsnummer", "Dag", "Datum", "Begintijd", "Aanvang", "Personeelsnummer", "Naam",
        "E-mailadres", "Aanwezigheid", "Minuten", "Uren aanwezig",
    ),
    "de": (
        "Kursnummer", "Kurs", "Veranstaltungsnummer", "Tag", "Termin", "Startzeit", "Beginn", "Personalnummer", "Name",
        "E-Mail-Adresse", "Teilnahmestatus", "Minuten", "Stunden",
    ),
    "fr": (
        "Code du cours", "Cours", "N° de session", "Jour", "Date de session", "Heure de début", "Début", "Matricule",
        "Nom", "Adresse e-mail", "Présence", "Minutes de présence", "Heures",
    ),
}  # fmt: skip
"""The lists' headers, in the order of ``COLUMNS``."""

STATE = {
    "en": {
        "attended": "Fully attended", "partly_attended": "Partially attended", "no_show": "No show",
        "excused": "Unable to attend",
    },
    "nl": {
        "attended": "Aanwezig", "partly_attended": "Deels aanwezig", "no_show": "Afwezig zonder bericht",
        "excused": "Afwezig met bericht",
    },
    "de": {
        "attended": "Anwesend", "partly_attended": "Teilweise anwesend", "no_show": "Unentschuldigt",
        "excused": "Entschuldigt",
    },
    "fr": {
        "attended": "Présent", "partly_attended": "Présent en partie", "no_show": "Absence non excusée",
        "excused": "Absence excusée",
    },
}  # fmt: skip
UNASKED = {
    "en": {"date", "time", "hours"},
    "nl": {"started", "hours"},
    "de": {"date", "time", "minutes"},
    "fr": {"started", "minutes"},
}
"""What the lists of each office lack."""


class ClassroomAttendance:
    """One list a month; remembers the lists that are late and the no-shows that weren't."""

    def __init__(self, world: World, folder: Folder) -> None:
        self._world = world
        self._folder = folder
        self._rng = world.streams.of("classroom_attendance")
        self._late: pd.DataFrame | None = None
        self._mistaken: pd.DataFrame | None = None

    def month(self, happened: Happenings) -> None:
        held = _by_day(happened["attendances"])
        is_late = self._is_late(held) & (not happened.is_last)
        came = held[~is_late] if self._late is None else pd.concat([self._late, held[~is_late]], ignore_index=True)
        self._late = held[is_late]
        again = held.iloc[:0] if self._mistaken is None else self._mistaken
        told = self._with_mistakes(came, happened)
        if told.empty and again.empty:
            return
        twice = told.iloc[-1:] if happened.ordinal % TWICE_EVERY == TWICE_EVERY - 1 else told.iloc[:0]
        dialect = saved_by(happened.ordinal)
        columns = self._columns(pd.concat([again, told, twice], ignore_index=True), dialect)
        guests = 1 if happened.ordinal % GUEST_EVERY == GUEST_EVERY - 1 else 0
        if guests:
            guest = {name: cells[-1] for name, cells in columns.items()} | {"number": "", "email": "", "name": "Guest"}
            columns = {name: np.append(cells, guest[name]) for name, cells in columns.items()}
        header = [title for name, title in zip(COLUMNS, HEADERS[dialect.language], strict=True) if name in columns]
        self._folder.write(
            f"attendance_{happened.first:%Y-%m}.csv", dialect.render(header, list(columns.values())),
            _saved(happened.last), records=len(again) + len(told) + len(twice) + guests, rejected=guests,
            duplicate=len(twice), redelivered=len(again), corrected=len(again),
        )  # fmt: skip

    def _is_late(self, held: pd.DataFrame) -> pd.Series[bool]:
        """Whether each row's session is one whose list comes a month late; all rows of a session agree."""
        sessions = held["session"].unique()
        late = sessions[self._rng.random(len(sessions)) < LATE_SHARE]
        return held["session"].isin(late)

    def _with_mistakes(self, came: pd.DataFrame, happened: Happenings) -> pd.DataFrame:
        """The rows as they are first told; the mistaken ones are remembered as they truly are."""
        drawn = self._rng.random(len(came)) < MISTAKEN_SHARE
        corrects = self._world.recipe.delivery.corrected and not happened.is_last
        is_mistaken = (came["attendance"] == "excused") & drawn & corrects
        self._mistaken = came[is_mistaken]
        return came.assign(attendance=came["attendance"].mask(is_mistaken, "no_show"))

    def _columns(self, rows: pd.DataFrame, dialect: Dialect) -> dict[str, Cells]:
        company, at = self._world.company, rows["started_at"]
        numbers = as_of(company.numbers_at, rows["person"], at)
        offered = [(offering.catalogue_code, offering.title) for offering in self._world.offerings]
        codes, titles = (np.array(column, dtype=object) for column in zip(*offered, strict=True))
        cells = {
            "code": codes[rows["offering"]],
            "title": titles[rows["offering"]],
            "event": np.array([f"U{session:06d}" for session in rows["session"]], dtype=object),
            "day": np.where(rows["day"] > 0, rows["day"].astype(str), ""),
            "date": dialect.days(at),
            "time": dialect.clocks(at),
            "started": dialect.moments(at),
            "number": np.where(rows["person"] % WITHOUT_NUMBER == 0, "", numbers),
            "name": as_of(company.full_names_at, rows["person"], at),
            "email": as_of(company.emails_at, rows["person"], at),
            "state": dialect.words(STATE, rows["attendance"].to_numpy()),
            "minutes": dialect.numbers(rows["attended_minutes"], 0 if dialect.language == "en" else 1),
            "hours": np.array([f"{m // 60:.0f}:{m % 60:02.0f}" for m in rows["attended_minutes"]], dtype=object),
        }
        return {name: cells[name] for name in COLUMNS if name not in UNASKED[dialect.language]}


def _by_day(attendances: pd.DataFrame) -> pd.DataFrame:
    """A row per person and day: ``day`` is 0 for a session of one day. Who left early did so on the later days."""
    is_long = attendances["planned_minutes"] > LONGEST_DAY
    short = attendances[~is_long].assign(day=0)
    halves = [_half(attendances[is_long], day) for day in (1, 2)]
    return pd.concat([short, *halves]).sort_values(["started_at", "session", "person"], ignore_index=True)


def _half(long: pd.DataFrame, day: int) -> pd.DataFrame:
    """One of the two days of long sessions, with its part of the minutes that each person was there."""
    first = (long["planned_minutes"] / 2).round()
    before, planned = (0.0, first) if day == 1 else (first, long["planned_minutes"] - first)
    there = (long["attended_minutes"] - before).clip(0, planned)
    partly = np.select([there >= planned, there > 0], ["attended", "partly_attended"], "no_show")
    return long.assign(
        day=day,
        started_at=long["started_at"] + pd.Timedelta(days=day - 1),
        attended_minutes=there,
        attendance=np.where(long["attendance"] == "partly_attended", partly, long["attendance"]),
    )


def _saved(day: date) -> datetime:
    return datetime.combine(day, time(17, 40))
