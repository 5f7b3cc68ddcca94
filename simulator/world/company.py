"""The people of the company over time: everything that the exports may ask about a person on a day.

    roster (``simulator.world.roster``, month by month) → Company

Questions are asked for many people at once and answered from sorted histories, so that a hundred thousand people
cost a binary search each and not a walk.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from simulator.world.period import Period
from simulator.world.structure import HEAD_POSITIONS, Structure, Unit

Persons = npt.NDArray[np.int64]
Words = npt.NDArray[Any]
"""Texts in an array of objects."""


@dataclass(frozen=True)
class Person:
    """What doesn't change about a person. ``person`` is the truth's own number; no tool ever sees it.

    ``employee_number`` is the first one: some leavers come back under another (:meth:`Company.numbers_at`).
    """

    person: int
    employee_number: str
    username: str
    given: str
    city: str
    country: str
    birth_date: date


@dataclass(frozen=True)
class Job:
    """A person's place from ``started`` until the day before ``ended`` (None: it lasts).

    A second job runs beside the first, in another team, for a fifth of the time.
    """

    person: int
    unit_id: str
    position: str
    started: date
    ended: date | None = None
    is_second: bool = False


@dataclass(frozen=True)
class Name:
    """A family name and the work e-mail that goes with it, from ``started`` on."""

    person: int
    family: str
    email: str
    started: date


@dataclass(frozen=True)
class Number:
    """An employee number, from ``started`` on."""

    person: int
    number: str
    started: date


@dataclass(frozen=True)
class Namesake:
    """Two people in one team that are easily taken for one: ``kind`` is namesake or twin."""

    person: int
    other: int
    kind: str


@dataclass(frozen=True)
class UnitName:
    unit_id: str
    name: str
    started: date


class History:
    """What holds from a day on, for each person: rows are (person, first day, value)."""

    def __init__(self, rows: Sequence[tuple[int, date, Any]]) -> None:
        persons = np.array([row[0] for row in rows], dtype=np.int64)
        days = np.array([row[1].toordinal() for row in rows], dtype=np.int64)
        order = np.lexsort((days, persons))
        self.values = np.array([row[2] for row in rows], dtype=object)[order]
        self.persons = persons[order]
        self._keys = self.persons * _DAYS + days[order]

    def rows_at(self, persons: Persons, day: date) -> Persons:
        """The row that holds for each person on ``day``; before a person's first row, that first row."""
        last = np.searchsorted(self._keys, persons * _DAYS + day.toordinal(), side="right") - 1
        return np.maximum(last, np.searchsorted(self._keys, persons * _DAYS))

    def at(self, persons: Persons, day: date) -> Words:
        return np.asarray(self.values[self.rows_at(persons, day)])


_DAYS = 4_000_000
"""More than any day's ordinal, so that person and day make one sortable key."""


