"""What the settings of one home change: what a declaration says, and under which names it is at work.

catalogue --tools: {academy_lrs: {connector: xapi, …}}--> a declaration for every tool of the home
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from connectors.declaration.complaints import explained, unknown
from connectors.declaration.schema import Declaration
from connectors.errors import SettingsError

NOTHING = r"[^\s\S]"
"""A pattern that fits nothing, for which a home's settings may put in theirs."""
_SETTINGS = (
    "title",
    "timezone",
    "encodings",
    "delimiters",
    "decimal",
    "thousands",
    "day_first",
    "identifier_types",
    "series",
)
SOURCES = ("database", "inbox", "rest")
"""Where a home gets a tool's originals from, which any tool may be told. They change no row, so no version either."""


def configured(catalogue: Mapping[str, Declaration], settings: Mapping[str, Any]) -> dict[str, Declaration]:
    """Every tool of a home: those of the catalogue, and further installations of them under names of their own.

    A tool of settings.yml that is neither is a mistake, because what was set for it would change nothing.
    """
    tools = settings.get("tools") or {}
    if not isinstance(tools, Mapping):
        raise SettingsError("settings.yml: tools should be a mapping of tools.")
    connectors = {name: _connector(catalogue, name, own) for name, own in tools.items()}
    instances = {name: connector for name, connector in connectors.items() if connector != name}
    found = dict(catalogue) | {name: _installed_as(name, catalogue[connector]) for name, connector in instances.items()}
    settled = {name: with_settings(found[name], settings) for name in sorted(found)}
    _check_home_pages(settled)
    return settled


def _check_home_pages(tools: Mapping[str, Declaration]) -> None:
    """What names of a home page are said to be has to be what some tool says too, or it would match nothing."""
    said = [(tool, page, kind) for tool in tools for page, kind in (tools[tool].options.get("accounts") or {}).items()]
    if not said:
        return
    known = {"employee_number", "username", "email"}
    for declaration in tools.values():
        known |= {*_identifier_types(declaration.model_dump()["exports"]), *declaration.identifier_types.values()}
    known -= {"email_sha1"}  # is made of an address, and no name of an account
    for tool, page, kind in said:
        if kind not in known:
            told = unknown("identifier type", str(kind), sorted(known, key=lambda each: (":" in each, each)))
            raise SettingsError(f"settings.yml: tools.{tool}.accounts.{page}: {told}")


def _identifier_types(content: Any) -> set[str]:
    """Every identifier type that columns are declared to hold."""
    if isinstance(content, list | tuple):
        return set().union(*map(_identifier_types, content))
    if not isinstance(content, dict):
        return set()
    own = {content["identifier"]} if isinstance(content.get("identifier"), str) else set()
    return own.union(*map(_identifier_types, content.values()))


def _connector(catalogue: Mapping[str, Declaration], name: str, own: object) -> str:
    """The connector that reads a tool of settings.yml: the one that it names, or else the one of its own name."""
    where = f"settings.yml: tools.{name}"
    named = own.get("connector") if isinstance(own, Mapping) else None
    if named is None and name not in catalogue:
        nearest = unknown("connector", str(name), tuple(catalogue))
        raise SettingsError(
            f"{where}: {nearest}. For a second installation of a tool, say which one: {{connector: moodle}}."
        )
    if named is not None and named not in catalogue:
        raise SettingsError(f"{where}.connector: {unknown('connector', str(named), tuple(catalogue))}")
    if named not in (None, name) and name in catalogue:
        raise SettingsError(f"{where}.connector: '{name}' is a connector itself; give the installation another name.")
    return str(named or name)


def _installed_as(name: str, declaration: Declaration) -> Declaration:
    """The declaration under another tool's name: what only one installation knows is that installation's own.

    Number 7 of one Moodle is not number 7 of another, so identifier types that are the tool's (``moodle:user_id``)
    become the installation's (``academy:user_id``).
    """
    content = declaration.model_dump(by_alias=True)
    content["exports"] = _rescoped(content["exports"], declaration.tool, name)
    content["identifier_types"] = _rescoped(content["identifier_types"], declaration.tool, name)
    content |= {"tool": name, "title": f"{declaration.title} ({name})"}
    return _validated(declaration, content, name, f"settings.yml: tools.{name}")


