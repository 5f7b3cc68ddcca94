"""Moodle's site log, exported once a month, with the last days of the month before once more.

The log is at minute precision and without a zone, newest first. It says who acted only inside the text of
the description, for privacy had the name columns blanked; teachers, the administrator who exports the log and
a shared kiosk stand among the learners.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from simulator.exports.files import Folder, csv_line, csv_text
from simulator.exports.moodle.site import Activity, Course, Module, Site
from simulator.world.happenings import Happenings

COLUMNS = (
    "Course", "Time", "User full name", "Affected user", "Event context",
    "Component", "Event name", "Description", "Origin", "IP address",
)  # fmt: skip

OVERLAP_DAYS = 3
EXPORT_TIME = time(7, 12)
KIOSK_VIEWS_PER_MONTH = 14

Event = tuple[np.datetime64, int, str, str, str, str, str, str]
"""at, actor, course, context, component, name, description, origin."""

FIELDS = ("at", "actor", "course", "context", "component", "name", "description", "origin")


class Log:
    """One file a month; ``tail`` is what the next file repeats."""

    def __init__(self, site: Site, folder: Folder, rng: np.random.Generator) -> None:
        self.site, self.folder, self.rng = site, folder, rng
        self.tail = _events([])
        self.previous = np.datetime64("1900-01-01", "s")

    def month(self, happened: Happenings, activity: Activity) -> None:
        exported = datetime.combine(happened.last + timedelta(days=1), EXPORT_TIME)
        events = pd.concat(
            [_events(learning) for learning in _learning(self.site, activity)]
            + [_events(_house(self.site, happened.first, exported, self.rng))], ignore_index=True,
        )  # fmt: skip
        rows = pd.concat([self.tail, events], ignore_index=True)
        rows = rows[rows["at"] <= np.datetime64(exported, "s")]
        rows = rows.sort_values("at", kind="stable", ascending=False, ignore_index=True)
        name = f"logs_{exported:%Y%m%d-%H%M}.csv" + (".gz" if happened.ordinal % 3 == 1 else "")
        counts = {
            "records": len(rows), "redelivered": int((rows["at"] <= self.previous).sum()),
            "rejected": 0, "duplicate": 0,
        }  # fmt: skip
        with self.folder.stream(name, exported, counts) as write:
            write(csv_text([COLUMNS], "").encode())
            for start in range(0, len(rows), LINES_AT_ONCE):
                write(_lines(rows.iloc[start : start + LINES_AT_ONCE]).encode())
        opens = np.datetime64(happened.last + timedelta(days=1) - timedelta(days=OVERLAP_DAYS), "s")
        beyond = events[events["at"] > np.datetime64(exported, "s")]
        self.tail = pd.concat([rows[rows["at"] >= opens][::-1], beyond], ignore_index=True)
        self.previous = np.datetime64(exported, "s")


LINES_AT_ONCE = 100_000


def _events(events: Iterable[Event]) -> pd.DataFrame:
    columns: list[Sequence[Any]] = list(zip(*events, strict=True)) or [() for _ in FIELDS]
    frame = {name: pd.Series(values, dtype=object) for name, values in zip(FIELDS, columns, strict=True)}
    frame["at"] = pd.Series(np.array(columns[0], dtype="M8[s]"))
    frame["actor"] = pd.Series(np.array(columns[1], dtype=np.int64))
    return pd.DataFrame(frame)


def _learning(site: Site, activity: Activity) -> Iterator[Iterator[Event]]:
    """What learners did, one table of the month after the other."""
    yield _enrolments(site, activity.enrolments)
    yield _views(site, activity.sessions)
    yield _module_completions(site, activity.finished)
    yield _attempts(site, activity.attempts)
    yield _course_completions(site, activity.completed)


def _cells(rows: pd.DataFrame, *names: str) -> Iterator[tuple[Any, ...]]:
    """Rows as tuples; instants stay as they are."""
    return zip(*(rows[name].to_numpy() if name == "at" else rows[name].tolist() for name in names), strict=True)


def _enrolments(site: Site, rows: pd.DataFrame) -> Iterator[Event]:
    admin = site.accounts.admin.moodle_id
    rows = rows.assign(at=rows["enrolled_at"], by_hr=rows["initiator"] == "hr")
    for at, moodle_id, offering, by_hr in _cells(rows, "at", "moodle_id", "offering", "by_hr"):
        actor, method = (admin, "manual") if by_hr else (moodle_id, "self")
        course = site.courses[offering]
        text = (
            f"The user with id '{actor}' enrolled the user with id '{moodle_id}' using the enrolment method "
            f"'{method}' in the course with id '{course.course_id}'."
        )
        yield _of_course(course, at, actor, "User enrolled in course", text)


def _views(site: Site, rows: pd.DataFrame) -> Iterator[Event]:
    for at, moodle_id, offering in _cells(rows, "at", "moodle_id", "offering"):
        yield _course_viewed(site.courses[offering], at, moodle_id)


def _module_completions(site: Site, rows: pd.DataFrame) -> Iterator[Event]:
    minute = np.timedelta64(60, "s")
    for at, moodle_id, offering, place in _cells(rows, "at", "moodle_id", "offering", "module"):
        course = site.courses[offering]
        module = course.contents[place]
        yield _module_viewed(course, module, at - minute, moodle_id)
        yield _completion_updated(course, module, at, moodle_id)


def _attempts(site: Site, rows: pd.DataFrame) -> Iterator[Event]:
    before = np.timedelta64(300, "s")
    for at, moodle_id, offering, attempt, is_pass in _cells(rows, "at", "moodle_id", "offering", "attempt", "is_pass"):
        course, number = site.courses[offering], attempt + FIRST_ATTEMPT
        quiz = course.quiz
        assert quiz is not None, "only courses with a quiz have attempts"
        for done, moment in (("started", at - before), ("submitted", at)):
            text = (
                f"The user with id '{moodle_id}' has {done} the attempt with id '{number}' for the quiz "
                f"with course module id '{quiz.cmid}'."
            )
            yield moment, moodle_id, course.shortname, quiz.context, "Quiz", f"Quiz attempt {done}", text, "web"
        graded = (
            f"The user with id '-1' updated the grade with id '{number + 20000}' for the user with id "
            f"'{moodle_id}' for the grade item with id '{quiz.cmid + 1}'."
        )
        yield _of_course(course, at, moodle_id, "User graded", graded)
        if is_pass:
            yield _completion_updated(course, quiz, at, moodle_id)


FIRST_ATTEMPT = 5001


def _course_completions(site: Site, rows: pd.DataFrame) -> Iterator[Event]:
    # Course completion is noticed by a scheduled task, some minutes later, and not over the web.
    noticed = np.timedelta64(420, "s")
    for at, moodle_id, offering in _cells(rows, "at", "moodle_id", "offering"):
        course = site.courses[offering]
        text = f"The user with id '{moodle_id}' completed the course with id '{course.course_id}'."
        yield _of_course(course, at + noticed, moodle_id, "Course completed", text, origin="cli")


def _house(site: Site, first: date, exported: datetime, rng: np.random.Generator) -> Iterator[Event]:
    """What isn't one learner's doing: the export itself, trainers at their courses, the kiosk that many use."""
    admin, minute = site.accounts.admin.moodle_id, np.timedelta64(60, "s")
    viewed = _log_viewed(admin, 0)
    yield np.datetime64(exported, "s"), admin, "-", "System", "Logs", "Log report viewed", viewed, "web"
    trainers = [account.moodle_id for account in site.accounts.playing("trainer")]
    courses = list(site.courses.values())
    kiosk = site.accounts.kiosk.moodle_id
    for course in courses:
        at, trainer = _moment(rng, first), trainers[int(rng.integers(len(trainers)))]
        yield _course_viewed(course, at, trainer)
        text = _log_viewed(trainer, course.course_id)
        yield _of_course(course, at + minute, trainer, "Log report viewed", text, "Logs")
        text = f"The user with id '{trainer}' viewed the grader report in the gradebook."
        yield _of_course(course, at + 4 * minute, trainer, "Grader report viewed", text, "Grader report")
    for _ in range(KIOSK_VIEWS_PER_MONTH):
        course = courses[int(rng.integers(len(courses)))]
        at = _moment(rng, first)
        yield _course_viewed(course, at, kiosk)
        yield _module_viewed(course, course.contents[0], at + 2 * minute, kiosk)


def _moment(rng: np.random.Generator, first: date) -> np.datetime64:
    later = timedelta(days=int(rng.integers(28)), seconds=int(rng.integers(8 * 3600)))
    return np.datetime64(datetime.combine(first, time(9)) + later, "s")


def _course_viewed(course: Course, at: np.datetime64, actor: int) -> Event:
    text = f"The user with id '{actor}' viewed the course with id '{course.course_id}'."
    return _of_course(course, at, actor, "Course viewed", text)


def _of_course(
    course: Course, at: np.datetime64, actor: int, name: str, text: str, component: str = "System", origin: str = "web"
) -> Event:
    return at, actor, course.shortname, course.context, component, name, text, origin


def _module_viewed(course: Course, module: Module, at: np.datetime64, actor: int) -> Event:
    text = f"The user with id '{actor}' viewed the '{module.plugin}' activity with course module id '{module.cmid}'."
    return at, actor, course.shortname, module.context, module.component, "Course module viewed", text, "web"


def _completion_updated(course: Course, module: Module, at: np.datetime64, actor: int) -> Event:
    text = (
        f"The user with id '{actor}' updated the completion state for the course module with id '{module.cmid}' "
        f"for the user with id '{actor}'."
    )
    return at, actor, course.shortname, module.context, "System", "Course activity completion updated", text, "web"


def _log_viewed(actor: int, course_id: int) -> str:
    return f"The user with id '{actor}' viewed the log report for the course with id '{course_id}'."


def _lines(rows: pd.DataFrame) -> str:
    """Rows as Moodle writes them: every field that isn't empty in quotes only where it has to be."""
    when = _times(rows["at"].to_numpy())
    told = zip(when, *(rows[name].tolist() for name in FIELDS[1:]), strict=True)
    return "".join(
        csv_line((course, at, "-", "-", context, part, name, text, origin, _address(actor, origin)), quote_if="") + "\n"
        for at, actor, course, context, part, name, text, origin in told
    )


def _times(moments: npt.NDArray[np.datetime64]) -> list[str]:
    """As in ``4/03/25, 09:15``: a day without and a month with a leading zero."""
    told = np.datetime_as_string(moments.astype("M8[m]")).tolist()
    return [f"{int(t[8:10])}/{t[5:7]}/{t[2:4]}, {t[11:16]}" for t in told]


def _address(actor: int, origin: str) -> str:
    return "" if origin == "cli" else f"10.7.{actor // 200 % 200}.{actor % 200 + 20}"
