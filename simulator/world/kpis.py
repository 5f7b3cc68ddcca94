"""The KPIs by which the company measures work, and how each one moves without any learning.

value = team's level + season + trend + AR(1) shock + what behaviour adds (``simulator.world.transfer``)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from simulator.world.period import Streams


@dataclass(frozen=True)
class Kpi:
    """One KPI. ``unit_name`` of ``value``; ``denominator`` is a team's mean monthly volume for ratios, else 0.

    ``system``: the KPI system that exports it (service_desk, operations, quality). ``mean``, ``team_spread``,
    ``season`` (amplitude over the year), ``trend`` (per month) and ``noise`` (standard deviation of the month's
    shock, AR(1) with ``RHO``) are in the KPI's unit; ratios are shares, 0–1.
    """

    kpi_id: str
    title: str
    system: str
    unit_name: str
    direction: str
    aggregation: str
    mean: float
    team_spread: float
    season: float
    trend: float
    noise: float
    denominator: int
    unit_value: float

    @property
    def is_ratio(self) -> bool:
        return self.denominator > 0


RHO = 0.5

KPIS = (
    Kpi("first_time_right", "Work done right the first time", "quality", "share", "up", "ratio",
        mean=0.86, team_spread=0.03, season=0.004, trend=0.0004, noise=0.012, denominator=900, unit_value=14.0),
    Kpi("lead_time_hours", "Hours from request to delivery", "operations", "hours", "down", "mean",
        mean=31.0, team_spread=3.0, season=0.6, trend=-0.03, noise=1.1, denominator=0, unit_value=22.0),
    Kpi("complaint_rate", "Complaints per order", "service_desk", "share", "down", "ratio",
        mean=0.060, team_spread=0.010, season=0.002, trend=0.0, noise=0.004, denominator=1200, unit_value=55.0),
    Kpi("safety_observations", "Unsafe situations reported and solved", "operations", "count", "up", "sum",
        mean=14.0, team_spread=2.5, season=0.8, trend=0.02, noise=1.6, denominator=0, unit_value=120.0),
    Kpi("plan_reliability", "Promised dates that were kept", "operations", "share", "up", "ratio",
        mean=0.78, team_spread=0.04, season=0.010, trend=0.0, noise=0.020, denominator=160, unit_value=9.0),
    Kpi("handling_minutes", "Minutes per case", "service_desk", "minutes", "down", "mean",
        mean=11.5, team_spread=1.2, season=0.2, trend=0.0, noise=0.45, denominator=0, unit_value=1.1),
)  # fmt: skip
"""Six KPIs, measured for every team; ``unit_value`` is the money that one unit is worth to the company, in EUR."""


@dataclass(frozen=True)
class TeamLevels:
    """How each team stands on each KPI when nothing happens: ``levels[kpi][team]``, in the KPI's unit."""

    kpis: tuple[Kpi, ...]
    teams: tuple[str, ...]
    levels: npt.NDArray[np.float64]

    def of(self, kpi_id: str) -> dict[str, float]:
        """Team → level, turned so that more is better, in standard deviations between teams."""
        place = [kpi.kpi_id for kpi in self.kpis].index(kpi_id)
        kpi = self.kpis[place]
        sign = 1 if kpi.direction == "up" else -1
        scaled = sign * (self.levels[place] - kpi.mean) / kpi.team_spread
        return dict(zip(self.teams, scaled.tolist(), strict=True))


def team_levels(teams: tuple[str, ...], streams: Streams, kpis: tuple[Kpi, ...] = KPIS) -> TeamLevels:
    """Draw every team's level; a good team is good at most things (correlation one half)."""
    rng = streams.of("team levels")
    quality, own = rng.normal(size=len(teams)), rng.normal(size=(len(kpis), len(teams)))
    sign = np.array([1.0 if kpi.direction == "up" else -1.0 for kpi in kpis])[:, None]
    spread = np.array([kpi.team_spread for kpi in kpis])[:, None]
    mean = np.array([kpi.mean for kpi in kpis])[:, None]
    return TeamLevels(kpis, teams, mean + spread * (sign * quality[None] + own) / np.sqrt(2))
