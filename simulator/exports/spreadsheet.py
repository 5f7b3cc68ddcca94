"""How people's spreadsheets are written: the language, marks and dates of whoever saved them.

An administrator in Groningen saves with semicolons and decimal commas, a colleague who set Excel to English with
commas and points, and the system itself with tabs. All cells are made column by column, so that a list of a million
rows costs microseconds a row.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

Cells = npt.NDArray[Any]
"""A column: an array of objects (texts), one per row."""

_MINUTES_A_DAY = 1440


@dataclass(frozen=True)
class Dialect:
    """One way to save a table. ``day`` is how a day is written (strftime); ``clock`` adds hours and minutes."""

    language: str
    delimiter: str
    encoding: str
    decimal: str
    day: str
    clock: str = "%H:%M"
    newline: str = "\r\n"

    def words(self, terms: dict[str, dict[str, str]], codes: Sequence[str] | Cells) -> Cells:
        """The words of the dialect's language for codes: ``terms`` is language → code → word. Blank stays blank."""
        said = {"": "", **terms[self.language]}
        return np.array([said[code] for code in codes], dtype=object)

    def numbers(self, values: npt.ArrayLike, digits: int = 0) -> Cells:
        """Numbers with ``digits`` behind the decimal mark; NaN is a blank cell."""
        texts = [
            ("" if value != value else f"{value:.{digits}f}") for value in np.asarray(values, dtype=float).tolist()
        ]
        if self.decimal != ".":
            texts = [text.replace(".", self.decimal) for text in texts]
        return np.array(texts, dtype=object)

    def days(self, at: npt.ArrayLike) -> Cells:
        """Days without their time; NaT is a blank cell."""
        return _looked_up(np.asarray(at, dtype="datetime64[D]"), lambda day: f"{day:{self.day}}")

    def moments(self, at: npt.ArrayLike) -> Cells:
        """Days and times, to the minute; NaT is a blank cell."""
        instants = np.asarray(at, dtype="datetime64[s]")
        return np.where(np.isnat(instants), "", self.days(instants) + " " + self.clocks(instants))

    def clocks(self, at: npt.ArrayLike) -> Cells:
        """Times of the day, to the minute; NaT is a blank cell."""
        instants = np.asarray(at, dtype="datetime64[m]")
        minutes = instants.astype(np.int64) % _MINUTES_A_DAY
        return np.where(np.isnat(instants), "", _clock_faces(self.clock)[minutes])

    def render(
        self, header: Sequence[str], columns: Sequence[Sequence[object] | Cells],
        above: Sequence[str] = (), below: Sequence[str] = (),
    ) -> bytes:  # fmt: skip
        """The file: a header and the columns below it. Lines ``above`` and ``below`` stand in the first column."""
        blank = [""] * (len(header) - 1)
        text = io.StringIO()
        writer = csv.writer(text, delimiter=self.delimiter, lineterminator=self.newline)
        writer.writerows([line, *blank] for line in above)
        writer.writerow(header)
        writer.writerows(zip(*columns, strict=True))
        writer.writerows([line, *blank] for line in below)
        return text.getvalue().encode(self.encoding)


DUTCH = Dialect("nl", ";", "windows-1252", ",", "%d-%m-%Y")
ENGLISH = Dialect("en", ",", "utf-8", ".", "%Y-%m-%d", newline="\n")
GERMAN = Dialect("de", ";", "utf-8-sig", ",", "%d.%m.%Y")
FRENCH = Dialect("fr", "\t", "utf-16", ",", "%d/%m/%Y")
"""Excel's "Unicode text" is tab-separated UTF-16."""

OFFICES = (DUTCH, ENGLISH, GERMAN, FRENCH, DUTCH, DUTCH, ENGLISH, DUTCH)
"""Who saves the month's list: mostly the same office, now and then somebody who stands in."""


def saved_by(ordinal: int) -> Dialect:
    """The dialect of the month, by its place in the period."""
    return OFFICES[ordinal % len(OFFICES)]


def _looked_up(days: npt.NDArray[np.datetime64], written: Callable[[date], str]) -> Cells:
    """Write each distinct day once."""
    distinct, places = np.unique(days, return_inverse=True)
    texts = ["" if np.isnat(day) else written(day.item()) for day in distinct]
    return np.array(texts, dtype=object)[places]


@cache
def _clock_faces(clock: str) -> Cells:
    """Every minute of a day as ``clock`` (strftime) writes it."""
    midnight = datetime(2000, 1, 1)
    return np.array([f"{midnight + timedelta(minutes=m):{clock}}" for m in range(_MINUTES_A_DAY)], dtype=object)
