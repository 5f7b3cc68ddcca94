"""``throughline study``: what is registered, what came out, and what holds it up.

list           every study with its verdict, and every plan that was frozen for it
register       freeze what the strategy workbook plans now, without waiting for the next run
show STUDY     the plan as it was frozen, the card, and its guards

Figures are read from the published database; a study that a guard blocks has none there, and none here.
"""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer
from rich.console import Console

from connectors.errors import SettingsError
from pipelines import screen
from pipelines.home_option import HomeOption, home_at

app = typer.Typer(help="Studies: what was planned, frozen, and came out.", no_args_is_help=True, rich_markup_mode=None)
console = Console(width=None if sys.stdout.isatty() else 140)

StudyArgument = Annotated[str, typer.Argument(metavar="STUDY", help="As `throughline study list` names it.")]
FormatOption = Annotated[str, typer.Option("--format", help="table, csv or json")]

_LISTED = """
    select
        plans.study_id as study, plans.is_current as current, plans.registered_on as "registered on",
        plans.frozen_at::date as "frozen on", left(plans.fingerprint, 12) as fingerprint,
        plans.changed_after_outcomes as "changed after outcomes", cards.verdict
    from metrics.study_registration as plans
    left join metrics.effect_cards as cards
        on plans.study_id = cards.study_id and plans.fingerprint = cards.fingerprint and plans.is_current
    order by plans.study_id, plans.frozen_at
"""


@app.command("list")
def list_(home: HomeOption = None, format: FormatOption = "table") -> None:
    """List every plan that was ever frozen; a replaced one stays, with the day on which it was frozen."""
    screen.query(console, home_at(home), _LISTED, format)


@app.command()
def register(home: HomeOption = None) -> None:
    """Freeze what the workbook plans now, as the last run read it; outcomes that come later find it standing."""
    from pipelines.effects.plans import told_plans
    from pipelines.effects.registrations import Registrations
    from pipelines.settings import writing
    from pipelines.warehouse import connected

    opened = home_at(home)
    if not opened.database.exists():
        raise SettingsError(f"{opened.root} has not run yet. Drop the strategy workbook into its inbox and run first.")
    with writing(opened), connected(opened) as connection:
        registrations = Registrations(opened)
        frozen = [told.plan for told in told_plans(connection) if registrations.freeze(told)]
    for plan in frozen:
        console.print(f"Frozen: {plan.study_id} {plan.fingerprint[:12]}", highlight=False)
    if not frozen:
        console.print("Nothing new: every plan of the workbook is frozen as it stands.")


@app.command()
def show(study: StudyArgument, home: HomeOption = None) -> None:
    """Show a study: its plan, what is concluded, and every guard."""
    with screen.published(home_at(home)) as connection:
        card = connection.execute(
            "select programme, outcome, verdict, conclusion, card from metrics.effect_cards where study_id = ?",
            [study],
        ).fetchone()
        if card is None:
            raise SettingsError(f"No study “{study}” is published. See: throughline study list")
        guards = connection.execute(
            "select guard, level, message from metrics.fct_study_guard where study_id = ? order by "
            "case level when 'block' then 1 when 'warn' then 2 when 'not evaluated' then 3 else 4 end, guard",
            [study],
        ).fetchall()
        plan = connection.execute(
            "select plan, registered_on, frozen_at, fingerprint from metrics.study_registration "
            "where study_id = ? and is_current",
            [study],
        ).fetchone()
    programme, outcome, verdict, conclusion, told = card
    _print(f"{programme}: {outcome}\n{verdict.upper()}. {conclusion}\n")
    if plan is not None:
        content, registered_on, frozen_at, fingerprint = plan
        _print(f"Registered on {registered_on}, frozen {frozen_at:%Y-%m-%d %H:%M} UTC as {fingerprint[:12]}.")
        _print(_planned(content))
    _print(f"{json.loads(told)['estimand']}\n")
    for guard, level, message in guards:
        _print(f"  {level:<13} {guard}: {message}")


def _planned(plan: str) -> str:
    told = json.loads(plan)
    starts = sorted({team["planned_start"] or "open" for team in told["teams"]})
    return (
        f"{len(told['teams'])} teams, starts {', '.join(starts)} ({told['assignment']}), lag {told['lag_days']} days, "
        f"window {told['window_days']} days."
    )


def _print(text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)
