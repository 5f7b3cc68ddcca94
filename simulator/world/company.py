"""The people of the company over time: who joins, moves, leads, leaves, returns and takes another name.

    structure + period + streams → Roster (month by month) → Company (tables)

Only the few people to whom something happens in a month are looked at one by one, so the cost follows the
changes and not the headcount.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from simulator.world.names import FAMILY, GIVEN, SITES, ascii_folded
from simulator.world.period import Period, Streams
from simulator.world.structure import HEAD_POSITIONS, STAFF_POSITIONS, Structure, Unit, structure

DOMAIN = "meridian.example.com"

LEAVE_SHARE, JOIN_SHARE, MOVE_SHARE, RENAME_SHARE = 0.011, 0.013, 0.009, 0.002
"""What happens to a person in a month."""

RETURN_SHARE = 0.12
"""Leavers who come back, under their old employee number."""

MONTHS_PER_UNIT_RENAME = 5


@dataclass(frozen=True)
class Person:
    """What doesn't change about a person. ``person`` is the truth's own number; no tool ever sees it."""

    person: int
    employee_number: str
    username: str
    given: str
    city: str
    country: str


@dataclass(frozen=True)
class Job:
    """A person's place from ``started`` until the day before ``ended`` (None: it lasts)."""

    person: int
    unit_id: str
    position: str
    started: date
    ended: date | None = None


@dataclass(frozen=True)
class Name:
    """A family name and the work e-mail that goes with it, from ``started`` on."""

    person: int
    family: str
    email: str
    started: date


@dataclass(frozen=True)
class UnitName:
    unit_id: str
    name: str
    started: date


@dataclass(frozen=True)
class Company:
    """The whole history. ``jobs`` of one person never overlap; who heads a unit is read from its head position."""

    period: Period
    structure: Structure
    people: tuple[Person, ...]
    jobs: tuple[Job, ...]
    names: tuple[Name, ...]
    unit_names: tuple[UnitName, ...]

    def on(self, day: date) -> pd.DataFrame:
        """Everybody who works here on ``day``, one row each, ordered by person.

        Columns: person, unit_id, position, started (of the job), family, email, manager (person or <NA>).
        """
        held = [j for j in self.jobs if j.started <= day and (j.ended is None or day < j.ended)]
        frame = pd.DataFrame([(j.person, j.unit_id, j.position, j.started) for j in held])
        frame.columns = pd.Index(["person", "unit_id", "position", "started"])
        named = {n.person: n for n in self.names if n.started <= day}
        frame["family"] = [named[p].family for p in frame["person"]]
        frame["email"] = [named[p].email for p in frame["person"]]
        frame["manager"] = self._managers(held)
        return frame.sort_values("person", ignore_index=True)

    def unit_names_on(self, day: date) -> dict[str, str]:
        return {named.unit_id: named.name for named in self.unit_names if named.started <= day}

    def _managers(self, held: list[Job]) -> pd.Series[int]:
        """The head of the person's unit; for a head, or where nobody heads it, the nearest head above."""
        heads = {j.unit_id: j.person for j in held if j.position in HEAD_POSITIONS.values()}
        above = {unit.unit_id: unit.parent_id for unit in self.structure.units}
        managers: list[int | None] = []
        for job in held:
            unit = job.unit_id
            while unit and heads.get(unit, job.person) == job.person:
                unit = above[unit]
            managers.append(heads[unit] if unit else None)
        return pd.Series(managers, dtype="Int64")


@dataclass
class Roster:
    """The company while its history is being made; people enter and leave only through these methods."""

    structure: Structure
    rng: np.random.Generator
    people: list[Person] = field(default_factory=list)
    names: list[Name] = field(default_factory=list)
    past: list[Job] = field(default_factory=list)
    current: dict[int, Job] = field(default_factory=dict)
    emails: set[str] = field(default_factory=set)

    def hire(self, unit: Unit, position: str, day: date) -> int:
        person = len(self.people)
        given, family = str(self.rng.choice(GIVEN)), str(self.rng.choice(FAMILY))
        email = self._free_email(given, family)
        city, country = SITES[int(self.rng.integers(len(SITES)))]
        # Six digits with leading zeros: a reader that takes the number for a number loses the person.
        number = f"{1000 + 7 * person:06d}"
        self.people.append(Person(person, number, email.split("@")[0].replace(".", ""), given, city, country))
        self.names.append(Name(person, family, email, day))
        self.place(person, unit.unit_id, position, day)
        return person

    def place(self, person: int, unit_id: str, position: str, day: date) -> None:
        """Put the person there from ``day``, or from when their present job began, if that is later; it ends."""
        if person in self.current:
            day = max(day, self.current[person].started)
        self._end(person, day)
        self.current[person] = Job(person, unit_id, position, day)

    def leave(self, person: int, day: date) -> None:
        """End the employment: ``day`` is the first day on which the person isn't there."""
        job = self.current[person]
        self._end(person, day)
        self._fill_if_headless(job, day)

    def move(self, person: int, unit_id: str, position: str, day: date) -> None:
        job = self.current[person]
        self.place(person, unit_id, position, day)
        self._fill_if_headless(job, day)

    def rename(self, person: int, day: date) -> None:
        """Another family name, and with it another work e-mail. The login stays."""
        family = str(self.rng.choice(FAMILY))
        self.names.append(Name(person, family, self._free_email(self.people[person].given, family), day))

    def staff(self) -> list[int]:
        return [p for p, job in self.current.items() if job.position not in HEAD_POSITIONS.values()]

    def _end(self, person: int, day: date) -> None:
        job = self.current.pop(person, None)
        if job is not None and job.started < day:
            self.past.append(replace(job, ended=day))

    def _fill_if_headless(self, job: Job, day: date) -> None:
        """Promote the longest-serving person of the unit, or else the head of a unit below."""
        if job.position not in HEAD_POSITIONS.values():
            return
        below = {unit.unit_id for unit in self.structure.children(job.unit_id)}
        candidates = [
            j for j in self.current.values()
            if j.unit_id == job.unit_id or (j.unit_id in below and j.position in HEAD_POSITIONS.values())
        ]  # fmt: skip
        if candidates:
            successor = min(candidates, key=lambda j: (j.started, j.person))
            self.move(successor.person, job.unit_id, job.position, day)

    def _free_email(self, given: str, family: str) -> str:
        local = f"{ascii_folded(given)}.{ascii_folded(family)}"
        taken, number = local, 1
        while taken in self.emails:
            number += 1
            taken = f"{local}{number}"
        self.emails.add(taken)
        return f"{taken}@{DOMAIN}"


