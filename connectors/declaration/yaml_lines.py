"""YAML as text with the line of every place in it, so that a complaint can point at the line.

Scalars stay text (the schema decides what they are), which spares a declaration YAML's own guesses: ``no`` is
a word and ``1.10`` a version. A key that stands twice is an error, not a silent overwrite. ``<<: *anchor`` takes over
what the anchored mapping holds, where the mapping at hand says nothing else.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import yaml

from connectors.errors import SettingsError

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml where PyYAML was built with it (its wheels are): ten times as fast."""

_TAKE_OVER = "<<"

Place = tuple[Hashable, ...]
"""Keys and list positions from the root: ``("exports", "log", "kinds", 0)``."""


def parse(text: str, name: str) -> tuple[Any, dict[Place, int]]:
    """The content of a YAML text as mappings, lists and strings, and the line of every place from 1."""
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{name}, line {mark.line + 1}" if mark else name
        raise SettingsError(f"{where}: not YAML: {getattr(error, 'problem', None) or error}") from error
    lines: dict[Place, int] = {}
    return (_plain(node, (), lines, name) if node else {}), lines


def _plain(node: yaml.Node, place: Place, lines: dict[Place, int], name: str) -> Any:
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, place, lines, name)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*place, i), lines, name) for i, item in enumerate(node.value)]
    return node.value


def _mapping(node: yaml.MappingNode, place: Place, lines: dict[Place, int], name: str) -> dict[str, Any]:
    taken_over = _taken_over(node, place, lines, name)
    content: dict[str, Any] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if key.value == _TAKE_OVER:
            continue
        if not isinstance(key, yaml.ScalarNode):
            raise SettingsError(f"{name}, line {line}: a key must be a word")
        if key.value in content:
            first = lines[(*place, key.value)]
            raise SettingsError(f"{name}, line {line}: the key '{key.value}' stands twice here (first in line {first})")
        lines[(*place, key.value)] = line
        content[key.value] = _plain(value, (*place, key.value), lines, name)
    return taken_over | content


def _taken_over(node: yaml.MappingNode, place: Place, lines: dict[Place, int], name: str) -> dict[str, Any]:
    """What ``<<`` takes over from mappings elsewhere in the file."""
    content: dict[str, Any] = {}
    for key, value in node.value:
        if key.value == _TAKE_OVER:
            if not isinstance(value, yaml.MappingNode):
                raise SettingsError(
                    f"{name}, line {key.start_mark.line + 1}: `<<` takes over one mapping: `<<: *anchor`"
                )
            content |= _mapping(value, place, lines, name)
    return content


def line_of(place: Place, lines: dict[Place, int]) -> int:
    """Line of the place, or of the nearest place around it that is written in the file."""
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place, 1)
