"""Who is at work in a month, as arrays that every other room of the world indexes by person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from simulator.world.company import Company

Instants = npt.NDArray[np.datetime64]


@dataclass(frozen=True)
class Presence:
    """One month. Every array has a place for each person of ``Company.people``.

    ``opens`` and ``closes`` (``datetime64[s]``) bound the stretch of the month in which somebody works here, and
    are equal for those who don't. ``team`` is the place in ``Structure.teams`` (-1: none), ``unit`` the unit's id and
    ``position`` the job at the end of the stretch; ``manager`` is a person or -1. ``is_joiner``: their very first
    month. ``present`` lists the persons who are there for some of it.
    """

    ordinal: int
    first: date
    last: date
    is_last: bool
    opens: Instants
    closes: Instants
    team: npt.NDArray[np.int64]
    unit: npt.NDArray[Any]
    position: npt.NDArray[Any]
    line: npt.NDArray[Any]
    manager: npt.NDArray[np.int64]
    is_head: npt.NDArray[np.bool_]
    is_joiner: npt.NDArray[np.bool_]
    present: npt.NDArray[np.int64]

    def holds(self, persons: npt.NDArray[np.int64], at: Instants) -> npt.NDArray[np.bool_]:
        """Whether each person works here at each instant of the month."""
        return np.asarray((self.opens[persons] <= at) & (at < self.closes[persons]))

    def members(self, values: npt.NDArray[Any], teams: int) -> npt.NDArray[np.float64]:
        """The mean of a value over the people of each team; 0 for a team without people."""
        inside = self.present[self.team[self.present] >= 0]
        total = np.bincount(self.team[inside], weights=values[inside], minlength=teams)
        count = np.bincount(self.team[inside], minlength=teams)
        return total / np.maximum(count, 1)

    def sizes(self, teams: int) -> npt.NDArray[np.int64]:
        inside = self.present[self.team[self.present] >= 0]
        return np.bincount(self.team[inside], minlength=teams)


def presence(company: Company, ordinal: int) -> Presence:
    """Who is there in the month of that ordinal (from 0)."""
    first, last = company.period.first_days()[ordinal], company.period.month_ends()[ordinal]
    begins, ends = np.datetime64(first, "D"), np.datetime64(last + timedelta(days=1), "D")
    held = company.employees
    held = held[(held["opens"] < ends) & (held["closes"] > begins)].sort_values(["person", "opens"])
    latest = held.groupby("person").tail(1)
    persons = latest["person"].to_numpy()
    count = len(company.people)

    def of_person(values: Any, nobody: object, kind: Any) -> Any:
        filled = np.full(count, nobody, dtype=kind)
        filled[persons] = values
        return filled

    opens = held.groupby("person")["opens"].min().to_numpy().astype("datetime64[D]")
    closes = latest["closes"].to_numpy().astype("datetime64[D]")
    managers = company.managers_on(last).reindex(persons).fillna(-1)
    zero = begins.astype("datetime64[s]")
    return Presence(
        ordinal, first, last, ordinal == company.period.months - 1,
        of_person(np.maximum(opens, begins).astype("datetime64[s]"), zero, "datetime64[s]"),
        of_person(np.minimum(closes, ends).astype("datetime64[s]"), zero, "datetime64[s]"),
        of_person(latest["team"], -1, np.int64), of_person(latest["unit_id"], "", object),
        of_person(latest["position"], "", object),
        of_person(latest["unit_id"].map(company.structure.lines), "", object),
        of_person(managers.to_numpy(dtype=np.int64), -1, np.int64), of_person(latest["is_head"], False, np.bool_),
        _joiners(company, first, last), persons,
    )  # fmt: skip


def _joiners(company: Company, first: date, last: date) -> npt.NDArray[np.bool_]:
    begun = company.employees.groupby("person")["opens"].min()
    inside = (begun >= pd.Timestamp(first)) & (begun <= pd.Timestamp(last))
    joiners = np.zeros(len(company.people), dtype=np.bool_)
    joiners[begun.index[inside].to_numpy()] = True
    return joiners
