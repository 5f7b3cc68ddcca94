"""Check-lists and task log: overlapping downloads, three ways to name a person, and all of it readable."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from simulator.exports.files import Folder
from simulator.exports.observation_checklist import ObservationChecklist
from tests.connectors.mapped import Mapped, map_file, token_of
from tests.simulator.stand_ins import Staff, month, table, world

TOOL = "observation_checklist"
SEEN = {
    "observer": 90, "observer_type": "manager", "observation_type": "behaviour", "programme": 0, "rating": 4.0,
    "standard": 3.0, "assist_level": "none",
}  # fmt: skip
KINDS = (
    {"observer_type": "manager"},
    {"observer_type": "peer", "assist_level": "prompted", "rating": 2.5},
    {"observer_type": "manager", "observation_type": "brief", "rating": np.nan, "standard": np.nan, "assist_level": ""},
    {"observer_type": "manager", "observation_type": "debrief", "rating": np.nan, "standard": np.nan, "assist_level": ""},
    {"observer_type": "system", "observation_type": "opportunity", "observer": -1, "rating": np.nan,
     "standard": np.nan, "assist_level": ""},
    {"observer_type": "peer", "assist_level": "assisted", "rating": 1.5, "observer": -1},
)  # fmt: skip


def observed(ordinal: int, count: int = 60) -> pd.DataFrame:
    first = pd.Timestamp("2025-10-01T09:30") + pd.DateOffset(months=ordinal)
    rows = (
        {
            "observation": 1000 * ordinal + number, "person": number, "programme": number % 2,
            "at": first + pd.Timedelta(hours=11 * number), **KINDS[number % len(KINDS)],
        }
        for number in range(count)
    )  # fmt: skip
    return table("observations", SEEN, *rows)


def saved(folder: Path, *months: pd.DataFrame, staff: Staff | None = None) -> Folder:
    """The files of so many months."""
    written = Folder(folder / "inbox", TOOL)
    tool = ObservationChecklist(world(staff=staff), written)
    for ordinal, rows in enumerate(months):
        tool.month(month(ordinal, observations=rows))
    return written


def read_back(written: Folder) -> dict[str, Mapped]:
    """What the connector makes of each file, by the file's name."""
    paths = [written.root / file.path for file in written.files]
    return {path.name: map_file(path, TOOL, written.root.parent / path.stem) for path in paths}


MONTHS = tuple(observed(ordinal) for ordinal in range(4))
"""As many as there are languages."""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Folder, dict[str, Mapped]]:
    written = saved(tmp_path_factory.mktemp(TOOL), *MONTHS)
    return written, read_back(written)


def test_every_file_is_read_as_it_was_planted_whoever_saved_it(told: tuple[Folder, dict[str, Mapped]]) -> None:
    written, read = told
    for file in written.files:
        counts = {"rejected": 0, "duplicate": 0, **file.counts}
        landed = counts["records"] - counts["rejected"] - counts["duplicate"]
        assert read[file.path.name].counts("observations") == (
            counts["records"], landed, counts["rejected"], counts["duplicate"],
        ), file.path  # fmt: skip
    for planted in ("rejected", "duplicate", "redelivered"):
        assert sum(file.counts.get(planted, 0) for file in written.files) > 0, planted


def test_every_observation_lands_once_however_often_it_was_told(told: tuple[Folder, dict[str, Mapped]]) -> None:
    _, read = told
    rows = {row["record_key"]: row for mapped in read.values() for row in mapped.rows("observations")}
    landed = {
        (
            int(row["observation_id"].removeprefix("T-")), row["observation_type"], row["observer_type"],
            row["rating"], row["assist_level"] or "", row["observed_at"].date(), row["activity_id"],
        )
        for row in rows.values()
    }  # fmt: skip
    truth = {
        (
            row.observation, row.observation_type, row.observer_type, None if np.isnan(row.rating) else row.rating,
            row.assist_level, row.at.date(), ("PRG-2010", "PRG-2020")[row.programme],
        )
        for row in pd.concat(MONTHS).itertuples()
    }  # fmt: skip
    assert landed == truth
    assert len(rows) == len(truth)


def test_people_go_by_the_address_or_number_that_they_had_on_the_day(tmp_path: Path) -> None:
    person, day = 0, date(2025, 11, 1)
    read = read_back(saved(tmp_path, observed(0), observed(1), staff=Staff(renamed={person: day})))
    rows = [row for mapped in read.values() for row in mapped.rows("observations")]
    tokens = {row["person_token"] for row in rows if row["observation_id"] in ("0", "1000")}
    known = {
        token_of("email", "faber.0@meridian.example.com"), token_of("email", "kramer.0@meridian.example.com"),
        token_of("employee_number", "001000"),
    }  # fmt: skip
    assert tokens <= known
    assert None in {row["observer_token"] for row in rows}, "some observers stay anonymous"


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = (saved(tmp_path / side, observed(0), observed(1)) for side in "ab")
    content = [[(folder.root / file.path).read_bytes() for file in folder.files] for folder in (first, second)]
    assert content[0] == content[1]
