"""Group-time effects given covariates: cohorts are compared with controls who were like them before.

    changes (units, m), who is treated, covariates (units, k), weights --METHODS--> effects (m,), influence (units, m)

dr   doubly robust: right where the regression or the propensity is right (R's `did` default, DRDID::drdid_panel)
imp  the same, with a propensity that balances the covariates exactly (DRDID::drdid_imp_panel); inference stays right
     where only one of the two models is
reg  regression of the controls' change on their covariates
ipw  controls weighted by the odds of being treated, the weights normalised to 1

Source: Sant'Anna and Zhao (2020), Doubly robust difference-in-differences estimators, Journal of Econometrics 219,
101-122; the influence functions are those of its section 3 and appendix B, for panel data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from transfer.effect.cells import Cells
from transfer.effect.choices import Method
from transfer.effect.panel import Floats, Integers, Panel

_NO_OVERLAP = 0.999
"""A propensity from which on nobody untreated is like the treated; the limit of R's `did`."""
_NEWTON_STEPS = 60


@dataclass(frozen=True)
class Comparison:
    """Treated units and their controls: ``change`` (units, m), ``treated`` (units,) 0 or 1, ``design`` (units, k).

    ``weights`` (units,) are sampling weights.
    """

    change: Floats
    treated: Floats
    design: Floats
    weights: Floats


Adjusting = Callable[[Comparison], tuple[Floats, Floats]]
"""Effects (m,) of the m changes, and the influence (units, m) on each, within the units compared."""


class NoOverlap(ArithmeticError):
    """The covariates tell treated units and controls apart, or the controls are too few for them."""


def adjusted(panel: Panel, cells: Cells, method: Method) -> tuple[Floats, Floats]:
    """ATT(g, t) (cells,) and its influence (units, cells); NaN where there is no overlap.

    Covariates are those of the earlier of a cell's two periods, as in R's `did`.
    """
    estimates, matrix = np.full(len(cells), np.nan), np.zeros((panel.n_units, len(cells)))
    for some, before in _alike(panel, cells):
        first = int(some[0])
        treated = panel.start == cells.cohorts[cells.cohort[first]]
        stands = cells.controls[cells.control_set[first]][np.searchsorted(cells.cohorts, panel.start)]
        rows = np.flatnonzero(treated | stands)
        change = panel.outcome[rows][:, cells.period[some]] - panel.outcome[rows][:, cells.base[some]]
        try:
            design = _design(panel.covariates[rows, before])
            compared = Comparison(change, treated[rows].astype(np.float64), design, panel.weights[rows])
            estimates[some], influence = METHODS[method](compared)
        except NoOverlap:
            continue
        matrix[np.ix_(rows, some)] = influence * (panel.n_units / len(rows))
    return estimates, matrix


def _alike(panel: Panel, cells: Cells) -> Iterator[tuple[Integers, int]]:
    """Cells with the same treated, controls and covariates, and the period of the latter."""
    is_fixed = bool(np.all(panel.covariates == panel.covariates[:, :1]))
    before = np.zeros(len(cells), dtype=np.int64) if is_fixed else np.minimum(cells.period, cells.base)
    keys = np.column_stack([cells.cohort, cells.control_set, before])
    found, of_cell = np.unique(keys, axis=0, return_inverse=True)
    for at in range(len(found)):
        yield np.flatnonzero(of_cell.ravel() == at), int(found[at, 2])


def _design(covariates: Floats) -> Floats:
    """An intercept and the covariates that vary, standardised: every result is the same, and rounding is less."""
    spread = covariates.std(axis=0)
    varies = spread > 1e-12 * np.maximum(1.0, np.abs(covariates).max(axis=0, initial=0.0))
    scaled = (covariates[:, varies] - covariates[:, varies].mean(axis=0)) / spread[varies]
    return np.column_stack([np.ones(len(covariates)), scaled])


def _inverse(matrix: Floats) -> Floats:
    if np.linalg.cond(matrix) > 1e12:
        raise NoOverlap
    return np.asarray(np.linalg.inv(matrix), dtype=np.float64)


def _regression(of: Comparison, weights: Floats) -> tuple[Floats, Floats]:
    """What the controls' change would be at every unit's covariates (units, m), and Σ ω x x' inverted (k, k)."""
    controls = weights * (1 - of.treated)
    inverse = _inverse(of.design.T @ (controls[:, None] * of.design))
    return of.design @ (inverse @ (of.design.T @ (controls[:, None] * of.change))), inverse


def _newton(of: Comparison, step: Callable[[Floats], tuple[Floats, Floats]]) -> Floats:
    """The index x'b (units,) where the gradient that ``step`` gives with its Hessian is 0; both problems are convex."""
    coefficients = np.zeros(of.design.shape[1])
    share = np.average(of.treated, weights=of.weights)
    coefficients[0] = np.log(share / (1 - share))
    for _ in range(_NEWTON_STEPS):
        gradient, hessian = step(of.design @ coefficients)
        move = _inverse(hessian) @ gradient
        # A full step may leap where the odds explode: never more than two units of the index at once.
        reach = np.abs(of.design @ move).max()
        coefficients = coefficients + move * min(1.0, 2.0 / max(reach, 1e-300))
        if reach < 1e-11:
            return np.asarray(of.design @ coefficients)
    raise NoOverlap


