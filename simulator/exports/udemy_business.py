"""The LXP: Udemy Business, where an administrator exports who did what in which course, up to that day.

Each month's report repeats the year so far: a row is one person in one course with the totals up to the day of the
export, so most rows have been told before, and a row that is told again may have grown. People go by the address
with which they once signed up, which for some is a private one. Times are UTC.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from simulator.exports.as_of import as_of
from simulator.exports.files import Folder
from simulator.exports.spreadsheet import DUTCH, ENGLISH, Dialect
from simulator.world.accounts import OTHER_CASE_SHARE, PRIVATE_DOMAIN
from simulator.world.catalogue import LXP
from simulator.world.dirt import OLD_DOMAIN
from simulator.world.happenings import Happenings
from simulator.world.names import ascii_folded
from simulator.world.period import TIMEZONE
from simulator.world.world import World

FIELDS: dict[str, tuple[str, str, str]] = {
    "first_name": ("User First Name", "user_name", "Voornaam gebruiker"),
    "last_name": ("User Last Name", "user_surname", "Achternaam gebruiker"),
    "email": ("User Email", "user_email", "E-mail gebruiker"),
    "external_id": ("External ID", "user_external_id", "Externe ID"),
    "course": ("Course ID", "course_id", "Cursus-ID"),
    "title": ("Course Title", "course_title", "Cursustitel"),
    "locale": ("Course Locale", "course_locale", "Cursustaal"),
    "duration": ("Course Duration", "course_duration", "Cursusduur"),
    "progress": ("% Marked Completed", "completion_ratio", "% voltooid"),
    "minutes": ("Minutes Video Consumed", "num_video_consumed_minutes", "Bekeken videominuten"),
    "enrolled_at": ("Date Enrolled", "course_enroll_date", "Datum inschrijving"),
    "started_at": ("Date Started", "course_start_date", "Startdatum"),
    "completed_at": ("First Date Completed", "course_first_completion_date", "Datum eerste voltooiing"),
    "completed_again_at": ("Date Completed", "course_completion_date", "Datum voltooid"),
    "last_at": ("Date Last Accessed", "course_last_accessed_date", "Datum laatst geopend"),
    "category": ("Course Category", "course_category", "Cursuscategorie"),
    "assigned": ("Assigned", "is_assigned", "Toegewezen"),
    "deactivated": ("User Is Deactivated", "user_is_deactivated", "Gebruiker gedeactiveerd"),
}
"""Field → its header in the report, in the API's dump, and in the report as a Dutch colleague saves it."""

WINDOWS = Dialect("en", ",", "utf-8-sig", ".", "%Y-%m-%d", newline="\r\n")
LAYOUTS: tuple[tuple[Dialect, int], ...] = ((ENGLISH, 0), (WINDOWS, 0), (ENGLISH, 1), (DUTCH, 2), (ENGLISH, 0))
"""How the months' reports are saved, by turns: the dialect, and which of the three headers."""

LOCALES = {"CAT-1030": "de_DE", "CAT-1080": "nl_NL", "CAT-1130": "de_DE"}
"""Courses that the LXP sells in another language than English."""

CORRECTED_EVERY, UNSYNCED_SHARE, UNSYNCED_LOSS = 7, 0.03, 0.4
"""Months between reports that are exported again because phones had not yet told all minutes."""
ERASED_EVERY = 5
"""Months between reports with a row of somebody whose account was erased: it has no address any more."""
USERS_EVERY = 6

Texts = npt.NDArray[Any]


