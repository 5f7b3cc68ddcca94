"""The command ``throughline``: thin over the definitions that Dagster schedules.

    run        read what was dropped, build, guard, publish
    status     what landed, was rejected, is stale, is withheld
    sql        ask the published database
    pull       fetch from a tool's API or LRS now, as Dagster does every night
    connector  draft a connector from a file, try one, see which there are
    xapi       check statements by the rules of the standard
    identity   decide who is who where no rule can
    activity   decide which offerings are one course where no code says so
    metric     list metrics, explain one, show its figures, or which of them changed and why
    effect     what training did to an outcome: a card of any panel file
    pilot      before it starts: draw who begins when, and say what can be seen
    study      what was registered beforehand, and what came out
    write-back send results to an LRS as statements, or show what would be sent
    replay     map archived originals again with today's declarations
    doctor     look for what is wrong with a home
    demo, simulate, upgrade

Every command takes ``--home DIR`` (before or after its name); ``THROUGHLINE_HOME`` does the same.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from connectors.errors import SettingsError, ThroughlineError
from pipelines import (
    activity_commands,
    connector_commands,
    effect_command,
    identity_commands,
    metric_commands,
    pilot_command,
    pull_command,
    restatement_command,
    screen,
    study_commands,
    write_back_commands,
    xapi_commands,
)
from pipelines.home_option import HomeOption
from pipelines.home_option import home_at as _home

app = typer.Typer(
    name="throughline",
    help="A learning-record warehouse: from every learning tool's exports to guarded, published answers.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(connector_commands.app, name="connector")
app.add_typer(xapi_commands.app, name="xapi")
app.add_typer(identity_commands.app, name="identity")
app.add_typer(activity_commands.app, name="activity")
metric_commands.app.command()(restatement_command.restated)
app.add_typer(metric_commands.app, name="metric")
app.add_typer(study_commands.app, name="study")
app.command()(effect_command.effect)
app.command()(pilot_command.pilot)
app.command("write-back")(write_back_commands.write_back)
app.command()(pull_command.pull)
# Where nobody looks at a terminal (a log, a pipe), tables get the room that they need.
console = Console(width=None if sys.stdout.isatty() else 140)
problems = Console(stderr=True)


@app.callback()
def at(home: HomeOption = None) -> None:
    _home(home)


@app.command()
def run(
    home: HomeOption = None,
    full_refresh: Annotated[
        bool, typer.Option("--full-refresh", help="Build everything anew, not only what changed.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Build although nothing has changed.")] = False,
    accept_empty: Annotated[
        bool, typer.Option("--accept-empty", help="Publish although a table lost all its rows.")
    ] = False,
) -> None:
    """Read what was dropped, build, guard, publish."""
    from pipelines import runs

    opened = _home(home)
    with screen.progress(console) as seconds:
        outcome = runs.run(opened, full_refresh=full_refresh, force=force, accept_empty=accept_empty)
    screen.outcome(console, opened, outcome, seconds)
    if not outcome.is_good:
        raise typer.Exit(1)


PeopleOption = Annotated[int | None, typer.Option(min=20, help="Headcount; else as the recipe says.")]
MonthsOption = Annotated[int | None, typer.Option(min=1, help="Months of history; else as the recipe says.")]
SeedOption = Annotated[int | None, typer.Option(help="Another seed is another company; else as the recipe says.")]


@app.command()
def demo(
    home: HomeOption = None,
    recipe: Annotated[str, typer.Option(help="The company; `throughline simulate --list` names them.")] = "",
    people: PeopleOption = None,
    months: MonthsOption = None,
    seed: SeedOption = None,
) -> None:
    """Simulate a small company, run the whole line on its exports, and print the answers."""
    from pipelines import runs
    from simulator import SETTINGS

    opened = _home(home).open()
    if not (settings := opened.root / "settings.yml").exists():
        settings.write_text(SETTINGS, encoding="utf-8")
    with screen.progress(console) as seconds:
        truth = opened.restricted / "simulated_truth"
        screen.simulate(opened.inbox, truth, recipe, people=people, months=months, seed=seed)
        outcome = runs.run(opened)
    screen.outcome(console, opened, outcome, seconds)
    if not outcome.is_good:
        raise typer.Exit(1)
    screen.landed_by_tool(console, opened)
    screen.answers(console, opened)
    screen.next_commands(console, opened)


@app.command()
def simulate(
    recipe: Annotated[str, typer.Argument(help="A recipe by name, or a .yaml file of your own.")] = "",
    to: Annotated[
        Path | None, typer.Option(help="Folder for the exports, one subfolder per tool (an inbox).", file_okay=False)
    ] = None,
    truth: Annotated[
        Path | None, typer.Option(help="Folder for the planted truth; else `<to>_truth`.", file_okay=False)
    ] = None,
    people: PeopleOption = None,
    months: MonthsOption = None,
    seed: SeedOption = None,
    list_: Annotated[bool, typer.Option("--list", help="List the recipes.")] = False,
) -> None:
    """Write the exports of a simulated company, and beside them the truth that was planted."""
    if list_:
        screen.recipes(console)
        return
    if to is None:
        raise SettingsError("simulate needs a folder for the exports: throughline simulate RECIPE --to DIR")
    beside = truth or to.with_name(f"{to.resolve().name}_truth")
    with screen.progress(console):
        written = screen.simulate(to, beside, recipe, people=people, months=months, seed=seed)
    screen.simulated(console, written, to, beside)


@app.command()
def status(
    home: HomeOption = None,
    units: Annotated[bool, typer.Option("--units", help="List every unit of landing.")] = False,
) -> None:
    """What landed, was rejected, is stale, is withheld."""
    opened = _home(home)
    screen.last_run(console, opened)
    screen.landed(console, opened)
    screen.stale(console, opened)
    if units:
        screen.units(console, opened)


@app.command()
def sql(
    query: Annotated[
        str, typer.Argument(help="SQL, the name of a query of docs/cookbook, or - to read from standard input.")
    ],
    home: HomeOption = None,
    format: Annotated[str, typer.Option("--format", help="table, csv or json")] = "table",
) -> None:
    """Ask the published database (schemas marts, metrics, trust); it is opened read-only and blocks nobody."""
    opened = _home(home)
    text = sys.stdin.read() if query == "-" else screen.cookbook().get(query, query)
    screen.query(console, opened, text, format)


@app.command()
def replay(
    tool: Annotated[str, typer.Argument(help="The tool whose originals are mapped again.")],
    unit: Annotated[str | None, typer.Option("--unit", help="Only this unit.")] = None,
    accept_fewer_rows: Annotated[
        bool,
        typer.Option(
            "--accept-fewer-rows", help="Load a complete export although it holds far fewer rows than the last."
        ),
    ] = False,
    home: HomeOption = None,
) -> None:
    """Map archived originals again with today's declaration; `throughline run` then builds what changed."""
    from pipelines import runs

    opened = _home(home)
    with screen.progress(console):
        units = runs.replay(opened, tool, unit, accept_fewer=accept_fewer_rows)
    screen.replayed(console, units)


@app.command()
def upgrade(home: HomeOption = None) -> None:
    """Bring a home of an older format to today's: what can be derived is derived again from the archive."""
    from pipelines import upgrading

    opened = _home(home)
    with screen.progress(console):
        found = upgrading.upgrade(opened)
    console.print(f"{opened.root} had format {found}, now it has today's. Run: throughline run --home {opened.root}")


@app.command()
def doctor(home: HomeOption = None) -> None:
    """Look for what is wrong with a home and say how to mend it."""
    from pipelines import examination

    findings = examination.examine(_home(home))
    screen.findings(console, findings)
    if any(not finding.is_fine for finding in findings):
        raise typer.Exit(1)


def main() -> None:
    """Run the command; an error that we raised on purpose is a message, not a traceback."""
    try:
        app()
    except ThroughlineError as error:
        problems.print(f"throughline: {error}", style="red", markup=False, highlight=False, soft_wrap=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
