"""A balanced panel, and what was told of the table that it came from; `long_table` makes it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from transfer.effect.periods import Calendar

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Dropped:
    """A unit that is in the table and not in the panel."""

    unit: str
    reason: str


@dataclass(frozen=True)
class Remark:
    """Something that a reader of the estimate must know about the panel; ``code`` is stable, for programs."""

    code: str
    text: str


@dataclass(frozen=True)
class Panel:
    """A balanced panel: every unit has an outcome in every period.

    ``outcome`` (units, periods); ``start`` (units,) is the place of the first treated period on the axis of
    ``calendar.values``, infinite for those who did not start before the panel ended; ``cluster`` (units,) are codes
    of ``cluster_labels`` (the units themselves without a cluster column); ``covariates`` (units, periods, k);
    ``weights`` (units,) have mean 1. ``never_coded`` counts how the table said "never": 0, empty, infinite, or a
    start after the panel's end. ``coverage`` is the share of unit-periods that the table held before it was balanced,
    ``missing_around_start`` names treated units that lack the period of their start or the one before.
    """

    outcome: Floats
    start: Floats
    calendar: Calendar
    units: tuple[str, ...]
    cluster: Integers
    cluster_labels: tuple[str, ...]
    covariates: Floats
    covariate_names: tuple[str, ...]
    weights: Floats
    never_coded: dict[str, int] = field(default_factory=dict)
    dropped: tuple[Dropped, ...] = ()
    remarks: tuple[Remark, ...] = ()
    coverage: float = 1.0
    missing_around_start: tuple[str, ...] = ()

    @property
    def n_units(self) -> int:
        return len(self.start)

    @property
    def n_periods(self) -> int:
        return len(self.calendar.values)

    @property
    def is_treated(self) -> Flags:
        """(units,): who starts within the panel."""
        return np.isfinite(self.start)

    @property
    def n_clusters(self) -> int:
        return len(self.cluster_labels)

    @property
    def is_clustered(self) -> bool:
        """Whether clusters hold more than one unit."""
        return self.n_clusters < self.n_units

    @property
    def is_weighted(self) -> bool:
        return bool(np.ptp(self.weights) > 0)

    @property
    def first_treated(self) -> Integers:
        """(units,): index of the first treated period; ``n_periods`` for those who never start."""
        return np.searchsorted(self.calendar.values, self.start - 1e-9).astype(np.int64)

    def with_outcome(self, outcome: Floats) -> Panel:
        """The same units and starts with another outcome (units, periods)."""
        return replace(self, outcome=outcome)

    def with_start(self, start: Floats) -> Panel:
        """The same outcomes under another assignment of starts (units,)."""
        return replace(self, start=start)

    def of(self, chosen: Flags) -> Panel:
        """The panel of some units only (units,)."""
        codes, labels = pd.factorize(np.asarray(self.cluster_labels, dtype=object)[self.cluster[chosen]])
        return replace(
            self, outcome=self.outcome[chosen], start=self.start[chosen], covariates=self.covariates[chosen],
            units=tuple(np.asarray(self.units, dtype=object)[chosen]), cluster=codes.astype(np.int64),
            cluster_labels=tuple(labels), weights=self.weights[chosen],
        )  # fmt: skip

    @classmethod
    def of_arrays(cls, outcome: Floats, start: Floats) -> Panel:
        """A panel of periods 1 to T without covariates: ``outcome`` (units, T), ``start`` (units,) 0 or inf = never."""
        n, periods = outcome.shape
        values = np.arange(1.0, periods + 1)
        began = np.where((start == 0) | (start > periods), np.inf, start).astype(np.float64)
        names = tuple(str(unit) for unit in range(1, n + 1))
        calendar = Calendar(values, tuple(str(int(value)) for value in values), "period", float)
        return cls(
            np.asarray(outcome, dtype=np.float64), began, calendar, names, np.arange(n), names,
            np.empty((n, periods, 0)), (), np.ones(n),
        )  # fmt: skip
