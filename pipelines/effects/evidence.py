"""What the guards judge about a study, read from the warehouse: who was trained where, who left, who could be matched.

Every question is asked of models that know no outcome, so that no answer can depend on one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import duckdb
import pandas as pd

from pipelines.effects.panels import StudyPanel
from pipelines.effects.plans import Plan
from pipelines.effects.registrations import Registration
from transfer.effect.evidence import Arm, ConcurrentEvent, Evidence, Leavers

_EXPOSURE = """
    select units.org_unit_id as unit, exposures.*
    from marts.fct_training_exposure as exposures
    inner join (
        select org_unit_key, any_value(org_unit_id) as org_unit_id from marts.dim_org_unit group by org_unit_key
    ) as units on exposures.org_unit_key = units.org_unit_key
    where exposures.initiative_id = ?
    order by unit, month_start
"""

_MATCHED = """
    with tied as (select activity_key from intermediate.int_initiative_activity where initiative_id = $initiative),
    enrolled as (
        select enrolments.person_key, count(*) as rows
        from marts.fct_enrolment as enrolments
        semi join tied using (activity_key)
        group by enrolments.person_key
    ),
    acted as (
        select events.person_key, count(*) as rows
        from marts.fct_learning_event as events
        semi join tied using (activity_key)
        where events.person_key = -1 or events.person_key in (select person_key from enrolled)
        group by events.person_key
    ),
    known as (select distinct person_key from marts.dim_person where identity_state = 'resolved')
    select
        (select sum(rows) filter (person_key in (select person_key from known)) / sum(rows) from acted),
        (select sum(rows) filter (person_key in (select person_key from known)) / sum(rows) from enrolled)
"""
"""Events of whoever is enrolled, and of nobody known: trainers and administrators act in a course and don't take it."""

_PLACED = """
    select org_unit_id as unit, parent_org_unit_id as parent, valid_from, valid_to
    from marts.dim_org_unit
    where org_unit_id is not null
    order by unit, valid_from
"""


def evidence_of(
    connection: duckdb.DuckDBPyConnection, registration: Registration, panel: StudyPanel, kpis: int
) -> Evidence:
    """All that the warehouse knows; ``kpis``: how many KPIs the initiative registered."""
    plan = registration.plan
    exposure = connection.execute(_EXPOSURE, [plan.initiative_id]).df()
    placed = connection.execute(_PLACED).df()
    events, rosters = _matched(connection, plan)
    persons = _roster(exposure)
    units = panel.units
    return Evidence(
        assignment=plan.assignment,
        coverage=panel.coverage,
        missing_around_start=panel.missing_around_start,
        match_rate_events=events,
        match_rate_rosters=rosters,
        partial_exposure=_dose_at_start(exposure, plan) or None,
        contamination=_contamination(exposure, plan, units),
        attrition=_attrition(exposure, plan, units, panel.end) or None,
        definition_changes=panel.definition_changes,
        concurrent_events=_reorganisations(placed, plan, panel),
        neighbours=_neighbours(placed, plan, panel),
        smallest_team=min((persons[unit] for unit in units if unit in persons), default=None),
        persons=_persons(persons, plan, units),
        registered_on=plan.registered_on,
        is_registered_first=is_registered_first(registration, panel),
        definition_version=plan.definition_version,
        kpis=kpis,
    )


def is_registered_first(registration: Registration, panel: StudyPanel) -> bool:
    """Whether the plan stood before anybody could know what it would show.

    Three things must hold: its own date lies before the first start, it demonstrably stood before a value of a treated
    period was told, and no other plan of the study had met its outcomes by then.
    """
    plan = registration.plan
    if plan.registered_on is None or plan.first_start is None or plan.registered_on > plan.first_start:
        return False
    told = panel.first_outcome_told_at
    return not registration.changed_after_outcomes and (told is None or registration.known_since <= told)


