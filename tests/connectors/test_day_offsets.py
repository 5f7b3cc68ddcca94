"""Days that are counted from a date, which another column names."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from connectors.errors import SettingsError
from tests.connectors.mapped import Mapped, declared, map_file

COHORTS = """\
tool: acme
title: Acme
status: draft
version: "1"
timezone: Europe/London
exports:
  marks:
    title: marks
    delivers: events
    columns: {who: Who, cohort: Cohort, day: Day}
    kinds:
      learning_time:
        columns:
          person_token: {from: who, identifier: "acme:id"}
          started_at: &counted
            join: [cohort, day]
            replace: {"^([0-9]{4})S ": "\\\\1-07-01 ", "^([0-9]{4})W ": "01.02.\\\\1 "}
            offset: days
            formats: ["%Y-%m-%d", "%d.%m.%Y"]
          learning_date: *counted
"""


def cohorts(tmp_path: Path, *rows: str) -> Mapped:
    path = tmp_path / "marks.csv"
    path.write_text("Who,Cohort,Day\n" + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return map_file(path, declared(tmp_path, COHORTS), tmp_path / "scratch")


def test_days_are_counted_from_the_date_before_and_after_it(tmp_path: Path) -> None:
    mapped = cohorts(tmp_path, "a,2023S,0", "a,2023S,31", "a,2023W,-32", "a,2024W,28")
    assert mapped.column("learning_time", "learning_date") == [
        date(2023, 7, 1), date(2023, 8, 1), date(2022, 12, 31), date(2024, 2, 29),
    ]  # fmt: skip


def test_an_instant_is_midnight_of_the_day_where_the_tool_is(tmp_path: Path) -> None:
    mapped = cohorts(tmp_path, "a,2023S,0", "a,2023S,180")
    assert mapped.column("learning_time", "started_at") == [datetime(2023, 6, 30, 23), datetime(2023, 12, 28)]


@pytest.mark.parametrize("row", ["a,2023S,", "a,2023S,x", "a,2023S,1.5", "a,2023S,999999", "a,2023X,3", "a,,3"])
def test_a_day_without_a_date_or_without_a_whole_number_is_rejected(tmp_path: Path, row: str) -> None:
    mapped = cohorts(tmp_path, "a,2023S,1", row)
    (reject,) = mapped.rejects("learning_time")
    assert (reject["source_line"], reject["rule"], reject["column_name"]) == (3, "not_a_time", "Cohort, Day")
    assert reject["expected"] == "a time written as %Y-%m-%d and a whole number of days behind it"


def test_a_declaration_that_counts_in_anything_but_days_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="unknown value 'weeks'; allowed: days"):
        declared(tmp_path, COHORTS.replace("offset: days", "offset: weeks"))
