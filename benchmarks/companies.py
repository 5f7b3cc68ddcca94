"""Studies of simulated companies: what an evaluation sees of them, and what was planted.

    recipe, seed --only what moves KPIs--> KPI panel, registered starts, evidence --Simulated--> as benchmarks.panels

Here effects come through people: some don't take part, some leave, some change teams, newcomers know nothing, and
neighbours copy. Of the company only what moves a KPI is simulated (presence, learning, transfer, results); each draws
from a stream of its own, so the figures are those of the whole company.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmarks.panels import Floats, Simulated
from simulator.recipe import load
from simulator.world.chronicle import Chronicle
from simulator.world.presence import Presence, presence
from simulator.world.programmes import Programme
from simulator.world.world import World, build_world
from transfer.effect.evidence import ConcurrentEvent, Evidence, Leavers
from transfer.effect.long_table import Columns, panel_of


@dataclass(frozen=True)
class Lived:
    """A company's months: KPI rows as measured, and ``effect`` (months, programmes, teams) as planted."""

    world: World
    values: pd.DataFrame
    effect: Floats
    there: tuple[Presence, ...]


def lived(recipe: str, seed: int, people: int | None = None) -> Lived:
    """One company under one seed; few courses are chosen freely, since those move nothing."""
    planned = load(recipe, seed=seed, **({"people": people} if people else {}))
    still = planned.learning.model_copy(update={"popularity": 0.3})
    world = build_world(planned.model_copy(update={"learning": still}))
    chronicle = Chronicle(world)
    values, effects, months = [], [], []
    for ordinal in range(world.period.months):
        there = presence(world.company, ordinal)
        chronicle.learning.month(there)
        completed = chronicle.calendar.take("completions", ordinal, "at")
        here = there.holds(completed["person"].to_numpy(), completed["at"].to_numpy())
        applied = chronicle.transfer.month(completed[here].reset_index(drop=True), chronicle.programme_of, there)
        values.append(chronicle.results.month(there, applied).assign(month=ordinal + 1))
        effects.append(np.stack([one.effect for one in applied]))
        months.append(there)
    return Lived(world, pd.concat(values, ignore_index=True), np.stack(effects), tuple(months))


def study_of(company: Lived, programme_id: str) -> Simulated:
    """The study of one programme: planned starts, in the month in which the KPI can first show it."""
    programmes = company.world.programmes
    place = next(at for at, one in enumerate(programmes) if one.programme_id == programme_id)
    programme = programmes[place]
    rows = company.values[company.values["kpi_id"] == programme.kpi_id]
    starts = _starts(company.world, programme)
    frame = rows.assign(start=rows["org_unit_id"].map(starts).fillna(0).astype(int))
    panel = panel_of(frame, Columns("org_unit_id", "month", "start", "value"))
    return Simulated(panel, _truth(company, place, panel.units, starts), _evidence(company, programme, rows, starts))


def _starts(world: World, programme: Programme) -> dict[str, int]:
    """Team → month, from 1, of its start, plus the lag."""
    firsts = {first: month for month, first in enumerate(world.period.first_days(), start=1)}
    return {team: firsts[start] + programme.lag_months for team, start in programme.starts.items()}


def _truth(company: Lived, place: int, units: tuple[str, ...], starts: dict[str, int]) -> float:
    """The planted effect over treated team-months, of teams that are in the panel."""
    teams = list(company.world.company.structure.teams)
    cells = [company.effect[starts[unit] - 1 :, place, teams.index(unit)] for unit in units if unit in starts]
    return float(np.concatenate(cells).mean())


def _evidence(company: Lived, programme: Programme, rows: pd.DataFrame, starts: dict[str, int]) -> Evidence:
    world = company.world
    versions = rows.groupby("month")["definition_version"].first()
    changes = versions.index[versions != versions.shift(fill_value=versions.iloc[0])]
    upheaval = world.recipe.upheaval.reorganisation_month
    events = (ConcurrentEvent(str(upheaval + 1), "two teams merge", "both"),) if upheaval else ()
    teams = world.company.structure.teams
    expected = len(teams) * world.period.months
    return Evidence(
        assignment="randomised" if programme.assignment == "randomised" else "chosen",
        coverage=len(rows[rows["org_unit_id"].isin(teams)]) / expected, missing_around_start=(),
        attrition=_leavers(company, starts), definition_changes=tuple(str(change) for change in changes),
        concurrent_events=events, neighbours=_neighbours(world, programme), is_registered_first=True, kpis=1,
        contamination=_contamination(company, starts),
    )  # fmt: skip


def _neighbours(world: World, programme: Programme) -> frozenset[str]:
    """Teams never trained whose department has a team that is."""
    parents = {unit.unit_id: unit.parent_id for unit in world.company.structure.units if unit.level == "team"}
    trained = {parents[team] for team in programme.starts}
    return frozenset(team for team, parent in parents.items() if parent in trained and team not in programme.starts)


def _leavers(company: Lived, starts: dict[str, int]) -> tuple[Leavers, ...]:
    """Of those in each team in the month of the first start, who is in the company no more at the end."""
    before, end = company.there[min(starts.values()) - 1], company.there[-1]
    is_gone = ~np.isin(np.arange(len(before.team)), end.present)
    found = []
    for number, team in enumerate(company.world.company.structure.teams):
        members = np.intersect1d(np.flatnonzero(before.team == number), before.present)
        found.append(Leavers(team, team in starts, len(members), int(is_gone[members].sum())))
    return tuple(found)


def _contamination(company: Lived, starts: dict[str, int]) -> float:
    """Of person-months in teams never trained, those of people who were in a team when it was trained."""
    teams = company.world.company.structure.teams
    trained = np.zeros(len(company.there[0].team), dtype=bool)
    total = by_trained = 0
    for month, there in enumerate(company.there, start=1):
        here = there.present
        of_team = np.array([starts.get(teams[team], 0) if team >= 0 else 0 for team in there.team[here]])
        trained[here[of_team == month]] = True
        controls = here[(of_team == 0) & (there.team[here] >= 0)]
        if month >= min(starts.values()):
            total += len(controls)
            by_trained += int(trained[controls].sum())
    return by_trained / total if total else 0.0
