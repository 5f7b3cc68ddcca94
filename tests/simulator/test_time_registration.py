"""The timesheets, read back by their connector: every registered minute once, however late and wrong at first."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from simulator.exports.time_registration import TimeRegistration
from simulator.world.happenings import Happenings, typed
from tests.simulator import stand_ins
from tests.simulator.read_back import ReadBack, contents, read_back

MONTHS, ENTRIES = 8, 60


def months() -> list[Happenings]:
    """Entries of every mode, initiative and length, half of them written down."""
    held = []
    for ordinal in range(MONTHS):
        happened = stand_ins.month(ordinal)
        place = np.arange(ENTRIES)
        days = [np.datetime64(happened.first + timedelta(days=int(i) % 28), "s") for i in place]
        table = typed(
            "learning_time",
            {
                "entry": ordinal * ENTRIES + place, "person": place % 7, "offering": np.where(place % 3, -1, place % 2),
                "day": days, "minutes": 5.0 + 7 * place, "is_formal": place % 3 == 0,
                "mode": np.array(["on_the_job", "social", "formal"])[place % 3],
                "initiator": np.array(["hr", "manager", "employee"])[(place // 3) % 3], "is_registered": place % 2 == 0,
            },
        )  # fmt: skip
        held.append(stand_ins.month(ordinal, is_last=ordinal == MONTHS - 1, learning_time=table))
    return held


@pytest.fixture(scope="module")
def sheets(tmp_path_factory: pytest.TempPathFactory) -> ReadBack:
    folder = tmp_path_factory.mktemp("hours")
    return read_back(TimeRegistration, "time_registration", "learning_time", stand_ins.world(), months(), folder)


@pytest.fixture(scope="module")
def registered() -> pd.DataFrame:
    rows = pd.concat([happened["learning_time"] for happened in months()])
    rows = rows[rows["is_registered"]]
    return rows.assign(entry_id=[f"T{number:08d}" for number in rows["entry"]]).set_index("entry_id").sort_index()


def test_what_was_registered_is_read_to_the_minute_and_nothing_else(sheets: ReadBack, registered: pd.DataFrame) -> None:
    sheets.refuse_imbalance()
    assert sheets.rejects() == []
    latest = sheets.latest().set_index("entry_id").sort_index()
    assert latest.index.tolist() == registered.index.tolist()
    assert latest["minutes"].to_numpy() == pytest.approx(registered["minutes"].to_numpy(), abs=0.01)


def test_words_days_and_courses_come_out_of_every_dialect(sheets: ReadBack, registered: pd.DataFrame) -> None:
    latest = sheets.latest().set_index("entry_id").sort_index()
    for column in ("mode", "initiator", "is_formal"):
        assert latest[column].tolist() == registered[column].tolist(), column
    assert latest["learning_date"].tolist() == [day.date() for day in registered["day"]]
    codes = [stand_ins.OFFERINGS[place].code if place >= 0 else None for place in registered["offering"]]
    assert [code if isinstance(code, str) else None for code in latest["activity_id"]] == codes


def test_some_entries_come_late_and_some_are_put_right_later(sheets: ReadBack) -> None:
    corrected = sum(file.counts["corrected"] for file in sheets.files)
    landed = sum(len(mapped.rows("learning_time")) for mapped in sheets.mapped)
    assert corrected > 0
    assert landed == len(sheets.latest()) + corrected
    late = [
        row
        for file, mapped in zip(sheets.files, sheets.mapped, strict=True)
        for row in mapped.rows("learning_time")
        if f"{row['learning_date']:%Y-%m}" not in file.path.name
    ]
    assert len(late) > corrected


def test_without_corrections_every_entry_comes_once_in_its_month(tmp_path: Path) -> None:
    world = stand_ins.world(corrected=False)
    sheets = read_back(TimeRegistration, "time_registration", "learning_time", world, months()[:2], tmp_path)
    assert sum(len(mapped.rows("learning_time")) for mapped in sheets.mapped) == ENTRIES


def test_the_same_seed_gives_the_same_bytes_and_another_gives_others(tmp_path: Path) -> None:
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        world = stand_ins.world(seed)
        read_back(TimeRegistration, "time_registration", "learning_time", world, months()[:2], tmp_path / name)
    first, again, other = (contents(tmp_path / name / "inbox") for name in "abc")
    assert first == again
    assert first != other
