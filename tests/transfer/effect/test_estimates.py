"""What the estimates must be whatever the data: identities, invariances, and the slow way of doing the same."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from tests.transfer.effect.simulated import STARTS, clustered, panel
from transfer.effect.aggregation import aggregations
from transfer.effect.cells import BasePeriod, Control, cells_of
from transfer.effect.group_time import event_time_averages, group_time, simple_att
from transfer.effect.imputation import imputation
from transfer.effect.panel import Floats, Panel
from transfer.effect.periods import PanelRefused
from transfer.effect.study import Choices, estimate

RNG = np.random.default_rng(7)


def slowly(of: Panel, control: Control) -> float:
    """The simple ATT by its definition."""
    weighted = total = 0.0
    values = of.calendar.values
    for start in np.unique(of.start[of.is_treated]):
        mine = of.start == start
        for period in np.flatnonzero(values >= start):
            base = np.flatnonzero(values < start)[-1]
            others = np.isinf(of.start) if control is Control.NEVER else of.start > values[period]
            if not others.any():
                continue
            change = of.outcome[:, period] - of.outcome[:, base]
            weighted += mine.sum() * (change[mine].mean() - change[others].mean())
            total += mine.sum()
    return weighted / total


@pytest.mark.parametrize("control", Control, ids=str)
def test_the_estimate_is_its_definition(control: Control) -> None:
    some = panel()
    assert estimate(some, Choices(control, permutations=19)).simple.overall.estimate == pytest.approx(
        slowly(some, control)
    )
    assert simple_att(some.outcome, STARTS, control) == pytest.approx(slowly(some, control))


def test_a_constant_effect_moves_every_estimate_by_itself() -> None:
    without, with_effect = estimate(panel()), estimate(panel(effect=2.5))
    for name, found in without.aggregations.items():
        post = found.at >= 0 if name == "dynamic" else np.ones(len(found.at), dtype=bool)
        np.testing.assert_allclose(with_effect.aggregations[name].estimates - found.estimates, 2.5 * post, atol=1e-12)
    assert with_effect.second is not None and without.second is not None
    assert with_effect.second.overall.estimate - without.second.overall.estimate == pytest.approx(2.5)


def test_levels_of_units_and_periods_change_nothing() -> None:
    some = panel()
    shifted = some.with_outcome(some.outcome + RNG.normal(size=(13, 1)) * 1e6 + RNG.normal(size=(1, 9)) * 1e6)
    before, after = estimate(some, Choices(permutations=19)), estimate(shifted, Choices(permutations=19))
    assert after.simple.overall.estimate == pytest.approx(before.simple.overall.estimate, abs=1e-8)
    assert after.simple.overall.standard_error == pytest.approx(before.simple.overall.standard_error, abs=1e-8)


def test_the_unit_of_measure_changes_nothing_but_itself() -> None:
    one, tiny = (
        estimate(some, Choices(permutations=99)) for some in (panel(), panel().with_outcome(panel().outcome * 1e-12))
    )
    assert (tiny.permutation.p, tiny.simple.overall.estimate) == (
        one.permutation.p,
        pytest.approx(one.simple.overall.estimate * 1e-12),
    )
    assert tiny.pre_trend is not None and one.pre_trend is not None
    assert tiny.pre_trend.p == one.pre_trend.p


def test_of_outcomes_without_noise_everything_is_known_exactly() -> None:
    treated = (np.arange(1, 10)[None, :] >= STARTS[:, None]) & (STARTS > 0)[:, None]
    study = estimate(Panel.of_arrays(2.5 * treated + np.arange(13)[:, None] / 7 + np.arange(9)[None, :] / 3, STARTS))
    assert study.simple.overall.estimate == pytest.approx(2.5)
    assert study.simple.overall.standard_error == 0
    assert (study.permutation.low, study.permutation.high) == pytest.approx((2.5, 2.5))
    assert study.permutation.p == pytest.approx(1 / study.permutation.n_drawn)


def test_weights_are_copies() -> None:
    some = panel()
    heavy = np.where(np.arange(13) % 3 == 0, 2.0, 1.0)
    copied = np.repeat(np.arange(13), heavy.astype(int))
    weighted = aggregations(group_time(weighted_by(some, heavy), cells_of(some)))
    twice = some.of(np.ones(13, dtype=bool)).with_outcome(some.outcome)
    repeated = Panel.of_arrays(twice.outcome[copied], STARTS[copied])
    for name, found in aggregations(group_time(repeated, cells_of(repeated))).items():
        assert weighted[name].overall.estimate == pytest.approx(found.overall.estimate)


def weighted_by(some: Panel, weights: Floats) -> Panel:
    return replace(some, weights=weights / weights.mean())


@pytest.mark.parametrize("control", Control, ids=str)
def test_standard_errors_from_moments_are_those_of_the_influence(control: Control) -> None:
    found = group_time(panel(), cells_of(panel(), control))
    influence = found.influence.of_clusters(np.eye(len(found.cells)))
    np.testing.assert_allclose(found.standard_error, np.sqrt((influence**2).sum(axis=0)) / 13)
    np.testing.assert_allclose(
        found.influence.covariance(np.eye(len(found.cells))), influence.T @ influence / 13**2, atol=1e-14
    )


def test_a_cluster_that_spans_cohorts_adds_its_influences_up() -> None:
    codes = np.array([0, 1, 2, 0, 1, 2, 3, 3, 0, 1, 2, 3, 3])
    some = clustered(panel(), codes)
    found, alone = group_time(some, cells_of(some)), group_time(panel(), cells_of(panel()))
    of_units = alone.influence.of_clusters(np.eye(len(alone.cells)))
    summed = np.array([of_units[codes == code].sum(axis=0) for code in range(4)])
    np.testing.assert_allclose(found.standard_error, np.sqrt((summed**2).sum(axis=0)) / 13)
    np.testing.assert_allclose(found.influence.of_clusters(np.eye(len(found.cells))), summed)


def test_clusters_within_a_cohort_are_one_unit_each() -> None:
    """Units that move alike, in one cluster, are no more evidence than their mean."""
    some = panel()
    copies = np.repeat(np.arange(13), 3)
    many = clustered(Panel.of_arrays(some.outcome[copies], STARTS[copies]), copies)
    one, three = estimate(some), estimate(many)
    assert three.simple.overall.standard_error == pytest.approx(one.simple.overall.standard_error)
    assert three.interval is not None and one.interval is not None
    assert three.interval.low == pytest.approx(one.interval.low)
    assert (three.permutation.p, three.permutation.level) == (one.permutation.p, "cluster")


def test_the_base_period_changes_nothing_from_the_start_on() -> None:
    varying, universal = (group_time(panel(), cells_of(panel(), base_period=base)) for base in BasePeriod)
    np.testing.assert_allclose(varying.estimate[varying.cells.is_post], universal.estimate[universal.cells.is_post])
    reference = universal.cells.is_reference
    assert (universal.estimate[reference] == 0).all() and np.isnan(universal.standard_error[reference]).all()


def test_event_times_of_plain_arrays_are_those_of_the_study() -> None:
    times, found = event_time_averages(panel().outcome, STARTS)
    dynamic = estimate(panel(), Choices(base_period=BasePeriod.UNIVERSAL)).dynamic
    np.testing.assert_allclose(times, dynamic.at)
    np.testing.assert_allclose(found, dynamic.estimates)


def test_uneven_periods_give_event_times_as_far_apart_as_they_are() -> None:
    some = panel(periods=4)
    years = replace(
        some,
        start=np.where(np.arange(13) < 5, 2007, np.inf),
        calendar=replace(some.calendar, values=np.array([2003.0, 2005, 2007, 2011])),
    )
    assert estimate(years).dynamic.at.tolist() == [-2, 0, 4]


def test_without_never_treated_units_never_is_refused_and_not_yet_says_what_it_does() -> None:
    everybody = panel(np.array([4, 4, 4, 6, 6, 6, 8, 8, 8]))
    with pytest.raises(PanelRefused, match=r"No unit is never treated.*notyet"):
        cells_of(everybody)
    study = estimate(everybody, Choices(Control.NOT_YET))
    assert study.group.at.tolist() == [4, 6]
    assert study.calendar.at.max() == 7
    assert "no_never_treated" in {remark.code for remark in study.remarks}
    assert study.n_treated == 6


def test_units_that_all_start_at_once_are_refused() -> None:
    with pytest.raises(PanelRefused, match="no comparison"):
        cells_of(panel(np.full(8, 4)), Control.NOT_YET)


def test_imputation_of_two_periods_is_the_difference_of_changes() -> None:
    some = panel(np.array([2, 2, 2, 0, 0, 0, 0]), periods=2)
    change = some.outcome[:, 1] - some.outcome[:, 0]
    assert imputation(some).overall.estimate == pytest.approx(change[:3].mean() - change[3:].mean())


def test_imputation_is_the_regression_of_untreated_outcomes_on_units_and_periods() -> None:
    some = panel()
    n, t = some.outcome.shape
    treated = (np.arange(1, t + 1)[None, :] >= STARTS[:, None]) & (STARTS > 0)[:, None]
    unit, period = (codes.ravel() for codes in np.indices((n, t)))
    design = np.column_stack([unit[:, None] == np.arange(n), period[:, None] == np.arange(1, t)]).astype(float)
    fitted = design @ np.linalg.lstsq(design[~treated.ravel()], some.outcome.ravel()[~treated.ravel()], rcond=None)[0]
    assert imputation(some).overall.estimate == pytest.approx((some.outcome.ravel() - fitted)[treated.ravel()].mean())


def test_imputation_leaves_out_periods_in_which_everybody_is_treated() -> None:
    found = imputation(panel(np.array([4, 4, 4, 6, 6, 6, 8, 8, 8])))
    assert found.n_dropped == 9 * 2


def test_a_covariate_that_tells_the_arms_apart_is_refused() -> None:
    some = panel()
    apart = np.broadcast_to((STARTS > 0).astype(float)[:, None, None], (13, 9, 1))
    with pytest.raises(PanelRefused, match="tell treated units and controls apart"):
        estimate(replace(some, covariates=apart, covariate_names=("trained",)))


def test_covariates_that_mean_nothing_change_little_and_constant_ones_nothing() -> None:
    some = panel(np.repeat([4, 6, 0], [30, 30, 60]), effect=1.0)
    plain = estimate(some, Choices(permutations=19)).simple.overall
    constant = replace(some, covariates=np.ones((120, 9, 1)), covariate_names=("one",))
    noise = replace(some, covariates=RNG.normal(size=(120, 1, 1)) * np.ones((120, 9, 1)), covariate_names=("noise",))
    same = estimate(constant, Choices(permutations=19)).simple.overall
    near = estimate(noise, Choices(permutations=19)).simple.overall
    assert (same.estimate, same.standard_error) == pytest.approx((plain.estimate, plain.standard_error))
    assert abs(near.estimate - plain.estimate) < plain.standard_error


def test_no_two_cells_are_one() -> None:
    for control, base in itertools.product(Control, BasePeriod):
        cells = cells_of(panel(), control, base)
        assert len({(*pair,) for pair in zip(cells.cohort, cells.period, strict=True)}) == len(cells)
