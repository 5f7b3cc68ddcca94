"""Zendesk's tickets become what their group did in a month, and nothing lands about a ticket."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from connectors.declaration import CATALOGUE
from tests.connectors.mapped import Mapped, map_file

SAMPLE = CATALOGUE / "samples" / "zendesk" / "export-2026-03-02-0715-0000001.csv"
JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)


@pytest.fixture(scope="module")
def tickets(tmp_path_factory: pytest.TempPathFactory) -> Mapped:
    return map_file(SAMPLE, "zendesk", tmp_path_factory.mktemp("zendesk"))


def value(tickets: Mapped, kpi: str, unit: str | None, month: date) -> tuple[Any, Any, Any]:
    (row,) = (
        r
        for r in tickets.rows("kpi_values")
        if (r["kpi_id"], r["org_unit_id"], r["period_start"]) == (f"zendesk:{kpi}", unit, month)
    )
    return row["value"], row["numerator"], row["denominator"]


def test_tickets_add_up_to_ratios_of_a_group_and_month(tickets: Mapped) -> None:
    north = "Service desk North"
    assert value(tickets, "tickets_solved", north, JANUARY) == (2, None, None)
    assert value(tickets, "full_resolution_minutes", north, JANUARY) == (None, 1530 + 35099, 2)
    assert value(tickets, "satisfaction", north, JANUARY) == (None, 1, 2)
    assert value(tickets, "reopened", north, JANUARY) == (None, 1, 2)
    assert value(tickets, "first_reply_minutes", north, FEBRUARY) == (None, 1005, 1), "1,005 minutes are a thousand"
    assert value(tickets, "tickets_solved", None, FEBRUARY) == (1, None, None), "a ticket that no group had"


def test_a_rating_that_was_not_given_and_a_ticket_that_is_open_count_for_nothing(tickets: Mapped) -> None:
    rated = [r for r in tickets.rows("kpi_values") if r["kpi_id"] == "zendesk:satisfaction"]
    assert sum(r["denominator"] for r in rated) == 3
    assert "Service desk South" not in tickets.column("kpi_values", "org_unit_id")


def test_a_ticket_that_stands_twice_counts_once_and_one_without_a_month_is_rejected(tickets: Mapped) -> None:
    read, landed, rejected, duplicate = tickets.counts("kpi_values")
    assert (landed, rejected, duplicate) == (20, 4, 7)
    assert read == landed + rejected + duplicate
    assert {(r["source_line"], r["rule"], r["value"]) for r in tickets.rejects("kpi_values")} == {
        (8, "not_a_date", "last week")
    }
    assert tickets.unit.source_rows == 7


def test_neither_agents_nor_customers_are_looked_at(tickets: Mapped) -> None:
    assert tickets.tokeniser.clear == set()
    assert {"Assignee", "Requester email", "Subject"} <= set(tickets.unit.unread)
