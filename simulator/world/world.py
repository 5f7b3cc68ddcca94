"""The company before anything happens in it: everything that an export may look up while the months go by."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.recipe import Recipe
from simulator.world.accounts import Accounts, register
from simulator.world.catalogue import Offering, catalogue
from simulator.world.company import Company
from simulator.world.dirt import Dirt, Dirty
from simulator.world.kpis import Kpi, TeamLevels, team_levels
from simulator.world.period import Period, Streams
from simulator.world.programmes import Programme, leaving_rates, plan_programmes
from simulator.world.roster import found_company
from simulator.world.structure import structure


@dataclass(frozen=True)
class World:
    """``company`` knows the whole history of people and units.

    ``offerings`` and ``programmes`` are addressed by their place; ``levels`` is how teams stand on the KPIs.
    """

    recipe: Recipe
    period: Period
    streams: Streams
    company: Company
    accounts: Accounts
    dirty: tuple[Dirty, ...]
    offerings: tuple[Offering, ...]
    programmes: tuple[Programme, ...]
    kpis: tuple[Kpi, ...]
    levels: TeamLevels


def build_world(recipe: Recipe) -> World:
    """Everything that is fixed before the first day."""
    period, streams = Period(recipe.end, recipe.months), Streams(recipe.seed)
    firsts, reorganised = period.first_days(), recipe.upheaval.reorganisation_month
    shape = structure(recipe.people, firsts[reorganised] if reorganised and reorganised < len(firsts) else None)
    levels = team_levels(shape.teams, streams)
    programmes = plan_programmes(recipe, shape, levels, period, streams)
    leaving = leaving_rates(programmes, period)
    company = found_company(recipe.people, period, streams, shape, recipe.workforce, leaving)
    dirt = Dirt(recipe.delivery.dirty_identifier_share, streams.of("dirt"))
    accounts = dirt.of(register(company, streams, recipe.workforce.private_address_share))
    offerings = catalogue(period, {p.programme_id: recipe.programmes[p.programme_id] for p in programmes})
    return World(
        recipe, period, streams, company, accounts, tuple(dirt.found), offerings, programmes, levels.kpis, levels
    )
