"""The rest of working life that records touch: absence, informal learning, appraisals, culture, and what it costs."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from simulator.recipe import Recipe
from simulator.world.calendar import Calendar
from simulator.world.catalogue import LRS, LXP, MOODLE, Offering
from simulator.world.chance import Array, days
from simulator.world.happenings import CLIMATE_ITEMS, empty, typed
from simulator.world.presence import Presence
from simulator.world.programmes import Programme
from simulator.world.transfer import Transfer

ABSENCE_TYPES = (("sickness", 0.66, 1.3, 0.8), ("leave", 0.28, 1.9, 0.5), ("parental", 0.06, 4.6, 0.2))
"""Type, share of absences, and mean and deviation of the logarithm of its days."""

MODES = (("on_the_job", 0.6), ("social", 0.3), ("formal", 0.1))
INITIATORS = (("employee", 0.55), ("manager", 0.30), ("hr", 0.15))
DOUBLE_SHARE = 0.12
"""Sittings in a tool that the learner also writes down in the time registration: one hour, recorded twice."""

WAGE = 38.0
"""EUR that an hour of an employee costs."""

LICENCE_FEES = ((MOODLE, "Openleaf Hosting", 2.1), (LRS, "Statement Store", 0.9), (LXP, "Udemy Business", 6.5))
"""Tool, provider, EUR per head and month."""


class Absences:
    def __init__(self, recipe: Recipe, calendar: Calendar, rng: np.random.Generator) -> None:
        self.share, self.calendar, self.rng, self.count = recipe.workforce.absence, calendar, rng, 0

    def month(self, there: Presence) -> None:
        """An absence is told in the month in which it begins, open where it lasts, and once more when it ends."""
        persons = there.present[self.rng.random(len(there.present)) < self.share]
        names = np.array([kind[0] for kind in ABSENCE_TYPES], dtype=object)
        kind = self.rng.choice(len(ABSENCE_TYPES), size=len(persons), p=[kind[1] for kind in ABSENCE_TYPES])
        mean, spread = np.array([k[2] for k in ABSENCE_TYPES])[kind], np.array([k[3] for k in ABSENCE_TYPES])[kind]
        length = np.clip(np.round(self.rng.lognormal(mean, spread)), 1, 200)
        room = np.maximum((there.closes[persons] - there.opens[persons]).astype(np.int64) // 86_400, 1)
        started = there.opens[persons] + days(np.floor(self.rng.random(len(persons)) * room))
        rows = pd.DataFrame(
            {
                "absence": np.arange(self.count, self.count + len(persons)), "person": persons,
                "absence_type": names[kind], "started": started, "ended": started + days(length - 1),
                "fte_share": np.where(self.rng.random(len(persons)) < 0.9, 1.0, 0.5),
            }
        )  # fmt: skip
        self.count += len(persons)
        month_end = np.datetime64(there.last, "D").astype("M8[s]")
        lasts = rows["ended"].to_numpy() > month_end
        self.calendar.put("absences", rows.assign(ended=rows["ended"].mask(lasts)), "started")
        closed = rows[lasts].assign(told_on=rows["ended"][lasts])
        self.calendar.put("absences", closed, "told_on")


class LearningTime:
    def __init__(self, recipe: Recipe, teams: int, rng: np.random.Generator) -> None:
        self.learning, self.rng, self.entries = recipe.learning, rng, 0
        self.habit = rng.normal(0, 0.25, teams + 1)

    def month(self, sessions: pd.DataFrame, there: Presence) -> pd.DataFrame:
        """What people learned at work, written down or not, and the sittings that they wrote down as well."""
        per_person = self.learning.informal_hours / 1.25
        persons = np.repeat(there.present, self.rng.poisson(per_person, len(there.present)))
        room = np.maximum((there.closes[persons] - there.opens[persons]).astype(np.int64) // 86_400, 1)
        day = there.opens[persons].astype("M8[D]") + np.floor(self.rng.random(len(persons)) * room).astype("m8[D]")
        chance = np.clip(self.learning.registered_share + self.habit[there.team[persons]], 0, 1)
        informal = self._rows(
            persons, -1, day, np.clip(np.round(self.rng.lognormal(4.1, 0.6, len(persons)) / 5) * 5, 5, 480), False,
            self._drawn(MODES, len(persons)), self._drawn(INITIATORS, len(persons)),
            self.rng.random(len(persons)) < chance,
        )  # fmt: skip
        again = sessions[self.rng.random(len(sessions)) < DOUBLE_SHARE]
        minutes = np.maximum(np.round(again["minutes"].to_numpy() / 5) * 5, 5)
        formal = self._rows(
            again["person"].to_numpy(), again["offering"].to_numpy(), again["at"].to_numpy().astype("M8[D]"), minutes,
            True, "formal", "employee", True,
        )  # fmt: skip
        told = pd.concat([informal, formal], ignore_index=True).sort_values(["day", "person"], ignore_index=True)
        told["entry"] = np.arange(self.entries, self.entries + len(told))
        self.entries += len(told)
        return told

    def _rows(
        self, persons: Array, offering: Any, day: Array, minutes: Array, is_formal: bool, mode: Any, initiator: Any,
        is_registered: Any,
    ) -> pd.DataFrame:  # fmt: skip
        rows = pd.DataFrame(
            {
                "entry": 0, "person": persons, "offering": offering, "day": day.astype("M8[s]"), "minutes": minutes,
                "is_formal": is_formal, "mode": mode, "initiator": initiator, "is_registered": is_registered,
            },
            index=np.arange(len(persons)),
        )  # fmt: skip
        return typed("learning_time", {name: rows[name] for name in rows.columns})

    def _drawn(self, shares: tuple[tuple[str, float], ...], count: int) -> Array:
        names = np.array([name for name, _ in shares], dtype=object)
        return np.asarray(names[self.rng.choice(len(shares), size=count, p=[share for _, share in shares])])


class Appraisals:
    """Capabilities are assessed twice a year, in the third month and the ninth, of most people and not of all."""

    def __init__(
        self, programmes: tuple[Programme, ...], transfer: Transfer, calendar: Calendar, rng: np.random.Generator
    ) -> None:
        self.programmes, self.transfer, self.calendar, self.rng = programmes, transfer, calendar, rng
        self.base = rng.normal(1.8, 0.5, transfer.skill.shape)

    def month(self, there: Presence) -> None:
        if there.ordinal % 6 != 2:
            return
        for place, programme in enumerate(self.programmes):
            assessed = there.present[self.rng.random(len(there.present)) < 0.6]
            by_self = self.rng.random(len(assessed)) < 0.3
            level = self.base[place, assessed] + 2.0 * self.transfer.skill[place, assessed] + 0.4 * by_self
            level = np.clip(np.round((level + self.rng.normal(0, 0.25, len(assessed))) * 2) / 2, 0, 5)
            day = there.closes[assessed].astype("M8[D]") - self.rng.integers(1, 14, len(assessed)).astype("m8[D]")
            at = np.maximum(day.astype("M8[s]") + np.timedelta64(14, "h"), there.opens[assessed])
            rows = pd.DataFrame(
                {
                    "person": assessed, "capability_id": programme.capability_id, "at": at, "level": level,
                    "target_level": np.where(there.is_head[assessed], 4.0, 3.0),
                    "assessor_type": np.where(by_self, "self", "manager").astype(object),
                },
                index=np.arange(len(assessed)),
            )  # fmt: skip
            kept = there.holds(assessed, at)
            self.calendar.put("capability_assessments", rows[kept], "at")


class Climate:
    """The culture survey, once a year in November; anonymous, and answered by about half."""

    def __init__(self, transfer: Transfer, rng: np.random.Generator) -> None:
        self.transfer, self.rng, self.responses = transfer, rng, 0
        self.mood = rng.normal(0, 0.5, (len(CLIMATE_ITEMS) // 2, len(transfer.teams) + 1))

    def month(self, there: Presence) -> pd.DataFrame:
        if there.first.month != 11:
            return empty("climate")
        persons = there.present[self.rng.random(len(there.present)) < 0.52]
        persons = self.rng.permutation(persons)
        leaning = self.rng.normal(0, 0.5, len(persons))
        rows: dict[str, object] = {
            "response": np.arange(self.responses, self.responses + len(persons)), "person": persons,
            "org_unit_id": there.unit[persons],
            "at": np.sort(there.opens[persons] + self.rng.integers(0, 20 * 86_400, len(persons)).astype("m8[s]")),
        }  # fmt: skip
        support = 2 * (self.transfer.support[there.team[persons]] - 0.76)
        for place, item in enumerate(CLIMATE_ITEMS):
            scale = self.mood[place // 2, there.team[persons]] + (support if item.startswith("manager") else 0)
            rows[item] = np.clip(np.round(3.4 + scale + leaning + self.rng.normal(0, 0.6, len(persons))), 1, 5)
        self.responses += len(persons)
        return typed("climate", rows)


class Costs:
    def __init__(self, offerings: tuple[Offering, ...], rng: np.random.Generator) -> None:
        self.offerings, self.rng, self.lines = offerings, rng, 0

    def month(self, sessions: pd.DataFrame, attendances: pd.DataFrame, there: Presence) -> pd.DataFrame:
        """Licences per head, seats in the classroom, development now and then, and the hours that learning took."""
        lines = [(-1, provider, tool, "direct", fee * len(there.present)) for tool, provider, fee in LICENCE_FEES]
        seats = attendances["offering"].value_counts().sort_index()
        priced = [(place, seat) for place, seat in seats.items() if self.offerings[place].course.price]
        lines += [
            (place, self.offerings[place].course.provider, "", "direct", seat * self.offerings[place].course.price)
            for place, seat in priced
        ]
        hours = sessions.groupby("offering")["minutes"].sum().add(
            attendances.groupby("offering")["attended_minutes"].sum(), fill_value=0
        )  # fmt: skip
        lines += [(place, "", "", "opportunity", minutes / 60 * WAGE) for place, minutes in hours.items()]
        if there.ordinal % 4 == 1:
            own = [place for place, o in enumerate(self.offerings) if o.tool in (MOODLE, LRS) and not o.course.price]
            place = own[int(self.rng.integers(len(own)))]
            lines.append((place, "Meridian Academy", "", "direct", 1500 + 900 * self.rng.random()))
        return self._typed(lines, there.first, there.last)

    def _typed(self, lines: list[tuple[Any, ...]], first: date, last: date) -> pd.DataFrame:
        rows = pd.DataFrame(lines, columns=["offering", "provider", "cost_tool", "cost_type", "amount"])
        rows = rows[rows["amount"].round(2) > 0].reset_index(drop=True)
        rows = rows.assign(
            cost=np.arange(self.lines, self.lines + len(rows)), org_unit_id="O1", amount=rows["amount"].round(2),
            period_start=np.datetime64(first, "s"), period_end=np.datetime64(last + timedelta(days=1), "s"),
        )  # fmt: skip
        self.lines += len(rows)
        return typed("costs", {name: rows[name] for name in rows.columns})
