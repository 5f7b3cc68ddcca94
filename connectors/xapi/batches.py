"""Stretches of a file: what one yields, and where it goes. Batches are made in any process and taken in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from connectors.seam import Tokeniser
from connectors.xapi.activities import Activities
from connectors.xapi.files import Record
from connectors.xapi.fragments import Activity
from connectors.xapi.people import People
from connectors.xapi.tables import LandedFile, RejectsFile, SeenKeys

_RECORDS, _BYTES = 20_000, 1 << 25
"""What a batch holds at most, if one record isn't larger: bounds the memory of what waits."""


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

    ``agents`` and ``activities`` come with the line where they stand first, ``activities`` also with the time of the
    statement that stands last, in microseconds. What another process made has ``columns`` in the file ``stored``,
    and ``identifiers`` (type, value) that it tokenised: whoever takes the batch does so again.
    """

    read: int
    rows: int
    columns: dict[str, pa.Array] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)
    agents: list[tuple[tuple[Mapping[str, Any], ...], int]] = field(default_factory=list)
    activities: list[tuple[tuple[Activity, ...], int, int]] = field(default_factory=list)
    identifiers: list[tuple[str, str | None]] = field(default_factory=list)
    stored: Path | None = None


def stretches(records: Iterable[Record]) -> Iterator[list[Record]]:
    """The records of a file, some at a time."""
    held, size = list[Record](), 0
    for record in records:
        held.append(record)
        size += len(record[1])
        if len(held) == _RECORDS or size >= _BYTES:
            yield held
            held, size = [], 0
    if held:
        yield held


@dataclass
class Sinks:
    """Where batches go."""

    landed: LandedFile
    rejects: RejectsFile
    tokeniser: Tokeniser
    people: People
    activities: Activities
    seen: SeenKeys = field(default_factory=SeenKeys)
    read: int = 0

    def take(self, batch: Batch) -> None:
        """Write a batch, and note the persons and activities in it."""
        self.read += batch.read
        for reject in batch.rejects:
            self.rejects.add(*reject)
        for identifier_type, value in batch.identifiers:
            self.tokeniser.tokens(identifier_type, [value])
        if batch.rows:
            self.landed.write(batch.columns, batch.rows)
            self.seen.add(batch.columns["record_key"].to_pylist())
        for agents, line in batch.agents:
            self.people.meet(agents, line)
        for activities, time, line in batch.activities:
            self.activities.meet(activities, time, line)
