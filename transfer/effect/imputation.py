"""The second estimator: what would have been is imputed from all untreated outcomes, not from one base period.

    untreated outcomes --unit + period effects--> Ŷ(0) --Y - Ŷ(0) of treated outcomes--> averages, standard errors

It uses every period before the start, so it is more precise where trends were parallel all along, and wrong where the
outcome moved early (anticipation); group-time effects look back one period only. The point estimate is also that of
Gardner's two stages. Of a balanced panel all units of a cohort share their weights, so that neither the fit nor the
standard errors need a regression with a column per unit.

Source: Borusyak, Jaravel and Spiess (2024), Revisiting event-study designs: robust and efficient estimation, Review
of Economic Studies 91, 3253-3285; standard errors by their equation 7, residuals within cohort and period.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from transfer.effect.aggregation import Estimate
from transfer.effect.panel import Flags, Floats, Integers, Panel
from transfer.effect.periods import PanelRefused


@dataclass(frozen=True)
class Imputation:
    """The mean over all treated outcomes, and by event time from 0 on (k,).

    ``n_dropped`` treated outcomes lie in periods in which nobody is untreated any more.
    """

    overall: Estimate
    event_times: Floats
    estimates: Floats
    standard_errors: Floats
    n_dropped: int


@dataclass(frozen=True)
class _Fit:
    """A panel by cohort: ``means`` (cohorts, periods), ``sizes`` (cohorts,), ``untreated`` (cohorts, periods)."""

    panel: Panel
    cohort: Integers
    starts: Floats
    means: Floats
    sizes: Floats
    untreated: Flags
    effects: Floats
    information: Floats


def imputation(panel: Panel, anticipation: float = 0) -> Imputation:
    """Imputation without covariates; raises PanelRefused where no treated outcome can be imputed.

    A unit counts as treated from its start less ``anticipation`` on, for the fit; effects are those from the start on.
    """
    fit = _fitted(panel, anticipation)
    treated = np.asarray(panel.calendar.values[None, :] >= fit.starts[:, None] - 1e-9)
    reached = np.asarray(np.isfinite(fit.effects)[None, :] & np.asarray(fit.untreated.any(axis=1))[:, None])
    counted = treated & reached
    if not counted.any():
        raise PanelRefused("No treated outcome can be imputed: in none of its periods anybody is untreated.")
    times = np.round(panel.calendar.values[None, :] - fit.starts[:, None], 9)
    events = np.unique(times[counted])
    masks = [counted, *(counted & (times == event) for event in events)]
    weights = np.stack([mask * fit.sizes[:, None] / (mask * fit.sizes[:, None]).sum() for mask in masks])
    cells = np.where(counted, fit.means - _imputed(fit), 0.0)
    estimates = (weights * cells).sum(axis=(1, 2))
    errors = np.sqrt(_variances(fit, weights, counted))
    return Imputation(
        Estimate(float(estimates[0]), float(errors[0])), events, estimates[1:], errors[1:],
        int(np.sum((treated & ~reached) * np.bincount(fit.cohort)[:, None])),
    )  # fmt: skip


def _fitted(panel: Panel, anticipation: float) -> _Fit:
    """Period effects from untreated outcomes, unit effects swept out; one equation per period."""
    starts, cohort = np.unique(panel.start, return_inverse=True)
    member = (cohort[None, :] == np.arange(len(starts))[:, None]) * panel.weights
    sizes = member.sum(axis=1)
    means = (member @ panel.outcome) / sizes[:, None]
    untreated = panel.calendar.values[None, :] + anticipation < starts[:, None] - 1e-9
    information, right = np.zeros((panel.n_periods, panel.n_periods)), np.zeros(panel.n_periods)
    for size, mean, free in zip(sizes, means, untreated, strict=True):
        if free.any():
            sweep = np.diag(free.astype(np.float64)) - np.outer(free, free) / free.sum()
            information += size * sweep
            right += size * (sweep @ mean)
    seen = untreated.any(axis=0)
    effects = np.full(panel.n_periods, np.nan)
    # Effects are known up to a constant, which the unit effects take up.
    effects[seen] = np.linalg.pinv(information[np.ix_(seen, seen)], hermitian=True) @ right[seen]
    return _Fit(panel, cohort, starts, means, sizes, untreated, effects, information)


def _imputed(fit: _Fit) -> Floats:
    """Ŷ(0) of each cohort on average, (cohorts, periods)."""
    effects = np.nan_to_num(fit.effects)
    count = np.maximum(fit.untreated.sum(axis=1), 1)
    unit = ((fit.means - effects) * fit.untreated).sum(axis=1) / count
    return np.asarray(unit[:, None] + effects[None, :])


def _variances(fit: _Fit, weights: Floats, counted: Flags) -> Floats:
    """Variances (k,) of Σ weights·effect, where ``weights`` (k, cohorts, periods) add to 1.

    Each outcome's part in the estimate times its residual, added up by cluster and squared; a treated outcome's
    residual is its distance from the mean effect of its cohort in that period, so that differing effects don't count
    as noise.
    """
    parts = _parts(fit, weights)
    unit_level = fit.panel.outcome - np.nan_to_num(fit.effects)[None, :]
    free = fit.untreated[fit.cohort]
    levels = (unit_level * free).sum(axis=1, keepdims=True) / np.maximum(free.sum(axis=1, keepdims=True), 1)
    residual = unit_level - levels
    mean_effect = np.where(counted, fit.means - _imputed(fit), 0.0)
    residual = np.where(free | counted[fit.cohort], residual - mean_effect[fit.cohort], 0.0)
    found = np.empty(len(weights))
    for at, part in enumerate(parts):
        score = fit.panel.weights * np.einsum("it,it->i", part[fit.cohort], residual)
        found[at] = np.sum(np.bincount(fit.panel.cluster, score) ** 2)
    return found


def _parts(fit: _Fit, weights: Floats) -> Floats:
    """What one unit of weight 1 in each cohort adds per outcome, (k, cohorts, periods)."""
    per_unit = weights / fit.sizes[None, :, None]
    free, count = fit.untreated.astype(np.float64), np.maximum(fit.untreated.sum(axis=1), 1)
    # Y - unit effect - period effect: the unit effect is a mean of its untreated outcomes less period effects.
    of_unit = per_unit.sum(axis=2)[:, :, None] * (free / count[:, None])[None]
    on_periods = ((per_unit - of_unit) * fit.sizes[None, :, None]).sum(axis=1)
    seen = fit.untreated.any(axis=0)
    inverse = np.zeros_like(fit.information)
    inverse[np.ix_(seen, seen)] = np.linalg.pinv(fit.information[np.ix_(seen, seen)], hermitian=True)
    pull = on_periods @ inverse
    swept = free[None] * (pull[:, None, :] - ((pull[:, None, :] * free[None]).sum(axis=2) / count)[:, :, None])
    return np.asarray(per_unit - of_unit - swept)
