"""A file of simulated statements to measure with: as many as asked for, valid, as repetitive as real ones.

    made-up enrolments --simulator's players--> rows --delivery--> stored --templates--> one NDJSON file

The world is left out: who learns what is a plain draw, so that a million statements take seconds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt

from simulator.exports.files import ZONE
from simulator.exports.xapi.clocks import WallClock
from simulator.exports.xapi.delivery import STORES, Delivery
from simulator.exports.xapi.filling import Writer
from simulator.exports.xapi.happened import forms_of
from simulator.exports.xapi.players import Attempts, Completions, Players, Sittings
from simulator.exports.xapi.rows import COMPLETED, FIRST_ATTEMPT, MOMENT_BITS, Moments, Rows, instant
from simulator.recipe import Delivery as Plan
from simulator.world.accounts import Actor
from simulator.world.catalogue import LRS, Offering, catalogue
from simulator.world.period import DEFAULT_END, Period, Streams

PEOPLE = 10_000
ENROLMENTS = 1_000
"""Enrolments that are told at a time: some 20,000 statements."""
MOST_SITTINGS, DAYS_APART = 6, 3

Progress = Callable[[int, int], None]
"""Told now and then: statements written, statements asked for."""


def write_statements(path: Path, count: int, seed: int = 7, progress: Progress | None = None) -> int:
    """Write exactly ``count`` statements, one per line, in the order of ``stored`` within each stretch of time.

    The same arguments give the same bytes. Returns the size in bytes.
    """
    written = 0
    with path.open("wb") as file:
        for lines in _stretches(seed):
            kept = [_described(line) for line in lines[: count - written]]
            file.write("".join([f"{line}\n" for line in kept]).encode())
            written += len(kept)
            if progress is not None:
                progress(written, count)
            if written == count:
                break
        return file.tell()


def _described(line: str) -> str:
    """As an LRS sends it whose activities have a description in three languages: about 1.5 kB."""
    return _NAMED.sub(_with_descriptions, line)


_NAMED = re.compile(r'"definition":\{"name":\{"en":"([^"]*)"\}')


def _with_descriptions(named: re.Match[str]) -> str:
    title = named[1]
    told = {language: text.format(title=title) for language, text in _DESCRIPTIONS.items()}
    return f'"definition":{{"name":{{"en":"{title}"}},"description":{json.dumps(told, separators=(",", ":"))}'


_DESCRIPTIONS = {
    "en": "{title}: what it is about, whom it is for, and what one can do afterwards that one could not do before.",
    "nl": "{title}: waar het over gaat, voor wie het is, en wat men daarna kan dat men daarvoor niet kon.",
    "de": "{title}: worum es geht, wer angesprochen ist, und was man danach kann, was man vorher nicht konnte.",
}


def _stretches(seed: int) -> Iterator[list[str]]:
    """Stretches of statements without end."""
    streams, period = Streams(seed), Period(DEFAULT_END, 12)
    offerings = tuple(offering for offering in catalogue(period) if offering.tool == LRS)
    clock = WallClock(ZONE, range(period.start.year - 10, period.end.year + 3))
    writer = Writer(streams, offerings, _actors(), clock, STORES["xapi"])
    players = Players(streams, offerings, interactions=1)
    delivery = Delivery(streams, Plan(), STORES["xapi"], date(period.end.year + 2, 12, 31))
    rng = streams.of("benchmark")
    for ordinal in range(1 << 30):
        told = players.tell(*_enrolments(ordinal, offerings, period, rng))
        rows = delivery.deliver(told, period.start)
        stored: Rows = rows[np.argsort(rows["stored"], kind="stable")]
        yield writer.lines(stored, np.array(writer.ids(stored), dtype=object)).tolist()


def _actors() -> list[Actor]:
    return [
        Actor(person, f"{1000 + 7 * person:06d}", f"mailto:learner.{person}@example.com", is_matchable=True)
        for person in range(PEOPLE)
    ]


def _enrolments(
    ordinal: int, offerings: tuple[Offering, ...], period: Period, rng: np.random.Generator
) -> tuple[Sittings, Attempts, Completions]:
    """Some enrolments with one to six sittings each, days apart; most end with a test or without one."""
    offering = rng.integers(0, len(offerings), ENROLMENTS)
    sittings = rng.integers(1, MOST_SITTINGS + 1, ENROLMENTS)
    starts = rng.integers(0, 86_400 * 330, ENROLMENTS).astype("timedelta64[s]")
    whole = Moments(
        ordinal * ENROLMENTS + np.arange(ENROLMENTS), rng.integers(0, PEOPLE, ENROLMENTS), offering, sittings,
        forms_of(offerings)[offering], (instant(period.start) + starts).astype("datetime64[ms]"),
    )  # fmt: skip
    seconds = rng.integers(300, 3600, int(sittings.sum()))
    sat = whole.where(np.repeat(np.arange(ENROLMENTS), sittings))
    number = np.arange(len(seconds)) - np.repeat(np.cumsum(sittings) - sittings, sittings) + 1
    at = sat.at + _days(number - 1)
    told = replace(sat, moment=number, at=at, session=sat.enrolment << MOMENT_BITS | number)
    ends = whole.at + _days(sittings - 1) + np.timedelta64(3_900_000, "ms")
    finishes = rng.random(ENROLMENTS) < 0.75
    is_tested = np.array([one.course.pass_mark is not None for one in offerings])[offering] & finishes
    tests = replace(whole, moment=np.full(ENROLMENTS, FIRST_ATTEMPT), at=ends).where(is_tested)
    tests = replace(tests, session=tests.enrolment << MOMENT_BITS | FIRST_ATTEMPT)
    done = replace(whole, moment=np.full(ENROLMENTS, COMPLETED), at=ends).where(finishes)
    spent = np.add.reduceat(seconds, np.cumsum(sittings) - sittings)[finishes]
    score = np.round(rng.uniform(40, 100, len(tests.enrolment)))
    return (
        Sittings(told, seconds, np.round(number / np.repeat(sittings, sittings), 2)),
        Attempts(tests, score, score >= 60),
        Completions(done, spent),
    )


def _days(count: npt.NDArray[np.int64]) -> npt.NDArray[np.timedelta64]:
    return (count * DAYS_APART * 86_400_000).astype("timedelta64[ms]")
