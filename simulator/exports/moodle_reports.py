"""Moodle's other downloads: users, courses, grades, course completion and activity completion.

Each is the full state on its day. A report names its course only in the name of the file. The two
completion reports write dates in two ways, and put each activity into a pair of columns; the activity report
leaves its first header blank.
"""

from __future__ import annotations

from datetime import date, datetime, time

import pandas as pd

from simulator.exports.files import ZONE, Folder, csv_text
from simulator.exports.moodle_site import Course, Site
from simulator.world.company import Company

QUOTED_BY_PHP = " \t\r\\"
"""PHP's CSV writer quotes a field that holds a blank; Moodle's grade and completion downloads use it."""

GRADE_COLUMNS = ("First name", "Last name", "ID number", "Institution", "Department", "Email address")
GRADE_PARTS = ("Real", "Percentage")
"""Display types chosen for the export: points alone can't be put on a scale, because the report has no maximum."""

COMPLETED, NOT_COMPLETED = "Completed", "Not completed"
PASSED, FAILED = "Completed (achieved pass grade)", "Completed (did not achieve pass grade)"

Row = list[object]


def export(site: Site, company: Company, folder: Folder) -> None:
    """Users and courses twice a year; grades and activity completion at half time; everything at the end."""
    ends = company.period.month_ends()
    for day in ends[5::6] + ([ends[-1]] if len(ends) % 6 else []):
        _write_users(site, company, folder, day)
        _write_courses(site, folder, day)
    half = ends[(len(ends) - 1) // 2]
    for course in site.courses.values():
        if half != ends[-1]:
            _write_progress(site, course, folder, half)
            _write_grades(site, course, folder, half)
        _write_grades(site, course, folder, ends[-1])
        _write_completion(site, course, folder, ends[-1])


def _write_users(site: Site, company: Company, folder: Folder, day: date) -> None:
    came: dict[int, date] = {}
    for job in company.jobs:
        came.setdefault(job.person, job.started)
    rows: list[Row] = [["id", "username", "email", "firstname", "lastname", "idnumber"]]
    rows += [
        [a.moodle_id, a.username, a.email, a.given, a.family, a.idnumber]
        for a in site.accounts.moodle
        if a.person is None or came[a.person] <= day
    ]
    folder.write(f"users_{day}.csv", csv_text(rows).encode(), _evening(day), **_counts(rows))


def _write_courses(site: Site, folder: Folder, day: date) -> None:
    rows: list[Row] = [["id", "shortname", "fullname", "idnumber", "category", "lang", "visible"]]
    rows += [[c.course_id, c.shortname, c.fullname, c.idnumber, "Learning", "en", 1] for c in site.courses.values()]
    folder.write(f"courses_{day}.csv", csv_text(rows).encode(), _evening(day), **_counts(rows))


def _write_grades(site: Site, course: Course, folder: Folder, day: date) -> None:
    enrolled = _enrolled(site, course, day)
    if course.quiz is None or enrolled.empty:
        return
    taken = site.attempts[site.attempts["at"] <= pd.Timestamp(_evening(day))]
    best = taken.groupby("enrolment")["score"].max()
    downloaded = int(_evening(day).replace(tzinfo=ZONE).timestamp())
    header: Row = [
        *GRADE_COLUMNS,
        *(f"{item} ({part})" for item in (f"Quiz: {course.quiz.name}", "Course total") for part in GRADE_PARTS),
        "Last downloaded from this course",
    ]
    rows: list[Row] = [header]
    for row in enrolled.itertuples():
        score = f"{best[row.enrolment]:.2f}" if row.enrolment in best.index else None
        grades = (score, f"{score} %") if score else ("-", "-")
        rows.append([row.given, row.family, row.idnumber, "", "", row.email, *grades, *grades, downloaded])
    graded = int(enrolled["enrolment"].isin(best.index).sum())
    name = f"{day}/{course.shortname} Grades-{_evening(day):%Y%m%d_%H%M}-comma_separated.csv"
    folder.write(name, csv_text(rows, QUOTED_BY_PHP).encode(), _evening(day), **_counts(rows), graded=graded)


def _write_completion(site: Site, course: Course, folder: Folder, day: date) -> None:
    enrolled = _enrolled(site, course, day)
    if enrolled.empty:
        return
    header: Row = ["ID", "Name", "Email address"]
    for module in course.modules:
        header += [module.name, f"{module.name} - Completion date"]
    states = _states(site, course, day)
    rows: list[Row] = [[*header, "Course complete"]]
    for row in enrolled.itertuples():
        cells: Row = [row.moodle_id, f"{row.given} {row.family}", row.email]
        for place in range(len(course.modules)):
            state, at = states.get((row.enrolment, place), (NOT_COMPLETED, None))
            cells += [state, _short(at) if at is not None and state != FAILED else ""]
        rows.append([*cells, "" if pd.isna(row.completed_at) else _short(row.completed_at)])
    completed = int(enrolled["completed_at"].notna().sum())
    name = f"{day}/completion-{course.file_slug}.csv"
    folder.write(name, csv_text(rows, QUOTED_BY_PHP).encode(), _evening(day), **_counts(rows), completed=completed)


def _write_progress(site: Site, course: Course, folder: Folder, day: date) -> None:
    enrolled = _enrolled(site, course, day)
    if enrolled.empty:
        return
    header = ["", '"ID number"', '"Email address"']
    for module in course.modules:
        header += [f'"{module.name}"', '""']
    states = _states(site, course, day)
    rows: list[Row] = []
    for row in enrolled.itertuples():
        cells: Row = [f"{row.given} {row.family}", row.idnumber, row.email]
        for place in range(len(course.modules)):
            state, at = states.get((row.enrolment, place), (NOT_COMPLETED, None))
            cells += [state, "" if at is None else _long(at)]
        rows.append(cells)
    # Moodle prints this file by hand: no first header, and quotes around everything else.
    content = ",".join(header) + "\n" + csv_text(rows, None)
    name = f"{day}/progress.{course.file_slug}.csv"
    folder.write(name, content.encode(), _evening(day), records=len(rows), rejected=0, duplicate=0)


def _enrolled(site: Site, course: Course, day: date) -> pd.DataFrame:
    """The course's participants on that evening, by family name, with what their account shows."""
    moment = pd.Timestamp(_evening(day))
    rows = site.enrolments[
        (site.enrolments["offering"] == course.offering) & (site.enrolments["enrolled_at"] <= moment)
    ]
    rows = rows.assign(completed_at=rows["completed_at"].where(rows["completed_at"] <= moment))
    accounts = pd.DataFrame(
        [(a.moodle_id, a.given, a.family, a.email, a.idnumber) for a in site.accounts.moodle],
        columns=pd.Index(["moodle_id", "given", "family", "email", "idnumber"]),
    )
    return rows.merge(accounts, on="moodle_id").sort_values(["family", "given", "moodle_id"], ignore_index=True)


def _states(site: Site, course: Course, day: date) -> dict[tuple[int, int], tuple[str, datetime]]:
    """(enrolment, place of the module) → its state on that evening and since when."""
    moment = pd.Timestamp(_evening(day))
    finished = site.completions[(site.completions["offering"] == course.offering) & (site.completions["at"] <= moment)]
    states = {(row.enrolment, row.module): (COMPLETED, row.at) for row in finished.itertuples()}
    attempts = site.attempts[(site.attempts["offering"] == course.offering) & (site.attempts["at"] <= moment)]
    for row in attempts.itertuples():  # in order of time, so the last attempt stands
        states[row.enrolment, len(course.contents)] = (PASSED if row.is_pass else FAILED, row.at)
    return states


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
