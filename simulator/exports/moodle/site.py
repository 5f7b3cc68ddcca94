"""The Moodle site behind its exports: its courses with their modules, and who finished which module when.

happenings of a month (of Moodle's offerings) → Activity, which the log and the reports both tell of
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from simulator.world.accounts import Accounts
from simulator.world.catalogue import MOODLE, Offering
from simulator.world.happenings import Happenings

CONTENT_MODULES = (("File", "resource"), ("Page", "page"), ("Interactive Content", "hvp"), ("URL", "url"))
COMPONENTS = {"Interactive Content": "H5P"}
"""Where the component of the log is called otherwise than the kind of activity."""

PARTS = (
    "what it is about",
    "a case from the floor",
    "how it works",
    "do it yourself",
    "in your own team",
    "pitfalls",
    "looking back",
    "further",
)


@dataclass(frozen=True)
class Module:
    """One activity of a course. ``kind`` is Moodle's word on screen, ``plugin`` its word in the log's texts."""

    cmid: int
    kind: str
    plugin: str
    name: str

    @property
    def context(self) -> str:
        return f"{self.kind}: {self.name}"

    @property
    def component(self) -> str:
        return COMPONENTS.get(self.kind, self.kind)


@dataclass(frozen=True)
class Course:
    """One Moodle course. ``offering`` is its index in the catalogue; ``quiz`` is None where nothing is tested."""

    offering: int
    course_id: int
    shortname: str
    fullname: str
    idnumber: str
    contents: tuple[Module, ...]
    quiz: Module | None
    pass_mark: int

    @property
    def modules(self) -> tuple[Module, ...]:
        return (*self.contents, self.quiz) if self.quiz else self.contents

    @property
    def context(self) -> str:
        return f"Course: {self.fullname}"

    @property
    def file_slug(self) -> str:
        """The short name as Moodle puts it into the names of downloads."""
        return re.sub(r"[^a-z0-9-]", "_", self.shortname.lower())


@dataclass(frozen=True)
class Activity:
    """One month of the site. Every table has offering and moodle_id.

    ``finished``: enrolment, module (place in the course), at. One row per content module that was finished.
    ``completed``: the course as a whole.
    """

    enrolments: pd.DataFrame
    sessions: pd.DataFrame
    attempts: pd.DataFrame
    finished: pd.DataFrame
    completed: pd.DataFrame


class Site:
    """``courses``: offering → course."""

    def __init__(self, offerings: tuple[Offering, ...], accounts: Accounts) -> None:
        self.courses = {index: _course(index, o) for index, o in enumerate(offerings) if o.tool == MOODLE}
        self.accounts = accounts
        self.moodle_ids = accounts.moodle_id_of
        self.sizes = np.zeros(len(offerings), dtype=np.int64)
        for index, course in self.courses.items():
            self.sizes[index] = len(course.contents)

    def month(self, happened: Happenings) -> Activity:
        sessions = self._own(happened, "sessions")
        return Activity(
            self._own(happened, "enrolments"), sessions, self._own(happened, "attempts"),
            self._finished(sessions), self._own(happened, "completions"),
        )  # fmt: skip

    def _own(self, happened: Happenings, table: str) -> pd.DataFrame:
        rows = happened[table]
        rows = rows[self.sizes[rows["offering"]] > 0].reset_index(drop=True)
        return rows.assign(moodle_id=self.moodle_ids[rows["person"]])

    def _finished(self, sessions: pd.DataFrame) -> pd.DataFrame:
        """A module is finished in the sitting in which the progress passes its place in the course."""
        size = self.sizes[sessions["offering"]]
        before, after = (
            np.floor(sessions[name].to_numpy() * size + 1e-9).astype(np.int64)
            for name in ("previous_progress", "progress")
        )
        new = after - before
        rows = np.repeat(np.arange(len(sessions)), new)
        within = np.arange(len(rows)) - np.repeat(np.cumsum(new) - new, new)
        told = sessions.iloc[rows][["enrolment", "offering", "moodle_id", "at", "minutes"]].reset_index(drop=True)
        share = (within + 1) / np.repeat(new, new)
        passed = (told["minutes"].to_numpy() * share * 60).astype(np.int64).astype("m8[s]")
        told = told.assign(at=told["at"].to_numpy() + passed, module=before[rows] + within)
        return told[["enrolment", "offering", "moodle_id", "module", "at"]]


def _course(index: int, offering: Offering) -> Course:
    course_id = int(offering.activity_id)
    contents = tuple(
        Module(
            course_id * 20 + place,
            *CONTENT_MODULES[(index + place) % len(CONTENT_MODULES)],
            f"{offering.title}: {PARTS[place]}",
        )
        for place in range(offering.modules)
    )
    quiz = (
        Module(course_id * 20 + 19, "Quiz", "quiz", f"{offering.title}: final test")
        if offering.course.pass_mark
        else None
    )
    return Course(
        index,
        course_id,
        offering.slug.upper(),
        offering.title,
        offering.catalogue_code,
        contents,
        quiz,
        offering.course.pass_mark or 0,
    )
