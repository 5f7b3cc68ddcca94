"""Whose something was on a day, where several persons lay claim to it at different times.

    A ──────────┤                    an address of A, who left
                        ├─────────   the same address, given to B
    AAAAAAAAAAAA????????BBBBBBBBBB   what may be said of it

Before the first claim it is the first one's, since records begin before HR's do; after the last one it is the last
one's, since records arrive late. Between two persons, and where both claim it at once, nobody can tell.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby, pairwise

import pandas as pd

ALWAYS, STILL = date.min, date.max
"""Stand for "from the beginning" and "to the end" of an interval."""


@dataclass(frozen=True)
class Claim:
    """Somebody (``person`` is None: nobody can tell who) held it on the days in [``since``, ``until``)."""

    person: str | None
    since: date
    until: date


def timeline(claims: Iterable[Claim]) -> list[Claim]:
    """Half-open stretches without gaps or overlaps from ALWAYS to STILL; claims that contradict each other are None."""
    held = [claim for claim in claims if claim.since < claim.until]
    if not held:
        return [Claim(None, ALWAYS, STILL)]
    days = sorted({ALWAYS, STILL, *(claim.since for claim in held), *(claim.until for claim in held)})
    stretches = [(since, until, _claimants(held, since, until)) for since, until in pairwise(days)]
    told = [Claim(_told(stretches, place), since, until) for place, (since, until, _) in enumerate(stretches)]
    return list(_joined(told))


Stretch = tuple[date, date, frozenset[str | None]]


def day_of(moment: object, otherwise: date) -> date:
    """A day as data frames hold it; ``otherwise`` where they hold none."""
    return otherwise if pd.isna(moment) else pd.Timestamp(moment).date()


def dated(stretch: Claim) -> tuple[date | None, date | None]:
    """First day and first day after it, None for always and still."""
    return (
        None if stretch.since == ALWAYS else stretch.since,
        None if stretch.until == STILL else stretch.until,
    )


def without(stretch: Claim, days: Collection[date]) -> list[Claim]:
    """The stretch in parts, those on the ``days`` nobody's."""
    lost = {day for day in days if stretch.since <= day < stretch.until}
    ends = sorted({stretch.since, stretch.until, *lost, *(day + timedelta(days=1) for day in lost)})
    parts = (Claim(None if since in lost else stretch.person, since, until) for since, until in pairwise(ends))
    return list(_joined(parts))


def _claimants(held: list[Claim], since: date, until: date) -> frozenset[str | None]:
    return frozenset(claim.person for claim in held if claim.since <= since and until <= claim.until)


def _told(stretches: list[Stretch], place: int) -> str | None:
    """Who it was in a stretch: its only claimant; in one without, whoever had it before and has it after."""
    claimants = stretches[place][2]
    if not claimants:
        before = next((found for _, _, found in reversed(stretches[:place]) if found), frozenset())
        after = next((found for _, _, found in stretches[place + 1 :] if found), frozenset())
        claimants = before | after
    return next(iter(claimants)) if len(claimants) == 1 else None


def _joined(told: Iterable[Claim]) -> Iterator[Claim]:
    for person, stretch in groupby(told, key=lambda claim: claim.person):
        first, *rest = stretch
        yield Claim(person, first.since, (rest or [first])[-1].until)
