"""360Learning: what its API answers, with IDs for people, and a dashboard's table in French."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from connectors.declaration import CATALOGUE
from tests.connectors.mapped import map_file, token_of

SAMPLES = CATALOGUE / "samples" / "learning_360"
COURSE, PATH = "58e000000000000000000c01", "60a00000000000000000p001"


def person(number: int) -> str:
    return token_of("learning_360:user_id", f"5eb0000000000000000000u{number}")


def test_dates_of_an_attempt_are_milestones_and_a_failure_is_none_completed(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "courses_stats.json", "learning_360", tmp_path)
    reached = {(r["person_token"], r["activity_id"], r["milestone"]): r for r in mapped.rows("enrolments")}
    assert reached[person(1), COURSE, "completed"]["occurred_at"] == datetime(2026, 1, 20, 15, 30)
    assert reached[person(2), COURSE, "assigned"]["due_at"] == datetime(2026, 2, 1)
    assert [m for p, _, m in reached if p == person(2)].count("completed") == 0
    assert [(r["score"], r["is_passed"]) for r in mapped.rows("assessments")] == [(92.0, True), (45.5, False)]


def test_a_path_that_goes_on_has_no_end(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "paths_stats.json", "learning_360", tmp_path)
    assert mapped.unit.export == "path_stats"
    assert [(r["person_token"], r["activity_id"], r["milestone"]) for r in mapped.rows("enrolments")] == [
        (person(1), PATH, "completed"),
        (person(2), PATH, "failed"),
    ]


def test_the_users_tie_ids_to_addresses(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "users.json", "learning_360", tmp_path)
    assert {(r["account_token"], r["email_token"], r["account_status"]) for r in mapped.rows("accounts")} == {
        (person(1), token_of("email", "a.visser@acme.example"), "active"),
        (person(2), token_of("email", "b.oz@acme.example"), "suspended"),
    }


def test_a_french_dashboard_below_its_title(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "dashboard_export.csv", "learning_360", tmp_path)
    assert mapped.counts("enrolments") == (4, 3, 1, 0)
    assert mapped.column("assessments", "score") == [92.5]
    assert mapped.column("activities", "activity_id") == ["title:sécurité au travail"]
