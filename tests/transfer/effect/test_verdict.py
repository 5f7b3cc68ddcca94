"""Whatever panel somebody brings: a card, in text, page and JSON, with a verdict that fits its design."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from transfer.effect import card_page, card_text
from transfer.effect.card import EffectCard, Subject, withheld
from transfer.effect.choices import BasePeriod, Choices, Control
from transfer.effect.design import Design, Verdict
from transfer.effect.evidence import Evidence
from transfer.effect.panel import Panel
from transfer.effect.periods import PanelRefused
from transfer.effect.study import estimate
from transfer.effect.verdict import assess, situation_of, unestimable


def panel(starts: list[float], periods: int, noise: float = 1.0) -> Panel:
    start = np.array(starts, dtype=np.float64)
    time = np.arange(1, periods + 1)[None]
    outcome = np.random.default_rng(1).normal(size=(len(start), periods)) * noise
    return Panel.of_arrays(outcome + 1.5 * ((start[:, None] > 0) & (time >= start[:, None])), start)


def carded(some: Panel, choices: Choices | None = None) -> EffectCard:
    chosen = replace(choices or Choices(), permutations=49)
    try:
        return assess(estimate(some, chosen), Evidence(), Subject())
    except PanelRefused as refused:
        return unestimable(Subject(), Evidence(), str(refused), some)


@pytest.mark.parametrize(
    ("some", "choices", "design", "best"),
    [
        (panel([2] * 8 + [0] * 8, 2), None, Design.STAGGERED, Verdict.NOT_CREDIBLE),
        (panel([2] * 3 + [0] * 3, 2), None, Design.FEW_TREATED, Verdict.NOT_CREDIBLE),
        (panel([2] * 4 + [0] * 4, 2, noise=0), None, Design.FEW_TREATED, Verdict.NOT_CREDIBLE),
        (panel([5] * 6 + [0] * 6, 9, noise=0), None, Design.STAGGERED, Verdict.CREDIBLE),
        (panel([15] + [0] * 19, 20), None, Design.SYNTHETIC_CONTROL, Verdict.SUGGESTIVE),
        (panel([15, 13] + [0] * 11, 20), None, Design.SYNTHETIC_CONTROL, Verdict.SUGGESTIVE),
        (panel([5] + [0] * 19, 8), None, Design.INTERRUPTED_SERIES, Verdict.NOT_ESTIMABLE),
        (panel([5] * 8 + [0] * 2, 10), None, Design.INTERRUPTED_SERIES, Verdict.NOT_ESTIMABLE),
        (panel([5] * 10, 10), Choices(Control.NOT_YET), Design.INTERRUPTED_SERIES, Verdict.NOT_ESTIMABLE),
        (panel([4, 6, 8] * 4, 10), Choices(Control.NOT_YET), Design.FEW_TREATED, Verdict.SUGGESTIVE),
        (panel([4, 6, 0] * 4, 10), Choices(Control.NOT_YET), Design.FEW_TREATED, Verdict.SUGGESTIVE),
        (panel([6, 8, 0] * 8, 12), Choices(anticipation=2), Design.STAGGERED, Verdict.CREDIBLE),
        (panel([6, 8, 0] * 8, 12), Choices(base_period=BasePeriod.UNIVERSAL), Design.STAGGERED, Verdict.CREDIBLE),
        (panel([12, 0] * 7, 12), None, Design.STAGGERED, Verdict.CREDIBLE),
    ],
)  # fmt: skip
def test_every_panel_gets_a_card_that_can_be_shown_and_stored(
    some: Panel, choices: Choices | None, design: Design, best: Verdict
) -> None:
    card = carded(some, choices)
    order = list(Verdict)
    assert card.design.design is design
    assert order.index(card.verdict) >= order.index(best)
    for shown in (card, withheld(card)):
        assert card.verdict.value.upper() in card_text.render(shown)
        assert "</html>" in card_page.render(shown)
        json.dumps(shown.as_json(), allow_nan=False)


def test_a_situation_is_counted_in_clusters_and_the_last_to_start_are_controls() -> None:
    some = panel([4, 4, 6, 6, 8, 8], 10)
    sites = replace(some, cluster=np.array([0, 0, 1, 1, 2, 2]), cluster_labels=("a", "b", "c"))
    found = situation_of(sites, Evidence())
    assert (found.treated, found.never_treated, found.later_treated, found.units) == (2, 0, 1, 3)
    assert (found.periods_before, found.periods_after) == (3, 2)


def test_many_units_that_start_at_once_are_described_as_one_series() -> None:
    card = carded(panel([5] * 10, 10), Choices(Control.NOT_YET))
    assert [one["unit"] for one in card.extra["series"]] == ["mean of 10 units"]
