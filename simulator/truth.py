"""The truth beside the exports, for tests and for people: the pipeline never reads it.

persons · jobs · month_ends · identities · offerings · enrolments · statements · planted.json
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pandas as pd

from simulator.exports.files import WrittenFile
from simulator.exports.xapi import Sent
from simulator.world.accounts import IDENTITY_PROVIDER, Accounts
from simulator.world.behaviour import Behaviour
from simulator.world.catalogue import Offering
from simulator.world.company import Company


def write_truth(
    to: Path, company: Company, accounts: Accounts, offerings: tuple[Offering, ...], behaviour: Behaviour,
    sent: Sequence[Sent], files: Sequence[WrittenFile],
) -> None:  # fmt: skip
    to.mkdir(parents=True, exist_ok=True)
    numbers = [person.employee_number for person in company.people]
    _table(to / "persons.csv", "person employee_number username given city country", [
        (p.person, p.employee_number, p.username, p.given, p.city, p.country) for p in company.people
    ])  # fmt: skip
    _table(to / "jobs.csv", "employee_number org_unit_id position started ended", [
        (numbers[j.person], j.unit_id, j.position, j.started, j.ended or "") for j in company.jobs
    ])  # fmt: skip
    _table(
        to / "month_ends.csv", "day employee_number org_unit_id position_id manager_number email", _month_ends(company)
    )
    _table(
        to / "identities.csv",
        "employee_number tool identifier_type identifier is_matchable",
        _identities(company, accounts),
    )
    _table(to / "offerings.csv", "course_code tool activity_id title catalogue_code year", [
        (o.course.code, o.tool, o.activity_id, o.title, o.catalogue_code, o.year or "") for o in offerings
    ])  # fmt: skip
    _write_enrolments(to / "enrolments.csv", behaviour, offerings, numbers)
    _table(to / "statements.csv", "statement_id file copies verb role detail employee_number activity_id", [
        (
            s.recorded.statement_id, s.file, s.copies, s.recorded.verb, s.recorded.role, s.recorded.detail,
            "" if s.recorded.person is None else numbers[s.recorded.person],
            "" if s.recorded.offering is None else offerings[s.recorded.offering].activity_id,
        )
        for s in sent
    ])  # fmt: skip
    planted = {file.path.as_posix(): file.counts for file in files}
    (to / "planted.json").write_text(json.dumps(planted, indent=1, sort_keys=True) + "\n")


def _month_ends(company: Company) -> Iterator[tuple[object, ...]]:
    """Where everybody stood on each day that HR exported: the oracle of as-of joins."""
    for day in company.period.snapshot_days():
        for row in company.on(day).itertuples():
            manager = "" if pd.isna(row.manager) else company.people[row.manager].employee_number
            number = company.people[row.person].employee_number
            yield day, number, row.unit_id, company.structure.position_id(row.position), manager, row.email


def _identities(company: Company, accounts: Accounts) -> Iterator[tuple[object, ...]]:
    """Every identifier of every person. An account of nobody in particular (kiosk, trainers) has no number."""
    for person in company.people:
        yield person.employee_number, "totara", "employee_number", person.employee_number, True
        yield person.employee_number, "totara", "username", person.username, True
    for named in company.names:
        yield company.people[named.person].employee_number, "totara", "email", named.email, True
    for account in accounts.moodle:
        number = "" if account.person is None else company.people[account.person].employee_number
        yield number, "moodle", "moodle:user_id", account.moodle_id, account.is_matchable
        yield number, "moodle", "email", account.email, account.is_matchable
    for actor in accounts.actors:
        number = company.people[actor.person].employee_number
        yield number, "xapi", f"account:{IDENTITY_PROVIDER}", actor.account_name, True
        yield number, "xapi", "email", actor.mbox.removeprefix("mailto:"), actor.is_matchable
        yield number, "xapi", "mbox_sha1sum", actor.mbox_sha1sum, actor.is_matchable


def _write_enrolments(path: Path, behaviour: Behaviour, offerings: tuple[Offering, ...], numbers: list[str]) -> None:
    """Every enrolment as it was, whichever tool knows of it; instants are local."""
    table = behaviour.enrolments.assign(
        employee_number=[numbers[person] for person in behaviour.enrolments["person"]],
        tool=[offerings[offering].tool for offering in behaviour.enrolments["offering"]],
        activity_id=[offerings[offering].activity_id for offering in behaviour.enrolments["offering"]],
        course_code=[offerings[offering].course.code for offering in behaviour.enrolments["offering"]],
    )
    named = ["employee_number", "course_code", "tool", "activity_id"]
    facts = ["enrolled_at", "due_at", "started_at", "completed_at", "outcome", "score"]
    table[named + facts].to_csv(path, index=False, lineterminator="\n")


def _table(path: Path, columns: str, rows: Iterable[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns.split())
        writer.writerows(rows)
