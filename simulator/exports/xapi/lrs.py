"""An LRS as an export: month by month from what happened to its dumps.

    Happenings → sittings, attempts, completions → Players → Delivery → rows on their way → Writer → Dump
                                     (Mistakes) ──────────────┘

A month is told in stretches, so that memory holds the statements of one stretch, those that are on their way, and
what `progress` keeps; not the month's.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import chain

import numpy as np
import pandas as pd

from simulator.exports.files import ZONE, Folder
from simulator.exports.xapi.broken import RULES, broken
from simulator.exports.xapi.clocks import WallClock
from simulator.exports.xapi.delivery import STORES, Delivery
from simulator.exports.xapi.draws import Draws
from simulator.exports.xapi.dumps import BROKEN_OFF_DUMP, Dump, files_of
from simulator.exports.xapi.filling import Writer
from simulator.exports.xapi.happened import Month, forms_of, month_of, of_players
from simulator.exports.xapi.mistakes import Mistakes
from simulator.exports.xapi.players import LEAD_SECONDS, Players
from simulator.exports.xapi.progress import Progress
from simulator.exports.xapi.rows import BROKEN_COPY, COPY_BITS, INVALID, NORMAL, Rows, enrolments, instant, joined
from simulator.exports.xapi.sent import Listing, Sent
from simulator.world.happenings import Happenings
from simulator.world.world import World

STRETCH = 20_000
"""Statements that are told at a time, about."""


class Lrs:
    """One of the two LRSs; the folder's tool says which."""

    def __init__(self, world: World, folder: Folder, listing: Listing = "all") -> None:
        """``listing``: whether :meth:`take_sent` tells of every statement, or only of those that are ``planted``."""
        store, streams, plan, period = STORES[folder.tool], world.streams, world.recipe.delivery, world.period
        clock = WallClock(ZONE, range(period.start.year - 10, period.end.year + 3))
        self._folder, self._store, self._plan, self._months = folder, store, plan, period.months
        self._forms = forms_of(world.offerings)
        self._interactions = world.recipe.learning.statements
        self._players = Players(streams, world.offerings, self._interactions)
        self._mistakes, self._progress = Mistakes(streams, plan.void_share), Progress()
        self._delivery = Delivery(streams, plan, store, period.end)
        self._writer = Writer(streams, world.offerings, world.accounts.actors, clock, store)
        self._sent = Sent(folder.tool, self._writer, listing)
        self._twice, self._broken = (Draws(streams, f"{purpose} of {store.tool}") for purpose in ("copies", "breaks"))
        self._on_their_way, self._dumps, self._breaks = joined(), 0, 0

    def take_sent(self) -> pd.DataFrame:
        """What was sent since the last call; see :class:`~simulator.exports.xapi.sent.Sent`."""
        return self._sent.take()

    def month(self, happened: Happenings) -> None:
        """Write the dump of what was stored in the month, if anything was."""
        stretches = self._stored(happened)
        first = next(stretches, None)
        if first is None:
            return
        with self._begin(happened) as dump:
            for rows in chain([self._with_broken(first)], stretches):
                self._write(rows, dump)

    def _stored(self, happened: Happenings) -> Iterator[Rows]:
        """The rows that the LRS stored in the month, in that order, a stretch at a time."""
        told, end = self._told(happened), instant(happened.last + timedelta(days=1))
        self._expect(self._marked(happened), happened)
        for until, stretch in told.stretches(STRETCH // (self._interactions + 6)):
            self._expect(self._players.tell(stretch.sittings, stretch.attempts, stretch.completions), happened)
            is_due = self._on_their_way["stored"] < min(until - np.timedelta64(LEAD_SECONDS, "s"), end)
            if happened.is_last and until > end:
                is_due[:] = True
            due, self._on_their_way = self._on_their_way[is_due], self._on_their_way[~is_due]
            if len(due):
                yield _in_order(due)

    def _expect(self, rows: Rows, happened: Happenings) -> None:
        self._on_their_way = joined(self._on_their_way, self._delivery.deliver(rows, happened.first))

    def _told(self, happened: Happenings) -> Month:
        """What players have to tell to this LRS."""
        tables = ("sessions", "attempts", "completions")
        sittings, attempts, completions = (of_players(happened, table, self._forms) for table in tables)
        completions = self._progress.month(sittings, completions, happened)
        return month_of(sittings, attempts, completions, self._forms, self._delivery.holds)

    def _marked(self, happened: Happenings) -> Rows:
        """Mistakes about those whom the month found idle, and their voids, as far as this LRS knows the enrolment."""
        before = (happened.first - timedelta(days=1)).replace(day=1)
        idle = self._progress.idle_since(instant(before), instant(happened.first))
        rows = self._mistakes.month(idle, self._forms, happened)
        return rows[self._delivery.holds(enrolments(rows))]

    def _begin(self, happened: Happenings) -> Dump:
        broken_off = min(BROKEN_OFF_DUMP, self._months - 1) if self._plan.truncated else None
        files = files_of(self._store, self._dumps, happened.first, happened.last, broken_off)
        self._dumps += 1
        return Dump(self._folder, files)

    def _with_broken(self, rows: Rows) -> Rows:
        """Also copies of a few of the rows that break a rule each, one rule after the other over the dumps."""
        good = rows[rows["role"] == NORMAL]
        chosen = np.argsort(self._broken.words(good["event"]), kind="stable")[: self._plan.invalid_per_dump]
        copies = good[chosen]
        copies["copy"], copies["role"] = BROKEN_COPY, INVALID
        copies["note"] = (self._breaks + np.arange(len(copies))) % len(RULES)
        self._breaks += len(copies)
        return _in_order(joined(rows, copies))

    def _write(self, rows: Rows, dump: Dump) -> None:
        ids = np.array(self._writer.ids(rows), dtype=object)
        lines = self._writer.lines(rows, ids)
        for place in np.flatnonzero(rows["role"] == INVALID).tolist():
            lines[place] = broken(lines[place], RULES[rows["note"][place]], ids[place])
        key = rows["event"] << COPY_BITS | rows["copy"]
        is_twice = (rows["role"] != INVALID) & self._twice.picks(key, self._plan.duplicate_share)
        for file, stands, stands_twice in dump.add(rows, lines, is_twice):
            self._sent.add(file, rows[stands], ids[stands], stands_twice[stands])


def _in_order(rows: Rows) -> Rows:
    """As the LRS stored them; what came at one instant in the order of events."""
    return rows[np.lexsort((rows["copy"], rows["event"], rows["stored"]))]
