"""The estimator against what others printed: R's `did` 2.x, csdid 0.4.3, DRDID's methods, diff-diff 3.13.0."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tests.transfer.effect.published import DATA, counties, earnings, mpdta, states, table
from transfer.effect.aggregation import aggregations
from transfer.effect.cells import cells_of
from transfer.effect.choices import BasePeriod, Control, Method
from transfer.effect.group_time import GroupTime, group_time
from transfer.effect.imputation import imputation
from transfer.effect.inference import wald
from transfer.effect.panel import Panel
from transfer.effect.two_groups import two_groups

SCENARIOS = {
    "mpdta_nev_dr": (Control.NEVER, Method.DOUBLY_ROBUST, ()),
    "mpdta_nyt_dr": (Control.NOT_YET, Method.DOUBLY_ROBUST, ()),
    "mpdta_nev_reg_cov": (Control.NEVER, Method.REGRESSION, ("lpop",)),
    "mpdta_nev_ipw": (Control.NEVER, Method.WEIGHTING, ()),
}


def effects(
    panel: Panel, control: Control = Control.NEVER, method: Method = Method.DOUBLY_ROBUST, **of: object
) -> GroupTime:
    return group_time(panel, cells_of(panel, control, **of), method)  # type: ignore[arg-type]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_group_time_effects_are_those_of_r(scenario: str) -> None:
    printed = table("mpdta/R_did_att_gt.csv").query("scenario == @scenario")
    control, method, covariates = SCENARIOS[scenario]
    found = effects(counties(covariates=covariates), control, method)
    assert found.cells.cohorts[found.cells.cohort].tolist() == printed.group.tolist()
    np.testing.assert_allclose(found.estimate, printed.att, atol=1e-9)
    np.testing.assert_allclose(found.standard_error, printed.se, atol=1e-9)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_aggregations_are_those_of_r(scenario: str) -> None:
    printed = table("mpdta/R_did_aggte.csv").query("scenario == @scenario")
    control, method, covariates = SCENARIOS[scenario]
    found = aggregations(effects(counties(covariates=covariates), control, method))
    for name, rows in printed.groupby("type"):
        overall = found[str(name)].overall
        np.testing.assert_allclose(
            [overall.estimate, overall.standard_error], rows[["overall_att", "overall_se"]].iloc[0], atol=1e-9
        )
        if name != "simple":
            np.testing.assert_allclose(found[str(name)].at, rows.egt)
            np.testing.assert_allclose(found[str(name)].estimates, rows.att_egt, atol=1e-9)
            np.testing.assert_allclose(found[str(name)].standard_errors, rows.se_egt, atol=1e-9)


def test_the_joint_test_before_the_start_is_that_of_r() -> None:
    found = wald(effects(counties()))
    assert found is not None
    assert (round(found.statistic, 5), found.degrees_of_freedom, round(found.p, 5)) == (7.79124, 5, 0.16812)


# R's did, run by the authors of csdid (csdid/test_csdid/r_ref/sim/ref_gaps.csv, MIT); (group, period): ATT, SE.
R_UNIVERSAL = {
    (2004, 2003): (0.0, np.nan), (2004, 2007): (-0.100811363085404, 0.0343592258346732),
    (2006, 2003): (-0.0037692936737142, 0.0313420276018159), (2006, 2004): (0.00275081875051881, 0.0195585610358817),
    (2007, 2003): (0.00330635669251235, 0.0244518729439318), (2007, 2004): (0.0338130122758051, 0.0211291749243127),
    (2007, 2006): (0.0, np.nan), (2007, 2007): (-0.0260544107191966, 0.0166554353492522),
}  # fmt: skip
R_ANTICIPATION = {
    (2006, 2005): (-0.00275081875051881, 0.0195585610358817), (2006, 2006): (-0.00734542570338184, 0.022942862267559),
    (2006, 2007): (-0.0439752902967363, 0.0265787670169677), (2007, 2007): (-0.0571415301088855, 0.020210163218686),
}  # fmt: skip
R_WEIGHTED = {
    (2004, 2004): (-0.0112023683983655, 0.0237047100745367), (2004, 2006): (-0.133247074791206, 0.0358950180082136),
    (2006, 2004): (0.0028524738894203, 0.0251164898413303), (2007, 2007): (-0.0225149551514012, 0.0151334240183074),
}  # fmt: skip
R_CLUSTERED = {
    (2004, 2004): (-0.0105032462209624, 0.0121342668946805), (2004, 2007): (-0.100811363085404, 0.020797887486524),
    (2006, 2004): (0.006520112424233, 0.0358483168279247), (2007, 2007): (-0.0260544107191966, 0.0143442032201854),
}  # fmt: skip


def test_a_universal_base_anticipation_weights_and_clusters_are_those_of_r() -> None:
    for printed, found in (
        (R_UNIVERSAL, effects(counties(), base_period=BasePeriod.UNIVERSAL)),
        (R_ANTICIPATION, effects(counties(), anticipation=1)),
        (R_WEIGHTED, effects(counties(weights="weight"))),
        (R_CLUSTERED, effects(counties(cluster="state"))),
    ):
        cells, years = found.cells, found.panel.calendar.values
        places = zip(cells.cohorts[cells.cohort], years[cells.period], strict=True)
        at = {(int(group), int(year)): place for place, (group, year) in enumerate(places)}
        told = [(found.estimate[at[cell]], found.standard_error[at[cell]]) for cell in printed]
        np.testing.assert_allclose(told, list(printed.values()), atol=1e-12)


def test_with_anticipation_a_cohort_without_a_period_before_it_has_no_effect() -> None:
    cells = effects(counties(), anticipation=1).cells
    assert 2004 not in cells.cohorts[cells.cohort]


# csdid 0.4.3 (MIT) on mpdta and castle: simple ATT and its analytic standard error, dynamic overall and its own.
CSDID = {
    ("dr", "never", "lpop"): (-0.04175177205861638, 0.011502838151545078),
    ("dr", "notyet", "lpop"): (-0.04135162929923674, 0.011427839082186102),
    ("reg", "notyet", "lpop"): (-0.041374769792339845, 0.011377161355887871),
    ("ipw", "never", "lpop"): (-0.041777082199131704, 0.011499719363982945),
    ("ipw", "notyet", "lpop"): (-0.04138940975477899, 0.011419290152956098),
}


@pytest.mark.parametrize("choice", CSDID, ids="-".join)
def test_covariates_enter_as_in_csdid(choice: tuple[str, str, str]) -> None:
    method, control, covariate = choice
    found = effects(counties(covariates=(covariate,)), Control(control), Method(method))
    overall = aggregations(found)["simple"].overall
    np.testing.assert_allclose([overall.estimate, overall.standard_error], CSDID[choice], atol=1e-10)


def test_clusters_of_states_give_csdid_s_standard_errors_with_covariates_too() -> None:
    plain = aggregations(effects(counties(cluster="state")))["simple"].overall
    adjusted = aggregations(effects(counties(cluster="state", covariates=("lpop",)), Control.NOT_YET))["simple"].overall
    assert plain.standard_error == pytest.approx(0.01515945857845161, abs=1e-12)
    assert adjusted.standard_error == pytest.approx(0.016276517851309628, abs=1e-10)


def test_without_never_treated_units_the_last_cohort_stands_for_what_would_have_been() -> None:
    treated = counties(mpdta()[mpdta()["first.treat"] > 0])
    overall = aggregations(effects(treated, Control.NOT_YET))["simple"].overall
    np.testing.assert_allclose(
        [overall.estimate, overall.standard_error], (-0.04179071494778473, 0.020454315072859216), atol=1e-12
    )


@pytest.mark.parametrize(
    ("control", "printed"),
    [("never", (0.11038303545755611, 0.03872423950217732)), ("notyet", (0.1093549584243181, 0.03916537597747261))],
)
def test_castle_doctrine_is_csdid_s_with_empty_starts_and_cohorts_of_one_state(
    control: str, printed: tuple[float, float]
) -> None:
    overall = aggregations(effects(states(), Control(control)))["simple"].overall
    np.testing.assert_allclose([overall.estimate, overall.standard_error], printed, atol=1e-12)


AFTER_THE_END = (-0.045046550418358526, 0.01806329642686366)

# DRDID's estimators as moderndid 0.2.0 (MIT) has them, which stops its propensities after seven digits.
DRDID = {
    Method.DOUBLY_ROBUST: (3270.2573111734764, 848.9288440565595),
    Method.DOUBLY_ROBUST_IMPROVED: (3261.999340718756, 848.7901984064671),
    Method.REGRESSION: (1675.0606337034278, 788.7516750228531),
    Method.WEIGHTING: (3259.089818919295, 839.9529891094802),
}


@pytest.mark.parametrize("method", DRDID, ids=str)
def test_two_periods_with_covariates_are_drdid_s(method: Method) -> None:
    found = effects(earnings(), method=method)
    np.testing.assert_allclose([found.estimate[0], found.standard_error[0]], DRDID[method], rtol=5e-6)


def test_never_treated_counties_coded_as_missing_are_not_lost() -> None:
    """Two packages of three lose them, compare with the last cohort and print -0.04404."""
    coded = mpdta()
    coded["first.treat"] = coded["first.treat"].where(coded["first.treat"] > 0)
    assert aggregations(effects(counties(coded)))["simple"].overall.estimate == pytest.approx(-0.0399512751551763)


def test_counties_that_start_after_the_panel_s_end_are_never_treated_in_it() -> None:
    """csdid 0.4.3 on the years to 2006 prints the same."""
    found = aggregations(effects(counties(mpdta().query("year < 2007"))))["simple"].overall
    assert found.estimate == pytest.approx(AFTER_THE_END[0], abs=1e-10)
    assert found.standard_error == pytest.approx(AFTER_THE_END[1], abs=1e-10)


def test_imputation_is_that_of_diff_diff() -> None:
    found = imputation(counties())
    assert (found.overall.estimate, found.overall.standard_error) == pytest.approx(
        (-0.0477099183, 0.0132224887), abs=1e-9
    )
    np.testing.assert_allclose(found.estimates, [-0.0310669272, -0.0522348567, -0.1360781114, -0.1047074716], atol=1e-9)
    np.testing.assert_allclose(
        found.standard_errors, [0.0135772497, 0.0188124268, 0.0353419722, 0.0337658534], atol=1e-9
    )
    clustered = imputation(counties(cluster="state"))
    assert clustered.overall.standard_error == pytest.approx(0.0186616824, abs=1e-9)


def test_two_groups_are_compared_as_the_papers_printed_it() -> None:
    if not (DATA / "published_estimates.json").exists():
        pytest.skip("published data are not here: ../shared/data/effects/published_estimates.json")
    entries = {entry["id"]: entry for entry in json.loads((DATA / "published_estimates.json").read_text())}
    for name, file in (("nsw_dw_experimental", "jtrain2"), ("nsw_psid_raw", "jtrain3")):
        frame = table(f"wooldridge/{file}.csv")
        found = two_groups(frame.re78.to_numpy(), frame.train.to_numpy() == 1)
        assert (round(found.estimate, 3), round(found.pooled_error, 3)) == (
            entries[name]["estimate"],
            entries[name]["se"],
        )
