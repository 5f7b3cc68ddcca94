"""A draft becomes the text of a connector file: complete, sound, and full of what only a person can answer."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.declaration.editor_schema import MODELINE
from connectors.drafting.kinds import Choice
from connectors.drafting.opening import Opened
from connectors.drafting.parts import Parts
from connectors.drafting.values import Marks, flow, scalar
from connectors.masking import masked
from connectors.records import Type

_WIDTH = 112
_SNAPSHOTS = ("people", "org_units", "positions", "job_assignments")


@dataclass(frozen=True)
class Findings:
    """Everything that a draft is written from."""

    tool: str
    file_name: str
    opened: Opened
    choice: Choice
    parts: Parts
    marks: Marks
    nothing: Sequence[str]


def text_of(found: Findings) -> str:
    """The whole connector file. Addresses in it are masked: it doesn't lie in the restricted zone."""
    lines = [*_opening(found), *_tool(found), *_export(found), *_left_out(found.parts)]
    return masked("\n".join(lines) + "\n")


def _comment(text: str, mark: str = "#") -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=f"{mark} ", subsequent_indent="#   " if mark == "# ?" else "# ")


def _opening(found: Findings) -> Iterator[str]:
    """What this is, and why the file was taken for what it was taken for."""
    choice = found.choice
    kind, reasons = choice.chosen.kind, choice.chosen.reasons
    yield MODELINE
    yield from _comment(
        f"A draft, made of {found.file_name} ({found.opened.source.rows:,} rows). Lines that begin with `# ?` ask "
        "something: answer them, delete them, and write `status: confirmed`."
    )
    yield "#"
    yield from _comment(f"Read as {kind.name}: {kind.grain}. Why: {'; '.join(reasons) or 'it was asked for'}.")
    if not choice.is_decided:
        others = ", or ".join(f"{rival.kind.name} ({rival.kind.grain})" for rival in choice.rivals)
        doubt = f"It may as well be {others}." if others else "Little speaks for it."
        yield from _comment(f"Is that right? {doubt} Draft it anew with --kind where it isn't.", "# ?")


def _tool(found: Findings) -> Iterator[str]:
    """Everything above the exports."""
    opened, marks = found.opened, found.marks
    yield f"tool: {found.tool}"
    yield f"title: {scalar(found.tool.replace('_', ' ').capitalize())}"
    yield "status: draft"
    yield 'version: "1"'
    if _has_times(found.choice, found.parts):
        yield from _comment("The times carry no zone: in which one does the tool write?", "# ?")
        yield "timezone: UTC"
    if opened.delimiter:
        yield f"delimiters: {flow([opened.delimiter])}"
    if opened.encoding not in ("", "utf-8", "utf-16"):
        yield f"encodings: [utf-8, {opened.encoding}]"
    if found.nothing:
        yield f"nulls: {flow(['', *found.nothing])}"
    for question in marks.questions:
        yield from _comment(question, "# ?")
    if marks.decimal != ".":
        yield f"decimal: {flow(marks.decimal)}"


def _has_times(choice: Choice, parts: Parts) -> bool:
    """Whether instants are read that don't say in which zone they are."""
    instants = {column.name for column in choice.chosen.kind.columns if column.type is Type.INSTANT}
    written = (parts.values[name].get("formats", ()) for name in instants & parts.values.keys())
    return any("%H" in text or "%I" in text for formats in written for text in formats if "%z" not in text)


def _export(found: Findings) -> Iterator[str]:
    """The one export, and the one kind that comes out of it."""
    kind, parts = found.choice.chosen.kind.name, found.parts
    yield "exports:"
    yield f"  {kind}:"
    yield f"    title: {scalar(kind.replace('_', ' '))}"
    yield "    how: Say here where the tool offers this export."
    if kind in _SNAPSHOTS:
        yield "    # ? If every export holds everybody (whoever is missing is gone), write `delivers: snapshot`."
    yield f"    delivers: {'increment' if kind in _SNAPSHOTS else 'events'}"
    yield from _layout(found)
    yield "    columns:"
    for name, header in parts.columns.items():
        yield f"      {name}: {scalar(header['names']) if list(header) == ['names'] else flow(header)}"
    yield from _items(parts)
    yield "    kinds:"
    yield f"      {kind}:"
    if parts.items:
        yield "        items: true"
    yield "        columns:"
    yield from _values(parts)


def _layout(found: Findings) -> Iterator[str]:
    """How the table lies in the file."""
    opened, parts = found.opened, found.parts
    for name, value in (opened.json.declared if opened.json else {}).items():
        yield f"    {name}: {flow(value)}"
    if opened.other_sheets:
        yield from (f"    {line}" for line in _comment(f"Other sheets: {', '.join(opened.other_sheets)}."))
        yield f"    sheet: {flow([opened.source.sheet])}"
    if opened.shape.start:
        yield "    preamble: true"
    if opened.shape.header_rows > 1:
        yield f"    header_rows: {opened.shape.header_rows}"
    if parts.not_records:
        yield "    not_records:"
        yield from (f"      - {flow(condition)}" for condition in parts.not_records)
    if parts.ragged and not opened.json:
        yield f"    # ? {parts.ragged} rows have more or fewer cells than the header; what is missing counts as blank."
        yield from ("    short_rows: pad", "    long_rows: drop_blank")


def _items(parts: Parts) -> Iterator[str]:
    if not parts.items:
        return
    yield "    items: # one record per cell below these headers"
    for i, pattern in enumerate(parts.items):
        rule: dict[str, Any] = {"header": f"^(?P<item>{pattern})$"} | ({"required": True} if i == 0 else {})
        yield f"      - {flow(rule | ({'of_columns': True} if parts.is_all_items else {}))}"


def _values(parts: Parts) -> Iterator[str]:
    """The values; one that is the same as the one before is written as such."""
    for question in parts.questions:
        yield from (f"          {line}" for line in _comment(question, "# ?"))
    seen: dict[str, str] = {}
    for column, value in parts.values.items():
        text = value["from"] if list(value) == ["from"] else flow(value)
        twins = sum(flow(other) == flow(value) for other in parts.values.values()) > 1 and text.startswith("{")
        if text in seen:
            yield f"          {column}: *{seen[text]}"
        elif twins:
            seen[text] = column
            yield f"          {column}: &{column} {text}"
        else:
            yield f"          {column}: {text}"


def _left_out(parts: Parts) -> Iterator[str]:
    """Columns that aren't read, and why."""
    if not parts.not_read:
        return
    yield ""
    yield from _comment("Not read (to keep a column that describes no person, declare it and name it in `vouched:`):")
    by_reason: dict[str, list[str]] = {}
    for name, reason in parts.not_read.items():
        by_reason.setdefault(reason, []).append(name)
    for reason, names in by_reason.items():
        yield from _comment(f"- {', '.join(names)}: {reason}.")
