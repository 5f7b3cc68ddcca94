"""Moodle's site log, exported once a month, with the last days of the month before once more.

The log is at minute precision and without a zone, newest first. It says who acted only inside the text of
the description, for privacy had the name columns blanked; teachers, the administrator who exports the log and
a shared kiosk stand among the learners.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np
import pandas as pd

from simulator.exports.files import Folder, csv_text
from simulator.exports.moodle_site import Course, Module, Site
from simulator.world.period import Period, Streams

COLUMNS = (
    "Course", "Time", "User full name", "Affected user", "Event context",
    "Component", "Event name", "Description", "Origin", "IP address",
)  # fmt: skip

OVERLAP_DAYS = 3
EXPORT_TIME = time(7, 12)
KIOSK_VIEWS_PER_MONTH = 14


@dataclass(frozen=True, slots=True)
class Event:
    at: datetime
    actor: int
    course: str
    context: str
    component: str
    name: str
    description: str
    origin: str = "web"


def export(site: Site, period: Period, folder: Folder, streams: Streams) -> None:
    events = sorted(
        [*_learning(site), *_house(site, period, streams.of("moodle house"))], key=lambda event: event.at, reverse=True
    )
    previous = datetime.min
    for ordinal, month_end in enumerate(period.month_ends()):
        exported = _exported(month_end)
        opens = datetime.combine(month_end.replace(day=1) - timedelta(days=OVERLAP_DAYS), time())
        rows = [event for event in events if opens <= event.at <= exported]
        name = f"logs_{exported:%Y%m%d-%H%M}.csv" + (".gz" if ordinal % 3 == 1 else "")
        folder.write(
            name, csv_text([COLUMNS, *map(_row, rows)]).encode(), exported,
            records=len(rows), redelivered=sum(event.at <= previous for event in rows), rejected=0, duplicate=0,
        )  # fmt: skip
        previous = exported


def _exported(month_end: date) -> datetime:
    return datetime.combine(month_end + timedelta(days=1), EXPORT_TIME)


def _learning(site: Site) -> Iterator[Event]:
    yield from _enrolments(site)
    yield from _views(site)
    yield from _module_completions(site)
    yield from _attempts(site)
    for row in site.enrolments.dropna(subset=["completed_at"]).itertuples():
        course = site.courses[row.offering]
        text = f"The user with id '{row.moodle_id}' completed the course with id '{course.course_id}'."
        # Course completion is noticed by a scheduled task, some minutes later, and not over the web.
        yield _of_course(
            course, row.completed_at + pd.Timedelta(minutes=7), row.moodle_id, "Course completed", text, origin="cli"
        )


def _enrolments(site: Site) -> Iterator[Event]:
    admin = site.accounts.admin.moodle_id
    for row in site.enrolments.itertuples():
        actor, method = (row.moodle_id, "self") if pd.isna(row.due_at) else (admin, "manual")
        course = site.courses[row.offering]
        text = (
            f"The user with id '{actor}' enrolled the user with id '{row.moodle_id}' using the enrolment method "
            f"'{method}' in the course with id '{course.course_id}'."
        )
        yield _of_course(course, row.enrolled_at, actor, "User enrolled in course", text)


def _views(site: Site) -> Iterator[Event]:
    for row in site.sessions.itertuples():
        yield _course_viewed(site.courses[row.offering], row.at, row.moodle_id)


def _module_completions(site: Site) -> Iterator[Event]:
    for row in site.completions.itertuples():
        course = site.courses[row.offering]
        module = course.contents[row.module]
        yield _module_viewed(course, module, row.at - pd.Timedelta(minutes=1), row.moodle_id)
        yield _completion_updated(course, module, row.at, row.moodle_id)


def _attempts(site: Site) -> Iterator[Event]:
    for row in site.attempts.itertuples():
        course = site.courses[row.offering]
        quiz = course.quiz
        assert quiz is not None, "only courses with a quiz have attempts"
        for done, at in (("started", row.at - pd.Timedelta(minutes=5)), ("submitted", row.at)):
            text = (
                f"The user with id '{row.moodle_id}' has {done} the attempt with id '{row.attempt_id}' for the quiz "
                f"with course module id '{quiz.cmid}'."
            )
            yield Event(at, row.moodle_id, course.shortname, quiz.context, "Quiz", f"Quiz attempt {done}", text)
        graded = (
            f"The user with id '-1' updated the grade with id '{row.attempt_id + 20000}' for the user with id "
            f"'{row.moodle_id}' for the grade item with id '{quiz.cmid + 1}'."
        )
        yield _of_course(course, row.at, row.moodle_id, "User graded", graded)
        if row.is_pass:
            yield _completion_updated(course, quiz, row.at, row.moodle_id)


def _house(site: Site, period: Period, rng: np.random.Generator) -> Iterator[Event]:
    """What isn't one learner's doing: the exports themselves, trainers at their courses, the kiosk that many use."""
    admin = site.accounts.admin.moodle_id
    for month_end in period.month_ends():
        yield Event(_exported(month_end), admin, "-", "System", "Logs", "Log report viewed", _log_viewed(admin, 0))
    trainers = [account.moodle_id for account in site.accounts.playing("trainer")]
    courses = list(site.courses.values())
    kiosk = site.accounts.kiosk.moodle_id
    for first in period.first_days():
        for course in courses:
            at, trainer = _moment(rng, first), int(rng.choice(trainers))
            yield _course_viewed(course, at, trainer)
            yield _of_course(
                course,
                at + timedelta(minutes=1),
                trainer,
                "Log report viewed",
                _log_viewed(trainer, course.course_id),
                "Logs",
            )
            text = f"The user with id '{trainer}' viewed the grader report in the gradebook."
            yield _of_course(course, at + timedelta(minutes=4), trainer, "Grader report viewed", text, "Grader report")
        for _ in range(KIOSK_VIEWS_PER_MONTH):
            course = courses[int(rng.integers(len(courses)))]
            at = _moment(rng, first)
            yield _course_viewed(course, at, kiosk)
            yield _module_viewed(course, course.contents[0], at + timedelta(minutes=2), kiosk)


def _moment(rng: np.random.Generator, first: date) -> datetime:
    return datetime.combine(first, time(9)) + timedelta(days=int(rng.integers(28)), seconds=int(rng.integers(8 * 3600)))


def _course_viewed(course: Course, at: datetime, actor: int) -> Event:
    return _of_course(
        course,
        at,
        actor,
        "Course viewed",
        f"The user with id '{actor}' viewed the course with id '{course.course_id}'.",
    )


def _of_course(
    course: Course, at: datetime, actor: int, name: str, text: str, component: str = "System", origin: str = "web"
) -> Event:
    return Event(at, actor, course.shortname, f"Course: {course.fullname}", component, name, text, origin)


def _module_viewed(course: Course, module: Module, at: datetime, actor: int) -> Event:
    text = f"The user with id '{actor}' viewed the '{module.plugin}' activity with course module id '{module.cmid}'."
    return Event(at, actor, course.shortname, module.context, module.component, "Course module viewed", text)


def _completion_updated(course: Course, module: Module, at: datetime, actor: int) -> Event:
    text = (
        f"The user with id '{actor}' updated the completion state for the course module with id '{module.cmid}' "
        f"for the user with id '{actor}'."
    )
    return Event(at, actor, course.shortname, module.context, "System", "Course activity completion updated", text)


def _log_viewed(actor: int, course_id: int) -> str:
    return f"The user with id '{actor}' viewed the log report for the course with id '{course_id}'."


def _row(event: Event) -> tuple[str, ...]:
    at, actor = event.at, event.actor
    address = "" if event.origin == "cli" else f"10.7.{actor // 200 % 200}.{actor % 200 + 20}"
    when = f"{at.day}/{at:%m/%y, %H:%M}"
    return (
        event.course,
        when,
        "-",
        "-",
        event.context,
        event.component,
        event.name,
        event.description,
        event.origin,
        address,
    )
