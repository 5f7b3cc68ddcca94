"""The effect estimator against the truth, on few seeds: enough to see it break, not to measure it (`make bench`)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from benchmarks import companies, effects
from benchmarks.effects import CLEAN, COMPANIES, INVISIBLE, VISIBLE, interval_row, outcome, told
from benchmarks.panels import Plan, simulated
from transfer.effect.design import Verdict


@pytest.mark.parametrize(("teams", "effect"), [(8, 0.0), (8, 1.5), (20, 0.0), (20, 1.5)])
def test_the_interval_covers_the_truth_and_the_test_keeps_its_size(teams: int, effect: float) -> None:
    row = interval_row(Plan(teams, teams // 2, 12, effects.SHORT), effect, seeds=40, permutations=99)
    assert abs(row["bias"]) < 3.5 * row["bias_error"]
    assert row["coverage"] >= 0.85
    assert row["pre_trend"] <= 0.15
    if not effect:
        assert row["rejected"] <= 0.15


def test_what_the_data_show_to_be_confounded_is_hardly_ever_called_credible() -> None:
    verdicts = [outcome(make(seed), seed, 99).verdict for make in VISIBLE.values() for seed in range(3)]
    assert np.mean([verdict is Verdict.CREDIBLE for verdict in verdicts]) <= 0.06


def test_a_large_effect_on_a_clean_panel_is_called_credible_more_often_than_not() -> None:
    found = [outcome(simulated(Plan(30, 15), seed, 6.0), seed, 99) for seed in range(8)]
    assert sum(one.verdict is Verdict.CREDIBLE for one in found) >= 5
    assert all(one.p_value < 0.05 for one in found)


def test_what_no_panel_can_show_is_found_and_reported_as_such() -> None:
    """Nothing tells a shock in the month of the training from the training; the benchmark prints how often it passes."""
    one = INVISIBLE["moved by 3 SD in the month of the training"](1)
    assert one.truth == 0
    assert outcome(one, 1, 99).p_value < 0.05


@pytest.fixture(scope="module")
def company_outcomes() -> dict[str, effects.Outcome]:
    return {
        recipe: outcome(companies.study_of(companies.lived(recipe, 0, people=200), COMPANIES[recipe]), 0, 99)
        for recipe in ("redefined", "attrition")
    }


@pytest.mark.parametrize("recipe", ["redefined", "attrition"])
def test_a_trap_in_a_simulated_company_is_refused_and_no_figure_leaves(
    recipe: str, company_outcomes: dict[str, effects.Outcome]
) -> None:
    assert company_outcomes[recipe].verdict is Verdict.NOT_CREDIBLE
    assert not company_outcomes[recipe].is_published


def test_what_was_planted_is_what_the_truth_of_a_study_says(company_outcomes: dict[str, effects.Outcome]) -> None:
    assert company_outcomes["redefined"].truth == 0
    assert -1.6 < company_outcomes["attrition"].truth < -0.3


def test_results_are_told_line_by_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def some(kept: dict[str, Any], *names: str) -> dict[str, Any]:
        return {name: kept[name] for name in names}

    monkeypatch.setattr(effects, "CLEAN", some(CLEAN, "no effect"))
    monkeypatch.setattr(effects, "VISIBLE", some(VISIBLE, "drift by 0.4 SD a period"))
    monkeypatch.setattr(effects, "BESIDE", {})
    monkeypatch.setattr(effects, "INVISIBLE", {})
    monkeypatch.setattr(effects, "COMPANIES", {})
    monkeypatch.setattr(effects, "TEAMS", (8,))
    monkeypatch.setattr(effects, "PERMUTATIONS", 99)
    page = told(effects.measure(6))
    assert "| 8 | none |" in page
    assert "| visible | drift by 0.4 SD a period | 0.00 |" in page
    assert "at most 0.0% were called\ncredible" in page
