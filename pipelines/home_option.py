"""The option ``--home`` of every command."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from connectors.home import Home

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="Folder that holds all state; THROUGHLINE_HOME does the same.", file_okay=False),
]


def home_at(given: Path | None) -> Home:
    """The home that a command works on: the one that is given, else the one that the process already has."""
    from pipelines.settings import use_home

    return use_home(given)
