"""``throughline connector``: draft a connector from a file, try one on a file, see which there are.

new FILE           draft a declaration, try it on the file, keep it in <home>/connectors
preview TOOL FILE  what a tool's connector would make of a file; nothing lands
list               the tools of this home
explain TOOL       what a tool's exports are, how to get them, and what they become
template TOOL      a workbook to fill in, for what people keep by hand
schema             what a connector file may hold, as editors want it
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from connectors.declaration import Declaration
from connectors.declaration.complaints import unknown
from connectors.declaration.editor_schema import SCHEMA_FILE, schema_text
from connectors.errors import SettingsError
from connectors.home import Home
from pipelines import connector_screen
from pipelines.home_option import HomeOption, home_at

if TYPE_CHECKING:
    from connectors.drafting import Draft

app = typer.Typer(help="Connectors: what each tool's exports are read as.", no_args_is_help=True, rich_markup_mode=None)

FileArgument = Annotated[
    Path, typer.Argument(help="A CSV file, an Excel workbook, JSON or Parquet.", exists=True, dir_okay=False)
]
ToolArgument = Annotated[str, typer.Argument(help="The tool, as `throughline connector list` names it.")]


@app.command()
def new(
    file: FileArgument,
    tool: Annotated[
        str | None, typer.Option("--tool", help="Name of the tool: lower case, no blanks. Otherwise the file's.")
    ] = None,
    kind: Annotated[str | None, typer.Option("--kind", help="Record kind, where the file doesn't decide it.")] = None,
    sheet: Annotated[str | None, typer.Option("--sheet", help="Sheet of a workbook; otherwise the largest.")] = None,
    home: HomeOption = None,
) -> None:
    """Draft a connector from a file, and show what it would land."""
    from connectors.drafting import drafted

    opened = home_at(home).open()
    tools = _tools(opened)
    name = _free_name(opened, tools, tool or _name_of(file))
    _check_kind(kind)
    with _clear_text(opened) as scratch:
        draft = drafted(file, name, scratch, kind=kind, sheet=sheet, known=tools)
    target = _keep(opened, draft)
    connector_screen.drafted(draft, file, target, opened)


@app.command()
def preview(
    tool: ToolArgument,
    file: FileArgument,
    rows: Annotated[int, typer.Option("--rows", min=0, help="Rows to show of each record kind.")] = 5,
    home: HomeOption = None,
) -> None:
    """Show what a connector would make of a file: first rows, rejects by reason, unmapped columns. Nothing lands."""
    from connectors.drafting import tried

    opened = home_at(home).open()
    declaration = _tool(opened, tool)
    with _clear_text(opened) as scratch:
        trial = tried(file, declaration, scratch, rows)
    connector_screen.tried(trial)


@app.command("list")
def list_tools(home: HomeOption = None) -> None:
    """List the tools of this home: those of the catalogue, its own, and further installations."""
    connector_screen.listed(_tools(home_at(home)))


@app.command()
def explain(tool: ToolArgument, home: HomeOption = None) -> None:
    """Say what a tool's exports are, how to get them, and which records they become."""
    opened = home_at(home)
    connector_screen.explained(_tool(opened, tool), opened)


@app.command()
def template(
    tool: ToolArgument,
    to: Annotated[Path | None, typer.Option("--to", help="The file to write; otherwise <tool>.xlsx here.")] = None,
    home: HomeOption = None,
) -> None:
    """Write a workbook to fill in: a sheet per table, with drop-downs, and a note on every column."""
    from connectors import templates

    content = templates.template(_tool(home_at(home), tool))
    typer.echo(f"{_written_new(to or Path(f'{tool}.xlsx'), content)}: fill it in, and drop it into inbox/{tool}.")


@app.command()
def schema(
    to: Annotated[Path | None, typer.Option("--to", help="The file to write; otherwise it is printed.")] = None,
) -> None:
    """Write what a connector file may hold as JSON Schema, so that editors complete and check it."""
    if to is None:
        typer.echo(schema_text(), nl=False)
    else:
        typer.echo(_written_new(to, schema_text().encode()))


def _written_new(path: Path, content: bytes) -> Path:
    try:
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError as error:
        raise SettingsError(f"{path} is there already, and is not overwritten. Name another file: --to FILE") from error
    return path


def _tools(home: Home) -> dict[str, Declaration]:
    from pipelines.settings import declarations

    return declarations(home)


def _tool(home: Home, name: str) -> Declaration:
    tools = _tools(home)
    if name not in tools:
        raise SettingsError(f"{unknown('tool', name, tuple(tools))}. Draft a new one: throughline connector new FILE")
    return tools[name]


def _name_of(file: Path) -> str:
    """A name for a tool out of a file's: its words without dates, numbers and accents."""
    from connectors.drafting.names import words

    found = re.findall(r"[a-z]+", words(re.sub(r"(\.[A-Za-z0-9]{1,6})+$", "", file.name)))
    return "_".join(found) or "new_tool"


def _free_name(home: Home, tools: dict[str, Declaration], name: str) -> str:
    """The name, if a tool may have it. Raises SettingsError for one that is taken, or none."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise SettingsError(f"'{name}' is no name for a tool: lower-case letters, digits and _ only, a letter first.")
    target = home.root / "connectors" / f"{name}.yaml"
    if target.exists():
        raise SettingsError(f"{target} is there already, and is not overwritten. Delete it, or name another --tool.")
    if name in tools:
        raise SettingsError(
            f"There is a connector {name} already ({tools[name].title}). See what it makes of the file: "
            f"throughline connector preview {name} FILE; or name another --tool."
        )
    return name


def _check_kind(kind: str | None) -> None:
    from connectors.records import RECORD_KINDS

    if kind is not None and kind not in RECORD_KINDS:
        raise SettingsError(unknown("record kind", kind, tuple(RECORD_KINDS)))


def _keep(home: Home, draft: Draft) -> Path:
    """The draft in the home's own catalogue, with the schema that its first line tells editors of."""
    target = home.root / "connectors" / f"{draft.tool}.yaml"
    target.parent.mkdir(exist_ok=True)
    (target.parent / SCHEMA_FILE).write_text(schema_text(), encoding="utf-8")
    with target.open("x", encoding="utf-8") as file:
        file.write(draft.text)
    return target


@contextmanager
def _clear_text(home: Home) -> Iterator[Path]:
    """A folder for clear text, which is gone when the command ends."""
    with tempfile.TemporaryDirectory(prefix="connector-", dir=home.restricted) as folder:
        yield Path(folder)
