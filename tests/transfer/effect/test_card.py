"""The card: all fields, the words that a verdict allows, and nothing of a blocked figure anywhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest

from benchmarks.panels import Plan, simulated
from transfer.effect import card_page, card_text
from transfer.effect.card import ASSUMPTIONS, EffectCard, Subject, withheld
from transfer.effect.choices import Choices
from transfer.effect.design import Design, Verdict
from transfer.effect.evidence import ConcurrentEvent, Evidence
from transfer.effect.figures import MINUS
from transfer.effect.panel import Dropped, Panel
from transfer.effect.study import estimate
from transfer.effect.verdict import assess, unestimable

SUBJECT = Subject("Planning <the week>", "Hours to delivery", "hours", "team", "month", "down")
COMPLETE = Evidence(
    coverage=0.995, missing_around_start=(), definition_changes=(), persons={"treated": 200, "control": 210},
    registered_on=date(2026, 2, 3), is_registered_first=True, definition_version="4", planned_detectable_effect=0.9,
    concurrent_events=(ConcurrentEvent("2026-05", "a new tool"),),
)  # fmt: skip


@cache
def card(
    effect: float = -8.0, blocked: bool = False, treated: int = 12, starts: tuple[int, ...] = (8, 11)
) -> EffectCard:
    one = simulated(Plan(24, treated, starts=starts), 5, effect)
    evidence = COMPLETE if not blocked else Evidence(definition_changes=("12",))
    return assess(estimate(one.panel, Choices(permutations=199)), evidence, SUBJECT)


def numbers(value: Any) -> Iterator[float]:
    """Every number in a card's JSON."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from numbers(one)
    elif isinstance(value, float | int) and not isinstance(value, bool):
        yield value


def test_a_card_has_every_field_that_it_owes() -> None:
    told = json.loads(json.dumps(card().as_json(), allow_nan=False))
    assert {
        "estimate", "standard_error", "ci_low", "ci_high", "p_permutation", "n_units", "n_treated", "verdict", "guards",
        "assumptions", "dropped", "estimand", "conclusion", "design", "who", "robustness", "record", "event_study",
    } <= set(told)  # fmt: skip
    assert told["assumptions"] == list(ASSUMPTIONS)
    assert told["record"]["registered_on"] == "2026-02-03"
    assert told["robustness"]["planned_effect"] == 0.9
    assert told["robustness"]["detectable_effect"] > 0


def test_text_and_page_print_every_field_of_the_card() -> None:
    for told in (card_text.render(card()), card_page.render(card())):
        plain = re.sub(r"\s+", " ", told)
        for wanted in (
            "ATT", "12 treated and 12 untreated teams", "never treated", "imputation", "95 % interval", "permutation",
            "could not be below", "would not have been seen", "times as far as ever before", "as planned, 0.9 hours",
            "coverage 99.5 %", "contamination not evaluated", "attrition gap not evaluated", "2026-02-03", "version 4",
            "a new tool", *ASSUMPTIONS,
        ):  # fmt: skip
            assert wanted in plain


def test_a_credible_effect_is_said_with_its_interval() -> None:
    assert card().verdict is Verdict.CREDIBLE
    assert re.search(
        rf"Hours to delivery changed by {MINUS}.* hours \(95 % interval {MINUS}.* to {MINUS}.*\), for the better",
        card().conclusion,
    )


def test_an_interval_that_holds_zero_says_what_is_excluded_and_never_no_effect() -> None:
    nothing = card(effect=0.0)
    head = nothing.headline
    assert head.low is not None
    assert head.high is not None
    bound = max(-head.low, head.high)
    assert nothing.conclusion.startswith(f"No effect detected larger than {bound:.3g} hours")
    assert not re.search(r"no effect(?! detected larger)", card_text.render(nothing), re.I)


def test_what_a_guard_blocks_is_told_nowhere() -> None:
    whole, shown = card(blocked=True), withheld(card(blocked=True))
    head = whole.headline
    figures = {head.estimate, head.low, head.high, head.standard_error, head.second_estimate}
    figures |= {point.estimate for point in whole.event_study} - {0.0}
    figures |= {*(whole.robustness.leave_one_out or ()), *(whole.robustness.without_trend or ())}
    figures |= {*(whole.robustness.without_steeper or ())}
    assert shown.verdict is Verdict.NOT_CREDIBLE
    assert shown.is_withheld
    assert shown.headline.p_value is None
    assert figures.isdisjoint(numbers(shown.as_json()))
    told = [f"{abs(figure):.3g}" for figure in figures if figure is not None]
    for text in (card_text.render(shown), card_page.render(shown), json.dumps(shown.as_json())):
        assert [figure for figure in told if len(figure) > 3 and figure in text] == []
        assert "measured otherwise from 12 on" in text
    assert "<svg" not in card_page.render(shown)


