"""Each registered study is estimated, judged, and leaves a card; what a guard blocks is nowhere but in memory.

registrations --panel, evidence--> transfer/effect --withheld--> metrics.effect_cards      one row a study
                                                                 metrics.fct_causal_estimate, fct_study_guard
                                                                 metrics.study_registration  every frozen plan
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal, cast

import duckdb

from connectors.home import Home
from pipelines.effects.evidence import evidence_of
from pipelines.effects.judged import Judged
from pipelines.effects.pages import write_pages
from pipelines.effects.panels import NoPanel, StudyPanel, study_panel
from pipelines.effects.plans import Plan, told_plans
from pipelines.effects.registrations import Registration, Registrations
from pipelines.effects.returns import Kpi, Money, money_of
from pipelines.effects.tables import write_tables
from transfer.effect.card import EffectCard, Subject, withheld
from transfer.effect.evidence import Evidence
from transfer.effect.long_table import Columns, panel_of
from transfer.effect.periods import PanelRefused
from transfer.effect.study import estimate
from transfer.effect.verdict import assess, unestimable

_KPI = """
    select kpi, unit_name, direction, aggregation, unit_value, currency
    from marts.dim_kpi
    where kpi_id = $kpi and ($version is null or definition_version = $version)
    order by valid_from desc
    limit 1
"""

_TITLE = "select arg_max(initiative, valid_from) from marts.dim_initiative where initiative_id = ?"


@dataclass(frozen=True)
class EffectRun:
    """What a run came to: cards by verdict, and how many plans it froze."""

    by_verdict: dict[str, int]
    frozen: int


def write_effect_cards(home: Home, connection: duckdb.DuckDBPyConnection, as_of: date, build_id: str) -> EffectRun:
    """Freeze what is planned, then join outcomes, judge every study, and replace the tables of effects."""
    registrations = Registrations(home)
    frozen = sum(registrations.freeze(told) for told in told_plans(connection))
    kpis = Counter(each.plan.initiative_id for each in registrations.current())
    judged = []
    for registration in registrations.current():
        registrations.note_outcomes(registration)
        judged.append(_judged(connection, registration, kpis[registration.plan.initiative_id]))
    write_tables(connection, judged, registrations.all(), as_of, build_id)
    write_pages(home, judged)
    return EffectRun(dict(Counter(each.card.verdict.value for each in judged)), frozen)


def _judged(connection: duckdb.DuckDBPyConnection, registration: Registration, kpis: int) -> Judged:
    """The study as it may be published: nothing that a guard blocks leaves this function."""
    plan = registration.plan
    kpi, title = _kpi(connection, plan), _title(connection, plan)
    try:
        panel = study_panel(connection, plan)
    except NoPanel as refused:
        subject = _subject(title, kpi, "period")
        return Judged(
            registration, title, unestimable(subject, _known_without(registration), str(refused)), Money(), None
        )
    evidence = evidence_of(connection, registration, panel, kpis)
    card = _assessed(panel, evidence, _subject(title, kpi, panel.grain))
    return Judged(registration, title, withheld(card), money_of(connection, plan, panel, card, kpi), panel)


def _assessed(panel: StudyPanel, evidence: Evidence, subject: Subject) -> EffectCard:
    balanced = None
    try:
        balanced = panel_of(panel.rows, Columns("unit", "period", "start", "outcome"))
        balanced = replace(balanced, dropped=(*panel.dropped, *balanced.dropped))
        return assess(estimate(balanced), evidence, subject)
    except PanelRefused as refused:
        return unestimable(subject, evidence, str(refused), balanced)


def _known_without(registration: Registration) -> Evidence:
    """What is known of a study that has no panel."""
    plan = registration.plan
    return Evidence(
        assignment=plan.assignment, registered_on=plan.registered_on, definition_version=plan.definition_version
    )


def _subject(title: str, kpi: Kpi, period: str) -> Subject:
    return Subject(title, kpi.name, kpi.unit_name, "team", period, kpi.better)


def _kpi(connection: duckdb.DuckDBPyConnection, plan: Plan) -> Kpi:
    row = connection.execute(_KPI, {"kpi": plan.kpi_id, "version": plan.definition_version}).fetchone()
    name, unit_name, direction, aggregation, unit_value, currency = row or (None,) * 6
    better = cast("Literal['up', 'down'] | None", direction)
    return Kpi(name or plan.kpi_id, unit_name or "", better, aggregation, unit_value, currency)


def _title(connection: duckdb.DuckDBPyConnection, plan: Plan) -> str:
    row: tuple[Any, ...] | None = connection.execute(_TITLE, [plan.initiative_id]).fetchone()
    return str(row[0]) if row and row[0] else plan.initiative_id
