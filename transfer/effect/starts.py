"""When each unit started, and how the table says that one never did.

A start is never taken as it stands. A never-treated unit coded as missing is lost by two packages of three, without
a word, and the last cohort becomes the control group; a start that varies within a unit is taken by one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pandas as pd

from transfer.effect.columns import Columns, label
from transfer.effect.panel import Floats, Integers
from transfer.effect.periods import Calendar, PanelRefused, never


def starts(
    frame: pd.DataFrame, columns: Columns, units: Integers, labels: tuple[str, ...], calendar: Calendar
) -> tuple[Floats, dict[str, int]]:
    """Each unit's start on the calendar's axis, inf for never; and how many units said "never" in which way.

    Raises PanelRefused for a start that varies within a unit, that is no period, or that is an indicator.
    """
    codes, distinct = pd.factorize(frame[columns.start].reset_index(drop=True), use_na_sentinel=False)
    said = [never(value) for value in distinct]
    # One mark for every way of saying "never", so that a unit may say it in two ways, but not sometimes.
    marks = pd.Series([-1.0 if how else float(at) for at, how in enumerate(said)])[codes].reset_index(drop=True)
    places = np.array([np.inf if how else calendar.place(value) for value, how in zip(distinct, said, strict=True)])
    _zero_is_no_period(said, calendar, columns)
    _start_is_constant(marks, units, labels, distinct, columns)
    first_row = np.unique(units, return_index=True)[1]
    of_unit = codes[first_row]
    start = places[of_unit]
    beyond = np.isfinite(start) & (start > calendar.values[-1] + 1e-9)
    coded = Counter(how for how in (said[code] for code in of_unit) if how)
    if beyond.any():
        coded["beyond the panel's end"] = int(beyond.sum())
    start = np.where(beyond, np.inf, start)
    _is_no_indicator(start, calendar, columns)
    return start, dict(coded)


def _zero_is_no_period(said: list[str | None], calendar: Calendar, columns: Columns) -> None:
    if "0" in said and calendar.unit == "period" and calendar.values[0] <= 0 <= calendar.values[-1]:
        raise PanelRefused(
            f"Column {columns.start} holds 0, which would mean never, but 0 is also a period of column "
            f"{columns.period}. Number the periods from 1, or leave the start of never-treated units empty."
        )


def _start_is_constant(
    marks: pd.Series, units: Integers, labels: tuple[str, ...], distinct: Sequence[object], columns: Columns
) -> None:
    rows = pd.DataFrame({"unit": units, "mark": marks.to_numpy()}).drop_duplicates()
    twice = rows["unit"].duplicated()
    if twice.any():
        unit = int(rows["unit"][twice].iloc[0])
        found = ["never" if mark < 0 else label(distinct[int(mark)]) for mark in rows.loc[rows["unit"] == unit, "mark"]]
        raise PanelRefused(
            f"Column {columns.start} varies within unit {labels[unit]} ({', '.join(found[:4])}); so do "
            f"{int(rows.loc[twice, 'unit'].nunique()):,} of {len(labels):,} units. Expected: the first treated period, "
            "the same in every row of a unit; 0 or empty for a unit that is never treated."
        )


def _is_no_indicator(start: Floats, calendar: Calendar, columns: Columns) -> None:
    """A 0/1 column beside years would drop every treated unit as "treated before the first period"."""
    began = start[np.isfinite(start)]
    if len(began) and np.all(began == 1) and calendar.unit == "period" and calendar.values[0] > 1:
        raise PanelRefused(
            f"Column {columns.start} holds only 0 and 1: it seems to say whether a unit is treated, not from which "
            f"period on. Give the first treated period, on the scale of {columns.period} ({calendar.labels[0]} to "
            f"{calendar.labels[-1]})."
        )
