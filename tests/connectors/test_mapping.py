"""Every shipped declaration over its samples, and what mapping promises for any of them."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from connectors.declaration import CATALOGUE, Declaration, catalogue, with_settings
from connectors.mapping.reader import _shared_database
from connectors.masking import masked
from connectors.reading.identification import identified
from connectors.seam import Original, arrow_schema
from tests.connectors.mapped import Mapped, declared, map_file, token_of

SAMPLES = sorted(path for path in (CATALOGUE / "samples").glob("*/*") if path.is_file())


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_sample_lands_balances_equals_its_contract_and_shows_nobody(path: Path, tmp_path: Path) -> None:
    mapped = map_file(path, path.parent.name, tmp_path)
    assert mapped.unit.kinds
    for kind in mapped.unit.kinds:
        assert kind.rows_read == kind.rows_landed + kind.rows_rejected + kind.rows_duplicate
        assert pq.read_schema(kind.landed).remove_metadata().equals(arrow_schema(kind.kind.landed))
        assert pq.read_metadata(kind.landed).num_rows == kind.rows_landed
        assert len(mapped.rejects(kind.kind.name)) == kind.rows_rejected
        assert len(set(mapped.column(kind.kind.name, "record_key"))) == kind.rows_landed
    assert sum(kind.rows_landed for kind in mapped.unit.kinds) > 0
    shown = _open_text(mapped.scratch.open)
    assert {clear for clear in mapped.tokeniser.clear if len(clear) > 3 and clear.lower() in shown} == set()
    assert {name for _, _, name in mapped.tokeniser.kept if name.lower() in shown} == set()
    assert masked(shown) == shown, "an e-mail address; a sign @ alone may be a part of the name of content"


def test_every_export_that_is_declared_has_a_sample(tmp_path: Path) -> None:
    tools = catalogue()
    seen = set()
    for i, path in enumerate(path for path in SAMPLES if path.parent.name != "xapi"):
        (folder := tmp_path / str(i)).mkdir()
        found = identified(path, path.name, tools[path.parent.name], folder)
        seen |= {(path.parent.name, original.layout.name) for original in found}
    assert seen == {(tool, name) for tool, each in tools.items() for name in each.exports if tool != "xapi"}


def _open_text(folder: Path) -> str:
    return "\n".join(str(pq.read_table(path).to_pylist()) for path in sorted(folder.glob("*.parquet"))).lower()


# ------------------------------------------------------------------------------------------ single promises

KITCHEN = """\
tool: acme
title: Acme
status: draft
version: "1"
timezone: Asia/Kolkata
nulls: ["", "n/a"]
exports:
  time:
    title: time sheet
    delivers: events
    columns:
      who: Who
      mail: {names: Mail, optional: true}
      what: What
      when: When
      minutes: Minutes
      mode: Mode
      formal: {names: Formal, optional: true}
      note: {names: Note, optional: true}
    vouched: [note]
    kinds:
      learning_time:
        only: [{column: mode, none_of: [holiday]}]
        columns:
          person_token:
            first_of:
              - {from: who, identifier: employee_number}
              - {from: mail, identifier: email}
          entry_id: {from: what, extract: "^([0-9]+)", prefix: "entry-"}
          activity_id: what
          started_at: &start {from: when, formats: ["%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M", "%Y-%m-%d %H:%M"]}
          learning_date: *start
          minutes: {from: minutes, decimal: ",", thousands: "."}
          is_formal: {from: formal, is_true: [ja, x], is_false: [nein]}
          mode: {from: mode, map: {Job: on_the_job, Class: formal}, match: {"^(chat|team)": social}}
          initiator: {constant: employee, when: [{column: mode, matches: "(?i)^job"}]}
