"""Salesforce's reports become what a team did in a month; the end of a report is no record."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from connectors.declaration import CATALOGUE
from connectors.errors import OriginalRefused
from tests.connectors.mapped import Mapped, map_file

SAMPLES = CATALOGUE / "samples" / "salesforce"
JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)


def values(mapped: Mapped) -> dict[tuple[str, str, date], tuple[float | None, float | None, float | None]]:
    return {
        (r["kpi_id"].removeprefix("salesforce:"), r["org_unit_id"], r["period_start"]): (
            r["value"],
            round(r["numerator"], 6) if r["numerator"] is not None else None,
            r["denominator"],
        )
        for r in mapped.rows("kpi_values")
    }


def test_cases_add_up_and_the_end_of_the_report_is_left_out(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "report1772435700123.csv", "salesforce", tmp_path)
    assert (mapped.unit.source_rows, mapped.unit.rows_not_records) == (6, 6)
    found = values(mapped)
    assert found["cases_closed", "Service North", JANUARY] == (2, None, None)
    assert found["case_age_hours", "Service North", JANUARY] == (None, 1121.4, 2)
    assert found["cases_escalated", "Service North", JANUARY] == (None, 1, 2)
    assert found["cases_closed", "Service South", FEBRUARY] == (1, None, None), "00:05 is the next month"
    assert {(r["source_line"], r["value"]) for r in mapped.rejects("kpi_values")} == {(6, "soon")}
    assert mapped.counts("kpi_values") == (12, 6, 3, 3), "a case that stands twice counts once"


def test_what_is_won_counts_in_its_currency_and_what_is_open_not_at_all(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "opportunities_de.csv", "salesforce", tmp_path)
    assert (mapped.unit.source_rows, mapped.unit.rows_not_records) == (5, 4)
    assert values(mapped) == {
        ("opportunities_won", "Vertrieb Nord", JANUARY): (2, None, None),
        ("win_rate", "Vertrieb Nord", JANUARY): (None, 2, 3),
        ("amount_won:EUR", "Vertrieb Nord", JANUARY): (12500.5, None, None),
        ("amount_won:CHF", "Vertrieb Nord", JANUARY): (1000, None, None),
        ("opportunities_won", "Vertrieb Süd", FEBRUARY): (1, None, None),
        ("win_rate", "Vertrieb Süd", FEBRUARY): (None, 1, 1),
    }


def test_a_report_without_teams_is_refused_because_an_owner_is_a_person(tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    path.write_text("Case Number,Case Owner,Status,Date/Time Closed\n1,Anna Visser,Closed,1/6/2026\n", encoding="utf-8")
    with pytest.raises(OriginalRefused, match="needs the column 'Owner Role'"):
        map_file(path, "salesforce", tmp_path / "scratch")


def test_the_end_of_a_report_stands_under_whichever_column_is_the_first(tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    path.write_text(
        "Escalated,Date/Time Closed,Case Number,Status,Team\n0,1/6/2026,1,Closed,North\n\nGrand Totals (1 record)\n"
        "Copyright © 2000-2026 salesforce.com inc. All rights reserved.\nAcme Europe\n",
        encoding="utf-8",
    )
    mapped = map_file(path, "salesforce", tmp_path / "scratch")
    assert (mapped.unit.source_rows, mapped.unit.rows_not_records) == (1, 3)
    assert mapped.counts("kpi_values") == (2, 2, 0, 0)
