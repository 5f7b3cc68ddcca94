"""``throughline write-back``: what an LRS would be told, or telling it.

--dry-run  plans and shows; nothing leaves the machine, no credentials are needed (what happens without --send)
--send     plans, shows and sends
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from connectors.errors import SettingsError
from pipelines.home_option import HomeOption, home_at

if TYPE_CHECKING:
    from pipelines.write_back import Plan, Sent, WriteBack

_ABSENT = """Nothing is written back: settings.yml of {home} has no write_back. To begin with:

write_back:
  endpoint: https://lrs.example.org/xapi
  home_page: https://learning.example.org
  what: [completed]

docs/writing_back.md says what each of them means, and what to decide first."""

_console = Console(soft_wrap=True)


def write_back(
    home: HomeOption = None,
    send: Annotated[bool, typer.Option("--send/--dry-run", help="Send, or only show what would be sent.")] = False,
    accept_voids: Annotated[
        bool, typer.Option("--accept-voids", help="Send voids in a number that looks like an accident.")
    ] = False,
) -> None:
    """Send results of the published version to an LRS as xAPI statements, or show what would be sent."""
    from pipelines import writing_back
    from pipelines.write_back import settings_of

    opened = home_at(home).open()
    settings = settings_of(opened)
    if settings is None:
        raise SettingsError(_ABSENT.format(home=opened.root))
    if settings.is_identifying:
        _console.print(
            f"The LRS gets to know persons by their {settings.identity}: identifiers leave the vault.", style="bold red"
        )
    if not send:
        _show_plan(writing_back.plan_now(opened, settings), settings)
        _console.print("Nothing was sent. To send it: throughline write-back --send", highlight=False)
        return
    sent = writing_back.sent_now(
        opened, settings, accept_voids=accept_voids, told=lambda plan: _show_plan(plan, settings)
    )
    _show_sent(sent)


def _show_plan(plan: Plan, settings: WriteBack) -> None:
    table = Table(title=f"Version {plan.published_version} → {settings.endpoint}", title_justify="left")
    for heading in ("result", "new", "there already", "to be voided", "left out"):
        table.add_column(heading, justify="left" if heading == "result" else "right")
    for name in settings.what:
        parts = (
            sum(one.result == name for one in plan.new),
            plan.there[name],
            sum(one.result == name for one in plan.voids),
            sum(count for (result, _), count in plan.left_out.items() if result == name),
        )
        table.add_row(name, *(f"{part:,}" for part in parts))
    _console.print(table)
    for (name, why), count in sorted(plan.left_out.items()):
        _console.print(f"Left out of {name}: {count:,}, {why}.", markup=False, highlight=False)
    if plan.new:
        _console.print("For example, without its actor:")
        _console.print(_example(plan.new[0].raw), markup=False, highlight=False)


def _example(raw: bytes) -> str:
    """A statement for the screen, which somebody may copy into a ticket: who it is about does not belong there."""
    return json.dumps(json.loads(raw) | {"actor": "…"}, indent=1, ensure_ascii=False)


def _show_sent(sent: Sent) -> None:
    if not sent.statements and not sent.voids:
        _console.print("Nothing new: the LRS has everything already.")
    for what, counter in (("statements", sent.statements), ("voids", sent.voids)):
        for (name, outcome), count in sorted(counter.items()):
            _console.print(f"{name}: {count:,} {what} {outcome.replace('_', ' ')}", highlight=False)
