"""What a study's programme cost, and what it returned: the second only of an effect that is credible.

Costs are those of the initiative's activities, in all periods up to the end of the panel: money, and the time of
learners. A cost that nobody has told yet makes every figure of this page too good; `Money.costs_told_until` says how
far the telling goes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import duckdb
import pandas as pd

from pipelines.effects.panels import StudyPanel
from pipelines.effects.plans import Plan
from transfer.effect.card import EffectCard
from transfer.effect.roi import Costs, Effect, Return, ReturnRefused, cost_per, returned

_COSTS = """
    select
        coalesce(sum(costs.amount) filter (costs.cost_type = 'direct'), 0),
        coalesce(sum(costs.amount) filter (costs.cost_type = 'opportunity'), 0),
        count(distinct costs.currency), min(costs.currency), max(costs.period_end)
    from marts.fct_learning_cost as costs
    where
        costs.activity_key in (
            select activity_key from intermediate.int_initiative_activity where initiative_id = $initiative
        )
        and costs.period_start <= $until
"""

_LEARNERS = """
    select count(*) from intermediate.int_training_exposure
    where initiative_id = $initiative and first_exposed_date <= $until
"""


@dataclass(frozen=True)
class Kpi:
    """What the workbook says of a KPI. ``unit_value``: money that one unit is worth, in ``currency``."""

    name: str
    unit_name: str
    better: Literal["up", "down"] | None
    aggregation: str | None
    unit_value: float | None
    currency: str | None


@dataclass(frozen=True)
class Money:
    """``returned`` is None where it is refused, and ``refused`` says why. Costs are None where none are told."""

    costs: Costs | None = None
    learners: int | None = None
    costs_told_until: date | None = None
    returned: Return | None = None
    refused: str = "There is no panel, so nothing can have been gained that is known."

    @property
    def cost_per_learner(self) -> float | None:
        return cost_per(self.costs, self.learners) if self.costs and self.learners else None


def money_of(
    connection: duckdb.DuckDBPyConnection, plan: Plan, panel: StudyPanel, card: EffectCard, kpi: Kpi
) -> Money:  # fmt: skip
    """Costs up to the end of the panel, and what they returned where the verdict allows a figure."""
    asked = {"initiative": plan.initiative_id, "until": panel.end}
    direct, opportunity, currencies, currency, told_until = connection.execute(_COSTS, asked).fetchone() or (0,) * 5
    learners = int((connection.execute(_LEARNERS, asked).fetchone() or (0,))[0])
    if not currencies:
        return Money(learners=learners, refused="No cost of the programme is told. Next: land the cost export.")
    if currencies > 1:
        return Money(learners=learners, refused="Costs are told in several currencies. Next: land them in one.")
    costs = Costs(float(direct), float(opportunity), str(currency))
    result, refused = _returned(connection, plan, panel, card, costs, kpi)
    return Money(costs, learners, told_until, result, refused)


def _returned(
    connection: duckdb.DuckDBPyConnection, plan: Plan, panel: StudyPanel, card: EffectCard, costs: Costs, kpi: Kpi
) -> tuple[Return | None, str]:
    head = card.headline
    if head.estimate is None or head.low is None or head.high is None:
        return None, "The effect has no interval; a return is computed of a credible effect only."
    if kpi.better is None or kpi.unit_value is None:
        return (
            None,
            "The workbook does not say both which way the KPI is better and what a unit of it is worth.",
        )
    if kpi.currency != costs.currency:
        return None, f"The KPI is valued in {kpi.currency}, and costs are told in {costs.currency}."
    effect = Effect(head.estimate, head.low, head.high, kpi.better)
    worth = kpi.unit_value * _units_per_point(connection, plan, panel, kpi)
    try:
        return returned(card.verdict, effect, costs, _observed(panel), worth), ""
    except ReturnRefused as refused:
        return None, str(refused)


def _units_per_point(connection: duckdb.DuckDBPyConnection, plan: Plan, panel: StudyPanel, kpi: Kpi) -> float:
    """How many units one point of the outcome is in a team and period: of a ratio, what it is divided by on average.

    A share of 0.01 more among 900 orders is nine orders; the workbook values the order and not the share.
    """
    if kpi.aggregation != "ratio":
        return 1.0
    row = connection.execute(
        """
        select avg(panel.denominator)
        from intermediate.int_kpi_panel as panel
        semi join marts.dim_org_unit as units
            on panel.org_unit_key = units.org_unit_key and list_contains($units, units.org_unit_id)
        where panel.kpi_id = $kpi and panel.period_start >= $since and panel.period_start <= $until
        """,
        {"units": list(panel.starts), "kpi": plan.kpi_id, "since": panel.first_treated, "until": panel.end},
    ).fetchone()
    return float(row[0]) if row and row[0] else 1.0


def _observed(panel: StudyPanel) -> dict[str, int]:
    """Treated team → periods from its start to the end of the panel."""
    labels = pd.Index(list(panel.periods))
    return {unit: len(labels) - int(labels.get_loc(start)) for unit, start in panel.starts.items()}
