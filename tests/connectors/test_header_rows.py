"""Headers of two rows, titles above them, totals below: a report is read as well as a plain table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connectors.errors import OriginalRefused, SettingsError
from tests.connectors.mapped import Mapped, declared, map_file
from tests.connectors.test_workbooks import workbook

SURVEY = """\
tool: acme
title: Acme
status: draft
version: "1"
delimiters: [",", ";"]
exports:
  answers:
    title: answers
    delivers: events
    header_rows: 2
    columns:
      response: Respondent ID
      when: {names: Response | Date, optional: true}
      team: {names: Team, optional: true}
    items: {header: '^(?P<question>[^|]+?) \\| (?P<option>.+)$', required: true}
    kinds:
      survey_responses:
        items: true
        columns:
          response_id: response
          survey_id: {constant: follow-up}
          item_id: {join: [question, option], by: "/"}
          answer_code: cell
"""
ROWS: list[list[Any]] = [
    ["Respondent ID", "How useful was it?", "", "", "Would you come again?", "", "Team"],
    ["", "The course", "The coach", "Other", "Yes", "No", ""],
    ["R1", 5, 4, None, "Yes", None, "Blue"],
    ["R2", None, 3, "the room", None, "No", "Red"],
]


def as_csv(rows: list[list[Any]], delimiter: str = ",") -> bytes:
    return "".join(delimiter.join("" if c is None else str(c) for c in row) + "\n" for row in rows).encode()


def read_bytes(tmp_path: Path, content: bytes, text: str) -> Mapped:
    path = tmp_path / "answers.csv"
    path.write_bytes(content)
    return map_file(path, declared(tmp_path, text), tmp_path / "scratch")


def answers(mapped: Mapped) -> list[tuple[int, str, str]]:
    rows = mapped.rows("survey_responses")
    return sorted((row["source_line"], row["item_id"], row["answer_code"]) for row in rows)


ANSWERS = [
    (3, "How useful was it?/The coach", "4"),
    (3, "How useful was it?/The course", "5"),
    (3, "Would you come again?/Yes", "Yes"),
    (4, "How useful was it?/Other", "the room"),
    (4, "How useful was it?/The coach", "3"),
    (4, "Would you come again?/No", "No"),
]


def test_a_column_of_two_header_rows_is_called_by_both_of_them(tmp_path: Path) -> None:
    assert answers(read_bytes(tmp_path, as_csv(ROWS), SURVEY)) == ANSWERS


def test_a_sheet_with_two_header_rows_is_read_alike(tmp_path: Path) -> None:
    path = workbook(tmp_path / "answers.xlsx", {"S": ROWS})
    assert answers(map_file(path, declared(tmp_path, SURVEY), tmp_path / "scratch")) == ANSWERS


def test_what_a_program_calls_a_column_without_a_name_is_no_name(tmp_path: Path) -> None:
    named = [[f"Column{i}" if i in (2, 3) else cell for i, cell in enumerate(ROWS[0])], *ROWS[1:]]
    named[1] = ["Unnamed: 0_level_1", *named[1][1:]]
    assert answers(read_bytes(tmp_path, as_csv(named), SURVEY)) == ANSWERS


def test_three_header_rows_are_known_by_the_one_that_says_enough(tmp_path: Path) -> None:
    three = SURVEY.replace("header_rows: 2", "header_rows: 3").replace("Respondent ID", "ResponseId")
    three = three.replace(r"'^(?P<question>[^|]+?) \| (?P<option>.+)$'", r"'^(?P<question>Q\d+) \| (?P<option>[^|]+)'")
    rows = [["ResponseId", "Q1", "Q2"], ["Response ID", "Was it useful?", "Again?"], ["{id: r}", "{id: 1}", "{id: 2}"]]
    mapped = read_bytes(tmp_path, as_csv([*rows, ["R1", "yes", "no"]]), three)
    assert answers(mapped) == [(4, "Q1/Was it useful?", "yes"), (4, "Q2/Again?", "no")]


# ------------------------------------------------------------------------------------------ above and below

REPORT = """\
tool: acme
title: Acme
status: draft
version: "1"
delimiters: [",", ";", "\\t"]
exports:
  units:
    title: units
    delivers: increment
    preamble: true
    not_records:
      - {column: id, matches: "^(Total|End of report|Printed)"}
      - {column: [id, name], filled: false}
    columns:
      id: Unit
      name: Name
      parent: {names: Parent, optional: true}
    kinds:
      org_units:
        columns:
          org_unit_id: id
          org_unit_name: name
          parent_org_unit_id: parent
          effective_date: {given: extracted_at}
          is_deleted: {constant: "false"}
