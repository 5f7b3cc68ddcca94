"""The records of completion that Totara takes, by samples of our own and by the files of Totara's own tests."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from connectors.declaration import CATALOGUE
from connectors.errors import OriginalRefused
from tests.connectors.mapped import REAL_DATA, map_file, token_of

SAMPLES = CATALOGUE / "samples" / "totara"
REAL = REAL_DATA / "lms" / "totara_completion_import"
needs_real_data = pytest.mark.skipif(not REAL.exists(), reason=f"Totara's completion imports are not at {REAL}")


def user(name: str) -> str:
    return token_of("totara:username", name)


def test_a_completion_lands_under_the_courses_number_or_else_its_short_name(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "course_completions_2026-03.csv", "totara", tmp_path)
    assert mapped.unit.export == "course_completions"
    done = [(r["person_token"], r["activity_id"], r["occurred_date"]) for r in mapped.rows("enrolments")]
    assert done == [
        (user("a.visser"), "idnumber:c-0101", date(2026, 3, 2)),
        (user("m.dejong"), "idnumber:c-0101", date(2026, 3, 2)),
        (user("m.dejong"), "idnumber:c-0204", date(2026, 3, 9)),
        (user("s.yilmaz"), "shortname:ladders", date(2026, 3, 9)),
        (user("s.yilmaz"), "idnumber:notacourse", date(2019, 5, 14)),
    ]
    codes = {r["activity_id"]: r["catalogue_code"] for r in mapped.rows("activities")}
    assert codes["shortname:safety-101"] == codes["idnumber:c-0101"] == "C-0101"
    assert mapped.column("assessments", "score") == [100.0, 87.5, 0.0, 100.0]


def test_what_totara_would_refuse_is_rejected_row_by_row(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "course_completions_2026-03.csv", "totara", tmp_path)
    assert mapped.counts("enrolments") == (12, 5, 6, 1)
    assert [(r["source_line"], r["rule"], r["column_name"]) for r in mapped.rejects("enrolments")] == [
        (7, "required_missing", "username"),
        (8, "required_missing", "courseidnumber"),
        (9, "required_missing", "completiondate"),
        (10, "ragged_row", None),
        (11, "ragged_row", None),
        (13, "required_missing", "username"),
    ]


def test_days_before_months_semicolons_and_a_decimal_comma(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "evidence_upload_2026-03.csv", "totara", tmp_path)
    assert mapped.column("enrolments", "occurred_date") == [date(2026, 2, 9), date(2026, 2, 27)]
    assert mapped.column("assessments", "score") == [87.5, 100.0]
    assert [(r["rule"], r["value"]) for r in mapped.rejects("enrolments")] == [("not_a_time", "31/2/2026")]


@pytest.mark.parametrize("delimiter", [",", ";", ":", "|", "\t"])
def test_lines_may_end_in_a_bare_carriage_return(tmp_path: Path, delimiter: str) -> None:
    rows = ["username,courseshortname,courseidnumber,completiondate,grade", "ann,C1,1,2015-01-01,100", "bob,,1,1/2/15,"]
    path = tmp_path / "completion.csv"
    path.write_bytes("\r".join(rows).replace(",", delimiter).encode())
    mapped = map_file(path, "totara", tmp_path / "scratch")
    assert mapped.counts("enrolments") == (2, 2, 0, 0)
    assert mapped.column("enrolments", "occurred_date") == [date(2015, 1, 1), date(2015, 2, 1)]
    assert mapped.column("enrolments", "source_line") == [2, 3]


def test_a_certification_is_awarded_on_its_day_and_says_nothing_of_its_end(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "certification_completions_2026-03.csv", "totara", tmp_path)
    first, second = mapped.rows("certifications")
    assert (first["certification_id"], first["event"], first["event_date"]) == ("hs1", "awarded", date(2026, 3, 23))
    assert (first["valid_to"], json.loads(first["extras"])) == (None, {"due": "30/06/2026"})
    assert second["person_token"] == user("m.dejong")
    assert [(r["source_line"], r["rule"]) for r in mapped.rejects("certifications")] == [
        (4, "required_missing"),
        (5, "not_a_date"),
    ]


# --------------------------------------------------------------------------------- Totara's own test files


@needs_real_data
def test_the_outcomes_that_totaras_own_tests_expect_are_met(tmp_path: Path) -> None:
    expected = {k: v for k, v in json.loads((REAL / "expected.json").read_text()).items() if k.endswith(".csv")}
    for name, outcome in expected.items():
        _, landed, rejected, _ = map_file(REAL / name, "totara", tmp_path / name).counts("enrolments")
        # Evidence is a completion of a course that Totara doesn't have: here it counts like any other.
        assert (landed, rejected) == (outcome.get("imported", 0) + outcome.get("evidence", 0), outcome.get("errors", 0))


@needs_real_data
@pytest.mark.parametrize("path", sorted(REAL.glob("*.csv")) if REAL.exists() else [], ids=lambda path: path.stem)
def test_every_file_lands_or_is_refused_in_words_that_help(tmp_path: Path, path: Path) -> None:
    refusal = {
        "f2f": "a list of attendees for a seminar.* neither to which event nor when",
        "badcolumns": "needs the column 'courseidnumber'",
    }
    told = next((words for part, words in refusal.items() if part in path.stem.split("_")), None)
    if told:
        with pytest.raises(OriginalRefused, match=told):
            map_file(path, "totara", tmp_path)
    else:
        assert map_file(path, "totara", tmp_path).unit.export == "course_completions"
