"""The months of a company, one after the other: what happens, and what of it is planted truth.

    World → Chronicle → one (Happenings, applied) a month

State is kept per person, team and enrolment, never per event, so memory doesn't follow the length of the period.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from simulator.world.calendar import Calendar
from simulator.world.catalogue import CLASSROOM
from simulator.world.daily_work import Absences, Appraisals, Climate, Costs, LearningTime
from simulator.world.evidence import Evidence
from simulator.world.happenings import Happenings
from simulator.world.learning import Learning
from simulator.world.licences import Licences, still_there
from simulator.world.presence import Presence, presence
from simulator.world.results import Results
from simulator.world.transfer import Applied, Transfer
from simulator.world.world import World


@dataclass(frozen=True)
class Month:
    """``happened`` is told to the tools; the rest only the truth gets to know.

    ``applied``: what each programme did in each team; ``expected``: every KPI of every team without any of that.
    """

    happened: Happenings
    there: Presence
    applied: list[Applied]
    expected: npt.NDArray[np.float64]


class Chronicle:
    """Runs the world; iterate over it once."""

    def __init__(self, world: World) -> None:
        streams, people = world.streams, len(world.company.people)
        structure, teams = world.company.structure, len(world.company.structure.teams)
        self.world = world
        self.calendar = Calendar(world.period.first_days())
        self.learning = Learning(
            world.recipe, world.offerings, world.programmes, structure.teams, people, self.calendar,
            streams.of("learning"),
        )  # fmt: skip
        self.transfer = Transfer(world.programmes, structure, people, streams.of("transfer"))
        self.evidence = Evidence(world.recipe, world.programmes, self.transfer, self.calendar, streams.of("evidence"))
        self.results = Results(
            world.levels, world.programmes, structure, world.recipe.upheaval, streams.of("results")
        )  # fmt: skip
        self.licences = Licences(people, self.calendar, streams.of("licences"))
        self.absences = Absences(world.recipe, self.calendar, streams.of("absences"))
        self.learning_time = LearningTime(world.recipe, teams, streams.of("learning time"))
        self.appraisals = Appraisals(world.programmes, self.transfer, self.calendar, streams.of("appraisals"))
        self.climate = Climate(self.transfer, streams.of("climate"))
        self.costs = Costs(world.offerings, streams.of("costs"))
        self.is_classroom = np.array([offering.tool == CLASSROOM for offering in world.offerings])
        self.programme_of = np.array(
            [self._programme(offering.course.programme) for offering in world.offerings], dtype=np.int64
        )

    def __iter__(self) -> Iterator[Month]:
        for ordinal in range(self.world.period.months):
            yield self._month(presence(self.world.company, ordinal))

    def _month(self, there: Presence) -> Month:
        self.learning.month(there)
        tables = {
            "requests": self.calendar.take("requests", there.ordinal, "requested_at"),
            "enrolments": self._told("enrolments", "enrolled_at", there),
            "sessions": self._told("sessions", "at", there),
            "attempts": self._told("attempts", "at", there),
            "completions": self._told("completions", "at", there),
            "attendances": self._told("attendances", "started_at", there),
        }
        applied = self.transfer.month(tables["completions"], self.programme_of, there)
        done = tables["completions"].assign(programme=self.programme_of[tables["completions"]["offering"]])
        # Of a programme's two halves the e-learning, which everybody takes, is the one that questions go with.
        begun = tables["enrolments"][~self.is_classroom[tables["enrolments"]["offering"]]]
        self.evidence.month(begun, done, there)
        for room in (self.licences, self.absences, self.appraisals):
            room.month(there)
        tables["learning_time"] = self.learning_time.month(tables["sessions"], there)
        tables |= {name: self._told(name, "at", there) for name in ("tests", "surveys", "observations")}
        tables["capability_assessments"] = self._told("capability_assessments", "at", there)
        tables["certifications"] = still_there(self.calendar.take("certifications", there.ordinal, "day"), there)
        tables["absences"] = self.calendar.take("absences", there.ordinal, "started")
        tables["climate"] = self.climate.month(there)
        tables["costs"] = self.costs.month(tables["sessions"], tables["attendances"], there)
        tables["kpi_values"] = self.results.month(there, applied)
        happened = Happenings(there.ordinal, there.first, there.last, there.is_last, tables)
        return Month(happened, there, applied, self.results.expected)

    def _told(self, table: str, at: str, there: Presence) -> pd.DataFrame:
        """What the calendar holds for this month, without what people who have left would have done."""
        rows = self.calendar.take(table, there.ordinal, at)
        here = there.holds(rows["person"].to_numpy(), rows[at].to_numpy())
        return rows[here].reset_index(drop=True)

    def _programme(self, programme_id: str) -> int:
        ids = [programme.programme_id for programme in self.world.programmes]
        return ids.index(programme_id) if programme_id else -1
