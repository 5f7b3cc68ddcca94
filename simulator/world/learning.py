"""What people do with the catalogue, month by month: who takes what, how it is approved, how far they get.

    present people × open offerings → requests → enrolments → sessions → attempts → completions

Each step is one vectorised draw. Teams differ (a culture that their lead makes), and people differ (drive); both
raise the chance to enrol and the chance to finish, so that completion varies by course and by team. What is decided
in one month and happens in a later one waits in the calendar; who has left by then doesn't do it. All instants are
the company's local time.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from simulator.recipe import Recipe
from simulator.world.calendar import Calendar
from simulator.world.catalogue import CLASSROOM, LRS, LXP, Offering
from simulator.world.chance import Array, at_work, logistic, logit, seconds
from simulator.world.presence import Instants, Presence
from simulator.world.programmes import Programme
from simulator.world.study import MONTH_OF_POPULARITY, Outlook, plan

TEAM_SPREAD, PERSON_SPREAD = 0.55, 0.6
"""Standard deviations of team culture and personal drive, in logits."""

DUE_DAYS = 45
"""Days that an assigned course gives."""

YEARLY_MONTH = 3
"""The month in which a yearly course is assigned; who joins later gets it on joining, and in December not any more."""

REJECTED_SHARE = 0.09
ATTENDANCE = {"attended": 0.84, "partly_attended": 0.90, "no_show": 0.97}
"""What becomes of a seat in the classroom, up to which draw; the rest is excused."""

LATE_REQUEST_SHARE = 0.4
"""Of those who began without waiting: asked for approval afterwards. The others never asked."""


class Learning:
    """The learning of one company, in the order of its months.

    ``pull``: each person's culture and drive together, in logits. ``taken``: who took which offering already.
    """

    def __init__(
        self, recipe: Recipe, offerings: tuple[Offering, ...], programmes: tuple[Programme, ...],
        teams: tuple[str, ...], people: int, calendar: Calendar, rng: np.random.Generator,
    ) -> None:  # fmt: skip
        self.recipe, self.offerings, self.programmes, self.calendar, self.rng = (
            recipe, offerings, programmes, calendar, rng,
        )  # fmt: skip
        self.culture = rng.normal(0, TEAM_SPREAD, len(teams) + 1)
        self.drive = rng.normal(0, PERSON_SPREAD, people)
        self.taken = np.zeros((len(offerings), people), dtype=np.bool_)
        needs = rng.random(len(offerings)) < recipe.learning.needs_approval_share
        self.needs_approval = np.array([n and not o.is_assigned for n, o in zip(needs, offerings, strict=True)])
        self.teams = {team: place for place, team in enumerate(teams)}
        self.enrolments = self.attempts = self.requests = self.sessions_held = 0

    def month(self, there: Presence) -> None:
        """Draw what is decided in this month; the calendar then holds what happens in it and later."""
        chosen = self._chosen(there)
        if chosen.empty:
            return
        chosen = self._approved(chosen, there)
        chosen.insert(0, "enrolment", np.arange(self.enrolments, self.enrolments + len(chosen)))
        self.enrolments += len(chosen)
        self._enrol(chosen)
        is_classroom = np.array([o.tool == CLASSROOM for o in self.offerings])[chosen["offering"]]
        self._attend(chosen[is_classroom])
        self._study(chosen[~is_classroom], there)

    def pull(self, there: Presence, persons: Array) -> Array:
        return np.asarray(self.culture[there.team[persons]] + self.drive[persons])

    def _chosen(self, there: Presence) -> pd.DataFrame:
        """Who is drawn to what, and when: person, offering, chosen_at, initiator, programme."""
        parts = []
        for place, offering in enumerate(self.offerings):
            persons, opens, spread = self._takers(place, offering, there)
            if not len(persons):
                continue
            self.taken[place, persons] = True
            at = self._workday(there, persons, opens, spread)
            parts.append(pd.DataFrame({"person": persons, "offering": place, "chosen_at": at}))
        if not parts:
            return pd.DataFrame()
        chosen = pd.concat(parts, ignore_index=True)
        chosen = chosen[there.holds(chosen["person"].to_numpy(), chosen["chosen_at"].to_numpy())]
        chosen = chosen.sort_values(["chosen_at", "person", "offering"], ignore_index=True)
        return chosen.assign(initiator=self._initiators(chosen), programme=self._programmes(chosen))

    def _takers(self, place: int, offering: Offering, there: Presence) -> tuple[Array, Instants, Array]:
        """The persons who take an offering this month, the instant from which they can, and within how many days."""
        open_to = there.present[~self.taken[place, there.present]]
        opens, days = there.opens[open_to], (there.closes[open_to] - there.opens[open_to]).astype(np.int64) // 86_400
        if offering.course.programme:
            chosen = self._in_turn(offering, there, open_to)
            return open_to[chosen], opens[chosen], np.full(chosen.sum(), 12)
        if offering.is_assigned:
            chosen = self._assigned(offering, there, open_to)
            return open_to[chosen], opens[chosen], np.minimum(days[chosen], 11)
        in_audience = open_to[_audience(offering, there, open_to)]
        within = np.isin(open_to, in_audience, assume_unique=True)
        popularity = min(0.99, offering.course.popularity * self.recipe.learning.popularity)
        over_all = logistic(logit(popularity) + self.pull(there, in_audience))
        monthly = 1 - (1 - over_all) ** (days[within] / 30.4 / MONTH_OF_POPULARITY)
        drawn = self.rng.random(len(in_audience)) < monthly
        return in_audience[drawn], opens[within][drawn], days[within][drawn]

    def _in_turn(self, offering: Offering, there: Presence, persons: Array) -> Array:
        """Those whose team is trained this month, but for the few who don't take part."""
        programme = next(p for p in self.programmes if p.programme_id == offering.course.programme)
        teams = [self.teams[team] for team, start in programme.starts.items() if start == there.first]
        turn = np.isin(there.team[persons], teams) & ~there.is_joiner[persons]
        # The same people stay away from the classroom and from the e-learning: one draw per person and programme.
        keen = np.random.default_rng([self.recipe.seed, self.programmes.index(programme)]).random(len(self.drive))
        return np.asarray(turn & (keen[persons] < programme.compliance))

    def _assigned(self, offering: Offering, there: Presence, persons: Array) -> Array:
        if offering.course.audience == "joiners":
            return np.asarray(there.is_joiner[persons])
        if offering.year != there.first.year:
            return np.zeros(len(persons), dtype=np.bool_)
        everybody = there.first.month == YEARLY_MONTH or (there.ordinal == 0 and there.first.month > YEARLY_MONTH)
        later = YEARLY_MONTH < there.first.month < 12
        return np.full(len(persons), everybody) | (there.is_joiner[persons] & later)

    def _workday(self, there: Presence, persons: Array, opens: Instants, spread: Array) -> Instants:
        """An instant of the month: on a working day after ``opens``, within so many days."""
        days = (self.rng.random(len(persons)) * np.maximum(spread, 1)).astype("timedelta64[D]")
        at = at_work(opens.astype("datetime64[D]") + days, self.rng)
        # A Monday of the next month is not this month's: such a choice was made on the Friday before.
        is_beyond = at.astype("M8[M]") > np.datetime64(there.first, "M")
        return np.asarray(at - np.where(is_beyond, 3, 0).astype("timedelta64[D]"))

    def _initiators(self, chosen: pd.DataFrame) -> Array:
        by_hr = np.array([o.is_assigned or bool(o.course.programme) for o in self.offerings])[chosen["offering"]]
        drawn = np.where(self.rng.random(len(chosen)) < 0.3, "manager", "employee")
        return np.where(by_hr, "hr", drawn).astype(object)

    def _programmes(self, chosen: pd.DataFrame) -> Array:
        places = {p.programme_id: place for place, p in enumerate(self.programmes)}
        return np.asarray(np.array([places.get(o.course.programme, -1) for o in self.offerings])[chosen["offering"]])

    def _approved(self, chosen: pd.DataFrame, there: Presence) -> pd.DataFrame:
        """Send requests to managers; what is rejected goes no further, what is approved is enrolled after it."""
        count = len(chosen)
        needed = self.needs_approval[chosen["offering"]] & (chosen["initiator"] != "hr").to_numpy()
        skipped = needed & (self.rng.random(count) < self.recipe.learning.skipped_approval_share)
        asked_late = skipped & (self.rng.random(count) < LATE_REQUEST_SHARE)
        rejected = needed & ~skipped & (self.rng.random(count) < REJECTED_SHARE)
        chosen_at = chosen["chosen_at"].to_numpy()
        requested = chosen_at + seconds(np.where(asked_late, self.rng.uniform(2, 12, count), 0.0) * 86_400)
        decided = requested + seconds(np.minimum(self.rng.lognormal(0.9, 0.9, count), 40) * 86_400)
        confirmed = decided + seconds(self.rng.exponential(0.8, count) * 86_400)
        waits = needed & ~skipped
        enrolled = np.where(waits, confirmed, chosen_at)
        self._request(
            pd.DataFrame(
                {
                    "person": chosen["person"], "offering": chosen["offering"], "requested_at": requested,
                    "decision": np.where(rejected, "rejected", "approved"),
                    "decided_by": there.manager[chosen["person"]], "decided_at": decided,
                    "confirmed_at": np.where(rejected, np.datetime64("NaT", "s"), confirmed), "is_skipped": skipped,
                }
            )[(waits | asked_late)]
        )  # fmt: skip
        return chosen.assign(enrolled_at=enrolled)[~rejected].reset_index(drop=True)

    def _request(self, asked: pd.DataFrame) -> None:
        """A request is told when it is decided, and before that once as pending where that takes till another month."""
        asked = asked.assign(request=np.arange(self.requests, self.requests + len(asked)))
        self.requests += len(asked)
        waits = asked["requested_at"].to_numpy().astype("M8[M]") != asked["decided_at"].to_numpy().astype("M8[M]")
        pending = asked[waits].assign(decision="pending", decided_by=-1, decided_at=pd.NaT, confirmed_at=pd.NaT)
        self.calendar.put("requests", pending, "requested_at")
        self.calendar.put("requests", asked, "decided_at")

    def _enrol(self, chosen: pd.DataFrame) -> None:
        is_due = np.array([o.is_assigned for o in self.offerings])[chosen["offering"]]
        due = chosen["enrolled_at"].to_numpy().astype("M8[D]").astype("M8[s]") + np.timedelta64(DUE_DAYS * 86_400, "s")
        rows = chosen.assign(due_at=np.where(is_due, due, np.datetime64("NaT", "s")))
        self.calendar.put("enrolments", rows, "enrolled_at")

    def _study(self, chosen: pd.DataFrame, there: Presence) -> None:
        """E-learning: sittings, tests and completion, as far as people mean to go."""
        courses = [self.offerings[place].course for place in chosen["offering"]]
        outlook = Outlook(
            chosen["enrolled_at"].to_numpy(),
            np.array([c.minutes for c in courses], dtype=float),
            np.array([self.offerings[place].modules for place in chosen["offering"]], dtype=np.int64),
            np.array([c.completion for c in courses]),
            np.array([c.pass_mark or np.nan for c in courses], dtype=float),
            np.array([c.mean_score for c in courses], dtype=float),
            np.array([self.offerings[place].tool in (LRS, LXP) for place in chosen["offering"]]),
            (chosen["initiator"] == "hr").to_numpy(),
            self.pull(there, chosen["person"].to_numpy()) + self.recipe.learning.completion,
        )  # fmt: skip
        owners = chosen[["enrolment", "person", "offering"]].reset_index(drop=True)
        studied = plan(outlook, self.rng)
        for table, rows in studied.items():
            owned = owners.iloc[rows["row"]].reset_index(drop=True)
            told = pd.concat([owned, rows.drop(columns="row").reset_index(drop=True)], axis="columns")
            if table == "attempts":
                told.insert(0, "attempt", np.arange(self.attempts, self.attempts + len(told)))
                self.attempts += len(told)
            self.calendar.put(table, told, "at")

    def _attend(self, chosen: pd.DataFrame) -> None:
        """A seat in the next classroom session of the offering, and what became of it."""
        if chosen.empty:
            return
        days = chosen["enrolled_at"].to_numpy().astype("M8[D]") + np.timedelta64(9, "D")
        # Sessions are held on Tuesdays, sixteen seats each.
        held_on = days + ((1 - (days.astype(np.int64) + 3) % 7) % 7).astype("timedelta64[D]")
        rows = chosen.assign(held_on=held_on).sort_values(["held_on", "offering", "person"], ignore_index=True)
        seat = rows.groupby(["held_on", "offering"]).cumcount() // 16
        number = rows.groupby(["held_on", "offering", seat], sort=True).ngroup().to_numpy()
        draw = self.rng.random(len(rows))
        attendance = np.select(
            [draw < 0.84, draw < 0.90, draw < 0.97], ["attended", "partly_attended", "no_show"], "excused"
        )
        planned = np.array([float(min(420, max(90, self.offerings[o].course.minutes))) for o in rows["offering"]])
        share = np.select(
            [attendance == "attended", attendance == "partly_attended"],
            [1.0, self.rng.uniform(0.3, 0.8, len(rows))],
            0.0,
        )
        hour = np.where(number % 2 == 0, 9, 13)
        told = rows[["person", "offering"]].assign(
            session=self.sessions_held + number,
            started_at=rows["held_on"].to_numpy().astype("M8[s]") + seconds(hour * 3600.0),
            planned_minutes=planned, attended_minutes=np.round(planned * share), attendance=attendance.astype(object),
        )  # fmt: skip
        self.sessions_held += int(number.max()) + 1
        self.calendar.put("attendances", told, "started_at")


def _audience(offering: Offering, there: Presence, persons: Array) -> Array:
    """The offering is meant for them."""
    audience = offering.course.audience
    if audience == "heads":
        return np.asarray(there.is_head[persons])
    return np.ones(len(persons), dtype=np.bool_) if not audience else np.asarray(there.line[persons] == audience)