def _rescoped(content: Any, tool: str, name: str) -> Any:
    """The same content, with identifier types of the installation in place of those of the tool."""
    if isinstance(content, dict):
        return {_rescoped(key, tool, name): _rescoped(value, tool, name) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_rescoped(item, tool, name) for item in content]
    if isinstance(content, str) and re.fullmatch(rf"{tool}:[a-z][a-z0-9_]*", content):
        return name + content[len(tool) :]
    return content


def with_settings(declaration: Declaration, settings: Mapping[str, Any]) -> Declaration:
    """The declaration as one home has it: ``tools.<tool>.<setting>`` of its settings.yml on top.

    ``day_first: false`` prefers formats that begin with the month where a file leaves it open, ``true`` those that
    begin with the day; ``delivers: {<export>: increment}`` says that an export isn't complete; ``identifier_types:
    {employee_number: "moodle:number"}`` says that a number is the tool's own; ``series: {employees: staff}`` that files
    called employees go on with the list that was called staff. Settings of a home are part of the version of the
    rows, because they change them.
    """
    own = (settings.get("tools") or {}).get(declaration.tool) or {}
    where = f"settings.yml: tools.{declaration.tool}"
    if not isinstance(own, Mapping):
        raise SettingsError(f"{where} should be a mapping of settings.")
    if not own:
        return declaration
    allowed = (*_SETTINGS, *SOURCES, "connector", "delivers", *declaration.options)
    if strange := sorted(set(own) - set(allowed)):
        raise SettingsError(f"{where}: {'; '.join(unknown('setting', name, allowed) for name in strange)}")
    change = sorted(((name, value) for name, value in own.items() if name not in SOURCES), key=str)
    return _validated(declaration, _overlaid(declaration, own, where), change, where)


def _validated(declaration: Declaration, content: dict[str, Any], change: object, where: str) -> Declaration:
    """The changed content as a declaration, whose version knows of the change. A mistake is told where it was made."""
    mark = hashlib.sha256(f"{declaration.content_hash}{change}".encode()).hexdigest()
    mark = mark if change else declaration.content_hash
    try:
        return Declaration.model_validate(content | {"source": declaration.source, "content_hash": mark})
    except ValidationError as error:
        told = [explained(Declaration, e) for e in error.errors()]
        listed = "; ".join(f"{'.'.join(map(str, place))}: {message}" for place, message in told)
        raise SettingsError(f"{where}: {listed}") from error


def _overlaid(declaration: Declaration, own: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The content of the declaration with a home's settings in it."""
    content = declaration.model_dump(by_alias=True) | {name: own[name] for name in _SETTINGS if name in own}
    content["options"] = declaration.options | {
        name: own[name] for name in (*declaration.options, *SOURCES) if name in own
    }
    for export, delivers in dict(own.get("delivers") or {}).items():
        if export not in content["exports"]:
            known = tuple(declaration.exports)
            raise SettingsError(f"{where}.delivers: {unknown('export', export, known)}")
        content["exports"][export]["delivers"] = delivers
    content["exports"] = _settled(content["exports"], content["options"], where)
    for name, default in declaration.options.items():
        if not isinstance(content["options"][name], Mapping if isinstance(default, Mapping) else type(default)):
            expected = "a mapping, {…: …}" if isinstance(default, Mapping) else "a list, […]"
            raise SettingsError(f"{where}.{name} should be {expected}, not {own[name]!r}.")
    return content


def _settled(content: Any, options: Mapping[str, Any], where: str) -> Any:
    """The same content, with the patterns of a home where the declaration leaves them to its settings."""
    if isinstance(content, list | tuple):
        return [_settled(item, options, where) for item in content]
    if not isinstance(content, dict):
        return content
    settled = {key: _settled(value, options, where) for key, value in content.items()}
    given = options.get(settled.get("setting") or "")
    if not given:
        return settled
    if "match" in settled:
        return settled | {"match": _words(given, f"{where}.{settled['setting']}") | settled["match"]}
    patterns = _patterns(given, f"{where}.{settled['setting']}")
    if "matches" in settled:
        return settled | {"matches": patterns}
    return settled | {"header": settled["header"].replace(NOTHING, patterns)}


def _words(given: object, where: str) -> dict[str, str]:
    if not isinstance(given, Mapping):
        raise SettingsError(f"{where} should map patterns to words, as in {{'satisf|useful': reaction}}.")
    return {str(pattern): str(word) for pattern, word in given.items()}


def _patterns(given: object, where: str) -> str:
    if not isinstance(given, list):
        raise SettingsError(f"{where} should be a list of patterns, as in ['^Evaluation']; the pattern '' fits all.")
    return f"(?i:{'|'.join(map(str, given))})"
