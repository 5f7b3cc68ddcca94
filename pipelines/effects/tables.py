"""The tables of effects that readers see, each replaced by every run: what holds is what this build says.

The record of what was planned, and when, is not here: `metrics.study_registration` shows it, the home keeps it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import duckdb
import pandas as pd

from pipelines.effects.judged import Judged
from pipelines.effects.registrations import Registration


class Column(NamedTuple):
    """Type (as DuckDB spells it) and meaning of a column that analysts see."""

    sql_type: str
    meaning: str


CARDS = {
    "study_id": Column("VARCHAR", "The study: initiative and KPI."),
    "initiative_id": Column("VARCHAR", "The initiative of the strategy workbook."),
    "programme": Column("VARCHAR", "Its name."),
    "kpi_id": Column("VARCHAR", "The KPI that it should move."),
    "outcome": Column("VARCHAR", "Its name."),
    "measure": Column("VARCHAR", "Unit of the KPI, and so of every figure of the effect."),
    "verdict": Column("VARCHAR", "credible, suggestive, not credible or not estimable."),
    "conclusion": Column("VARCHAR", "The one sentence that may be quoted."),
    "is_withheld": Column("BOOLEAN", "A guard blocks: no figure of the effect is published anywhere."),
    "estimate": Column("DOUBLE", "Average effect per treated team and period; empty where it is withheld."),
    "standard_error": Column("DOUBLE", "Its standard error."),
    "ci_low": Column("DOUBLE", "Lower bound of the interval."),
    "ci_high": Column("DOUBLE", "Upper bound of the interval."),
    "ci_level": Column("DOUBLE", "Confidence of the interval, 0 to 1."),
    "p_permutation": Column("DOUBLE", "Share of permuted starts that show as much."),
    "design": Column("VARCHAR", "The design that the decision table chose."),
    "n_units": Column("BIGINT", "Teams in the panel."),
    "n_treated": Column("BIGINT", "Of these, trained within it."),
    "first_period": Column("VARCHAR", "First period of the panel."),
    "last_period": Column("VARCHAR", "Last period of the panel."),
    "is_window_over": Column(
        "BOOLEAN", "Whether the registered window has ended in the data; the card may change before."
    ),
    "registered_on": Column("DATE", "Day on which the plan was written down, as the workbook says."),
    "fingerprint": Column("VARCHAR", "SHA-256 of the frozen plan; see study_registration."),
    "cost_total": Column("DOUBLE", "Direct and opportunity cost up to the panel's end."),
    "cost_per_learner": Column("DOUBLE", "The same by person who completed."),
    "costs_told_until": Column("DATE", "Last day that the cost export covers: costs after it are missing."),
    "cost_per_outcome": Column("DOUBLE", "Cost by unit of the KPI gained; only where the verdict is credible."),
    "roi": Column("DOUBLE", "(Benefit less cost) by cost; only where the verdict is credible."),
    "roi_low": Column("DOUBLE", "Its lower bound, from the effect's interval."),
    "roi_high": Column("DOUBLE", "Its upper bound."),
    "currency": Column("VARCHAR", "ISO 4217 code of the amounts."),
    "return_refused": Column("VARCHAR", "Why there is no return; empty where there is one."),
    "as_of": Column("DATE", "The day that the run was made for."),
    "build_id": Column("VARCHAR", "The build that the card was made of."),
    "card": Column("JSON", "The whole card: assumptions, guards, sensitivity, event study, who was left out and why."),
}

ESTIMATES = {
    "study_id": Column("VARCHAR", "The study."),
    "kpi_id": Column("VARCHAR", "The KPI."),
    "estimator": Column("VARCHAR", "headline, second estimator, or event study."),
    "event_time": Column("DOUBLE", "Periods since the start, negative before it; empty for the average over all."),
    "estimate": Column("DOUBLE", "Effect per treated team and period, in the KPI's unit."),
    "ci_low": Column("DOUBLE", "Lower bound of its interval."),
    "ci_high": Column("DOUBLE", "Upper bound of its interval."),
    "verdict": Column("VARCHAR", "What the study is worth."),
}

GUARDS = {
    "study_id": Column("VARCHAR", "The study."),
    "guard": Column("VARCHAR", "The check."),
    "level": Column("VARCHAR", "pass, warn, block, or not evaluated."),
    "value": Column("VARCHAR", "What was measured."),
    "threshold": Column("VARCHAR", "What it was held against."),
    "message": Column("VARCHAR", "What that means, in words."),
}

REGISTRATIONS = {
    "study_id": Column("VARCHAR", "The study."),
    "fingerprint": Column("VARCHAR", "SHA-256 of the plan."),
    "is_current": Column("BOOLEAN", "False for a plan that a later one replaced."),
    "registered_on": Column("DATE", "Day on which it was written down, as the workbook says."),
    "told_at": Column("TIMESTAMP", "When the first workbook that says so was exported (UTC)."),
    "frozen_at": Column("TIMESTAMP", "When it was frozen here (UTC)."),
    "outcomes_joined_at": Column("TIMESTAMP", "When outcomes were first joined to it (UTC)."),
    "changed_after_outcomes": Column("BOOLEAN", "Another plan of the study had met its outcomes before."),
    "plan": Column("JSON", "What was registered: teams, planned starts, window, lag, definition, analysis."),
}

_TABLES = {
    "effect_cards": ("One row is the effect card of one registered study, as this build judges it.", CARDS),
    "fct_causal_estimate": (
        "One row is one estimate of one study, overall or at a time since the start.",
        ESTIMATES,
    ),
    "fct_study_guard": ("One row is one guard of one study.", GUARDS),
    "study_registration": ("One row is one plan of one study as it was frozen; replaced plans stay.", REGISTRATIONS),
}

Row = dict[str, Any]


def write_tables(
    connection: duckdb.DuckDBPyConnection, judged: Sequence[Judged], registered: Sequence[Registration], as_of: date,
    build_id: str,
) -> None:  # fmt: skip
    """Replace the four tables."""
    connection.execute("create schema if not exists metrics")
    _write(connection, "effect_cards", (_card_row(one) | {"as_of": as_of, "build_id": build_id} for one in judged))
    _write(connection, "fct_causal_estimate", (row for one in judged for row in _estimate_rows(one)))
    _write(connection, "fct_study_guard", (row for one in judged for row in _guard_rows(one)))
    _write(connection, "study_registration", map(_registration_row, registered))


def _write(connection: duckdb.DuckDBPyConnection, table: str, rows: Iterable[Row]) -> None:
    meaning, columns = _TABLES[table]
    frame = pd.DataFrame(list(rows), columns=list(columns)).astype(object)  # noqa: F841 (DuckDB reads it by its name)
    selected = ", ".join(f'cast("{name}" as {column.sql_type}) as "{name}"' for name, column in columns.items())
    connection.execute(f"create or replace table metrics.{table} as select {selected} from frame")
    connection.execute(f"comment on table metrics.{table} is {_quoted(meaning)}")
    for name, column in columns.items():
        connection.execute(f'comment on column metrics.{table}."{name}" is {_quoted(column.meaning)}')


def _card_row(judged: Judged) -> Row:
    plan, told, panel = judged.registration.plan, judged.card.as_json(), judged.panel
    return {
        **{name: told.get(name) for name in CARDS},
        "study_id": plan.study_id, "initiative_id": plan.initiative_id, "programme": judged.title,
        "kpi_id": plan.kpi_id, "outcome": judged.card.subject.outcome, "measure": judged.card.subject.measure,
        "design": judged.card.design.design.value, "first_period": judged.card.who.first_period,
        "last_period": judged.card.who.last_period, "is_window_over": bool(panel and panel.is_over),
        "registered_on": plan.registered_on, "fingerprint": judged.registration.fingerprint,
        **_money(judged), "card": json.dumps(told, ensure_ascii=False),
    }  # fmt: skip


def _money(judged: Judged) -> Row:
    money, result = judged.money, judged.money.returned
    return {
        "cost_total": money.costs.total if money.costs else None, "cost_per_learner": money.cost_per_learner,
        "costs_told_until": money.costs_told_until, "currency": money.costs.currency if money.costs else None,
        "cost_per_outcome": result.cost_per_outcome.value if result else None,
        "roi": result.roi.value if result else None, "roi_low": result.roi.low if result else None,
        "roi_high": result.roi.high if result else None, "return_refused": money.refused or None,
    }  # fmt: skip


def _estimate_rows(judged: Judged) -> Iterator[Row]:
    card = judged.card
    head, about = (
        card.headline,
        {"study_id": judged.registration.plan.study_id, "kpi_id": judged.registration.plan.kpi_id},
    )
    if head.estimate is not None:
        yield about | _figure("headline", None, head.estimate, head.low, head.high, card.verdict)
    if head.second_estimate is not None:
        yield about | _figure("second estimator", None, head.second_estimate, None, None, card.verdict)
    for point in card.event_study:
        yield about | _figure("event study", point.event_time, point.estimate, point.low, point.high, card.verdict)


def _figure(
    estimator: str, event_time: float | None, estimate: float, low: float | None, high: float | None, verdict: str
) -> Row:
    return {
        "estimator": estimator, "event_time": event_time, "estimate": estimate, "ci_low": low, "ci_high": high,
        "verdict": str(verdict),
    }  # fmt: skip


def _guard_rows(judged: Judged) -> Iterator[Row]:
    for guard in judged.card.as_json()["guards"]:
        told: Mapping[str, Any] = guard
        shown = {name: None if told.get(name) is None else str(told[name]) for name in ("level", "value", "threshold")}
        yield {
            "study_id": judged.registration.plan.study_id, "guard": told["name"], "message": told["message"], **shown,
        }  # fmt: skip


def _registration_row(registration: Registration) -> Row:
    plan = registration.plan
    return {
        "study_id": plan.study_id, "fingerprint": registration.fingerprint, "is_current": registration.is_current,
        "registered_on": plan.registered_on, "told_at": registration.told_at, "frozen_at": registration.frozen_at,
        "outcomes_joined_at": registration.outcomes_joined_at,
        "changed_after_outcomes": registration.changed_after_outcomes,
        "plan": json.dumps(plan.content(), ensure_ascii=False),
    }  # fmt: skip


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
