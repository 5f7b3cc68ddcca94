"""The same list as offices in four countries save it: each test writes it once and reads it in every spelling."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import cycle
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Spelling:
    """Marks of one office. ``moment`` is how a time is written (strftime)."""

    delimiter: str
    decimal: str
    moment: str
    encoding: str

    def at(self, moment: str) -> str:
        """An ISO time as the office writes it."""
        return f"{datetime.fromisoformat(moment):{self.moment}}"

    def number(self, text: str) -> str:
        return text.replace(".", self.decimal)

    def write(self, path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> Path:
        text = io.StringIO()
        csv.writer(text, delimiter=self.delimiter, lineterminator="\r\n").writerows([header, *rows])
        path.write_bytes(text.getvalue().encode(self.encoding))
        return path


SPELLINGS = {
    "semicolons and decimal commas": Spelling(";", ",", "%d-%m-%Y %H:%M", "windows-1252"),
    "commas and decimal points": Spelling(",", ".", "%Y-%m-%d %H:%M", "utf-8"),
    "tabs and decimal commas": Spelling("\t", ",", "%d/%m/%Y %H:%M", "utf-16"),
    "semicolons and decimal points": Spelling(";", ".", "%d.%m.%Y %H:%M", "utf-8-sig"),
    "commas and American dates": Spelling(",", ".", "%m/%d/%Y %I:%M %p", "utf-8"),
}

_PAIRS = list(zip(cycle(("en", "nl", "de", "fr")), SPELLINGS, strict=False))

in_every_language_and_spelling = pytest.mark.parametrize(
    ("language", "spelling"),
    [(language, SPELLINGS[name]) for language, name in _PAIRS],
    ids=[f"{language}, {name}" for language, name in _PAIRS],
)
"""Every language and every spelling at least once: which language an office writes has no bearing on its marks."""
