"""Numbers as people and spreadsheets write them: read rightly, or rejected with what would settle them."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.declaration import Declaration, with_settings
from connectors.errors import SettingsError
from connectors.mapping.number_notations import notation_of
from connectors.mapping.numbers import AUTO
from connectors.sql import literal
from tests.connectors.mapped import Mapped, declared, map_file

LEDGER = """\
tool: ledger
title: Ledger
status: draft
version: "1"
decimal: auto
thousands: auto
exports:
  lines:
    title: lines
    delivers: events
    columns: {id: Line, amount: Amount, hours: {names: Hours, optional: true}, until: {names: Until, optional: true}}
    kinds:
      costs:
        columns:
          cost_id: id
          cost_type: {constant: direct}
          currency: {constant: EUR}
          amount: {from: amount, accounting: true, percent: where_marked}
          period_start: {constant: "2026-01-01"}
          period_end: {from: until, shift: 1 day}
      kpi_values:
        columns:
          kpi_id: {constant: study}
          org_unit_id: id
          period_start: {constant: "2026-01-01"}
          period_end: {constant: "2026-02-01"}
          value: {from: hours, clock: minutes, scale: 60}
"""


def ledger(folder: Path, *amounts: str, decimal: str = "auto", hours: tuple[str, ...] = ()) -> Mapped:
    declaration: Declaration = declared(folder, LEDGER, "ledger")
    if decimal != "auto":
        declaration = with_settings(declaration, {"tools": {"ledger": {"decimal": decimal}}})
    path = folder / "lines.csv"
    told = hours or ("",) * len(amounts)
    lines = [f"L{i}\t{amount}\t{spent}\n" for i, (amount, spent) in enumerate(zip(amounts, told, strict=True))]
    path.write_text("Line\tAmount\tHours\n" + "".join(lines), encoding="utf-8")
    return map_file(path, declaration, folder / "out")


@pytest.mark.parametrize(
    ("amounts", "numbers"),
    [
        (("1.234", "0,5"), [1234.0, 0.5]),
        (("1,234", "0.5"), [1234.0, 0.5]),
        (("1.234", "12.34"), [1.234, 12.34]),
        (("1.234.567",), [1234567.0]),
        (("1.234,50", "2.000"), [1234.5, 2000.0]),
        (("1\u00a0234,5", "1\u202f000"), [1234.5, 1000.0]),
        (("1'234.50", "1’000"), [1234.5, 1000.0]),
        (("0.123",), [0.123]),
        (("1234.567",), [1234.567]),
        (("12", "7", "1000"), [12.0, 7.0, 1000.0]),
        (("1,5", "2.5"), [1.5, 2.5]),
    ],
)
def test_the_whole_column_tells_its_decimal_mark(
    tmp_path: Path, amounts: tuple[str, ...], numbers: list[float]
) -> None:
    assert ledger(tmp_path, *amounts).column("costs", "amount") == numbers


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("(12,50)", -12.5),
        ("12,50-", -12.5),
        ("12,50 -", -12.5),
        ("- 12,50", -12.5),
        ("\u221212,50", -12.5),
        ("€ 1.234,50", 1234.5),
        ("(1.234,50) EUR", -1234.5),
        ("91,3 %", 0.913),
    ],
)
def test_amounts_are_read_as_bookkeepers_write_them(tmp_path: Path, written: str, number: float) -> None:
    assert ledger(tmp_path, written).column("costs", "amount") == [pytest.approx(number, abs=1e-12)]


@pytest.mark.parametrize("written", ["--5", "(5", "5-5", "1.23.456", "1,2,3", "(-5-)", "five"])
def test_what_is_no_number_is_rejected(tmp_path: Path, written: str) -> None:
    assert [r["rule"] for r in ledger(tmp_path, written, "0,5").rejects("costs")] == ["not_a_number"]


def test_a_number_that_nothing_settles_is_rejected_with_the_setting_that_would(tmp_path: Path) -> None:
    mapped = ledger(tmp_path, "1.234", "7", "(2,500)")
    assert mapped.column("costs", "amount") == [7.0]
    assert [(r["source_line"], r["rule"], r["column_name"]) for r in mapped.rejects("costs")] == [
        (2, "ambiguous_number", "Amount"),
        (4, "ambiguous_number", "Amount"),
    ]
    assert (
        "`decimal: ','` or `decimal: '.'` in settings.yml under tools.ledger" in mapped.rejects("costs")[0]["expected"]
    )


@pytest.mark.parametrize(("decimal", "number"), [(",", 1234.0), (".", 1.234)])
def test_a_home_settles_what_its_files_leave_open(tmp_path: Path, decimal: str, number: float) -> None:
    assert ledger(tmp_path, "1.234", decimal=decimal).column("costs", "amount") == [number]


def test_a_setting_that_is_no_mark_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="decimal"):
        ledger(tmp_path, "1", decimal=";")


def test_a_column_written_both_ways_lands_what_reads_in_one_way_only(tmp_path: Path) -> None:
    mapped = ledger(tmp_path, "1,5", "2.5", "1.234")
    assert mapped.column("costs", "amount") == [1.5, 2.5]
    assert [r["rule"] for r in mapped.rejects("costs")] == ["ambiguous_number"]


def test_hours_are_read_from_a_clock_or_a_number(tmp_path: Path) -> None:
    mapped = ledger(tmp_path, "1", "1", "1", "1", hours=("1:30", "0,75", "26:05:30", "1:75"))
    assert mapped.column("kpi_values", "value") == [90.0, 45.0, 1565.5]
    assert [r["rule"] for r in mapped.rejects("kpi_values")] == ["not_a_number"]


SHEET = """\
tool: sheet
title: Sheet
status: draft
version: "1"
decimal: auto
thousands: auto
exports:
  values:
    title: values
    delivers: events
    columns: {team: Team, month: Month, until: Until, value: Value, orders: Orders}
    kinds:
      kpi_values:
        columns:
          kpi_id: {constant: k}
          org_unit_id: team
          period_start: {from: month, formats: ["%Y-%m", "%m %Y"], month_words: {mrt: "3"}}
          period_end: {from: month, formats: ["%Y-%m", "%m %Y"], month_words: {mrt: "3"}, shift: 1 month}
          value: value
          denominator: orders
      absences:
        only: [{column: until, filled: true}]
        columns:
          person_token: {from: team, identifier: employee_number}
          started_date: {from: until, formats: "%d-%m-%Y"}
          ended_date: {from: until, formats: "%d-%m-%Y", shift: -1 day}
