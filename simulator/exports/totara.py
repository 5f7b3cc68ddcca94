"""The HR system: a full Totara HR Import of people, organisations and positions at every month's end.

Every quirk here has been met in real imports: a header with a leading blank, files that quote everything,
nothing or only the header, one in Windows-1252, one with a byte order mark and CRLF, one with tabs, no final
newline, times of change that say 0, rows without an id number, and the same row twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np
import pandas as pd

from simulator.exports.files import ZONE, Folder, csv_line
from simulator.world.company import Company
from simulator.world.names import DOMAIN
from simulator.world.period import Streams

USER_COLUMNS = (
    "idnumber", "timemodified", "username", "deleted", "firstname", "lastname", "email", "city", "country",
    "suspended", "postitle", "orgidnumber", "posidnumber", "manageridnumber",
)  # fmt: skip
ORGANISATION_COLUMNS = ("idnumber", "fullname", "frameworkidnumber", "parentidnumber", "typeidnumber", "timemodified")
POSITION_COLUMNS = ("idnumber", "fullname", "frameworkidnumber", "parentidnumber", "timemodified")

Row = tuple[object, ...]

LEAVER_ROW_SHARE = 0.8
"""Leavers who are exported once more with deleted=1; the others are just not there any more."""
UNKNOWN_CHANGE_SHARE = 0.1
"""Rows whose timemodified is 0: Totara's word for "always take this row"."""


@dataclass(frozen=True)
class Dialect:
    """How one export is written. ``quotes``: all, header or none."""

    quotes: str = "none"
    delimiter: str = ","
    encoding: str = "utf-8"
    newline: str = "\n"
    ends_with_newline: bool = True

    def render(self, header: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
        named = [csv_line([name], self.delimiter, "" if self.quotes == "none" else None) for name in header]
        if header[-1] == "manageridnumber":
            named[-1] = f" {named[-1]}"  # the blank that the real exports carry, in front of any quote
        lines = [self.delimiter.join(named)]
        lines += [csv_line(row, self.delimiter, None if self.quotes == "all" else "") for row in rows]
        text = self.newline.join(lines) + (self.newline if self.ends_with_newline else "")
        return text.encode(self.encoding)


DIALECTS = (
    Dialect(quotes="all"),
    Dialect(encoding="windows-1252"),
    Dialect(quotes="header", encoding="utf-8-sig", newline="\r\n"),
    Dialect(delimiter="\t"),
    Dialect(quotes="header", ends_with_newline=False),
)
"""The first exports differ as administrators try things out; later ones alternate between the first and the last."""


def export(company: Company, folder: Folder, streams: Streams) -> None:
    rng = streams.of("totara")
    before: set[int] = set()
    for ordinal, day in enumerate(company.period.snapshot_days()):
        dialect = DIALECTS[ordinal] if ordinal < len(DIALECTS) else DIALECTS[-1 * (ordinal % 2)]
        present = company.on(day)
        _write_users(company, present, before, ordinal, day, dialect, folder, rng)
        _write_hierarchies(company, day, dialect, folder)
        before = set(present["person"])


def _write_users(
    company: Company, present: pd.DataFrame, before: set[int], ordinal: int, day: date, dialect: Dialect,
    folder: Folder, rng: np.random.Generator,
) -> None:  # fmt: skip
    rows = _user_rows(company, present, day, rng)
    gone = sorted(before - set(present["person"]))
    deleted = [person for person in gone if rng.random() < LEAVER_ROW_SHARE]
    rows += _leaver_rows(company, deleted, day)
    without_number = _rows_without_number(day) if ordinal % 4 == 1 else []
    twice = [rows[int(rng.integers(len(rows)))]] if ordinal % 5 == 2 else []
    everything = [*rows, *twice, *without_number]
    folder.write(
        f"users_{day}.csv", dialect.render(USER_COLUMNS, everything), _exported_at(day),
        records=len(everything), people=len(present), deleted=len(deleted),
        rejected=len(without_number), duplicate=len(twice),
    )  # fmt: skip


def _user_rows(company: Company, present: pd.DataFrame, day: date, rng: np.random.Generator) -> list[Row]:
    changed = _changes(company, present, day)
    is_unknown = rng.random(len(present)) < UNKNOWN_CHANGE_SHARE
    rows: list[Row] = []
    for row, unknown in zip(present.itertuples(), is_unknown, strict=True):
        person = company.people[row.person]
        manager = "" if pd.isna(row.manager) else company.people[row.manager].employee_number
        rows.append((
            person.employee_number, 0 if unknown else _unix(changed[row.person]), person.username, 0, person.given,
            row.family, row.email, person.city, person.country, 0, row.position, row.unit_id,
            company.structure.position_id(row.position), manager,
        ))  # fmt: skip
    return rows


def _changes(company: Company, present: pd.DataFrame, day: date) -> dict[int, date]:
    """The last day on which something about each person changed: their job, their name, or who leads them."""
    began = dict(zip(present["person"], present["started"], strict=True))
    led = present.dropna(subset=["manager"])
    changes = [
        *began.items(),
        *((named.person, named.started) for named in company.names if named.started <= day),
        *((row.person, began[row.manager]) for row in led.itertuples()),
    ]
    return dict(sorted(changes))


def _leaver_rows(company: Company, people: list[int], day: date) -> list[Row]:
    names = {n.person: n for n in company.names if n.started <= day}
    last = {j.person: j for j in company.jobs if j.started <= day}
    return [
        (
            person.employee_number, _unix(last[person.person].ended or day), person.username, 1, person.given,
            names[person.person].family, names[person.person].email, person.city, person.country, 1, "", "", "", "",
        )
        for person in (company.people[number] for number in people)
    ]  # fmt: skip


def _rows_without_number(day: date) -> list[Row]:
    """Temps whom the agency announced before HR gave them a number: nobody can be told apart by a blank."""
    logins = [f"agency{day.month * 10 + ordinal}" for ordinal in (1, 2)]
    return [("", 0, login, 0, "Agency", login, f"{login}@{DOMAIN}", "", "NL", 0, "", "", "", "") for login in logins]


def _write_hierarchies(company: Company, day: date, dialect: Dialect, folder: Folder) -> None:
    names = company.unit_names_on(day)
    units: list[Row] = [(u.unit_id, names[u.unit_id], "ORG", u.parent_id, u.level, 0) for u in company.structure.units]
    positions: list[Row] = [(p.position_id, p.name, "POS", p.parent_id, 0) for p in company.structure.positions]
    tables = {"organisations": (ORGANISATION_COLUMNS, units), "positions": (POSITION_COLUMNS, positions)}
    for name, (columns, rows) in tables.items():
        folder.write(f"{name}_{day}.csv", dialect.render(columns, rows), _exported_at(day), records=len(rows))


def _exported_at(day: date) -> datetime:
    """HR exports late in the evening of the day that it describes."""
    return datetime.combine(day, time(22, 30))


def _unix(day: date) -> int:
    return int(datetime.combine(day, time(9), ZONE).timestamp()) if day > date.min + timedelta(days=1) else 0