"""
HEADER = "Who,Mail,What,When,Minutes,Mode,Formal,Note\n"


def kitchen(tmp_path: Path, *rows: str, declaration: Declaration | None = None) -> Mapped:
    path = tmp_path / "time_2025-03-01.csv"
    path.write_text(HEADER + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return map_file(path, declaration or declared(tmp_path, KITCHEN), tmp_path / "scratch")


def test_values_are_typed_mapped_and_placed_in_the_zone_of_the_tool(tmp_path: Path) -> None:
    mapped = kitchen(tmp_path, 'E1,,12 ladders,13/02/2025 02:15,"1.250,5",job,JA,hello x@y.example')
    (row,) = mapped.rows("learning_time")
    assert row["person_token"] == token_of("employee_number", "E1")
    assert row["entry_id"] == "entry-12"
    assert row["started_at"] == datetime(2025, 2, 12, 20, 45)
    assert row["learning_date"] == date(2025, 2, 13)
    assert (row["minutes"], row["is_formal"], row["mode"], row["initiator"]) == (1250.5, True, "on_the_job", "employee")
    assert json.loads(row["extras"]) == {"note": "hello ‹e-mail›"}
    assert (row["tool"], row["unit"], row["source_line"]) == ("acme", "unit-1", 2)


@pytest.mark.parametrize(
    ("row", "rule", "column", "value"),
    [
        (",,a,13/02/2025 02:15,1,job,,", "required_missing", "Who", None),
        ("E1,,a,,1,job,,", "required_missing", "When", None),
        ("E1,,a,31/02/2025 02:15,1,job,,", "not_a_time", "When", "31/02/2025 02:15"),
        ("E1,,a,13/02/2025 02:15,1.5,job,,", "not_a_number", "Minutes", "1.5"),
        ("E1,,a,13/02/2025 02:15,nan,job,,", "not_a_number", "Minutes", "nan"),
        ("E1,,a,13/02/2025 02:15,-3,job,,", "out_of_range", "Minutes", "-3"),
        ("E1,,a,13/02/2025 02:15,1,nap,,", "unknown_value", "Mode", "nap"),
        ("E1,,a,13/02/2025 02:15,1,job,perhaps,", "not_a_boolean", "Formal", "perhaps"),
        ("E1,,a,13/02/2025 02:15,1,job", "ragged_row", None, None),
        ("E1,,a,13/02/2025 02:15,1,job,,,", "ragged_row", None, None),
    ],
)
def test_a_record_that_breaks_a_rule_keeps_its_reason_and_its_original(
    tmp_path: Path, row: str, rule: str, column: str | None, value: str | None
) -> None:
    mapped = kitchen(tmp_path, "E1,,a,13/02/2025 02:15,1,job,,", row, "E2,,a,13/02/2025 02:15,1,job,,")
    assert mapped.counts("learning_time") == (3, 2, 1, 0)
    (reject,) = mapped.rejects("learning_time")
    assert (reject["rule"], reject["column_name"], reject["value"]) == (rule, column, value)
    assert (reject["source_line"], reject["original"]) == (3, row)
    assert value is None or value not in reject["expected"]


def test_a_filtered_record_is_no_candidate(tmp_path: Path) -> None:
    mapped = kitchen(tmp_path, "E1,,a,rubbish,1,Holiday,,", "E1,,a,13/02/2025 02:15,1,job,,")
    assert mapped.counts("learning_time") == (1, 1, 0, 0)
    assert mapped.unit.source_rows == 2


def test_the_first_source_that_is_there_decides(tmp_path: Path) -> None:
    mapped = kitchen(
        tmp_path, "n/a,a@x.example,a,13/02/2025 02:15,1,job,,", "E1,a@x.example,a,13/02/2025 02:15,1,job,,"
    )
    assert mapped.column("learning_time", "person_token") == [
        token_of("email", "a@x.example"),
        token_of("employee_number", "E1"),
    ]


def test_the_same_record_again_is_a_duplicate_and_another_content_a_conflict(tmp_path: Path) -> None:
    row = "E1,,a,13/02/2025 02:15,1,job,,"
    mapped = kitchen(tmp_path, row, row, row.replace(",1,", ",2,"))
    assert mapped.counts("learning_time") == (3, 1, 1, 1)
    assert [r["rule"] for r in mapped.rejects("learning_time")] == ["key_conflict"]
    assert mapped.column("learning_time", "minutes") == [1.0]


def test_day_or_month_first_is_decided_for_the_file_and_not_for_the_row(tmp_path: Path) -> None:
    month_first = kitchen(tmp_path, "E1,,a,02/03/2025 12:00,1,job,,", "E1,,a,02/13/2025 12:00,1,job,,")
    assert month_first.column("learning_time", "learning_date") == [date(2025, 2, 3), date(2025, 2, 13)]


def test_a_year_of_two_digits_is_not_the_year_26_of_our_era(tmp_path: Path) -> None:
    text = KITCHEN.replace('["%d/%m/%Y %H:%M", ', '["%d/%m/%Y %H:%M", "%d/%m/%y %H:%M", ')
    mapped = kitchen(tmp_path, "E1,,a,13/02/26 12:00,1,job,,", declaration=declared(tmp_path, text))
    assert mapped.column("learning_time", "learning_date") == [date(2026, 2, 13)]


def test_formats_that_contradict_each_other_are_never_mixed(tmp_path: Path) -> None:
    rows = [
        f"E1,,a,{day} 12:00,1,job,," for day in ("02/03/2025", "13/02/2025", "14/02/2025", "02/15/2025", "2025-02-16")
    ]
    mapped = kitchen(tmp_path, *rows)
    landed = [date(2025, 3, 2), date(2025, 2, 13), date(2025, 2, 14), date(2025, 2, 16)]
    assert mapped.column("learning_time", "learning_date") == landed
    assert [(r["source_line"], r["rule"]) for r in mapped.rejects("learning_time")] == [(5, "not_a_time")]


def test_a_home_may_say_that_the_month_comes_first(tmp_path: Path) -> None:
    american = with_settings(declared(tmp_path, KITCHEN), {"tools": {"acme": {"day_first": False, "timezone": "UTC"}}})
    mapped = kitchen(tmp_path, "E1,,a,02/03/2025 12:00,1,job,,", declaration=american)
    assert mapped.column("learning_time", "learning_date") == [date(2025, 2, 3)]


def test_a_home_may_say_that_the_day_comes_first_where_a_tool_begins_with_the_month(tmp_path: Path) -> None:
    text = KITCHEN.replace('["%d/%m/%Y %H:%M", ', '["%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M", ')
    asked = {None: date(2025, 2, 3), True: date(2025, 3, 2), False: date(2025, 2, 3)}
    for day_first, expected in asked.items():
        settings = {"tools": {"acme": {"timezone": "UTC"} | ({} if day_first is None else {"day_first": day_first})}}
        declaration = with_settings(declared(tmp_path, text), settings)
        mapped = kitchen(tmp_path, "E1,,a,02/03/2025 12:00,1,job,,", declaration=declaration)
        assert mapped.column("learning_time", "learning_date") == [expected]


@pytest.mark.parametrize(
    ("hired", "left", "expected"),
    [
        (("04/25/2019", "03/07/2020"), ("02/03/2025", ""), date(2025, 2, 3)),
        (("25/04/2019", "07/03/2020"), ("02/03/2025", ""), date(2025, 3, 2)),
        # Neither proves anything: as declared.
        (("04/05/2019", "03/07/2020"), ("02/03/2025", ""), date(2025, 3, 2)),
        # What no format reads proves nothing.
        (("04/25/2019", "03/07/2020"), ("02/03/2025", "2025?"), date(2025, 2, 3)),
        (("04/05/2019", "2025?"), ("02/03/2025", ""), date(2025, 3, 2)),
        # What a column proves of itself holds, whatever the others prove.
        (("04/25/2019", "03/07/2020"), ("02/03/2025", "14/03/2025"), date(2025, 3, 2)),
    ],
)
def test_a_column_that_leaves_day_and_month_open_is_read_as_the_other_dates_of_the_file(
    tmp_path: Path, hired: tuple[str, str], left: tuple[str, str], expected: date
) -> None:
    """Few leave in a month, so the days on which they left seldom tell; and due dates are often the first of one."""
    rows = (f"00{n},D,{hired[n]},{left[n]}" for n in (0, 1))
    path = tmp_path / "employees_2025-06-30.csv"
    path.write_text("\n".join(["Employee number,Department,Hire date,Termination date", *rows]))
    mapped = map_file(path, "hr_table", tmp_path)
    assert mapped.column("people", "left_date")[0] == expected


def test_an_identifier_type_may_be_the_tools_own(tmp_path: Path) -> None:
    settings = {"tools": {"acme": {"identifier_types": {"employee_number": "acme:number"}}}}
    mapped = kitchen(
        tmp_path, "E1,,a,13/02/2025 12:00,1,job,,", declaration=with_settings(declared(tmp_path, KITCHEN), settings)
    )
    assert mapped.column("learning_time", "person_token") == [token_of("acme:number", "E1")]


def test_identical_records_of_a_log_are_numbered_so_that_a_redelivery_meets_its_original(tmp_path: Path) -> None:
    sample = next(path for path in SAMPLES if path.name.startswith("logs_safety"))
    once = map_file(sample, "moodle", tmp_path / "once")
    part = tmp_path / "part.csv"
    lines = sample.read_text(encoding="utf-8").splitlines(keepends=True)
    part.write_text("".join([lines[0], *lines[4:]]), encoding="utf-8")
    again = map_file(part, "moodle", tmp_path / "again")
    assert set(again.column("learning_events", "record_key")) < set(once.column("learning_events", "record_key"))


def test_the_same_original_yields_the_same_rows_every_time(tmp_path: Path) -> None:
    for path in SAMPLES[:3]:
        first, second = (map_file(path, path.parent.name, tmp_path / path.stem / side) for side in "ab")
        for kind in first.unit.kinds:
            assert first.rows(kind.kind.name) == second.rows(kind.kind.name)


def test_the_database_that_small_originals_share_remembers_no_file() -> None:
    # Cells that were written under the name of others were now and then read as those, and mostly not.
    (remembers,) = _shared_database().execute("SELECT current_setting('enable_external_file_cache')").fetchone() or ()
    assert remembers is False


def test_the_fast_and_the_exact_reader_agree(tmp_path: Path) -> None:
    rows = [f'E{i},,"a, {i}",{i % 28 + 1:02}/02/2025 12:00,{i},job,,' for i in range(300)]
    fast = kitchen(tmp_path, *rows)
    # A quoted line break sends the whole file to the exact reader.
    exact = kitchen(
        tmp_path / "..", *rows, 'E1,,x,01/02/2025 12:00,1,job,,"two\nlines"', declaration=declared(tmp_path, KITCHEN)
    )
    assert exact.table("learning_time").num_rows == fast.table("learning_time").num_rows + 1
    assert exact.rows("learning_time")[:-1] == fast.rows("learning_time")


def test_names_are_kept_for_the_vault_under_the_persons_token(tmp_path: Path) -> None:
    sample = next(path for path in SAMPLES if path.name == "users_2025-01-31.csv")
    mapped = map_file(sample, "totara", tmp_path)
    person = token_of("employee_number", "E0115")
    assert (person, "full_name", "Jiří Šťastný") in mapped.tokeniser.kept


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("users_nl_2025-01-31.csv", "users_nl"),
        ("users_nl_2025-02-28.csv.gz", "users_nl"),
        ("inbox/Users 20250131T2200.CSV", "users_t"),
        ("2025-01-31.csv", "export"),
        ("Medewerkers januari 2025.xlsx", "medewerkers"),
        ("Medewerkers_Februari.xlsx", "medewerkers"),
        ("employees_Jan2025.csv", "employees"),
        ("employees-01-May-2025.csv", "employees"),
        ("salariés 03 août 2025.csv", "salariés"),
        ("salarie\u0301s 2025 fe\u0301vrier.csv", "salariés"),
        ("pracownicy_wrzesień_2025.csv", "pracownicy"),
        ("社員一覧2025年1月.xlsx", "社員一覧年月"),
        ("may_we_ask.csv", "may_we_ask"),
        ("logs_out_week.csv", "logs_out_week"),
        ("January.csv", "export"),
        ("marchers_2025.csv", "marchers"),
        ("juliette_2025.csv", "juliette"),
    ],
)
def test_a_series_is_the_name_without_dates_and_suffixes(name: str, expected: str) -> None:
    assert Original("acme", "unit-1", Path(name), name, datetime(2025, 3, 2)).series == expected


def test_records_that_nothing_names_are_told_apart_by_their_lines(tmp_path: Path) -> None:
    unnamed = KITCHEN.replace('{from: what, extract: "^([0-9]+)", prefix: "entry-"}', "{given: line, prefix: row-}")
    rows = ("E1,,a,13/02/2025 02:15,1,job,,", "E1,,a,13/02/2025 02:15,1,job,,")
    mapped = kitchen(tmp_path, *rows, declaration=declared(tmp_path, unnamed))
    assert mapped.column("learning_time", "entry_id") == ["row-2", "row-3"]


def test_an_offset_may_be_written_as_z(tmp_path: Path) -> None:
    zoned = KITCHEN.replace('["%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M", "%Y-%m-%d %H:%M"]', '["%Y-%m-%dT%H:%M:%S%z"]')
    rows = ("E1,,a,2025-02-12T20:45:00Z,1,job,,", "E2,,a,2025-02-13T02:15:00+05:30,1,job,,")
    mapped = kitchen(tmp_path, *rows, declaration=declared(tmp_path, zoned))
    assert mapped.column("learning_time", "started_at") == [datetime(2025, 2, 12, 20, 45)] * 2
    assert mapped.column("learning_time", "learning_date")[0] == date(2025, 2, 13), "the day is the tool's, not UTC's"
