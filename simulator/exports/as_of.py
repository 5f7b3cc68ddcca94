"""Asking the company about people on the day on which something happened, many rows at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

Lookup = Callable[[npt.NDArray[np.int64], date], npt.NDArray[Any]]
"""Such as ``company.emails_at``: one value per person, as it was on that day."""


def as_of(lookup: Lookup, persons: npt.ArrayLike, at: npt.ArrayLike) -> npt.NDArray[Any]:
    """What ``lookup`` says of each person on the day of ``at``; blank for nobody (a person below 0).

    Rows are grouped by day, so that a month costs about thirty questions however many rows it has.
    """
    people = np.asarray(persons, dtype=np.int64)
    days = np.asarray(at, dtype="datetime64[D]")
    found = np.full(len(people), "", dtype=object)
    known = np.flatnonzero(people >= 0)
    order = known[np.argsort(days[known], kind="stable")]
    if not len(order):
        return found
    distinct, starts = np.unique(days[order], return_index=True)
    for day, rows in zip(distinct, np.split(order, starts[1:]), strict=True):
        found[rows] = lookup(people[rows], day.item())
    return found
