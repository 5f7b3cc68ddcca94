"""The HR system: a full Totara HR Import of people, organisations and positions at a month's end.

Every quirk here has been met in real imports: a header with a leading blank, files that quote everything,
nothing or only the header, one in Windows-1252, one with a byte order mark and CRLF, one with tabs, no final
newline, times of change that say 0, rows without an id number, and the same row twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from simulator.exports.files import ZONE, Folder, csv_line
from simulator.world.happenings import Happenings
from simulator.world.names import DOMAIN
from simulator.world.world import World

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
        lines += self._lines(rows)
        text = self.newline.join(lines) + (self.newline if self.ends_with_newline else "")
        return text.encode(self.encoding)

    def _lines(self, rows: Sequence[Sequence[object]]) -> list[str]:
        """Column by column, because quoting is rare: a column in which nothing needs it is joined as it is."""
        columns = [[str(value) for value in column] for column in zip(*rows, strict=True)]
        if self.quotes == "all":
            columns = [[_quoted(text) for text in column] for column in columns]
        else:
            columns = [self._where_needed(column) for column in columns]
        return [self.delimiter.join(fields) for fields in zip(*columns, strict=True)]

    def _where_needed(self, column: list[str]) -> list[str]:
        special = (self.delimiter, '"', "\n")
        whole = "".join(column)
        if not any(letter in whole for letter in special):
            return column
        return [_quoted(text) if any(letter in text for letter in special) else text for text in column]


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


DIALECTS = (
    Dialect(quotes="all"),
    Dialect(encoding="windows-1252"),
    Dialect(quotes="header", encoding="utf-8-sig", newline="\r\n"),
    Dialect(delimiter="\t"),
    Dialect(quotes="header", ends_with_newline=False),
)
"""The first exports differ as administrators try things out; later ones alternate between the first and the last."""


class Totara:
    """HR exports on the eve of the period, so that its first day is known, and then at month ends."""

    def __init__(self, world: World, folder: Folder) -> None:
        self.world, self.company, self.folder = world, world.company, folder
        self.rng = world.streams.of("totara")
        self.before: npt.NDArray[np.int64] = np.array([], dtype=np.int64)
        self.ordinal = 0
        self._export(world.period.start - timedelta(days=1))

    def month(self, happened: Happenings) -> None:
        every = self.world.recipe.delivery.hr_every_months
        if happened.is_last or (happened.ordinal + 1) % every == 0:
            self._export(happened.last)

    def _export(self, day: date) -> None:
        dialect = DIALECTS[self.ordinal] if self.ordinal < len(DIALECTS) else DIALECTS[-1 * (self.ordinal % 2)]
        present = self.company.on(day)
        self._write_users(present, day, dialect)
        self._write_hierarchies(day, dialect)
        self.before = present["person"].to_numpy()
        self.ordinal += 1

    def _write_users(self, present: pd.DataFrame, day: date, dialect: Dialect) -> None:
        rows = self._user_rows(present, day)
        gone = np.setdiff1d(self.before, present["person"].to_numpy())
        deleted = gone[self.rng.random(len(gone)) < LEAVER_ROW_SHARE]
        rows += self._leaver_rows(deleted, day)
        without_number = _rows_without_number(day) if self.ordinal % 4 == 1 else []
        twice = [rows[int(self.rng.integers(len(rows)))]] if self.ordinal % 5 == 2 else []
        everything = [*rows, *twice, *without_number]
        self.folder.write(
            f"users_{day}.csv", dialect.render(USER_COLUMNS, everything), _exported_at(day),
            records=len(everything), people=len(present), deleted=len(deleted),
            rejected=len(without_number), duplicate=len(twice),
        )  # fmt: skip

    def _user_rows(self, present: pd.DataFrame, day: date) -> list[Row]:
        persons = present["person"].to_numpy()
        people = [self.company.people[person] for person in persons]
        managers = present["manager"].fillna(-1).to_numpy(dtype=np.int64)
        led_by = np.where(managers >= 0, self.company.numbers_at(np.maximum(managers, 0), day), "")
        changed = self._changed(present, managers, day)
        is_unknown = self.rng.random(len(present)) < UNKNOWN_CHANGE_SHARE
        columns: tuple[Iterable[Any], ...] = (
            self.company.numbers_at(persons, day), np.where(is_unknown, 0, changed).tolist(),
            [p.username for p in people], [0] * len(people), [p.given for p in people], present["family"],
            present["email"], [p.city for p in people], [p.country for p in people], [0] * len(people),
            present["position"], present["unit_id"],
            map(self.company.structure.position_id, present["position"]), led_by,
        )  # fmt: skip
        return list(zip(*columns, strict=True))

    def _changed(self, present: pd.DataFrame, managers: npt.NDArray[np.int64], day: date) -> npt.NDArray[np.int64]:
        """When each person last changed, in Unix seconds: their job, their name, or who leads them."""
        persons = present["person"].to_numpy()
        started = present["started"].to_numpy().astype("M8[D]")
        began = np.full(len(self.company.people), np.datetime64("1970-01-02"), "M8[D]")
        began[persons] = started
        named = np.array([row.started for row in self.company.names_at(persons, day)], dtype="M8[D]")
        led = np.where(managers >= 0, began[np.maximum(managers, 0)], np.datetime64("1970-01-02"))
        last = np.maximum(np.maximum(started, named), led)
        return np.array([_unix(moment) for moment in last.astype(object)], dtype=np.int64)

    def _leaver_rows(self, persons: npt.NDArray[np.int64], day: date) -> list[Row]:
        numbers, named = self.company.numbers_at(persons, day), self.company.names_at(persons, day)
        left = self.company.left_at(persons, day)
        people = [self.company.people[person] for person in persons]
        return [
            (
                number, _unix(gone or day), person.username, 1, person.given, name.family, name.email, person.city,
                person.country, 1, "", "", "", "",
            )
            for person, number, name, gone in zip(people, numbers, named, left, strict=True)
        ]  # fmt: skip

    def _write_hierarchies(self, day: date, dialect: Dialect) -> None:
        names = self.company.unit_names_on(day)
        structure = self.company.structure
        units: list[Row] = [
            (u.unit_id, names[u.unit_id], "ORG", u.parent_id, u.level, 0) for u in self.company.units_on(day)
        ]
        positions: list[Row] = [(p.position_id, p.name, "POS", p.parent_id, 0) for p in structure.positions]
        tables = {"organisations": (ORGANISATION_COLUMNS, units), "positions": (POSITION_COLUMNS, positions)}
        for name, (columns, rows) in tables.items():
            self.folder.write(f"{name}_{day}.csv", dialect.render(columns, rows), _exported_at(day), records=len(rows))


def _rows_without_number(day: date) -> list[Row]:
    """Temps whom the agency announced before HR gave them a number: nobody can be told apart by a blank."""
    logins = [f"agency{day.month * 10 + ordinal}" for ordinal in (1, 2)]
    return [("", 0, login, 0, "Agency", login, f"{login}@{DOMAIN}", "", "NL", 0, "", "", "", "") for login in logins]


def _exported_at(day: date) -> datetime:
    """HR exports late in the evening of the day that it describes."""
    return datetime.combine(day, time(22, 30))


def _unix(day: date) -> int:
    return int(datetime.combine(day, time(9), ZONE).timestamp()) if day > date.min + timedelta(days=1) else 0
