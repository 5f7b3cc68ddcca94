"""Intervals and p-values that hold with few units."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations as orders

import numpy as np
import pytest
from scipy import stats

from tests.transfer.effect.simulated import STARTS, clustered, panel
from transfer.effect.assignments import assignments_of
from transfer.effect.cells import BasePeriod, Control, cells_of
from transfer.effect.choices import Choices, Method
from transfer.effect.group_time import group_time, simple_att
from transfer.effect.inference import IntervalKind, arm_jackknife, arms, cr3, design_based_error, leave_one_out, wald
from transfer.effect.panel import Floats, Panel
from transfer.effect.periods import PanelRefused
from transfer.effect.permutation import inverted, permutation, pre_trend, simple_under, unexplained
from transfer.effect.study import estimate

FEW = np.array([4, 4, 6, 0, 0, 0, 0])


def test_every_assignment_is_gone_through_once_where_there_are_few() -> None:
    some = panel(FEW)
    assignments = assignments_of(some, cells_of(some))
    assert (assignments.n_distinct, assignments.is_exact) == (105, True)
    assert len({tuple(row) for row in assignments.cohort}) == len(assignments.cohort) == 105
    assert assignments.cohort[0].tolist() == np.searchsorted([4, 6, np.inf], some.start).tolist()


def test_the_p_value_is_that_of_every_order_of_the_starts() -> None:
    starts = np.array([3, 3, 5, 0, 0, 0])
    some = panel(starts, periods=6)
    real = abs(simple_att(some.outcome, starts))
    drawn = [abs(simple_att(some.outcome, np.array(order))) for order in set(orders(starts.tolist()))]
    found = permutation(some, cells_of(some), assignments_of(some, cells_of(some)))
    assert found.p == pytest.approx(np.mean(np.array(drawn) >= real - 1e-12))
    assert found.floor == pytest.approx(1 / 60)


def test_many_assignments_are_drawn_and_the_real_one_is_among_them() -> None:
    some = panel(np.repeat([4, 6, 0], 20))
    found = permutation(some, cells_of(some), assignments_of(some, cells_of(some), draws=99))
    assert (found.is_exact, found.n_drawn, found.floor) == (False, 100, 0.01)


def test_a_seed_draws_the_same_again() -> None:
    some = panel(np.repeat([4, 6, 0], 20))
    first, again, other = (assignments_of(some, cells_of(some), 99, seed).cohort for seed in (5, 5, 6))
    assert np.array_equal(first, again) and not np.array_equal(first, other)


def test_starts_are_dealt_within_strata_where_they_were_drawn_so() -> None:
    some = panel(np.array([4, 0, 4, 0, 0, 6]))
    assignments = assignments_of(some, cells_of(some), strata=np.array([0, 0, 1, 1, 1, 1]))
    assert assignments.n_distinct == 2 * 12
    assert all(sorted(row[:2]) == [0, 2] for row in assignments.cohort.tolist())


def test_units_of_a_cluster_start_together_in_every_assignment() -> None:
    starts = np.array([4, 4, 4, 6, 0, 0, 0, 0])
    codes = np.array([0, 0, 0, 1, 2, 2, 3, 4])
    some = clustered(panel(starts), codes)
    assignments = assignments_of(some, cells_of(some))
    assert (assignments.level, assignments.n_distinct) == ("cluster", 20)
    drawn = simple_under(some.outcome, some.weights, cells_of(some), assignments)
    slow = [simple_att(some.outcome, np.array([4, 6, 0])[row][codes]) for row in assignments.cohort]
    np.testing.assert_allclose(drawn, slow)


def test_units_move_alone_where_a_cluster_starts_at_several_times() -> None:
    some = clustered(panel(FEW), np.array([0, 1, 1, 0, 1, 2, 2]))
    assert assignments_of(some, cells_of(some)).level == "unit"


def test_a_cluster_in_two_strata_is_refused() -> None:
    some = clustered(panel(np.array([4, 4, 0, 0])), np.array([0, 0, 1, 2]))
    with pytest.raises(PanelRefused, match="two strata"):
        assignments_of(some, cells_of(some), strata=np.array([0, 1, 0, 1]))


@pytest.mark.parametrize("control", Control, ids=str)
def test_an_effect_at_the_edge_of_the_inverted_interval_is_just_not_refuted(control: Control) -> None:
    some = panel(FEW, effect=3.0)
    cells = cells_of(some, control)
    assignments = assignments_of(some, cells)
    found = permutation(some, cells, assignments, with_interval=True)
    assert found.low is not None and found.high is not None
    assert found.low < 3.0 < found.high
    treated = (some.calendar.values[None, :] >= some.start[:, None]).astype(float)
    for inside, outside in ((found.low + 1e-6, found.low - 1e-6), (found.high - 1e-6, found.high + 1e-6)):
        p = [
            permutation(some.with_outcome(some.outcome - x * treated), cells, assignments).p for x in (inside, outside)
        ]
        assert p[0] > 0.05 >= p[1]


def test_nothing_is_refuted_with_too_few_assignments() -> None:
    assert inverted(np.array([5.0, 1.0, -1.0]), np.array([1.0, 0.2, -0.4]), 0.05) == (-np.inf, np.inf)


def test_with_covariates_what_they_say_of_changes_is_taken_out_before_starts_are_dealt() -> None:
    some = panel(FEW)
    size = np.linspace(1, 3, 7)
    driven = replace(
        some.with_outcome(some.outcome + 50 * size[:, None] * np.arange(9)[None, :]),
        covariates=np.broadcast_to(size[:, None, None], (7, 9, 1)),
        covariate_names=("size",),
    )
    left = unexplained(driven)
    without = unexplained(replace(some, covariates=driven.covariates, covariate_names=("size",)))
    np.testing.assert_allclose(left, without, atol=1e-9)


def test_the_pre_trend_test_finds_a_drift_and_stays_quiet_without() -> None:
    starts = np.repeat([6, 8, 0], [6, 6, 12])
    some = panel(starts, seed=5)
    drift = some.with_outcome(some.outcome + 1.0 * np.isfinite(some.start)[:, None] * np.arange(9)[None, :])
    quiet, found = (
        pre_trend(one, cells_of(one, base_period=BasePeriod.UNIVERSAL), assignments_of(one, cells_of(one)))
        for one in (some, drift)
    )
    assert quiet is not None and found is not None
    assert quiet.p > 0.2 > 0.01 >= found.p
    assert found.event_times.max() == -2


def test_an_effect_however_large_neither_hides_a_drift_nor_makes_one() -> None:
    starts = np.repeat([6, 8, 0], [6, 6, 12])
    drift = 0.6 * (starts > 0)[:, None] * np.arange(9)[None, :]
    for effect in (0.0, 50.0):
        some = panel(starts, effect, seed=5)
        quiet, found = (
            pre_trend(one, cells_of(one, base_period=BasePeriod.UNIVERSAL), assignments_of(one, cells_of(one)))
            for one in (some, some.with_outcome(some.outcome + drift))
        )
        assert quiet is not None and found is not None
        assert quiet.p > 0.2 > 0.05 > found.p


def test_periods_of_anticipation_are_no_pre_trend() -> None:
    some = panel(np.repeat([6, 8, 0], 6))
    early = cells_of(some, base_period=BasePeriod.UNIVERSAL, anticipation=2)
    found = pre_trend(some, early, assignments_of(some, early), anticipation=2)
    assert found is not None and found.event_times.max() == -4


def test_without_a_second_period_before_the_start_there_is_no_pre_trend_test() -> None:
    study = estimate(panel(np.array([2, 2, 2, 0, 0, 0]), periods=3))
    assert study.pre_trend is None and study.wald is None


def without_each(some: Panel, control: Control = Control.NEVER) -> Floats:
    return leave_one_out(group_time(some, cells_of(some, control)), Method.DOUBLY_ROBUST)


@pytest.mark.parametrize("control", Control, ids=str)
def test_leaving_a_cluster_out_is_estimating_without_it(control: Control) -> None:
    some = panel()
    found = without_each(some, control)
    for unit in range(13):
        rest = np.arange(13) != unit
        assert found[unit] == pytest.approx(simple_att(some.outcome[rest], STARTS[rest], control))


def test_leaving_out_a_cohort_s_only_unit_leaves_the_other_cohorts() -> None:
    some = panel(FEW)
    assert without_each(some)[2] == pytest.approx(simple_att(np.delete(some.outcome, 2, 0), np.delete(FEW, 2)))


def test_leaving_out_the_only_control_leaves_nothing() -> None:
    assert np.isnan(without_each(panel(np.array([4, 4, 6, 0])))[3])


def test_with_covariates_models_are_fitted_anew_without_each_unit(monkeypatch: pytest.MonkeyPatch) -> None:
    starts = np.repeat([4, 6, 0], [8, 8, 14])
    some = replace(
        panel(starts),
        covariates=np.random.default_rng(1).normal(size=(30, 1, 1)) * np.ones((30, 9, 1)),
        covariate_names=("size",),
    )
    exact = without_each(some)
    monkeypatch.setattr("transfer.effect.inference.FITS", 0)
    near = without_each(some)
    assert not np.array_equal(exact, near)
    assert np.corrcoef(exact, near)[0, 1] > 0.95


def test_the_jackknife_by_arm_is_welch_s_test_with_one_start_and_two_periods() -> None:
    starts = np.array([2, 2, 2, 2, 0, 0, 0, 0, 0, 0])
    some = panel(starts, periods=2)
    change = some.outcome[:, 1] - some.outcome[:, 0]
    welch = stats.ttest_ind(change[:4], change[4:], equal_var=False)
    jackknife = arm_jackknife(
        change[:4].mean() - change[4:].mean(),
        without_each(some),
        arms(group_time(some, cells_of(some))),
        0.95,
    )
    assert jackknife is not None
    assert (jackknife.low, jackknife.high) == pytest.approx(welch.confidence_interval(0.95))
    assert jackknife.degrees_of_freedom == pytest.approx(welch.df)


def test_cr3_has_one_degree_of_freedom_less_than_clusters() -> None:
    found = cr3(1.0, np.array([0.9, 1.2, 1.1, np.nan]), 0.95)
    assert found is not None
    assert (found.standard_error, found.degrees_of_freedom) == pytest.approx((np.sqrt(2 / 3 * 0.06), 2))


def test_an_arm_of_one_unit_has_no_jackknife() -> None:
    assert arm_jackknife(1.0, np.array([0.9, 1.2, 1.1]), np.array([True, False, False]), 0.95) is None


@pytest.mark.parametrize(
    ("treated", "kind"),
    [
        (2, IntervalKind.ARM_JACKKNIFE),
        (3, IntervalKind.PERMUTATION),
        (5, IntervalKind.PERMUTATION),
        (6, IntervalKind.ARM_JACKKNIFE),
    ],
)
def test_with_three_to_five_treated_units_the_interval_that_counts_inverts_the_permutation_test(
    treated: int, kind: IntervalKind
) -> None:
    study = estimate(panel(np.array([4, 6, 8, 4, 6, 8][:treated] + [0] * 8)))
    assert study.interval is not None and study.interval.kind is kind
    assert {one.kind for one in study.intervals} == set(IntervalKind)


def test_no_interval_counts_where_one_unit_is_treated() -> None:
    assert estimate(panel(np.array([4, 0, 0, 0, 0, 0]))).interval is None


def test_the_joint_test_needs_more_clusters_than_comparisons() -> None:
    some = panel(np.array([6, 7, 8, 0, 0]))
    assert wald(group_time(some, cells_of(some))) is None


def test_of_many_units_the_first_order_equivalent_is_taken() -> None:
    starts = np.repeat([4, 6, 8, 0], 200)
    some = panel(starts)
    without = without_each(some)
    for unit in (0, 250, 700):
        rest = np.arange(800) != unit
        assert without[unit] == pytest.approx(simple_att(some.outcome[rest], starts[rest]), abs=1e-4)


def test_choices_that_are_not_made_are_those_of_r() -> None:
    assert (Choices().control, Choices().method, Choices().base_period, Choices().anticipation) == (
        "never",
        "dr",
        "varying",
        0,
    )


def test_clusters_that_hold_both_arms_are_left_out_as_one_arm() -> None:
    some = clustered(panel(), np.array([0, 1, 2, 0, 1, 2, 3, 3, 0, 1, 2, 3, 4]))
    study = estimate(some)
    assert study.interval is not None and study.interval.kind is IntervalKind.CR3
    assert study.permutation.level == "unit"
    assert "starts_vary_within_clusters" in {remark.code for remark in study.remarks}


def test_the_design_based_error_of_one_start_is_neyman_s() -> None:
    some = panel(np.array([2] * 6 + [0] * 8), periods=2)
    change = some.outcome[:, 1] - some.outcome[:, 0]
    found = design_based_error(group_time(some, cells_of(some)))
    assert found == pytest.approx(np.sqrt(change[:6].var(ddof=1) / 6 + change[6:].var(ddof=1) / 8))


def test_a_cohort_of_one_unit_has_no_design_based_error() -> None:
    assert design_based_error(group_time(panel(FEW), cells_of(panel(FEW)))) is None
