"""Cells as offices write them, and questions about people on the day."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from simulator.exports.as_of import as_of
from simulator.exports.spreadsheet import DUTCH, ENGLISH, FRENCH, GERMAN, Dialect
from tests.simulator.stand_ins import Staff

AT = np.array(["2026-03-01T09:05:33", "NaT", "2026-12-24T00:00:00"], dtype="datetime64[s]")


@pytest.mark.parametrize(
    ("dialect", "moment", "number"),
    [
        (DUTCH, "01-03-2026 09:05", "1234,50"),
        (ENGLISH, "2026-03-01 09:05", "1234.50"),
        (GERMAN, "01.03.2026 09:05", "1234,50"),
        (FRENCH, "01/03/2026 09:05", "1234,50"),
    ],
    ids=["nl", "en", "de", "fr"],
)
def test_each_office_has_its_own_dates_and_marks_and_leaves_blank_what_is_missing(
    dialect: Dialect, moment: str, number: str
) -> None:
    assert dialect.moments(AT)[:2].tolist() == [moment, ""]
    assert dialect.days(AT)[:2].tolist() == [moment[:10], ""]
    assert dialect.clocks(AT).tolist() == ["09:05", "", "00:00"]
    assert dialect.numbers([1234.5, np.nan], 2).tolist() == [number, ""]


def test_a_table_of_nothing_is_a_header() -> None:
    empty = np.array([], dtype="datetime64[s]")
    assert DUTCH.render(["a", "b"], [DUTCH.moments(empty), DUTCH.numbers([])]) == b"a;b\r\n"


def test_lines_above_and_below_are_as_wide_as_the_table() -> None:
    rendered = ENGLISH.render(["a", "b"], [["1"], ["x, y"]], above=["List", ""], below=["Total"])
    assert rendered.decode().splitlines() == ["List,", ",", "a,b", '1,"x, y"', "Total,"]


def test_people_are_asked_about_as_they_were_on_the_day_and_nobody_is_blank() -> None:
    staff = Staff(renamed={3: date(2026, 3, 2)})
    at = np.array(["2026-03-05", "2026-03-01", "2026-03-05", "2026-03-01"], dtype="datetime64[s]")
    assert as_of(staff.emails_at, [3, 3, -1, 4], at).tolist() == [
        "kramer.3@meridian.example.com",
        "faber.3@meridian.example.com",
        "",
        "faber.4@meridian.example.com",
    ]
