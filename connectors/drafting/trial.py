"""A declaration is tried on a file: what would land, what would be rejected, what isn't read. Nothing is kept."""

from __future__ import annotations

import hmac
import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from connectors import archive, mapping
from connectors.declaration import Declaration
from connectors.seam import MappedUnit, Original, Scratch


@dataclass
class PassingTokeniser:
    """Tokens under a key that is thrown away: they show what would be a token, and match nobody."""

    key: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def tokens(self, identifier_type: str, values: Sequence[str | None]) -> list[str | None]:
        return [self._token(identifier_type, value.strip().casefold()) if value else None for value in values]

    def _token(self, identifier_type: str, value: str) -> str | None:
        text = f"{identifier_type}|{value}".encode()
        return hmac.new(self.key, text, "sha256").hexdigest()[:32] if value else None

    def email_sha1_tokens(self, emails: Sequence[str | None]) -> list[str | None]:
        return self.tokens("mbox_sha1sum", emails)

    def keep(self, tokens: Sequence[str | None], attribute: str, values: Sequence[str | None]) -> None:
        """Names go nowhere."""

    def flush(self, tool: str, unit: str) -> None:
        """There is nothing to write."""


@dataclass(frozen=True)
class TriedKind:
    """What one kind would get: rows read, landed, rejected and duplicate, and the first rows that would land."""

    kind: str
    read: int
    landed: int
    rejected: int
    duplicate: int
    rows: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Trial:
    """What became of a file. ``rejects`` counts (kind, rule, column, expected); ``unread`` names columns."""

    export: str
    kinds: tuple[TriedKind, ...]
    rejects: Counter[tuple[str, str, str, str]]
    unread: tuple[str, ...]
    rows_not_records: int

    @property
    def landed(self) -> int:
        return sum(kind.landed for kind in self.kinds)


def tried(path: Path, declaration: Declaration, scratch: Path, rows: int = 5) -> Trial:
    """Map a file and look at the outcome. ``scratch`` will hold clear text. Raises OriginalRefused."""
    folders = Scratch(scratch / "open", scratch / "restricted")
    for folder in (folders.open, folders.restricted):
        folder.mkdir(parents=True)
    modified = datetime.fromtimestamp(path.stat().st_mtime, UTC).replace(tzinfo=None, microsecond=0)
    extracted_at = archive.date_in_name(path.name) or modified
    original = Original(declaration.tool, "trial", path, path.name, extracted_at)
    unit = mapping.read(original, declaration, PassingTokeniser(), folders)
    return Trial(
        export=unit.export,
        kinds=tuple(_kinds(unit, rows)),
        rejects=_rejects(unit),
        unread=unit.unread,
        rows_not_records=unit.rows_not_records,
    )


def _kinds(unit: MappedUnit, rows: int) -> list[TriedKind]:
    found = []
    for kind in unit.kinds:
        first = next(pq.ParquetFile(kind.landed).iter_batches(rows), None) if kind.rows_landed and rows else None
        shown = tuple(first.to_pylist()) if first is not None else ()
        counts = (kind.rows_read, kind.rows_landed, kind.rows_rejected, kind.rows_duplicate)
        found.append(TriedKind(kind.kind.name, *counts, shown))
    return found


def _rejects(unit: MappedUnit) -> Counter[tuple[str, str, str, str]]:
    counts: Counter[tuple[str, str, str, str]] = Counter()
    for kind in (kind for kind in unit.kinds if kind.rejected):
        told = pq.read_table(kind.rejected, columns=["rule", "column_name", "expected"]).to_pylist()
        counts.update((kind.kind.name, row["rule"], row["column_name"] or "", row["expected"]) for row in told)
    return counts
