"""What people say and are seen to do about a programme: tests, questionnaires, observations at work.

    completion → post-test, questionnaire → (weeks later) delayed test, follow-up
    start → pre-test, brief        behaviour, month by month → observations, opportunities

All of it is drawn from the state of :mod:`simulator.world.transfer` as it is when it is asked, not when it was
planned: a test after eight weeks sees what is left by then.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import pandas as pd

from simulator.recipe import Recipe
from simulator.world.calendar import Calendar
from simulator.world.chance import Array, days, logistic, logit
from simulator.world.presence import Presence
from simulator.world.programmes import Programme
from simulator.world.transfer import Transfer

PASS_MARK = 60.0
BASE_SCORE, SKILL_SCORE, SCORE_NOISE = 32.0, 55.0, 7.0
"""A test score without skill, what full skill adds, and the standard deviation of the rest; 0–100."""

APPLIES_FROM = 0.55
"""Behaviour from which a person would say to have applied it, and would be right."""

APPLIER_ODDS = 2.5
"""How many times the odds of answering a follow-up are with those who applied: the bias that bounds must hold."""

STANDARD = 3.0

Due = defaultdict[int, list[tuple[Array, Array]]]
"""Month → (persons, instants) of what is asked then."""


class Evidence:
    """Asks and observes; one step a month."""

    def __init__(
        self, recipe: Recipe, programmes: tuple[Programme, ...], transfer: Transfer, calendar: Calendar,
        rng: np.random.Generator,
    ) -> None:  # fmt: skip
        self.recipe, self.programmes, self.transfer, self.calendar, self.rng = (
            recipe, programmes, transfer, calendar, rng,
        )  # fmt: skip
        self.base = rng.normal(0, 6, transfer.skill.shape[1])
        self.delayed: list[Due] = [defaultdict(list) for _ in programmes]
        self.follow_ups: list[Due] = [defaultdict(list) for _ in programmes]
        self.responses = self.observations = 0

    def month(self, enrolments: pd.DataFrame, completions: pd.DataFrame, there: Presence) -> None:
        """Put this month's tests, answers and observations, and what follows from its completions, on the calendar."""
        for place in range(len(self.programmes)):
            begun = enrolments[enrolments["programme"] == place]
            done = completions[completions["programme"] == place]
            self._ask_before(place, begun)
            self._ask_after(place, done, there)
            self._ask_later(place, there)
            self._brief(place, begun, there, "brief", -6.0)
            self._brief(place, done, there, "debrief", 7.0)
            self._observe(place, there)
            self._opportunities(place, done)

    def _ask_before(self, place: int, begun: pd.DataFrame) -> None:
        answering = begun[self.rng.random(len(begun)) < 0.85]
        at = answering["enrolled_at"].to_numpy() + days(np.full(len(answering), 0.02))
        self._test(place, answering["person"].to_numpy(), at, "pre", "A")

    def _ask_after(self, place: int, done: pd.DataFrame, there: Presence) -> None:
        persons, at = done["person"].to_numpy(), done["at"].to_numpy()
        tested = self.rng.random(len(done)) < 0.85
        self._test(place, persons[tested], at[tested] + days(self.rng.uniform(0.02, 2, tested.sum())), "post", "B")
        answers = self.rng.random(len(done)) < self.recipe.learning.survey_response
        self._survey(place, persons[answers], at[answers] + days(self.rng.uniform(0.1, 4, answers.sum())), "end", there)
        for kept, low, high in ((self.delayed, 35, 75), (self.follow_ups, 85, 100)):
            later = at + days(self.rng.uniform(low, high, len(done)))
            month = later.astype("M8[M]").astype(np.int64) - np.datetime64(there.first, "M").astype(np.int64)
            for ahead in np.unique(month).tolist():
                chosen = month == ahead
                kept[place][there.ordinal + ahead].append((persons[chosen], later[chosen]))

    def _ask_later(self, place: int, there: Presence) -> None:
        for persons, at in self.delayed[place].pop(there.ordinal, []):
            tested = there.holds(persons, at) & (self.rng.random(len(persons)) < 0.65)
            self._test(place, persons[tested], at[tested], "delayed", "A")
        for persons, at in self.follow_ups[place].pop(there.ordinal, []):
            applies = self.applies(place, persons)
            odds = logit(np.clip(self.recipe.learning.survey_response, 0.01, 0.99)) + np.where(
                applies, np.log(APPLIER_ODDS) / 2, -np.log(APPLIER_ODDS) / 2
            )
            answers = there.holds(persons, at) & (self.rng.random(len(persons)) < logistic(odds))
            self._survey(place, persons[answers], at[answers], "follow_up", there)

    def applies(self, place: int, persons: Array) -> Array:
        """Whether each person's behaviour is such that they apply the programme at work."""
        return np.asarray(self.transfer.behaviour[place, persons] >= APPLIES_FROM)

    def _test(self, place: int, persons: Array, at: Array, occasion: str, form: str) -> None:
        skill = 0.0 if occasion == "pre" else self.transfer.skill[place, persons]
        drawn = BASE_SCORE + self.base[persons] + SKILL_SCORE * skill + self.rng.normal(0, SCORE_NOISE, len(persons))
        score = np.round(np.clip(drawn, 0, 100))
        self._put("tests", person=persons, programme=place, occasion=occasion, form=form, at=at, score=score,
                  score_max=100.0, is_passed=score >= PASS_MARK)  # fmt: skip

    def _survey(self, place: int, persons: Array, at: Array, occasion: str, there: Presence) -> None:
        support = self.transfer.support[there.team[persons]]
        skill = self.transfer.skill[place, persons]
        applied = self.applies(place, persons)
        is_follow_up = occasion == "follow_up"
        opportunity = self.transfer.has_opportunity[place, persons]
        # A programme that moves nothing is liked as much as any other: satisfaction says little about transfer.
        barrier = np.select(
            [applied, ~opportunity, support < 0.7, skill < 0.4],
            ["none", "no_opportunity", "no_support", "forgot"], "not_relevant",
        )  # fmt: skip
        nan = np.full(len(persons), np.nan)
        response = np.arange(self.responses, self.responses + len(persons))
        self.responses += len(persons)
        self._put(
            "surveys", response=response, person=persons, programme=place, occasion=occasion, at=at,
            satisfaction=self._likert(np.full(len(persons), 4.1)) if not is_follow_up else nan,
            relevance=self._likert(2.2 + 1.6 * opportunity + skill * 0.5),
            intent=self._likert(2.0 + 2.2 * skill) if not is_follow_up else nan,
            support=self._likert(1 + 4 * support),
            success=self._likert(1 + 4.5 * self.transfer.behaviour[place, persons]) if is_follow_up else nan,
            has_applied=applied.astype(float) if is_follow_up else nan,
            barrier=barrier if is_follow_up else "",
        )  # fmt: skip

    def _likert(self, mean: Array) -> Array:
        return np.clip(np.round(mean + self.rng.normal(0, 0.7, len(mean))), 1, 5)

    def _brief(self, place: int, rows: pd.DataFrame, there: Presence, kind: str, day: float) -> None:
        """Managers who support their people talk with them before and after; never before the month is there."""
        persons = rows["person"].to_numpy()
        manager = there.manager[persons]
        held = (manager >= 0) & (
            self.rng.random(len(persons)) < 1.5 * (self.transfer.support[there.team[persons]] - 0.45)
        )
        around = rows["enrolled_at" if kind == "brief" else "at"].to_numpy()[held]
        at = around + days(self.rng.uniform(min(day, 0), max(day, 0), held.sum()))
        at = np.maximum(at, np.datetime64(there.first, "s") + np.timedelta64(9, "h"))
        self._observed(place, persons[held], manager[held], "manager", kind, at)

    def _observe(self, place: int, there: Presence) -> None:
        """Part of the trained people, and a few who aren't, are seen at work by a manager or a peer."""
        trained = self.transfer.completed[place] >= 0
        persons = there.present[there.manager[there.present] >= 0]
        chance = np.where(trained[persons], self.recipe.learning.observed_share / 4, 0.0)
        in_programme = np.isin(there.team[persons], self._teams(place))
        chance = np.where(~trained[persons] & in_programme, self.recipe.learning.observed_share / 12, chance)
        seen = persons[self.rng.random(len(persons)) < chance]
        at = self._in_month(seen, there)
        by_peer = self.rng.random(len(seen)) < 0.3
        # A peer is whoever else of the programme was seen this month next in line: nearly always of the same team.
        order = np.argsort(there.team[seen], kind="stable")
        colleague = np.empty_like(seen)
        colleague[order] = np.roll(seen[order], 1)
        observer = np.where(by_peer & (colleague != seen), colleague, there.manager[seen])
        rating = 1.3 + 3.4 * self.transfer.behaviour[place, seen] + self.rng.normal(0, 0.55, len(seen))
        rating = np.clip(np.round(rating * 2) / 2, 1, 5)
        draw = self.rng.random(len(seen))
        assist = np.select([draw < 0.62, draw < 0.86], ["none", "prompted"], "assisted").astype(object)
        kind = np.where(observer == there.manager[seen], "manager", "peer").astype(object)
        self._observed(place, seen, observer, kind, "behaviour", at, rating, assist)

    def _opportunities(self, place: int, done: pd.DataFrame) -> None:
        """The task log: within a month of completing, the work asked for it."""
        asked = done[self.transfer.has_opportunity[place, done["person"].to_numpy()]]
        at = asked["at"].to_numpy() + days(self.rng.uniform(1, 28, len(asked)))
        self._observed(
            place, asked["person"].to_numpy(), np.full(len(asked), -1), "system", "opportunity", at
        )  # fmt: skip

    def _teams(self, place: int) -> Array:
        started = self.programmes[place].starts
        return np.array([n for n, team in enumerate(self.transfer.teams) if team in started], dtype=np.int64)

    def _in_month(self, persons: Array, there: Presence) -> Array:
        length = (np.datetime64(there.last, "D") - np.datetime64(there.first, "D")).astype(int)
        day = np.datetime64(there.first, "s") + self.rng.integers(0, length + 1, len(persons)).astype("timedelta64[D]")
        return np.asarray(day + self.rng.integers(8 * 3600, 17 * 3600, len(persons)).astype("timedelta64[s]"))

    def _observed(
        self, place: int, persons: Array, observers: Array, observer_type: Any, kind: str, at: Array,
        rating: Array | None = None, assist: Array | None = None,
    ) -> None:  # fmt: skip
        number = np.arange(self.observations, self.observations + len(persons))
        self.observations += len(persons)
        self._put(
            "observations", observation=number, person=persons, observer=observers, observer_type=observer_type,
            observation_type=kind, programme=place, at=at, rating=np.nan if rating is None else rating,
            standard=STANDARD if kind == "behaviour" else np.nan, assist_level="" if assist is None else assist,
        )  # fmt: skip

    def _put(self, table: str, **columns: Any) -> None:
        if count := len(columns["person"]):
            self.calendar.put(table, pd.DataFrame(columns, index=np.arange(count)), "at")