"""
TABLE = [["Unit", "Name", "Parent"], ["1", "a", "0"], ["2", "b", "0"]]


def units(mapped: Mapped) -> list[tuple[int, str, str | None]]:
    rows = mapped.rows("org_units")
    return [(row["source_line"], row["org_unit_id"], row["org_unit_name"]) for row in rows]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize(
    "above",
    [
        [],
        [["Report of units"]],
        [["Report of units", "", ""], ["Printed on", "2025-03-01", ""], ["", "", ""]],
        [["Unit report"], ["Unit:", "all"], ["Name of the report", "Units, by name"]],
        [[f"Remark {i}"] for i in range(19)],
    ],
)
def test_the_header_is_found_below_whatever_stands_above_it(
    tmp_path: Path, above: list[list[str]], delimiter: str
) -> None:
    quoted = [[f'"{cell}"' if delimiter in cell else cell for cell in row] for row in above]
    mapped = read_bytes(tmp_path, as_csv([*quoted, *TABLE], delimiter), REPORT)
    assert units(mapped) == [(len(above) + 2, "1", "a"), (len(above) + 3, "2", "b")]


def test_a_title_above_costs_no_speed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.reading.tables.write_exactly", lambda *_: pytest.fail("read by the exact reader"))
    mapped = read_bytes(tmp_path, b"Report,,\n,,\nUnit,Name,Parent\n1,a,\n2,,\nTotal,2,\n", REPORT)
    assert units(mapped) == [(4, "1", "a"), (5, "2", None)]


def test_a_header_that_stands_too_far_below_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(OriginalRefused, match="No column of the first line"):
        read_bytes(tmp_path, as_csv([*[[f"Remark {i}"] for i in range(20)], *TABLE]), REPORT)


def test_a_title_is_only_passed_over_where_that_is_declared(tmp_path: Path) -> None:
    plain = REPORT.replace("    preamble: true\n", "")
    assert units(read_bytes(tmp_path, as_csv(TABLE), plain)) == [(2, "1", "a"), (3, "2", "b")]
    with pytest.raises(OriginalRefused):
        read_bytes(tmp_path, as_csv([["Report of units"], *TABLE]), plain)


@pytest.mark.parametrize(
    ("below", "not_records"),
    [
        ([["Total", "2", ""]], 1),
        ([["", "", ""], ["", "", ""], ["Total", "2", ""]], 3),
        ([["Total of units: 2"], [], ["End of report"]], 2),
        ([["Printed on", "2025-03-01"], ["End of report", "", "", "", "page 1"]], 2),
    ],
)
def test_totals_and_the_like_are_counted_and_are_neither_read_nor_rejected(
    tmp_path: Path, below: list[list[str]], not_records: int
) -> None:
    mapped = read_bytes(tmp_path, as_csv([*TABLE, *below]), REPORT)
    assert units(mapped) == [(2, "1", "a"), (3, "2", "b")]
    assert mapped.counts("org_units") == (2, 2, 0, 0)
    assert (mapped.unit.source_rows, mapped.unit.rows_not_records) == (2, not_records)


def test_a_record_that_is_cut_short_is_still_a_reject(tmp_path: Path) -> None:
    mapped = read_bytes(tmp_path, as_csv([*TABLE, ["3", "c"], ["Total"], ["4", "d", "0", "x"]]), REPORT)
    assert mapped.counts("org_units") == (4, 2, 2, 0)
    assert [(r["source_line"], r["rule"], r["original"]) for r in mapped.rejects("org_units")] == [
        (4, "ragged_row", "3,c"),
        (6, "ragged_row", "4,d,0,x"),
    ]


def test_a_report_in_a_workbook_is_read_alike(tmp_path: Path) -> None:
    sheet = [["Report of units"], [], *TABLE, [], ["Total", 2], ["End of report"]]
    mapped = map_file(workbook(tmp_path / "units.xlsx", {"S": sheet}), declared(tmp_path, REPORT), tmp_path / "scratch")
    assert units(mapped) == [(4, "1", "a"), (5, "2", "b")]
    assert (mapped.unit.source_rows, mapped.unit.rows_not_records) == (2, 2)


def test_a_condition_on_an_unknown_column_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"not_records.0: unknown column of the export 'nam'.*did you mean 'name'"):
        declared(tmp_path, REPORT.replace("{column: id, matches", "{column: nam, matches"))
