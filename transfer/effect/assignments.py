"""Who could have started when: the assignments that chance could have made, all of them or a sample.

    Panel (, strata) --assignments_of--> Assignments: cohorts (draws, movable), what moves together, how many there are

What moves is what training was assigned to: units, or whole clusters where all units of a cluster start together.
Every assignment keeps the number of movables of each cohort (within a stratum, where starts were drawn by strata):
that is the randomisation scheme, or the best stand-in for one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
from scipy import sparse

from transfer.effect.cells import Cells
from transfer.effect.panel import Floats, Integers, Panel
from transfer.effect.periods import PanelRefused

ENUMERATED = 5_000
"""Up to so many distinct assignments are all gone through, instead of drawn."""
Cohorts = npt.NDArray[np.int16]
"""A thousand draws of 20,000 units are 40 MB of these."""
COUNTED = 10**15
"""Distinct assignments are counted up to here; 500 units have a number of them with 200 digits."""


@dataclass(frozen=True)
class Assignments:
    """``cohort`` (draws, movables) holds indices of cohorts; its first row is what really was.

    ``movable`` (units,) says what moves with what; ``n_distinct`` counts all assignments of the scheme (up to
    `COUNTED`), and ``is_exact`` that ``cohort`` holds each of them once.
    """

    cohort: Cohorts
    movable: Integers
    n_distinct: int
    is_exact: bool
    level: str

    @property
    def floor(self) -> float:
        """The least p-value that can come out."""
        return 1 / len(self.cohort)

    def p_value(self, statistic: Floats) -> float:
        """The share of assignments (draws,) with a statistic at least as large as the real one, itself included."""
        rounding = 1e-12 * float(np.abs(statistic).max())
        return float(np.mean(statistic >= statistic[0] - rounding))

    def sums(self, outcome: Floats, weights: Floats, n_cohorts: int, at: slice) -> tuple[Floats, Floats]:
        """Weighted sums (draws, cohorts, periods) and sizes (draws, cohorts) of the draws ``at``."""
        adding = _adding(self.movable, int(self.cohort.shape[1]))
        totals = np.column_stack([adding @ (outcome * weights[:, None]), adding @ weights])
        drawn = self.cohort[at]
        draws, movables = drawn.shape
        # Every draw deals the same numbers, so that sorting its movables by cohort is all that a sparse matrix takes.
        columns = np.argsort(drawn, axis=1, kind="stable").ravel()
        counts = np.bincount(drawn[0], minlength=n_cohorts)
        rows = np.concatenate([[0], np.cumsum(np.tile(counts, draws))])
        found = sparse.csr_array((np.ones(columns.size), columns, rows), shape=(draws * n_cohorts, movables)) @ totals
        found = found.reshape(draws, n_cohorts, -1)
        return found[:, :, :-1], found[:, :, -1]


def assignments_of(
    panel: Panel, cells: Cells, draws: int = 999, seed: int = 1, strata: Integers | None = None
) -> Assignments:
    """The real assignment, and ``draws`` others (all others where there are few); ``strata`` (units,) are codes."""
    cohort = np.searchsorted(cells.cohorts, panel.start)
    movable, level = _movables(panel, cohort)
    first = np.unique(movable, return_index=True)[1]
    of_movable = cohort[first].astype(np.int16)
    blocks = _blocks(strata, movable, first)
    n_distinct = min(COUNTED, math.prod(_ways(of_movable[block]) for block in blocks))
    if n_distinct <= max(ENUMERATED, draws + 1):
        every = np.array(list(_every(of_movable, blocks)))
        is_real = (every == of_movable).all(axis=1)
        return Assignments(np.vstack([every[is_real], every[~is_real]]), movable, n_distinct, True, level)
    rng = np.random.default_rng(seed)
    drawn = np.tile(of_movable, (draws + 1, 1))
    for block in blocks:
        drawn[1:, block] = rng.permuted(drawn[1:, block], axis=1)
    return Assignments(drawn, movable, n_distinct, False, level)


def _movables(panel: Panel, cohort: Integers) -> tuple[Integers, str]:
    """What moves together (units,): clusters where they start as one, else units."""
    lowest = np.full(panel.n_clusters, cohort.max() + 1)
    highest = np.full(panel.n_clusters, -1)
    np.minimum.at(lowest, panel.cluster, cohort)
    np.maximum.at(highest, panel.cluster, cohort)
    if panel.is_clustered and np.array_equal(lowest, highest):
        return panel.cluster, "cluster"
    return np.arange(panel.n_units), "unit"


def _blocks(strata: Integers | None, movable: Integers, first: Integers) -> list[Integers]:
    """Movables by stratum; raises PanelRefused where a movable lies in two."""
    if strata is None:
        return [np.arange(len(first))]
    of_movable = np.asarray(strata)[first]
    if not np.array_equal(of_movable[movable], strata):
        raise PanelRefused("A cluster lies in two strata, but its units start together. Give it one stratum.")
    return [np.flatnonzero(of_movable == code) for code in np.unique(of_movable)]


def _ways(cohorts: Cohorts) -> int:
    """In how many ways these could have been dealt: a multinomial coefficient."""
    ways, left = 1, len(cohorts)
    for count in np.unique(cohorts, return_counts=True)[1].tolist():
        ways *= math.comb(left, count)
        left -= count
    return ways


def _every(of_movable: Cohorts, blocks: list[Integers]) -> Iterator[Cohorts]:
    if not blocks:
        yield of_movable.copy()
        return
    for dealt in _dealt(of_movable[blocks[0]]):
        for one in _every(of_movable, blocks[1:]):
            one[blocks[0]] = dealt
            yield one


def _dealt(cohorts: Cohorts) -> Iterator[Cohorts]:
    """Every distinct order of the cohorts of one stratum."""
    kinds, counts = np.unique(cohorts, return_counts=True)

    def fill(free: tuple[int, ...], kind: int, dealt: Cohorts) -> Iterator[Cohorts]:
        if kind == len(kinds):
            yield dealt.copy()
            return
        for chosen in combinations(free, int(counts[kind])):
            dealt[list(chosen)] = kinds[kind]
            yield from fill(tuple(place for place in free if place not in chosen), kind + 1, dealt)

    yield from fill(tuple(range(len(cohorts))), 0, cohorts.copy())


def _adding(movable: Integers, n_movables: int) -> sparse.csr_array:
    units = np.arange(len(movable))
    return sparse.csr_array((np.ones(len(movable)), (movable, units)), shape=(n_movables, len(movable)))
