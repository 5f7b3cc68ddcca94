"""Further jobs: Totara's job assignment import, which HR fills beside the users file.

The users file carries everybody's first job, this one the jobs that some people hold beside it. Each file is
complete for its day: who isn't in it any more holds no further job. Dates are written as Totara's default asks for
(dd/mm/yy) or, in every other file, as unix times.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time, timedelta

import numpy as np

from simulator.exports.files import ZONE, Folder, csv_text
from simulator.world.company import Job
from simulator.world.happenings import Happenings
from simulator.world.world import World

COLUMNS = (
    "idnumber", "useridnumber", "timemodified", "deleted", "fullname", "startdate", "enddate", "orgidnumber",
    "posidnumber", "manageridnumber",
)  # fmt: skip

WITHOUT_PERSON_EVERY = 6
"""Months between files with a job that nobody has been given yet: a row without a person, which can't be landed."""

Row = list[object]


class TotaraJobs:
    """One file a month, as long as the company has anybody with two jobs at once."""

    def __init__(self, world: World, folder: Folder) -> None:
        self._company = world.company
        self._every = world.recipe.delivery.hr_every_months
        self._folder = folder
        self._jobs = _numbered([job for job in world.company.jobs if job.is_second])

    def month(self, happened: Happenings) -> None:
        is_due = (happened.ordinal + 1) % self._every == 0 or happened.is_last
        if not (self._jobs and is_due):
            return
        day = happened.last
        rows = self._rows(day, happened.first, is_unix=happened.ordinal % 2 == 1)
        vacant = [_vacant(day)] if happened.ordinal % WITHOUT_PERSON_EVERY == 3 else []
        content = csv_text([COLUMNS, *rows, *vacant])
        self._folder.write(
            f"jobassignments_{day}.csv", content.encode(), datetime.combine(day, time(22, 40)),
            records=len(rows) + len(vacant), rejected=len(vacant),
        )  # fmt: skip

    def _rows(self, day: date, since: date, *, is_unix: bool) -> list[Row]:
        """The jobs that are held on ``day``, and those that ended in the month."""
        told = [
            (assignment, job) for assignment, job in self._jobs
            if job.started <= day and (job.ended is None or job.ended > since)
        ]  # fmt: skip
        numbers = self._company.numbers_at(np.array([job.person for _, job in told], dtype=np.int64), day)
        managers = self._heads(day)
        return [
            [
                assignment, number, _changed(job, day), 0, job.position, _written(job.started, is_unix),
                _written(_last_day(job, day), is_unix), job.unit_id, self._company.structure.position_id(job.position),
                managers.get(job.unit_id, ""),
            ]
            for (assignment, job), number in zip(told, numbers, strict=True)
        ]  # fmt: skip

    def _heads(self, day: date) -> dict[str, str]:
        """Unit → the employee number of who heads it on ``day``."""
        moment, all_jobs = np.datetime64(day, "D"), self._company.employees
        heads = all_jobs[all_jobs["is_head"] & (all_jobs["opens"] <= moment) & (moment < all_jobs["closes"])]
        numbers = self._company.numbers_at(heads["person"].to_numpy(), day)
        return dict(zip(heads["unit_id"], numbers, strict=True))


def _numbered(jobs: list[Job]) -> list[tuple[str, Job]]:
    """Each job with its id, which is unique for its person only: J2 is the first beside the job in the users file."""
    seen: Counter[int] = Counter()
    numbered = []
    for job in sorted(jobs, key=lambda job: (job.person, job.started)):
        seen[job.person] += 1
        numbered.append((f"J{seen[job.person] + 1}", job))
    return numbered


def _last_day(job: Job, day: date) -> date | None:
    """The last day of the job, as far as it is known on ``day``."""
    return job.ended - timedelta(days=1) if job.ended is not None and job.ended <= day else None


def _changed(job: Job, day: date) -> int:
    """Unix time of the last change that HR made to the assignment."""
    last = job.ended if job.ended is not None and job.ended <= day else job.started
    return int(datetime.combine(last, time(9), ZONE).timestamp())


def _written(day: date | None, is_unix: bool) -> object:
    if day is None:
        return ""
    return int(datetime.combine(day, time(12), ZONE).timestamp()) if is_unix else f"{day:%d/%m/%y}"


def _vacant(day: date) -> Row:
    return ["J2", "", 0, 0, "First Aider", f"{day:%d/%m/%y}", "", "O1", "", ""]
