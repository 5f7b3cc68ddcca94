"""EFFECTS §4, row by row: at which value each guard warns and blocks, and what that leaves of the verdict."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from transfer.effect.balance import Balance
from transfer.effect.design import Design, Situation, Verdict
from transfer.effect.evidence import ConcurrentEvent, Evidence, Leavers
from transfer.effect.guard import Guard, Level, Measured
from transfer.effect.guards import GUARDS, is_blocked, judged, verdict_of
from transfer.effect.joint_figures import Bounded
from transfer.effect.sensitivity import Sensitivity

EFFECT = Bounded(2.0, 0.3, 1.4, 2.6, 20)
SOUND = Measured(
    Situation(12, 12, 0, 8, 6), Design.STAGGERED, EFFECT, 0.001, 5000, 0.6, 0.1,
    Sensitivity(EFFECT, Bounded(0.0, 0.1, -0.2, 0.2, 20), Bounded(1.8, 0.4, 1.0, 2.6, 20), Bounded(1.6, 0.6, 0.4, 2.8, 20), 0.4, 1.6), 1.9,
    np.array([1.8, 2.0, 2.3]), 2.1, Balance({"mean before": 0.1}, 0.8),
)  # fmt: skip
COMPLETE = Evidence(
    coverage=0.995, missing_around_start=(), match_rate_events=0.999, match_rate_rosters=0.999, partial_exposure={"a": 0.9},
    contamination=0.01, attrition=tuple(Leavers(str(n), n < 12, 12, 1) for n in range(24)), definition_changes=(),
    concurrent_events=(), neighbours=frozenset({"b"}), smallest_team=8, persons={"treated": 140, "control": 140},
    registered_on=date(2026, 1, 5), is_registered_first=True, kpis=1,
)  # fmt: skip


def guard(name: str, measured: Measured = SOUND, evidence: Evidence = COMPLETE) -> Guard:
    return next(one for one in judged(measured, evidence) if one.name == name)


def sensitivity(**changed: object) -> Sensitivity:
    assert SOUND.sensitivity is not None
    return replace(SOUND.sensitivity, **changed)  # type: ignore[arg-type]


def test_a_sound_study_passes_every_guard_and_is_credible() -> None:
    guards = judged(SOUND, COMPLETE)
    assert {one.level for one in guards} == {Level.PASS}
    assert verdict_of(Verdict.CREDIBLE, guards) is Verdict.CREDIBLE
    assert len({one.name for one in guards}) == len(GUARDS)


def test_what_nobody_looked_at_is_said_and_does_not_pass() -> None:
    unknown = [one.name for one in judged(SOUND, Evidence()) if one.level is Level.NOT_EVALUATED]
    assert {
        "registered_first", "kpi_coverage", "match_events", "match_rosters", "contamination", "attrition",
        "kpi_definition", "concurrent_events", "privacy", "spillover", "partial_exposure",
    } == set(unknown)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "changed", "level", "caps"),
    [
        ("units", {"situation": Situation(3, 2, 0, 8, 6)}, Level.BLOCK, Verdict.NOT_ESTIMABLE),
        ("units", {"situation": Situation(2, 12, 0, 8, 6)}, Level.BLOCK, Verdict.NOT_ESTIMABLE),
        ("units", {"situation": Situation(6, 6, 0, 8, 6)}, Level.WARN, None),
        ("distinct_permutations", {"distinct": 19}, Level.BLOCK, Verdict.NOT_CREDIBLE),
        ("distinct_permutations", {"distinct": 20}, Level.WARN, None),
        ("distinct_permutations", {"distinct": 200}, Level.PASS, None),
        ("periods_before", {"situation": Situation(12, 12, 0, 2, 6)}, Level.BLOCK, Verdict.NOT_CREDIBLE),
        ("periods_before", {"situation": Situation(12, 12, 0, 5, 6)}, Level.WARN, None),
        ("periods_after", {"situation": Situation(12, 12, 0, 8, 0)}, Level.BLOCK, Verdict.NOT_ESTIMABLE),
        ("periods_after", {"situation": Situation(12, 12, 0, 8, 2)}, Level.WARN, None),
        ("pre_trend", {"pre_trend_p": 0.049}, Level.BLOCK, Verdict.NOT_CREDIBLE),
        ("pre_trend", {"pre_trend_p": 0.199}, Level.WARN, Verdict.SUGGESTIVE),
        ("pre_trend", {"pre_trend_p": 0.2}, Level.PASS, None),
        ("baseline_balance", {"balance": Balance({"mean before": 0.26}, 0.3)}, Level.WARN, None),
        ("baseline_balance", {"balance": Balance({"mean before": 1.4}, 0.01)}, Level.WARN, Verdict.SUGGESTIVE),
        ("second_estimator", {"second": -0.1}, Level.WARN, Verdict.SUGGESTIVE),
        ("leave_one_out", {"without_each": np.array([2.0, 0.9])}, Level.WARN, Verdict.SUGGESTIVE),
        ("leave_one_out", {"without_each": np.array([2.0, 1.1, np.nan])}, Level.PASS, None),
        ("spillover", {"without_neighbours": 0.5}, Level.WARN, Verdict.SUGGESTIVE),
        ("spillover", {"without_neighbours": None}, Level.WARN, None),
        ("spillover", {"without_neighbours": None, "p_value": 0.4}, Level.WARN, Verdict.SUGGESTIVE),
        ("breakdown", {"sensitivity": sensitivity(breakdown_at_start=0.99)}, Level.WARN, None),
        (
            "trend_carried_on", {"sensitivity": sensitivity(without_trend=Bounded(0.5, 0.4, -0.3, 1.3, 20))},
            Level.WARN, Verdict.SUGGESTIVE,
        ),
        (
            "trend_carried_on", {"sensitivity": sensitivity(without_steeper=Bounded(1.0, 0.8, -0.6, 2.6, 20))},
            Level.WARN, Verdict.SUGGESTIVE,
        ),
        (
            "trend_carried_on", {"sensitivity": sensitivity(without_trend=Bounded(-1.0, 0.4, -1.8, -0.2, 20))},
            Level.WARN, Verdict.SUGGESTIVE,
        ),
    ],
)  # fmt: skip
def test_what_the_panel_shows_warns_and_blocks_where_it_should(
    name: str, changed: dict[str, object], level: Level, caps: Verdict | None
) -> None:
    found = guard(name, replace(SOUND, **changed))  # type: ignore[arg-type]
    assert (found.level, found.caps) == (level, caps)


@pytest.mark.parametrize(
    ("name", "changed", "level", "caps"),
    [
        ("kpi_coverage", {"coverage": 0.899}, Level.BLOCK, Verdict.NOT_CREDIBLE),
        ("kpi_coverage", {"coverage": 0.979}, Level.WARN, Verdict.SUGGESTIVE),
        ("kpi_coverage", {"missing_around_start": ("a",)}, Level.BLOCK, Verdict.NOT_CREDIBLE),
        ("match_events", {"match_rate_events": 0.949}, Level.BLOCK, Verdict.NOT_CREDIBLE),
        ("match_events", {"match_rate_events": 0.989}, Level.WARN, Verdict.SUGGESTIVE),
        ("match_rosters", {"match_rate_rosters": 0.979}, Level.BLOCK, Verdict.NOT_CREDIBLE),
        ("match_rosters", {"match_rate_rosters": 0.989}, Level.WARN, Verdict.SUGGESTIVE),
        ("partial_exposure", {"partial_exposure": {"a": 0.2, "b": 0.81}}, Level.WARN, None),
        ("contamination", {"contamination": 0.101}, Level.BLOCK, Verdict.NOT_CREDIBLE),
        ("contamination", {"contamination": 0.021}, Level.WARN, None),
        ("kpi_definition", {"definition_changes": ("2026-03",)}, Level.BLOCK, Verdict.NOT_CREDIBLE),
        ("concurrent_events", {"concurrent_events": (ConcurrentEvent("3", "a merger"),)}, Level.WARN, None),
        (
            "concurrent_events", {"concurrent_events": (ConcurrentEvent("3", "a merger", "treated"),)},
            Level.WARN, Verdict.SUGGESTIVE,
        ),
        ("privacy", {"persons": {"treated": 4, "control": 90}}, Level.BLOCK, None),
        ("privacy", {"smallest_team": 4}, Level.WARN, None),
        ("registered_first", {"is_registered_first": False}, Level.BLOCK, Verdict.NOT_CREDIBLE),
        ("registered_first", {"kpis": 3}, Level.WARN, None),
        ("registered_first", {"kpis": 60}, Level.WARN, Verdict.SUGGESTIVE),
    ],
)  # fmt: skip
def test_what_the_record_shows_warns_and_blocks_where_it_should(
    name: str, changed: dict[str, object], level: Level, caps: Verdict | None
) -> None:
    found = guard(name, evidence=replace(COMPLETE, **changed))  # type: ignore[arg-type]
    assert (found.level, found.caps) == (level, caps)
    assert is_blocked((found,)) == (level is Level.BLOCK)


def test_leaving_blocks_when_it_differs_by_more_than_five_points_and_more_than_chance() -> None:
    many = tuple(Leavers(str(n), n < 12, 12, 5 if n < 12 else 1) for n in range(24))
    found = guard("attrition", evidence=replace(COMPLETE, attrition=many))
    assert (found.level, found.value) == (Level.BLOCK, pytest.approx(4 / 12))
    few = tuple(Leavers(str(n), n < 2, 12, 2 if n == 0 else 1) for n in range(4))
    assert guard("attrition", evidence=replace(COMPLETE, attrition=few)).level is Level.PASS


def test_where_starts_were_drawn_by_lot_chance_differences_before_lower_nothing() -> None:
    drawn = replace(
        SOUND, design=Design.STEPPED_WEDGE, balance=Balance({"mean before": 1.4}, 0.01), pre_trend_p=0.1,
        situation=Situation(12, 12, 0, 2, 6, "randomised"),
        sensitivity=sensitivity(without_trend=Bounded(0.5, 0.4, -0.3, 1.3, 20)),
    )  # fmt: skip
    assert verdict_of(Verdict.CREDIBLE, judged(drawn, COMPLETE)) is Verdict.CREDIBLE


def test_an_absence_is_credible_only_where_starts_were_drawn_by_lot() -> None:
    nothing = Bounded(0.1, 0.3, -0.5, 0.7, 20)
    found = replace(SOUND, effect=nothing, p_value=0.7, sensitivity=sensitivity(effect=nothing))
    assert verdict_of(Verdict.CREDIBLE, judged(found, COMPLETE)) is Verdict.SUGGESTIVE
    drawn = replace(found, design=Design.STEPPED_WEDGE)
    assert verdict_of(Verdict.CREDIBLE, judged(drawn, COMPLETE)) is Verdict.CREDIBLE
