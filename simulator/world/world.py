"""The company before anything happens in it: everything that an export may look up while the months go by."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.recipe import Recipe
from simulator.world.accounts import Accounts
from simulator.world.catalogue import Offering
from simulator.world.company import Company
from simulator.world.kpis import Kpi
from simulator.world.period import Period, Streams
from simulator.world.programmes import Programme


@dataclass(frozen=True)
class World:
    """``company`` knows the whole history of people and units; ``offerings`` and ``programmes`` are addressed by place."""

    recipe: Recipe
    period: Period
    streams: Streams
    company: Company
    accounts: Accounts
    offerings: tuple[Offering, ...]
    programmes: tuple[Programme, ...]
    kpis: tuple[Kpi, ...]
