"""What stands in the files: real layouts, planted quirks, and counts that equal what was planted."""

from __future__ import annotations

import hashlib
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from simulator import load, write_company
from tests.simulator.conftest import MONTHS, PEOPLE, SEED, Exports
from tests.simulator.reading import csv_of, text_of


def digests(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_same_seed_gives_the_same_bytes_and_another_gives_others(exports: Exports, tmp_path: Path) -> None:
    write_company(tmp_path / "again", tmp_path / "truth", load(people=PEOPLE, months=MONTHS, seed=SEED))
    write_company(tmp_path / "other", None, load(people=PEOPLE, months=MONTHS, seed=SEED + 1))
    first, again, other = digests(exports.inbox), digests(tmp_path / "again"), digests(tmp_path / "other")
    assert first == again
    assert digests(exports.truth) == digests(tmp_path / "truth")
    # Catalogue, positions and the like don't depend on chance; whatever tells of people does.
    assert all(
        first[name] != other[name] for name in first.keys() & other.keys() if "users" in name or "statements" in name
    )


def test_the_files_that_are_reported_are_the_files_that_are_there(exports: Exports) -> None:
    assert {file.path.as_posix(): file.size for file in exports.written.files} == {
        path.relative_to(exports.inbox).as_posix(): path.stat().st_size
        for path in exports.inbox.rglob("*")
        if path.is_file()
    }


# HR


def test_everybody_who_works_here_at_a_month_end_is_in_that_export(exports: Exports) -> None:
    truth = exports.read_truth("month_ends.csv")
    for day, there in truth.groupby("day"):
        rows = [
            row
            for row in csv_of(exports.inbox / f"totara/users_{day}.csv")
            if row["idnumber"] and row["deleted"] == "0"
        ]
        known = {(r["idnumber"], r["orgidnumber"], r["posidnumber"], r["manageridnumber"], r["email"]) for r in rows}
        assert known == set(there.drop(columns="day").itertuples(index=False, name=None))


def test_hr_exports_hold_the_rows_that_were_planted(exports: Exports) -> None:
    for file in exports.written.files:
        if not file.path.name.startswith("users_") or file.path.parts[0] != "totara":
            continue
        rows = csv_of(exports.inbox / file.path)
        copies = Counter(tuple(row.values()) for row in rows)
        assert len(rows) == file.counts["records"]
        assert sum(row["idnumber"] == "" for row in rows) == file.counts["rejected"]
        assert sum(count - 1 for count in copies.values()) == file.counts["duplicate"]
        assert sum(row["deleted"] == "1" for row in rows) == file.counts["deleted"]
    assert exports.written.count("rejected", "totara") > 0
    assert exports.written.count("duplicate", "totara") > 0


def test_hr_exports_come_in_the_dialects_of_real_ones(exports: Exports) -> None:
    paths = sorted(exports.inbox.glob("totara/users_*.csv"))
    data = [path.read_bytes() for path in paths]
    assert len(paths) == MONTHS + 1, "the eve of the period and every month end"
    assert data[0].startswith(
        b'"idnumber","timemodified","username","deleted","firstname","lastname","email","city","country"'
    )
    assert b', "manageridnumber"' in data[0]
    with pytest.raises(UnicodeDecodeError):
        data[1].decode("utf-8")
    assert data[2].startswith(b'\xef\xbb\xbf"idnumber"')
    assert b"\r\n" in data[2]
    assert data[3].startswith(b"idnumber\ttimemodified\t")


def test_every_unit_and_position_that_people_have_is_in_the_same_export(exports: Exports) -> None:
    for path in exports.inbox.glob("totara/users_*.csv"):
        day = path.stem.removeprefix("users_")
        units = {row["idnumber"] for row in csv_of(path.with_name(f"organisations_{day}.csv"))}
        positions = {row["idnumber"] for row in csv_of(path.with_name(f"positions_{day}.csv"))}
        people = [row for row in csv_of(path) if row["idnumber"] and row["deleted"] == "0"]
        assert {row["orgidnumber"] for row in people} <= units
        assert {row["posidnumber"] for row in people} <= positions


# Moodle


def test_logs_have_the_layout_of_the_real_one_newest_first(exports: Exports) -> None:
    paths = sorted(exports.inbox.glob("moodle/logs_*"))
    assert [path.suffix for path in paths] == [".csv", ".gz", ".csv"]
    for path in paths:
        rows = csv_of(path)
        assert list(rows[0]) == [
            "Course", "Time", "User full name", "Affected user", "Event context",
            "Component", "Event name", "Description", "Origin", "IP address",
        ]  # fmt: skip
        assert {row["User full name"] for row in rows} == {"-"}
        assert not any(row["Time"].startswith("0") for row in rows), "the day has no leading zero"
        instants = [sortable(row["Time"]) for row in rows]
        assert instants == sorted(instants, reverse=True)


def sortable(moment: str) -> tuple[str, str, int, str]:
    """``4/03/25, 09:15`` as something that sorts."""
    day, month, rest = moment.split("/")
    year, clock = rest.split(", ")
    return year, month, int(day), clock


def test_overlapping_logs_hold_the_redelivered_rows_that_were_planted(exports: Exports) -> None:
    earlier: Counter[tuple[str, ...]] = Counter()
    planted = [file for file in exports.written.files if file.path.name.startswith("logs_")]
    for file in planted:
        rows = Counter(tuple(row.values()) for row in csv_of(exports.inbox / file.path))
        assert rows.total() == file.counts["records"]
        assert (rows & earlier).total() == file.counts["redelivered"]
        earlier |= rows
    assert planted[0].counts["redelivered"] == 0
    assert all(file.counts["redelivered"] > 0 for file in planted[1:])


def test_every_learner_of_the_log_is_in_the_users_export(exports: Exports) -> None:
    known = {row["id"] for path in exports.inbox.glob("moodle/users_*.csv") for row in csv_of(path)}
    for path in exports.inbox.glob("moodle/logs_*"):
        actors = {row["Description"].split("'")[1] for row in csv_of(path)}
        assert actors - {"-1"} <= known, "-1 is how Moodle names itself"


def test_the_users_export_ties_numbers_to_emails_that_hr_may_write_otherwise(exports: Exports) -> None:
    rows = csv_of(max(exports.inbox.glob("moodle/users_*.csv")))
    emails = {row["email"] for row in csv_of(max(exports.inbox.glob("totara/users_*.csv")))}
    assert list(rows[0]) == ["id", "username", "email", "firstname", "lastname", "idnumber"]
    assert any(row["email"] not in emails and row["email"].lower() in emails for row in rows)
    assert any(row["idnumber"] == "" for row in rows)
    assert any(row["username"] == "kiosk.warehouse" for row in rows)


def test_grades_are_numbers_or_a_dash_and_agree_with_the_truth(exports: Exports) -> None:
    truth = exports.read_truth("enrolments.csv")
    offered = exports.read_truth("offerings.csv")
    titles = dict(zip(offered["activity_id"], offered["title"], strict=True))
    planted = [file for file in exports.written.files if "Grades" in file.path.name]
    for file in planted:
        rows = csv_of(exports.inbox / file.path)
        column = next(name for name in rows[0] if name.startswith("Quiz: ") and name.endswith(" (Real)"))
        graded = [row[column] for row in rows if row[column] != "-"]
        assert len(rows) == file.counts["records"]
        assert len(graded) == file.counts["graded"]
        assert all(row["Last downloaded from this course"].isdigit() for row in rows)
    last = [file for file in planted if file.path.parts[1] == max(f.path.parts[1] for f in planted)]
    moodle = truth[(truth["tool"] == "moodle") & (truth["score"] != "")]
    assert sum(file.counts["graded"] for file in last) == len(moodle)
    assert set(moodle["activity_id"]) <= set(titles)


def test_completion_reports_pair_each_activity_with_a_date_and_agree_with_the_truth(exports: Exports) -> None:
    truth = exports.read_truth("enrolments.csv")
    done = truth[(truth["tool"] == "moodle") & (truth["completed_at"] != "")]
    rows = [row for path in exports.inbox.glob("moodle/*/completion-*.csv") for row in csv_of(path)]
    assert sum(row["Course complete"] != "" for row in rows) == len(done)
    for row in rows:
        for name in row:
            if name.endswith(" - Completion date"):
                state = row[name.removesuffix(" - Completion date")]
                assert (row[name] != "") == (state in {"Completed", "Completed (achieved pass grade)"})


def test_the_activity_report_has_a_blank_first_header_and_long_dates(exports: Exports) -> None:
    paths = list(exports.inbox.glob("moodle/*/progress.*.csv"))
    assert paths
    for path in paths:
        assert text_of(path).startswith(',"ID number","Email address",')
    everything = "".join(map(text_of, paths))
    assert any(f", 2026, {hour}:" in everything or f" 2026, {hour}:" in everything for hour in range(1, 13))
    assert " AM" in everything


def test_a_row_that_differs_from_last_month_says_that_it_was_modified_since(exports: Exports) -> None:
    files = [csv_of(path) for path in sorted(exports.inbox.glob("totara/users_*.csv"))]
    for before, after in pairwise(files):
        known = {row["idnumber"]: row for row in before if row["deleted"] == "0"}
        for row in after:
            old = known.get(row["idnumber"])
            if old is None or "0" in (old["timemodified"], row["timemodified"]):
                continue
            told = {name: value for name, value in row.items() if name != "timemodified"}
            is_same = told == {name: value for name, value in old.items() if name != "timemodified"}
            assert is_same or int(row["timemodified"]) > int(old["timemodified"])
