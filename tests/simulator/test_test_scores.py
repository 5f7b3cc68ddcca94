"""Score lists: the absent are on them, and everything in them can be read."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from simulator.exports.files import Folder
from simulator.exports.test_scores import TestScores
from tests.connectors.mapped import Mapped, map_file, token_of
from tests.simulator.stand_ins import month, table, world

TOOL = "test_scores"
SCORE = {"programme": 0, "occasion": "pre", "form": "A", "score": 42.0, "score_max": 100.0, "is_passed": False}


def scores(ordinal: int, occasion: str, people: range) -> pd.DataFrame:
    first = pd.Timestamp("2025-10-06T10:15") + pd.DateOffset(months=ordinal)
    rows = (
        {
            "person": person, "programme": person % 2, "occasion": occasion, "form": "A" if occasion == "pre" else "B",
            "at": first + pd.Timedelta(hours=person), "score": 50.0 + person, "is_passed": person >= 10,
        }
        for person in people
    )  # fmt: skip
    return table("tests", SCORE, *rows)


def saved(folder: Path, *months: pd.DataFrame) -> Folder:
    """The files of so many months."""
    written = Folder(folder / "inbox", TOOL)
    tool = TestScores(world(), written)
    for ordinal, rows in enumerate(months):
        tool.month(month(ordinal, tests=rows))
    return written


def read_back(written: Folder) -> list[Mapped]:
    """What the connector makes of each file."""
    paths = [written.root / file.path for file in written.files]
    return [map_file(path, TOOL, written.root.parent / path.stem) for path in paths]


def test_every_list_is_read_as_it_was_planted_whoever_saved_it(tmp_path: Path) -> None:
    occasions = ("pre", "post", "delayed", "post")
    months = [
        scores(ordinal, occasion, range(4 * ordinal, 4 * ordinal + 20)) for ordinal, occasion in enumerate(occasions)
    ]
    written = saved(tmp_path, *months)
    lists = read_back(written)
    for ordinal, (file, mapped) in enumerate(zip(written.files, lists, strict=True)):
        counts = file.counts
        assert mapped.counts("assessments") == (
            counts["records"], 20, counts["rejected"], counts["duplicate"],
        ), file.path  # fmt: skip
        truth = {
            (token_of("employee_number", f"{1000 + person:06d}"), 50.0 + person, person >= 10, occasions[ordinal])
            for person in range(4 * ordinal, 4 * ordinal + 20)
        }
        landed = {(r["person_token"], r["score"], r["is_passed"], r["occasion"]) for r in mapped.rows("assessments")}
        assert landed == truth
    assert {file.counts["rejected"] for file in written.files} == {0, 1}
    assert sum(file.counts["duplicate"] for file in written.files) > 0


def test_earlier_participants_who_were_absent_are_on_the_list_without_a_result(tmp_path: Path) -> None:
    written = saved(tmp_path, scores(0, "pre", range(40)), scores(1, "post", range(10, 40)))
    lists = read_back(written)
    assert written.files[0].counts["absent"] == 0, "nobody took part before"
    assert written.files[1].counts["absent"] > 0
    assert lists[1].unit.source_rows == 30 + written.files[1].counts["absent"]
    assert lists[1].counts("assessments") == (30, 30, 0, 0)


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    months = (scores(0, "pre", range(40)), scores(1, "post", range(10, 40)))
    first, second = (saved(tmp_path / side, *months) for side in "ab")
    content = [[(folder.root / file.path).read_bytes() for file in folder.files] for folder in (first, second)]
    assert content[0] == content[1]
