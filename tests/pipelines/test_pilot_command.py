"""``throughline pilot`` on a file of the time before."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from connectors.errors import SettingsError
from pipelines.cli import app


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng = np.random.default_rng(1)
    path = tmp_path_factory.mktemp("pilot") / "before.csv"
    rows = [f"Équipe {n};2025-{month:02};{n + rng.normal():.2f}" for n in range(12) for month in range(1, 11)]
    path.write_text("\n".join(["team;month;errors", *rows]).replace(".", ","), encoding="utf-8")
    return path


def called(file: Path, *more: str) -> Result:
    columns = ["--unit", "team", "--period", "month", "--outcome", "errors"]
    return CliRunner().invoke(app, ["pilot", str(file), *columns, *more])


def test_the_order_of_starts_and_what_it_can_show_are_printed(file: Path) -> None:
    told = called(file, "--treated", "6", "--measure", "errors")
    assert told.exit_code == 0, told.output
    assert "With these 12 units, effects under" in told.output
    assert "wave 1: Équipe" in told.output
    assert "--assignment randomised --strata block" in told.output


def test_the_sheet_and_the_json_have_a_lot_for_every_unit(file: Path) -> None:
    sheet = list(csv.DictReader(called(file, "--treated", "6", "--format", "csv").output.splitlines()))
    told = json.loads(called(file, "--treated", "6", "--format", "json").output)
    assert [row["unit"] for row in sheet] == [lot["unit"] for lot in told["lots"]]
    assert sum(row["wave"] != "" for row in sheet) == 6
    assert told["detectable_effect"] > 0


def test_a_plan_that_nothing_could_judge_is_refused_in_words(file: Path) -> None:
    refused = called(file, "--treated", "11").exception
    assert isinstance(refused, SettingsError)
    assert "before.csv: 11 of 12 units in 2 waves" in str(refused)
