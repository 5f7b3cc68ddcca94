"""Templates: each shape built once by tincan, and cut at the places where statements of that shape differ.

tincan.Statement --as_version--> JSON value --marks at the slots--> text with a %s for each --fill--> statements
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import tincan

from simulator.exports.xapi.activities import as_json
from simulator.exports.xapi.statements import CONTEXTS, RESULTS, Path, Said, Shape, build

RAW = frozenset({
    "thing", "members", "percent", "raw", "scaled", "mastery", "success", "time", "time_to", "progress", "length",
})  # fmt: skip
"""Slots that take any JSON value; the others stand within quotes."""

_MARK = re.compile(r'"⟦(\w+)⟧"')


@dataclass(frozen=True)
class Template:
    """``text`` has one %s for each of ``slots``, in that order; a slot may occur twice."""

    text: str
    slots: tuple[str, ...]

    def fill(self, columns: dict[str, Sequence[str]]) -> list[str]:
        """One statement, as JSON text, for each row of the columns, which hold JSON text (without outer quotes)."""
        return [self.text % row for row in zip(*(columns[slot] for slot in self.slots), strict=True)]


def template(shape: Shape, form: str, authority: tincan.Agent) -> Template:
    """The template of one shape as players of one form send it to one LRS."""
    statement = build(shape, form, _sample(authority)).as_version()
    for slot, path in slots_of(shape, form):
        _set(statement, path, f"⟦{slot}⟧")
    text = as_json(statement).replace("%", "%%")
    return Template(_MARK.sub(_place, text), tuple(mark[1] for mark in _MARK.finditer(text)))


def slots_of(shape: Shape, form: str) -> list[tuple[str, Path]]:
    """Everything in which statements of a shape differ, and where it stands."""
    paths: list[tuple[str, Path]] = [(name, (name,)) for name in ("id", "timestamp", "stored")]
    identifier: Path = ("account", "name") if form == "account" else (form,)
    if shape.actor == "learner":
        paths.append(("person", ("actor", *identifier)))
    elif shape.actor == "members":
        paths.append(("members", ("actor", "member")))
    elif shape.actor == "circle":
        paths.append(("course", ("actor", "account", "name")))
    if shape.thing == "statement":
        paths.append(("target", ("object", "id")))
    elif shape.thing == "plan":
        paths += [("person", ("object", "actor", *identifier)), ("thing", ("object", "object"))]
    else:
        paths.append(("thing", ("object",)))
    return [*paths, *RESULTS[shape.result].slots.items(), *CONTEXTS[shape.context].slots.items()]


def _place(mark: re.Match[str]) -> str:
    return "%s" if mark[1] in RAW else '"%s"'


def _set(value: Any, path: Path, mark: str) -> None:
    """Put the mark there. Raises ``KeyError`` where tincan wrote nothing: a slot that is never filled is a mistake."""
    for step in path[:-1]:
        value = value[step]
    if isinstance(value, dict) and path[-1] not in value:
        raise KeyError(path)
    value[path[-1]] = mark


def _sample(authority: tincan.Agent) -> Said:
    """A statement that is valid and means nothing; all that differs in it is replaced."""
    moment, some_id = datetime(2000, 1, 1, 1, 1, 1, 1000, UTC), "00000000-0000-4000-8000-000000000000"
    return Said(
        id=some_id, timestamp=moment, stored=moment, authority=authority, person="mailto:somebody@example.org",
        thing=tincan.Activity(id="https://example.org/thing"), course="https://example.org/course",
        registration=some_id, session=some_id,
    )  # fmt: skip
