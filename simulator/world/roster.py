"""How the company's history is made: who joins, moves, leads, leaves, returns and takes another name, month by month.

    structure + period + streams → Roster → Company

Only the few people to whom something happens in a month are looked at one by one, so the cost follows the changes
and not the headcount.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np

from simulator.recipe import Workforce
from simulator.world.company import Company, Job, Name, Namesake, Number, Person, UnitName
from simulator.world.names import DOMAIN, FAMILY, GIVEN, SITES, ascii_folded
from simulator.world.period import Period, Streams
from simulator.world.structure import HEAD_POSITIONS, STAFF_POSITIONS, Merger, Structure, Unit

HEADS = frozenset(HEAD_POSITIONS.values())
MONTHS_PER_UNIT_RENAME = 5
ADDRESS_REST = timedelta(days=45)
"""How long a leaver's address rests before a namesake may get it."""
RECYCLED_HIRE_SHARE = 0.2
"""Hires that meet such a waiting address: the company is big enough for the same name to come by again."""


@dataclass
class Roster:
    """The company while its history is being made; people enter and leave only through these methods."""

    structure: Structure
    rng: np.random.Generator
    chances: Workforce
    people: list[Person] = field(default_factory=list)
    names: list[Name] = field(default_factory=list)
    numbers: list[Number] = field(default_factory=list)
    namesakes: list[Namesake] = field(default_factory=list)
    recycled: dict[int, int] = field(default_factory=dict)
    past: list[Job] = field(default_factory=list)
    second: list[Job] = field(default_factory=list)
    current: dict[int, Job] = field(default_factory=dict)
    members: defaultdict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    named: dict[int, Name] = field(default_factory=dict)
    emails: set[str] = field(default_factory=set)
    resting: list[tuple[date, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.children: defaultdict[str, list[str]] = defaultdict(list)
        for unit in self.structure.units:
            if unit.unit_id not in self.children[unit.parent_id]:
                self.children[unit.parent_id].append(unit.unit_id)

    def hire(self, unit: Unit, position: str, day: date) -> int:
        person = len(self.people)
        given, family = self._pick(GIVEN), self._pick(FAMILY)
        birth = date(1960, 1, 1) + timedelta(days=int(self.rng.integers(16_000)))
        email = ""
        is_recycled = bool(self.resting) and self.resting[0][0] <= day and self.rng.random() < RECYCLED_HIRE_SHARE
        if is_recycled:
            leaver = self.resting.pop(0)[1]
            given, family, email = self.people[leaver].given, self.named[leaver].family, self.named[leaver].email
            self.recycled[leaver] = person
        elif self.members[unit.unit_id] and self.rng.random() < self.chances.twin_share:
            given, family, birth = self._look_alike(person, unit, given, birth)
        email = email or self._free_email(given, family)
        city, country = SITES[int(self.rng.integers(len(SITES)))]
        # Six digits with leading zeros: a reader that takes the number for a number loses the person.
        number = f"{1000 + 7 * person:06d}"
        login = email.split("@")[0].replace(".", "") + (str(person) if is_recycled else "")
        self.people.append(Person(person, number, login, given, city, country, birth))
        self.numbers.append(Number(person, number, day))
        self._name(Name(person, family, email, day))
        self.place(person, unit.unit_id, position, day)
        return person

    def _look_alike(self, person: int, unit: Unit, given: str, birth: date) -> tuple[str, str, date]:
        """Given name, family name and birth date of somebody who is easily taken for a colleague of the unit."""
        other = min(self.members[unit.unit_id])
        is_twin = self.rng.random() < 0.5
        self.namesakes.append(Namesake(other, person, "twin" if is_twin else "namesake"))
        like = self.people[other]
        return (given if is_twin else like.given), self.named[other].family, (like.birth_date if is_twin else birth)

    def place(self, person: int, unit_id: str, position: str, day: date) -> None:
        """Put the person there from ``day``, or from when their present job began, if that is later; it ends."""
        if person in self.current:
            day = max(day, self.current[person].started)
        self._end(person, day)
        self.current[person] = Job(person, unit_id, position, day)
        self.members[unit_id].add(person)

    def leave(self, person: int, day: date) -> None:
        """End the employment: ``day`` is the first day on which the person isn't there."""
        job = self.current[person]
        self._end(person, day)
        self._fill_if_headless(job, day)
        if self.rng.random() < self.chances.recycled_email_share:
            self.resting.append((day + ADDRESS_REST, person))

    def come_back(self, job: Job, day: date) -> None:
        """A former employee returns to where they were; some under another number, as if HR had never met them."""
        person = job.person
        self.resting = [entry for entry in self.resting if entry[1] != person]
        unit = job.unit_id if any(job.unit_id == unit.unit_id for unit in self.structure.on(day)) else self._team(day)
        if self.rng.random() < self.chances.new_number_share:
            self.numbers.append(Number(person, f"{1004 + 7 * person:06d}", day))
        if person in self.recycled:
            family = self.named[person].family
            self._name(Name(person, family, self._free_email(self.people[person].given, family), day))
        self.place(person, unit, job.position if job.position not in HEADS else "Planner", day)

    def move(self, person: int, unit_id: str, position: str, day: date) -> None:
        job = self.current[person]
        self.place(person, unit_id, position, day)
        self._fill_if_headless(job, day)

    def rename(self, person: int, day: date) -> None:
        """Another family name, and with it another work e-mail. The login stays."""
        family = self._pick(FAMILY)
        self._name(Name(person, family, self._free_email(self.people[person].given, family), day))

    def help_out(self, person: int, unit_id: str, position: str, day: date, days: int) -> None:
        """A second job beside the first."""
        self.second.append(Job(person, unit_id, position, day, day + timedelta(days=days), is_second=True))

    def merge(self, merger: Merger) -> None:
        """Everybody of two teams goes to the new one; the longest-serving of the two heads stays head."""
        everybody = sorted(self.members[merger.teams[0]] | self.members[merger.teams[1]])
        leads = [p for p in everybody if self.current[p].position in HEADS]
        head = min(leads, key=lambda p: (self.current[p].started, p), default=-1)
        for person in everybody:
            position = self.current[person].position
            kept = position if position not in HEADS or person == head else "Planner"
            self.place(person, merger.into, kept, merger.day)

    def staff(self) -> list[int]:
        return [p for p, job in self.current.items() if job.position not in HEADS]

    def _team(self, day: date) -> str:
        teams = [unit.unit_id for unit in self.structure.on(day) if unit.level == "team"]
        return teams[int(self.rng.integers(len(teams)))]

    def _pick(self, words: Sequence[str]) -> str:
        return words[int(self.rng.integers(len(words)))]

    def _name(self, name: Name) -> None:
        self.names.append(name)
        self.named[name.person] = name

    def _end(self, person: int, day: date) -> None:
        job = self.current.pop(person, None)
        if job is None:
            return
        self.members[job.unit_id].discard(person)
        if job.started < day:
            self.past.append(replace(job, ended=day))

    def _fill_if_headless(self, job: Job, day: date) -> None:
        """Promote the longest-serving person of the unit, or else the head of a unit below."""
        if job.position not in HEADS:
            return
        own = [self.current[person] for person in self.members[job.unit_id]]
        below = [self.current[person] for unit in self.children[job.unit_id] for person in self.members[unit]]
        candidates = own + [held for held in below if held.position in HEADS]
        if candidates:
            successor = min(candidates, key=lambda held: (held.started, held.person))
            self.move(successor.person, job.unit_id, job.position, day)

    def _free_email(self, given: str, family: str) -> str:
        local = f"{ascii_folded(given)}.{ascii_folded(family)}"
        taken, number = local, 1
        while taken in self.emails:
            number += 1
            taken = f"{local}{number}"
        self.emails.add(taken)
        return f"{taken}@{DOMAIN}"


def found_company(
    people: int, period: Period, streams: Streams, shape: Structure, chances: Workforce | None = None,
    leaving: Mapping[str, Mapping[date, float]] | None = None,
) -> Company:  # fmt: skip
    """The company of about ``people`` persons on the eve of ``period``, and all that happens to it until its end.

    ``leaving``: team → first day of a month → how many times as many of its people leave from that month on.
    """
    roster = Roster(shape, streams.of("people"), chances or Workforce())
    _staff(roster, people, period)
    returning: list[tuple[date, Job]] = []
    for first in period.first_days():
        _month(roster, first, returning, leaving or {})
    jobs = sorted([*roster.past, *roster.current.values(), *roster.second], key=lambda j: (j.person, j.started))
    names = sorted(roster.names, key=lambda n: (n.started, n.person))
    return Company(
        period, shape, tuple(roster.people), tuple(jobs), tuple(names), tuple(roster.numbers),
        tuple(roster.namesakes), roster.recycled, _unit_names(shape, period, streams),
    )  # fmt: skip


def _staff(roster: Roster, people: int, period: Period) -> None:
    """Everybody who is there on the eve: a head for each unit, and the rest over teams of unequal size."""
    eve = roster.structure.on(date.min)
    for unit in eve:
        roster.hire(unit, HEAD_POSITIONS[unit.level], _hired_before(roster.rng, period.start))
    teams = [unit for unit in eve if unit.level == "team"]
    weights = roster.rng.dirichlet(np.full(len(teams), 12.0))
    for index in roster.rng.choice(len(teams), size=max(0, people - len(roster.people)), p=weights):
        unit = teams[int(index)]
        roster.hire(unit, _staff_position(roster.rng, unit), _hired_before(roster.rng, period.start))


def _hired_before(rng: np.random.Generator, day: date) -> date:
    return day - timedelta(days=2 + int(rng.exponential(1500)))


def _staff_position(rng: np.random.Generator, unit: Unit) -> str:
    positions = STAFF_POSITIONS[unit.line]
    return positions[int(rng.integers(len(positions)))]


def _month(
    roster: Roster, first: date, returning: list[tuple[date, Job]], leaving: Mapping[str, Mapping[date, float]]
) -> None:
    """One month: a merger, leavers, returners, joiners, movers, second jobs and new names, each on a day of its own."""
    rng, chances = roster.rng, roster.chances
    merger = roster.structure.merger
    if merger is not None and merger.day == first:
        roster.merge(merger)
    teams = [unit for unit in roster.structure.on(first) if unit.level == "team"]
    _leave(roster, first, returning, leaving)
    for day, job in [entry for entry in returning if entry[0] < first + timedelta(days=28)]:
        returning.remove((day, job))
        roster.come_back(job, max(day, first))
    for _ in range(rng.poisson(chances.join * len(roster.current))):
        unit = teams[int(rng.integers(len(teams)))]
        roster.hire(unit, _staff_position(rng, unit), _day_in(rng, first))
    _each(roster, first, chances.move, lambda person, day: _transfer(roster, teams, person, day))
    _each(roster, first, chances.rename, roster.rename)
    _each(roster, first, chances.second_job_share / 12, lambda person, day: _second_job(roster, teams, person, day))


def _leave(
    roster: Roster, first: date, returning: list[tuple[date, Job]], leaving: Mapping[str, Mapping[date, float]]
) -> None:
    rng, chances = roster.rng, roster.chances
    times = {team: by_month[first] for team, by_month in leaving.items() if first in by_month}
    there = list(roster.current)
    chance = np.array([chances.leave * times.get(roster.current[p].unit_id, 1.0) for p in there])
    for person in np.array(there)[rng.random(len(there)) < chance].tolist():
        day = _day_in(rng, first)
        if rng.random() < chances.return_share:
            returning.append((first + timedelta(days=int(rng.integers(95, 240))), roster.current[person]))
        roster.leave(person, day)


def _each(roster: Roster, first: date, share: float, happen: Callable[[int, date], None]) -> None:
    """Something happens to a share of the staff who were there when the month began."""
    settled = [person for person in roster.staff() if roster.current[person].started < first]
    hit = roster.rng.random(len(settled)) < share
    for person, struck in zip(settled, hit, strict=True):
        if struck:
            happen(person, _day_in(roster.rng, first))


def _transfer(roster: Roster, teams: list[Unit], person: int, day: date) -> None:
    unit = _elsewhere(roster, teams, person)
    roster.move(person, unit.unit_id, _staff_position(roster.rng, unit), day)


def _second_job(roster: Roster, teams: list[Unit], person: int, day: date) -> None:
    unit = _elsewhere(roster, teams, person)
    roster.help_out(person, unit.unit_id, _staff_position(roster.rng, unit), day, int(roster.rng.integers(60, 270)))


def _elsewhere(roster: Roster, teams: list[Unit], person: int) -> Unit:
    here = roster.current[person].unit_id
    place = int(roster.rng.integers(len(teams)))
    return teams[place] if teams[place].unit_id != here else teams[place - 1]


def _day_in(rng: np.random.Generator, first: date) -> date:
    return first + timedelta(days=int(rng.integers(28)))


def _unit_names(shape: Structure, period: Period, streams: Streams) -> tuple[UnitName, ...]:
    """Every unit's name, and a new one for a department now and then."""
    rng = streams.of("unit names")
    names = [UnitName(unit.unit_id, unit.name, unit.started) for unit in shape.units]
    departments = shape.at("department")
    count = min(len(departments), max(1, period.months // MONTHS_PER_UNIT_RENAME))
    months = period.first_days()
    for unit_index in rng.choice(len(departments), size=count, replace=False):
        unit = departments[int(unit_index)]
        day = _day_in(rng, months[int(rng.integers(len(months)))])
        names.append(UnitName(unit.unit_id, f"{unit.name} & Improvement", day))
    return tuple(sorted(names, key=lambda named: (named.started, named.unit_id)))
