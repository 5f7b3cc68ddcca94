"""A file that an analyst brings becomes the columns of a panel: any encoding, delimiter or decimal mark.

    FILE --connectors' reading room--> text cells --decimal mark--> DataFrame of the columns that were asked for

The reading room is the one that drafts connectors, so a file is read here as it would be when it landed. Cells stay
text until their whole column says how numbers are written: a column is read with one mark, or not at all.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from connectors.drafting.opening import Opened, opened
from connectors.errors import SettingsError
from pipelines.effect_options import Decimal
from transfer.effect.long_table import Columns

_WITH_COMMA = re.compile(r"[-+]?(?:\d{1,3}(?:[.\s']\d{3})+|\d*),\d+")
_SURELY_DECIMAL = re.compile(r"[-+]?0?,\d+|.*,(?:\d{1,2}|\d{4,})|.*[.\s'].*,\d+")
_WITH_POINT = re.compile(r"[-+]?(?:0|\d{4,})?\.\d+|[-+]?\d{1,3}\.(?:\d{1,2}|\d{4,})")
_GROUPED = re.compile(r"[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")


def columns_of(
    path: Path, columns: Columns, strata: str | None, *, sheet: str | None, decimal: Decimal
) -> pd.DataFrame:
    """The columns of a panel as text; those that are measured have a decimal point.

    Raises OriginalRefused for a file that can't be read, SettingsError for a column that isn't there, or whose
    numbers can be read in two ways.
    """
    with tempfile.TemporaryDirectory(prefix="throughline-") as scratch, opened(path, Path(scratch), sheet) as table:
        _is_whole(table, path)
        frame = _cells(table, [*columns.all, *([strata] if strata else [])], path)
    for name in {columns.outcome, *columns.covariates, *([columns.weights] if columns.weights else [])}:
        frame[name] = _with_point(frame[name], name, decimal)
    return frame


def _is_whole(table: Opened, path: Path) -> None:
    if table.ragged:
        raise SettingsError(
            f"{path.name}, line {min(table.ragged)}: more or fewer cells than the header has ({len(table.names)}); "
            f"{len(table.ragged):,} lines are so. Quote the cells that hold the delimiter, or mend the lines."
        )


def _cells(table: Opened, wanted: Sequence[str], path: Path) -> pd.DataFrame:
    names = list(dict.fromkeys(wanted))
    missing = [name for name in names if name not in table.names]
    if missing:
        there = ", ".join(name for name in table.names if name)
        raise SettingsError(f"{path.name} has no column {', '.join(missing)}. It has: {there}.")
    twice = [name for name in names if table.names.count(name) > 1]
    if twice:
        raise SettingsError(f"{path.name} has more than one column {', '.join(twice)}. Rename or delete the others.")
    chosen = ", ".join(f"c{table.names.index(name)}" for name in names)
    rows: pd.DataFrame = table.connection.execute(f"SELECT {chosen} FROM {table.source.view} ORDER BY source_line").df()
    return rows.set_axis(names, axis=1)


def _with_point(column: pd.Series, name: str, decimal: Decimal) -> pd.Series:
    """The numbers of a column with a decimal point and without marks between thousands; other texts stay."""
    if column.isna().all():
        return column
    if decimal is Decimal.AUTO:
        texts = pd.Series(column.dropna().unique())
        decimal = _mark(texts[texts.str.contains(",", regex=False)], texts, name)
    if decimal is Decimal.COMMA:
        whole = column.str.replace(r"(?<=\d)[.\s'](?=\d{3}(?:\D|$))", "", regex=True)
        return whole.str.replace(",", ".", regex=False)
    is_grouped = column.str.fullmatch(_GROUPED.pattern, na=False)
    return column.where(~is_grouped, column.str.replace(",", "", regex=False)) if is_grouped.any() else column


def _mark(with_comma: pd.Series, texts: pd.Series, name: str) -> Decimal:
    """The decimal mark of a column's texts; raises SettingsError where it could be either."""
    if with_comma.empty or not with_comma.str.fullmatch(_WITH_COMMA.pattern).all():
        return Decimal.POINT
    is_comma = with_comma.str.fullmatch(_SURELY_DECIMAL.pattern).any()
    is_point = texts.str.fullmatch(_WITH_POINT.pattern).any()
    if is_comma == is_point:
        raise SettingsError(
            f"Column {name}: {with_comma.iloc[0]!r} may be above a thousand or not"
            + (", and the column holds decimal points as well" if is_point else "")
            + ". Say which: --decimal comma or --decimal point."
        )
    return Decimal.COMMA if is_comma else Decimal.POINT
