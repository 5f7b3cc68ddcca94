"""A workbook is read as its tool's CSV would be, but that a date is a date and a sheet may be one export of several."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from connectors.errors import OriginalRefused
from connectors.reading import workbooks
from tests.connectors.mapped import REAL_DATA, Mapped, declared, map_file, token_of

TIME = """\
tool: acme
title: Acme
status: draft
version: "1"
exports:
  time:
    title: time sheet
    delivers: events
    columns:
      who: Who
      when: When
      minutes: Minutes
      formal: {names: Formal, optional: true}
    kinds:
      learning_time:
        columns:
          person_token: {from: who, identifier: employee_number}
          learning_date: {from: when, formats: ["%d/%m/%Y"]}
          minutes: {from: minutes, decimal: ","}
          is_formal: {from: formal, is_true: [ja], is_false: [nee]}
"""
HEADER = ["Who", "When", "Minutes", "Formal"]


def workbook(path: Path, sheets: Mapping[str, Sequence[Sequence[Any]]], hidden: Sequence[str] = ()) -> Path:
    """Write sheets of values; a value that begins with ``=#`` is a formula that failed with that error."""
    with xlsxwriter.Workbook(path, {"default_date_format": "dd mmm yy hh:mm", "strings_to_formulas": False}) as book:
        hours = book.add_format({"num_format": "[h]:mm:ss"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for i, row in enumerate(rows):
                for j, value in enumerate(row):
                    if isinstance(value, timedelta):
                        sheet.write_datetime(i, j, value, hours)
                    elif isinstance(value, str) and value.startswith("=#"):
                        sheet.write_formula(i, j, "=1/0", None, value[1:])
                    else:
                        sheet.write(i, j, value)
            sheet.hide() if name in hidden else sheet.activate()
    return path


def read_sheets(
    folder: Path, sheets: Mapping[str, Sequence[Sequence[Any]]], text: str = TIME, hidden: Sequence[str] = ()
) -> Mapped:
    path = workbook(folder / "time.xlsx", sheets, hidden)
    return map_file(path, declared(folder, text), folder / "scratch")


def refusal(folder: Path, content: bytes, text: str = TIME) -> str:
    path = folder / "time.xlsx"
    path.write_bytes(content)
    with pytest.raises(OriginalRefused) as caught:
        map_file(path, declared(folder, text), folder / "scratch")
    assert caught.value.next_step
    return str(caught.value)


def test_cells_are_understood_by_what_they_are_and_texts_as_declared(tmp_path: Path) -> None:
    mapped = read_sheets(
        tmp_path,
        {
            "Blad1": [
                HEADER,
                ["001007", datetime(2025, 3, 1, 9, 5, 59), 12.5, True],
                [1007, "02/03/2025", "12,5", "nee"],
                [],
                ["E3", date(2025, 12, 3), 90, "JA"],
            ]
        },
    )
    rows = mapped.rows("learning_time")
    assert [row["person_token"] for row in rows] == [token_of("employee_number", n) for n in ("001007", "1007", "E3")]
    assert [row["learning_date"] for row in rows] == [date(2025, 3, 1), date(2025, 3, 2), date(2025, 12, 3)]
    assert [row["minutes"] for row in rows] == [12.5, 12.5, 90]
    assert [row["is_formal"] for row in rows] == [True, False, True]
    assert [row["source_line"] for row in rows] == [2, 3, 5], "a line is the row of the sheet"


def test_a_date_cell_is_no_text_whose_day_and_month_could_be_swapped(tmp_path: Path) -> None:
    swapped = TIME.replace('formats: ["%d/%m/%Y"]', 'formats: ["%Y-%d-%m"]')
    mapped = read_sheets(tmp_path, {"S": [HEADER, ["E1", date(2025, 3, 1), 1]]}, swapped)
    assert mapped.column("learning_time", "learning_date") == [date(2025, 3, 1)]


def test_date_cells_have_no_say_in_how_the_texts_beside_them_are_meant(tmp_path: Path) -> None:
    either = TIME.replace('formats: ["%d/%m/%Y"]', 'formats: ["%d/%m/%Y", "%m/%d/%Y"]')
    rows = [["E1", datetime(2025, 3, 1), 1], ["E2", "1/2/2025", 1], ["E3", "13/2/2025", 1]]
    mapped = read_sheets(tmp_path, {"S": [HEADER, *rows]}, either)
    assert mapped.column("learning_time", "learning_date") == [date(2025, 3, 1), date(2025, 2, 1), date(2025, 2, 13)]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1007.0, "1007"),
        (-2.5, "-2.5"),
        (1e17, "1e+17"),
        (True, "true"),
        (date(2025, 3, 1), "2025-03-01"),
        (datetime(2025, 3, 1, 9, 5), "2025-03-01 09:05:00"),
        (datetime(2025, 3, 1, 9, 5, 58, 999_700), "2025-03-01 09:05:59"),
        (datetime(2025, 3, 1, 9, 5, 58, 123_000), "2025-03-01 09:05:58.123"),
        (time(9, 5), "09:05:00"),
        (timedelta(hours=26, minutes=30), "26:30:00"),
        (-timedelta(minutes=90), "-1:30:00"),
    ],
)
def test_a_cell_has_one_way_to_be_written(value: object, text: str) -> None:
    assert workbooks._plain(value) == text


