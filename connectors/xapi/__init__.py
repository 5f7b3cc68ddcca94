"""xAPI: statement files become ``statements``, ``accounts`` and ``activities``.

original --files--> raw statements --statements--> rows and rejects --tables--> Parquet

files        bytes → raw statements, one by one, with their lines; tolerant of broken neighbours; `stored_records` takes
             them out of the records of a store
rules        what a statement may be, exact; `rulebook` lists the rules, `formats` the borrowed formats
statements   proof of the common case, judgement of the rest
processes    who reads: this process, or for a large file several; `batches` is what they hand over
fragments    what each part of a statement fills: columns, body hash, persons, activities
sessions     contexts that differ by the ids of their session alone are read once; `session_ids` finds the ids
policies     what is accepted and flagged
local_days   the learner's day of a time in UTC
checking     the verdicts of the rules alone, for people who send statements
lrs          a window of an LRS becomes a file of pages, which is an original like any other
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from tempfile import TemporaryFile
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from connectors.records import STATEMENTS
from connectors.seam import MappedKind, MappedUnit, Original, Scratch, Tokeniser
from connectors.xapi.activities import Activities
from connectors.xapi.batches import Sinks
from connectors.xapi.people import People
from connectors.xapi.processes import batches_of, started_ahead
from connectors.xapi.repeats import SeenKeys, drop_repeated
from connectors.xapi.tables import EXPORTS, LandedFile, RejectsFile

__all__ = ["Declared", "read", "started_ahead"]


class Declared(Protocol):
    """What a reader of statements needs of a declaration.

    ``options["accounts"]``: home page → identifier type. ``options["catalogue_codes"]``: extensions of activity
    definitions that hold the organisation's own code for the content.
    """

    @property
    def tool(self) -> str: ...
    @property
    def declaration_version(self) -> str: ...
    @property
    def timezone(self) -> str: ...
    @property
    def options(self) -> Mapping[str, Any]: ...


def read(original: Original, declaration: Declared, tokeniser: Tokeniser, scratch: Scratch) -> MappedUnit:
    """Read one file of statements. Raises ``OriginalRefused`` for what is no statement file, or cut off."""
    version = declaration.declaration_version
    people = People(tokeniser, declaration.options.get("accounts") or {})
    activities = Activities(declaration.options.get("catalogue_codes") or ())
    with ExitStack() as files:
        files.enter_context(_without_cycle_search())
        rejects = files.enter_context(closing(RejectsFile(scratch.restricted, original)))
        landed, accounts, offered = (
            files.enter_context(closing(LandedFile(kind, scratch.open, original, version)))
            for kind in ("statements", "accounts", "activities")
        )
        seen = SeenKeys(files.enter_context(TemporaryFile(dir=scratch.open)))
        sinks = Sinks(landed, rejects, tokeniser, people, activities, seen, declaration.timezone)
        for batch, lines in batches_of(original, tokeniser, scratch):
            sinks.take(batch, lines)
        accounts.write_rows(people.rows())
        offered.write_rows(activities.rows())
        repeated = seen.repeated()
    kinds = (_statements(sinks, repeated), accounts.mapped(), offered.mapped())
    return MappedUnit(original, version, sinks.read, kinds)


@contextmanager
def _without_cycle_search() -> Iterator[None]:
    """Nothing that is made while reading refers to itself; looking for it would take a fifth of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _statements(sinks: Sinks, repeated: npt.NDArray[np.bool_] | None) -> MappedKind:
    landed, rejects = sinks.landed, sinks.rejects
    dropped = drop_repeated(landed.path, repeated) if repeated is not None else 0
    rejected = rejects.path if rejects.rows else None
    return MappedKind(
        STATEMENTS, EXPORTS, landed.path, rejected, sinks.read, landed.rows - dropped, rejects.rows, dropped
    )
