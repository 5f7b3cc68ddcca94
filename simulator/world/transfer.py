"""From learning to work: skill, opportunity and support become behaviour, and behaviour moves a team's KPI.

    completion → skill ─┐
    opportunity ────────┼→ what the person could show → behaviour → mean of the team → KPI, after a lag
    manager's support ──┘         (adoption)      (forgetting)         (+ spillover)

For person i, programme j and month t, with skill s, opportunity o in {0, 1}, support u of the team and adoption a:

    s[t] = s[t-1] (1 - forgetting)          (set to the gain of learning on completion)
    b[t] = b[t-1] + a (s[t] o u - b[t-1])   (behaviour, 0 to 1; 0 without skill)

The contribution of a programme to a team's KPI is ``effect`` times the mean behaviour of the people who were in the
team ``lag_months`` ago. It adds to everything else, so the KPI without the programme is known exactly: that
difference is the planted effect, team by team and month by month.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from simulator.world.presence import Presence
from simulator.world.programmes import Programme
from simulator.world.structure import Structure

Floats = npt.NDArray[np.float64]

SKILL_FLOOR, SKILL_SPREAD = 0.55, 0.45
"""Skill gained: the floor for everybody who completes, and what a full score adds."""

SUPPORT_FLOOR = 0.4
"""The least that a manager leaves of what people could show."""


@dataclass(frozen=True)
class Applied:
    """One programme in one month. Arrays have a place per team.

    ``trained``: share of the members who completed it; ``behaviour``: their mean behaviour; ``direct`` and
    ``spillover``: what it adds to the KPI this month, in the KPI's unit.
    """

    programme: int
    trained: Floats
    behaviour: Floats
    direct: Floats
    spillover: Floats

    @property
    def effect(self) -> Floats:
        return self.direct + self.spillover


class Transfer:
    """The state of every person on every programme; one step a month.

    ``skill``, ``behaviour``: programme × person, 0 to 1. ``completed``: ordinal of the month, -1 for nobody yet.
    ``support``: per team. ``has_opportunity``: programme × person.
    """

    def __init__(
        self, programmes: tuple[Programme, ...], structure: Structure, people: int, rng: np.random.Generator
    ) -> None:
        self.programmes = programmes
        self.teams = structure.teams
        shape = (len(programmes), people)
        self.skill, self.behaviour = np.zeros(shape), np.zeros(shape)
        self.completed = np.full(shape, -1, dtype=np.int64)
        self.support = SUPPORT_FLOOR + (1 - SUPPORT_FLOOR) * rng.beta(3, 2, len(self.teams))
        drawn = rng.random(shape)
        self.has_opportunity = drawn < np.array([p.opportunity for p in programmes]).reshape(-1, 1)
        self.department = _departments(structure)
        self._past: list[list[tuple[Floats, Floats]]] = [[] for _ in programmes]

    def month(self, completions: pd.DataFrame, programme_of: npt.NDArray[np.int64], there: Presence) -> list[Applied]:
        """Take in who completed (``programme_of``: offering → programme or -1), and move everybody one month on."""
        for place, programme in enumerate(self.programmes):
            self.skill[place] *= 1 - programme.forgetting
            self._learn(place, completions[programme_of[completions["offering"]] == place], there.ordinal)
            could = self.skill[place] * self.has_opportunity[place] * self.support[there.team]
            self.behaviour[place] += programme.adoption * (could - self.behaviour[place])
        return [self._apply(place, programme, there) for place, programme in enumerate(self.programmes)]

    def _learn(self, place: int, completions: pd.DataFrame, ordinal: int) -> None:
        persons = completions["person"].to_numpy()
        score = completions["score"].fillna(70).to_numpy() / 100
        self.skill[place, persons] = np.clip(SKILL_FLOOR + SKILL_SPREAD * score, 0, 1)
        self.completed[place, persons] = ordinal

    def _apply(self, place: int, programme: Programme, there: Presence) -> Applied:
        count = len(self.teams)
        behaviour = there.members(self.behaviour[place], count)
        trained = there.members((self.completed[place] >= 0).astype(np.float64), count)
        spilled = programme.spillover * self._neighbours(behaviour, programme, there.sizes(count))
        self._past[place].append((behaviour, spilled))
        earlier = len(self._past[place]) - 1 - programme.lag_months
        own, other = self._past[place][earlier] if earlier >= 0 else (np.zeros(count), np.zeros(count))
        if earlier > 0:
            self._past[place][earlier - 1] = (np.empty(0), np.empty(0))
        return Applied(place, trained, behaviour, programme.effect * own, programme.effect * other)

    def _neighbours(self, behaviour: Floats, programme: Programme, sizes: npt.NDArray[np.int64]) -> Floats:
        """For each team that is never trained, the mean behaviour of its department's other people."""
        if not programme.spillover:
            return np.zeros(len(self.teams))
        people = np.bincount(self.department, weights=sizes)
        total = np.bincount(self.department, weights=behaviour * sizes)
        others = (total[self.department] - behaviour * sizes) / np.maximum(people[self.department] - sizes, 1)
        is_untrained = np.array([team not in programme.starts for team in self.teams])
        return np.asarray(np.where(is_untrained, others, 0.0))


def _departments(structure: Structure) -> npt.NDArray[np.int64]:
    """Team → number of its department."""
    parents = {unit.unit_id: unit.parent_id for unit in structure.units if unit.level == "team"}
    numbers = {parent: place for place, parent in enumerate(dict.fromkeys(parents.values()))}
    return np.array([numbers[parents[team]] for team in structure.teams], dtype=np.int64)
