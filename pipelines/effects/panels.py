"""The one place in which outcomes meet learning: a frozen plan and the KPI of its teams become a panel.

    plan (starts, lag, window) + intermediate.int_kpi_panel --> one row a team and period: unit, period, start, outcome

What comes out is about teams. A team is treated from the period that holds its planned start, later by the lag,
whether or not it was trained on the day: that is what was decided, and what an evaluation may compare (intention to
treat). Periods before a change of the KPI's definition, or before a period of which nobody told, are left out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import duckdb
import pandas as pd

from pipelines.effects.plans import Plan
from transfer.effect.panel import Dropped

_DAYS_OF = {"week": 7.0, "month": 30.436875, "quarter": 91.310625, "year": 365.25}

_CELLS = """
    select
        units.org_unit_id as unit, panel.definition_version, panel.period_grain, panel.period_number,
        panel.period_start, panel.period_end, panel.value as outcome, panel.cell_state, panel.first_told_at,
        panel.cell_state = 'observed' or headcounts.persons is not null or described.month_start is null as is_due
    from intermediate.int_kpi_panel as panel
    inner join (
        select org_unit_key, any_value(org_unit_id) as org_unit_id from marts.dim_org_unit group by org_unit_key
    ) as units on panel.org_unit_key = units.org_unit_key
    left join (select distinct month_start from marts.fct_headcount_monthly) as described
        on date_trunc('month', panel.period_start) = described.month_start
    left join marts.fct_headcount_monthly as headcounts
        on panel.org_unit_key = headcounts.org_unit_key
        and date_trunc('month', panel.period_start) = headcounts.month_start
    where panel.kpi_id = ?
    order by panel.period_number, units.org_unit_id
"""
"""A cell is due where somebody worked in the team that month, as far as HR tells: what was dissolved owes none."""

_WHY_MISSING = {
    "not_yet": "its values begin only in the window",
    "no_more": "its values end in the window",
    "missing": "values are missing between others",
}


class NoPanel(ValueError):
    """A study can't become a panel. The message says why, and what to do."""


@dataclass(frozen=True)
class StudyPanel:
    """``rows`` are balanced: unit, period (label), start (label of the first treated period; None: never), outcome.

    ``periods`` are the labels in order, each with its first day; ``starts`` unit → label. ``coverage`` is the share of
    cells observed of those that were due, before anything was ``dropped``. ``definition_changes`` are periods inside
    the window that another definition measured. ``first_outcome_told_at``: when a value of a treated period was first
    told (naive UTC). ``is_over``: the window has ended in the data.
    """

    rows: pd.DataFrame
    grain: str
    periods: dict[str, date]
    starts: dict[str, str]
    coverage: float
    dropped: tuple[Dropped, ...]
    missing_around_start: tuple[str, ...]
    definition_changes: tuple[str, ...]
    first_outcome_told_at: datetime | None
    is_over: bool

    @property
    def first_treated(self) -> date:
        """First day of the first treated period of any team."""
        return self.periods[min(self.starts.values())]

    @property
    def end(self) -> date:
        """First day of the last period."""
        return max(self.periods.values())

    @property
    def units(self) -> list[str]:
        return sorted(self.rows["unit"].unique())


def study_panel(connection: duckdb.DuckDBPyConnection, plan: Plan) -> StudyPanel:
    """The panel of a plan; raises `NoPanel`."""
    told = connection.execute(_CELLS, [plan.kpi_id]).df()
    if told.empty:
        raise NoPanel(
            f"No team has a value of {plan.kpi_id}. Next: see whether its export landed (throughline status)."
        )
    if not plan.starts or len(plan.starts) < len(plan.teams):
        raise NoPanel("A team of the plan has no planned start. Next: fill it in on the sheet pilots.")
    cells = _one_series(told, plan)
    places = _places(cells, plan)
    window = _window(cells, places, plan)
    inside = cells[cells["period_number"].between(*window)]
    whole, dropped = _balanced(inside, plan)
    labels = _labels(inside)
    there = set(whole["unit"])
    starts = {unit: labels[place] for unit, place in places.items() if place in labels and unit in there}
    if not starts:
        why = "; ".join(f"{each.unit}: {each.reason}" for each in dropped if each.unit in plan.starts)
        raise NoPanel(f"No planned team has a value in every period. {why or 'None of them has started in the data'}.")
    rows = pd.DataFrame(
        {
            "unit": whole["unit"], "period": whole["period_number"].map(labels),
            "start": whole["unit"].map(starts).astype(object), "outcome": whole["outcome"],
        }
    )  # fmt: skip
    treated = inside[inside["period_number"] >= min(places.values())]
    return StudyPanel(
        rows=rows,
        grain=str(inside["period_grain"].iloc[0]),
        periods={labels[number]: first.date() for number, first in _first_days(inside).items()},
        starts=starts,
        coverage=float((inside.loc[inside["is_due"].astype(bool), "cell_state"] == "observed").mean()),
        dropped=dropped,
        missing_around_start=_missing_around_start(inside, places),
        definition_changes=_definition_changes(told, inside, plan),
        first_outcome_told_at=_first(treated["first_told_at"]),
        is_over=plan.window_days is not None and int(inside["period_number"].max()) == window[1],
    )


