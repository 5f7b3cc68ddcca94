"""The day of a fact is the person's own, though only a moment is mapped: in the zone of the tool, not in UTC."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from tests.connectors.mapped import declared, map_file

TWO_DAYS = """\
tool: acme
title: Acme
status: draft
version: "1"
timezone: Europe/Berlin
exports:
  answers:
    title: answers
    delivers: events
    columns: {who: Who, at: At, due: Due, item: Item}
    kinds:
      survey_responses:
        columns:
          response_id: item
          survey_id: {constant: s}
          item_id: item
          answered_at: {from: at, formats: ["%Y-%m-%d %H:%M"]}
      attendances:
        columns:
          person_token: {from: who, identifier: email}
          activity_id: {constant: a}
          session_id: item
          attendance: {constant: attended}
          started_at: {from: at, formats: ["%Y-%m-%d %H:%M"]}
          started_date: {from: due, formats: ["%Y-%m-%d"]}
      enrolments:
        columns:
          person_token: {from: who, identifier: email}
          activity_id: {constant: a}
          enrolment_id: item
          milestone: {constant: assigned}
          occurred_at: {from: at, formats: ["%Y-%m-%d %H:%M"]}
          occurred_date: {from: at, formats: ["%Y-%m-%d %H:%M"]}
          due_at: {from: due, formats: ["%Y-%m-%d"]}
"""
ROWS = "Who,At,Due,Item\na@b.example,2025-07-02 00:30,2025-07-09,1\na@b.example,2025-01-02 23:30,2025-01-09,2\n"


def test_a_moment_that_is_mapped_tells_its_local_day_as_well(tmp_path: Path) -> None:
    (tmp_path / "answers.csv").write_text(ROWS, encoding="utf-8")
    mapped = map_file(tmp_path / "answers.csv", declared(tmp_path, TWO_DAYS), tmp_path / "scratch")
    told = [(row["answered_at"], row["answered_date"]) for row in mapped.rows("survey_responses")]
    assert told == [
        (datetime(2025, 7, 1, 22, 30), date(2025, 7, 2)),  # the day after in Berlin
        (datetime(2025, 1, 2, 22, 30), date(2025, 1, 2)),
    ]


def test_what_is_due_on_a_day_is_due_on_the_learners_day(tmp_path: Path) -> None:
    (tmp_path / "answers.csv").write_text(ROWS, encoding="utf-8")
    mapped = map_file(tmp_path / "answers.csv", declared(tmp_path, TWO_DAYS), tmp_path / "scratch")
    assert [(row["due_at"], row["due_date"]) for row in mapped.rows("enrolments")] == [
        (datetime(2025, 7, 8, 22, 0), date(2025, 7, 9)),  # its first moment is of the day before, by UTC
        (datetime(2025, 1, 8, 23, 0), date(2025, 1, 9)),
    ]


def test_a_day_that_is_mapped_by_itself_stays_what_the_tool_says(tmp_path: Path) -> None:
    (tmp_path / "answers.csv").write_text(ROWS, encoding="utf-8")
    mapped = map_file(tmp_path / "answers.csv", declared(tmp_path, TWO_DAYS), tmp_path / "scratch")
    assert mapped.column("attendances", "started_date") == [date(2025, 7, 9), date(2025, 1, 9)]


KINDS = ("observations", "survey_responses", "capability_assessments", "attendances", "enrolments")


@pytest.mark.parametrize("kind", KINDS)
def test_every_connector_of_a_kind_with_a_local_day_yields_it(kind: str) -> None:
    from connectors.declaration import catalogue

    mappings = [
        m for d in catalogue().values() for e in d.exports.values() for name, m in e.kinds.items() if name == kind
    ]
    assert mappings
    for mapping in mappings:
        moments = {name.removesuffix("_at") for name in mapping.columns if name.endswith("_at")}
        days = {name.removesuffix("_date") for name in mapping.columns if name.endswith("_date")}
        assert moments <= days
