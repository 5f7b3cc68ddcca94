"""Two groups and two periods, the smallest design: a difference of mean changes, as a textbook tests it.

It is what group-time effects come to with one start and two periods, where their standard error treats units as a
sample of unknown spread. Beside that, papers print two others, which an analyst will look for: the pooled one of
ordinary least squares on a treatment dummy, and Welch's, which lets each group have a spread of its own. The same
holds for groups that were measured once, after the fact: their change is what was measured.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from transfer.effect.panel import Flags, Floats, Panel


@dataclass(frozen=True)
class TwoGroups:
    """The difference of the groups' means: ``pooled_error`` has n - 2 degrees of freedom, ``welch_error`` its own."""

    estimate: float
    pooled_error: float
    welch_error: float
    welch_freedom: float


def two_groups(changes: Floats, is_treated: Flags) -> TwoGroups:
    """Treated less untreated, of what was measured of each unit (units,); each group needs two units."""
    groups = changes[is_treated], changes[~is_treated]
    sizes = np.array([len(group) for group in groups])
    if sizes.min() < 2:
        raise ValueError(f"Two groups are compared from two units each on, not from {sizes[0]} and {sizes[1]}.")
    variances = np.array([group.var(ddof=1) for group in groups])
    pooled = float(((sizes - 1) * variances).sum() / (sizes.sum() - 2))
    parts = variances / sizes
    freedom = parts.sum() ** 2 / (parts**2 / (sizes - 1)).sum() if parts.sum() > 0 else float(sizes.sum() - 2)
    return TwoGroups(
        float(groups[0].mean() - groups[1].mean()),
        float(np.sqrt(pooled * (1 / sizes).sum())),
        float(np.sqrt(parts.sum())),
        float(freedom),
    )


def two_groups_of(panel: Panel) -> TwoGroups | None:
    """The same of a panel of two periods, one start and no covariates, clusters or weights; None of any other."""
    is_treated = panel.is_treated
    is_plain = not (panel.covariate_names or panel.is_clustered or panel.is_weighted)
    if panel.n_periods != 2 or not is_plain or not 2 <= is_treated.sum() <= panel.n_units - 2:
        return None
    return two_groups(panel.outcome[:, 1] - panel.outcome[:, 0], is_treated)
