"""What a person sees in the terminal. Nothing is decided here."""

from __future__ import annotations

import csv
import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from connectors.errors import SettingsError
from connectors.home import Home
from connectors.landing import Landed, LedgerRow
from connectors.landing.replays import PARTS
from pipelines.progress import stage, watched_by
from pipelines.settings import CHECKOUT

if TYPE_CHECKING:
    from pipelines.examination import Finding
    from pipelines.runs import Outcome
    from simulator import Written

COOKBOOK = CHECKOUT / "docs" / "cookbook"
DEMO_ANSWERS = (
    *("who_learns", "what_is_completed", "who_is_known", "what_is_offered_twice", "what_was_learned"),
    *("is_it_used", "does_it_work"),
)
STALE_AFTER = timedelta(days=35)
"""A monthly export that did not come is worth a word after five weeks."""


@contextmanager
def progress(console: Console) -> Iterator[dict[str, float]]:
    """Bars for every stage of a run; yields the seconds that each stage took."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description:<28}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=not console.is_terminal) as bars:
        known: dict[str, TaskID] = {}

        def watch(name: str, done: int, steps: int) -> None:
            if name not in known:
                known[name] = bars.add_task(name, total=max(steps, 1))
            bars.update(known[name], completed=done if steps else 1)

        with watched_by(watch) as seconds:
            yield seconds


def recipes(console: Console) -> None:
    """The companies that can be simulated."""
    from simulator.recipe import load, names

    table = Table(box=None, pad_edge=False)
    for heading in ("recipe", "people", "months", "what it is for"):
        table.add_column(heading, overflow="fold")
    for name in names():
        recipe = load(name)
        table.add_row(name, f"{recipe.people:,}", str(recipe.months), recipe.about)
    console.print(table)


def simulate(
    to: Path, truth: Path, recipe: str, *, people: int | None, months: int | None, seed: int | None
) -> Written:
    """Write a company, a step a month; a recipe that can't be used is an error of settings."""
    from simulator import RecipeError, load, write_company
    from simulator.recipe import DEFAULT

    try:
        cooked = load(recipe or DEFAULT, people=people, months=months, seed=seed)
        with stage("simulate a company", cooked.months) as step:
            return write_company(to, truth, cooked, lambda _done, _of: step())
    except RecipeError as error:
        raise SettingsError(str(error)) from error


def simulated(console: Console, written: Written, to: Path, truth: Path) -> None:
    """What was written, tool by tool."""
    table = Table(box=None, pad_edge=False)
    table.add_column("tool")
    for heading in ("files", "records", "broken on purpose", "MB"):
        table.add_column(heading, justify="right")
    for tool in written.tools:
        files = [file for file in written.files if file.path.parts[0] == tool]
        size = sum(file.size for file in files) / 1e6
        rejected = written.count("rejected", tool)
        table.add_row(tool, f"{len(files):,}", f"{written.count('records', tool):,}", f"{rejected:,}", f"{size:,.1f}")
    console.print(table)
    console.print(f"The exports are in {to}, the truth behind them in {truth} (begin with its README.md).")


def outcome(console: Console, home: Home, outcome: Outcome, seconds: dict[str, float]) -> None:
    """How the run ended, why, and where the time went."""
    told = {
        "published": f"Published version {outcome.version}.",
        "unchanged": f"Nothing new since version {outcome.version}; it stays.",
        "withheld": f"Withheld. Readers keep version {outcome.version or 'none yet'}.",
        "failed": f"Failed. Readers keep version {outcome.version or 'none yet'}.",
    }[outcome.outcome]
    console.print(told, style="bold green" if outcome.is_good else "bold red")
    for reason in outcome.reasons:
        console.print(f"  {reason}", markup=False, highlight=False)
    if not outcome.is_good:
        console.print(
            f"  More: throughline status --home {home.root}, logs in {home.logs}", markup=False, highlight=False
        )
    slow = [f"{name} {spent:.1f} s" for name, spent in seconds.items() if spent >= 0.05]
    if slow:
        console.print("Time: " + ", ".join(slow), style="dim", highlight=False)


def last_run(console: Console, home: Home) -> None:
    from pipelines.runs import last_run

    ended = last_run(home)
    if ended is None:
        raise SettingsError(f"{home.root} has not run yet. Drop exports into its inbox and run: throughline run")
    outcome(console, home, ended, {})
    console.print(f"Last run ended {ended.ended_at}.", style="dim")


