"""A statement before it is text: one row of numbers, under two hundred bytes, so that millions can be sorted and held.

event = enrolment | moment | step       what was said is numbered once and for all: both LRSs, every redelivery
                                        and every later month come to the same number, and with it the same id
moment = sitting, attempt, marking or completion of the enrolment
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import numpy.typing as npt

from simulator.exports.xapi.draws import Numbers
from simulator.exports.xapi.statements import PLACES

Rows = npt.NDArray[np.void]
Flags = npt.NDArray[np.bool_]

ROW = np.dtype(
    [
        ("event", "i8"), ("copy", "i1"),  # RESENT_COPY, BROKEN_COPY: the same event under an id of its own
        ("shape", "i2"), ("form", "i1"),  # places in SHAPES and FORMS
        ("role", "i1"), ("note", "i8"),  # what was planted: place in ROLES, and what DETAILS make of the note
        ("person", "i8"), ("offering", "i8"), ("part", "i2"), ("item", "i2"),
        ("session", "i8"),  # enrolment | moment
        ("at", "M8[ms]"),  # by the device's clock, local
        ("stored", "M8[ms]"),  # by the LRS's clock, local; NaT until it is known
        # What the result holds: slots of the same name in RESULTS. A video was watched from 0 to ``leap``, and from
        # ``landing`` to ``time``.
        ("seconds", "i8"), ("percent", "i2"), ("raw", "f8"), ("scaled", "f8"), ("success", "?"),
        ("time", "f8"), ("time_to", "f8"), ("progress", "f8"), ("leap", "f8"), ("landing", "f8"),
    ]
)  # fmt: skip

ROLES = (
    "normal", "late", "skewed", "voided", "void", "resent", "conflict", "group", "planned", "invalid",
)  # fmt: skip
NORMAL, LATE, SKEWED, VOIDED, VOID, RESENT, CONFLICT, GROUP, PLANNED, INVALID = range(len(ROLES))

RESENT_COPY, BROKEN_COPY = 1, 2
MOMENT_BITS, STEP_BITS, COPY_BITS = 10, 14, 2
FIRST_ATTEMPT, MARKED, COMPLETED = 512, 1022, 1023
"""Moments from 1 are sittings, from here on attempts; one is the marking by an administrator, one the completion."""
MOST_INTERACTIONS = 1 << (STEP_BITS - 1)


@dataclass(frozen=True)
class Moments:
    """Sittings, attempts or completions, side by side: whose, of what, which, and when (``datetime64[ms]``, local)."""

    enrolment: Numbers
    person: Numbers
    offering: Numbers
    moment: Numbers
    form: npt.NDArray[np.int8]
    at: npt.NDArray[np.datetime64]
    session: Numbers = field(default_factory=lambda: np.empty(0, np.int64))

    def __post_init__(self) -> None:
        if len(self.session) != len(self.moment):
            object.__setattr__(self, "session", self.enrolment << MOMENT_BITS | self.moment)

    def where(self, index: Flags | Numbers) -> Moments:
        """Some of them."""
        names = ("enrolment", "person", "offering", "moment", "form", "at", "session")
        return replace(self, **{name: getattr(self, name)[index] for name in names})

    def say(self, shape: str, step: int, after: npt.ArrayLike = 0, **values: npt.ArrayLike) -> Rows:
        """One statement at each: ``step`` tells it from the others there, ``after`` is in seconds."""
        rows = np.zeros(len(self.enrolment), ROW)
        rows["event"] = (self.enrolment << MOMENT_BITS | self.moment) << STEP_BITS | step
        rows["shape"], rows["form"] = PLACES[shape], self.form
        rows["person"], rows["offering"], rows["session"] = self.person, self.offering, self.session
        rows["at"] = self.at + np.multiply(after, 1000).astype("timedelta64[ms]")
        rows["stored"] = np.datetime64("NaT")
        for name, value in values.items():
            rows[name] = value
        return rows


def enrolments(rows: Rows) -> Numbers:
    """The enrolment that each row is about."""
    numbers: Numbers = rows["event"] >> (MOMENT_BITS + STEP_BITS)
    return numbers


def joined(*parts: Rows) -> Rows:
    """One after the other."""
    return np.concatenate([np.empty(0, ROW), *parts])


def instant(day: date) -> np.datetime64:
    """Midnight at which ``day`` begins."""
    return np.datetime64(day, "ms")
