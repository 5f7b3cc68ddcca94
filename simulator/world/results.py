"""What the KPI systems measure: every KPI of every team, each month.

value = level + season + trend + AR(1) shock + what the programmes add, then measured: ratios are counted, hours
and minutes averaged. A KPI that is redefined is measured by the new definition from that month on.
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from simulator.recipe import Upheaval
from simulator.world.happenings import typed
from simulator.world.kpis import RHO, Kpi, TeamLevels
from simulator.world.presence import Presence
from simulator.world.programmes import Programme
from simulator.world.structure import Structure
from simulator.world.transfer import Applied

Floats = npt.NDArray[np.float64]

SMALLEST_TEAM = 2
"""A team with fewer people has no figures that month."""


class Results:
    """The KPI systems. ``expected``: what the KPIs would be this month without any noise of measurement and with
    nothing that programmes add, KPI × team; the truth keeps it.
    """

    def __init__(
        self, levels: TeamLevels, programmes: tuple[Programme, ...], structure: Structure, upheaval: Upheaval,
        rng: np.random.Generator,
    ) -> None:  # fmt: skip
        self.kpis, self.levels, self.programmes, self.structure = levels.kpis, levels, programmes, structure
        self.upheaval, self.rng = upheaval, rng
        spread = np.array([[kpi.noise] for kpi in self.kpis])
        self.shock = rng.normal(size=levels.levels.shape) * spread
        self.volume = rng.lognormal(0, 0.25, len(structure.teams))
        self.expected = np.zeros_like(levels.levels)

    def month(self, there: Presence, applied: list[Applied]) -> pd.DataFrame:
        """The table kpi_values."""
        self._drift(there)
        value = self.expected.copy()
        for one in applied:
            value[self._place(self.programmes[one.programme].kpi_id)] += one.effect
        is_there = there.sizes(len(self.structure.teams)) >= SMALLEST_TEAM
        told = [self._measured(kpi, value[place], is_there, there) for place, kpi in enumerate(self.kpis)]
        return pd.concat(told, ignore_index=True)

    def _drift(self, there: Presence) -> None:
        noise = np.array([[kpi.noise] for kpi in self.kpis])
        self.shock = RHO * self.shock + np.sqrt(1 - RHO**2) * noise * self.rng.normal(size=self.shock.shape)
        turn = 2 * np.pi * (there.first.month - 1) / 12
        common = [kpi.season * np.sin(turn) + kpi.trend * there.ordinal for kpi in self.kpis]
        self.expected = self.levels.levels + np.array(common)[:, None] + self.shock

    def _measured(self, kpi: Kpi, value: Floats, is_there: npt.NDArray[np.bool_], there: Presence) -> pd.DataFrame:
        teams = np.array(self.structure.teams, dtype=object)[is_there]
        true, version = value[is_there], "1"
        redefined = self.upheaval.kpi_redefinition_month
        if kpi.kpi_id == self.upheaval.kpi_redefined and redefined is not None and there.ordinal >= redefined:
            true, version = true * self.upheaval.kpi_redefinition_factor, "2"
        numerator = denominator = np.full(len(teams), np.nan)
        if kpi.is_ratio:
            counted = self.rng.poisson(kpi.denominator * self.volume[is_there])
            denominator = np.maximum(counted, 20).astype(np.float64)
            numerator = self.rng.binomial(denominator.astype(np.int64), np.clip(true, 0, 1)).astype(np.float64)
            shown = numerator / denominator
        elif kpi.aggregation == "sum":
            shown = np.maximum(np.round(true + self.rng.normal(0, 0.5, len(teams))), 0)
        else:
            shown = np.round(np.maximum(true, 0), 2)
        first, end = there.first, there.last + timedelta(days=1)
        return typed(
            "kpi_values",
            {
                "kpi_id": np.full(len(teams), kpi.kpi_id, dtype=object), "org_unit_id": teams,
                "period_start": np.full(len(teams), np.datetime64(first, "s")),
                "period_end": np.full(len(teams), np.datetime64(end, "s")), "value": shown, "numerator": numerator,
                "denominator": denominator, "definition_version": np.full(len(teams), version, dtype=object),
            },
        )  # fmt: skip

    def _place(self, kpi_id: str) -> int:
        return [kpi.kpi_id for kpi in self.kpis].index(kpi_id)
