"""How a declaration says where something stands in a JSON document.

    context.user_id      members, from the record on
    a["b.c"].d           a member whose name holds a dot, a blank or a bracket
    options[0].text      the first element of a list
    ^.id  ^^.id          of the object around the record, of the one around that
    $.request.course     from the document on
    @key  ^@key          the name under which the record (the object around it) stands in its mapping

``records`` paths say where the records stand: they may hold ``*`` for every member of a mapping, and lists on the
way are walked by themselves.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_STEP = re.compile(r"""\.?(?:\[(\d+)\]|\["([^"]+)"\]|\['([^']+)'\])|\.?([^.\[\]"'\s^$@][^.\[\]"']*)""")
_EXAMPLE = 'a path is written as context.user_id, a["b.c"], options[0], ^.id, $.page or @key'
EVERY = "*"
"""The step of a ``records`` path that stands for every member."""


@dataclass(frozen=True)
class JsonPath:
    """A path within one record. ``up``: how many objects further out it begins; None for the document itself."""

    up: int | None
    steps: tuple[str | int, ...]
    is_key: bool = False

    @property
    def pointer(self) -> str:
        """The path as a JSON pointer (RFC 6901), from the object where it begins."""
        return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in self.steps)

    def within(self, outer: JsonPath) -> bool:
        """Whether it leads into what stands at another path."""
        return (
            self.up == outer.up and len(self.steps) > len(outer.steps) and self.steps[: len(outer.steps)] == outer.steps
        )


@lru_cache(maxsize=10_000)
def json_path(text: str) -> JsonPath:
    """The path of a column. Raises ValueError for what is none."""
    carets = len(text) - len(text.lstrip("^"))
    rest, up = text[carets:], carets or 0
    if not carets and rest.startswith("$"):
        return JsonPath(None, _steps(rest[1:], text))
    if rest == "@key":
        return JsonPath(up, (), is_key=True)
    return JsonPath(up, _steps(rest, text))


@lru_cache(maxsize=1_000)
def records_path(text: str) -> tuple[str, ...]:
    """The members that lead from a document to its records. Raises ValueError for what is no such path."""
    steps = _steps(text, text)
    if not all(isinstance(step, str) for step in steps):
        raise ValueError(f"'{text}': where records stand, lists are walked by themselves; leave out the [number]")
    return tuple(str(step) for step in steps)


def _steps(rest: str, whole: str) -> tuple[str | int, ...]:
    found: list[str | int] = []
    at = 0
    while at < len(rest):
        step = _STEP.match(rest, at)
        if step is None or (at == 0 and rest.startswith(".") and rest == whole):
            raise ValueError(f"'{whole}' is no path: {_EXAMPLE}")
        index, *names = step.groups()
        found.append(int(index) if index else next(name for name in names if name))
        at = step.end()
    if not found:
        raise ValueError(f"'{whole}' leads nowhere: {_EXAMPLE}")
    return tuple(found)
