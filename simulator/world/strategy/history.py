"""What was said year by year becomes rows with a validity."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from simulator.world.strategy import ends, means
from simulator.world.strategy.row import Row
from simulator.world.world import World

KEYS: dict[str, tuple[str, ...]] = {
    "vision": ("vision_id",),
    "target_mix": ("dimension", "form", "org_unit_id", "year"),
    "goals": ("goal_id",),
    "kpis": ("kpi_id", "definition_version"),
    "capabilities": ("capability_id",),
    "capability_targets": ("capability_id", "position_id", "org_unit_id", "year"),
    "ld_maturity": ("ld_capability", "assessed_date"),
    "initiatives": ("initiative_id",),
    "links": ("from_type", "from_id", "to_type", "to_id"),
    "enrolment_policies": ("policy_id",),
    "agreements": ("agreement_id",),
    "requirements": ("position_id", "certification_id"),
    "pilots": ("initiative_id", "kpi_id", "org_unit_id"),
    "readiness": ("item_id",),
}
"""Sheet → the columns that make two rows the same thing."""


State = Callable[[World, int], list[Row]]
"""What stands in a sheet in a year."""


def _always(state: Callable[[World], list[Row]]) -> State:
    """A sheet in which every year says the same."""
    return lambda world, _year: state(world)


_STATES: dict[str, State] = {
    "vision": _always(ends.vision),
    "target_mix": ends.target_mix,
    "goals": ends.goals,
    "kpis": ends.kpis,
    "capabilities": _always(ends.capabilities),
    "capability_targets": ends.capability_targets,
    "ld_maturity": ends.ld_maturity,
    "initiatives": means.initiatives,
    "links": _always(means.links),
    "enrolment_policies": _always(means.enrolment_policies),
    "agreements": means.agreements,
    "requirements": _always(means.requirements),
    "pilots": _always(means.pilots),
    "readiness": ends.readiness,
}


def strategy(world: World, year: int) -> dict[str, list[Row]]:
    """Sheet → rows as the workbook of ``year`` holds them: all that was said since the first year, and until when."""
    years = range(world.period.years[0], year + 1)
    return {
        sheet: _history(KEYS[sheet], [(said, state(world, said)) for said in years]) for sheet, state in _STATES.items()
    }


def _history(key: tuple[str, ...], states: list[tuple[int, list[Row]]]) -> list[Row]:
    """What was said year by year as rows with a validity; what is said again in the same words is one row."""
    rows: list[Row] = []
    open_rows: dict[tuple[object, ...], Row] = {}
    for year, state in states:
        said = {tuple(row[name] for name in key): row for row in state}
        for name, row in list(open_rows.items()):
            if name not in said or said[name] != _without_validity(row):
                row["valid_until"] = date(year - 1, 12, 31)
                del open_rows[name]
        new = {name: row for name, row in said.items() if name not in open_rows}
        open_rows |= {name: row | {"valid_from": date(year, 1, 1), "valid_until": None} for name, row in new.items()}
        rows += [open_rows[name] for name in new]
    return rows


def _without_validity(row: Row) -> Row:
    return {name: value for name, value in row.items() if name not in ("valid_from", "valid_until")}