_LANDED = """
select tool, record_kind as kind, count(*) as units, sum(rows_read) as "read", sum(rows_landed) as landed,
       sum(rows_rejected) as rejected, sum(rows_duplicate) as duplicate, sum(rows_erased) as erased
from ledger where status = 'landed' group by all order by all
"""
_REJECTS = """
select tool, record_kind as kind, rule, column_name as "column", any_value(expected) as expected, count(*) as "rows"
from rejects group by all order by "rows" desc, tool, kind, rule
"""
_LANDED_BY_TOOL = """
select tool, count(distinct unit) as files, sum(rows_read) as "read", sum(rows_landed) as landed,
       sum(rows_rejected) as rejected, sum(rows_duplicate) as duplicate,
       case when count(distinct record_kind) < 6 then string_agg(distinct record_kind, ', ' order by record_kind)
            else count(distinct record_kind) || ' kinds' end as kinds
from ledger where status = 'landed' group by tool order by tool
"""
_REJECTS_BY_RULE = """
select tool, rule, any_value(expected) as expected, count(*) as "rows"
from rejects group by all order by "rows" desc, tool, rule limit 8
"""
_REFUSED = """
select tool, count(*) as originals, min(source_file) as "for example", reason
from ledger where status = 'refused' group by tool, reason order by tool, originals desc
"""
_STALE = """
select tool, max(landed_at) as last_landed from ledger where status = 'landed' group by tool
having max(landed_at) < ? order by tool
"""
_UNITS = """
select tool, unit, source_file as file, record_kind as kind, rows_read as "read", rows_landed as landed,
       rows_rejected as rejected, rows_duplicate as duplicate, status
from ledger order by landed_at, kind
"""

_REPLAYS = """
select tool, source_file as file, record_kind as kind, replayed_at as replayed, status_before as before,
       status_after as after, rows_landed_before as "landed before", rows_landed_after as "landed after",
       rows_rejected_before as "rejected before", rows_rejected_after as "rejected after"
from replays order by replayed_at, file, kind
"""


