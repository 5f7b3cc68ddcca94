"""What is true before the first day: people, jobs, identifiers, units, content, programmes, and what was planted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import chain
from pathlib import Path

import numpy as np

from simulator.truth.tables import write_csv
from simulator.world.accounts import IDENTITY_PROVIDER
from simulator.world.catalogue import LRS, SECOND_LRS
from simulator.world.company import Company
from simulator.world.strategy import GAPS
from simulator.world.world import World

Row = tuple[object, ...]


def write(to: Path, world: World) -> None:
    """All tables that don't depend on what happens."""
    company, numbers = world.company, [person.employee_number for person in world.company.people]
    (to / "recipe.json").write_text(world.recipe.model_dump_json(indent=1) + "\n", encoding="utf-8")
    write_csv(to / "persons.csv", "person employee_number username given city country birth_date", [
        (p.person, p.employee_number, p.username, p.given, p.city, p.country, p.birth_date) for p in company.people
    ])  # fmt: skip
    write_csv(to / "jobs.csv", "person employee_number org_unit_id position started ended is_second", [
        (j.person, numbers[j.person], j.unit_id, j.position, j.started, j.ended or "", j.is_second)
        for j in company.jobs
    ])  # fmt: skip
    write_csv(to / "employee_numbers.csv", "person employee_number valid_from", [
        (number.person, number.number, number.started) for number in company.numbers
    ])  # fmt: skip
    write_csv(to / "namesakes.csv", "person other kind", [(n.person, n.other, n.kind) for n in company.namesakes])
    write_csv(to / "recycled_emails.csv", "email leaver person", _recycled(company))
    write_csv(to / "dirty_identifiers.csv", "person tool column kind written", [
        (d.person, d.tool, d.column, d.kind, d.written) for d in world.dirty
    ])  # fmt: skip
    if world.recipe.people <= MOST_FOR_MONTH_ENDS:
        columns = "day employee_number org_unit_id position_id manager_number email"
        write_csv(to / "month_ends.csv", columns, _month_ends(company))
    _write_units(to, company)
    write_csv(to / "strategy_gaps.csv", "gap_id sheet row missing", [
        (gap.gap_id, gap.sheet, gap.row, gap.missing) for gap in GAPS
    ])  # fmt: skip
    write_csv(to / "offerings.csv", "offering course_code tool activity_id title catalogue_code year programme_id", [
        (place, o.course.code, o.tool, o.activity_id, o.title, o.catalogue_code, o.year or "", o.course.programme)
        for place, o in enumerate(world.offerings)
    ])  # fmt: skip
    write_csv(to / "team_levels.csv", "org_unit_id kpi_id level", [
        (team, kpi.kpi_id, f"{level:.6g}")
        for kpi, levels in zip(world.kpis, world.levels.levels, strict=True)
        for team, level in zip(world.levels.teams, levels, strict=True)
    ])  # fmt: skip


def write_identities(to: Path, world: World, told: Mapping[str, Iterable[tuple[int, str, bool]]]) -> None:
    """``told``: tool → who signed up there with which address, and whether HR knows it; only the tool can say."""
    numbers = [person.employee_number for person in world.company.people]
    signed_up = (
        (person, numbers[person], tool, "email", email, is_matchable, "")
        for tool, accounts in told.items()
        for person, email, is_matchable in accounts
    )
    columns = "person employee_number tool identifier_type identifier is_matchable valid_from"
    write_csv(to / "identities.csv", columns, chain(_identities(world), signed_up))


MOST_FOR_MONTH_ENDS = 20_000
"""Headcount up to which the place of everybody on every day of an HR export is written out."""


def _write_units(to: Path, company: Company) -> None:
    structure, rows = company.structure, []
    if structure.merger is not None:
        rows += [("merged", structure.merger.day, team, structure.merger.into) for team in structure.merger.teams]
    if structure.relocation is not None:
        moved = structure.relocation
        rows += [("relocated", moved.day, moved.department, f"{moved.before} -> {moved.after}")]
    write_csv(to / "reorganisation.csv", "what day org_unit_id into", rows)
    write_csv(to / "org_units.csv", "org_unit_id parent_org_unit_id level name valid_from valid_to", [
        (u.unit_id, u.parent_id, u.level, u.name, "" if u.started == date.min else u.started, u.ended or "")
        for u in structure.units
    ])  # fmt: skip


def _month_ends(company: Company) -> Iterator[Row]:
    """Where everybody stood on each day that HR exported: the oracle of as-of joins."""
    for day in company.period.snapshot_days():
        there = company.on(day)
        managers = there["manager"].fillna(-1).to_numpy(dtype=np.int64)
        leads = np.where(managers >= 0, company.numbers_at(np.maximum(managers, 0), day), "")
        numbers = company.numbers_at(there["person"].to_numpy(), day)
        positions = [company.structure.position_id(name) for name in there["position"]]
        yield from zip([day] * len(there), numbers, there["unit_id"], positions, leads, there["email"], strict=True)


def _recycled(company: Company) -> Iterator[Row]:
    first = {name.person: name.email for name in reversed(company.names)}
    for leaver, person in company.recycled.items():
        yield first[person], leaver, person


def _identities(world: World) -> Iterator[Row]:
    """Every identifier of every person. An account of nobody in particular (kiosk, trainers) has no number."""
    company, accounts = world.company, world.accounts
    numbers = [person.employee_number for person in company.people]
    for number in company.numbers:
        yield number.person, numbers[number.person], "totara", "employee_number", number.number, True, number.started
    for person in company.people:
        yield person.person, numbers[person.person], "totara", "username", person.username, True, ""
    for named in company.names:
        yield named.person, numbers[named.person], "totara", "email", named.email, True, named.started
    for account in accounts.moodle:
        who = ("", "") if account.person is None else (account.person, numbers[account.person])
        yield *who, "moodle", "moodle:user_id", account.moodle_id, account.is_matchable, ""
        yield *who, "moodle", "email", account.email, account.is_matchable, ""
    for actor in accounts.actors:
        who = (actor.person, numbers[actor.person])
        for lrs in (LRS, SECOND_LRS):
            yield *who, lrs, f"account:{IDENTITY_PROVIDER}", actor.account_name, True, ""
            yield *who, lrs, "email", actor.mbox.removeprefix("mailto:"), actor.is_matchable, ""
            yield *who, lrs, "mbox_sha1sum", actor.mbox_sha1sum, actor.is_matchable, ""
