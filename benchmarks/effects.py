"""What the effect estimator is worth, where the truth is known: many seeds, one line per situation.

    panels, companies --estimate, assess--> Outcome per seed --summed up--> rows of results --told--> Markdown

intervals   bias, coverage and false positives from 8 to 100 teams, and the size of the test of trends before
verdicts    what is called credible: clean panels, panels in which the data show a confounder, and those in which not
companies   simulated companies, in which effects come through people
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks import companies, panels
from benchmarks.measuring import say
from benchmarks.panels import Plan, Simulated, simulated
from transfer.effect.card import Subject, withheld
from transfer.effect.design import Verdict
from transfer.effect.study import Choices, estimate
from transfer.effect.verdict import assess

PERMUTATIONS = 499
SHORT = (4, 6, 8)
TEAMS = (8, 12, 20, 30, 50, 100)


@dataclass(frozen=True)
class Outcome:
    """One seed. ``is_published``: whether a figure would leave the warehouse."""

    truth: float
    estimate: float
    low: float
    high: float
    p_value: float
    pre_trend_p: float
    verdict: Verdict
    is_published: bool

    @property
    def covers(self) -> bool:
        return self.low <= self.truth <= self.high


def outcome(one: Simulated, seed: int, permutations: int | None = None) -> Outcome:
    """What the estimator and the guards say of one simulated study."""
    study = estimate(one.panel, Choices(permutations=permutations or PERMUTATIONS, seed=seed))
    card = assess(study, one.evidence, Subject())
    head, pre_trend = card.headline, card.robustness.pre_trend_p
    found = (
        np.nan if value is None else value for value in (head.estimate, head.low, head.high, head.p_value, pre_trend)
    )
    return Outcome(one.truth, *found, card.verdict, not withheld(card).is_withheld)


CLEAN: dict[str, Callable[[int], Simulated]] = {
    "no effect": lambda seed: simulated(Plan(30, 15), seed),
    "effect of 1 SD": lambda seed: simulated(Plan(30, 15), seed, 1.0),
    "effect of 2 SD": lambda seed: simulated(Plan(30, 15), seed, 2.0),
    "effect of 3 SD": lambda seed: simulated(Plan(30, 15), seed, 3.0),
    "effect that grows to 3 SD in 6 periods": lambda seed: simulated(Plan(30, 15), seed, 3.0, grows_over=6),
    "effect of 3 SD, 14 teams": lambda seed: simulated(Plan(14, 7), seed, 3.0),
}
_CONFOUNDED = {
    **{f"drift by {slope} SD a period": panels.drifting(slope) for slope in (0.05, 0.1, 0.15, 0.2, 0.4)},
    **{f"drift faster and faster ({share})": panels.bending(share) for share in (0.5, 1.0, 2.0)},
    **{f"picked in a bad spell of {depth} SD": panels.picked_at_their_lowest(depth) for depth in (0.5, 1.0, 2.0)},
    "picked by their last period": panels.picked_by_their_past(1),
    "picked by their whole past": panels.picked_by_their_past(24),
    **{f"moved by 1.5 SD {early} periods before": panels.moved_before(1.5, early) for early in (1, 2, 4)},
}
VISIBLE: dict[str, Callable[[int], Simulated]] = {
    **{
        name: (lambda seed, what=what: simulated(Plan(30, 15), seed, confounded=what))
        for name, what in _CONFOUNDED.items()
    },
    "picked by their last period, all alike": lambda seed: simulated(
        Plan(30, 15), seed, confounded=panels.picked_by_their_past(1), levels=0.0
    ),
    "picked by their last six periods, all alike": lambda seed: simulated(
        Plan(30, 15), seed, confounded=panels.picked_by_their_past(6), levels=0.0
    ),
    "drift by 0.2 SD a period, 14 teams": lambda seed: simulated(Plan(14, 7), seed, confounded=panels.drifting(0.2)),
    "picked in a bad spell of 1 SD, 14 teams": lambda seed: simulated(
        Plan(14, 7), seed, confounded=panels.picked_at_their_lowest(1.0)
    ),
    "drift by 0.1 SD a period, 80 teams": lambda seed: simulated(Plan(80, 40), seed, confounded=panels.drifting(0.1)),
}
BESIDE: dict[str, Callable[[int], Simulated]] = {
    f"{name}, and an effect of 3 SD": (lambda seed, what=what: simulated(Plan(30, 15), seed, 3.0, confounded=what))
    for name, what in (
        ("drift by 0.1 SD a period", panels.drifting(0.1)),
        ("drift by 0.2 SD a period", panels.drifting(0.2)),
        ("picked in a bad spell of 1 SD", panels.picked_at_their_lowest(1.0)),
    )
}
"""A credible verdict says that there is an effect; these say what else may be in the figure."""
INVISIBLE: dict[str, Callable[[int], Simulated]] = {
    "moved by 1 SD in the month of the training": lambda seed: simulated(
        Plan(30, 15), seed, confounded=panels.moved_with(1.0)
    ),
    "moved by 3 SD in the month of the training": lambda seed: simulated(
        Plan(30, 15), seed, confounded=panels.moved_with(3.0)
    ),
    "drift by 0.2 SD from the training on": lambda seed: simulated(
        Plan(30, 15), seed, confounded=panels.drifting_from_the_start(0.2)
    ),
}  # fmt: skip
COMPANIES = {
    "laboratory": "steady_hands", "growing": "slow_habit", "placebo": "colours_at_work", "selection": "front_runners",
    "spillover": "good_example", "attrition": "worth_more_elsewhere", "redefined": "same_as_before",
    "few_teams": "small_pilot", "one_team": "single_pilot",
}  # fmt: skip
"""Recipe → its programme."""


def measure(seeds: int) -> dict[str, Any]:
    """All of it: ``seeds`` for the intervals, a third for verdicts, a fiftieth for companies."""
    few = max(2, seeds // 3)
    return {
        "intervals": list(_intervals(seeds)),
        "verdicts": [
            {"kind": kind, **row}
            for kind, some in (("clean", CLEAN), ("visible", VISIBLE), ("beside", BESIDE), ("invisible", INVISIBLE))
            for row in (_row(name, [outcome(make(seed), seed) for seed in range(few)]) for name, make in some.items())
        ],
        "companies": [
            _row(recipe, [_company(recipe, programme, seed) for seed in range(max(2, seeds // 50))])
            for recipe, programme in COMPANIES.items()
        ],
    }


def _intervals(seeds: int) -> Iterable[dict[str, Any]]:
    for teams in TEAMS:
        plan = Plan(teams, teams // 2, 12, SHORT)
        for told, effect in (("none", 0.0), ("grows to 1.5 SD in 4 periods", 1.5)):
            say(f"{seeds} panels of {teams} teams, effect {told} …")
            yield {"teams": teams, **interval_row(plan, effect, seeds), "effect": told}


def interval_row(plan: Plan, effect: float, seeds: int, permutations: int | None = None) -> dict[str, Any]:
    """Of one plan: bias and its standard error, coverage, rejections of the permutation test and of the trend test."""
    found = []
    for seed in range(seeds):
        one = simulated(plan, seed, effect, grows_over=4)
        study = estimate(one.panel, Choices(permutations=permutations or PERMUTATIONS, seed=seed))
        chosen, trend = study.interval, study.pre_trend
        assert chosen is not None
        assert trend is not None
        error = study.simple.overall.estimate - one.truth
        found.append((error, chosen.low <= one.truth <= chosen.high, study.permutation.p < 0.05, trend.p < 0.05))
    error, covers, rejects, parts = np.array(found, dtype=np.float64).T
    return {
        "seeds": seeds, "bias": float(error.mean()), "bias_error": float(error.std(ddof=1) / np.sqrt(seeds)),
        "coverage": float(covers.mean()), "rejected": float(rejects.mean()), "pre_trend": float(parts.mean()),
    }  # fmt: skip


def _company(recipe: str, programme: str, seed: int) -> Outcome:
    return outcome(companies.study_of(companies.lived(recipe, seed), programme), seed)


def _row(name: str, found: list[Outcome]) -> dict[str, Any]:
    say(f"{name}: {len(found)} seeds")
    error = np.array([one.estimate - one.truth for one in found])
    has_interval = [one for one in found if np.isfinite(one.low)]
    return {
        "name": name, "seeds": len(found), "truth": float(np.mean([one.truth for one in found])),
        "bias": float(error.mean()), "bias_error": float(error.std(ddof=1) / np.sqrt(len(error))),
        "coverage": float(np.mean([one.covers for one in has_interval])) if has_interval else None,
        "rejected": float(np.mean([one.p_value < 0.05 for one in found])),
        "published": float(np.mean([one.is_published for one in found])),
        **{verdict.value: float(np.mean([one.verdict is verdict for one in found])) for verdict in Verdict},
    }  # fmt: skip


def told(results: dict[str, Any]) -> str:
    """Markdown."""
    return "\n".join([_told_intervals(results["intervals"]), _told_verdicts(results["verdicts"]),
                      _told_companies(results["companies"])])  # fmt: skip


def _told_intervals(rows: list[dict[str, Any]]) -> str:
    body = "\n".join(
        f"| {row['teams']} | {row['effect']} | {row['bias']:+.3f} ± {row['bias_error']:.3f} | {row['coverage']:.1%} "
        f"| {_only(row['effect'] == 'none', row['rejected'])} | {row['pre_trend']:.1%} |"
        for row in rows
    )
    return f"""\
