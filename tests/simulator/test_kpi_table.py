"""What three KPI systems hand out, read back by one connector: the latest file of a month tells what is true."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from simulator.exports.kpi_table import MONTHS_SHOWN, KpiTable
from simulator.world.happenings import Happenings, typed
from simulator.world.kpis import KPIS
from simulator.world.world import World
from tests.simulator import stand_ins
from tests.simulator.read_back import ReadBack, contents, read_back

MONTHS, REDEFINED = 9, 5
TEAMS = [f"O1-{number:02d}" for number in range(12)]
KEY = ["kpi_id", "org_unit_id", "period_start", "definition_version"]
PARTS = ["value", "numerator", "denominator"]


def company(seed: int = 7, corrected: bool = True) -> World:
    world = stand_ins.world(seed, corrected=corrected)
    world.kpis = KPIS  # type: ignore[misc]
    return world


def months() -> list[Happenings]:
    rng = np.random.default_rng(5)
    held = []
    for ordinal in range(MONTHS):
        happened = stand_ins.month(ordinal)
        parts = []
        for kpi in KPIS:
            denominator = rng.integers(900, 5000, len(TEAMS)).astype(float)
            numerator = np.floor(denominator * rng.uniform(0.05, 0.9, len(TEAMS)))
            version = "2" if kpi.kpi_id == "handling_minutes" and ordinal >= REDEFINED else "1"
            parts.append(
                pd.DataFrame(
                    {
                        "kpi_id": kpi.kpi_id, "org_unit_id": TEAMS, "definition_version": version,
                        "period_start": np.datetime64(happened.first, "s"),
                        "period_end": np.datetime64(happened.last + timedelta(days=1), "s"),
                        "value": numerator / denominator if kpi.is_ratio else rng.integers(100, 9999, len(TEAMS)) / 100,
                        "numerator": numerator if kpi.is_ratio else np.nan,
                        "denominator": denominator if kpi.is_ratio else np.nan,
                    }
                )
            )  # fmt: skip
        table = pd.concat(parts, ignore_index=True)
        values = typed("kpi_values", {name: table[name] for name in table})
        held.append(stand_ins.month(ordinal, is_last=ordinal == MONTHS - 1, kpi_values=values))
    return held


@pytest.fixture(scope="module")
def handed_out(tmp_path_factory: pytest.TempPathFactory) -> ReadBack:
    folder = tmp_path_factory.mktemp("kpis")
    return read_back(KpiTable, "kpi_table", "kpi_values", company(), months(), folder)


def in_order(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(period_start=pd.to_datetime(rows["period_start"])).sort_values(KEY, ignore_index=True)


def test_every_value_of_every_file_is_read_and_remarks_are_rejected(handed_out: ReadBack) -> None:
    handed_out.refuse_imbalance()
    assert {mapped.unit.export for mapped in handed_out.mapped} == {"long", "wide", "wide_in_two_rows"}
    assert len(handed_out.rejects()) == MONTHS // 4
    assert {row["rule"] for row in handed_out.rejects()} == {"not_a_number"}


def test_the_latest_file_of_a_month_holds_what_was_true(handed_out: ReadBack) -> None:
    landed = in_order(handed_out.latest())
    true = in_order(pd.concat([happened["kpi_values"] for happened in months()]))
    assert landed[KEY].to_numpy().tolist() == true[KEY].to_numpy().tolist()
    assert pd.to_datetime(landed["period_end"]).tolist() == true["period_end"].tolist()
    for part in ("numerator", "denominator"):
        pd.testing.assert_series_equal(landed[part], true[part], check_dtype=False)
    # Spreadsheets show four places of a share and two of everything else.
    assert np.abs(landed["value"] - true["value"]).max() <= 0.00005 + 1e-9


def test_first_deliveries_that_miss_late_cases_are_put_right_by_later_ones(handed_out: ReadBack) -> None:
    corrected = sum(file.counts["corrected"] for file in handed_out.files)
    assert corrected > 0
    rows = pd.concat([pd.DataFrame(mapped.rows("kpi_values")) for mapped in handed_out.mapped])
    told = rows.groupby("record_key")["value"].nunique()
    assert (told > 1).sum() == corrected


def test_wide_files_cover_the_last_months_again(handed_out: ReadBack) -> None:
    wide = [
        mapped
        for file, mapped in zip(handed_out.files, handed_out.mapped, strict=True)
        if "operations" in file.path.name
    ]
    shown = [len({row["period_start"] for row in mapped.rows("kpi_values")}) for mapped in wide]
    assert shown == [*range(1, MONTHS_SHOWN), *[MONTHS_SHOWN] * (MONTHS - MONTHS_SHOWN + 1)]


def test_a_redefined_kpi_has_a_version_of_its_own_from_that_month_on(handed_out: ReadBack) -> None:
    landed = in_order(handed_out.latest())
    minutes = landed[landed["kpi_id"] == "handling_minutes"]
    assert minutes.groupby("period_start")["definition_version"].agg(set).tolist() == [{"1"}] * REDEFINED + [{"2"}] * (
        MONTHS - REDEFINED
    )


def test_without_corrections_nothing_is_told_in_two_ways(tmp_path: Path) -> None:
    world = company(corrected=False)
    told = read_back(KpiTable, "kpi_table", "kpi_values", world, months()[:3], tmp_path)
    rows = pd.concat([pd.DataFrame(mapped.rows("kpi_values")) for mapped in told.mapped])
    assert (rows.groupby("record_key")["value"].nunique() == 1).all()


def test_the_same_seed_gives_the_same_bytes_and_another_gives_others(tmp_path: Path) -> None:
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        read_back(KpiTable, "kpi_table", "kpi_values", company(seed), months()[:2], tmp_path / name)
    first, again, other = (contents(tmp_path / name / "inbox") for name in "abc")
    assert first == again
    assert first != other
