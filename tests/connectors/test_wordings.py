"""A long original is mapped by its different wordings, and to the very rows that it would be mapped to one by one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connectors.declaration import CATALOGUE, Declaration
from connectors.reading import tables
from tests.connectors.mapped import Mapped, map_file

TOOLS = ("bamboohr", "classroom_attendance", "cost_lines", "kpi_table", "moodle", "time_registration", "totara")
"""Between them: several identifiers, first-of, sums of conditions, footers, numbers to decide on, names for the vault."""
SAMPLES = [path for tool in TOOLS for path in sorted((CATALOGUE / "samples" / tool).glob("*.csv"))]


def mapped_both_ways(
    path: Path, declaration: Declaration | str, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Mapped, Mapped]:
    """What is made of a file row by row, and by wordings."""
    by_rows = map_file(path, declaration, scratch / "rows")
    monkeypatch.setattr(tables, "MANY", 0)
    return by_rows, map_file(path, declaration, scratch / "wordings")


def told(mapped: Mapped) -> dict[str, Any]:
    """Everything that landing learns of a file."""
    kinds = {
        kind.kind.name: (mapped.counts(kind.kind.name), mapped.rows(kind.kind.name), mapped.rejects(kind.kind.name))
        for kind in mapped.unit.kinds
    }
    unit = mapped.unit
    return {
        "kinds": kinds,
        "source_rows": (unit.source_rows, unit.rows_not_records, unit.unread),
        "kept": mapped.tokeniser.kept,
        "clear": mapped.tokeniser.clear,
    }


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_sample_is_mapped_alike_both_ways(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    by_rows, by_wordings = mapped_both_ways(path, path.parent.name, tmp_path, monkeypatch)
    assert told(by_wordings) == told(by_rows)


def test_a_day_before_another_column_s_is_rejected_both_ways(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "jobs_2025-02-01.csv"
    jobs = [f"7{i % 3};{i};Sales;2025-02-0{1 + i % 2};2025-02-0{1 + i % 3}" for i in range(12)]
    header = "Personnel no.;Assignment ID;Department;Job start date;Job end date"
    path.write_text("\n".join([header, *jobs]) + "\n", encoding="utf-8")
    by_rows, by_wordings = mapped_both_ways(path, "hr_table", tmp_path, monkeypatch)
    assert [row["rule"] for row in by_rows.rejects("job_assignments")] == ["before_start", "before_start"]
    assert told(by_wordings) == told(by_rows)