## Effects: what the 95 % interval is worth

Panels of 12 periods, half of the teams start in period 4, 6 or 8; {rows[0]["seeds"]:,} seeds a line. Bias is in
standard deviations of a team's monthly shock; "false positives" are permutation tests with p < .05 where there is no
effect.

| teams | effect | bias | covers the truth | false positives | different trends found (there are none) |
|---|---|---|---|---|---|
{body}
"""


def _told_verdicts(rows: list[dict[str, Any]]) -> str:
    body = "\n".join(
        f"| {row['kind']} | {row['name']} | {row['truth']:.2f} | {row['truth'] + row['bias']:.2f} "
        f"| {row['rejected']:.0%} | {row['credible']:.1%} | {row['suggestive']:.0%} | {row['not credible']:.0%} |"
        for row in rows
    )
    worst = max(row["credible"] for row in rows if row["kind"] == "visible")
    return f"""\
## Effects: what is called credible

Starts that somebody chose, 24 periods, starts in 8, 11, 14, and no effect at all unless the line says so;
{rows[0]["seeds"]:,} seeds a line. *Visible* confounders show in the panel before the start, *invisible* ones can't;
*beside* is a visible confounder beside a true effect. Of visibly confounded programmes at most {worst:.1%} were called
credible.

| | situation | true effect | estimated | p < .05 | credible | suggestive | not credible |
|---|---|---|---|---|---|---|---|
{body}
"""


def _told_companies(rows: list[dict[str, Any]]) -> str:
    if not rows:
        return ""
    body = "\n".join(
        f"| {row['name']} | {row['truth']:.3g} | {row['bias']:+.2g} ± {row['bias_error']:.1g} "
        f"| {_share(row['coverage'])} | {row['rejected']:.0%} | {row['credible']:.0%} | {row['suggestive']:.0%} "
        f"| {row['not credible']:.0%} | {row['published']:.0%} |"
        for row in rows
    )
    return f"""\
## Effects: in simulated companies

Each recipe under {rows[0]["seeds"]} seeds; effects come through people who join, leave, move and copy. Figures are in
the KPI's unit.

| recipe | true effect | bias | covers the truth | p < .05 | credible | suggestive | not credible | published |
|---|---|---|---|---|---|---|---|---|
{body}
"""


def _only(is_meant: bool, share: float) -> str:
    return f"{share:.1%}" if is_meant else ""


def _share(share: float | None) -> str:
    return "" if share is None else f"{share:.0%}"
