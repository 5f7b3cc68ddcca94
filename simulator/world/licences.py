"""Licences that a job requires: who must hold one, who renews in time, who works on with a lapsed one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from simulator.world.calendar import Calendar
from simulator.world.chance import Array
from simulator.world.presence import Presence


@dataclass(frozen=True)
class Licence:
    """``positions`` that need it; ``months`` that it is valid; ``hours`` of CPD that a renewal credits."""

    certification_id: str
    title: str
    regulator: str
    positions: tuple[str, ...]
    months: int
    hours: float


LICENCES = (
    Licence("LIC-FORKLIFT", "Forklift operator", "Labour Inspectorate", ("Operator",), 36, 8.0),
    Licence("LIC-NEN3140", "Electrical safety NEN 3140", "Labour Inspectorate", ("Technician", "Engineer"), 36, 12.0),
    Licence("LIC-FIRSTAID", "First aid at work", "Red Cross", ("Team Lead", "Department Manager"), 24, 6.0),
    Licence("LIC-AML", "Anti-money-laundering", "Central Bank", ("Controller", "Account Manager"), 12, 4.0),
)

ON_TIME, LATE = 0.80, 0.14
"""Shares of renewals in the two months before and in the three months after the licence ends; the rest never do."""

EXEMPT_SHARE = 0.02


class Licences:
    """The register; one step a month."""

    def __init__(self, people: int, calendar: Calendar, rng: np.random.Generator) -> None:
        self.calendar, self.rng = calendar, rng
        self.required = np.zeros((len(LICENCES), people), dtype=np.bool_)

    def month(self, there: Presence) -> None:
        """Require licences of those who came into a job that needs one, and plan their awards and renewals."""
        if there.ordinal == 0:
            self.opened = np.datetime64(there.first, "s")
        for place, licence in enumerate(LICENCES):
            needs = np.isin(there.position[there.present], licence.positions)
            persons = there.present[needs & ~self.required[place, there.present]]
            self.required[place, persons] = True
            begins = np.maximum(there.opens[persons].astype("M8[D]"), np.datetime64(there.first, "D"))
            exempt = self.rng.random(len(persons)) < EXEMPT_SHARE
            self._tell(licence, persons, "required", begins)
            self._tell(licence, persons[exempt], "exempted", begins[exempt])
            self._award(licence, persons[~exempt], begins[~exempt], is_stock=there.ordinal == 0)

    def _award(self, licence: Licence, persons: Array, begins: Array, is_stock: bool) -> None:
        """A first licence: long held by those whom the first month finds here, within weeks for who comes later."""
        term = licence.months * 30
        days = self.rng.integers(-term + 20, 0, len(persons)) if is_stock else self.rng.integers(0, 40, len(persons))
        awarded = begins + days.astype("timedelta64[D]")
        self._tell(licence, persons, "awarded", awarded, awarded + np.timedelta64(term, "D"))
        self._renew(licence, persons, awarded + np.timedelta64(term, "D"))

    def _renew(self, licence: Licence, persons: Array, ends: Array) -> None:
        """Renewals for as long as anybody could be there; the calendar forgets what lies beyond the period."""
        for _ in range(4):
            draw = self.rng.random(len(persons))
            day = np.where(
                draw < ON_TIME, self.rng.integers(-60, 1, len(persons)), self.rng.integers(3, 90, len(persons))
            )
            renewed = ends + day.astype("timedelta64[D]")
            lapsed = day > 0
            self._tell(licence, persons[lapsed], "expired", ends[lapsed])
            goes_on = draw < ON_TIME + LATE
            persons, renewed = persons[goes_on], renewed[goes_on]
            ends = renewed + np.timedelta64(licence.months * 30, "D")
            self._tell(licence, persons, "renewed", renewed, ends, hours=licence.hours)

    def _tell(
        self, licence: Licence, persons: Array, event: str, day: Array, valid_to: Array | None = None,
        hours: float = np.nan,
    ) -> None:  # fmt: skip
        if not len(persons):
            return
        rows = pd.DataFrame(
            {
                "person": persons, "certification_id": licence.certification_id, "event": event,
                "day": day.astype("M8[s]"), "cpd_hours": hours,
                "valid_to": np.datetime64("NaT", "s") if valid_to is None else valid_to.astype("M8[s]"),
            },
            index=np.arange(len(persons)),
        )  # fmt: skip
        # The register tells of what is older than itself in its first month.
        told_on = np.maximum(rows["day"].to_numpy(), self.opened)
        self.calendar.put("certifications", rows.assign(told_on=told_on), "told_on")


def still_there(rows: pd.DataFrame, there: Presence) -> pd.DataFrame:
    """Without the rows of people who don't work here any more when it would have happened."""
    moment = np.clip(rows["day"].to_numpy(), np.datetime64(there.first, "s"), None)
    return rows[there.holds(rows["person"].to_numpy(), moment)].reset_index(drop=True)
