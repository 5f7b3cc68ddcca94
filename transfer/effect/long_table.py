"""A long table becomes a balanced panel, or is refused: every silent trap is an error or a stated choice here.

    rows (unit, period, start, outcome, …) --checked--> --balanced: units with a hole are dropped, and told--> Panel

Why balance first: with missing outcomes every package estimates another population (whole units dropped, or pairs of
cells), and none says which. How a start is read, `starts` tells.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd

from transfer.effect.columns import Columns, constant_of_unit, covariate, label, numbers
from transfer.effect.panel import Dropped, Flags, Floats, Integers, Panel, Remark
from transfer.effect.periods import Calendar, PanelRefused, calendar_of
from transfer.effect.starts import starts

__all__ = ["Columns", "PanelRefused", "panel_of", "strata_of"]


def panel_of(frame: pd.DataFrame, columns: Columns) -> Panel:
    """The balanced panel of a long table; raises PanelRefused with the place and the next step."""
    _has(frame, columns)
    calendar, places = calendar_of(frame[columns.period], columns.period)
    units, labels = _units(frame[columns.unit], columns.unit)
    period = np.searchsorted(calendar.values, places - 1e-9)
    _is_unique(units, period, labels, calendar, columns)
    values, names = _values(frame, columns)
    start, coded = starts(frame, columns, units, labels, calendar)
    cube = np.full((len(labels), len(calendar.values), values.shape[1]), np.nan)
    cube[units, period] = values
    whole = Panel(
        cube[:, :, 0], start, calendar, labels, *_clusters(frame, columns, units, labels), cube[:, :, 1:], names,
        _weights(frame, columns, units, labels), coded,
    )  # fmt: skip
    return _told(_without_the_treated_from_the_first(_balanced(whole)), columns)


def strata_of(frame: pd.DataFrame, columns: Columns, name: str, panel: Panel) -> Integers:
    """Codes (units,) of the blocks within which the panel's units were drawn; raises PanelRefused where they vary."""
    units, labels = _units(frame[columns.unit], columns.unit)
    codes, _ = pd.factorize(constant_of_unit(frame[name], units, labels, name), use_na_sentinel=False)
    places = {label: at for at, label in enumerate(labels)}
    return np.array([codes[places[unit]] for unit in panel.units], dtype=np.int64)


def _has(frame: pd.DataFrame, columns: Columns) -> None:
    missing = [name for name in columns.all if name not in frame.columns]
    if missing:
        there = ", ".join(str(name) for name in frame.columns)
        raise PanelRefused(f"There is no column {', '.join(missing)}. The table has: {there}.")
    if frame.empty:
        raise PanelRefused("The table has no rows.")


def _units(column: pd.Series, name: str) -> tuple[Integers, tuple[str, ...]]:
    codes, labels = pd.factorize(column.reset_index(drop=True), sort=False)
    if (codes < 0).any():
        raise PanelRefused(f"Column {name}, row {int(np.argmax(codes < 0)) + 1}: the unit is missing. Fill it in.")
    return codes.astype(np.int64), tuple(label(one) for one in labels)


def _is_unique(
    units: Integers, period: Integers, labels: tuple[str, ...], calendar: Calendar, columns: Columns
) -> None:
    cells = units * len(calendar.values) + period
    found, first, counts = np.unique(cells, return_index=True, return_counts=True)
    if (counts > 1).any():
        row = int(first[np.argmax(counts > 1)])
        raise PanelRefused(
            f"Unit {labels[units[row]]} has {counts.max()} rows in period {calendar.labels[period[row]]} (columns "
            f"{columns.unit}, {columns.period}); {int((counts > 1).sum()):,} of {len(found):,} cells are there more "
            "than once. A panel has one row per unit and period: add them up, or name the column that tells them apart."
        )


def _values(frame: pd.DataFrame, columns: Columns) -> tuple[Floats, tuple[str, ...]]:
    """The outcome and the covariates of all rows, (rows, 1 + k), and the covariates' names."""
    found = [covariate(frame[name], name) for name in columns.covariates]
    blocks = [numbers(frame[columns.outcome], columns.outcome)[:, None], *(block for block, _ in found)]
    return np.hstack(blocks), tuple(name for _, names in found for name in names)


def _clusters(
    frame: pd.DataFrame, columns: Columns, units: Integers, labels: tuple[str, ...]
) -> tuple[Integers, tuple[str, ...]]:
    if columns.cluster is None or columns.cluster == columns.unit:
        return np.arange(len(labels)), labels
    values = constant_of_unit(frame[columns.cluster], units, labels, columns.cluster)
    codes, found = pd.factorize(values)
    if (codes < 0).any():
        unit = labels[int(np.argmax(codes < 0))]
        raise PanelRefused(f"Column {columns.cluster}: unit {unit} has no cluster. Fill it in.")
    return codes.astype(np.int64), tuple(label(one) for one in found)