class UdemyBusiness:
    """The course activity report every month, and the list of all users twice a year."""

    def __init__(self, world: World, folder: Folder) -> None:
        self._world, self._folder = world, folder
        self._offerings = [place for place, offering in enumerate(world.offerings) if offering.tool == LXP]
        self._rng = world.streams.of("udemy business")
        self._is_private, self._is_cased = (
            self._rng.random(len(world.company.people)) < share
            for share in (world.recipe.workforce.private_address_share, OTHER_CASE_SHARE)
        )
        share = world.recipe.delivery.dirty_identifier_share
        self._is_spoilt = world.streams.of("dirty lxp").random(len(world.company.people)) < share
        self._addresses: Texts = np.full(len(world.company.people), "", dtype=object)
        self._known: set[str] = set()
        self._taken = pd.DataFrame()

    def month(self, happened: Happenings) -> None:
        if not self._offerings:
            return
        changed = self._remember(happened)
        report = self._of_year(happened.last)
        unchanged = int((~report.index.isin(changed)).sum())
        unsynced = self._unsynced(happened, report)
        self._write(happened, report, report["minutes"] * np.where(unsynced, 1 - UNSYNCED_LOSS, 1.0), unchanged)
        if unsynced.any():
            self._write(happened, report, report["minutes"], len(report) - int(unsynced.sum()), again=" (1)")
        if happened.ordinal % USERS_EVERY == USERS_EVERY - 1 or happened.is_last:
            self._write_users(happened.last)

    def identities(self) -> Iterator[tuple[int, str, bool]]:
        """Everybody who has an account so far: person, address, and whether HR knows that address too."""
        for person in np.flatnonzero(self._addresses != ""):
            yield int(person), str(self._addresses[person]), not self._is_private[person]

    def _remember(self, happened: Happenings) -> pd.Index[Any]:
        """Add what happened to the totals; the enrolments whose totals changed."""
        enrolments, sessions, completions = (
            happened[table][happened[table]["offering"].isin(self._offerings)]
            for table in ("enrolments", "sessions", "completions")
        )
        self._sign_up(enrolments)
        self._taken = pd.concat([self._taken, _fresh(enrolments)])
        sat = sessions.groupby("enrolment").agg(
            first_at=("at", "min"), last_at=("at", "max"), minutes=("minutes", "sum"), progress=("progress", "max")
        )
        taken, rows = self._taken, sat.index
        taken.loc[rows, "minutes"] += sat["minutes"]
        taken.loc[rows, "progress"] = np.maximum(taken.loc[rows, "progress"], sat["progress"])
        taken.loc[rows, "started_at"] = taken.loc[rows, "started_at"].fillna(sat["first_at"])
        taken.loc[rows, "last_at"] = sat["last_at"]
        done = completions.drop_duplicates("enrolment").set_index("enrolment")["at"]
        taken.loc[done.index, "completed_at"] = taken.loc[done.index, "completed_at"].fillna(done)
        taken.loc[done.index, "last_at"] = np.maximum(taken.loc[done.index, "last_at"].fillna(done), done)
        taken.loc[done.index, "progress"] = 1.0
        return pd.Index(enrolments["enrolment"]).union(rows).union(done.index)

    def _sign_up(self, enrolments: pd.DataFrame) -> None:
        """An account comes with the first course; its address is that of the day, and stays."""
        first = enrolments.drop_duplicates("person")
        first = first[self._addresses[first["person"].to_numpy()] == ""]
        persons = first["person"].to_numpy()
        emails = as_of(self._world.company.emails_at, persons, first["enrolled_at"])
        names = as_of(self._world.company.full_names_at, persons, first["enrolled_at"])
        for person, email, name in zip(persons, emails, names, strict=True):
            self._addresses[person] = self._address(int(person), email, name)

    def _address(self, person: int, email: str, name: str) -> str:
        """As the person signed up. The LXP knows nobody but by an address, so it can't be told one of them twice."""
        if self._is_private[person]:
            return f"{ascii_folded(name)}.{person}@{PRIVATE_DOMAIN}"
        if email.lower() in self._known:
            # The heir of a leaver's address got one that no other system has heard of.
            self._is_private[person] = True
            return f"lxp.{person}.{email}"
        if self._is_spoilt[person]:
            self._is_private[person] = True
            email = f"{email.partition('@')[0]}@{OLD_DOMAIN}"
        self._known.add(email.lower())
        return email.title() if self._is_cased[person] else email

    def _of_year(self, day: date) -> pd.DataFrame:
        """The rows in which something happened since the first of January."""
        last = self._taken["last_at"].fillna(self._taken["enrolled_at"])
        return self._taken[last >= pd.Timestamp(day.year, 1, 1)]

    def _unsynced(self, happened: Happenings, report: pd.DataFrame) -> npt.NDArray[np.bool_]:
        """The rows of which the first report of the month misses minutes; mostly none."""
        if not self._world.recipe.delivery.corrected or happened.ordinal % CORRECTED_EVERY != CORRECTED_EVERY - 3:
            return np.zeros(len(report), dtype=bool)
        is_recent = (report["last_at"] >= pd.Timestamp(happened.first)).to_numpy()
        return np.asarray(is_recent & (self._rng.random(len(report)) < UNSYNCED_SHARE))

    def _write(
        self, happened: Happenings, report: pd.DataFrame, minutes: pd.Series[float], redelivered: int, again: str = ""
    ) -> None:
        dialect, header = LAYOUTS[happened.ordinal % len(LAYOUTS)]
        columns = self._columns(report, minutes, happened.last, dialect)
        erased = 1 if len(report) and happened.ordinal % ERASED_EVERY == ERASED_EVERY - 1 else 0
        if erased:
            columns = {field: _with_nobody(field, cells) for field, cells in columns.items()}
        day = happened.last
        self._folder.write(
            f"user_course_activity_report_meridian_{day.year}-01-01_to_{day}{again}.csv",
            dialect.render([FIELDS[field][header] for field in columns], list(columns.values())),
            datetime.combine(day + timedelta(days=4 if again else 1), time(7, 10)),
            records=len(report) + erased, rejected=erased, redelivered=redelivered,
        )  # fmt: skip

    def _columns(
        self, report: pd.DataFrame, minutes: pd.Series[float], day: date, dialect: Dialect
    ) -> dict[str, Texts]:
        company, persons = self._world.company, report["person"].to_numpy()
        given, family = self._names(persons, day)
        offerings = [self._world.offerings[place] for place in report["offering"]]
        lengths = np.array([offering.course.minutes for offering in offerings], dtype=float)
        completed = _utc(report["completed_at"])
        return {
            "first_name": given,
            "last_name": family,
            "email": self._addresses[persons],
            "external_id": np.full(len(report), "", dtype=object),
            "course": np.array([offering.activity_id for offering in offerings], dtype=object),
            "title": np.array([offering.title for offering in offerings], dtype=object),
            "locale": np.array([LOCALES.get(offering.course.code, "en_US") for offering in offerings], dtype=object),
            "duration": dialect.numbers(lengths, 1),
            "progress": dialect.numbers(report["progress"] * 100, 1),
            "minutes": dialect.numbers(minutes, 2),
            "enrolled_at": _utc(report["enrolled_at"]),
            "started_at": _utc(report["started_at"]),
            "completed_at": completed,
            "completed_again_at": completed,
            "last_at": _utc(report["last_at"]),
            "category": np.array([offering.course.audience or "General" for offering in offerings], dtype=object),
            "assigned": _flags(report["is_assigned"].to_numpy(dtype=bool)),
            "deactivated": _flags(company.units_at(persons, day) == ""),
        }

    def _names(self, persons: npt.NDArray[np.int64], day: date) -> tuple[Texts, Texts]:
        """Given and family names on ``day``."""
        given = [self._world.company.people[person].given for person in persons]
        whole = self._world.company.full_names_at(persons, day)
        family = [name[len(first) + 1 :] for name, first in zip(whole, given, strict=True)]
        return np.array(given, dtype=object), np.array(family, dtype=object)

    def _write_users(self, day: date) -> None:
        """Everybody who has an account; who was only invited has an address and nothing else."""
        persons = np.flatnonzero(self._addresses != "")
        is_here = self._world.company.units_at(persons, day) != ""
        status = np.where(is_here, "Active", "Deactivated")
        rows: list[list[object]] = [
            [given, family, address, "", "Student", "Enterprise", told]
            for given, family, address, told in zip(
                *self._names(persons, day), self._addresses[persons], status, strict=True
            )
        ]
        rows.append(["", "", f"invited.{day:%Y%m}@{PRIVATE_DOMAIN}", "", "Student", "Enterprise", "Invited"])
        header = ("Name", "Surname", "Email", "External ID", "Role", "License type", "Status")
        content = ENGLISH.render(header, list(zip(*rows, strict=True)))
        exported_at = datetime.combine(day + timedelta(days=1), time(7, 20))
        self._folder.write(f"all_users_report_{day}.csv", content, exported_at, records=len(rows))


