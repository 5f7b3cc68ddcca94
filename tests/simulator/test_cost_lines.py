"""The ledger, read back by its connector: every euro with its sign."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from simulator.exports.cost_lines import CostLines
from simulator.world.happenings import Happenings
from tests.simulator import stand_ins
from tests.simulator.read_back import ReadBack, contents, read_back

MONTHS = 24
"""Long enough for every office to reverse an invoice."""


def months() -> list[Happenings]:
    held = []
    for ordinal in range(MONTHS):
        happened = stand_ins.month(ordinal)
        defaults = {
            "org_unit_id": "O1", "cost_tool": "", "provider": "", "cost_type": "direct", "offering": -1,
            "period_start": happened.first, "period_end": happened.last + timedelta(days=1),
        }  # fmt: skip
        rows = [
            {"cost": 4 * ordinal, "provider": "Openleaf Hosting", "cost_tool": "moodle", "amount": 840.0},
            {
                "cost": 4 * ordinal + 1,
                "offering": 0,
                "provider": "Kompas, Coaching & Co",
                "amount": 12_345.67 + ordinal,
            },
            {"cost": 4 * ordinal + 2, "offering": 1, "cost_type": "opportunity", "amount": 1_000.0},
            {"cost": 4 * ordinal + 3, "offering": 2, "provider": "Académie", "amount": 0.5},
        ]
        table = stand_ins.table("costs", defaults, *rows)
        held.append(stand_ins.month(ordinal, is_last=ordinal == MONTHS - 1, costs=table))
    return held


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> ReadBack:
    folder = tmp_path_factory.mktemp("costs")
    return read_back(CostLines, "cost_lines", "costs", stand_ins.world(), months(), folder)


def text_of(path: Path) -> str:
    raw = path.read_bytes()
    encoding = "utf-16" if raw.startswith(b"\xff\xfe") else "utf-8-sig" if raw.startswith(b"\xef\xbb\xbf") else "cp1252"
    return raw.decode(encoding)


def true_costs() -> pd.DataFrame:
    return pd.concat([happened["costs"] for happened in months()], ignore_index=True)


def test_every_line_is_read_and_the_total_below_is_no_line(ledger: ReadBack) -> None:
    ledger.refuse_imbalance()
    assert ledger.rejects() == []
    assert len(ledger.latest()) == 4 * MONTHS + sum(file.counts["reversed"] for file in ledger.files)
    assert set(ledger.latest()["currency"]) == {"EUR"}


def test_amounts_keep_value_and_sign_in_every_dialect(ledger: ReadBack) -> None:
    landed = ledger.latest()
    plain = landed[~landed["cost_id"].str.contains("-")].sort_values("cost_id")
    assert plain["amount"].tolist() == true_costs()["amount"].tolist()
    reversals = landed[landed["cost_id"].str.endswith("-3")]
    assert len(reversals) == MONTHS // 3
    assert (reversals["amount"] < -12_000).all()
    assert landed["amount"].sum() == pytest.approx(true_costs()["amount"].sum())


def test_types_periods_and_who_was_paid_come_out_of_every_dialect(ledger: ReadBack) -> None:
    landed = ledger.latest()
    plain = landed[~landed["cost_id"].str.contains("-")].sort_values("cost_id").fillna("")
    costs = true_costs()
    assert plain["cost_type"].tolist() == costs["cost_type"].tolist()
    assert plain["provider"].tolist() == costs["provider"].tolist()
    assert plain["cost_tool"].tolist() == costs["cost_tool"].tolist()
    codes = np.array([*(offering.code for offering in stand_ins.OFFERINGS), ""])
    assert plain["activity_id"].tolist() == codes[costs["offering"]].tolist()
    assert plain["period_start"].iloc[0] == date(2025, 10, 1)
    assert plain["period_end"].iloc[0] == date(2025, 11, 1)


def test_credits_are_written_as_each_program_writes_them(ledger: ReadBack) -> None:
    told = "".join(text_of(mapped.unit.original.path) for mapped in ledger.mapped)
    assert re.search(r";12\.3\d\d,67-;", told), "Dutch: the minus behind"
    assert re.search(r'"\(12,3\d\d\.67\)"', told), "English: in parentheses"
    assert re.search(r";123\d\d,67;H;EUR;", told), "German: the side beside it"
    assert re.search(r"\t-12\u00a03\d\d,67 €\t", told), "French: a blank between thousands, and the currency"


def test_the_same_months_give_the_same_bytes(ledger: ReadBack, tmp_path: Path) -> None:
    read_back(CostLines, "cost_lines", "costs", stand_ins.world(), months(), tmp_path)
    inbox = ledger.mapped[0].unit.original.path.parents[1]
    assert contents(tmp_path / "inbox") == contents(inbox)