def found_company(people: int, period: Period, streams: Streams) -> Company:
    """The company of about ``people`` persons on the eve of ``period``, and all that happens to it until its end."""
    shape = structure(people)
    roster = Roster(shape, streams.of("people"))
    _staff(roster, people, period)
    returning: list[tuple[date, Job]] = []
    for first in period.first_days():
        _month(roster, first, returning)
    jobs = sorted([*roster.past, *roster.current.values()], key=lambda j: (j.person, j.started))
    names = sorted(roster.names, key=lambda n: (n.started, n.person))
    return Company(period, shape, tuple(roster.people), tuple(jobs), tuple(names), _unit_names(shape, period, streams))


def _staff(roster: Roster, people: int, period: Period) -> None:
    """Everybody who is there on the eve: a head for each unit, and the rest over teams of unequal size."""
    for unit in roster.structure.units:
        roster.hire(unit, HEAD_POSITIONS[unit.level], _hired_before(roster.rng, period.start))
    teams = roster.structure.at("team")
    weights = roster.rng.dirichlet(np.full(len(teams), 12.0))
    for index in roster.rng.choice(len(teams), size=max(0, people - len(roster.people)), p=weights):
        unit = teams[int(index)]
        roster.hire(unit, _staff_position(roster.rng, unit), _hired_before(roster.rng, period.start))


def _hired_before(rng: np.random.Generator, day: date) -> date:
    return day - timedelta(days=2 + int(rng.exponential(1500)))


def _staff_position(rng: np.random.Generator, unit: Unit) -> str:
    return str(rng.choice(STAFF_POSITIONS[unit.line]))


def _month(roster: Roster, first: date, returning: list[tuple[date, Job]]) -> None:
    """One month: leavers, returners, joiners, movers and new names, each on a day of its own."""
    rng, teams = roster.rng, roster.structure.at("team")
    for person in _struck(rng, list(roster.current), LEAVE_SHARE):
        day = _day_in(rng, first)
        if rng.random() < RETURN_SHARE:
            returning.append((first + timedelta(days=int(rng.integers(95, 240))), roster.current[person]))
        roster.leave(person, day)
    for day, job in [entry for entry in returning if entry[0] < first + timedelta(days=28)]:
        returning.remove((day, job))
        position = job.position if job.position not in HEAD_POSITIONS.values() else "Planner"
        roster.place(job.person, job.unit_id, position, max(day, first))
    for _ in range(rng.poisson(JOIN_SHARE * len(roster.current))):
        unit = teams[int(rng.integers(len(teams)))]
        roster.hire(unit, _staff_position(rng, unit), _day_in(rng, first))
    _each(roster, first, MOVE_SHARE, lambda person, day: _transfer(roster, person, day))
    _each(roster, first, RENAME_SHARE, roster.rename)


def _each(roster: Roster, first: date, share: float, happen: Callable[[int, date], None]) -> None:
    """Something happens to a share of the staff who were there when the month began."""
    settled = [person for person in roster.staff() if roster.current[person].started < first]
    for person in _struck(roster.rng, settled, share):
        happen(person, _day_in(roster.rng, first))


def _transfer(roster: Roster, person: int, day: date) -> None:
    here = roster.current[person].unit_id
    others = [unit for unit in roster.structure.at("team") if unit.unit_id != here]
    unit = others[int(roster.rng.integers(len(others)))]
    roster.move(person, unit.unit_id, _staff_position(roster.rng, unit), day)


def _struck(rng: np.random.Generator, people: list[int], share: float) -> list[int]:
    hit = rng.random(len(people)) < share
    return [person for person, struck in zip(people, hit, strict=True) if struck]


def _day_in(rng: np.random.Generator, first: date) -> date:
    return first + timedelta(days=int(rng.integers(28)))


def _unit_names(shape: Structure, period: Period, streams: Streams) -> tuple[UnitName, ...]:
    """Every unit's name, and a new one for a department now and then."""
    rng = streams.of("unit names")
    names = [UnitName(unit.unit_id, unit.name, date.min) for unit in shape.units]
    departments = shape.at("department")
    count = min(len(departments), max(1, period.months // MONTHS_PER_UNIT_RENAME))
    months = period.first_days()
    for unit_index in rng.choice(len(departments), size=count, replace=False):
        unit = departments[int(unit_index)]
        day = _day_in(rng, months[int(rng.integers(len(months)))])
        names.append(UnitName(unit.unit_id, f"{unit.name} & Improvement", day))
    return tuple(sorted(names, key=lambda named: (named.started, named.unit_id)))
