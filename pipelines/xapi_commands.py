"""``throughline xapi``: for those who send statements.

check FILE   the verdict of the rules on each statement of a file; nothing lands
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from connectors.errors import SettingsError

if TYPE_CHECKING:
    from connectors.xapi.checking import Verdict

app = typer.Typer(help="xAPI: check statements before they land.", no_args_is_help=True, rich_markup_mode=None)


class Version(StrEnum):
    """Versions of the standard that the rules know."""

    XAPI_1 = "1.0.3"
    XAPI_2 = "2.0.0"


class Format(StrEnum):
    """``text`` is for people: what is rejected or flagged, and how many there were."""

    JSON = "json"
    TEXT = "text"


@app.callback()
def xapi() -> None:
    """A group, although it has one command so far."""


@app.command()
def check(
    file: Annotated[
        str, typer.Argument(help="One per line, an array, or pages of an LRS; gzipped or not; - for stdin.")
    ],
    version: Annotated[
        Version | None, typer.Option("--version", help="Judge by this version; else each statement by its own.")
    ] = None,
    format: Annotated[Format, typer.Option("--format", help="json: an object per line, for programs.")] = Format.TEXT,
) -> None:
    """Judge each statement of a file by the rules of the standard; exit code 1 when one is rejected."""
    counted: Counter[str] = Counter()
    for verdict in _verdicts(file, version):
        counted[verdict.verdict] += 1
        counted["flagged"] += bool(verdict.flags)
        line = _as_json(verdict) if format is Format.JSON else _as_text(verdict)
        if line:
            sys.stdout.write(f"{line}\n")
    if format is Format.TEXT:
        sys.stdout.write(
            f"{counted.total() - counted['flagged']:,} statements: {counted['accept']:,} accepted"
            f" ({counted['flagged']:,} of them flagged), {counted['reject']:,} rejected.\n"
        )
    if counted["reject"]:
        raise typer.Exit(1)


def _verdicts(file: str, version: Version | None) -> Iterator[Verdict]:
    from connectors.xapi.checking import verdicts
    from connectors.xapi.rules import Dialect

    dialect = Dialect(version) if version else None
    if file != "-" and not Path(file).exists():
        raise SettingsError(f"There is no file {file}. Name a file of statements, or - for standard input.")
    if file != "-" and Path(file).is_dir():
        raise SettingsError(f"{file} is a folder. Name one file of statements in it, or - for standard input.")
    return verdicts(sys.stdin.buffer if file == "-" else Path(file), dialect)


def _as_json(verdict: Verdict) -> str:
    """The verdict without its line, which only people look for."""
    told = {name: value for name, value in msgspec.structs.asdict(verdict).items() if name != "line"}
    return msgspec.json.encode(told).decode()


def _as_text(verdict: Verdict) -> str:
    """A line for what is rejected or flagged; nothing for what is simply accepted."""
    place = f"line {verdict.line}, statement {verdict.position} ({verdict.id or 'no id'})"
    if verdict.rule:
        return f"{place}: rejected, {verdict.rule} at {verdict.pointer}. {verdict.message}"
    return f"{place}: accepted, {', '.join(verdict.flags)}" if verdict.flags else ""