@dataclass(frozen=True)
class Company:
    """The whole history. First jobs of one person never overlap; who heads a unit is read from its head position.

    ``recycled``: leaver → the later namesake who was given the same address. ``employees`` holds everybody's first
    jobs as a table: person, team (place in ``structure.teams``, -1 above team level), unit_id, position, is_head,
    opens and closes (days; a job that lasts closes after the period).
    """

    period: Period
    structure: Structure
    people: tuple[Person, ...]
    jobs: tuple[Job, ...]
    names: tuple[Name, ...]
    numbers: tuple[Number, ...]
    namesakes: tuple[Namesake, ...]
    recycled: dict[int, int]
    unit_names: tuple[UnitName, ...]

    @cached_property
    def employees(self) -> pd.DataFrame:
        first = [job for job in self.jobs if not job.is_second]
        frame = pd.DataFrame(
            {
                "person": np.array([job.person for job in first], dtype=np.int64),
                "unit_id": [job.unit_id for job in first],
                "position": [job.position for job in first],
                "opens": _days([job.started for job in first]),
                "closes": _days([job.ended or date.max for job in first]),
            }
        )
        teams = {team: place for place, team in enumerate(self.structure.teams)}
        frame["team"] = frame["unit_id"].map(teams).fillna(-1).astype(np.int64)
        frame["is_head"] = frame["position"].isin(HEAD_POSITIONS.values())
        return frame

    def on(self, day: date) -> pd.DataFrame:
        """Everybody who works here on ``day``, one row each, ordered by person.

        Columns: person, unit_id, position, started (of the job), family, email, manager (person or <NA>).
        """
        held = self._held(day)
        persons = held["person"].to_numpy()
        named = self._names.at(persons, day)
        return pd.DataFrame(
            {
                "person": persons,
                "unit_id": held["unit_id"],
                "position": held["position"],
                "started": held["opens"].to_numpy().astype("datetime64[D]").astype(object),
                "family": [name.family for name in named],
                "email": [name.email for name in named],
                "manager": self._managers(held, day),
            }
        )

    def managers_on(self, day: date) -> pd.Series[int]:
        """Who leads each person that works here on ``day`` (person, or <NA>), by person."""
        held = self._held(day)
        return self._managers(held, day).set_axis(held["person"])

    def _held(self, day: date) -> pd.DataFrame:
        """The first jobs of ``day``, ordered by person."""
        moment = np.datetime64(day, "D")
        held = self.employees[(self.employees["opens"] <= moment) & (moment < self.employees["closes"])]
        return held.sort_values("person", ignore_index=True)

    def numbers_at(self, persons: Persons, day: date) -> Words:
        """Employee numbers as HR has them on ``day``."""
        return self._numbers.at(persons, day)

    def emails_at(self, persons: Persons, day: date) -> Words:
        """Work e-mails on ``day``."""
        return np.array([name.email for name in self._names.at(persons, day)], dtype=object)

    def names_at(self, persons: Persons, day: date) -> Words:
        """The :class:`Name` of each person on ``day``."""
        return self._names.at(persons, day)

    def left_at(self, persons: Persons, day: date) -> list[date | None]:
        """The first day on which each person wasn't there any more, as known on ``day``; None while they are."""
        jobs = self._jobs.at(persons, day)
        return [None if job.ended is None or job.ended > day else job.ended for job in jobs]

    def full_names_at(self, persons: Persons, day: date) -> Words:
        """Given and family name on ``day``."""
        families = self._names.at(persons, day)
        told = [f"{self.people[p].given} {name.family}" for p, name in zip(persons, families, strict=True)]
        return np.array(told, dtype=object)

    def units_at(self, persons: Persons, day: date) -> Words:
        """The unit of each person's first job on ``day``; empty where they don't work here."""
        jobs = self._jobs.at(persons, day)
        return np.array([job.unit_id if _holds(job, day) else "" for job in jobs], dtype=object)

    def units_on(self, day: date) -> list[Unit]:
        return self.structure.on(day)

    def unit_names_on(self, day: date) -> dict[str, str]:
        return {named.unit_id: named.name for named in self.unit_names if named.started <= day}

    def _managers(self, held: pd.DataFrame, day: date) -> pd.Series[int]:
        """The head of the person's unit; for a head, or where nobody heads it, the nearest head above."""
        heads = dict(zip(held["unit_id"][held["is_head"]], held["person"][held["is_head"]], strict=True))
        above = {unit.unit_id: unit.parent_id for unit in self.structure.on(day)}
        leads: dict[str, int | None] = {"": None}

        def lead(unit: str) -> int | None:
            """Who leads the people of a unit."""
            if unit not in leads:
                leads[unit] = heads[unit] if unit in heads else lead(above[unit])
            return leads[unit]

        managers = [
            lead(above[unit]) if is_head else lead(unit)
            for unit, is_head in zip(held["unit_id"], held["is_head"], strict=True)
        ]
        return pd.Series(managers, dtype="Int64")

    @cached_property
    def _names(self) -> History:
        return History([(name.person, name.started, name) for name in self.names])

    @cached_property
    def _numbers(self) -> History:
        return History([(number.person, number.started, number.number) for number in self.numbers])

    @cached_property
    def _jobs(self) -> History:
        return History([(job.person, job.started, job) for job in self.jobs if not job.is_second])


def _holds(job: Job, day: date) -> bool:
    return job.started <= day and (job.ended is None or day < job.ended)


def _days(days: Sequence[date]) -> npt.NDArray[np.datetime64]:
    return np.array(days, dtype="datetime64[D]")
