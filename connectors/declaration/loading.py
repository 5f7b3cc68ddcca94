"""Connector files as declarations.

A file is checked as a whole when it is loaded; every complaint names file, line, key, what was allowed and the
nearest match. Any change of the file is a new version of the rows that it maps.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from connectors.declaration.checks import against_kinds
from connectors.declaration.complaints import explained
from connectors.declaration.schema import OURS, Declaration
from connectors.declaration.yaml_lines import Place, line_of, parse
from connectors.errors import SettingsError
from connectors.records import RECORD_KINDS

CATALOGUE = Path(__file__).parents[1] / "catalogue"


def load(path: Path) -> Declaration:
    """Read and check one connector file. Raises SettingsError that lists everything wrong with it."""
    return _loaded(path, path.read_bytes())


@cache
def _loaded(path: Path, raw: bytes) -> Declaration:
    """A run asks for the catalogue several times; to check it takes half a second, to read its files almost none."""
    content, lines = _parsed(raw, path)
    ours = {"source": path, "content_hash": hashlib.sha256(raw).hexdigest()}
    try:
        declaration = Declaration.model_validate(content | ours)
    except ValidationError as error:
        raise _complaint(path, lines, [explained(Declaration, e) for e in error.errors()]) from error
    problems = against_kinds(declaration)
    problems += [((key,), f"unknown key '{key}'") for key in OURS if key in content]
    if declaration.tool != path.stem:
        problems.append((("tool",), f"the tool is '{declaration.tool}', so the file must be {declaration.tool}.yaml"))
    if problems:
        raise _complaint(path, lines, problems)
    _tell_local_days(declaration)
    return declaration


def _tell_local_days(declaration: Declaration) -> None:
    """Whoever maps an instant has told its day as well: ``<event>_date`` is the local day of ``<event>_at``.

    A file maps the day only where it is not that (a day that the tool keeps beside a moment).
    """
    for export in declaration.exports.values():
        for name, mapping in export.kinds.items():
            for day in RECORD_KINDS[name].by_name:
                moment = f"{day.removesuffix('_date')}_at"
                if day.endswith("_date") and moment in mapping.columns and not mapping.adds_up:
                    mapping.columns.setdefault(day, mapping.columns[moment])


def _parsed(raw: bytes, path: Path) -> tuple[dict[str, Any], dict[Place, int]]:
    try:
        content, lines = parse(raw.decode("utf-8"), path.name)
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path.name}: not UTF-8 at byte {error.start}. Save it as UTF-8.") from error
    if not isinstance(content, dict):
        raise SettingsError(f"{path.name}: a connector file is a mapping that begins with `tool:`.")
    return content, lines


def _complaint(path: Path, lines: dict[Place, int], problems: list[tuple[Place, str]]) -> SettingsError:
    """Everything that is wrong with a file, in the order of its lines."""
    listed = sorted((line_of(place, lines), ".".join(map(str, place)), message) for place, message in problems)
    return SettingsError("\n".join(f"{path.name}, line {line}: {place}: {message}" for line, place, message in listed))


def catalogue(*folders: Path) -> dict[str, Declaration]:
    """All declarations of the catalogue and of further folders; a later folder's file replaces an earlier one's."""
    found: dict[str, Path] = {}
    for folder in (CATALOGUE, *folders):
        found |= {path.stem: path for path in sorted(folder.glob("*.yaml"))}
    return {tool: load(path) for tool, path in sorted(found.items())}


def written_at(declaration: Declaration, *place: str) -> str:
    """File and line where a declaration says something, for whoever is to mend it."""
    _, lines = _parsed(declaration.source.read_bytes(), declaration.source)
    return f"connectors/catalogue/{declaration.source.name} line {line_of(place, lines)} ({'.'.join(place)})"
