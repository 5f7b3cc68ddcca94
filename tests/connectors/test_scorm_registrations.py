"""Registrations of SCORM and cmi5: one object is all that a learner did with a course so far."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from connectors.declaration import CATALOGUE, load, with_settings
from tests.connectors.mapped import Mapped, map_file, token_of

TOOL = "scorm_registrations"
SAMPLES = CATALOGUE / "samples" / TOOL
SANNE, CHIDI = token_of(f"{TOOL}:learner_id", "L-1207"), token_of(f"{TOOL}:learner_id", "chidi.okafor@corp.example")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Mapped:
    return map_file(SAMPLES / "registrations.json", TOOL, tmp_path_factory.mktemp("page"))


def test_a_registration_is_its_milestones_and_unknown_is_none(page: Mapped) -> None:
    assert {(r["person_token"], r["milestone"], r["occurred_at"]) for r in page.rows("enrolments")} == {
        (SANNE, "confirmed", datetime(2026, 1, 5, 8)),
        (SANNE, "started", datetime(2026, 1, 6, 8, 5, 40, 550_000)),
        (SANNE, "completed", datetime(2026, 2, 10, 8, 1, 0, 107_000)),
        (SANNE, "passed", datetime(2026, 2, 10, 8, 1, 0, 107_000)),
        (CHIDI, "confirmed", datetime(2026, 1, 5, 8)),
        (CHIDI, "started", datetime(2026, 1, 7, 9)),
    }


def test_a_score_of_the_engine_is_of_a_hundred(page: Mapped) -> None:
    (score,) = page.rows("assessments")
    assert (score["score"], score["score_max"], score["is_passed"]) == (88.5, 100.0, True)
    assert score["score_scaled"] == pytest.approx(0.885)
    assert page.column("learning_events", "progress_share") == [1.0, 0.35], "completed is all, whatever NaN says"
    assert [(r["person_token"], r["minutes"]) for r in page.rows("learning_time")] == [(SANNE, 61.0)]


def test_page_postback_and_table_tell_the_same_registration(page: Mapped, tmp_path: Path) -> None:
    known = set(page.column("enrolments", "record_key"))
    posted = map_file(SAMPLES / "postbacks.ndjson", TOOL, tmp_path / "posted")
    assert set(posted.column("enrolments", "record_key")) < known
    table = map_file(SAMPLES / "registrations_export.csv", TOOL, tmp_path / "table")
    assert {(r["person_token"], r["milestone"]) for r in table.rows("enrolments")} == {
        (r["person_token"], r["milestone"]) for r in page.rows("enrolments")
    }
    assert table.column("assessments", "score") == [88.5], "written with a comma there"


def test_an_id_that_somebody_made_up_is_not_told(page: Mapped) -> None:
    assert set(page.column("enrolments", "enrolment_id")) == {"26e23536-bac9-4867-ba34-533799d97e57", None}
    assert "reg-2" not in str([page.rows(kind.kind.name) for kind in page.unit.kinds])


def test_a_webhook_holds_the_registration_in_its_body(tmp_path: Path) -> None:
    hook = map_file(SAMPLES / "webhooks_registration.ndjson", TOOL, tmp_path)
    assert {r["milestone"] for r in hook.rows("enrolments")} == {"confirmed", "started", "completed", "failed"}


def test_a_cmi5_course_is_completed_once_it_is_satisfied(tmp_path: Path) -> None:
    player = map_file(SAMPLES / "cmi5_registrations.json", TOOL, tmp_path)
    told = {(r["person_token"], r["milestone"], r["decided_by_rule"]) for r in player.rows("enrolments")}
    assert told == {
        (SANNE, "confirmed", None),
        (SANNE, "completed", "moveOn"),
        (token_of("email", "chidi.okafor@corp.example"), "confirmed", None),
    }
    assert set(player.column("enrolments", "activity_id")) == {"https://content.example/ladders"}


def test_a_home_says_what_the_learners_id_is(tmp_path: Path) -> None:
    own = {"identifier_types": {f"{TOOL}:learner_id": "employee_number"}}
    settled = with_settings(load(CATALOGUE / f"{TOOL}.yaml"), {"tools": {TOOL: own}})
    mapped = map_file(SAMPLES / "postbacks.ndjson", settled, tmp_path)
    assert set(mapped.column("enrolments", "person_token")) == {token_of("employee_number", "L-1207")}
