"""``throughline pilot``: before anybody is trained, draw the order of starts and say what it can show.

FILE (a row per unit and period, before any training) --panel_files--> history --pilot--> lots, detectable effect
"""

from __future__ import annotations

import csv
import json
import sys
from dataclasses import asdict
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from connectors.errors import SettingsError
from pipelines import effect_options as options
from pipelines.effect_options import Decimal

if TYPE_CHECKING:
    import pandas as pd

    from transfer.effect.panel import Panel
    from transfer.effect.pilot import PilotPlan

_START = "planned start"


class PilotFormat(StrEnum):
    """``csv`` has a row per unit, for the sheet `pilots` of the strategy workbook."""

    TEXT = "text"
    CSV = "csv"
    JSON = "json"


Treated = Annotated[int, typer.Option(min=1, help="How many units will be trained.")]
Waves = Annotated[int, typer.Option(min=1, help="In how many waves they start.")]
Every = Annotated[int, typer.Option(min=1, help="Periods between two waves.")]
FollowUp = Annotated[int, typer.Option(min=1, help="Periods that are watched from the last start on.")]
PilotSeed = Annotated[int, typer.Option(help="Seed of the lots: with the same one everybody draws the same.")]


def pilot(
    file: options.PanelFile,
    unit: options.Unit,
    period: options.Period,
    outcome: options.Outcome,
    treated: Treated,
    waves: Waves = 2,
    every: Every = 2,
    follow_up: FollowUp = 6,
    seed: PilotSeed = 1,
    measure: options.Measure = "",
    sheet: options.Sheet = None,
    decimal: options.DecimalOption = Decimal.AUTO,
    format: Annotated[PilotFormat, typer.Option(help="text, csv or json")] = PilotFormat.TEXT,
) -> None:
    """Draw which units start when, and say how large an effect must be to be seen with them."""
    from pipelines.panel_files import columns_of
    from transfer.effect.long_table import Columns, panel_of
    from transfer.effect.periods import PanelRefused
    from transfer.effect.pilot import PlanRefused, planned
    from transfer.effect.power import HistoryTooShort

    table = columns_of(file, Columns(unit, period, period, outcome), None, sheet=sheet, decimal=decimal)
    try:
        history = panel_of(_with_a_start(table, unit, period), Columns(unit, period, _START, outcome))
        plan = planned(history, treated, waves, every, follow_up, seed)
    except (PanelRefused, PlanRefused, HistoryTooShort) as refused:
        raise SettingsError(f"{file.name}: {refused}") from refused
    sys.stdout.write(_printed(format, plan, history, measure))


def _with_a_start(table: pd.DataFrame, unit: str, period: str) -> pd.DataFrame:
    """The table as a panel asks for it: some unit starts. Nobody has yet, and nothing of a history reads it."""
    from transfer.effect.periods import calendar_of

    if table.empty:
        return table.assign(**{_START: ""})
    calendar, _ = calendar_of(table[period], period)
    is_first = table[unit].eq(table[unit].iloc[0])
    return table.assign(**{_START: is_first.map({True: calendar.labels[-1], False: ""})})


def _printed(format: PilotFormat, plan: PilotPlan, history: Panel, measure: str) -> str:
    if format is PilotFormat.JSON:
        told = {
            "detectable_effect": plan.detectable.effect, "is_first_guess": plan.detectable.is_squeezed,
            "detectable_by_treated": plan.by_treated, "periods": plan.periods, "seed": plan.seed,
            "lots": [asdict(lot) for lot in plan.lots],
            "dropped": [asdict(one) for one in history.dropped],
        }  # fmt: skip
        return json.dumps(told, indent=1, allow_nan=False) + "\n"
    if format is PilotFormat.CSV:
        return _sheet(plan)
    return _text(plan, history, measure)


def _sheet(plan: PilotPlan) -> str:
    from io import StringIO

    sheet = StringIO()
    writer = csv.writer(sheet, lineterminator="\n")
    writer.writerow(["unit", "block", "wave"])
    writer.writerows([lot.unit, lot.block, lot.wave or ""] for lot in plan.lots)
    return sheet.getvalue()


def _text(plan: PilotPlan, history: Panel, measure: str) -> str:
    from transfer.effect.figures import number

    lines = [plan.detectable.sentence(measure or "(in the outcome's unit)")]
    lines += [f"  with {count} units trained: {number(effect, measure)}" for count, effect in plan.by_treated.items()]
    lines += ["", f"Order of starts, drawn by lot within blocks of units that stood alike (seed {plan.seed}):"]
    for wave in range(1, max(lot.wave for lot in plan.lots) + 1):
        lines.append(f"  wave {wave}: {', '.join(lot.unit for lot in plan.lots if lot.wave == wave)}")
    lines.append(f"  later, or never: {', '.join(lot.unit for lot in plan.lots if lot.wave == 0)}")
    if history.dropped:
        lines += ["", f"{len(history.dropped):,} units are left out: they have no value in some period."]
    lines += [
        "", "Next: write the starts down in the sheet `pilots` before anybody is trained, with the assignment",
        "randomised, and keep the blocks (--format csv): `throughline effect --assignment randomised --strata block`.",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"
