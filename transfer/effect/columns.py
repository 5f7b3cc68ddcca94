"""The columns of a long table: which is what, and how they become numbers, or are refused with the first that can't."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from transfer.effect.periods import NEVER_WORDS, PanelRefused

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_DECIMAL_COMMA = re.compile(r"\s*[-+]?[\d.  ]*\d,\d+\s*")
_MOST_CATEGORIES = 50
_MISSING = NEVER_WORDS - {"never", "inf", "infinity", "+inf"}


@dataclass(frozen=True)
class Columns:
    """Which column of a long table is what. ``weights`` and ``cluster`` must be constant within a unit."""

    unit: str
    period: str
    start: str
    outcome: str
    cluster: str | None = None
    covariates: tuple[str, ...] = ()
    weights: str | None = None

    @property
    def all(self) -> tuple[str, ...]:
        some = (self.unit, self.period, self.start, self.outcome, self.cluster, *self.covariates, self.weights)
        return tuple(name for name in some if name)


def numbers(column: pd.Series, name: str) -> Floats:
    """A column as numbers, NaN where a cell is empty; raises PanelRefused at the first cell that is no number."""
    if not pd.api.types.is_numeric_dtype(column):
        empty = column.isna() | column.astype(str).str.strip().str.lower().isin(_MISSING)
        read = pd.to_numeric(column.where(~empty), errors="coerce")
        odd = read.isna() & ~empty
        if odd.any():
            raise PanelRefused(_no_number(column[odd].iloc[0], int(np.argmax(odd.to_numpy())) + 1, name))
        column = read
    values: Floats = column.to_numpy(dtype=np.float64, na_value=np.nan)
    if np.isinf(values).any():
        row = int(np.argmax(np.isinf(values))) + 1
        raise PanelRefused(f"Column {name}, row {row}: the value is infinite. Mend it, or leave it empty.")
    return values


def _no_number(value: Any, row: int, name: str) -> str:
    found = f"Column {name}, row {row}: {value!r} is no number."
    if isinstance(value, str) and _DECIMAL_COMMA.fullmatch(value):
        return f"{found} It seems to have a decimal comma: write all with a point, or say that the comma is decimal."
    return f"{found} Numbers are expected; leave a missing value empty."


def covariate(column: pd.Series, name: str) -> tuple[Floats, tuple[str, ...]]:
    """A covariate as columns (rows, k) with their names; categories become one column each, without the first."""
    is_text = not pd.api.types.is_numeric_dtype(column)
    if not is_text or pd.to_numeric(column, errors="coerce").notna().mean() > 0.5:
        return numbers(column, name)[:, None], (name,)
    is_missing = column.isna() | column.astype(str).str.strip().str.lower().isin(_MISSING)
    codes, levels = pd.factorize(column.where(~is_missing), sort=True)
    if not 1 < len(levels) <= _MOST_CATEGORIES:
        raise PanelRefused(
            f"Column {name} has {len(levels)} different texts; a covariate is a number, or 2 to {_MOST_CATEGORIES} "
            "categories. Group them, or leave the column out."
        )
    dummies = (codes[:, None] == np.arange(1, len(levels))[None, :]).astype(np.float64)
    dummies[codes < 0] = np.nan
    return dummies, tuple(f"{name}={level}" for level in levels[1:])


def constant_of_unit(column: pd.Series, units: Integers, labels: tuple[str, ...], name: str) -> pd.Series:
    """The one value that each unit has (missing where all its rows are); raises PanelRefused where there are two."""
    rows = pd.DataFrame({"unit": units, "value": column.to_numpy()})
    filled = rows.dropna(subset="value").drop_duplicates()
    twice = filled["unit"].duplicated()
    if twice.any():
        unit = int(filled["unit"][twice].iloc[0])
        found = ", ".join(repr(value) for value in filled.loc[filled["unit"] == unit, "value"].head(3))
        raise PanelRefused(
            f"Column {name} varies within unit {labels[unit]} ({found}). It must be one value per unit: "
            f"{int(filled.loc[twice, 'unit'].nunique()):,} of {len(labels):,} units have more."
        )
    return filled.set_index("unit")["value"].reindex(range(len(labels)))


def label(value: object) -> str:
    """A unit or cluster as people wrote it: 8001.0 is 8001."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
