"""Attendance lists: late, corrected, over two days, and readable whoever saved them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from simulator.exports.classroom_attendance import ClassroomAttendance
from simulator.exports.files import Folder
from tests.connectors.mapped import Mapped, map_file
from tests.simulator.stand_ins import month, table, world

TOOL = "classroom_attendance"
SEAT = {"offering": 0, "planned_minutes": 180.0, "attended_minutes": 180.0, "attendance": "attended"}
STATES = ("attended", "attended", "attended", "partly_attended", "no_show", "excused")
MINUTES = {"attended": 1.0, "partly_attended": 0.7, "no_show": 0.0, "excused": 0.0}


def seats(ordinal: int, sessions: int = 12) -> pd.DataFrame:
    """Sessions of six people each; every third lasts seven hours."""
    first = pd.Timestamp("2025-10-07T09:00") + pd.DateOffset(months=ordinal)
    rows = []
    for session in range(sessions):
        planned = 420.0 if session % 3 == 0 else 180.0
        rows += [
            {
                "session": 100 * ordinal + session, "person": 6 * session + place, "offering": session % 3,
                "started_at": first + pd.Timedelta(days=session), "planned_minutes": planned,
                "attended_minutes": round(planned * MINUTES[state]), "attendance": state,
            }
            for place, state in enumerate(STATES)
        ]  # fmt: skip
    return table("attendances", SEAT, *rows)


def saved(folder: Path, *months: pd.DataFrame, corrected: bool = True) -> Folder:
    """The files of so many months."""
    written = Folder(folder / "inbox", TOOL)
    tool = ClassroomAttendance(world(corrected=corrected), written)
    for ordinal, rows in enumerate(months):
        tool.month(month(ordinal, is_last=ordinal == len(months) - 1, attendances=rows))
    return written


def read_back(written: Folder) -> list[Mapped]:
    """What the connector makes of each file."""
    paths = [written.root / file.path for file in written.files]
    return [map_file(path, TOOL, written.root.parent / path.stem) for path in paths]


MONTHS = tuple(seats(ordinal) for ordinal in range(4))
"""As many as there are languages."""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Folder, list[Mapped]]:
    written = saved(tmp_path_factory.mktemp(TOOL), *MONTHS)
    return written, read_back(written)


def test_every_list_is_read_as_it_was_planted_whoever_saved_it(told: tuple[Folder, list[Mapped]]) -> None:
    written, lists = told
    for file, mapped in zip(written.files, lists, strict=True):
        counts = file.counts
        landed = counts["records"] - counts["rejected"] - counts["duplicate"]
        assert mapped.counts("attendances") == (
            counts["records"], landed, counts["rejected"], counts["duplicate"],
        ), file.path  # fmt: skip
    for planted in ("rejected", "duplicate", "redelivered"):
        assert sum(file.counts[planted] for file in written.files) > 0, planted


def test_what_was_told_last_of_every_seat_is_the_truth(told: tuple[Folder, list[Mapped]]) -> None:
    _, lists = told
    last = {row["record_key"]: row for mapped in lists for row in mapped.rows("attendances")}
    by_seat: dict[tuple[str, str], list[tuple[str, float]]] = {}
    for row in last.values():
        seat = (row["session_id"].split("/")[0], row["person_token"])
        by_seat.setdefault(seat, []).append((row["attendance"], row["attended_minutes"] or 0))
    truth = pd.concat(MONTHS)
    assert len(by_seat) == len(truth)
    minutes_told = sorted(sum(minutes for _, minutes in days) for days in by_seat.values())
    assert minutes_told == sorted(truth["attended_minutes"])
    excused = sum(all(state == "excused" for state, _ in days) for days in by_seat.values())
    assert excused == np.count_nonzero(truth["attendance"] == "excused")


def test_a_long_session_is_held_on_two_days_and_who_left_early_left_on_the_later_one(tmp_path: Path) -> None:
    (mapped,) = read_back(saved(tmp_path, seats(0, sessions=1)))
    days = [
        (row["session_id"], row["attendance"], row["attended_minutes"])
        for row in mapped.rows("attendances")
        if row["attendance"] == "partly_attended" or row["attended_minutes"] in (210, 84)
    ]
    assert ("U000000/2", "partly_attended", 84) in days
    assert {session for session, _, _ in days} == {"U000000/1", "U000000/2"}


def test_nothing_is_corrected_where_the_recipe_says_so(tmp_path: Path) -> None:
    written = saved(tmp_path, seats(0), seats(1), corrected=False)
    assert [file.counts["redelivered"] for file in written.files] == [0, 0]


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = (saved(tmp_path / side, seats(0), seats(1)) for side in "ab")
    content = [[(folder.root / file.path).read_bytes() for file in folder.files] for folder in (first, second)]
    assert content[0] == content[1]
