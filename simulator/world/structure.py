"""What the company consists of before anybody works there: its units and its positions.

company → divisions → departments → teams        chief executive → directors → managers → leads → staff
"""

from __future__ import annotations

from dataclasses import dataclass

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
    """One organisational unit; ``line`` is the division whose work it does (empty for the company itself)."""

    unit_id: str
    parent_id: str
    level: str
    name: str
    line: str


@dataclass(frozen=True)
class Position:
    position_id: str
    parent_id: str
    name: str


@dataclass(frozen=True)
class Structure:
    units: tuple[Unit, ...]
    positions: tuple[Position, ...]

    def at(self, level: str) -> list[Unit]:
        return [unit for unit in self.units if unit.level == level]

    def children(self, unit_id: str) -> list[Unit]:
        return [unit for unit in self.units if unit.parent_id == unit_id]

    def position_id(self, name: str) -> str:
        return next(position.position_id for position in self.positions if position.name == name)


def structure(people: int) -> Structure:
    """The tree for a company of that size: a team per 13 people, a department per 3 teams, up to four divisions."""
    teams = max(3, round(people / PEOPLE_PER_TEAM))
    departments = max(2, round(teams / 3))
    divisions = min(len(DIVISIONS), max(1, round(departments / 2.5)))
    units = [Unit("O1", "", "company", "Meridian Supply", "")]
    units += [Unit(f"O1{i}", "O1", "division", DIVISIONS[i][0], DIVISIONS[i][0]) for i in range(divisions)]
    units += [_department(units[1 + i % divisions], i // divisions) for i in range(departments)]
    parents = units[-departments:]
    units += [_team(parents[i % departments], i // departments) for i in range(teams)]
    return Structure(tuple(units), _positions())


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