def test_what_nothing_blocks_is_published_whole() -> None:
    assert withheld(card()) == card()


def test_a_point_of_the_event_study_that_stands_on_two_teams_is_not_published() -> None:
    whole = card()
    few = replace(whole.event_study[-1], n_treated=2)
    shown = withheld(replace(whole, event_study=(*whole.event_study[:-1], few)))
    assert shown.event_study == whole.event_study[:-1]
    assert shown.headline == whole.headline


def test_few_treated_units_are_suggestive_at_best() -> None:
    few = card(treated=4)
    assert (few.design.design, few.verdict) == (Design.FEW_TREATED, Verdict.SUGGESTIVE)
    assert few.headline.interval == "permutation inversion"


def test_one_pilot_gets_a_synthetic_control_with_its_donors() -> None:
    pilot = card(treated=1, starts=(14,))
    assert pilot.design.design is Design.SYNTHETIC_CONTROL
    assert pilot.as_json()["synthetic_control"]["units"][0]["weights"]
    assert pilot.headline.p_floor == pytest.approx(1 / 24)
    told = re.sub(r"\s+", " ", card_text.render(pilot))
    assert "misfit before the start" in told
    assert "Bars:" not in card_page.render(pilot)


def test_a_single_series_is_described_and_nothing_is_claimed() -> None:
    alone = Panel.of_arrays(np.arange(12.0)[None], np.array([7.0]))
    told = unestimable(SUBJECT, Evidence(), "There is one team and nobody to compare it with.", alone)
    assert (told.design.design, told.verdict) == (Design.INTERRUPTED_SERIES, Verdict.NOT_ESTIMABLE)
    assert told.estimand == "None: Hours to delivery is described as it went, and nothing is estimated."
    assert "2.5 hours on average" in card_page.render(told)
    assert "2.5 hours on average" in card_text.render(told)
    assert "nothing is drawn beside it" in card_page.render(told)
    assert "Average change" not in card_page.render(told)


def test_a_study_without_a_panel_has_a_card_that_says_why() -> None:
    told = unestimable(SUBJECT, Evidence(), "No team has a start date.")
    assert told.verdict is Verdict.NOT_ESTIMABLE
    assert "No team has a start date." in card_text.render(told)
    assert json.loads(json.dumps(withheld(told).as_json(), allow_nan=False))["estimate"] is None


class Page(HTMLParser):
    """Which tags are open, and what a page would fetch."""

    EMPTY = frozenset({"meta", "line", "circle", "br"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.fetched += [f"{tag} {name}" for name, _ in attrs if name in ("src", "href")]
        if tag in ("script", "link", "img"):
            self.fetched.append(tag)
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert tag in self.EMPTY or self.open.pop() == tag


@pytest.mark.parametrize("effect", [-8.0, 0.0])
def test_a_page_is_whole_and_fetches_nothing(effect: float) -> None:
    page = Page()
    page.feed(card_page.render(card(effect=effect)))
    assert page.open == []
    assert page.fetched == []


def test_a_page_escapes_what_people_wrote_and_describes_its_plot() -> None:
    page = card_page.render(card())
    assert "Planning &lt;the week&gt;" in page
    assert "<the week>" not in page
    assert re.search(r'<svg [^>]*role="img" aria-labelledby="plot-title plot-told"', page)
    assert page.count("<circle") == len(card().event_study)


def test_clusters_whose_units_start_at_different_times_count_on_both_sides() -> None:
    one = simulated(Plan(60, 30, 12, (4, 6, 8)), 1, 2.0).panel
    mixed = replace(one, cluster=np.arange(60) % 10, cluster_labels=tuple("abcdefghij"))
    told = assess(estimate(mixed, Choices(permutations=199)), Evidence(), SUBJECT)
    assert told.verdict is not Verdict.NOT_ESTIMABLE
    assert "10 clusters: 10 with treated units, 10 with units to compare with" in told.guards[0].message


def test_units_that_were_left_out_are_told_by_reason_and_not_by_the_thousand() -> None:
    panel = replace(
        simulated(Plan(24, 12), 5).panel, dropped=tuple(Dropped(str(n), "a month is missing") for n in range(2000))
    )
    told = card_text.render(assess(estimate(panel, Choices(permutations=99)), Evidence(), SUBJECT))
    assert re.search(r"2,000: a month is missing \(0, 1, 2,\s+3, 4, 5, 6, 7, 8, 9, …\)", told)


def test_thousands_of_units_have_no_number_that_json_cannot_hold() -> None:
    one = simulated(Plan(2000, 1000, 6, (4, 5)), 1, 1.0)
    told = assess(estimate(one.panel, Choices(permutations=49)), Evidence(), SUBJECT).as_json()
    assert max(abs(number) for number in numbers(told)) < 2**53
    json.dumps(told, allow_nan=False)
