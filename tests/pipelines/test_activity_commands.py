"""`throughline activity`: what bears much the same title is shown, decided, and holds from the next landing on."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from connectors.errors import SettingsError
from connectors.home import Home
from pipelines.activity_decisions import (
    ActivityDecision,
    Offering,
    add_decision,
    decided,
    decisions_file,
    read_decisions,
    write_activity_decisions,
)
from pipelines.activity_proposals import folded_title, proposals
from pipelines.cli import app

OFFERED = [
    # activity_key, tool, activity_id, is_catalogued, title, is_enrollable, catalogue_code
    ("a", "moodle", "course:1", True, "Privacy essentials", True, "CAT-1"),
    ("a", "moodle", "shortname:priv", False, None, True, None),
    ("b", "udemy", "77", True, "Essentials: Privacy", True, None),
    ("c", "udemy", "78", True, "Spreadsheets 1", True, None),
    ("d", "moodle", "course:2", True, "Spreadsheets 2", True, None),
    ("e", "moodle", "course:3", True, "Sûreté au travail 2024", True, None),
    ("f", "moodle", "course:4", True, "Surete au travail 2025", True, None),
    ("g", "lxp", "9", True, "Giving feedbacks", True, None),
    ("h", "udemy", "79", True, "Giving feedback", True, None),
    ("i", "moodle", "page:1", True, "Privacy essentials", False, None),
]


@pytest.fixture
def offered(home: Home) -> Home:
    home.published_database.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(home.published_database)) as connection:
        connection.execute("""
            create schema marts;
            create table marts.bridge_activity_tool (
                activity_key varchar, tool varchar, activity_id varchar, is_catalogued boolean, title varchar,
                is_enrollable boolean, catalogue_code varchar, provider varchar, language varchar
            );
            create table marts.fct_enrolment (activity_key varchar, person_key bigint);
            insert into marts.fct_enrolment values ('a', 1), ('a', 2), ('b', 3), ('g', 1), ('h', 1);
        """)
        connection.executemany(
            "insert into marts.bridge_activity_tool values (?, ?, ?, ?, ?, ?, ?, null, null)", OFFERED
        )
    return home


def activity(*words: str) -> Result:
    return CliRunner().invoke(app, ["activity", *words])


def _waiting(home: Home) -> dict[tuple[str, ...], str]:
    with duckdb.connect(str(home.published_database), read_only=True) as connection:
        found = proposals(connection, read_decisions(decisions_file(home)))
    return {tuple(map(str, each.offerings)): each.kind for each in found}


def _said(decision: str, *offerings: str) -> ActivityDecision:
    return ActivityDecision(decision, tuple(map(Offering.read, offerings)), "L&D", date(2026, 1, 1), "looked")


def test_only_titles_that_are_much_alike_and_differ_in_no_number_are_proposed(offered: Home) -> None:
    assert _waiting(offered) == {
        ("moodle course:1", "udemy 77"): "same_title",
        ("moodle course:3", "moodle course:4"): "another_year",
        ("lxp 9", "udemy 79"): "similar_title",
    }


def test_a_title_is_compared_without_case_accents_punctuation_and_order() -> None:
    assert folded_title("Sûreté — au TRAVAIL!") == folded_title("travail, au surete")


def test_a_decision_is_kept_in_the_home_and_not_asked_for_again(offered: Home) -> None:
    (line,) = [line for line in activity("review").output.splitlines() if "same_title" in line]
    answered = activity("decide", line.split()[1], "same", "--by", "L&D", "--because", "one syllabus")
    assert answered.exit_code == 0, answered.output
    assert ("moodle course:1", "udemy 77") not in _waiting(offered)
    (kept,) = read_decisions(decisions_file(offered))
    assert (kept.decision, kept.because) == ("same", "one syllabus")


def test_what_is_different_is_not_proposed_by_another_of_its_offerings_either(offered: Home) -> None:
    add_decision(decisions_file(offered), _said("different", "moodle shortname:priv", "udemy 77"))
    assert ("moodle course:1", "udemy 77") not in _waiting(offered)


def test_the_same_through_others_share_one_name_and_a_split_takes_one_back() -> None:
    chain = [_said("same", "b 2", "c 3"), _said("same", "a 1", "b 2"), _said("same", "x 8", "y 9")]
    names = {(row["tool"], row["decision"]): row["decided_name"] for row in decided(chain)}
    assert names == {
        ("a", "same"): "a 1", ("b", "same"): "a 1", ("c", "same"): "a 1", ("x", "same"): "x 8", ("y", "same"): "x 8"
    }  # fmt: skip
    after = {(row["tool"], row["decision"]): row["decided_name"] for row in decided([*chain, _said("split", "c 3")])}
    assert after == {
        ("a", "same"): "a 1", ("b", "same"): "a 1", ("c", "split"): "c 3", ("x", "same"): "x 8", ("y", "same"): "x 8"
    }  # fmt: skip


def test_an_offering_is_split_by_name_and_an_unknown_one_is_not(offered: Home) -> None:
    reason = ("--by", "L&D", "--because", "another syllabus")
    assert activity("split", "moodle", "course:1", *reason).exit_code == 0
    assert ("moodle course:1", "udemy 77") not in _waiting(offered)
    assert isinstance(activity("split", "moodle", "course:99", *reason).exception, SettingsError)


def test_decisions_land_once_and_leave_no_trace_when_they_are_the_same(home: Home) -> None:
    add_decision(decisions_file(home), _said("same", "moodle course:1", "udemy 77"))
    path = home.landed("activity_decisions") / "decisions.parquet"
    assert write_activity_decisions(home) == 2
    before = path.stat().st_mtime_ns
    assert write_activity_decisions(home) == 2
    assert path.stat().st_mtime_ns == before
    assert {row["decided_name"] for row in pq.read_table(path).to_pylist()} == {"moodle course:1"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- {decision: same}", "expected exactly"),
        ("- {decision: joined, offerings: [], decided_by: x, decided_on: 2026-01-01, because: y}", "is none of"),
        ("- {decision: same, offerings: [a 1], decided_by: x, decided_on: 2026-01-01, because: y}", "2 different"),
        ("- {decision: split, offerings: [moodle], decided_by: x, decided_on: 2026-01-01, because: y}", "no offering"),
        ("- {decision: split, offerings: [a 1], decided_by: x, decided_on: soon, because: y}", "is a day"),
        ("decision: same", "a list of decisions"),
        ("- [", "not YAML"),
    ],
)
def test_a_file_that_can_t_be_read_says_where_and_what_was_expected(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "activities.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=told):
        read_decisions(path)
