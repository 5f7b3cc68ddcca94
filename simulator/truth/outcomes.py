"""How every enrolment ended, whichever tool knows of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from simulator.world.chance import Array
from simulator.world.happenings import Happenings
from simulator.world.world import World

RECENT = np.timedelta64(30 * 86_400, "s")
"""Who did something in the last month of the period is still at it."""


class Outcomes:
    """``enrolments.csv``: one row per enrolment; instants are local.

    ``outcome``: not_started, in_progress, abandoned, failed, completed.
    """

    def __init__(self, to: Path, world: World) -> None:
        self.to, self.world = to, world
        self.enrolments: list[pd.DataFrame] = []
        self.started, self.last, self.completed = (np.full(0, np.datetime64("NaT", "s")) for _ in range(3))
        self.score, self.passed = np.full(0, np.nan), np.zeros(0, dtype=np.bool_)

    def month(self, happened: Happenings) -> None:
        enrolments, sessions = happened["enrolments"], happened["sessions"]
        self.enrolments.append(enrolments)
        self._grow(max((int(happened[t]["enrolment"].max()) for t in _TABLES if len(happened[t])), default=-1) + 1)
        begun = sessions[sessions["ordinal"] == 1]
        self.started[begun["enrolment"]] = begun["at"].to_numpy()
        self.last[sessions["enrolment"]] = sessions["at"].to_numpy()  # in order of time, so the last one stands
        attempts = happened["attempts"]
        np.fmax.at(self.score, attempts["enrolment"].to_numpy(), attempts["score"].to_numpy())
        self.passed[attempts["enrolment"][attempts["is_pass"]]] = True
        done = happened["completions"]
        self.completed[done["enrolment"]] = done["at"].to_numpy()

    def _grow(self, size: int) -> None:
        more = size - len(self.started)
        if more > 0:
            self.started, self.last, self.completed = (
                np.concatenate([values, np.full(more, np.datetime64("NaT", "s"))])
                for values in (self.started, self.last, self.completed)
            )
            self.score = np.concatenate([self.score, np.full(more, np.nan)])
            self.passed = np.concatenate([self.passed, np.zeros(more, dtype=np.bool_)])

    def close(self) -> None:
        rows = pd.concat(self.enrolments, ignore_index=True)
        at, offerings = rows["enrolment"].to_numpy(), [self.world.offerings[place] for place in rows["offering"]]
        numbers = np.array([person.employee_number for person in self.world.company.people], dtype=object)
        told = pd.DataFrame(
            {
                "enrolment": at, "person": rows["person"], "employee_number": numbers[rows["person"]],
                "course_code": [o.course.code for o in offerings], "tool": [o.tool for o in offerings],
                "activity_id": [o.activity_id for o in offerings], "enrolled_at": rows["enrolled_at"],
                "due_at": rows["due_at"], "started_at": self.started[at], "completed_at": self.completed[at],
                "outcome": self._outcome(at), "score": self.score[at], "initiator": rows["initiator"],
            }
        )  # fmt: skip
        told.to_csv(self.to / "enrolments.csv", index=False, lineterminator="\n")

    def _outcome(self, at: Array) -> Array:
        recent = self.last[at] > np.datetime64(self.world.period.end, "s") - RECENT
        failed = ~np.isnan(self.score[at]) & ~self.passed[at]
        reasons = [np.isnat(self.started[at]), ~np.isnat(self.completed[at]), failed, recent]
        return np.select(reasons, ["not_started", "completed", "failed", "in_progress"], "abandoned")


_TABLES = ("enrolments", "sessions", "attempts", "completions")
