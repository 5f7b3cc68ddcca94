"""Writing a table of the truth: CSV that any tool reads, the same bytes for the same company."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path


def write_csv(path: Path, columns: str, rows: Iterable[Iterable[object]]) -> None:
    """``columns``: names with blanks between them."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns.split())
        writer.writerows(rows)
