"""SurveyMonkey's exports: two header rows, several manners of saving, and all answers readable."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from simulator.exports.files import Folder
from simulator.exports.surveymonkey import FIRST_RESPONDENT, SurveyMonkey
from simulator.world.happenings import CLIMATE_ITEMS
from tests.connectors.mapped import Mapped, map_file, token_of
from tests.simulator.stand_ins import month, table, world

TOOL = "surveymonkey"
END = {
    "occasion": "end", "satisfaction": 4.0, "relevance": 3.0, "intent": 5.0, "support": 2.0, "success": np.nan,
    "has_applied": np.nan, "barrier": "",
}  # fmt: skip
FOLLOW_UP = {
    "occasion": "follow_up", "satisfaction": np.nan, "intent": np.nan, "success": 4.0, "has_applied": 1.0,
    "barrier": "none",
}  # fmt: skip
BARRIERS = ("none", "no_opportunity", "no_support", "not_relevant", "forgot")
CLIMATE = dict.fromkeys(CLIMATE_ITEMS, 3.0)


def surveys(ordinal: int, count: int = 40) -> pd.DataFrame:
    first = pd.Timestamp("2025-10-01T09:30:17") + pd.DateOffset(months=ordinal)
    rows = []
    for number in range(count):
        row: dict[str, Any] = {
            "response": 1000 * ordinal + number, "person": number, "programme": number % 2,
            "at": first + pd.Timedelta(hours=17 * number), "relevance": float(1 + number % 5),
        }  # fmt: skip
        if number % 2:
            barrier = BARRIERS[number % 5]
            row |= {**FOLLOW_UP, "barrier": barrier, "has_applied": float(barrier == "none")}
        rows.append(row)
    return table("surveys", END, *rows)


def climate(ordinal: int, count: int = 30) -> pd.DataFrame:
    first = pd.Timestamp("2025-10-01T11:00:05") + pd.DateOffset(months=ordinal)
    rows = (
        {
            "response": 1000 * ordinal + number, "person": number, "org_unit_id": f"O1-0{number % 3}",
            "at": first + pd.Timedelta(hours=23 * number), "sharing_2": np.nan if number == 4 else 5.0,
            "time_1": float(1 + number % 5),
        }
        for number in range(count)
    )  # fmt: skip
    return table("climate", CLIMATE, *rows)


def saved(folder: Path, months: int) -> Folder:
    written = Folder(folder / "inbox", TOOL)
    tool = SurveyMonkey(world(), written)
    for ordinal in range(months):
        tool.month(month(ordinal, surveys=surveys(ordinal), climate=climate(ordinal)))
    return written


def read_back(written: Folder) -> dict[str, Mapped]:
    paths = [written.root / file.path for file in written.files]
    return {path.name: map_file(path, TOOL, written.root.parent / path.stem) for path in paths}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Folder, dict[str, Mapped]]:
    """As many months as there are languages."""
    written = saved(tmp_path_factory.mktemp(TOOL), 4)
    return written, read_back(written)


def test_every_file_is_read_as_it_was_planted_however_it_was_saved(told: tuple[Folder, dict[str, Mapped]]) -> None:
    written, read = told
    for file in written.files:
        records = file.counts["records"]
        assert read[file.path.name].counts("survey_responses") == (records, records, 0, 0), file.path
    assert {file.path.suffix for file in written.files} == {".csv", ".xlsx"}
    assert sum(file.counts["redelivered"] for file in written.files) > 0
    assert {mapped.unit.source_rows for mapped in read.values()} == {file.counts["responses"] for file in written.files}


def test_every_answer_about_a_programme_lands_once_and_as_it_was_given(told: tuple[Folder, dict[str, Mapped]]) -> None:
    _, read = told
    rows = [row for mapped in read.values() for row in mapped.rows("survey_responses") if row["activity_id"]]
    landed = {
        (int(row["response_id"]), row["item_id"], row["occasion"], row["answer_number"], row["answer_code"])
        for row in rows
    }
    truth = set()
    for row in pd.concat([surveys(ordinal) for ordinal in range(4)]).itertuples():
        respondent = FIRST_RESPONDENT + 10 * row.response + (row.occasion == "follow_up")
        for item in ("satisfaction", "relevance", "intent", "support", "success", "has_applied"):
            value = getattr(row, item)
            if not np.isnan(value):
                truth.add((respondent, item, row.occasion, value, None))
        if row.barrier:
            truth.add((respondent, "barrier", row.occasion, None, row.barrier))
    assert landed == truth


def test_a_response_is_tied_by_number_or_address_or_to_nobody_and_the_climate_never(
    told: tuple[Folder, dict[str, Mapped]],
) -> None:
    _, read = told
    rows = [row for mapped in read.values() for row in mapped.rows("survey_responses")]
    tokens = {row["person_token"] for row in rows if row["activity_id"]}
    known = {token_of("employee_number", f"{1000 + person:06d}") for person in range(40)}
    known |= {token_of("email", f"faber.{person}@meridian.example.com") for person in range(40)}
    assert None in tokens
    assert tokens - {None} <= known
    of_climate = [row for row in rows if row["survey_id"] == "learning_climate"]
    assert {row["person_token"] for row in of_climate} == {None}
    assert {row["org_unit_id"] for row in of_climate} == {"O1-00", "O1-01", "O1-02"}
    assert {row["item_id"] for row in of_climate} == set(CLIMATE_ITEMS)


def test_nothing_that_was_written_freely_leaves_the_archive(told: tuple[Folder, dict[str, Mapped]]) -> None:
    _, read = told
    for mapped in read.values():
        shown = str(mapped.table("survey_responses").to_pylist())
        assert "@" not in shown
        assert "ask " not in shown
        assert "192.0.2" not in shown


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = (saved(tmp_path / side, 2) for side in "ab")
    content = [[(folder.root / file.path).read_bytes() for file in folder.files] for folder in (first, second)]
    assert content[0] == content[1]
