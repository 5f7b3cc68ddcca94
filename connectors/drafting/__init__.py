"""DRAFT: a file that no connector knows becomes a connector file that reads it.

    FILE --opening--> text cells --profiles--> what each column holds --people, matching, kinds--> a record kind
         --parts, writing--> <tool>.yaml --trial--> what it would land

opening      encoding, delimiter and header, found out instead of declared; `json_shape`: where records stand in JSON
edges        rows that are no records
profiles     what the columns hold; `notations` says how values may be written
people       columns that say who somebody is, which are never read as open text
matching     which column fills which of a kind; `names` compares names, `vocabulary` knows them in eight languages
kinds        which record kind a table is, and why; `fallbacks` stand in for what is missing, `wide` finds items
values       a column's value as a declaration says it
parts        everything that a draft declares; `writing` makes text of it
trial        a declaration over a file, with nothing kept

A draft is a start: it is sound and runs, says why it is what it is, and asks what the file leaves open. Nothing in it
was guessed in silence: a format is declared because every value was read with it, or the draft says how many weren't.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from connectors.declaration import Declaration, load
from connectors.drafting.edges import rows_at_the_edges
from connectors.drafting.kinds import Choice, choose
from connectors.drafting.matching import Table
from connectors.drafting.names import words
from connectors.drafting.opening import Opened, opened, some_rows
from connectors.drafting.parts import Parts, parts
from connectors.drafting.people import personal
from connectors.drafting.profiles import nothing_in, profiles
from connectors.drafting.trial import Trial, tried
from connectors.drafting.values import marks_of
from connectors.drafting.writing import Findings, text_of
from connectors.errors import OriginalRefused
from connectors.reading.headers import head_of
from connectors.reading.recognition import recognised

__all__ = ["Draft", "Trial", "drafted", "tried"]

_MOSTLY = 0.5
"""Share of a file's columns that a connector reads which may do without a new one."""
_ROWS_TRIED = 50_000
"""Rows of a large file on which its draft is tried; its values are all confirmed before."""


@dataclass(frozen=True)
class Draft:
    """A connector file, and what it makes of the file that it was drafted from (or of some rows of a large one)."""

    tool: str
    text: str
    choice: Choice
    parts: Parts
    trial: Trial
    rows: int
    is_tried_in_part: bool
    known_to: tuple[tuple[str, str], ...]

    @property
    def questions(self) -> list[str]:
        """What the draft asks, in its order."""
        found = re.findall(r"^ *# \? (.*(?:\n *#   .*)*)", self.text, re.MULTILINE)
        return [re.sub(r"\n *#  +", " ", question) for question in found]


def drafted(
    path: Path,
    tool: str,
    scratch: Path,
    *,
    kind: str | None = None,
    sheet: str | None = None,
    known: Mapping[str, Declaration] | None = None,
) -> Draft:
    """Draft a declaration from a CSV file, a workbook, JSON or Parquet, and try it on that file.

    ``scratch`` is a folder for clear text, ``known`` are connectors that may read the file already. Raises
    OriginalRefused for a file that can't be read, SettingsError where no record kind fits.
    """
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        work = Path(folder)
        with opened(path, work, sheet) as table:
            nothing = nothing_in(table)
            columns = profiles(table, nothing)
            title = words(f"{path.name.split('.')[0]} {table.source.sheet}")
            held = Table(columns, personal(columns), title, may_be_wide=table.json is None)
            choice = choose(held, kind)
            marks = marks_of(columns)
            made = parts(held, choice.chosen, marks, tool, rows_at_the_edges(table), table.ragged)
            text = text_of(Findings(tool, path.name, table, choice, made, marks, nothing))
            part = work / path.name.removesuffix(".gz")
            is_part = some_rows(table, part, _ROWS_TRIED)
            rows, read_by = table.source.rows, tuple(_read_by(table, known or {}, path.name))
        trial = tried(part if is_part else path, _loaded(tool, text, work), work / "trial")
        return Draft(tool, text, choice, made, trial, rows, is_part, read_by)


def _read_by(table: Opened, known: Mapping[str, Declaration], file_name: str) -> Iterator[tuple[str, str]]:
    """Connectors that know the header, each with the export that they take it for."""
    if table.json:
        return
    for tool, declaration in known.items():
        tables = [name for name, export in declaration.exports.items() if export.format == "table"]
        heads = {d: head_of(rows) for d, rows in table.heads.items() if d in ("", *declaration.delimiters)}
        if not tables:
            continue
        with suppress(OriginalRefused):
            layout = recognised(declaration, heads, file_name, tables)
            if len(layout.positions) >= _MOSTLY * len(layout.header):
                yield tool, layout.name


def _loaded(tool: str, text: str, folder: Path) -> Declaration:
    file = folder / f"{tool}.yaml"
    file.write_text(text, encoding="utf-8")
    return load(file)
