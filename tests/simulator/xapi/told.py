"""A company's LRSs, and their exports read back."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from simulator.exports.files import Folder, WrittenFile
from simulator.exports.xapi import Lrs
from simulator.recipe import load
from simulator.world.chronicle import Chronicle
from simulator.world.happenings import Happenings
from simulator.world.world import World, build_world

STORES = ("xapi", "academy_lrs")
LEARNING = {"popularity": 3.0, "statements": 2}
DELIVERY = {
    "late_share": 0.1, "second_lrs_share": 0.5, "clock_skew_share": 0.1, "void_share": 0.2, "invalid_per_dump": 7,
    "duplicate_share": 0.02,
}  # fmt: skip
"""More of everything that may go wrong than a real company would bear, so that few months show it all."""

Statement = dict[str, Any]


@dataclass(frozen=True)
class Company:
    world: World
    months: list[Happenings]

    def told(self, to: Path, store: str, listing: str = "all") -> Told:
        folder = Folder(to, store)
        lrs = Lrs(self.world, folder, listing)
        sent = []
        for month in self.months:
            lrs.month(month)
            sent.append(lrs.take_sent())
        return Told(to / store, folder.files, pd.concat(sent, ignore_index=True))


@dataclass(frozen=True)
class Told:
    """What one LRS exported, and the list of it."""

    folder: Path
    files: list[WrittenFile]
    sent: pd.DataFrame

    def texts(self, name: str) -> list[str]:
        """The statements of a file as text, in its order; a torn one too."""
        data = (self.folder / name).read_bytes()
        text = (gzip.decompress(data) if name.endswith(".gz") else data).decode()
        if "_page" in name:
            pages = [json.loads(page)["statements"] for page in text.splitlines()]
            return [json.dumps(statement) for page in pages for statement in reversed(page)]
        if ".ndjson" in name:
            return text.splitlines()
        return [line.rstrip(",") for line in text.splitlines()[1:-1]]

    def statements(self, name: str) -> Iterator[Statement]:
        """Those that are whole."""
        for text in self.texts(name):
            try:
                yield json.loads(text)
            except json.JSONDecodeError:
                continue

    @cached_property
    def by_id(self) -> dict[str, Statement]:
        """Every statement of every file; the same id is the same text wherever it stands."""
        return {one["id"]: one for file in self.files for one in self.statements(file.path.name)}

    def of_role(self, *roles: str) -> list[tuple[Any, Statement]]:
        """Row of the list and statement, one for each event and id."""
        rows = self.sent[self.sent["role"].isin(roles)].drop_duplicates("statement_id")
        return [(row, self.by_id[row.statement_id]) for row in rows.itertuples()]


def company(**asked: Any) -> Company:
    world = build_world(load("meridian", **{"people": 130, "months": 5, "seed": 11, "learning": LEARNING} | asked))
    return Company(world, [month.happened for month in Chronicle(world)])
