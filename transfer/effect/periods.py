"""Periods and starts, as people write them, on one numeric axis, so that event time is a difference.

    2004, 2005 …            years, or any numbers: the axis is the number itself, gaps included
    2024-03, 202403, Q1     months or quarters: counted, in steps of the commonest spacing
    2024-03-01, datetimes   days of a month → months; other days → days, in steps of their spacing

A number keeps its own distance because published tables do (the R package `did` takes values as they are): years
2003, 2005, 2007 are two apart. Months and days have no such number, so they count in steps of the panel.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]

NEVER_WORDS = frozenset({"", "na", "n/a", "nan", "nat", "none", "null", "never", "inf", "infinity", "+inf", ".", "-"})
"""Texts that say of a start that there was none; compared without case and spaces around."""


_MONTH = re.compile(r"(\d{4})[-/]?(0[1-9]|1[0-2])|(\d{4})[-/ ]?[mM](\d{1,2})")
_QUARTER = re.compile(r"(\d{4})[-/ ]?[qQ]([1-4])")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}([T ].*)?")
_EXPECTED = "numbers (years, 1 to T), months (2024-03), quarters (2024Q1) or dates (2024-03-01)"


class PanelRefused(ValueError):
    """A table can't be used as a panel. The message says where, what was found, what was expected, and what to do."""


@dataclass(frozen=True)
class Calendar:
    """How the periods of a panel lie on a line.

    ``values`` (periods,) ascend; ``labels`` are what people wrote; ``unit`` names one step: period, month, quarter,
    week, day; ``place`` puts a start on the same line and raises PanelRefused where it can't.
    """

    values: Floats
    labels: tuple[str, ...]
    unit: str
    place: Callable[[Any], float]

    @property
    def has_gaps(self) -> bool:
        """Whether the periods are unevenly spaced, so that event times are, too."""
        steps = np.diff(self.values)
        return bool(len(steps) and not np.allclose(steps, steps[0]))


def calendar_of(column: pd.Series, name: str) -> tuple[Calendar, Floats]:
    """The calendar of a period column, and each row's place in it.

    Raises PanelRefused where a row has no period, or where the periods are written in more than one way.
    """
    codes, distinct = pd.factorize(column.reset_index(drop=True), use_na_sentinel=True)
    if (codes < 0).any():
        raise PanelRefused(f"Column {name}, row {int(np.argmax(codes < 0)) + 1}: the period is missing. Fill it in.")
    unit, read = _notation(list(distinct), name)
    places = np.array([read(value) for value in distinct], dtype=np.float64)
    values, first = np.unique(places, return_index=True)
    step, unit = _step(values, unit)

    def place(value: Any) -> float:
        found = read(value)
        if found is None:
            raise PanelRefused(f"A start {value!r} is no period of the kind of column {name} ({distinct[0]!r} …).")
        return found / step

    return Calendar(values / step, tuple(_label(distinct[at]) for at in first), unit, place), (places / step)[codes]


def never(value: Any) -> str | None:
    """How a start says that there was none: 0, empty or infinite; None where it names a period."""
    if isinstance(value, str) and value.strip().lower() in NEVER_WORDS:
        return "infinite" if "inf" in value.lower() else "empty"
    if value is None or value is pd.NaT or value is pd.NA:
        return "empty"
    number = _number(value)
    if number is None:
        return None
    if not math.isfinite(number):
        return "empty" if math.isnan(number) else "infinite"
    return "0" if number == 0 else None


def _notation(values: Sequence[Any], name: str) -> tuple[str, Callable[[Any], float | None]]:
    """What one step of the periods is called, and what reads them and the starts."""
    if all(_month(value) is not None for value in values):
        return "month", lambda value: _first_of(_month, _month_of_day, value)
    if all(_finite(value) is not None for value in values):
        return "period", _finite
    if all(_quarter(value) is not None for value in values):
        return "quarter", lambda value: _first_of(_quarter, _quarter_of_day, value)
    days = [_day(value) for value in values]
    if all(day is not None for day in days):
        dates = [day for day in days if day is not None]
        is_monthly = all(day.day == 1 for day in dates) or all(day.is_month_end for day in dates)
        return ("month", lambda value: _first_of(_month_of_day, _month, value)) if is_monthly else ("day", _days)
    odd = next(
        (value for value in values if all(read(value) is None for read in (_month, _finite, _quarter, _days))), ""
    )
    what = f"{odd!r} is no period" if odd != "" else "periods are written in several ways"
    raise PanelRefused(f"Column {name}: {what}. Expected all of one kind: {_EXPECTED}.")


def _step(values: Floats, unit: str) -> tuple[float, str]:
    """How far one step is, and its name; a number keeps its own distance."""
    if unit == "period" or len(values) < 2:
        return 1.0, unit
    step = float(np.gcd.reduce(np.diff(values).round().astype(np.int64)))
    named = {("month", 3.0): "quarter", ("month", 12.0): "year", ("day", 7.0): "week", ("quarter", 4.0): "year"}
    return step, named.get((unit, step), unit if step == 1 else f"{step:g} {unit}s")


def _first_of(read: Callable[[Any], float | None], other: Callable[[Any], float | None], value: Any) -> float | None:
    found = read(value)
    return other(value) if found is None else found


def _number(value: Any) -> float | None:
    if isinstance(value, str | int | float | np.number) and not isinstance(value, bool):
        try:
            return float(value)
        except ValueError:
            return None
    return None


def _finite(value: Any) -> float | None:
    number = _number(value)
    return number if number is not None and math.isfinite(number) else None


def _month(value: Any) -> float | None:
    """Months since year 0; an integer is one where it reads as YYYYMM."""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        value = int(value)
    if isinstance(value, pd.Period):
        return float(value.year * 12 + value.month - 1)
    found = _MONTH.fullmatch(str(value).strip()) if isinstance(value, str | int | np.integer) else None
    if found is None:
        return None
    year, month = (int(part) for part in found.groups() if part)
    return float(year * 12 + month - 1) if 1800 <= year < 2200 and 1 <= month <= 12 else None


def _quarter(value: Any) -> float | None:
    found = _QUARTER.fullmatch(str(value).strip()) if isinstance(value, str) else None
    return float(int(found[1]) * 4 + int(found[2]) - 1) if found else None


def _day(value: Any) -> Any:
    """A date as a pandas Timestamp without zone, or None."""
    if isinstance(value, str) and not _DAY.fullmatch(value.strip()):
        return None
    if not isinstance(value, str | date | np.datetime64):
        return None
    try:
        return pd.Timestamp(value).tz_localize(None).normalize()
    except ValueError:
        return None


def _days(value: Any) -> float | None:
    day = _day(value)
    return None if day is None else float(day.toordinal())


def _month_of_day(value: Any) -> float | None:
    day = _day(value)
    return None if day is None else float(day.year * 12 + day.month - 1)


def _quarter_of_day(value: Any) -> float | None:
    month = _first_of(_month, _month_of_day, value)
    return None if month is None else float(month // 3)


def _label(value: Any) -> str:
    """A period as people wrote it; 2004.0 is 2004, and midnight isn't told."""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    if isinstance(value, date | np.datetime64):
        return str(pd.Timestamp(value)).removesuffix(" 00:00:00")
    return str(value).strip()
