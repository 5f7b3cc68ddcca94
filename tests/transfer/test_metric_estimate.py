"""Means by person and forgetting, against what is known of them."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_1samp

from tests.transfer.definitions import check_one, judge_one, share
from tests.transfer.test_metric_result import parts
from transfer.forgetting import half_life
from transfer.intervals import ratio_interval
from transfer.metric_terms import Estimator, Unit


def interval_of(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    sums = [np.array([value.sum()]) for value in (x, y, x * x, x * y, y * y)]
    low, high = ratio_interval(*sums, np.array([x.size]))
    return float(low[0]), float(high[0])


def test_a_mean_of_one_value_each_has_students_interval() -> None:
    values = np.array([3.0, 5.0, 4.0, 8.0, 2.0, 6.0])
    theirs = ttest_1samp(values, 0).confidence_interval()
    assert interval_of(values, np.ones(6)) == pytest.approx((theirs.low, theirs.high))


def test_a_wait_that_nobody_began_is_not_computable_and_no_error() -> None:
    wait = share(unit=Unit.DAYS, estimator=Estimator.SURVIVAL_MEDIAN, spread=("enrolment__days",), metric_id="wait")
    nobody = parts(numerator=0, denominator=0, n_persons=0, n_observed=0, n_missing=7)
    spread = nobody.head(0).assign(spread_0=0.0)
    rows = judge_one(nobody, wait, date(2030, 1, 1), spread)
    assert rows["status"].tolist() == ["not_computable"]
    check_one(rows, wait)


def test_records_of_one_person_count_as_one() -> None:
    """The same forty records: of forty persons the interval is narrow, of five whose records agree it is wide."""
    rng = np.random.default_rng(3)
    by_person = rng.normal(5, 2, 5)
    narrow = interval_of(np.repeat(by_person, 8), np.ones(40))
    wide = interval_of(by_person * 8, np.full(5, 8.0))
    assert wide[1] - wide[0] > 2 * (narrow[1] - narrow[0])


def test_it_covers_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(11)
    hits = 0
    for _ in range(400):
        y = rng.integers(1, 6, 12).astype(float)
        x = rng.gamma(2, 0.5, 12) * y
        low, high = interval_of(x, y)
        hits += low <= 1.0 <= high
    assert 0.90 <= hits / 400 <= 0.98


def test_one_person_has_no_interval() -> None:
    assert np.isnan(interval_of(np.array([3.0]), np.array([1.0]))).all()


def curve(persons: int, days: list[int], half: float, noise: float = 0.05) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(5)
    who = np.repeat(np.arange(persons), len(days))
    when = np.tile(np.array(days, float), persons)
    level = np.repeat(rng.uniform(0.7, 0.9, persons), len(days))
    return who.astype(object), when, level * 2 ** (-when / half) + rng.normal(0, noise, when.size), np.ones(when.size)


def test_a_planted_half_life_is_found_within_its_interval() -> None:
    found = half_life(*curve(40, [0, 30, 90, 180], half=120))
    assert found.low < 120 < found.high
    assert found.value == pytest.approx(120, rel=0.15)
    assert half_life(*curve(40, [0, 30, 90, 180], half=120)) == found, "another draw would be a restatement"


@pytest.mark.parametrize(
    ("persons", "days", "half"),
    [(19, [0, 30, 90], 60.0), (40, [0, 30], 60.0), (40, [0, 3, 6], 60.0), (40, [0, 30, 90], np.inf)],
)
def test_too_few_too_soon_or_nothing_forgotten_can_not_be_told(persons: int, days: list[int], half: float) -> None:
    assert pd.isna(half_life(*curve(persons, days, half, noise=0.0)).value)
