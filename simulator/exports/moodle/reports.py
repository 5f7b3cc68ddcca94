"""Moodle's other downloads: users, courses, grades, course completion and activity completion.

Each is the full state on its day. A report names its course only in the name of the file. The two
completion reports write dates in two ways, and put each activity into a pair of columns; the activity report
leaves its first header blank.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, time
from typing import NamedTuple

import pandas as pd

from simulator.exports.files import ZONE, Folder, csv_text
from simulator.exports.moodle.site import Activity, Course, Site
from simulator.world.company import Company
from simulator.world.happenings import Happenings

QUOTED_BY_PHP = " \t\r\\"
"""PHP's CSV writer quotes a field that holds a blank; Moodle's grade and completion downloads use it."""

GRADE_COLUMNS = ("First name", "Last name", "ID number", "Institution", "Department", "Email address")
GRADE_PARTS = ("Real", "Percentage")
"""Display types chosen for the export: points alone can't be put on a scale, because the report has no maximum."""

COMPLETED, NOT_COMPLETED = "Completed", "Not completed"
PASSED, FAILED = "Completed (achieved pass grade)", "Completed (did not achieve pass grade)"

Row = list[object]


class Reports:
    """Users and courses twice a year; grades and activity completion at half time; everything at the end.

    The reports show states and not events, so all that is kept of a month is what still stands at its end.
    """

    def __init__(self, site: Site, company: Company, folder: Folder) -> None:
        self.site, self.company, self.folder = site, company, folder
        self.half = company.period.month_ends()[(company.period.months - 1) // 2]
        self.kept: defaultdict[str, list[pd.DataFrame]] = defaultdict(list)
        self.accounts = pd.DataFrame(
            [(a.moodle_id, a.given, a.family, a.email, a.idnumber) for a in site.accounts.moodle],
            columns=pd.Index(["moodle_id", "given", "family", "email", "idnumber"]),
        )

    def month(self, happened: Happenings, activity: Activity) -> None:
        self.kept["enrolments"].append(activity.enrolments[["enrolment", "offering", "moodle_id"]])
        self.kept["finished"].append(activity.finished[["enrolment", "offering", "module", "at"]])
        self.kept["attempts"].append(activity.attempts[["enrolment", "offering", "at", "score", "is_pass"]])
        self.kept["completed"].append(activity.completed[["enrolment", "offering", "at"]])
        if happened.is_last or happened.ordinal % 6 == 5:
            self._write_users(happened.last)
            self._write_courses(happened.last)
        if happened.last == self.half or happened.is_last:
            self._write_courses_reports(happened.last, happened.is_last)

    def _write_courses_reports(self, day: date, is_last: bool) -> None:
        """Each table is cut by course once; a course is then a look-up."""
        whole = {name: pd.concat(parts, ignore_index=True) for name, parts in self.kept.items()}
        cut = {name: dict(list(table.groupby("offering"))) for name, table in whole.items()}
        for place, course in self.site.courses.items():
            of_course = {name: tables[place] for name, tables in cut.items() if place in tables}
            if "enrolments" not in of_course:
                continue
            standing = _Standing(course, of_course, self.accounts)
            if not is_last:
                self._write_progress(course, standing, day)
            if course.quiz is not None:
                self._write_grades(course, standing, day)
            if is_last:
                self._write_completion(course, standing, day)

    def _write_users(self, day: date) -> None:
        came: dict[int, date] = {}
        for job in self.company.jobs:
            came.setdefault(job.person, job.started)
        rows: list[Row] = [["id", "username", "email", "firstname", "lastname", "idnumber"]]
        rows += [
            [a.moodle_id, a.username, a.email, a.given, a.family, a.idnumber]
            for a in self.site.accounts.moodle
            if a.person is None or came[a.person] <= day
        ]
        self.folder.write(f"users_{day}.csv", csv_text(rows).encode(), _evening(day), **_counts(rows))

    def _write_courses(self, day: date) -> None:
        rows: list[Row] = [["id", "shortname", "fullname", "idnumber", "category", "lang", "visible"]]
        for course in self.site.courses.values():
            rows.append([course.course_id, course.shortname, course.fullname, course.idnumber, "Learning", "en", 1])
        self.folder.write(f"courses_{day}.csv", csv_text(rows).encode(), _evening(day), **_counts(rows))

    def _write_grades(self, course: Course, standing: _Standing, day: date) -> None:
        assert course.quiz is not None, "a course without a quiz has no grades"
        downloaded = int(_evening(day).replace(tzinfo=ZONE).timestamp())
        header: Row = [
            *GRADE_COLUMNS,
            *(f"{item} ({part})" for item in (f"Quiz: {course.quiz.name}", "Course total") for part in GRADE_PARTS),
            "Last downloaded from this course",
        ]
        rows: list[Row] = [header]
        for who in standing.participants:
            best = standing.best.get(who.enrolment)
            grades = ("-", "-") if best is None else (f"{best:.2f}", f"{best:.2f} %")
            rows.append([who.given, who.family, who.idnumber, "", "", who.email, *grades, *grades, downloaded])
        graded = sum(who.enrolment in standing.best for who in standing.participants)
        name = f"{day}/{course.shortname} Grades-{_evening(day):%Y%m%d_%H%M}-comma_separated.csv"
        content = csv_text(rows, QUOTED_BY_PHP).encode()
        self.folder.write(name, content, _evening(day), **_counts(rows), graded=graded)

    def _write_completion(self, course: Course, standing: _Standing, day: date) -> None:
        header: Row = ["ID", "Name", "Email address"]
        for module in course.modules:
            header += [module.name, f"{module.name} - Completion date"]
        rows: list[Row] = [[*header, "Course complete"]]
        for who in standing.participants:
            cells: Row = [who.moodle_id, f"{who.given} {who.family}", who.email]
            for place in range(len(course.modules)):
                state, at = standing.states.get((who.enrolment, place), (NOT_COMPLETED, None))
                cells += [state, _short(at) if at is not None and state != FAILED else ""]
            done = standing.completed.get(who.enrolment)
            rows.append([*cells, "" if done is None else _short(done)])
        completed = sum(who.enrolment in standing.completed for who in standing.participants)
        name = f"{day}/completion-{course.file_slug}.csv"
        content = csv_text(rows, QUOTED_BY_PHP).encode()
        self.folder.write(name, content, _evening(day), **_counts(rows), completed=completed)

    def _write_progress(self, course: Course, standing: _Standing, day: date) -> None:
        header = ["", '"ID number"', '"Email address"']
        for module in course.modules:
            header += [f'"{module.name}"', '""']
        rows: list[Row] = []
        for who in standing.participants:
            cells: Row = [f"{who.given} {who.family}", who.idnumber, who.email]
            for place in range(len(course.modules)):
                state, at = standing.states.get((who.enrolment, place), (NOT_COMPLETED, None))
                cells += [state, "" if at is None else _long(at)]
            rows.append(cells)
        # Moodle prints this file by hand: no first header, and quotes around everything else.
        content = ",".join(header) + "\n" + csv_text(rows, None)
        name = f"{day}/progress.{course.file_slug}.csv"
        self.folder.write(name, content.encode(), _evening(day), records=len(rows), rejected=0, duplicate=0)


class _Participant(NamedTuple):
    enrolment: int
    moodle_id: int
    given: str
    family: str
    email: str
    idnumber: str


class _Standing:
    """How a course stands: its participants by family name, and for each enrolment what was reached and when.

    ``states``: (enrolment, place of the module) → state and since when; ``best`` score and ``completed`` by enrolment.
    """

    def __init__(self, course: Course, tables: dict[str, pd.DataFrame], accounts: pd.DataFrame) -> None:
        known = tables["enrolments"].merge(accounts, on="moodle_id").sort_values(["family", "given", "moodle_id"])
        self.participants = [_Participant(*row) for row in known[list(_Participant._fields)].itertuples(index=False)]
        self.states: dict[tuple[int, int], tuple[str, datetime]] = {}
        for row in tables.get("finished", _NOTHING).itertuples():
            self.states[row.enrolment, row.module] = (COMPLETED, row.at)
        attempts = tables.get("attempts", _NOTHING)
        for row in attempts.itertuples():  # in order of time, so the last attempt stands
            self.states[row.enrolment, len(course.contents)] = (PASSED if row.is_pass else FAILED, row.at)
        self.best = attempts.groupby("enrolment")["score"].max().to_dict() if len(attempts) else {}
        done = tables.get("completed", _NOTHING)
        self.completed = dict(zip(done["enrolment"], done["at"], strict=True)) if len(done) else {}


_NOTHING = pd.DataFrame()


def _counts(rows: list[Row]) -> dict[str, int]:
    return {"records": len(rows) - 1, "rejected": 0, "duplicate": 0}


def _evening(day: date) -> datetime:
    return datetime.combine(day, time(23, 5))


def _short(at: datetime) -> str:
    """As in ``4/03/25, 09:15``."""
    return f"{at.day}/{at:%m/%y, %H:%M}"


def _long(at: datetime) -> str:
    """As in ``Tuesday, 4 March 2025, 9:15 AM``."""
    return f"{at:%A}, {at.day} {at:%B %Y}, {at.hour % 12 or 12}:{at:%M %p}"