"""


def sheet(folder: Path, *lines: str) -> Mapped:
    path = folder / "values.csv"
    path.write_text("\n".join(["Team;Month;Until;Value;Orders", *lines]), encoding="utf-8")
    return map_file(path, declared(folder, SHEET, "sheet"), folder / "out")


def test_a_column_that_cannot_tell_is_read_as_the_others_of_its_file(tmp_path: Path) -> None:
    mapped = sheet(tmp_path, "T1;2026-03;;0,91;1.234", "T2;2026-03;;0,87;1.020")
    assert mapped.column("kpi_values", "denominator") == [1234.0, 1020.0]


def test_a_column_speaks_for_itself_before_others_do(tmp_path: Path) -> None:
    mapped = sheet(tmp_path, "T1;2026-03;;0,91;1234.5", "T2;2026-03;;0,87;1.020")
    assert mapped.column("kpi_values", "denominator") == [1234.5, 1.02]


def test_a_date_is_moved_by_days_or_months(tmp_path: Path) -> None:
    mapped = sheet(tmp_path, "T1;mrt 2026;01-03-2026;1;1", "T2;2026-12;;1;1")
    assert mapped.column("kpi_values", "period_start") == [date(2026, 3, 1), date(2026, 12, 1)]
    assert mapped.column("kpi_values", "period_end") == [date(2026, 4, 1), date(2027, 1, 1)]
    assert mapped.column("absences", "ended_date") == [date(2026, 2, 28)]


# ------------------------------------------------------------------------------------------------- never misread

MARKS = {"Dutch": (",", "."), "English": (".", ","), "French": (",", " "), "Swiss": (".", "'"), "bare": (",", "")}
"""Decimal and thousands mark."""
NUMBERS = st.tuples(st.integers(0, 9_999_999), st.integers(0, 4)).map(lambda n: (n[0] / 10 ** n[1], n[1]))


def written_as(number: float, places: int, notation: str) -> str:
    decimal, thousands = MARKS[notation]
    return f"{number:,.{places}f}".translate({ord(","): thousands, ord("."): decimal})


@settings(max_examples=150, deadline=None)
@given(st.lists(NUMBERS, min_size=1, max_size=6), st.sampled_from(sorted(MARKS)))
def test_a_number_is_read_rightly_or_not_at_all_whatever_the_column_holds(
    numbers: list[tuple[float, int]], notation: str
) -> None:
    texts = [written_as(number, places, notation) for number, places in numbers]
    rows = ", ".join(f"({i}, {literal(text)})" for i, text in enumerate(texts))
    with duckdb.connect() as connection:
        records = f"SELECT * FROM (VALUES {rows}) AS t(place, cell)"
        found = notation_of(connection, "cell", [], AUTO, lambda _: records)
        read = connection.execute(f"SELECT {found.number('cell')} FROM ({records}) ORDER BY place").fetchall()
    for (value,), (number, _), text in zip(read, numbers, texts, strict=True):
        assert value is None or value == pytest.approx(number), f"{text} among {texts}"
        # What could only be meant in one way is never given up.
        assert value is not None or re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", text), f"{text} among {texts}"
