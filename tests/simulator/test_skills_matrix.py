"""The skills matrix in its three layouts, read back by its connector."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from simulator.exports.skills_matrix import SkillsMatrix
from simulator.world.happenings import Happenings, typed
from tests.connectors.mapped import token_of
from tests.simulator import stand_ins
from tests.simulator.read_back import ReadBack, contents, read_back

CAPABILITIES = np.array(["quality-at-source", "planning", "customer-dialogue", "self-insight"])
KEY = ["person_token", "capability_id", "assessed_at", "assessor_type"]


def months() -> list[Happenings]:
    """Three rounds, half a year apart, in which most people are assessed on some capabilities."""
    rng = np.random.default_rng(3)
    held = []
    for ordinal in range(13):
        happened = stand_ins.month(ordinal)
        rows = pd.DataFrame(
            [(person, capability) for person in range(30) for capability in CAPABILITIES if rng.random() < 0.6],
            columns=["person", "capability_id"],
        )
        days = rng.integers(15, 28, len(rows))
        rows["at"] = [np.datetime64(datetime(happened.first.year, happened.first.month, day, 14), "s") for day in days]
        rows["level"] = rng.integers(0, 11, len(rows)) / 2
        rows["target_level"] = np.where(rows["person"] % 5, 3.0, 4.0)
        rows["assessor_type"] = np.where(rows["person"] % 3, "manager", "self")
        tables = {"capability_assessments": typed("capability_assessments", dict(rows))} if ordinal % 6 == 0 else {}
        held.append(stand_ins.month(ordinal, is_last=ordinal == 12, **tables))
    return held


@pytest.fixture(scope="module")
def matrices(tmp_path_factory: pytest.TempPathFactory) -> ReadBack:
    folder = tmp_path_factory.mktemp("skills")
    return read_back(SkillsMatrix, "skills_matrix", "capability_assessments", stand_ins.world(), months(), folder)


def test_every_level_of_every_layout_is_read(matrices: ReadBack) -> None:
    matrices.refuse_imbalance()
    assert matrices.rejects() == []
    assert [mapped.unit.export for mapped in matrices.mapped] == ["matrix"] * 2 + ["matrix_in_two_rows"] * 4
    assert [file.path.suffix for file in matrices.files] == [".csv"] * 4 + [".xlsx"] * 2


def test_levels_targets_and_assessors_are_those_that_were_given(matrices: ReadBack) -> None:
    rounds = [happened["capability_assessments"] for happened in months()]
    true = pd.concat([rows for rows in rounds if not rows.empty], ignore_index=True)
    is_numbered = true["at"] >= rounds[-1]["at"].min()
    emails = [token_of("email", f"faber.{person}@meridian.example.com") for person in true["person"]]
    numbers = [token_of("employee_number", f"{1000 + person:06d}") for person in true["person"]]
    true["person_token"] = np.where(is_numbered, numbers, emails)
    # The matrix tells the day; the warehouse takes its begin, in UTC.
    true["assessed_at"] = true["at"].dt.normalize().dt.tz_localize("Europe/Amsterdam").dt.tz_convert(None)
    landed = matrices.latest()
    columns = [*KEY, "level", "target_level"]
    landed, true = (frame[columns].sort_values(KEY, ignore_index=True) for frame in (landed, true))
    landed["assessed_at"] = pd.to_datetime(landed["assessed_at"])
    for column in columns:
        assert landed[column].tolist() == true[column].tolist(), column


def test_a_first_version_lacks_the_last_days_and_the_second_repeats_it(matrices: ReadBack) -> None:
    for first, second in zip(matrices.files[::2], matrices.files[1::2], strict=True):
        assert first.counts["records"] == second.counts["redelivered"] < second.counts["records"]


def test_the_same_months_give_the_same_bytes(matrices: ReadBack, tmp_path: Path) -> None:
    read_back(SkillsMatrix, "skills_matrix", "capability_assessments", stand_ins.world(), months(), tmp_path)
    inbox = matrices.mapped[0].unit.original.path.parents[1]
    assert contents(tmp_path / "inbox") == contents(inbox)