@pytest.mark.parametrize(
    ("mark", "value", "text"),
    [(",", 0.5, "0,5"), ("auto", 1.234, "1.2340"), ("auto", 1.5, "1.5"), (".", 1.234, "1.234")],
)
def test_a_number_is_written_with_the_mark_that_is_read(mark: str, value: float, text: str) -> None:
    assert workbooks._number(value, mark) == text


def test_a_formula_that_failed_has_no_value(tmp_path: Path) -> None:
    mapped = read_sheets(
        tmp_path, {"S": [HEADER, ["E1", date(2025, 3, 1), "=#DIV/0!"], ["=#N/A", date(2025, 3, 1), 5]]}
    )
    assert mapped.column("learning_time", "minutes") == [None]
    assert [(r["source_line"], r["rule"]) for r in mapped.rejects("learning_time")] == [(3, "required_missing")]


def test_a_reject_shows_its_row_as_it_stands_in_the_sheet(tmp_path: Path) -> None:
    rows = [["E1", "some day", 5], ["E2", "02/03/2025", "a, b\nc"], ["E3", "02/03/2025", 5]]
    mapped = read_sheets(tmp_path, {"S": [[], [], HEADER, *rows]})
    assert [(r["source_line"], r["rule"], r["original"]) for r in mapped.rejects("learning_time")] == [
        (4, "not_a_date", "E1,some day,5"),
        (5, "not_a_number", 'E2,02/03/2025,"a, b\nc"'),
    ]


# ------------------------------------------------------------------------------------------------- which sheets

TWO = (
    TIME
    + """\
  people:
    title: who is who
    delivers: snapshot
    columns: {who: Who, name: Name}
    kinds:
      accounts:
        columns:
          account_token: {from: who, identifier: "acme:number"}
          identifier_type: {constant: "acme:number"}
          full_name: name
      learning_time:
        only: [{column: name, matches: "^Extra"}]
        columns:
          person_token: {from: who, identifier: employee_number}
          learning_date: {constant: "01/01/2025", formats: ["%d/%m/%Y"]}
          minutes: {constant: "5"}
"""
)
TIMES = [HEADER, ["E1", date(2025, 3, 1), 10], ["E2", date(2025, 3, 1), 20]]
NAMES = [["Who", "Name"], ["E1", "Ada"], ["E2", "Extra"], ["E2", "Extra"]]


def test_the_first_sheet_with_the_header_is_read_and_the_others_may_be_anything(tmp_path: Path) -> None:
    cover = [["Time registration"], ["made by", "Ada"]]
    mapped = read_sheets(tmp_path, {"Cover": cover, "Empty": [], "Data": TIMES, "Copy": TIMES})
    assert mapped.counts("learning_time") == (2, 2, 0, 0)
    assert mapped.unit.export == "time"


def test_sheets_that_are_different_exports_all_land_from_the_one_original(tmp_path: Path) -> None:
    mapped = read_sheets(tmp_path, {"Names": NAMES, "Times": TIMES}, TWO)
    assert mapped.unit.export == "people + time"
    assert mapped.unit.source_rows == 5
    assert {kind.kind.name: kind.exports for kind in mapped.unit.kinds} == {
        "accounts": ("people",),
        "learning_time": ("people", "time"),
    }
    assert mapped.counts("accounts") == (3, 2, 0, 1)
    assert mapped.counts("learning_time") == (4, 3, 0, 1), "a kind of two sheets is one table with one ledger row"


def test_a_record_that_two_sheets_tell_in_two_ways_is_a_conflict_with_its_own_row(tmp_path: Path) -> None:
    every = TIME.replace("delivers: events", "delivers: events\n    sheet: ['2025-*']")
    again = [HEADER, [], ["E2", date(2025, 3, 1), 20], ["E1", date(2025, 3, 1), 11], ["E4", "?", 1]]
    mapped = read_sheets(tmp_path, {"2025-01": TIMES, "Total": TIMES, "2025-02": again}, every)
    assert mapped.counts("learning_time") == (5, 2, 2, 1)
    assert [(r["source_line"], r["rule"], r["original"]) for r in mapped.rejects("learning_time")] == [
        (4, "key_conflict", "E1,2025-03-01,11"),
        (5, "not_a_date", "E4,?,1"),
    ]


