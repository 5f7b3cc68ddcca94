"""The Moodle site behind its exports: its courses with their modules, and who finished which module when.

behaviour (sessions, attempts) → module completions, which the log and the reports both tell of
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from simulator.world.accounts import Accounts
from simulator.world.behaviour import Behaviour
from simulator.world.catalogue import MOODLE, Offering

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
    def file_slug(self) -> str:
        """The short name as Moodle puts it into the names of downloads."""
        return re.sub(r"[^a-z0-9-]", "_", self.shortname.lower())


@dataclass(frozen=True)
class Site:
    """``enrolments``, ``sessions`` and ``attempts`` are those of Moodle only, each with moodle_id and offering.

    ``completions``: enrolment, module (place in the course), at. One row per content module that was finished.
    """

    courses: dict[int, Course]
    accounts: Accounts
    enrolments: pd.DataFrame
    sessions: pd.DataFrame
    attempts: pd.DataFrame
    completions: pd.DataFrame


def build_site(offerings: tuple[Offering, ...], accounts: Accounts, behaviour: Behaviour) -> Site:
    courses = {index: _course(index, o) for index, o in enumerate(offerings) if o.tool == MOODLE}
    everything = behaviour.enrolments
    enrolments = everything[everything["offering"].isin(courses)].assign(
        moodle_id=lambda e: e["person"].map(accounts.moodle_ids())
    )
    owner = enrolments[["enrolment", "offering", "moodle_id"]]
    sessions = behaviour.sessions.merge(owner, on="enrolment").sort_values(["enrolment", "ordinal"], ignore_index=True)
    attempts = behaviour.attempts.merge(owner, on="enrolment").sort_values(["enrolment", "ordinal"], ignore_index=True)
    attempts.insert(0, "attempt_id", np.arange(len(attempts)) + 5001)
    return Site(courses, accounts, enrolments, sessions, attempts, _completions(sessions, courses))


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


def _completions(sessions: pd.DataFrame, courses: dict[int, Course]) -> pd.DataFrame:
    """A module is finished in the sitting in which the progress passes its place in the course."""
    size = sessions["offering"].map({index: len(course.contents) for index, course in courses.items()})
    reached = np.floor(sessions["progress"] * size + 1e-9).astype(int)
    before = reached.groupby(sessions["enrolment"]).shift(fill_value=0)
    new = (reached - before).to_numpy()
    finished = sessions.loc[sessions.index.repeat(new), ["enrolment", "offering", "moodle_id", "at", "minutes"]]
    finished = finished.assign(within=finished.groupby(level=0).cumcount() + 1, of=np.repeat(new, new))
    finished = finished.reset_index(drop=True)
    share = finished["within"] / finished["of"]
    finished["at"] = (finished["at"] + pd.to_timedelta(finished["minutes"] * share * 60, unit="s")).dt.floor("s")
    finished["module"] = finished.groupby("enrolment").cumcount()
    return finished[["enrolment", "offering", "moodle_id", "module", "at"]]
