"""A student system and its video app, by their samples."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from connectors.declaration import CATALOGUE
from tests.connectors.mapped import map_file, token_of

SAMPLES = CATALOGUE / "samples" / "kms"
AMAL, OMAR, LINA = (token_of("moodle:roll_number", f"Student {number}") for number in (801, 802, 803))


def test_a_student_is_a_person_and_takes_the_module_of_the_file(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "KMS Module 4 SP26.csv", "kms", tmp_path)
    assert mapped.column("people", "person_token") == [AMAL, OMAR, LINA]
    # Half past eleven at night in Greenwich is the next day in Muscat.
    assert set(mapped.column("people", "effective_date")) == {date(2025, 3, 3)}
    assert set(mapped.column("enrolments", "activity_id")) == {"shortname:module_4_sp26"}
    assert [(row["rule"], row["source_line"]) for row in mapped.rejects("people")] == [("required_missing", 5)]


def test_minutes_on_the_campus_and_off_it_are_two_stretches(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "Activity Module 4 SP26.csv", "kms", tmp_path)
    told = [(row["person_token"], row["entry_id"], row["minutes"]) for row in mapped.rows("learning_time")]
    assert told[:2] == [(AMAL, "Module 4 SP26 C", 299), (AMAL, "Module 4 SP26 O", 56)]
    assert [row["rule"] for row in mapped.rejects("learning_time")] == ["not_a_number"]


def test_who_played_no_video_did_nothing_there(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "VL Module 4 SP26.csv", "kms", tmp_path)
    assert mapped.column("learning_events", "person_token") == [AMAL, LINA]
    assert set(mapped.column("learning_events", "verb")) == {"played"}
