"""Reads the exports back with nothing of the simulator's own code, so that a shared mistake can't hide."""

from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path
from typing import Any


def text_of(path: Path) -> str:
    """The file's text: gunzipped, and decoded as the real readers must guess it."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("windows-1252")


def csv_of(path: Path) -> list[dict[str, str]]:
    text = text_of(path)
    delimiter = "\t" if "\t" in text.splitlines()[0] else ","
    return list(csv.DictReader(io.StringIO(text), delimiter=delimiter, skipinitialspace=True))


def statements_of(path: Path) -> tuple[list[dict[str, Any]], int]:
    """The statements of a dump, and how many of its lines are not JSON."""
    text = text_of(path)
    if ".ndjson" not in path.name:
        parsed = json.loads(text)
        return (parsed["statements"] if isinstance(parsed, dict) else parsed), 0
    good: list[dict[str, Any]] = []
    broken = 0
    for line in text.splitlines():
        try:
            good.append(json.loads(line))
        except json.JSONDecodeError:
            broken += 1
    return good, broken
