"""EFFECTS §1: which design a situation allows, and the best verdict that it can earn."""

from __future__ import annotations

import pytest

from transfer.effect.design import Design, Inference, Situation, Verdict, choose, worst

PLENTY = Situation(treated=10, never_treated=10, later_treated=0, periods_before=12, periods_after=6)


def situation(**changed: object) -> Situation:
    return Situation(**{**PLENTY.__dict__, **changed})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "design", "ceiling"),
    [
        ({"assignment": "randomised"}, Design.STEPPED_WEDGE, Verdict.CREDIBLE),
        ({}, Design.STAGGERED, Verdict.CREDIBLE),
        ({"never_treated": 0, "later_treated": 6}, Design.STAGGERED, Verdict.CREDIBLE),
        ({"treated": 6, "never_treated": 6}, Design.STAGGERED, Verdict.CREDIBLE),
        ({"treated": 5}, Design.FEW_TREATED, Verdict.SUGGESTIVE),
        ({"treated": 3, "never_treated": 3}, Design.FEW_TREATED, Verdict.SUGGESTIVE),
        ({"treated": 2}, Design.SYNTHETIC_CONTROL, Verdict.SUGGESTIVE),
        ({"treated": 1, "assignment": "randomised"}, Design.SYNTHETIC_CONTROL, Verdict.SUGGESTIVE),
        ({"treated": 1, "never_treated": 9}, Design.INTERRUPTED_SERIES, Verdict.NOT_ESTIMABLE),
        ({"treated": 1, "periods_before": 11}, Design.INTERRUPTED_SERIES, Verdict.NOT_ESTIMABLE),
        ({"treated": 1, "never_treated": 0}, Design.INTERRUPTED_SERIES, Verdict.NOT_ESTIMABLE),
        ({"treated": 0}, Design.NONE, Verdict.NOT_ESTIMABLE),
        ({"periods_after": 0}, Design.NONE, Verdict.NOT_ESTIMABLE),
    ],
)
def test_the_best_design_that_a_situation_allows_is_chosen(
    changed: dict[str, object], design: Design, ceiling: Verdict
) -> None:
    choice = choose(situation(**changed))
    assert (choice.design, choice.ceiling) == (design, ceiling)


def test_every_better_design_is_passed_over_for_a_reason_that_it_names() -> None:
    choice = choose(situation(treated=1))
    assert [told.split(":")[0] for told in choice.passed_over] == [
        Design.STEPPED_WEDGE, Design.STAGGERED, Design.FEW_TREATED,
    ]  # fmt: skip
    assert "not drawn by lot" in choice.passed_over[0]
    assert "treated units: 1, and it takes 6" in choice.passed_over[1]


def test_few_treated_units_are_inferred_by_permutation_alone() -> None:
    assert choose(situation(treated=4)).inference is Inference.PERMUTATION


def test_the_worst_verdict_wins() -> None:
    assert worst(Verdict.CREDIBLE, Verdict.NOT_CREDIBLE, Verdict.SUGGESTIVE) is Verdict.NOT_CREDIBLE
    assert worst(Verdict.NOT_CREDIBLE, Verdict.NOT_ESTIMABLE) is Verdict.NOT_ESTIMABLE