def _logit(of: Comparison) -> tuple[Floats, Floats]:
    """Propensity by maximum likelihood (units,), and the inverse of its information (k, k)."""

    def step(index: Floats) -> tuple[Floats, Floats]:
        share = 1 / (1 + np.exp(-index))
        score = of.design.T @ (of.weights * (of.treated - share))
        return score, of.design.T @ ((of.weights * share * (1 - share))[:, None] * of.design)

    share = 1 / (1 + np.exp(-_newton(of, step)))
    if share.max() >= _NO_OVERLAP:
        raise NoOverlap
    return share, _inverse(of.design.T @ ((of.weights * share * (1 - share))[:, None] * of.design))


def _balancing_odds(of: Comparison) -> Floats:
    """Odds (units,) with which the controls' covariates add up to those of the treated (Graham et al. 2012)."""

    def step(index: Floats) -> tuple[Floats, Floats]:
        odds = of.weights * (1 - of.treated) * np.exp(np.minimum(index, 50.0))
        return of.design.T @ (of.weights * of.treated - odds), of.design.T @ (odds[:, None] * of.design)

    odds = np.exp(_newton(of, step))
    if (odds[of.treated == 0] / (1 + odds[of.treated == 0])).max() >= _NO_OVERLAP:
        raise NoOverlap
    return np.asarray(odds)


def _mean(values: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Weighted means (m,) of ``values`` (units, m), and their influence were the weights known."""
    mean = weights @ values / weights.sum()
    return mean, (weights / weights.mean())[:, None] * (values - mean)


def regression(of: Comparison) -> tuple[Floats, Floats]:
    """Outcome regression (DRDID::reg_did_panel)."""
    expected, inverse = _regression(of, of.weights)
    treated = of.weights * of.treated
    effect, influence = _mean(of.change - expected, treated)
    return effect, influence - _of_regression(of, expected, inverse, of.weights, treated)


def _of_regression(of: Comparison, expected: Floats, inverse: Floats, weights: Floats, over: Floats) -> Floats:
    """What the regression's own error adds to the mean of ``expected`` over the weights ``over``, (units, m)."""
    at = of.design.T @ over / over.sum()
    lever = len(over) * (weights * (1 - of.treated) * (of.design @ (inverse @ at)))
    return np.asarray(lever[:, None] * (of.change - expected))


def weighting(of: Comparison) -> tuple[Floats, Floats]:
    """Inverse probability weighting with weights that add to 1 (DRDID::std_ipw_did_panel)."""
    share, inverse = _logit(of)
    stands = of.weights * (1 - of.treated) * share / (1 - share)
    treated, of_treated = _mean(of.change, of.weights * of.treated)
    control, of_control = _mean(of.change, stands)
    return treated - control, of_treated - of_control - _of_propensity(of, share, inverse, stands, of.change - control)


def _of_propensity(of: Comparison, share: Floats, inverse: Floats, stands: Floats, off: Floats) -> Floats:
    """What the propensity's own error adds to the mean over the controls' weights ``stands``, (units, m)."""
    at = of.design.T @ (stands[:, None] * off) / stands.sum()
    score = len(share) * (of.weights * (of.treated - share))[:, None] * of.design
    return np.asarray(score @ (inverse @ at))


def doubly_robust(of: Comparison) -> tuple[Floats, Floats]:
    """Locally efficient doubly robust (DRDID::drdid_panel)."""
    share, inverse = _logit(of)
    expected, of_controls = _regression(of, of.weights)
    stands, treated = of.weights * (1 - of.treated) * share / (1 - share), of.weights * of.treated
    off = of.change - expected
    effect, of_treated = _mean(off, treated)
    control, of_control = _mean(off, stands)
    influence = of_treated - _of_regression(of, expected, of_controls, of.weights, treated)
    left = of_control + _of_propensity(of, share, inverse, stands, off - control)
    return effect - control, influence - left + _of_regression(of, expected, of_controls, of.weights, stands)


def doubly_robust_improved(of: Comparison) -> tuple[Floats, Floats]:
    """Doubly robust for inference, too (DRDID::drdid_imp_panel): its two models add no first-order error."""
    odds = _balancing_odds(of)
    expected, _ = _regression(of, of.weights * odds)
    off = of.change - expected
    effect, of_treated = _mean(off, of.weights * of.treated)
    control, of_control = _mean(off, of.weights * (1 - of.treated) * odds)
    return effect - control, of_treated - of_control


METHODS: dict[Method, Adjusting] = {
    Method.DOUBLY_ROBUST: doubly_robust,
    Method.DOUBLY_ROBUST_IMPROVED: doubly_robust_improved,
    Method.REGRESSION: regression,
    Method.WEIGHTING: weighting,
}
