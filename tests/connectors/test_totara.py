"""Totara's HR import, by its samples and by the import files of Totara's own tests."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from connectors.declaration import CATALOGUE, load, with_settings
from connectors.errors import OriginalRefused
from tests.connectors.mapped import EXTRACTED_AT, REAL_DATA, Mapped, map_file, token_of

SAMPLES = CATALOGUE / "samples" / "totara"
REAL = REAL_DATA / "hr" / "totara_hr_import"


def number(value: str) -> str:
    return token_of("employee_number", value)


@pytest.fixture(scope="module")
def users(tmp_path_factory: pytest.TempPathFactory) -> Mapped:
    return map_file(SAMPLES / "users_2025-01-31.csv", "totara", tmp_path_factory.mktemp("users"))


def test_people_jobs_and_accounts_come_out_of_one_reading(users: Mapped) -> None:
    assert users.counts("people") == (7, 4, 2, 1)
    assert users.counts("job_assignments") == (5, 4, 0, 1)
    assert users.counts("accounts") == (6, 6, 0, 0)
    jobs = {(r["person_token"], r["org_unit_id"], r["manager_token"]) for r in users.rows("job_assignments")}
    assert (number("E0114"), "U11", number("E0007")) in jobs
    assert {u for p, u, _ in jobs if p == number("E0115")} == {"U11", "U12"}, "two jobs at once are two assignments"


def test_a_person_without_a_number_and_a_person_told_in_two_ways_are_rejected(users: Mapped) -> None:
    assert [(r["source_line"], r["rule"]) for r in users.rejects("people")] == [
        (6, "required_missing"),
        (8, "key_conflict"),
    ]


def test_an_unknown_time_of_change_falls_back_on_the_day_in_the_name_and_then_on_that_of_the_export(
    users: Mapped, tmp_path: Path
) -> None:
    days = {row["person_token"]: row["effective_date"] for row in users.rows("people")}
    assert days[number("E0007")] == date(2025, 1, 31)
    assert days[number("E0114")] == date(2025, 1, 31)
    undated = map_file(SAMPLES / "users_2025-01-31.csv", "totara", tmp_path, "users.csv")
    days = {row["person_token"]: row["effective_date"] for row in undated.rows("people")}
    assert days[number("E0114")] == EXTRACTED_AT.date()


def test_a_day_is_that_of_the_organisation(tmp_path: Path) -> None:
    eastern = with_settings(load(CATALOGUE / "totara.yaml"), {"tools": {"totara": {"timezone": "Asia/Tokyo"}}})
    undated = map_file(SAMPLES / "users_2025-01-31.csv", eastern, tmp_path, "users.csv")
    assert max(undated.column("people", "effective_date")) == date(2025, 3, 3), "23:30 UTC is the next day in Tokyo"


def test_who_is_deleted_is_said_and_a_snapshot_is_complete_unless_its_name_says_otherwise(
    users: Mapped, tmp_path: Path
) -> None:
    people = {row["person_token"]: row for row in users.rows("people")}
    assert people[number("E0116")]["is_deleted"]
    assert people[number("E0116")]["employment_status"] == "left"
    assert not people[number("E0007")]["is_deleted"]
    assert set(users.column("people", "is_complete_snapshot")) == {True}
    assert set(users.column("people", "series")) == {"users"}
    changed = map_file(SAMPLES / "users_changed_20250203.csv", "totara", tmp_path)
    assert changed.column("people", "is_complete_snapshot") == [False]
    assert changed.column("people", "effective_date") == [date(2025, 2, 3)]
    assert [(r["rule"], r["value"]) for r in changed.rejects("people")] == [("not_a_date", "last week")]


def test_a_parent_that_is_called_zero_is_a_parent(tmp_path: Path) -> None:
    units = map_file(SAMPLES / "organisations_2025-01-31.csv", "totara", tmp_path)
    assert [(r["org_unit_id"], r["parent_org_unit_id"]) for r in units.rows("org_units")] == [
        ("0", None),
        ("U10", "0"),
        ("U11", "U10"),
    ]


def test_organisations_and_positions_have_the_same_header_and_are_told_apart_by_name(tmp_path: Path) -> None:
    positions = map_file(SAMPLES / "positions_2025-01-31.csv", "totara", tmp_path / "a")
    assert [(r["position_id"], r["parent_position_id"]) for r in positions.rows("positions")] == [
        ("P1", "P2"),
        ("P2", None),
    ]
    with pytest.raises(OriginalRefused, match="rename the file"):
        map_file(SAMPLES / "positions_2025-01-31.csv", "totara", tmp_path / "b", "export.csv")


def test_several_jobs_at_once_come_by_a_file_of_their_own(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "jobassignments_2025-01-31.csv", "totara", tmp_path)
    assert mapped.unit.export == "job_assignments"
    assert mapped.counts("job_assignments") == (8, 4, 3, 1)
    assert [(r["source_line"], r["rule"], r["column_name"]) for r in mapped.rejects("job_assignments")] == [
        (7, "key_conflict", "person_token, assignment_id, org_unit_id, position_id, effective_date"),
        (8, "required_missing", "useridnumber"),
        (9, "not_a_date", "startdate"),
    ]
    jobs = {(row["person_token"], row["assignment_id"]): row for row in mapped.rows("job_assignments")}
    trainer = jobs[number("E0007"), "J2"]
    assert (trainer["started_date"], trainer["ended_date"]) == (date(2025, 2, 1), date(2025, 7, 31))
    assert (trainer["org_unit_id"], trainer["job_title"], trainer["is_primary"]) == ("U12", "Trainer", None)
    assert jobs[number("E0114"), "J2"]["manager_token"] == number("E0007")
    assert jobs[number("E0115"), "J3"]["is_deleted"]
    assert {row["series"] for row in jobs.values()} == {"jobassignments"}


def test_a_job_starts_on_a_day_or_at_a_unix_time(tmp_path: Path) -> None:
    path = tmp_path / "jobassignment.csv"
    path.write_text("idnumber,useridnumber,timemodified,startdate\n1,E1,0,1426820400\n1,E2,0,\n", encoding="utf-8")
    mapped = map_file(path, "totara", tmp_path / "scratch")
    assert mapped.column("job_assignments", "started_date") == [date(2015, 3, 20), None]


# --------------------------------------------------------------------------------- Totara's own test files


needs_real_data = pytest.mark.skipif(not REAL.exists(), reason=f"Totara's import files are not at {REAL}")


@needs_real_data
@pytest.mark.parametrize("path", sorted(REAL.glob("*.csv")) if REAL.exists() else [], ids=lambda path: path.stem)
def test_every_file_of_totaras_own_tests_gives_a_sensible_result(tmp_path: Path, path: Path) -> None:
    if path.stem == "competencies":
        with pytest.raises(OriginalRefused, match="strategy workbook"):
            map_file(path, "totara", tmp_path)
        return
    mapped = map_file(path, "totara", tmp_path)
    kind = {"user": "people", "orga": "org_units", "posi": "positions", "pos_": "positions"}[path.name[:4]]
    records = sum(1 for line in path.read_text(encoding="utf-8-sig").splitlines() if line) - 1
    rejected = 1 if path.stem == "user_missing_idnumber_1" else 0
    assert mapped.counts(kind) == (records, records - rejected, rejected, 0)
    assert all(row["effective_date"] >= date(2015, 3, 4) for row in mapped.rows(kind))
    assert mapped.rows(kind)[0]["is_complete_snapshot"] is ("changed" not in path.stem and "partial" not in path.stem)


@needs_real_data
def test_names_beyond_ascii_reach_the_vault_unharmed(tmp_path: Path) -> None:
    mapped = map_file(REAL / "user_utf8_bom.csv", "totara", tmp_path)
    assert {name for _, attribute, name in mapped.tokeniser.kept if attribute == "full_name"} == {
        "bob marley",
        "Žlutý Koníček",
    }
