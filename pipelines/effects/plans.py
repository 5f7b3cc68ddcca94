"""What the strategy workbook plans: one study per initiative and KPI, as it would be registered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Literal, cast

import duckdb
import pandas as pd

Assignment = Literal["randomised", "chosen", "unknown"]

ANALYSIS = "design by the decision table, version 1; never-treated controls first; 95 % interval; 999 permutations"
"""How every study is analysed, before anybody saw an outcome. Another rule is another text, and so another hash."""

_PLANNED = """
    select
        planned.initiative_id, planned.kpi_id, planned.org_unit_id, planned.start_order, planned.planned_start_date,
        planned.window_days, planned.lag_days, planned.assignment, planned.registered_date, planned.told_since,
        kpis.definition_version
    from intermediate.int_pilot_planned as planned
    left join marts.dim_kpi as kpis
        on planned.kpi_id = kpis.kpi_id
        and coalesce(planned.registered_date, planned.planned_start_date) >= kpis.valid_from
        and coalesce(planned.registered_date, planned.planned_start_date) < kpis.valid_to
    qualify row_number() over (
        partition by planned.initiative_id, planned.kpi_id, planned.org_unit_id order by kpis.valid_from desc
    ) = 1
    order by planned.initiative_id, planned.kpi_id, planned.planned_start_date, planned.org_unit_id
"""


@dataclass(frozen=True)
class PlannedTeam:
    """One team and the day on which it is to begin; None where the workbook leaves it open."""

    org_unit_id: str
    planned_start: date | None
    start_order: int | None


@dataclass(frozen=True)
class Plan:
    """A study before anybody saw an outcome. Days are counted from a team's start.

    ``definition_version`` of the KPI as it held on the day of registration; None where the workbook has none.
    """

    initiative_id: str
    kpi_id: str
    definition_version: str | None
    window_days: int | None
    lag_days: int
    assignment: Assignment
    registered_on: date | None
    teams: tuple[PlannedTeam, ...]
    analysis: str = ANALYSIS

    @property
    def study_id(self) -> str:
        return f"{self.initiative_id}.{self.kpi_id}"

    @property
    def starts(self) -> dict[str, date]:
        """Unit id → planned start, of the teams that have one."""
        return {team.org_unit_id: team.planned_start for team in self.teams if team.planned_start}

    @property
    def first_start(self) -> date | None:
        return min(self.starts.values(), default=None)

    def content(self) -> dict[str, Any]:
        """All that is registered, in JSON's terms."""
        return cast("dict[str, Any]", json.loads(json.dumps(asdict(self), default=str)))

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the content: the same plan has the same one on every machine."""
        return sha256(json.dumps(self.content(), sort_keys=True, ensure_ascii=False).encode()).hexdigest()

    @classmethod
    def of_content(cls, content: dict[str, Any]) -> Plan:
        """The plan that `content` told."""
        teams = tuple(
            PlannedTeam(team["org_unit_id"], _day(team["planned_start"]), team["start_order"])
            for team in content["teams"]
        )
        return cls(**{**content, "teams": teams, "registered_on": _day(content["registered_on"])})


@dataclass(frozen=True)
class Told:
    """A plan and when the first workbook that says so left its owner's hands (naive UTC)."""

    plan: Plan
    told_at: datetime


def told_plans(connection: duckdb.DuckDBPyConnection) -> Iterator[Told]:
    """Every study that the workbook plans today. A window or lag that differs by team counts as its longest."""
    rows = connection.execute(_PLANNED).df()
    for (initiative, kpi), teams in rows.groupby(["initiative_id", "kpi_id"], sort=True):
        versions = teams["definition_version"].dropna().unique()
        plan = Plan(
            initiative_id=str(initiative),
            kpi_id=str(kpi),
            definition_version=str(versions[0]) if len(versions) == 1 else None,
            window_days=_longest(teams["window_days"]),
            lag_days=_longest(teams["lag_days"]) or 0,
            assignment=_assignment(teams["assignment"]),
            registered_on=_latest(teams["registered_date"]),
            teams=tuple(_team(row) for row in teams.to_dict("records")),
        )
        yield Told(plan, teams["told_since"].max().to_pydatetime())


def _team(row: dict[Any, Any]) -> PlannedTeam:
    start, order = row["planned_start_date"], row["start_order"]
    return PlannedTeam(
        str(row["org_unit_id"]), None if pd.isna(start) else start.date(), None if pd.isna(order) else int(order)
    )


def _longest(days: pd.Series) -> int | None:
    return None if days.isna().all() else int(days.max())


def _latest(days: pd.Series) -> date | None:
    """The last of the days, or None where one is missing: a plan is registered when its last team is."""
    return None if days.isna().any() else days.max().date()


def _assignment(told: pd.Series) -> Assignment:
    """How the order came about, where all teams say the same."""
    said = set(told)
    return cast("Assignment", told.iloc[0]) if len(said) == 1 and said <= {"randomised", "chosen"} else "unknown"


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
