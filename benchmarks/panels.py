"""Panels of teams whose effect is known: clean ones, and ones in which something else moves the trained teams.

    seed, plan, what goes wrong --simulated--> Panel, the true effect, evidence that goes with it

A team's outcome is its level plus a month-to-month shock that lasts (AR(1), 0.5), in units of that shock's standard
deviation: what EFFECTS planned its Monte Carlo on. It takes microseconds, so thousands of seeds are no matter; what
whole companies add (people who move, leave and learn) is in `benchmarks.companies`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from transfer.effect.evidence import Evidence
from transfer.effect.panel import Panel

Floats = npt.NDArray[np.float64]

LASTING = 0.5


@dataclass(frozen=True)
class Plan:
    """Who starts when. ``starts`` are periods from 1; treated teams are dealt over them evenly."""

    teams: int
    treated: int
    periods: int = 24
    starts: tuple[int, ...] = (8, 11, 14)

    def of_teams(self) -> Floats:
        """(teams,): start, 0 for never; the treated come first."""
        dealt = np.sort(np.resize(self.starts, self.treated))
        return np.concatenate([dealt, np.zeros(self.teams - self.treated)]).astype(np.float64)


@dataclass(frozen=True)
class Simulated:
    """A panel with the truth: the mean effect over treated team-periods, as the simple ATT counts."""

    panel: Panel
    truth: float
    evidence: Evidence = field(default_factory=Evidence)


Confounding = Callable[[Floats, Floats, np.random.Generator], Floats]
"""(outcomes (teams, T), starts (teams,), rng) → outcomes in which something else happened, too."""


def simulated(
    plan: Plan, seed: int, effect: float = 0.0, grows_over: int = 1, levels: float = 2.0,
    confounded: Confounding | None = None, evidence: Evidence | None = None,
) -> Simulated:  # fmt: skip
    """One panel: ``effect`` in standard deviations of a team's shock, reached ``grows_over`` periods after the start.

    ``levels``: how far teams stand apart.
    """
    rng = np.random.default_rng(seed)
    starts = plan.of_teams()
    outcome = levels * rng.normal(size=(plan.teams, 1)) + shocks(rng, plan.teams, plan.periods)
    if confounded:
        outcome = confounded(outcome, starts, rng)
    since = np.where(starts[:, None] > 0, np.arange(1, plan.periods + 1)[None] - starts[:, None], -1.0)
    added = np.where(since >= 0, effect * np.minimum(1.0, (since + 1) / grows_over), 0.0)
    truth = float(added[since >= 0].mean())
    return Simulated(Panel.of_arrays(outcome + added, starts), truth, evidence or Evidence())


def shocks(rng: np.random.Generator, teams: int, periods: int) -> Floats:
    """AR(1) with variance 1, (teams, periods)."""
    found = rng.normal(size=(teams, periods))
    for period in range(1, periods):
        found[:, period] = LASTING * found[:, period - 1] + np.sqrt(1 - LASTING**2) * found[:, period]
    return found


def drifting(slope: float) -> Confounding:
    """The teams that will be trained improve by themselves all along."""
    return lambda outcome, starts, _: outcome + slope * (starts[:, None] > 0) * np.arange(outcome.shape[1])


def bending(share: float) -> Confounding:
    """They improve by themselves, faster and faster."""

    def confounded(outcome: Floats, starts: Floats, _: np.random.Generator) -> Floats:
        return outcome + share * (starts[:, None] > 0) * (np.arange(outcome.shape[1]) / 10) ** 2

    return confounded


def picked_at_their_lowest(depth: float) -> Confounding:
    """They are sent to the training in a bad spell, which passes (Ashenfelter's dip)."""

    def confounded(outcome: Floats, starts: Floats, _: np.random.Generator) -> Floats:
        away = np.abs(np.arange(1, outcome.shape[1] + 1)[None] - (starts[:, None] - 1))
        return outcome - depth * (starts[:, None] > 0) * 0.6**away

    return confounded


def picked_by_their_past(last: int) -> Confounding:
    """The teams that did worst over the ``last`` periods before the first start are the ones that are trained."""

    def confounded(outcome: Floats, starts: Floats, rng: np.random.Generator) -> Floats:
        first, treated = int(starts[starts > 0].min()) - 1, int(np.sum(starts > 0))
        order = np.argsort(outcome[:, max(0, first - last) : first].mean(axis=1))
        return outcome[np.concatenate([rng.permutation(order[:treated]), order[treated:]])]

    return confounded


def moved_before(size: float, periods: int) -> Confounding:
    """Something else came to the trained teams ``periods`` before their training, and stayed."""

    def confounded(outcome: Floats, starts: Floats, _: np.random.Generator) -> Floats:
        time = np.arange(1, outcome.shape[1] + 1)[None]
        return outcome + size * ((starts[:, None] > 0) & (time >= starts[:, None] - periods))

    return confounded


def moved_with(size: float) -> Confounding:
    """Something else came to the trained teams in the very month of their training: nothing in a panel can tell."""
    return moved_before(size, 0)


def drifting_from_the_start(slope: float) -> Confounding:
    """They begin to improve by themselves when they are trained, and not before."""

    def confounded(outcome: Floats, starts: Floats, _: np.random.Generator) -> Floats:
        since = np.arange(1, outcome.shape[1] + 1)[None] - starts[:, None] + 1
        return outcome + slope * np.where(starts[:, None] > 0, np.maximum(since, 0), 0)

    return confounded
