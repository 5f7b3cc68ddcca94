"""The header of an export: where it stands, and when two names of a column are the same."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class FirstRecord:
    """The first record of a file that isn't blank: its cells, and the line after it."""

    cells: tuple[str, ...]
    next_line: int


def comparable(name: str) -> str:
    """Header names compare without blanks around, case, quotes, or differences that nobody sees."""
    text = unicodedata.normalize("NFKC", name.replace("\ufeff", "").replace("’", "'")).strip().strip('"').strip()
    return re.sub(r"\s+", " ", text).casefold()


def first_record(lines: Iterator[str], delimiter: str) -> FirstRecord:
    """Read with one delimiter. A first line ``sep=;`` (as Excel writes it) is no record."""
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    for cells in reader:
        joined = "".join(cells)
        is_separator = len(joined) <= 5 and joined.strip().lower().startswith("sep=")
        if any(cell.strip("\ufeff \t") for cell in cells) and not is_separator:
            return FirstRecord(tuple(cell.replace("\ufeff", "") for cell in cells), reader.line_num + 1)
    return FirstRecord((), reader.line_num + 1)
