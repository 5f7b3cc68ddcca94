"""The options of ``throughline effect``: which column is what, what is compared with what, how it is told."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from transfer.effect.choices import BasePeriod, Control, Method


class Decimal(StrEnum):
    """The mark before the decimals; ``auto`` is what the column itself says."""

    AUTO = "auto"
    POINT = "point"
    COMMA = "comma"


class Format(StrEnum):
    """``html`` is a page with an event-study plot."""

    JSON = "json"
    TEXT = "text"
    HTML = "html"


class Assignment(StrEnum):
    """How it was decided who starts when."""

    RANDOMISED = "randomised"
    CHOSEN = "chosen"
    UNKNOWN = "unknown"


class Better(StrEnum):
    """The direction of the outcome that is wanted."""

    UP = "up"
    DOWN = "down"


PanelFile = Annotated[
    Path, typer.Argument(help="CSV, workbook, JSON or Parquet: a row per unit and period.", exists=True, dir_okay=False)
]
Unit = Annotated[str, typer.Option(help="Column of the unit that was or wasn't trained: a team, a site.")]
Period = Annotated[str, typer.Option(help="Column of the period: years, 1 to T, 2024-03, 2024Q1 or dates.")]
Start = Annotated[
    str, typer.Option(help="Column of the unit's first treated period; never: 0, empty, or after the last period.")
]
Outcome = Annotated[str, typer.Option(help="Column of the outcome.")]
Cluster = Annotated[
    str | None, typer.Option(help="Column of what training was assigned to, where that is larger than a unit.")
]
Covariates = Annotated[
    str | None, typer.Option(help="Columns to compare like with like by, with commas between; as they were before.")
]
Weights = Annotated[str | None, typer.Option(help="Column of a weight per unit, such as its baseline headcount.")]
Strata = Annotated[str | None, typer.Option(help="Column of the blocks within which starts were drawn.")]
ControlOption = Annotated[
    Control | None, typer.Option(help="Compare with units never treated, or not yet; else never, where there are any.")
]
MethodOption = Annotated[
    Method, typer.Option(help="How covariates enter: doubly robust, that improved, regression, weighting.")
]
BasePeriodOption = Annotated[BasePeriod, typer.Option(help="What the periods before a start are compared with.")]
Anticipation = Annotated[float, typer.Option(min=0, help="Periods before the start in which the outcome may move.")]
Permutations = Annotated[int, typer.Option(min=19, help="Random assignments of starts, where not all are tried.")]
Seed = Annotated[int, typer.Option(help="Of the random assignments.")]
Level = Annotated[float, typer.Option(min=0.5, max=0.999, help="Of the intervals.")]
AssignmentOption = Annotated[Assignment, typer.Option(help="How it was decided who starts when.")]
BetterOption = Annotated[Better | None, typer.Option(help="Which direction of the outcome is wanted.")]
Programme = Annotated[str, typer.Option(help="What the card calls the training.")]
Measure = Annotated[str, typer.Option(help="Unit of the outcome, for the card: minutes, EUR.")]
Sheet = Annotated[str | None, typer.Option(help="Sheet of a workbook; otherwise the largest.")]
DecimalOption = Annotated[Decimal, typer.Option(help="The decimal mark, where the file leaves it open.")]
FormatOption = Annotated[Format, typer.Option("--format", help="What is printed.")]
