"""What the settings of one home change in a declaration."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from connectors.declaration.complaints import explained, unknown
from connectors.declaration.schema import Declaration
from connectors.errors import SettingsError

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
    if strange := sorted(set(own) - set(allowed)):
        raise SettingsError(f"{where}: {'; '.join(unknown('setting', name, allowed) for name in strange)}")
    mark = hashlib.sha256(f"{declaration.content_hash}{sorted(own.items(), key=str)}".encode()).hexdigest()
    ours = {"source": declaration.source, "content_hash": mark}
    try:
        return Declaration.model_validate(_overlaid(declaration, own, where) | ours)
    except ValidationError as error:
        told = [explained(Declaration, e) for e in error.errors()]
        listed = "; ".join(f"{'.'.join(map(str, place))}: {message}" for place, message in told)
        raise SettingsError(f"{where}: {listed}") from error


def _overlaid(declaration: Declaration, own: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The content of the declaration with a home's settings in it."""
    content = declaration.model_dump(by_alias=True) | {name: own[name] for name in _SETTINGS if name in own}
    content["options"] = declaration.options | {name: own[name] for name in declaration.options if name in own}
    for export, delivers in dict(own.get("delivers") or {}).items():
        if export not in content["exports"]:
            known = tuple(declaration.exports)
            raise SettingsError(f"{where}.delivers: {unknown('export', export, known)}")
        content["exports"][export]["delivers"] = delivers
    return content
