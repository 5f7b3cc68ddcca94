"""Records that are added up of parts: tickets become what their team did in a month, before anything lands."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from connectors.errors import SettingsError
from tests.connectors.mapped import Mapped, declared, map_file

DESK = """\
tool: desk
title: Desk
status: draft
version: "1"
exports:
  tickets:
    title: tickets
    delivers: events
    columns: {id: Id, team: Team, solved: Solved, hours: Hours}
    kinds:
      kpi_values:
        adds_up: [numerator, denominator]
        once_per: id
        columns:
          kpi_id: {constant: hours to solve}
          org_unit_id: team
          period_start: &month {from: solved, formats: "%d-%m-%Y %H:%M", first_day_of: month}
          period_end: {from: solved, formats: "%d-%m-%Y %H:%M", first_day_of: month, shift: 1 month}
          numerator: hours
          denominator: {constant: "1"}
"""


def tickets(folder: Path, *rows: str, text: str = DESK) -> Mapped:
    path = folder / "tickets.csv"
    path.write_text("Id,Team,Solved,Hours\n" + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return map_file(path, declared(folder, text, "desk"), folder / "scratch")


def test_tickets_become_one_value_of_a_team_in_a_month(tmp_path: Path) -> None:
    mapped = tickets(tmp_path, "1,A,31-01-2026 23:59,0.1", "2,A,01-01-2026 00:00,0.2", "3,A,01-02-2026 08:00,5")
    found = [
        (r["org_unit_id"], r["period_start"], r["period_end"], r["numerator"], r["denominator"], r["source_line"])
        for r in mapped.rows("kpi_values")
    ]
    assert found == [
        ("A", date(2026, 1, 1), date(2026, 2, 1), pytest.approx(0.3), 2.0, 2),
        ("A", date(2026, 2, 1), date(2026, 3, 1), 5.0, 1.0, 4),
    ]
    assert mapped.counts("kpi_values") == (2, 2, 0, 0)
    assert mapped.unit.source_rows == 3


def test_a_ticket_that_stands_twice_counts_once_and_one_told_in_two_ways_is_rejected(tmp_path: Path) -> None:
    row = "1,A,02-01-2026 08:00,4"
    mapped = tickets(tmp_path, row, row, "1,A,02-02-2026 08:00,4", "2,A,soon,1", "3,,02-01-2026 09:00,2")
    assert mapped.counts("kpi_values") == (5, 2, 2, 1)
    assert [(r["source_line"], r["rule"], r["column_name"]) for r in mapped.rejects("kpi_values")] == [
        (4, "key_conflict", "id"),
        (5, "not_a_date", "Solved"),
    ]
    assert {(r["org_unit_id"], r["numerator"]) for r in mapped.rows("kpi_values")} == {("A", 4.0), (None, 2.0)}


def test_a_week_begins_on_its_monday(tmp_path: Path) -> None:
    text = DESK.replace("first_day_of: month}", "first_day_of: week}")
    mapped = tickets(tmp_path, "1,A,01-02-2026 08:00,4", text=text)
    assert mapped.column("kpi_values", "period_start") == [date(2026, 1, 26)]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (DESK.replace("        once_per: id\n", ""), "needs `once_per`"),
        (DESK.replace("[numerator, denominator]", "[numerator, kpi_id]"), "unknown number of kpi_values 'kpi_id'"),
        (DESK.replace("adds_up: [numerator, denominator]", "adds_up: [numerator]"), "'denominator' neither adds up"),
        (DESK.replace("        adds_up: [numerator, denominator]\n", ""), "`adds_up`, which is missing"),
        (DESK.replace("once_per: id", "once_per: nr"), "'nr'"),
    ],
)
def test_a_sum_that_could_not_be_told_is_refused(tmp_path: Path, wrong: str, told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        declared(tmp_path, wrong, "desk")
