"""What ``throughline connector`` shows. Persons are shown as tokens, cut short, and never in clear."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from connectors import mapping
from connectors.declaration import CATALOGUE, Declaration, Export, Items, Value
from connectors.home import Home
from connectors.records import PROVENANCE
from connectors.sources.rest import explaining

if TYPE_CHECKING:
    from connectors.drafting import Draft, Trial
    from connectors.drafting.trial import TriedKind

console = Console(width=None if sys.stdout.isatty() else 140)
_HIDDEN = {column.name for column in PROVENANCE} - {"source_line"}
_MOST_REJECTS = 12
_TOKEN_SHOWN = 8
_LONGEST_CELL = 40


def _say(text: str, style: str = "") -> None:
    console.print(text, style=style, markup=False, highlight=False, soft_wrap=True)


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[str] = ()) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in headings:
        table.add_column(heading, justify="right" if heading in numbers else "left", overflow="fold")
    for row in rows:
        table.add_row(*row)
    console.print(table, markup=False, highlight=False)


# --------------------------------------------------------------------------------------------------------- trials


def tried(trial: Trial) -> None:
    """What a connector makes of a file."""
    _say(f"Read as {trial.export}.")
    outcome(trial)
    for kind in trial.kinds:
        _first_rows(kind)


def outcome(trial: Trial) -> None:
    """Counts by kind, rejects by reason, and the columns that aren't read."""
    counts = [[k.kind, *(f"{n:,}" for n in (k.read, k.landed, k.rejected, k.duplicate))] for k in trial.kinds]
    headings = ("record kind", "read", "would land", "rejected", "duplicate")
    _table(headings, counts, headings[1:])
    if trial.rows_not_records:
        _say(f"{trial.rows_not_records:,} rows are declared to be no records (totals, the end of a report).")
    if trial.rejects:
        told = [[f"{n:,}", *reason] for reason, n in trial.rejects.most_common(_MOST_REJECTS)]
        _table(("rows", "record kind", "rule", "column", "expected"), told, ("rows",))
        if len(trial.rejects) > _MOST_REJECTS:
            _say(f"… and {len(trial.rejects) - _MOST_REJECTS} more reasons")
    if trial.unread:
        _say(f"Columns that aren't read: {', '.join(trial.unread)}.")


def _first_rows(kind: TriedKind) -> None:
    shown = [name for name in (kind.rows[0] if kind.rows else {}) if name not in _HIDDEN]
    filled = [name for name in shown if any(row[name] is not None for row in kind.rows)]
    if not filled:
        return
    _say(f"\nFirst rows of {kind.kind}:", "bold")
    _table(filled, [[_cell(name, row[name]) for name in filled] for row in kind.rows])


def _cell(name: str, value: Any) -> str:
    if value is None:
        return ""
    text = f"{str(value)[:_TOKEN_SHOWN]}…" if name.endswith("_token") else str(value)
    return text if len(text) <= _LONGEST_CELL else f"{text[: _LONGEST_CELL - 1]}…"


def drafted(draft: Draft, file: Path, target: Path, home: Home) -> None:
    """What was drafted, what it would land, what it asks, and the next step."""
    chosen = draft.choice.chosen
    decided = "" if draft.choice.is_decided else ", which isn't certain"
    _say(f"Read as {chosen.kind.name}{decided}: {chosen.kind.grain}.")
    for reason in chosen.reasons:
        _say(f"  because {reason}")
    if draft.is_tried_in_part:
        _say(
            f"Tried on some of the {draft.rows:,} rows, spread evenly (dates and numbers were checked in all of them):"
        )
    outcome(draft.trial)
    if draft.questions:
        _say("\nThe draft asks:", "bold")
        for question in draft.questions:
            _say(f"  ? {question}")
    for tool, export in draft.known_to:
        _say(f"The connector {tool} reads this file already, as {export}: you may not need another one.", "yellow")
    _say(f"\nWritten to {target}. Next:", "bold")
    option = f"--home {shlex.quote(str(home.root))}"
    _say(f"  answer what it asks, then: throughline connector preview {draft.tool} {shlex.quote(str(file))} {option}")
    _say(f"  drop files in {home.inbox / draft.tool} and: throughline run {option}")


# ---------------------------------------------------------------------------------------------------------- tools


def listed(tools: Mapping[str, Declaration]) -> None:
    """One line per tool."""
    rows = [[t.tool, t.title, t.status, ", ".join(mapping.kinds_of(t))] for t in tools.values()]
    _table(("tool", "title", "status", "record kinds"), rows)


def explained(declaration: Declaration, home: Home) -> None:
    """Everything that somebody who exports or reads needs to know of a tool."""
    _say(f"{declaration.title} ({declaration.tool}, {declaration.status})", "bold")
    _say(f"declared in {_place(declaration)}; drop its exports in {home.inbox / declaration.tool}")
    if declaration.about:
        _say(declaration.about.strip())
    _say(f"Times without a zone are {declaration.timezone}'s. Settings: settings.yml, tools.{declaration.tool}.")
    if declaration.rest:
        _say("\nFrom its API, at once with `throughline pull` or every night:", "bold")
        for need in explaining.needs(declaration):
            _say(f"  {need}")
    for name, export in declaration.exports.items():
        _export(name, export)
    for name, layout in declaration.not_read.items():
        _say(f"\nNot read: {name}, because {layout.because} Next: {layout.next}")


def _place(declaration: Declaration) -> str:
    source = declaration.source
    return f"connectors/catalogue/{source.name}" if source.parent == CATALOGUE else str(source)


def _export(name: str, export: Export) -> None:
    _say(f"\n{name}: {export.title}", "bold")
    if export.how:
        _say(f"  how to get it: {export.how}")
    if export.pull:
        _say(f"  pulled by: {explaining.told(export.pull)}")
    _say(f"  delivers: {export.delivers}")
    if export.columns:
        needed = [_named(header.names) for header in export.columns.values() if not header.optional]
        optional = [_named(header.names) for header in export.columns.values() if header.optional]
        _say(f"  needs the columns: {', '.join(needed) or 'none'}")
        _say(f"  reads if they are there: {', '.join(optional) or 'none'}")
    for pattern in export.items:
        columns = [header.names[0] for name, header in export.columns.items() if _is_item(pattern, name)]
        _say(f"  a record per cell of {', '.join(columns) or f'columns with headers like {pattern.header}'}")
    for kind, kind_mapping in export.kinds.items():
        persons = sorted({i for value in kind_mapping.columns.values() for i in _identifiers(value)})
        _say(f"  becomes {kind}" + (f", with persons known by {', '.join(persons)}" if persons else ""))
    for kind in export.yields:
        _say(f"  becomes {kind}")


def _is_item(pattern: Items, column: str) -> bool:
    return pattern.of_columns and re.search(pattern.header, column) is not None


def _named(names: Sequence[str]) -> str:
    return " / ".join(dict.fromkeys(names))


def _identifiers(value: Value) -> Iterator[str]:
    if value.identifier:
        yield value.identifier
    for way in value.first_of or ():
        yield from _identifiers(way)
