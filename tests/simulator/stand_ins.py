"""A company of which an export asks only who people are, so that each export is tested on months made by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from simulator.world.happenings import COLUMNS, Happenings, empty, typed
from simulator.world.period import Streams
from simulator.world.programmes import Programme
from simulator.world.world import World

Persons = npt.NDArray[np.int64]
Words = npt.NDArray[Any]


@dataclass(frozen=True)
class Staff:
    """Answers as ``Company`` does. ``renamed``: person → day from which another family name and address hold."""

    renamed: Mapping[int, date] = field(default_factory=dict)

    def numbers_at(self, persons: Persons, day: date) -> Words:
        return np.array([f"{1000 + person:06d}" for person in persons], dtype=object)

    def emails_at(self, persons: Persons, day: date) -> Words:
        return np.array([f"{self._family(p, day)}.{p}@meridian.example.com" for p in persons], dtype=object)

    def full_names_at(self, persons: Persons, day: date) -> Words:
        return np.array([f"Zoë {self._family(p, day)}{p}" for p in persons], dtype=object)

    def units_at(self, persons: Persons, day: date) -> Words:
        return np.array([f"O1-{p % 3:02d}" for p in persons], dtype=object)

    def _family(self, person: int, day: date) -> str:
        return "kramer" if person in self.renamed and day >= self.renamed[person] else "faber"


@dataclass(frozen=True)
class Course:
    """One row of ``World.offerings``, as far as the exports of lists and registers look at it."""

    code: str
    title: str
    catalogue_code: str
    tool: str = "moodle"

    @property
    def course(self) -> Course:
        return self


OFFERINGS = (
    Course("CAT-1040", "Fire safety and evacuation", "CAT-1040"),
    Course("CAT-1060", "Coaching conversations", "CAT-1060"),
    Course("CAT-1180", "Working with AI assistants", "", tool="xapi"),
)


def programme(code: str, title: str, behaviour: str) -> Programme:
    return Programme(
        programme_id=behaviour.replace("-", "_"), title=title, course_code=code, capability_id="quality",
        kpi_id="first_time_right", behaviour_id=behaviour, effect=0.1, adoption=1, forgetting=0, lag_months=1,
        opportunity=1, compliance=1, spillover=0, leaving=1, assignment="randomised", starts={},
    )  # fmt: skip


PROGRAMMES = (
    programme("PRG-2010", "Right first time", "check-before-handover"),
    programme("PRG-2020", "Planning the week", "plan-week-ahead"),
)


def world(seed: int = 7, staff: Staff | None = None, corrected: bool = True) -> World:
    """Only what the exports of people's own lists look at; any other question is an AttributeError."""
    recipe = SimpleNamespace(delivery=SimpleNamespace(corrected=corrected))
    parts = SimpleNamespace(
        recipe=recipe, streams=Streams(seed), company=staff or Staff(), offerings=OFFERINGS, programmes=PROGRAMMES
    )
    return cast(World, parts)


def month(ordinal: int, *, is_last: bool = False, **tables: pd.DataFrame) -> Happenings:
    """A month from October 2025 on; tables that are not given are empty."""
    months = 2025 * 12 + 9 + ordinal
    first, following = (date(m // 12, m % 12 + 1, 1) for m in (months, months + 1))
    held = {name: tables.get(name, empty(name)) for name in COLUMNS}
    return Happenings(ordinal, first, following - timedelta(days=1), is_last, held)


def table(name: str, defaults: Mapping[str, object], *rows: Mapping[str, object]) -> pd.DataFrame:
    """A table of the contract from rows that say only what is special about them."""
    frame = pd.DataFrame([{**defaults, **row} for row in rows])
    return typed(name, {column: frame[column] for column in frame})
