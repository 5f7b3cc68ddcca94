"""``throughline effect``: the effect card of any panel, so that an analyst can check us against a paper.

    FILE --panel_files--> columns --long_table--> Panel --study--> Study --verdict--> EffectCard --> json, text, html

It is a calculator on a file that its user brought: it shows its arithmetic whatever the verdict, and the verdict
beside it. What the warehouse publishes of its own studies is another matter (`transfer.effect.card.withheld`).
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from connectors.errors import SettingsError
from pipelines import effect_options as options
from pipelines.effect_options import Assignment, Decimal, Format
from transfer.effect.choices import BasePeriod, Control, Method

if TYPE_CHECKING:
    from transfer.effect.card import EffectCard, Subject
    from transfer.effect.choices import Choices
    from transfer.effect.panel import Panel


def effect(
    file: options.PanelFile,
    unit: options.Unit,
    period: options.Period,
    start: options.Start,
    outcome: options.Outcome,
    cluster: options.Cluster = None,
    covariates: options.Covariates = None,
    weights: options.Weights = None,
    strata: options.Strata = None,
    control: options.ControlOption = None,
    method: options.MethodOption = Method.DOUBLY_ROBUST,
    base_period: options.BasePeriodOption = BasePeriod.VARYING,
    anticipation: options.Anticipation = 0,
    permutations: options.Permutations = 999,
    seed: options.Seed = 1,
    level: options.Level = 0.95,
    assignment: options.AssignmentOption = Assignment.UNKNOWN,
    better: options.BetterOption = None,
    programme: options.Programme = "the programme",
    measure: options.Measure = "",
    sheet: options.Sheet = None,
    decimal: options.DecimalOption = Decimal.AUTO,
    format: options.FormatOption = Format.TEXT,
) -> None:
    """Estimate what a staggered start of training did to an outcome, and say what the estimate is worth."""
    from pipelines.panel_files import columns_of
    from transfer.effect.card import Subject
    from transfer.effect.choices import Choices
    from transfer.effect.long_table import Columns, panel_of, strata_of
    from transfer.effect.periods import PanelRefused

    adjusting = tuple(name.strip() for name in (covariates or "").split(",") if name.strip())
    columns = Columns(unit, period, start, outcome, cluster, adjusting, weights)
    table = columns_of(file, columns, strata, sheet=sheet, decimal=decimal)
    try:
        panel = panel_of(table, columns)
        blocks = strata_of(table, columns, strata, panel) if strata else None
    except PanelRefused as refused:
        raise SettingsError(f"{file.name}: {refused}") from refused
    compared = control or (Control.NEVER if not panel.is_treated.all() else Control.NOT_YET)
    choices = Choices(compared, method, base_period, anticipation, permutations, seed, level, blocks)
    subject = Subject(programme, outcome, measure, unit, _step(panel, period), better.value if better else None)
    sys.stdout.write(_printed(format, *_told(panel, choices, subject, assignment)))


def _step(panel: Panel, period: str) -> str:
    """What one step of event time is called: the calendar's unit, or the name of the column."""
    return period if panel.calendar.unit == "period" else panel.calendar.unit


def _told(
    panel: Panel, choices: Choices, subject: Subject, assignment: Assignment
) -> tuple[EffectCard, dict[str, Any]]:
    """The card, and all of it with the estimator's figures, which are empty where there is nothing to compare."""
    from transfer.effect.evidence import Evidence
    from transfer.effect.periods import PanelRefused
    from transfer.effect.study import estimate
    from transfer.effect.study_json import panel_json, study_json
    from transfer.effect.verdict import assess, unestimable

    evidence = Evidence(assignment.value, coverage=panel.coverage, missing_around_start=panel.missing_around_start)
    try:
        study = estimate(panel, choices)
    except PanelRefused as refused:
        card = unestimable(subject, evidence, str(refused), panel)
        return card, panel_json(panel) | card.as_json()
    card = assess(study, evidence, subject)
    return card, card.as_json() | study_json(study)


def _printed(format: Format, card: EffectCard, told: dict[str, Any]) -> str:
    """The card; in JSON, ``headline`` is what the verdict is about, ``estimate`` what the estimator found."""
    from transfer.effect import card_page, card_text

    if format is Format.JSON:
        return json.dumps(told, indent=1, allow_nan=False) + "\n"
    return card_page.render(card) if format is Format.HTML else card_text.render(card)
