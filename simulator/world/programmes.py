"""The learning programmes whose effect on work is planted: what they teach, who gets them when, what they move.

A programme moves its KPI only through people: completing it gives skill, skill with opportunity and the manager's
support becomes behaviour, and behaviour moves the team's KPI some months later. ``simulator.world.transfer`` runs
that chain; here stands what is fixed before the first day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from simulator.recipe import ProgrammePlan, Recipe
from simulator.world.kpis import TeamLevels
from simulator.world.period import Period, Streams
from simulator.world.structure import Structure


@dataclass(frozen=True)
class Programme:
    """One programme. ``starts``: team → first day of the month in which it is trained; a team that is missing never is.

    ``effect``: the KPI's change, in its unit, in a team whose members all show the behaviour in full; 0 is a placebo.
    ``adoption``: share of the way from today's behaviour to what skill allows that a month brings (1: at once).
    ``forgetting``: share of the skill that a month takes. ``lag_months``: until behaviour shows in the KPI.
    ``opportunity``: share of the trained whose work asks for it. ``compliance``: share of a team that takes part.
    ``spillover``: share of the mean behaviour of the department's other teams that a team picks up untrained.
    ``leaving``: how many times as many trained people leave, per month after training.
    ``assignment``: how the start order came about (randomised, better_first, chosen).
    """

    programme_id: str
    title: str
    course_code: str
    capability_id: str
    kpi_id: str
    behaviour_id: str
    effect: float
    adoption: float
    forgetting: float
    lag_months: int
    opportunity: float
    compliance: float
    spillover: float
    leaving: float
    assignment: str
    starts: dict[str, date]

    @property
    def shape(self) -> str:
        """What the effect looks like after the start: none, constant, growing, fading, or one_team."""
        if not self.effect:
            return "none"
        if len(self.starts) == 1:
            return "one_team"
        if self.forgetting:
            return "fading"
        return "growing" if self.adoption < 1 else "constant"


def plan_programmes(
    recipe: Recipe, structure: Structure, levels: TeamLevels, period: Period, streams: Streams
) -> tuple[Programme, ...]:
    """The recipe's programmes with their teams and dates.

    Teams that a reorganisation merges are never trained: their series ends or begins in the middle.
    ``better_first`` gives the first wave to the teams that do best on the programme's KPI, so that trained teams
    look better than others before anybody is trained. What would begin after the period's end is not part of it:
    such a wave is never trained, and a programme of nothing else isn't there.
    """
    merger = structure.merger
    merged = {*merger.teams, merger.into} if merger else set()
    eligible = [team for team in structure.teams if team not in merged]
    firsts = period.first_days()
    programmes = []
    for programme_id, plan in recipe.programmes.items():
        order = _order(plan, eligible, levels, streams.of(f"programme {programme_id}"))
        count = plan.teams or round((plan.teams_share or 0.5) * len(eligible))
        waves = np.array_split(np.array(order[: max(1, count)], dtype=object), len(plan.start_months))
        turns = zip(plan.start_months, waves, strict=True)
        starts = {str(team): firsts[month] for month, wave in turns if month < len(firsts) for team in wave}
        if starts:
            programmes.append(_programme(programme_id, plan, starts))
    return tuple(programmes)


def leaving_rates(programmes: tuple[Programme, ...], period: Period) -> Mapping[str, Mapping[date, float]]:
    """Team → month → how many times as many people leave, for the programmes after which people leave."""
    rates: dict[str, dict[date, float]] = {}
    for programme in programmes:
        if programme.leaving == 1:
            continue
        for team, start in programme.starts.items():
            after = {first: programme.leaving for first in period.first_days() if first > start}
            rates[team] = rates.get(team, {}) | after
    return rates


def _order(plan: ProgrammePlan, teams: list[str], levels: TeamLevels, rng: np.random.Generator) -> list[str]:
    """The teams in the order in which they would be trained."""
    shuffled = [teams[int(place)] for place in rng.permutation(len(teams))]
    if plan.assignment != "better_first":
        return shuffled
    level = levels.of(plan.kpi_id)
    noise = dict(zip(shuffled, rng.normal(0, 0.5, len(shuffled)), strict=True))
    return sorted(shuffled, key=lambda team: -(level[team] + noise[team]))


def _programme(programme_id: str, plan: ProgrammePlan, starts: dict[str, date]) -> Programme:
    return Programme(
        programme_id, plan.title, plan.course_code, plan.capability_id, plan.kpi_id, f"{programme_id}-at-work",
        plan.effect, plan.adoption, plan.forgetting, plan.lag_months, plan.opportunity, plan.compliance,
        plan.spillover, plan.leaving, plan.assignment, starts,
    )  # fmt: skip
