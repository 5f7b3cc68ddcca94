"""One module in one term as a college exported it: the log, the grades, the student system and the videos.

Roll numbers tie the grades, the student system and its video app: each student is one learner in all of them. The
log goes by Moodle's own numbers, its names were taken out before it was published, and no sheet has both: who is in
the log is one learner each, and nobody's roll number.
"""

from __future__ import annotations

import csv
import gzip
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from connectors import landing
from connectors.home import Home
from pipelines.identities import write_identities
from pipelines.landing import land_tool
from pipelines.settings import declarations, open_tokeniser
from tests.pipelines.own_home import own_home

MEC = Path(__file__).parents[3] / "shared" / "data" / "lms" / "mec_moodle_edify"
TERM = "Module 1 SP19"
SHEETS = {
    "kms": (f"KMS {TERM}.csv", f"Activity {TERM}.csv", f"VL {TERM}.csv"),
    "moodle": (f"Moodle {TERM}.csv.gz", f"Result {TERM}.csv"),
}
KINDS = {
    "student system": ("kms", "people"), "activity": ("kms", "learning_time"), "videos": ("kms", "learning_events"),
    "grades": ("moodle", "assessments"), "log": ("moodle", "learning_events"),
}  # fmt: skip

pytestmark = pytest.mark.skipif(not MEC.exists(), reason=f"the real exports are not at {MEC}")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    with own_home(tmp_path_factory.mktemp("module") / "home") as home:
        (home.root / "settings.yml").write_text("tools: {moodle: {timezone: Asia/Muscat}}\n")
        tokeniser = open_tokeniser(home)
        for tool, names in SHEETS.items():
            (home.inbox / tool).mkdir()
            for name in names:
                shutil.copyfile(MEC / name, home.inbox / tool / name)
            assert not land_tool(home, declarations(home)[tool], tokeniser).refused
        landing.write_zero_rows(home)
        write_identities(home)
        yield home


@pytest.fixture(scope="module")
def learners(home: Home) -> dict[str, list[tuple[str, str, int, str]]]:
    """Of each export, every identity once: token, state, person and rule."""
    links = home.landed("identity_links") / "links.parquet"
    return {
        name: duckdb.sql(
            f"""
            select distinct landed.person_token, links.state, links.person_key, links.rule
            from read_parquet('{home.landed(kind) / tool}/*.parquet') as landed
            join '{links}' as links on links.token = landed.person_token
            """
        ).fetchall()
        for name, (tool, kind) in KINDS.items()
    }


def persons(rows: list[tuple[str, str, int, str]]) -> set[int]:
    return {person for _, state, person, _ in rows if state == "resolved"}


def test_each_student_is_one_learner_in_grades_student_system_and_videos(
    learners: dict[str, list[tuple[str, str, int, str]]],
) -> None:
    with (MEC / SHEETS["kms"][0]).open(encoding="utf-8-sig", newline="") as file:
        rolls = {row["RollNumber"] for row in csv.DictReader(file)}
    students = persons(learners["student system"])
    assert len(students) == len(rolls) == 36
    assert persons(learners["grades"]) == persons(learners["activity"]) == students
    assert len(persons(learners["videos"])) > 25 and persons(learners["videos"]) <= students


def test_the_match_rate_is_all_where_the_roll_number_stands_and_none_in_the_log(
    learners: dict[str, list[tuple[str, str, int, str]]],
) -> None:
    rates = {name: len([row for row in rows if row[1] == "resolved"]) / len(rows) for name, rows in learners.items()}
    assert rates == {"student system": 1.0, "grades": 1.0, "activity": 1.0, "videos": 1.0, "log": 0.0}


def test_who_is_in_the_log_is_one_learner_each_and_nobody_of_the_student_system(
    learners: dict[str, list[tuple[str, str, int, str]]],
) -> None:
    with gzip.open(MEC / SHEETS["moodle"][0], "rt", encoding="utf-8", newline="") as file:
        users = {found for row in csv.DictReader(file) for found in re.findall(r"^The user with id '([1-9]\d*)'", row["Description"])}  # fmt: skip
    log = learners["log"]
    assert {state for _, state, _, _ in log} == {"unmatched"}
    assert len({person for _, _, person, _ in log}) == len(log) >= len(users) > 36
    assert not {person for _, _, person, _ in log} & persons(learners["student system"])