def _matched(connection: duckdb.DuckDBPyConnection, plan: Plan) -> tuple[float | None, float | None]:
    """Shares of the events and of the enrolments of the initiative's activities that belong to a person of HR."""
    events, rosters = connection.execute(_MATCHED, {"initiative": plan.initiative_id}).fetchone() or (None, None)
    return events, rosters


def _roster(exposure: pd.DataFrame) -> dict[str, int]:
    return {str(unit): int(persons) for unit, persons in exposure.groupby("unit")["roster_persons"].max().items()}


def _persons(roster: dict[str, int], plan: Plan, units: Sequence[str]) -> dict[str, int]:
    arms = {"treated": 0, "control": 0}
    for unit in units:
        arms["treated" if unit in plan.starts else "control"] += roster.get(unit, 0)
    return arms


def _dose_at_start(exposure: pd.DataFrame, plan: Plan) -> dict[str, float]:
    """Planned team → share of its roster that was trained by the end of the month of its start."""
    months = {unit: pd.Timestamp(start).replace(day=1) for unit, start in plan.starts.items()}
    at_start = exposure[exposure["month_start"] == exposure["unit"].map(months)]
    return dict(zip(at_start["unit"], at_start["dose_share"].astype(float), strict=True))


def _contamination(exposure: pd.DataFrame, plan: Plan, units: Sequence[str]) -> float | None:
    """Share of the control teams' person-months, from the first start on, worked by somebody who was trained."""
    controls = [unit for unit in units if unit not in plan.starts]
    worked = exposure[exposure["unit"].isin(controls) & (exposure["month_start"] >= _month(plan.first_start))]
    total = float(worked["average_headcount"].sum())
    return float(worked["exposed_headcount"].sum()) / total if total > 0 else None


def _attrition(exposure: pd.DataFrame, plan: Plan, units: Sequence[str], end: date) -> tuple[Leavers, ...]:
    """What became of each team's roster by the end of the window."""
    last = exposure[exposure["unit"].isin(units) & (exposure["month_start"] <= pd.Timestamp(end))]
    rows: list[dict[str, Any]] = last.groupby("unit").last().reset_index().to_dict("records")
    return tuple(
        Leavers(row["unit"], row["unit"] in plan.starts, int(row["roster_persons"]), int(row["roster_left"]))
        for row in rows
    )


def _reorganisations(placed: pd.DataFrame, plan: Plan, panel: StudyPanel) -> tuple[ConcurrentEvent, ...]:
    """Teams of the panel that came under another unit inside the window."""
    history = placed[placed["unit"].isin(panel.units)]
    moved = history[
        (history["parent"] != history.groupby("unit")["parent"].shift())
        & history["unit"].duplicated()
        & (history["valid_from"] >= pd.Timestamp(min(panel.periods.values())))
        & (history["valid_from"] <= pd.Timestamp(panel.end))
    ]
    return tuple(
        ConcurrentEvent(f"{day:%Y-%m}", f"{len(units)} teams came under another unit", _arm(set(units), plan))
        for day, units in moved.groupby("valid_from")["unit"]
    )


def _arm(units: set[str], plan: Plan) -> Arm:
    treated = units & plan.starts.keys()
    return "both" if treated and units - treated else "treated" if treated else "control"


def _neighbours(placed: pd.DataFrame, plan: Plan, panel: StudyPanel) -> frozenset[str]:
    """Never-treated teams under the same unit as a treated one on the day of the first treated period."""
    day = pd.Timestamp(panel.first_treated)
    then = placed[(placed["valid_from"] <= day) & (placed["valid_to"] > day)]
    above = dict(zip(then["unit"], then["parent"], strict=True))
    parents = {above[unit] for unit in plan.starts if above.get(unit)}
    return frozenset(unit for unit in panel.units if unit not in plan.starts and above.get(unit) in parents)


def _month(day: date | None) -> pd.Timestamp:
    return pd.Timestamp(day).replace(day=1)
