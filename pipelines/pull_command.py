"""``throughline pull``: fetch from a tool's API, LRS, database or remote inbox at once, as Dagster does every night.

What was pulled is archived and landed; ``throughline run`` then builds, guards and publishes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from connectors.declaration import Declaration
from connectors.declaration.complaints import unknown
from connectors.errors import SettingsError
from connectors.home import Home
from pipelines.home_option import HomeOption, home_at

if TYPE_CHECKING:
    from identity.tokens import Tokeniser
    from pipelines.landing import ToolLanding

console = Console(highlight=False, markup=False, soft_wrap=True)

Pulled = tuple[str, "ToolLanding"]
"""What was pulled, in a few words, and what landed of it."""


def pull(
    tool: Annotated[str, typer.Argument(help="The tool, as `throughline connector list` names it.")],
    export: Annotated[list[str] | None, typer.Option("--export", help="Only this export; may be repeated.")] = None,
    day: Annotated[
        str | None, typer.Option("--day", help="The day whose changes are pulled, as 2026-03-31; else yesterday (UTC).")
    ] = None,
    home: HomeOption = None,
) -> None:
    """Pull a tool from its API, LRS, database or remote inbox now, and land what comes."""
    opened = home_at(home).open()
    declaration = _tool(opened, tool)
    refused = False
    for told, landed in _pulled(opened, declaration, export or [], _day(day)):
        console.print(told)
        for unit in landed.units:
            refused = refused or unit.status == "refused"
            console.print(_outcome(unit.rows) if unit.status == "landed" else f"  refused: {unit.reason}")
    if refused:
        raise typer.Exit(1)
    console.print(f"Next: throughline run --home {opened.root}")


def _tool(home: Home, name: str) -> Declaration:
    from pipelines.settings import declarations

    tools = declarations(home)
    if name not in tools:
        raise SettingsError(unknown("tool", name, tuple(tools)))
    return tools[name]


def _day(given: str | None) -> date:
    try:
        return date.fromisoformat(given) if given else datetime.now(UTC).date() - timedelta(days=1)
    except ValueError as error:
        raise SettingsError(f"--day should be a day such as 2026-03-31, not {given!r}.") from error


def _pulled(home: Home, declaration: Declaration, exports: list[str], day: date) -> Iterator[Pulled]:
    from connectors.xapi.lrs.source import source as lrs
    from pipelines.settings import open_tokeniser

    tokeniser = open_tokeniser(home)
    if lrs(declaration.tool, declaration.options) is not None:
        from pipelines.pulls import pull_day

        of_day = pull_day(home, declaration, tokeniser, day)
        yield f"{day}: {of_day.window.statements} statements in {of_day.window.pages} pages", of_day.landed
        return
    yield from _files(home, declaration, tokeniser)
    yield from _exports(home, declaration, tokeniser, exports, day)


def _files(home: Home, declaration: Declaration, tokeniser: Tokeniser) -> Iterator[Pulled]:
    from connectors.sources.remote_files.source import remote_inbox

    if remote_inbox(declaration.tool, declaration.options) is None:
        return
    from pipelines.landing import land_tool
    from pipelines.remote_inboxes import look_into

    found = look_into(home, declaration)
    told = (
        f"remote inbox: {found.new} files are new, {found.same} the same under a new date, {found.waiting} have to wait"
    )
    yield told, land_tool(home, declaration, tokeniser)


def _exports(
    home: Home, declaration: Declaration, tokeniser: Tokeniser, exports: list[str], day: date
) -> Iterator[Pulled]:
    from pipelines import database_pulls, rest_pulls
    from pipelines.export_pulls import pull_export

    if database_pulls.database_of(declaration) is not None:
        pulls = database_pulls.of_tool(declaration, exports)
    elif "inbox" in declaration.options and not declaration.options.get("rest"):
        return
    else:
        pulls = rest_pulls.of_tool(declaration, exports)
    for pull in pulls:
        one = pull_export(home, declaration, tokeniser, pull, day)
        yield f"{one.unit}: {one.brought.said}", one.landed


def _outcome(rows: list[dict[str, object]]) -> str:
    return "\n".join(
        f"  {row['record_kind']}: {row['rows_landed']} landed, {row['rows_rejected']} rejected, "
        f"{row['rows_duplicate']} duplicate"
        for row in rows
    )
