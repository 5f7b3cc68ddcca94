"""Kaplan and Meier's estimate against a published trial, against SciPy's, and against what waiting has to be."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import CensoredData, ecdf

from transfer.survival import kaplan_meier

REMISSIONS = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
HAS_ENDED = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
"""Weeks in remission under 6-MP: E. J. Freireich et al. (1963), Blood 21, 699-716, the example of the textbooks."""

waits = st.lists(st.tuples(st.integers(0, 60), st.booleans()), min_size=1, max_size=60)


def test_it_equals_the_textbook_on_the_remissions_of_freireich() -> None:
    """Curve and interval: D. Collett, Modelling Survival Data in Medical Research; median 23, from 13 on, open."""
    curve = kaplan_meier(REMISSIONS, HAS_ENDED)
    assert curve.days.tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert curve.at_risk.tolist() == [21, 17, 15, 12, 11, 7, 6]
    assert np.round(curve.waiting, 4).tolist() == [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482]
    assert np.round([curve.low[0], curve.high[0], curve.low[-1], curve.high[-1]], 3) == pytest.approx(
        [0.620, 0.952, 0.188, 0.680]
    )
    assert curve.median == pytest.approx((23, 13, np.nan), nan_ok=True)
    assert curve.reached_by(10).value == pytest.approx(1 - 0.7529, abs=1e-4)


@given(waits)
def test_it_equals_scipy(pairs: list[tuple[int, bool]]) -> None:
    days, is_event = map(np.array, zip(*pairs, strict=True))
    curve = kaplan_meier(days, is_event)
    theirs = ecdf(CensoredData(uncensored=days[is_event], right=days[~is_event])).sf
    assert curve.waiting == pytest.approx(theirs.evaluate(curve.days))
    with warnings.catch_warnings(action="ignore"):  # before the first event and after the last
        interval = theirs.confidence_interval(method="log-log")
    is_left = curve.waiting > 0
    assert curve.low[is_left] == pytest.approx(interval.low.evaluate(curve.days)[is_left])
    assert curve.high[is_left] == pytest.approx(interval.high.evaluate(curve.days)[is_left])


@given(waits)
def test_an_interval_holds_the_share_that_waits(pairs: list[tuple[int, bool]]) -> None:
    curve = kaplan_meier(*zip(*pairs, strict=True))
    assert np.all((curve.low >= 0) & (curve.low <= curve.waiting + 1e-12))
    assert np.all((curve.waiting <= curve.high + 1e-12) & (curve.high <= 1))
    value, low, high = curve.median
    assert np.isnan(value) or low <= value
    assert np.isnan(high) or value <= high


@given(waits)
def test_counts_stand_for_as_many_rows(pairs: list[tuple[int, bool]]) -> None:
    counted = {pair: pairs.count(pair) for pair in pairs}
    one_by_one = kaplan_meier(*zip(*pairs, strict=True))
    together = kaplan_meier(*zip(*counted, strict=True), list(counted.values()))
    assert one_by_one.waiting == pytest.approx(together.waiting)
    assert one_by_one.high == pytest.approx(together.high)


def test_leaving_out_who_waits_would_flatter() -> None:
    days, is_event = [1, 2, 3, 30, 30, 30], [1, 1, 1, 0, 0, 0]
    assert kaplan_meier(days, is_event).median.value == 3
    assert np.isnan(kaplan_meier([*days, 30], [*is_event, 0]).median.value)
    assert kaplan_meier(days[:3], is_event[:3]).median.value == 2


def test_nine_of_ten_are_ninety_percent() -> None:
    assert kaplan_meier(range(1, 11), [1] * 10).quantile(0.9).value == 9


def test_nobody_waits_for_no_days() -> None:
    curve = kaplan_meier([], [])
    assert curve.days.size == 0
    assert np.isnan(curve.median).all()
    assert curve.reached_by(9).value == 0


@pytest.mark.parametrize(("days", "is_event"), [([-1], [1]), ([np.nan], [1]), ([1, 2], [1])])
def test_waits_that_cannot_be_are_refused(days: list[float], is_event: list[int]) -> None:
    with pytest.raises(ValueError, match="kaplan_meier"):
        kaplan_meier(days, is_event)


@pytest.mark.parametrize("share", [0, 1])
def test_a_quantile_lies_between_none_and_all(share: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        kaplan_meier([1], [1]).quantile(share)
