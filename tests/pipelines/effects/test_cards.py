"""From plan to card on a small warehouse: planted effects come out, and what a guard blocks has no figure anywhere."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from connectors.home import Home
from pipelines.effects.cards import write_effect_cards
from tests.pipelines.effects.warehouse import MONTHS, SmallWarehouse

TABLES = ("effect_cards", "fct_causal_estimate", "fct_study_guard", "study_registration")


def judged(home: Home, warehouse: SmallWarehouse) -> duckdb.DuckDBPyConnection:
    connection = warehouse.build()
    write_effect_cards(home, connection, date(2026, 1, 1), "build")
    return connection


def card_of(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    (row,) = connection.execute("select * from metrics.effect_cards").df().to_dict("records")
    return {str(name): value for name, value in row.items()}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_a_planted_effect_comes_out_with_its_interval_its_cost_and_its_return(home: Home) -> None:
    row = card_of(judged(home, SmallWarehouse()))
    assert row["verdict"] == "credible", row["card"]
    assert row["ci_low"] < 2.0 < row["ci_high"]
    assert row["estimate"] == pytest.approx(2.0, abs=0.4)
    assert (row["n_units"], row["n_treated"]) == (24, 12)
    assert row["cost_total"] == 6000
    # Four teams each gain for ten, eight and six months up to the end of the panel, at 100 EUR an hour and month.
    assert row["roi"] == pytest.approx((row["estimate"] * 4 * (10 + 8 + 6) * 100 - 6000) / 6000)
    assert row["roi_low"] < row["roi"] < row["roi_high"]
    assert row["is_window_over"]
    page = home.warehouse / "effects" / "I.k.html"
    assert "Steady hands" in page.read_text(encoding="utf-8")


def test_the_lag_is_waited_for_and_the_window_ends_the_panel(home: Home) -> None:
    told = json.loads(card_of(judged(home, SmallWarehouse()))["card"])
    assert sorted(told["who"]["starts"]) == ["2024-10", "2024-12", "2025-02"], "planned in the month before"
    assert (told["who"]["first_period"], told["who"]["last_period"]) == ("2024-01", "2025-07")


def test_a_programme_that_moves_nothing_is_said_to_show_no_effect_larger_than_a_bound(home: Home) -> None:
    row = card_of(judged(home, SmallWarehouse(effect=0.0)))
    assert row["ci_low"] < 0 < row["ci_high"]
    assert row["conclusion"].startswith("No effect detected larger than")
    assert "no effect." not in row["conclusion"].lower()


BLOCKED = {
    "kpi_definition": SmallWarehouse(redefined=14),
    "match_rosters": SmallWarehouse(unmatched_share=0.03),
    "contamination": SmallWarehouse(trained_controls=0.2),
    "registered_first": SmallWarehouse(registered=date(2024, 10, 1)),
    "kpi_coverage": SmallWarehouse(missing=frozenset((team, month) for team in range(12, 18) for month in range(10, 20))),
}  # fmt: skip


@pytest.mark.parametrize("guard", BLOCKED)
def test_what_a_guard_blocks_has_no_figure_in_any_table_or_page(home: Home, guard: str) -> None:
    canary = 1234.5678
    connection = judged(home, replace(BLOCKED[guard], effect=canary))
    row = card_of(connection)
    level = "select level from metrics.fct_study_guard where guard = ?"
    assert connection.execute(level, [guard]).fetchone() == ("block",)
    assert row["verdict"] == "not credible"
    assert row["is_withheld"]
    told = [str(connection.execute(f"select * from metrics.{table}").fetchall()) for table in TABLES]
    told += [page.read_text(encoding="utf-8") for page in (home.warehouse / "effects").iterdir()]
    for text in told:
        assert not {digits for digits in ("1234", "1233", "1235", "1,234", "1,235", "1,233") if digits in text}
    assert connection.execute("select count(*) from metrics.fct_causal_estimate").fetchone() == (0,)


def test_a_team_that_has_no_values_is_left_out_and_told(home: Home) -> None:
    missing = frozenset((20, month) for month in range(3, 7))
    told = json.loads(card_of(judged(home, SmallWarehouse(missing=missing)))["card"])
    assert told["dropped"] == [{"unit": "T20", "reason": "values are missing between others (4 cells)"}]
    assert told["n_units"] == 23


def test_a_plan_that_is_changed_after_outcomes_were_seen_is_not_credible_and_the_old_one_stays(home: Home) -> None:
    judged(home, SmallWarehouse())
    better = SmallWarehouse(starts=dict.fromkeys(range(12), 8))
    connection = judged(home, better)
    assert card_of(connection)["verdict"] == "not credible"
    plans = connection.execute(
        "select is_current, changed_after_outcomes from metrics.study_registration order by frozen_at"
    ).fetchall()
    assert plans == [(False, False), (True, True)]


def test_a_pilot_without_any_value_of_its_kpi_is_not_estimable_and_says_why(home: Home) -> None:
    everything = frozenset((team, month) for team in range(12) for month in range(24))
    row = card_of(judged(home, SmallWarehouse(missing=everything)))
    assert row["verdict"] == "not estimable"
    assert "No planned team has a value in every period" in row["card"]
    assert row["estimate"] != row["estimate"]


def test_a_return_is_refused_where_the_verdict_is_not_credible(home: Home) -> None:
    row = card_of(judged(home, SmallWarehouse(assignment="chosen", unmatched_share=0.03)))
    assert row["roi"] != row["roi"]
    assert "credible effect only" in row["return_refused"]
    assert row["cost_total"] == 6000, "what it cost is known all the same"


def test_a_start_after_the_last_period_counts_as_never_within_the_panel(home: Home) -> None:
    starts = {**dict.fromkeys(range(8), 8), 8: 23}
    told = json.loads(card_of(judged(home, SmallWarehouse(starts=starts)))["card"])
    assert told["n_treated"] == 8
    assert MONTHS[23].isoformat()[:7] not in told["who"]["starts"]
