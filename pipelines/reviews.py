"""What the reviews of proposals share, of people or of activities: how one is shown, found, answered."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Protocol, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from connectors.errors import SettingsError

console = Console(width=None if sys.stdout.isatty() else 140)

ByOption = Annotated[str, typer.Option("--by", help="Who decides: a name or a role.")]
BecauseOption = Annotated[str, typer.Option("--because", help="What it rests on.")]


class Proposed(Protocol):
    """Two that may be one: ``told`` is the evidence on either side."""

    @property
    def number(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def similarity(self) -> float: ...
    @property
    def told(self) -> tuple[str, str]: ...


P = TypeVar("P", bound=Proposed)


def table_of(waiting: Sequence[Proposed]) -> Table:
    table = Table("number", "kind", "alike", "one", "the other")
    for proposal in waiting:
        table.add_row(proposal.number, proposal.kind, f"{proposal.similarity:.2f}", *proposal.told)
    return table


def numbered(waiting: Sequence[P], number: str, review: str) -> P:
    """The proposal of that number. Raises SettingsError where none waits; ``review`` is the command that shows them."""
    found = [proposal for proposal in waiting if proposal.number == number]
    if not found:
        raise SettingsError(f"No proposal {number} waits for a decision. See: {review}")
    return found[0]


def say_written(path: Path) -> None:
    console.print(f"Written to {path}. It holds from the next run on: throughline run")
