"""Reading a file of statements as landing does."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from connectors import xapi
from connectors.seam import Original, Scratch, arrow_schema
from tests.connectors.xapi.samples import Declared, FakeTokeniser, Read, Reading


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Read bytes, or a file, as one original; every reading is checked against the contract of its kinds."""

    def reading(content: bytes | Path, timezone: str = "UTC", **options: Any) -> Reading:
        path = content if isinstance(content, Path) else tmp_path / "statements.json"
        if isinstance(content, bytes):
            path.write_bytes(content)
        scratch = Scratch(tmp_path / "open", tmp_path / "restricted")
        for folder in (scratch.open, scratch.restricted):
            folder.mkdir(exist_ok=True)
        original = Original("xapi", "unit-1", path, path.name, datetime(2025, 1, 2, 3, 4, 5))
        tokeniser = FakeTokeniser()
        unit = xapi.read(original, Declared(timezone=timezone, options=options), tokeniser, scratch)
        for kind in unit.kinds:
            assert pq.read_schema(kind.landed).remove_metadata().equals(arrow_schema(kind.kind.landed))
            assert pq.read_metadata(kind.landed).num_rows == kind.rows_landed
            assert kind.rows_read == kind.rows_landed + kind.rows_rejected + kind.rows_duplicate
        assert len(Reading(unit, tokeniser, scratch).rejects()) == unit.kinds[0].rows_rejected
        return Reading(unit, tokeniser, scratch)

    return reading
