"""Columns, layouts and sheets of which a file needs only some: people by number or e-mail, months down or across."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.errors import OriginalRefused, SettingsError
from tests.connectors.mapped import Mapped, declared, map_file
from tests.connectors.test_workbooks import workbook

HOURS = """\
tool: hours
title: Hours
status: draft
version: "1"
delimiters: [";"]
exports:
  wide:
    title: wide
    delivers: events
    every_sheet: true
    columns: &columns {number: {names: Number, optional: true}, mail: {names: Mail, optional: true}, team: {names: Team, optional: true}}
    any_of: &needs [[number, mail]]
    items: {header: '^(?P<day>2026-\\d\\d-\\d\\d)$', required: true}
    kinds: &kinds
      learning_time:
        items: true
        columns:
          person_token: {first_of: [{from: number, identifier: employee_number}, {from: mail, identifier: email}]}
          learning_date: day
          minutes: cell
  wide_in_two_rows:
    title: wide, days over or under the word
    delivers: events
    header_rows: 2
    columns: *columns
    any_of: *needs
    items:
      - {header: '^(?P<day>2026-\\d\\d-\\d\\d) \\| Minutes$', required: true}
      - {header: '^Minutes \\| (?P<day>2026-\\d\\d-\\d\\d)$', required: true}
    kinds: *kinds
"""


def hours(folder: Path, *lines: str) -> Mapped:
    path = folder / "hours.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return map_file(path, declared(folder, HOURS, "hours"), folder / "scratch")


@pytest.mark.parametrize("line", ["Number;2026-03-01", "Mail;2026-03-01", "Number;Mail;2026-03-01"])
def test_any_column_of_a_group_is_enough(line: str, tmp_path: Path) -> None:
    assert hours(tmp_path, line, ";".join(["a@b.example"] * line.count(";") + ["5"])).counts("learning_time")[1] == 1


def test_a_file_with_no_column_of_a_group_is_refused_with_the_first_of_them(tmp_path: Path) -> None:
    with pytest.raises(OriginalRefused, match="also needs the column 'Number'"):
        hours(tmp_path, "Team;2026-03-01", "Blue;5")


def test_a_group_of_unknown_columns_is_told_before_any_data_is_read(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"any_of.*unknown column of the export 'nummer'; .* did you mean 'number'"):
        declared(tmp_path, HOURS.replace("[[number, mail]]", "[[nummer, mail]]"), "hours")


@pytest.mark.parametrize(
    "headers", [("Number;2026-03-01;2026-03-02", ";Minutes;Minutes"), (";Minutes;", "Number;2026-03-01;2026-03-02")]
)
def test_one_of_several_patterns_is_enough_and_two_rows_that_fit_explain_more_than_one(
    headers: tuple[str, str], tmp_path: Path
) -> None:
    mapped = hours(tmp_path, *headers, "E1;5;6")
    assert mapped.unit.export == "wide_in_two_rows"
    assert sorted(mapped.column("learning_time", "minutes")) == [5.0, 6.0]


def test_a_row_of_data_with_a_blank_cell_is_no_second_header(tmp_path: Path) -> None:
    mapped = hours(tmp_path, "Number;2026-03-01;2026-03-02", "E1;;6")
    assert mapped.unit.export == "wide"
    assert mapped.column("learning_time", "minutes") == [6.0]


def test_every_sheet_is_read_where_the_declaration_says_so(tmp_path: Path) -> None:
    sheets = {
        name: [["Number", "2026-03-01"], [person, 5]] for name, person in (("Team A", "E1"), ("Team B", "E2"))
    } | {"Notes": [["nothing to see"]]}
    path = workbook(tmp_path / "hours.xlsx", sheets)
    every = map_file(path, declared(tmp_path, HOURS, "hours"), tmp_path / "every")
    assert every.counts("learning_time") == (2, 2, 0, 0)
    one = map_file(path, declared(tmp_path, HOURS.replace("    every_sheet: true\n", ""), "hours"), tmp_path / "one")
    assert one.counts("learning_time") == (1, 1, 0, 0)