def _weights(frame: pd.DataFrame, columns: Columns, units: Integers, labels: tuple[str, ...]) -> Floats:
    if columns.weights is None:
        return np.ones(len(labels))
    read = pd.Series(numbers(frame[columns.weights], columns.weights))
    values = constant_of_unit(read, units, labels, columns.weights).to_numpy(dtype=np.float64)
    if not np.all(values > 0):
        unit = labels[int(np.argmax(~(values > 0)))]
        raise PanelRefused(f"Column {columns.weights}: the weight of unit {unit} is not above 0.")
    normed: Floats = values / values.mean()
    return normed


def _balanced(panel: Panel) -> Panel:
    """Without the units that lack an outcome or a covariate somewhere, each told with the first hole."""
    holes = np.isnan(panel.outcome) | np.isnan(panel.covariates).any(axis=2)
    incomplete = holes.any(axis=1)
    dropped = tuple(
        Dropped(panel.units[unit], _hole(holes[unit], np.isnan(panel.outcome[unit]).any(), panel.calendar))
        for unit in np.flatnonzero(incomplete)
    )
    if incomplete.all():
        raise PanelRefused(
            f"No unit is observed in all {panel.n_periods} periods ({dropped[0].unit}: {dropped[0].reason}). "
            "Keep the periods that most units have, or say which units are one."
        )
    panel = replace(panel, coverage=float(1 - holes.mean()), missing_around_start=_around_start(panel, holes))
    return replace(_kept(panel, np.logical_not(incomplete)), dropped=(*panel.dropped, *dropped)) if dropped else panel


def _around_start(panel: Panel, holes: Flags) -> tuple[str, ...]:
    """Treated units that lack the period of their start, or the one before."""
    first = panel.first_treated
    last = panel.n_periods - 1
    found = (first <= last) & (holes[np.arange(panel.n_units), np.minimum(first, last)])
    found |= (first <= last) & (first > 0) & holes[np.arange(panel.n_units), np.clip(first - 1, 0, last)]
    return tuple(panel.units[unit] for unit in np.flatnonzero(found))


def _hole(holes: Flags, is_outcome: bool, calendar: Calendar) -> str:
    what = "outcome" if is_outcome else "covariate"
    first = calendar.labels[int(np.argmax(holes))]
    return f"no {what} in {int(holes.sum())} of {len(holes)} periods (first: {first})"


def _without_the_treated_from_the_first(panel: Panel) -> Panel:
    """Units that were treated from the first period on have no period before: nothing can be said of their change."""
    early: Flags = np.less_equal(panel.start, panel.calendar.values[0] + 1e-9)
    if not early.any():
        return panel
    why = f"treated from the first period ({panel.calendar.labels[0]}) on, so that there is no period before"
    dropped = tuple(Dropped(panel.units[unit], why) for unit in np.flatnonzero(early))
    return replace(_kept(panel, ~early), dropped=(*panel.dropped, *dropped))


def _kept(panel: Panel, kept: Flags) -> Panel:
    some = panel.of(kept)
    return replace(some, weights=some.weights / some.weights.mean()) if kept.any() else some


def _told(panel: Panel, columns: Columns) -> Panel:
    """The panel with remarks on what its reader must know; refused where nobody is treated, or nothing changes."""
    if not panel.is_treated.any():
        lost = f" {len(panel.dropped):,} units were dropped: {panel.dropped[0].reason}." if panel.dropped else ""
        raise PanelRefused(
            f"Column {columns.start}: no unit starts after the first period ({panel.calendar.labels[0]}) and by the "
            f"last ({panel.calendar.labels[-1]}).{lost}"
        )
    if np.ptp(panel.outcome) == 0:
        raise PanelRefused(
            f"Column {columns.outcome} is {panel.outcome[0, 0]:g} in every row: there is nothing to compare."
        )
    return replace(panel, remarks=tuple(_remarks(panel)))


def _remarks(panel: Panel) -> list[Remark]:
    found = [
        Remark("never_coded", f"{count:,} units are never treated: their start is {how}.")
        for how, count in panel.never_coded.items()
    ]
    reasons = Counter(one.reason.split(" (")[0].split(" in ")[0] for one in panel.dropped)
    found += [Remark("dropped", f"{count:,} units were dropped: {reason}.") for reason, count in reasons.items()]
    cohorts = Counter(panel.start[panel.is_treated].tolist())
    if alone := [start for start, count in cohorts.items() if count == 1]:
        found.append(Remark(
            "cohort_of_one",
            f"{len(alone)} of {len(cohorts)} cohorts hold one unit only: their own standard errors mean nothing.",
        ))  # fmt: skip
    if panel.calendar.has_gaps:
        found.append(Remark("gaps", "Periods are unevenly spaced; event time counts the real distance."))
    if panel.calendar.unit not in ("period", "month"):
        found.append(Remark("step", f"Event time counts steps of one {panel.calendar.unit}."))
    return found
