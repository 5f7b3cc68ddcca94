"""The register of absence, read back by its connector: what began, what ended, and what was told twice."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from simulator.exports.absence_register import AbsenceRegister
from simulator.world.happenings import Happenings
from tests.connectors.mapped import token_of
from tests.simulator import stand_ins
from tests.simulator.read_back import ReadBack, contents, read_back

MONTHS = 8
DEFAULTS = {"absence": 0, "person": 0, "absence_type": "sickness", "ended": pd.NaT, "fte_share": 1.0}


def months() -> list[Happenings]:
    """Each month somebody is ill for a week, somebody falls ill for long, and whoever did the month before is back."""
    held = []
    for ordinal in range(MONTHS):
        first = stand_ins.month(ordinal).first
        rows = [
            {
                "absence": 10 * ordinal,
                "person": 1,
                "started": first.replace(day=3),
                "ended": first.replace(day=9),
                "fte_share": 0.5,
            },
            {"absence": 10 * ordinal + 1, "person": 2, "absence_type": "parental", "started": first.replace(day=20)},
        ]
        if ordinal:
            before = stand_ins.month(ordinal - 1).first
            closed = {"absence": 10 * ordinal - 9, "person": 2, "absence_type": "parental"}
            rows.append({**closed, "started": before.replace(day=20), "ended": first.replace(day=14)})
        table = stand_ins.table("absences", DEFAULTS, *rows)
        held.append(stand_ins.month(ordinal, is_last=ordinal == MONTHS - 1, absences=table))
    return held


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> ReadBack:
    folder = tmp_path_factory.mktemp("absences")
    return read_back(AbsenceRegister, "absence_register", "absences", stand_ins.world(), months(), folder)


def test_every_row_is_read_and_agency_workers_are_rejected(register: ReadBack) -> None:
    register.refuse_imbalance()
    assert len(register.files) == MONTHS
    assert {(row["rule"]) for row in register.rejects()} == {"required_missing"}
    assert sum(file.counts["redelivered"] for file in register.files) == MONTHS - 1
    assert sum(file.counts["duplicate"] for file in register.files) == 1


def test_an_open_end_is_closed_by_the_row_that_comes_later(register: ReadBack) -> None:
    latest = register.latest()
    assert len(latest) == 2 * MONTHS
    long = latest[latest["absence_type"] == "parental"].sort_values("started_date")
    assert long["ended_date"].isna().tolist() == [False] * (MONTHS - 1) + [True]
    assert long["ended_date"].iloc[0] == date(2025, 11, 14)
    first_told = register.mapped[0].rows("absences")[1]
    assert first_told["ended_date"] is None


def test_days_and_shares_come_out_of_every_dialect(register: ReadBack) -> None:
    latest = register.latest()
    short = latest[latest["absence_type"] == "sickness"]
    assert set(short["fte_share"]) == {0.5}
    assert {day.day for day in short["started_date"]} == {3}
    assert {day.day for day in short["ended_date"]} == {9}
    assert set(short["person_token"]) == {token_of("employee_number", "001001")}


def test_the_same_months_give_the_same_bytes(register: ReadBack, tmp_path: Path) -> None:
    read_back(AbsenceRegister, "absence_register", "absences", stand_ins.world(), months(), tmp_path)
    inbox = register.mapped[0].unit.original.path.parents[1]
    assert contents(tmp_path / "inbox") == contents(inbox)
