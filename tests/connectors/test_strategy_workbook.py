"""The strategy workbook: a sheet per table, as a workbook or as files, in the words of whoever keeps it."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter

from connectors.declaration import CATALOGUE
from connectors.errors import OriginalRefused
from connectors.records import RECORD_KINDS
from tests.connectors.mapped import Mapped, map_file

SAMPLES = CATALOGUE / "samples" / "strategy_workbook"
KINDS = {name for name in RECORD_KINDS if name.startswith("strategy_")}


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Mapped:
    return map_file(SAMPLES / "strategy_2025.xlsx", "strategy_workbook", tmp_path_factory.mktemp("workbook"))


def test_every_sheet_of_the_workbook_lands_as_its_own_kind_and_the_cover_is_passed_over(workbook: Mapped) -> None:
    assert {kind.kind.name for kind in workbook.unit.kinds} == KINDS
    assert {name: workbook.counts(name)[1] for name in KINDS} == {
        "strategy_vision": 1, "strategy_target_mix": 4, "strategy_goals": 3, "strategy_kpis": 2,
        "strategy_capabilities": 2, "strategy_capability_targets": 2, "strategy_ld_maturity": 2,
        "strategy_initiatives": 1, "strategy_links": 4, "strategy_enrolment_policies": 1, "strategy_agreements": 1,
        "strategy_requirements": 1, "strategy_pilots": 2, "strategy_readiness": 2,
    }  # fmt: skip


def test_a_cell_that_cannot_be_understood_is_told_with_sheet_row_column_and_what_to_write(workbook: Mapped) -> None:
    told = [
        (kind, r["source_line"], r["column_name"], r["rule"], r["expected"])
        for kind in ("strategy_target_mix", "strategy_initiatives")
        for r in workbook.rejects(kind)
    ]
    assert [row[:4] for row in told] == [
        ("strategy_target_mix", 6, "Target share", "not_a_number"),
        ("strategy_initiatives", 3, "Owner level", "unknown_value"),
    ]
    assert "percentage" in told[0][4]
    assert told[1][4].startswith("one of hr, manager")


def test_a_share_is_a_number_a_percentage_or_a_cell_that_looks_like_one(workbook: Mapped, tmp_path: Path) -> None:
    assert workbook.column("strategy_target_mix", "target_share") == [0.4, 0.6, 0.7, 0.2]
    assert workbook.column("strategy_links", "weight") == [1, 0.5, 0.5, 1]
    dutch = map_file(SAMPLES / "mix_2026.csv", "strategy_workbook", tmp_path)
    assert dutch.column("strategy_target_mix", "target_share") == [0.375, 0.625]


def test_a_row_that_changed_is_two_rows_that_follow_each_other(workbook: Mapped) -> None:
    goals = [r for r in workbook.rows("strategy_goals") if r["goal_id"] == "GO1"]
    assert [(r["valid_from"], r["valid_to"]) for r in goals] == [
        (date(2025, 1, 1), date(2025, 7, 1)),
        (date(2025, 7, 1), None),
    ]
    assert len({r["record_key"] for r in goals}) == 2


def test_days_are_date_cells_or_written_in_any_usual_way(workbook: Mapped) -> None:
    assert workbook.column("strategy_ld_maturity", "assessed_date") == [date(2025, 2, 14), date(2025, 2, 14)]
    (first, _) = workbook.rows("strategy_pilots")
    assert (first["planned_start_date"], first["registered_date"]) == (date(2025, 3, 1), date(2025, 1, 20))


def test_amounts_words_and_flags_are_understood(workbook: Mapped) -> None:
    kpis = {r["kpi_id"]: r for r in workbook.rows("strategy_kpis")}
    assert (kpis["stops"]["unit_value"], kpis["stops"]["direction"], kpis["stops"]["lag_days"]) == (1250, "down", 60)
    assert workbook.column("strategy_capabilities", "is_strategic") == [True, False]
    assert workbook.column("strategy_enrolment_policies", "needs_confirmation") == [True]


def test_german_words_are_words_too_and_one_that_is_none_is_rejected(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "ziele_2026.csv", "strategy_workbook", tmp_path)
    assert mapped.column("strategy_goals", "theme") == ["efficiency", "customer"]
    assert [(r["source_line"], r["column_name"], r["value"]) for r in mapped.rejects("strategy_goals")] == [
        (4, "Thema", "Zukunft")
    ]


def test_a_last_day_and_a_first_day_after_it_mean_the_same(tmp_path: Path) -> None:
    path = tmp_path / "vision.csv"
    path.write_text(
        "vision_id,statement,valid_from,valid_until,valid_to\nV1,a,2025-01-01,2025-12-31,\nV2,b,2025-01-01,,2026-01-01\n",
        encoding="utf-8",
    )
    mapped = map_file(path, "strategy_workbook", tmp_path / "scratch")
    assert set(mapped.column("strategy_vision", "valid_to")) == {date(2026, 1, 1)}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_columns_of_a_table_by_their_own_names_are_its_header(tmp_path: Path, kind: str) -> None:
    names = [column.name for column in RECORD_KINDS[kind].columns]
    spoken = [name.replace("_", " ").capitalize() for name in names]
    for place, header in enumerate((names, spoken)):
        path = tmp_path / f"{place}.csv"
        path.write_text(",".join(header) + "\n", encoding="utf-8")
        mapped = map_file(path, "strategy_workbook", tmp_path / str(place))
        assert [found.kind.name for found in mapped.unit.kinds] == [kind]


def test_a_sheet_without_a_column_that_it_needs_is_refused_with_its_place_and_the_column(tmp_path: Path) -> None:
    path = tmp_path / "strategy.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"created": datetime(2025, 3, 2)})
        for name, header in {
            "Vision": ("Vision ID", "Statement"),
            "Pilots": ("Initiative ID", "Planned start"),
        }.items():
            book.add_worksheet(name).write_row(0, 0, header)
    with pytest.raises(OriginalRefused, match=r"Sheet 2.* also needs the column 'kpi_id', 'org_unit_id'"):
        map_file(path, "strategy_workbook", tmp_path / "scratch")
