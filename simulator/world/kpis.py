"""The KPIs by which the company measures work, and how each one moves without any learning.

value = team's level + season + trend + AR(1) shock + what behaviour adds (``simulator.world.transfer``)
"""

from __future__ import annotations

from dataclasses import dataclass


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
    Kpi("first_time_right", "Work done right the first time", "quality", "share", "up", "ratio", 0.86, 0.03, 0.004, 0.0004, 0.012, 900, 14.0),
    Kpi("lead_time_hours", "Hours from request to delivery", "operations", "hours", "down", "mean", 31.0, 3.0, 0.6, -0.03, 1.1, 0, 22.0),
    Kpi("complaint_rate", "Complaints per order", "service_desk", "share", "down", "ratio", 0.060, 0.010, 0.002, 0.0, 0.004, 1200, 55.0),
    Kpi("safety_observations", "Unsafe situations reported and solved", "operations", "count", "up", "sum", 14.0, 2.5, 0.8, 0.02, 1.6, 0, 120.0),
    Kpi("plan_reliability", "Promised dates that were kept", "operations", "share", "up", "ratio", 0.78, 0.04, 0.010, 0.0, 0.020, 160, 9.0),
    Kpi("handling_minutes", "Minutes per case", "service_desk", "minutes", "down", "mean", 11.5, 1.2, 0.2, 0.0, 0.45, 0, 1.1),
)  # fmt: skip
"""Six KPIs, measured for every team; ``unit_value`` is the money that one unit is worth to the company, in EUR."""
