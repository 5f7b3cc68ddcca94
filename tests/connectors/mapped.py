"""Mapping a file the way landing does, for tests: a tokeniser that remembers, and tables instead of paths."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.declaration import CATALOGUE, Declaration, load
from connectors.mapping import read
from connectors.seam import MappedUnit, Original, Scratch

EXTRACTED_AT = datetime(2025, 3, 2, 23, 30)
REAL_DATA = Path(__file__).parents[3] / "shared" / "data"


def token_of(identifier_type: str, value: str) -> str:
    return hashlib.sha256(f"{identifier_type}|{value.strip().casefold()}".encode()).hexdigest()[:32]


@dataclass
class RememberingTokeniser:
    """``kept``: (token, attribute, value) that went to the vault. ``clear``: every identifier that it was shown."""

    kept: set[tuple[str, str, str]] = field(default_factory=set)
    clear: set[str] = field(default_factory=set)

    def tokens(self, identifier_type: str, values: Sequence[str | None]) -> list[str | None]:
        self.clear.update(value for value in values if value)
        return [token_of(identifier_type, value) if value and value.strip() else None for value in values]

    def email_sha1_tokens(self, emails: Sequence[str | None]) -> list[str | None]:
        return self.tokens("mbox_sha1sum", emails)

    def keep(self, tokens: Sequence[str | None], attribute: str, values: Sequence[str | None]) -> None:
        pairs = zip(tokens, values, strict=True)
        self.kept.update((token, attribute, value) for token, value in pairs if token and value)

    def flush(self, tool: str, unit: str) -> None:
        raise AssertionError(f"landing flushes, not the reader ({tool}, {unit})")


@dataclass
class Mapped:
    """One mapped file. ``counts``: read, landed, rejected, duplicate of a kind."""

    unit: MappedUnit
    tokeniser: RememberingTokeniser
    scratch: Scratch

    def counts(self, kind: str) -> tuple[int, int, int, int]:
        k = next(k for k in self.unit.kinds if k.kind.name == kind)
        return k.rows_read, k.rows_landed, k.rows_rejected, k.rows_duplicate

    def table(self, kind: str) -> pa.Table:
        return pq.read_table(next(k.landed for k in self.unit.kinds if k.kind.name == kind))

    def rows(self, kind: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.table(kind).to_pylist()
        return sorted(rows, key=lambda row: (row["source_line"], row["record_key"]))

    def column(self, kind: str, name: str) -> list[Any]:
        return [row[name] for row in self.rows(kind)]

    def rejects(self, kind: str) -> list[dict[str, Any]]:
        path = next(k.rejected for k in self.unit.kinds if k.kind.name == kind)
        rows: list[dict[str, Any]] = pq.read_table(path).to_pylist() if path else []
        return rows


def map_file(
    path: Path, declaration: Declaration | str, scratch: Path, name: str | None = None, pulled_as: str | None = None
) -> Mapped:
    """Map a file of a tool of the catalogue, or with a declaration of one's own."""
    declared = load(CATALOGUE / f"{declaration}.yaml") if isinstance(declaration, str) else declaration
    folders = Scratch(scratch / "open", scratch / "restricted")
    for folder in (folders.open, folders.restricted):
        folder.mkdir(parents=True, exist_ok=True)
    tokeniser = RememberingTokeniser()
    original = Original(declared.tool, "unit-1", path, name or path.name, EXTRACTED_AT, pulled_as)
    unit = read(original, declared, tokeniser, folders)
    for kind in unit.kinds:
        assert kind.rows_read == kind.rows_landed + kind.rows_rejected + kind.rows_duplicate
    return Mapped(unit, tokeniser, folders)


def declared(folder: Path, text: str, tool: str = "acme") -> Declaration:
    """A declaration from its text."""
    path = folder / f"{tool}.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path)
