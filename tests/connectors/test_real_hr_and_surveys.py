"""Every real HR and survey file is landed with a ledger that balances, or refused with a message that helps.

Totara's files have a test of their own (`test_totara`); that every folder is looked at is checked here.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from connectors.errors import OriginalRefused
from tests.connectors.mapped import REAL_DATA, Mapped, map_file

HR, SURVEY = REAL_DATA / "hr", REAL_DATA / "survey"
ORGANOGRAMS = HR / "uk_organograms"

pytestmark = pytest.mark.skipif(not HR.exists(), reason=f"the real HR and survey files are not at {REAL_DATA}")

LANDED = {
    "firstNameAndLastNameImport.csv": {"accounts": (4, 4, 0, 0)},
    "mediumsimpleImport.csv": {"accounts": (2, 2, 0, 0)},
    "simpleImport.csv": {"accounts": (2, 2, 0, 0)},
    "simpleImport2.csv": {"accounts": (4, 4, 0, 0)},
    "simpleImport2withAttributes.csv": {"accounts": (4, 4, 0, 0)},
    "20200326-longterm-other_questions-no-open.csv": {"survey_responses": (1074, 1074, 0, 0), "activities": (0, 0, 0, 0)},
    "2020_carpentryconhome_raw.csv": {"survey_responses": (1734, 1734, 0, 0), "activities": (35, 35, 0, 0)},
    "longterm_October2017.csv": {"survey_responses": (7930, 7930, 0, 0), "activities": (0, 0, 0, 0)},
    "burnout_Response.xlsx": {"survey_responses": (20_148, 20_148, 0, 0), "activities": (0, 0, 0, 0)},
}  # fmt: skip
REFUSED = {
    "ibm_attrition.csv": "also needs the column 'Employee number'",
    "2020-longterm-answer-key.csv": "it explains answers, and holds none",
    "2020-longterm-column-names.csv": "it explains questions, and holds no answers",
    "20200326-longterm-demographics-no-open.csv": "what people are is no answer about learning",
    # Fields of study and occupations, lists of workshops, counts and days: none of them an answer on a scale.
    "20200326-longterm-professional_profile-no-open.csv": "nine of ten filled cells",
    "all_workshops_2018.csv": "nine of ten filled cells",
    "attendance.csv": "nine of ten filled cells",
    "days_badge_to_teach.csv": "nine of ten filled cells",
    "instructor_training_events.csv": "nine of ten filled cells",
}
TOOLS = {"hr": "hr_table", "learninglocker_personas": "learning_locker", "survey": "google_forms", "carpentries": "survey_table"}  # fmt: skip


def files() -> Iterator[Path]:
    if HR.exists():
        yield from sorted(path for path in (*HR.rglob("*"), *SURVEY.rglob("*")) if path.is_file())


def test_no_file_is_left_out() -> None:
    elsewhere = {"totara_hr_import", "uk_organograms"}
    known = {path.name for path in files() if path.parent.name not in elsewhere}
    assert known == LANDED.keys() | REFUSED.keys()


Mapping = Callable[[str], Mapped]
"""A file by its name, mapped once for all tests here."""


@pytest.fixture(scope="module")
def mapping(tmp_path_factory: pytest.TempPathFactory) -> Mapping:
    @cache
    def mapped(name: str) -> Mapped:
        path = next(path for path in files() if path.name == name)
        return map_file(path, TOOLS[path.parent.name], tmp_path_factory.mktemp("mapped"))

    return mapped


@pytest.mark.parametrize("name", LANDED)
def test_a_file_is_landed_and_balances(name: str, mapping: Mapping) -> None:
    mapped = mapping(name)
    assert {kind.kind.name: mapped.counts(kind.kind.name) for kind in mapped.unit.kinds} == LANDED[name]


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_is_refused_with_what_is_wrong_and_what_to_do(name: str, mapping: Mapping) -> None:
    with pytest.raises(OriginalRefused, match=REFUSED[name]) as refused:
        mapping(name)
    assert refused.value.next_step


def _records(path: Path) -> list[dict[str, str]]:
    text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return list(csv.DictReader(text.decode("utf-8").splitlines()))


@pytest.mark.parametrize("path", [p for p in files() if p.parent == ORGANOGRAMS], ids=lambda path: path.name)
def test_every_post_of_an_organogram_is_a_position(path: Path, tmp_path: Path) -> None:
    mapped = map_file(path, "uk_organogram", tmp_path)
    posts = [row for row in _records(path) if row.get("Post Unique Reference") not in ("0", "Eliminated")]
    read, landed, rejected, duplicate = mapped.counts("positions")
    assert (read, rejected) == (len(posts), 0)
    assert duplicate == 0, "posts of these files are told apart"
    assert {row["parent_org_unit_id"] for row in mapped.rows("org_units")} == {row["Organisation"] for row in posts}
    assert landed == len(set(mapped.column("positions", "position_id")))


def test_the_scale_points_of_the_teachers_survey_are_all_there(mapping: Mapping) -> None:
    table = mapping("burnout_Response.xlsx").table("survey_responses").to_pandas()
    assert (table["response_id"].nunique(), table["item_id"].nunique()) == (876, 23)
    assert set(table["answer_number"]) == {1, 2, 3, 4, 5}


def test_options_that_were_spread_over_columns_are_answers_of_one_question(mapping: Mapping) -> None:
    table = mapping("longterm_October2017.csv").table("survey_responses").to_pandas()
    tools = table[(table["item_id"] == "Content")]["answer_code"].value_counts()
    assert dict(tools[["Git", "Python", "R", "Unix Shell"]]) == {"Git": 362, "Python": 289, "R": 186, "Unix Shell": 274}


def test_agreement_lands_as_points_and_what_people_wrote_themselves_does_not(mapping: Mapping) -> None:
    table = mapping("longterm_October2017.csv").table("survey_responses").to_pandas()
    motivated = table[table["item_id"] == "Motivated-Seek-Knowledge"]["answer_number"].value_counts()
    assert dict(motivated) == {1: 12, 2: 10, 3: 38, 4: 207, 5: 141}
    assert {"Column24", "Column33", "Position-Other"} <= set(mapping("longterm_October2017.csv").unit.unread)