def _fresh(enrolments: pd.DataFrame) -> pd.DataFrame:
    """New enrolments with nothing done yet, by enrolment."""
    nothing = pd.Series(pd.NaT, index=enrolments.index, dtype="datetime64[s]")
    return pd.DataFrame(
        {
            "enrolment": enrolments["enrolment"], "person": enrolments["person"], "offering": enrolments["offering"],
            "enrolled_at": enrolments["enrolled_at"], "is_assigned": enrolments["initiator"] != "employee",
            "minutes": 0.0, "progress": 0.0, "started_at": nothing, "completed_at": nothing, "last_at": nothing,
        }
    ).set_index("enrolment")  # fmt: skip


def _utc(at: pd.Series[pd.Timestamp]) -> Texts:
    """Local instants as the tool writes them; an hour that a clock shows twice is taken to be winter time."""
    standard = np.zeros(len(at), dtype=bool)
    local = at.dt.tz_localize(TIMEZONE, ambiguous=standard, nonexistent="shift_forward")
    instants = local.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy(dtype="datetime64[s]")
    written = np.datetime_as_string(instants).astype(object)
    return np.asarray(np.where(np.isnat(instants), "", written + "Z"), dtype=object)


def _flags(held: npt.NDArray[np.bool_]) -> Texts:
    return np.where(held, "true", "false").astype(object)


def _with_nobody(field: str, cells: Texts) -> Texts:
    """The last row once more below it, as it is left when its person is erased."""
    is_personal = field in ("first_name", "last_name", "email", "external_id")
    return np.append(cells, np.array([""], dtype=object) if is_personal else cells[-1:])
