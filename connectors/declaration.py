"""What a connector file may say: loading, checking, and what a home's settings change.

    connectors/catalogue/<tool>.yaml --load--> Declaration --connectors.mapping--> rows of record kinds

A file is checked as a whole when it is loaded; every complaint names file, line, key, what was allowed and the
nearest match. Any change of the file is a new version of the rows that it maps.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from connectors import declaration_checks as checks
from connectors.declaration_schema import Condition, Declaration, Export, Header, Items, KindMapping, NotRead, Value
from connectors.errors import SettingsError
from connectors.yaml_lines import Place, line_of, parse

__all__ = [
    "CATALOGUE", "Condition", "Declaration", "Export", "Header", "Items", "KindMapping", "NotRead", "Value",
    "catalogue", "load", "with_settings",
]  # fmt: skip

CATALOGUE = Path(__file__).parent / "catalogue"


_OURS = ("source", "content_hash")


def load(path: Path) -> Declaration:
    """Read and check one connector file. Raises SettingsError that lists everything wrong with it."""
    raw = path.read_bytes()
    try:
        content, lines = parse(raw.decode("utf-8"), path.name)
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path.name}: not UTF-8 at byte {error.start}. Save it as UTF-8.") from error
    if not isinstance(content, dict):
        raise SettingsError(f"{path.name}: a connector file is a mapping that begins with `tool:`.")
    problems: list[tuple[Place, str]] = [((key,), f"unknown key '{key}'") for key in _OURS if key in content]
    ours = {"source": path, "content_hash": hashlib.sha256(raw).hexdigest()}
    try:
        declaration = Declaration.model_validate(content | ours)
    except ValidationError as error:
        raise _complaint(path, lines, [checks.explained(Declaration, e) for e in error.errors()]) from error
    problems += checks.against_kinds(declaration)
    if declaration.tool != path.stem:
        problems.append((("tool",), f"the tool is '{declaration.tool}', so the file must be {declaration.tool}.yaml"))
    if problems:
        raise _complaint(path, lines, problems)
    return declaration


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


_SETTINGS = ("timezone", "encodings", "delimiters", "decimal", "thousands", "day_first", "identifier_types")


def with_settings(declaration: Declaration, settings: Mapping[str, Any]) -> Declaration:
    """The declaration as one home has it: ``tools.<tool>.<setting>`` of its settings.yml on top.

    ``day_first: false`` prefers formats that begin with the month where a file leaves it open; ``delivers:
    {<export>: increment}`` says that an export isn't complete; ``identifier_types: {employee_number:
    "moodle:number"}`` says that a number is the tool's own. Settings of a home are part of the version of the
    rows, because they change them.
    """
    own = (settings.get("tools") or {}).get(declaration.tool) or {}
    where = f"settings.yml: tools.{declaration.tool}"
    if not isinstance(own, Mapping):
        raise SettingsError(f"{where} should be a mapping of settings.")
    if not own:
        return declaration
    allowed = (*_SETTINGS, "delivers", *declaration.options)
    if unknown := sorted(set(own) - set(allowed)):
        raise SettingsError(f"{where}: {'; '.join(checks.unknown('setting', name, allowed) for name in unknown)}")
    mark = hashlib.sha256(f"{declaration.content_hash}{sorted(own.items(), key=str)}".encode()).hexdigest()
    ours = {"source": declaration.source, "content_hash": mark}
    try:
        return Declaration.model_validate(_overlaid(declaration, own, where) | ours)
    except ValidationError as error:
        told = [checks.explained(Declaration, e) for e in error.errors()]
        listed = "; ".join(f"{'.'.join(map(str, place))}: {message}" for place, message in told)
        raise SettingsError(f"{where}: {listed}") from error


def _overlaid(declaration: Declaration, own: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The content of the declaration with a home's settings in it."""
    content = declaration.model_dump(by_alias=True) | {name: own[name] for name in _SETTINGS if name in own}
    content["options"] = declaration.options | {name: own[name] for name in declaration.options if name in own}
    for export, delivers in dict(own.get("delivers") or {}).items():
        if export not in content["exports"]:
            known = tuple(declaration.exports)
            raise SettingsError(f"{where}.delivers: {checks.unknown('export', export, known)}")
        content["exports"][export]["delivers"] = delivers
    return content