def test_the_name_of_a_sheet_may_say_something_of_its_records(tmp_path: Path) -> None:
    named = TIME.replace("delivers: events", "delivers: events\n    sheet: ['*']\n    sheet_name: '^(?P<course>.+)$'")
    named = named.replace("          is_formal", "          activity_id: course\n          is_formal")
    mapped = read_sheets(tmp_path, {"Safety": TIMES, "First aid": TIMES}, named)
    assert sorted(mapped.column("learning_time", "activity_id")) == ["First aid", "First aid", "Safety", "Safety"]


def test_a_sheet_that_is_asked_for_by_name_must_be_what_was_asked_for(tmp_path: Path) -> None:
    asked = TIME.replace("delivers: events", "delivers: events\n    sheet: [time*]")
    with pytest.raises(
        OriginalRefused, match=r"^Sheet 2, which is known by its name: .*'Minutes'.*nearest found: 'Minute'"
    ):
        read_sheets(tmp_path, {"Else": TIMES, "TIME 2025": [["Who", "When", "Minute"], ["E1", "x", 1]]}, asked)


def test_a_hidden_sheet_is_read_only_where_it_is_asked_for(tmp_path: Path) -> None:
    both = {"Time": TIMES[:2], "Shown": TIMES}
    assert read_sheets(tmp_path, both, hidden=["Time"]).counts("learning_time")[0] == 2
    asked = TIME.replace("delivers: events", "delivers: events\n    sheet: [time*]")
    assert read_sheets(tmp_path, both, asked, hidden=["Time"]).counts("learning_time")[0] == 1


def test_a_workbook_without_a_known_sheet_is_refused_with_what_was_missed(tmp_path: Path) -> None:
    with pytest.raises(OriginalRefused, match="needs the column 'Minutes'"):
        read_sheets(tmp_path, {"S": [["Who", "When"], ["E1", "x"]]})
    with pytest.raises(OriginalRefused, match="No sheet of the workbook"):
        read_sheets(tmp_path, {"S": []})


# ---------------------------------------------------------------------------------------- what can't be read


def test_what_is_no_sound_workbook_is_refused_with_the_reason_and_the_next_step(tmp_path: Path) -> None:
    whole = workbook(tmp_path / "whole.xlsx", {"S": [HEADER, ["E1", date(2025, 3, 1), 1]]}).read_bytes()
    other = BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("exports/time.csv", "Who,When,Minutes\n")
    assert "cut off or damaged" in refusal(tmp_path, whole[:-300])
    assert "cut off or damaged" in refusal(
        tmp_path, whole.replace(b"xl/worksheets/sheet1.xml", b"xl/worksheets/sheet9.xml")
    )
    assert "a ZIP archive, and no Excel workbook. Next: unpack it" in refusal(tmp_path, other.getvalue())
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5000)
    assert "old Excel workbook (.xls)" in refusal(tmp_path, old + "Workbook".encode("utf-16-le"))
    assert "with a password" in refusal(tmp_path, old + "EncryptedPackage".encode("utf-16-le"))


def test_a_sheet_that_is_damaged_inside_is_refused(tmp_path: Path) -> None:
    whole = workbook(tmp_path / "whole.xlsx", {"S": [HEADER, ["E1", date(2025, 3, 1), 1]]})
    broken = BytesIO()
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(broken, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content[:-120] if name.endswith("sheet1.xml") else content)
    assert "cut off or damaged" in refusal(tmp_path, broken.getvalue())


def test_one_stray_cell_in_the_far_corner_does_not_exhaust_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "far.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        sheet.write(1_048_575, 16_383, " ")
    assert "spans 17,179,869,184 cells" in refusal(tmp_path, path.read_bytes())


# --------------------------------------------------------------------------------------------- real workbooks

COURSE = REAL_DATA / "lms" / "la_course_xlsx" / "Events.xlsx"

EVENTS = """\
tool: acme
title: Acme
status: draft
version: "1"
exports:
  events:
    title: events of a course
    delivers: events
    columns: {who: user, what: Action, when: timecreated, name: Event.context}
    kinds:
      learning_events:
        columns:
          person_token: {from: who, identifier: "acme:user"}
          occurred_at: when
          occurred_date: when
          verb: {constant: interacted}
          event_name: what
          activity_name: name
"""


@pytest.mark.skipif(not COURSE.exists(), reason=f"the workbook of a course is not at {COURSE}")
def test_a_course_as_a_real_workbook_lands_every_event_with_its_time(tmp_path: Path) -> None:
    mapped = map_file(COURSE, declared(tmp_path, EVENTS), tmp_path / "scratch")
    assert mapped.counts("learning_events") == (95_626, 95_626, 0, 0)
    times = mapped.table("learning_events")["occurred_at"].to_pylist()
    assert all(isinstance(moment, datetime) for moment in times)
