"""What passes from room to room: an original on its way in, and what was mapped of it on its way to landing.

    archive --Original--> mapping or xapi (Tokeniser, Scratch) --MappedUnit--> landing

Readers and landing know this module and not each other. A reader of another make needs nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from connectors.records import REJECT_COLUMNS, Column, RecordKind
from connectors.series import series_of


@dataclass(frozen=True)
class Original:
    """One archived original, or the bytes of one pull window. ``extracted_at`` is naive UTC.

    ``pulled_as``: the export that a pull asked for; what was dropped is recognised by what it holds. ``continued``: by
    the name of a series, the one that it goes on with.
    """

    tool: str
    unit: str
    path: Path
    source_file: str
    extracted_at: datetime
    pulled_as: str | None = None
    continued: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def series(self) -> str:
        """The export series that the file belongs to."""
        own = series_of(self.source_file)
        return self.continued.get(own, own)


class Tokeniser(Protocol):
    """What reading needs of identity: keyed tokens, and a place for what must not leave the vault."""

    def tokens(self, identifier_type: str, values: Sequence[str | None]) -> list[str | None]:
        """One token (32 hex characters) per value; None for None or blank."""
        ...

    def email_sha1_tokens(self, emails: Sequence[str | None]) -> list[str | None]:
        """The token of each e-mail's mbox_sha1sum, so that both forms meet."""
        ...

    def keep(self, tokens: Sequence[str | None], attribute: str, values: Sequence[str | None]) -> None:
        """Hold an attribute (a name, a birth date) of the persons behind the tokens for the vault."""
        ...

    def flush(self, tool: str, unit: str) -> None:
        """Write what was collected since the last flush to the vault, replacing what the unit wrote before."""
        ...


@dataclass(frozen=True)
class Scratch:
    """Folders for the files of one unit: ``open`` may hold tokens only, ``restricted`` may hold clear text."""

    open: Path
    restricted: Path


@dataclass(frozen=True)
class MappedKind:
    """What one original yields for one kind; ``read = landed + rejected + duplicate``.

    ``exports`` is what the original, or those of its sheets that hold the kind, were read as. ``landed`` is Parquet
    with exactly ``kind.landed``; ``rejected`` is Parquet with ``REJECTED``. ``untold`` names columns of the kind of
    which the original, or one of its sheets, tells nothing: an empty cell tells that there is nothing, no column
    doesn't.
    """

    kind: RecordKind
    exports: tuple[str, ...]
    landed: Path
    rejected: Path | None
    rows_read: int
    rows_landed: int
    rows_rejected: int
    rows_duplicate: int
    untold: tuple[str, ...] = ()


@dataclass(frozen=True)
class MappedUnit:
    """What one original yields: a part for each kind that its export, or the exports of its sheets, map to.

    ``source_rows`` counts its records, whatever their kind; ``rows_not_records`` are others, which the declaration
    knows to be none (a total, the end of a report). ``unread`` names the columns that the declaration has no use for.
    ``is_cut_off`` says that the original ends in the middle of a record.
    """

    original: Original
    declaration_version: str
    source_rows: int
    kinds: tuple[MappedKind, ...]
    rows_not_records: int = 0
    unread: tuple[str, ...] = ()
    is_cut_off: bool = False

    @property
    def export(self) -> str:
        """What the original was read as."""
        return " + ".join(dict.fromkeys(name for kind in self.kinds for name in kind.exports))


Reader = Callable[[Original, Tokeniser, Scratch], MappedUnit]
"""Reads one original; the declaration is already bound to it."""


_ARROW = {
    "VARCHAR": pa.string(),
    "BIGINT": pa.int64(),
    "DOUBLE": pa.float64(),
    "BOOLEAN": pa.bool_(),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us"),
}


NUMBER_AS_TEXT = {b"throughline": b"number"}
"""Metadata of a field of text in an original of Parquet: its texts are numbers, with a decimal point.

A number of a database may have more digits than a type of Arrow.
"""


def arrow_schema(columns: Sequence[Column]) -> pa.Schema:
    """The Arrow schema of a declared table. All columns are nullable: what is required is checked, not typed."""
    return pa.schema([pa.field(c.name, _ARROW[c.type.sql]) for c in columns])


REJECTED = arrow_schema(REJECT_COLUMNS).append(pa.field("value", pa.string())).append(pa.field("original", pa.string()))
"""Rejects of one unit. ``value`` and ``original`` are for the restricted zone only."""
