"""Jira's issues become what their team did in a month: long texts, repeated headers, times left below zero."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from connectors.declaration import CATALOGUE
from tests.connectors.mapped import Mapped, map_file

SAMPLES = CATALOGUE / "samples" / "jira_service_management"
JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)


@pytest.fixture(scope="module")
def issues(tmp_path_factory: pytest.TempPathFactory) -> Mapped:
    path = SAMPLES / "Jira Export CSV (all fields) 20260302071500.csv"
    return map_file(path, "jira_service_management", tmp_path_factory.mktemp("jira"))


def ratios(mapped: Mapped, month: date, unit: str) -> dict[str, tuple[float, float]]:
    return {
        r["kpi_id"].removeprefix("jira:"): (round(r["numerator"], 6), r["denominator"])
        for r in mapped.rows("kpi_values")
        if (r["period_start"], r["org_unit_id"]) == (month, unit) and r["denominator"]
    }


def test_a_time_left_below_zero_is_a_service_level_missed(issues: Mapped) -> None:
    north = ratios(issues, JANUARY, "North")
    assert north["resolution_in_time"] == (1, 2)
    assert north["first_response_in_time"] == (1, 2)
    assert north["satisfaction"] == (7, 2)
    assert north["hours_spent"] == (2.5, 2)


def test_an_issue_of_no_team_counts_for_its_project_and_an_open_one_not_at_all(issues: Mapped) -> None:
    counted = {
        (r["org_unit_id"], r["period_start"]): r["value"]
        for r in issues.rows("kpi_values")
        if r["kpi_id"] == "jira:issues_resolved"
    }
    assert counted == {("North", JANUARY): 2, ("North", FEBRUARY): 1, ("Service Desk", FEBRUARY): 1}


def test_a_clock_that_still_runs_and_a_record_that_was_cut_off_are_rejected(issues: Mapped) -> None:
    assert [(r["source_line"], r["rule"], r["value"]) for r in issues.rejects("kpi_values")] == [
        (9, "unknown_value", "running"),
        (11, "open_quote", None),
    ]


def test_a_german_export_says_the_same(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "vorgaenge_de.csv", "jira_service_management", tmp_path)
    assert ratios(mapped, JANUARY, "Süd") == {"resolution_in_time": (1, 2), "satisfaction": (4.5, 1)}
