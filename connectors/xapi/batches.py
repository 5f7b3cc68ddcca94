"""What a stretch of a file yields, and where it goes. Batches are made in any process and taken in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from connectors.seam import Tokeniser
from connectors.xapi.activities import Activities
from connectors.xapi.fragments import Activity
from connectors.xapi.local_days import learners_days
from connectors.xapi.people import People
from connectors.xapi.repeats import SeenKeys
from connectors.xapi.tables import LandedFile, RejectsFile


class Reject(NamedTuple):
    """A rejected statement, as `RejectsFile.add` takes it."""

    line: int
    rule: str
    pointer: str
    expected: str
    value: str | None
    raw: bytes


@dataclass(slots=True)
class Batch:
    """What a stretch of ``read`` records yields: ``rows`` rows in ``columns``, rejects, and what was met in it.

    ``agents`` and ``activities`` come with the line where they stand first, ``activities`` also with the latest
    time of a statement that describes them so, in microseconds. ``identifiers`` (type, value) are what another
    process tokenised: whoever takes the batch does so again.
    """

    read: int
    rows: int
    columns: dict[str, pa.Array] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)
    agents: list[tuple[tuple[Mapping[str, Any], ...], int]] = field(default_factory=list)
    activities: list[tuple[tuple[Activity, ...], int, int]] = field(default_factory=list)
    identifiers: list[tuple[str, str | None]] = field(default_factory=list)


@dataclass
class Sinks:
    """Where batches go. ``zone`` is the learners', where a time doesn't tell its own."""

    landed: LandedFile
    rejects: RejectsFile
    tokeniser: Tokeniser
    people: People
    activities: Activities
    seen: SeenKeys
    zone: str
    read: int = 0

    def take(self, batch: Batch, lines: int) -> None:
        """Write a batch that was read after so many lines of the file, and note the persons and activities in it."""
        self.read += batch.read
        for reject in batch.rejects:
            self.rejects.add(*reject._replace(line=reject.line + lines))
        for identifier_type, value in batch.identifiers:
            self.tokeniser.tokens(identifier_type, [value])
        if batch.rows:
            source_line = pc.add(batch.columns["source_line"], lines)
            days = learners_days(batch.columns, self.zone)
            self.landed.write({**batch.columns, "source_line": source_line, "occurred_date": days}, batch.rows)
            self.seen.add(batch.columns["record_key"])
        for agents, line in batch.agents:
            self.people.meet(agents, line + lines)
        for activities, time, line in batch.activities:
            self.activities.meet(activities, time, line + lines)
