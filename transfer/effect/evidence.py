"""What is known about a study beyond its panel: what the guards judge, and nobody can read off the outcomes.

The warehouse fills in what its models know; a file that an analyst brings has little of it. ``None`` means *not
evaluated*, which is said on the card and never counts as passed: nothing found and nobody looked are different news.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Assignment = Literal["randomised", "chosen", "unknown"]
Arm = Literal["treated", "control", "both"]


@dataclass(frozen=True)
class ConcurrentEvent:
    """Something else that happened inside the window: a reorganisation, a new tool, a change of price."""

    period: str
    what: str
    arm: Arm = "both"


@dataclass(frozen=True)
class Leavers:
    """Attrition of one unit: ``persons`` on its baseline roster, and how many of them ``left`` during the window."""

    unit: str
    is_treated: bool
    persons: int
    left: int


@dataclass(frozen=True)
class Evidence:
    """Shares are 0 to 1. Every field that is ``None`` was not evaluated.

    ``assignment``: how it was decided who starts when; ``chosen`` includes volunteers and "the best teams first".
    ``coverage``: team-period cells observed before anything was left out.
    ``missing_around_start``: treated units without a value in the period of their start or the one before.
    ``match_rate_events``, ``match_rate_rosters``: events of the exposed activity, and persons of the rosters, that
    belong to exactly one known person.
    ``partial_exposure``: unit → share of its staff trained at its start.
    ``contamination``: person-months of control teams worked by somebody who was trained already.
    ``definition_changes``: periods in which the KPI's definition changes inside the window.
    ``neighbours``: never-treated units that share a manager, site or shift with a treated one.
    ``smallest_team``: persons in the smallest team that enters; ``persons``: arm → persons on baseline rosters.
    ``kpis``: how many KPIs the study registered; ``is_registered_first``: before outcomes were joined.
    """

    assignment: Assignment = "unknown"
    coverage: float | None = None
    missing_around_start: tuple[str, ...] | None = None
    match_rate_events: float | None = None
    match_rate_rosters: float | None = None
    partial_exposure: Mapping[str, float] | None = None
    contamination: float | None = None
    attrition: tuple[Leavers, ...] | None = None
    definition_changes: tuple[str, ...] | None = None
    concurrent_events: tuple[ConcurrentEvent, ...] | None = None
    neighbours: frozenset[str] | None = None
    smallest_team: int | None = None
    persons: Mapping[str, int] = field(default_factory=dict)
    registered_on: date | None = None
    is_registered_first: bool | None = None
    definition_version: str | None = None
    kpis: int | None = None
    planned_detectable_effect: float | None = None
