"""The list of what was sent, for the truth: which statement stands where, and what is odd about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
import pandas as pd

from simulator.exports.xapi.broken import RULES
from simulator.exports.xapi.filling import Texts, Writer
from simulator.exports.xapi.mistakes import EARLY
from simulator.exports.xapi.rows import (
    CONFLICT,
    GROUP,
    INVALID,
    NORMAL,
    RESENT,
    ROLES,
    SKEWED,
    VOID,
    VOIDED,
    Flags,
    Rows,
)  # fmt: skip
from simulator.exports.xapi.statements import PLACES, SHAPES, verb_name

Listing = Literal["all", "planted"]

_VERBS = np.array([verb_name(shape) for shape in SHAPES.values()], dtype=object)
_CHANGED = np.array(["duration" if shape.result == "duration" else "score" for shape in SHAPES.values()], dtype=object)
_OF_MEMBERS = PLACES["discussed"]
_ROLES = np.array(ROLES, dtype=object)
COLUMNS = {
    "statement_id": "str", "tool": "str", "file": "str", "copies": "int64", "verb": "str", "role": "str",
    "detail": "str", "person": "int64", "offering": "int64", "event": "int64",
}  # fmt: skip
"""``file`` is in the tool's folder; ``person`` and ``offering`` are the world's numbers, -1 is nobody and nothing;
``event`` is one number for all copies of what was said once, in both LRSs and under whatever id.

``detail``, by role: voided: ``void_before_target`` or nothing. void: the id that it voids. resent: the id that the
event had first. skewed: by how many seconds the clock was wrong. conflict: what of the result was changed. group: the
persons in it, with blanks between, if it tells them. invalid: the rule.
"""
_NOTHING = pd.DataFrame(columns=list(COLUMNS)).astype(COLUMNS)


class Sent:
    """What was sent since it was last taken. ``listing``: ``planted`` leaves out what is as it should be."""

    def __init__(self, tool: str, writer: Writer, listing: Listing) -> None:
        self._tool, self._writer, self._listing = tool, writer, listing
        self._frames: list[pd.DataFrame] = []

    def add(self, file: str, rows: Rows, ids: Texts, is_twice: Flags) -> None:
        """Note that the rows stand in the file, and which of them twice."""
        if self._listing == "planted":
            odd = (rows["role"] != NORMAL) | is_twice
            rows, ids, is_twice = rows[odd], ids[odd], is_twice[odd]
        columns = {
            "statement_id": ids, "tool": self._tool, "file": file, "copies": 1 + is_twice.astype(np.int64),
            "verb": _VERBS[rows["shape"]], "role": _ROLES[rows["role"]], "detail": self._details(rows),
            "person": np.where(rows["role"] == GROUP, -1, rows["person"]), "offering": rows["offering"],
            "event": rows["event"],
        }  # fmt: skip
        self._frames.append(pd.DataFrame(columns, index=range(len(rows))).astype(COLUMNS))

    def take(self) -> pd.DataFrame:
        """The list since the last call: ``COLUMNS``, also where nothing was sent."""
        frames, self._frames = self._frames, []
        return pd.concat([_NOTHING, *frames], ignore_index=True).astype(COLUMNS)

    def _details(self, rows: Rows) -> Texts:
        details = np.full(len(rows), "", dtype=object)
        for role, tell in self._tellers().items():
            index = rows["role"] == role
            if index.any():
                details[index] = tell(rows[index])
        return details

    def _tellers(self) -> dict[int, Callable[[Rows], list[str]]]:
        """Role → what is told of it."""
        return {
            SKEWED: lambda rows: [str(seconds) for seconds in rows["note"].tolist()],
            VOIDED: lambda rows: ["void_before_target" if note == EARLY else "" for note in rows["note"].tolist()],
            VOID: self._writer.targets,
            RESENT: self._writer.originals,
            CONFLICT: lambda rows: _CHANGED[rows["shape"]].tolist(),
            INVALID: lambda rows: [RULES[note] for note in rows["note"].tolist()],
            GROUP: self._people,
        }

    def _people(self, rows: Rows) -> list[str]:
        """The members of each group; a circle doesn't tell them."""
        groups = zip((rows["shape"] == _OF_MEMBERS).tolist(), self._writer.members(rows).tolist(), strict=True)
        return [" ".join(map(str, people)) if is_told else "" for is_told, people in groups]