def _one_series(told: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """The cells of one definition and grain: the registered definition, or else the one of the first start."""
    version = plan.definition_version
    if version is None or version not in set(told["definition_version"]):
        before = told[told["period_start"] <= pd.Timestamp(plan.first_start)]
        version = (before if len(before) else told)["definition_version"].iloc[-1]
    cells = told[told["definition_version"] == version]
    grain = cells["period_grain"].value_counts().idxmax()
    return cells[cells["period_grain"] == grain]


def _places(cells: pd.DataFrame, plan: Plan) -> dict[str, int]:
    """Unit → number of its first treated period, which may lie beyond the last one that is told."""
    first_days = _first_days(cells)
    length = _DAYS_OF[str(cells["period_grain"].iloc[0])]
    lag = math.floor(plan.lag_days / length + 0.5)
    return {unit: _number_of(start, first_days, length) + lag for unit, start in plan.starts.items()}


def _number_of(day: date, first_days: dict[int, pd.Timestamp], length: float) -> int:
    """The period that holds the day. Beyond the last one that is told, periods are counted on in its length."""
    begun = [number for number, first in first_days.items() if first <= pd.Timestamp(day)]
    if not begun:
        return min(first_days)
    last = max(begun)
    beyond = (pd.Timestamp(day) - first_days[last]).days / length
    return last + (math.floor(beyond + 0.05) if last == max(first_days) else 0)


def _window(cells: pd.DataFrame, places: dict[str, int], plan: Plan) -> tuple[int, int]:
    """First and last period: from the last hole before the first start, to the end of the last team's window.

    A period of which nobody told leaves its number out; after the first start, it ends the panel.
    """
    numbers = sorted(set(cells["period_number"]))
    first_start = min(places.values())
    before = [number for number in numbers if number < first_start]
    first = next((n for n in reversed(before) if n - 1 not in numbers), first_start)
    length = _DAYS_OF[str(cells["period_grain"].iloc[0])]
    periods = math.ceil(plan.window_days / length - 0.5) if plan.window_days else max(numbers)
    last = max(places.values()) + max(periods, 1) - 1
    hole = next((n for n in range(first_start, max(numbers)) if n not in numbers), None)
    return first, min(last, hole - 1) if hole is not None else last


def _balanced(inside: pd.DataFrame, plan: Plan) -> tuple[pd.DataFrame, tuple[Dropped, ...]]:
    """Teams with a value in every period; the others are told, each with the reason."""
    missing = inside[inside["cell_state"] != "observed"]
    dropped = [
        Dropped(str(unit), f"{', '.join(_WHY_MISSING[state] for state in sorted(set(states)))} ({len(states)} cells)")
        for unit, states in missing.groupby("unit")["cell_state"]
    ]
    unseen = sorted(plan.starts.keys() - set(inside["unit"]))
    dropped += [Dropped(unit, "it is planned, and no value of it is told") for unit in unseen]
    return inside[~inside["unit"].isin(missing["unit"])], tuple(dropped)


def _labels(cells: pd.DataFrame) -> dict[int, str]:
    """Number → label: calendar months by their name, other periods by their first day."""
    first_days = _first_days(cells)
    is_monthly = cells["period_grain"].iloc[0] == "month" and all(first.day == 1 for first in first_days.values())
    return {number: f"{first:%Y-%m}" if is_monthly else f"{first:%Y-%m-%d}" for number, first in first_days.items()}


def _first_days(cells: pd.DataFrame) -> dict[int, pd.Timestamp]:
    return {int(n): first for n, first in cells.groupby("period_number")["period_start"].min().items()}


def _missing_around_start(inside: pd.DataFrame, places: dict[str, int]) -> tuple[str, ...]:
    """Planned teams without a value in the period of their start or the one before."""
    observed = set(
        inside.loc[inside["cell_state"] == "observed", ["unit", "period_number"]].itertuples(index=False, name=None)
    )
    last = int(inside["period_number"].max())
    return tuple(
        sorted(u for u, p in places.items() if p <= last and not {(u, p - 1), (u, p)} <= observed)
    )  # fmt: skip


def _definition_changes(told: pd.DataFrame, inside: pd.DataFrame, plan: Plan) -> tuple[str, ...]:
    """First periods of other definitions from the panel's first day to the end of its planned window."""
    version = inside["definition_version"].iloc[0]
    last_start = max(plan.starts.values())
    end = pd.Timestamp(last_start + timedelta(days=plan.lag_days + (plan.window_days or 0)))
    others = told[(told["definition_version"] != version) & (told["cell_state"] == "observed")]
    firsts = others.groupby("definition_version")["period_start"].min()
    within = firsts[(firsts >= inside["period_start"].min()) & (firsts < end)]
    return tuple(f"{first:%Y-%m-%d} (version {name})" for name, first in within.items())


def _first(instants: pd.Series) -> datetime | None:
    return None if instants.isna().all() else instants.min().to_pydatetime()