@contextmanager
def _landing(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    from connectors.landing import write_zero_rows

    write_zero_rows(home.open())
    with duckdb.connect() as connection:
        for name in ("ledger", "rejects"):
            files = f"{home.landed(name).as_posix()}/**/*.parquet"
            connection.execute(f"create view {name} as select * from read_parquet('{files}', union_by_name = true)")
        yield connection


def landed(console: Console, home: Home) -> None:
    """What landed and what did not, from the ledger."""
    with _landing(home) as connection:
        _show(console, "What landed", connection.sql(_LANDED))
        _show(console, "What was rejected, and why", connection.sql(_REJECTS))
        _show(console, "Originals that were refused", connection.sql(_REFUSED))


def landed_by_tool(console: Console, home: Home) -> None:
    """What landed of each tool, and the commonest reasons for what did not; :func:`landed` tells all."""
    with _landing(home) as connection:
        _show(console, "What landed", connection.sql(_LANDED_BY_TOOL))
        more = "The commonest; all, by kind and column: throughline status"
        _show(console, "What was rejected, and why", connection.sql(_REJECTS_BY_RULE), caption=more)
        _show(console, "Originals that were refused", connection.sql(_REFUSED))


def stale(console: Console, home: Home) -> None:
    long_ago = datetime.now(UTC).replace(tzinfo=None) - STALE_AFTER
    with _landing(home) as connection:
        _show(console, f"Silent for more than {STALE_AFTER.days} days", connection.sql(_STALE, params=[long_ago]))


def units(console: Console, home: Home) -> None:
    from connectors.landing import replays

    with _landing(home) as connection:
        _show(console, "Units of landing", connection.sql(_UNITS))
        connection.register("replays", replays(home))
        _show(console, "What replays changed", connection.sql(_REPLAYS))


def replayed(console: Console, units: Iterable[Landed]) -> None:
    """Of each original that came out otherwise than before: its rows of every kind, before → after."""
    units = list(units)
    refused = [unit for unit in units if unit.status == "refused"]
    changed = [unit for unit in units if not unit.is_unchanged and (unit not in refused or unit.was_landed)]
    if changed:
        _show_replayed(console, changed)
    for unit in refused:
        still = "" if unit.was_landed else "still "
        console.print(f"{still}refused: {unit.source_file}: {unit.reason}", markup=False, highlight=False)
    same = len(units) - len(changed)
    console.print(f"{len(units)} originals were mapped again; {same} came out as they were.", highlight=False)
    if changed:
        console.print("To build with what changed: throughline run")


def _show_replayed(console: Console, units: Iterable[Landed]) -> None:
    table = Table(title="What changed", title_justify="left", title_style="bold")
    for name in ("file", "kind", *PARTS):
        table.add_column(name, justify="right" if name in PARTS else "left", overflow="fold")
    for unit in units:
        before, after = ({row["record_kind"]: row for row in rows} for rows in (unit.before, unit.rows))
        for kind in dict.fromkeys([*after, *before]):
            counts = (_before_after(before.get(kind), after.get(kind), f"rows_{part}") for part in PARTS)
            table.add_row(escape(unit.source_file), "refused" if kind == "none" else kind, *counts)
    console.print(table)


def _before_after(before: LedgerRow | None, after: LedgerRow | None, name: str) -> str:
    old, new = (f"{row[name]:,}" if row else "–" for row in (before, after))
    return new if old == new else f"{old} → {new}"


def findings(console: Console, findings: Iterable[Finding]) -> None:
    for finding in findings:
        mark = "[green]ok[/green]   " if finding.is_fine else "[red]wrong[/red]"
        console.print(f"{mark} {finding.subject:<11}", end="")
        console.print(finding.message, markup=False, highlight=False, soft_wrap=True)


def cookbook() -> dict[str, str]:
    """The queries of docs/cookbook by name."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(COOKBOOK.glob("*.sql"))}


@contextmanager
def published(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published database, open for reading; raises `SettingsError` where there is none yet."""
    if not home.published_database.exists():
        raise SettingsError(f"{home.root} has published nothing yet. Run: throughline run --home {home.root}")
    with duckdb.connect(os.fspath(home.published_database.resolve()), read_only=True) as connection:
        yield connection


def query(console: Console, home: Home, text: str, format: str) -> None:
    """Run one query on the published database and print its rows."""
    if format not in _WRITERS:
        raise SettingsError(f"--format should be one of {', '.join(_WRITERS)}, not {format}.")
    with published(home) as connection:
        try:
            result = connection.sql(text)
        except duckdb.Error as error:
            raise SettingsError(str(error)) from error
        if result is not None:
            _WRITERS[format](console, result)


def _write_table(console: Console, result: duckdb.DuckDBPyRelation) -> None:
    _show(console, "", result)


def _write_csv(_: Console, result: duckdb.DuckDBPyRelation) -> None:
    writer = csv.writer(sys.stdout)
    writer.writerow(result.columns)
    writer.writerows(result.fetchall())


def _write_json(_: Console, result: duckdb.DuckDBPyRelation) -> None:
    rows = [dict(zip(result.columns, row, strict=True)) for row in result.fetchall()]
    json.dump(rows, sys.stdout, default=str, indent=1)
    sys.stdout.write("\n")


_WRITERS = {"table": _write_table, "csv": _write_csv, "json": _write_json}


def answers(console: Console, home: Home) -> None:
    """Answers from the published database; each is a query of the cookbook that anybody can run."""
    recipes = cookbook()
    with published(home) as connection:
        for name in DEMO_ANSWERS:
            question = recipes[name].splitlines()[0].removeprefix("-- ")
            _show(console, question, connection.sql(recipes[name]), caption=f"throughline sql {name}")


def next_commands(console: Console, home: Home) -> None:
    console.print(f"The published database is [bold]{home.published_database}[/bold]", soft_wrap=True)
    console.print("Next:")
    option = f"--home {home.root}"
    for command, why in (
        (f'.venv/bin/throughline sql "from trust.rejects" {option}', "what was rejected, line by line"),
        (f".venv/bin/throughline status {option}", "what landed, is stale, is withheld"),
        ("make dev", "the same line as a graph of assets in the Dagster UI"),
    ):
        console.print(f"  {command}", markup=False, highlight=False, soft_wrap=True, end="")
        console.print(f"   # {why}", style="dim", markup=False, highlight=False, soft_wrap=True)


def _show(console: Console, title: str, result: duckdb.DuckDBPyRelation, caption: str | None = None) -> None:
    """One small table; nothing at all where there are no rows and the title says what there could have been."""
    rows = result.fetchall()
    if not rows and title:
        console.print(f"{title}: none.", style="dim")
        return
    table = Table(
        title=title or None, title_justify="left", title_style="bold", caption=caption, caption_justify="left"
    )
    for name, kind in zip(result.columns, result.types, strict=True):
        number = str(kind) in {"BIGINT", "INTEGER", "DOUBLE", "HUGEINT", "FLOAT"} or str(kind).startswith("DECIMAL")
        table.add_column(name.replace("_", " "), justify="right" if number else "left", overflow="fold")
    for row in rows:
        table.add_row(*_cells(row))
    console.print(table)


def _cells(row: Sequence[Any]) -> list[str]:
    return [_cell(value) for value in row]


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:,.3f}".rstrip("0").rstrip(".")
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value).replace("[", "\\[")
