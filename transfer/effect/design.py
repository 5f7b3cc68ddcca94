"""Which design a situation allows, decided before anybody looks at an outcome.

    who starts when, how long it was watched --choose--> design, how it is inferred, the best verdict it can earn

The table is read from the top; the first design whose conditions hold is taken, and `Choice.passed_over` says why
each one above it was not. Two-way fixed effects with staggered starts is missing on purpose: it uses teams that are
already trained as controls and can turn the sign of an effect (Goodman-Bacon 2021, Journal of Econometrics 225).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from transfer.effect.evidence import Assignment

FEWEST_FOR_JACKKNIFE = 6
"""Treated and control units under which the spread between units is too poorly known for a t interval."""

FEWEST_TREATED, FEWEST_CONTROLS, FEWEST_UNITS = 3, 3, 6
FEWEST_UNITS_WHEN_FEW_TREATED = 12
FEWEST_DONORS, FEWEST_PERIODS_OF_DONORS = 10, 12
FEWEST_PERIODS_BEFORE = 3


class Verdict(StrEnum):
    """What an estimate is worth, from best to worst."""

    CREDIBLE = "credible"
    SUGGESTIVE = "suggestive"
    NOT_CREDIBLE = "not credible"
    NOT_ESTIMABLE = "not estimable"


_WORST_FIRST = (Verdict.NOT_ESTIMABLE, Verdict.NOT_CREDIBLE, Verdict.SUGGESTIVE, Verdict.CREDIBLE)


def worst(*verdicts: Verdict) -> Verdict:
    """The lowest of the verdicts."""
    return min(verdicts, key=_WORST_FIRST.index)


class Design(StrEnum):
    STEPPED_WEDGE = "randomised stepped wedge"
    STAGGERED = "staggered starts"
    FEW_TREATED = "few treated units"
    SYNTHETIC_CONTROL = "synthetic control"
    INTERRUPTED_SERIES = "interrupted series"
    NONE = "none"


class Inference(StrEnum):
    """Where the p-value and the interval come from."""

    RANDOMISATION = "permutation over the randomisation scheme, jackknife interval"
    PERMUTATION_AND_JACKKNIFE = "permutation over start dates, jackknife interval"
    PERMUTATION = "permutation over start dates, interval by inverting it"
    PLACEBO_RANK = "rank among placebo units and dates"
    NOTHING = "none"


@dataclass(frozen=True)
class Situation:
    """What a study has. ``later_treated``: units that start after the first ones, controls until they do.

    ``periods_before``: before the first start; ``periods_after``: from the last start whose post-period is used to
    the end. All units are clusters: where training was assigned to sites, the sites. Where starts vary within
    clusters, one may count on both sides; ``clusters`` then says how many there are.
    """

    treated: int
    never_treated: int
    later_treated: int
    periods_before: int
    periods_after: int
    assignment: Assignment = "unknown"
    clusters: int | None = None

    @property
    def controls(self) -> int:
        """Never-treated units, or where there are none those that start later."""
        return self.never_treated or self.later_treated

    @property
    def units(self) -> int:
        return self.treated + self.never_treated if self.clusters is None else self.clusters


@dataclass(frozen=True)
class Choice:
    """The design, why it was taken, what each better one lacked, and the best verdict that it can earn."""

    design: Design
    inference: Inference
    ceiling: Verdict
    reason: str
    passed_over: tuple[str, ...] = ()


class _Row(NamedTuple):
    """One row of the table. ``lacks`` says what a situation lacks for it: nothing means that it is taken."""

    design: Design
    inference: Inference
    ceiling: Callable[[Situation], Verdict]
    lacks: Callable[[Situation], list[str]]
    reason: str


def choose(situation: Situation) -> Choice:
    """The best design that the situation allows. Never fails: the last row asks for nothing."""
    passed_over: list[str] = []
    for row in _TABLE:
        lacking = row.lacks(situation)
        if not lacking:
            return Choice(row.design, row.inference, row.ceiling(situation), row.reason, tuple(passed_over))
        passed_over.append(f"{row.design}: {'; '.join(lacking)}")
    raise AssertionError("the last row of the table asks for nothing")


def _always(verdict: Verdict) -> Callable[[Situation], Verdict]:
    return lambda _: verdict


def _at_least(least: int, count: int, what: str) -> list[str]:
    return [] if count >= least else [f"{what}: {count}, and it takes {least}"]


def _compared(situation: Situation) -> list[str]:
    return (
        _at_least(FEWEST_UNITS, situation.units, "units")
        + _at_least(FEWEST_TREATED, situation.treated, "treated units")
        + _at_least(FEWEST_CONTROLS, situation.controls, "control units")
        + _at_least(1, situation.periods_after, "periods after the start")
        + _at_least(1, situation.periods_before, "periods before the first start")
    )


def _wedge(situation: Situation) -> list[str]:
    is_drawn = situation.assignment == "randomised"
    return _compared(situation) + ([] if is_drawn else ["the order of starts was not drawn by lot"])


def _staggered(situation: Situation) -> list[str]:
    return (
        _compared(situation)
        + _at_least(FEWEST_FOR_JACKKNIFE, situation.treated, "treated units")
        + _at_least(FEWEST_FOR_JACKKNIFE, situation.controls, "control units")
    )


def _donors(situation: Situation) -> list[str]:
    return (
        _at_least(1, situation.treated, "treated units")
        + (
            []
            if situation.treated < FEWEST_TREATED
            else [f"treated units: {situation.treated}, too many to match singly"]
        )
        + _at_least(FEWEST_DONORS, situation.never_treated, "never-treated units as donors")
        + _at_least(FEWEST_PERIODS_OF_DONORS, situation.periods_before, "periods before the start")
        + _at_least(1, situation.periods_after, "periods after the start")
    )


def _described(situation: Situation) -> list[str]:
    return (
        _at_least(1, situation.treated, "treated units")
        + _at_least(FEWEST_PERIODS_BEFORE, situation.periods_before, "periods before the start")
        + _at_least(1, situation.periods_after, "periods after the start")
    )


def _of_few(situation: Situation) -> Verdict:
    """Three to five teams that somebody chose may be three to five special teams."""
    is_enough = situation.units >= FEWEST_UNITS_WHEN_FEW_TREATED and situation.assignment == "randomised"
    return Verdict.CREDIBLE if is_enough else Verdict.SUGGESTIVE


_TABLE = (
    _Row(
        Design.STEPPED_WEDGE, Inference.RANDOMISATION, _always(Verdict.CREDIBLE), _wedge,
        "The order of starts was drawn by lot, so chance alone decided who could be compared with whom.",
    ),
    _Row(
        Design.STAGGERED, Inference.PERMUTATION_AND_JACKKNIFE, _always(Verdict.CREDIBLE), _staggered,
        "Enough units start, and enough do not yet or never, to compare changes group by group.",
    ),
    _Row(
        Design.FEW_TREATED, Inference.PERMUTATION, _of_few, _compared,
        "Few units on one side: an interval from their spread would be too narrow, reassigning the starts is not.",
    ),
    _Row(
        Design.SYNTHETIC_CONTROL, Inference.PLACEBO_RANK, _always(Verdict.SUGGESTIVE), _donors,
        "One or two treated units: each is compared with the mix of donors that moved like it before.",
    ),
    _Row(
        Design.INTERRUPTED_SERIES, Inference.NOTHING, _always(Verdict.NOT_ESTIMABLE), _described,
        "Too few units to compare with: the series is shown as it went, and nothing is said about why.",
    ),
    _Row(
        Design.NONE, Inference.NOTHING, _always(Verdict.NOT_ESTIMABLE), lambda _: [],
        "There is nothing here from which a change after the start could be told.",
    ),
)  # fmt: skip
