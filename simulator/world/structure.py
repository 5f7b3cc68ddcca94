"""What the company consists of before anybody works there: its units and its positions.

company → divisions → departments → teams        chief executive → directors → managers → leads → staff
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

PEOPLE_PER_TEAM = 13.4
"""Gives 30 teams at 400 people."""

DIVISIONS = (
    ("Operations", ("Warehousing", "Transport", "Maintenance", "Planning")),
    ("Customer", ("Service Desk", "Accounts", "Returns")),
    ("Technology", ("Platforms", "Data", "Workplace")),
    ("Corporate", ("People", "Finance", "Purchasing")),
)
STAFF_POSITIONS = {
    "Operations": ("Operator", "Technician", "Planner"),
    "Customer": ("Service Advisor", "Account Manager", "Returns Specialist"),
    "Technology": ("Engineer", "Data Analyst", "Support Engineer"),
    "Corporate": ("Controller", "HR Advisor", "Buyer"),
}
HEAD_POSITIONS = {
    "company": "Chief Executive",
    "division": "Director",
    "department": "Department Manager",
    "team": "Team Lead",
}


@dataclass(frozen=True)
class Unit:
    """One organisational unit as it is from ``started`` until the day before ``ended`` (None: it lasts).

    ``line`` is the division whose work it does (empty for the company itself). A unit that moves is two of these
    with the same ``unit_id``.
    """

    unit_id: str
    parent_id: str
    level: str
    name: str
    line: str
    started: date = date.min
    ended: date | None = None


@dataclass(frozen=True)
class Position:
    position_id: str
    parent_id: str
    name: str


@dataclass(frozen=True)
class Merger:
    """Two teams that become one on ``day``; ``into`` is a new unit."""

    day: date
    teams: tuple[str, str]
    into: str


@dataclass(frozen=True)
class Relocation:
    """A department that goes to another division on ``day``."""

    day: date
    department: str
    before: str
    after: str


@dataclass(frozen=True)
class Structure:
    """``units`` over time; ``merger`` and ``relocation`` are what the reorganisation did, where there was one."""

    units: tuple[Unit, ...]
    positions: tuple[Position, ...]
    merger: Merger | None = None
    relocation: Relocation | None = None

    def on(self, day: date) -> list[Unit]:
        """The units of that day, parents first."""
        return [unit for unit in self.units if unit.started <= day and (unit.ended is None or day < unit.ended)]

    def at(self, level: str) -> list[Unit]:
        """The units of a level as the period finds them: before any reorganisation."""
        return [unit for unit in self.units if unit.level == level and unit.started == date.min]

    def position_id(self, name: str) -> str:
        return self._position_ids[name]

    @cached_property
    def _position_ids(self) -> dict[str, str]:
        return {position.name: position.position_id for position in self.positions}

    @cached_property
    def teams(self) -> tuple[str, ...]:
        """Every team that ever is, in a fixed order: a team's number is its place here."""
        return tuple(dict.fromkeys(unit.unit_id for unit in self.units if unit.level == "team"))

    @cached_property
    def lines(self) -> dict[str, str]:
        return {unit.unit_id: unit.line for unit in self.units}


def structure(people: int, reorganised: date | None = None) -> Structure:
    """The tree for a company of that size: a team per 13 people, a department per 3 teams, up to four divisions.

    ``reorganised``: day on which the last department that has two teams merges them, and the one before it goes to
    the first division; a company too small for either keeps its shape.
    """
    teams = max(3, round(people / PEOPLE_PER_TEAM))
    departments = max(2, round(teams / 3))
    divisions = min(len(DIVISIONS), max(1, round(departments / 2.5)))
    units = [Unit("O1", "", "company", "Meridian Supply", "")]
    units += [Unit(f"O1{i}", "O1", "division", DIVISIONS[i][0], DIVISIONS[i][0]) for i in range(divisions)]
    units += [_department(units[1 + i % divisions], i // divisions) for i in range(departments)]
    parents = units[-departments:]
    units += [_team(parents[i % departments], i // departments) for i in range(teams)]
    shape = Structure(tuple(units), _positions())
    return _reorganise(shape, reorganised) if reorganised else shape


def _reorganise(shape: Structure, day: date) -> Structure:
    """The same structure with a merger and a relocation on ``day``; what they touch is cut in two at that day."""
    teams, departments = shape.at("team"), shape.at("department")
    of: dict[str, list[Unit]] = {department.unit_id: [] for department in departments}
    for team in teams:
        of[team.parent_id].append(team)
    merging = next((d for d in reversed(departments) if len(of[d.unit_id]) >= 2), None)
    if merging is None:
        return shape
    one, other = of[merging.unit_id][:2]
    merged = replace(one, unit_id=f"{merging.unit_id}-99", name=f"{merging.name} team 1+2", started=day)
    changed: dict[Unit, list[Unit]] = {one: [replace(one, ended=day)], other: [replace(other, ended=day), merged]}
    merger = Merger(day, (one.unit_id, other.unit_id), merged.unit_id)
    first = shape.at("division")[0].unit_id
    moving = next((d for d in reversed(departments) if d is not merging and d.parent_id != first), None)
    if moving is not None:
        changed[moving] = [replace(moving, ended=day), replace(moving, parent_id=first, started=day)]
    relocation = Relocation(day, moving.unit_id, moving.parent_id, first) if moving else None
    units = [after for unit in shape.units for after in changed.get(unit, [unit])]
    return Structure(tuple(units), shape.positions, merger, relocation)


def _department(division: Unit, ordinal: int) -> Unit:
    names = dict(DIVISIONS)[division.name]
    again = f" {ordinal // len(names) + 1}" if ordinal >= len(names) else ""
    name = names[ordinal % len(names)] + again
    return Unit(f"{division.unit_id}-{ordinal:02d}", division.unit_id, "department", name, division.line)


def _team(department: Unit, ordinal: int) -> Unit:
    name = f"{department.name} team {ordinal + 1}"
    return Unit(f"{department.unit_id}-{ordinal:02d}", department.unit_id, "team", name, department.line)


def _positions() -> tuple[Position, ...]:
    heads = []
    parent = ""
    for number, name in enumerate(HEAD_POSITIONS.values()):
        heads.append(Position(f"P{number}", parent, name))
        parent = f"P{number}"
    staff = [name for names in STAFF_POSITIONS.values() for name in names]
    return (*heads, *(Position(f"P{number}", parent, name) for number, name in enumerate(staff, start=10)))
