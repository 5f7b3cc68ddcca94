"""What the group-time effects say together: overall, by time since the start, by cohort, by period.

    GroupTime --aggregations--> simple, dynamic, group, calendar: estimates with their covariance

simple    all effects from the start on, weighted by cohort size
dynamic   by event time, weighted by cohort size; overall: the plain mean over event times from 0 on
group     by cohort, the plain mean over its periods; overall: weighted by cohort size
calendar  by period, weighted by cohort size; overall: the plain mean over periods

Cohort sizes are estimates, too: units are a sample of those who could have been there. Their influence is part of
every standard error, as in R's `did`. Source: Callaway and Sant'Anna (2021), section 3.1 and 4.2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from transfer.effect.cells import Cells
from transfer.effect.group_time import GroupTime
from transfer.effect.panel import Flags, Floats


@dataclass(frozen=True)
class Estimate:
    """A figure and its standard error, in units of the outcome."""

    estimate: float
    standard_error: float


@dataclass(frozen=True)
class Aggregation:
    """One way of putting effects together: ``overall``, and one per place ``at`` (k,), named by ``labels``.

    ``standard_errors`` (k,) is NaN for a reference, which is 0 by definition; ``covariance`` is (k, k).
    """

    name: str
    overall: Estimate
    at: Floats
    labels: tuple[str, ...]
    estimates: Floats
    standard_errors: Floats
    covariance: Floats


@dataclass(frozen=True)
class Weighting:
    """How cells are put together: ``member`` (cells, k) says which count; ``by_size``, that cohort size weighs them.

    ``at`` (k,) and ``labels`` name the results. ``over_size`` is set where the overall figure weighs cohorts by size;
    otherwise it is the mean of the results that ``counts`` (k,) names.
    """

    name: str
    member: Flags
    at: Floats
    labels: tuple[str, ...]
    counts: Flags
    by_size: bool = True
    over_size: bool = False

    def weights(self, cells: Cells, sizes: Floats) -> Floats:
        """(cells, k), each column adding to 1; ``sizes`` (cohorts,)."""
        raw = self.member * (sizes[cells.cohort][:, None] if self.by_size else 1.0)
        return np.asarray(raw / raw.sum(axis=0))

    def overall(self, sizes_at: Floats) -> Floats:
        """(k,), adding to 1: what each result counts overall; ``sizes_at`` (k,) are sizes of the cohorts there."""
        raw = self.counts * (sizes_at if self.over_size else 1.0)
        return np.asarray(raw / raw.sum())


def weightings(cells: Cells, labels: tuple[str, ...], values: Floats) -> tuple[Weighting, ...]:
    """The four aggregations of these cells; periods are called ``labels`` and lie at ``values`` (periods,)."""
    post = cells.is_post
    times = np.unique(cells.event_time)
    cohorts = np.unique(cells.cohort[post])
    periods = np.unique(cells.period[post])
    return (
        Weighting("simple", post[:, None], np.zeros(1), ("all",), np.ones(1, dtype=bool)),
        Weighting(
            "dynamic", cells.event_time[:, None] == times, times, tuple(f"{time:g}" for time in times), times >= -1e-9
        ),
        Weighting(
            "group", (cells.cohort[:, None] == cohorts) & post[:, None], cells.cohorts[cohorts],
            tuple(_named(cells.cohorts[cohort], labels, values) for cohort in cohorts),
            np.ones(len(cohorts), dtype=bool), by_size=False, over_size=True,
        ),
        Weighting(
            "calendar", (cells.period[:, None] == periods) & post[:, None], values[periods],
            tuple(labels[period] for period in periods), np.ones(len(periods), dtype=bool),
        ),
    )  # fmt: skip


def aggregations(effects: GroupTime) -> dict[str, Aggregation]:
    """All four, by name; one that no cell belongs to is left out."""
    calendar = effects.panel.calendar
    some = weightings(effects.cells, calendar.labels, calendar.values)
    return {one.name: aggregation(effects, one) for one in some if one.counts.any()}


def aggregation(effects: GroupTime, weighting: Weighting) -> Aggregation:
    """The estimates of one weighting, with the covariance that their influence gives."""
    cells = effects.cells
    weights = weighting.weights(cells, effects.size)
    estimates = effects.estimate @ weights
    sizes_at = effects.size[np.searchsorted(cells.cohorts, weighting.at)] if weighting.over_size else np.ones(1)
    overall = weighting.overall(sizes_at)
    estimate = float(estimates @ overall)
    shares = _shares(effects, weighting, estimates)
    of_overall = shares @ overall + _overall_share(effects, weighting, estimates, estimate)
    variance = effects.influence.covariance(
        np.column_stack([weights, weights @ overall]), np.column_stack([shares, of_overall])
    )
    errors = np.sqrt(np.diag(variance))
    is_reference = (weighting.member & ~cells.is_reference[:, None]).sum(axis=0) == 0
    return Aggregation(
        weighting.name,
        Estimate(estimate, float(errors[-1])),
        weighting.at,
        weighting.labels,
        estimates,
        np.where(is_reference, np.nan, errors[:-1]),
        variance[:-1, :-1],
    )


def _shares(effects: GroupTime, weighting: Weighting, estimates: Floats) -> Floats:
    """What a unit of each cohort adds to the influence of the results because sizes are estimated, (cohorts, k)."""
    cells = effects.cells
    if not weighting.by_size:
        return np.zeros((len(cells.cohorts), len(estimates)))
    total = (weighting.member * effects.size[cells.cohort][:, None]).sum(axis=0) / effects.panel.n_units
    off = weighting.member * (effects.estimate[:, None] - estimates) / total
    of_cohort = cells.cohort[:, None] == np.arange(len(cells.cohorts))
    return np.asarray(of_cohort.T.astype(np.float64) @ off)


def _overall_share(effects: GroupTime, weighting: Weighting, estimates: Floats, estimate: float) -> Floats:
    """The same of an overall figure that weighs cohorts by their size, (cohorts,); 0 of one that doesn't."""
    share = np.zeros(len(effects.cells.cohorts))
    if weighting.over_size:
        of_result = np.searchsorted(effects.cells.cohorts, weighting.at)
        share[of_result] = (estimates - estimate) / (effects.size[of_result].sum() / effects.panel.n_units)
    return share


def _named(value: float, labels: tuple[str, ...], values: Floats) -> str:
    """A start by the label of its period; one between two periods by its number."""
    at = np.flatnonzero(np.isclose(values, value))
    return labels[int(at[0])] if len(at) else f"{value:g}"
