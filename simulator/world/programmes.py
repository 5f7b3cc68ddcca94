"""The learning programmes whose effect on work is planted: what they teach, who gets them when, what they move.

A programme moves its KPI only through people: completing it gives skill, skill with opportunity and the manager's
support becomes behaviour, and behaviour moves the team's KPI some months later. ``simulator.world.transfer`` runs
that chain; here stands what is fixed before the first day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


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
