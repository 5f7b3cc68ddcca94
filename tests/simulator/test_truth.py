"""The truth beside the exports: complete, consistent with itself, and enough to judge somebody else's warehouse."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from simulator import load, write_company
from simulator.world.happenings import COLUMNS
from simulator.world.strategy import GAPS
from tests.simulator.conftest import Exports
from tests.simulator.reading import csv_of


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("truth")
    write_company(folder / "inbox", folder / "truth", load("growing", people=200, months=16, tools=("totara",)))
    return folder / "truth"


def test_the_guide_names_every_file_that_lies_there(exports: Exports) -> None:
    guide = (exports.truth / "README.md").read_text()
    missing = [
        path.relative_to(exports.truth).as_posix()
        for path in exports.truth.rglob("*")
        if path.is_file() and path.name != "README.md" and path.relative_to(exports.truth).as_posix() not in guide
    ]
    assert missing == []


def test_everything_that_happened_is_there_by_table(exports: Exports) -> None:
    for name, columns in COLUMNS.items():
        table = duckdb.read_parquet(str(exports.truth / "happenings" / f"{name}.parquet"))
        assert table.columns == list(columns)


def test_an_effect_is_the_direct_part_and_the_spillover(exports: Exports, truth: Path) -> None:
    cells = pd.read_csv(truth / "effects.csv")
    assert np.allclose(cells["effect"], cells["effect_direct"] + cells["effect_spillover"], atol=1e-5)
    assert not cells.duplicated(["programme_id", "org_unit_id", "period_start"]).any()


def test_the_true_effect_of_a_programme_is_the_mean_of_its_treated_cells(truth: Path) -> None:
    cells, programmes = (
        pd.read_csv(truth / "effects.csv"),
        pd.read_csv(truth / "programmes.csv").set_index("programme_id"),
    )
    treated = cells[cells["event_time"] >= 0].groupby("programme_id")["effect"]
    assert np.allclose(programmes["true_att"], treated.mean()[programmes.index], rtol=1e-3)
    assert list(programmes["treated_team_months"]) == list(treated.size()[programmes.index])
    by_time = pd.read_csv(truth / "effects_by_event_time.csv").set_index("event_time")["mean"].abs()
    assert by_time[5] > 1.5 * by_time[2] > 0, "it grows"


def test_every_team_that_was_trained_has_a_start_in_the_period(truth: Path) -> None:
    starts, cells = pd.read_csv(truth / "starts.csv"), pd.read_csv(truth / "effects.csv")
    first = cells[cells["event_time"] == 0].set_index("org_unit_id")["period_start"]
    assert dict(zip(starts["org_unit_id"], starts["start"], strict=True)) == first.to_dict()


def test_every_learner_of_every_tool_is_somebody(exports: Exports) -> None:
    known = exports.read_truth("identities.csv")
    assert set(known["tool"]) == {"totara", "moodle", "xapi", "academy_lrs", "udemy_business"}
    emails = {email.lower() for email in known.loc[known["tool"] == "udemy_business", "identifier"]}
    for path in exports.inbox.glob("udemy_business/*activity*.csv"):
        told = {value.lower() for row in csv_of(path) for name, value in row.items() if "mail" in name.lower()}
        assert told - {""} <= emails


def test_an_address_of_two_people_is_told_with_both(exports: Exports) -> None:
    recycled = exports.read_truth("recycled_emails.csv")
    known = exports.read_truth("identities.csv")
    for row in recycled.itertuples():
        owners = set(known.loc[(known["tool"] == "totara") & (known["identifier"] == row.email), "person"])
        assert {row.leaver, row.person} <= owners


def test_the_gaps_of_the_strategy_are_listed(exports: Exports) -> None:
    gaps = exports.read_truth("strategy_gaps.csv")
    assert set(gaps["gap_id"]) == {gap.gap_id for gap in GAPS}


def test_outcomes_agree_with_what_happened(exports: Exports) -> None:
    ended = pd.read_csv(exports.truth / "enrolments.csv", parse_dates=["enrolled_at", "started_at", "completed_at"])
    done = pd.read_parquet(exports.truth / "happenings" / "completions.parquet")
    assert ended["enrolment"].is_unique
    assert set(ended.loc[ended["outcome"] == "completed", "enrolment"]) == set(done["enrolment"])
    assert (ended["completed_at"].notna() == (ended["outcome"] == "completed")).all()
    assert not (ended["started_at"] < ended["enrolled_at"]).any()
    assert {"not_started", "in_progress", "completed"} <= set(ended["outcome"])


def test_every_statement_of_every_dump_is_in_the_truth(exports: Exports) -> None:
    told = pd.read_parquet(exports.truth / "happenings" / "statements.parquet")
    for tool in ("xapi", "academy_lrs"):
        written = exports.written.count("records", tool)
        listed = told.loc[told["tool"] == tool, "copies"].sum()
        torn = written - listed
        assert 0 <= torn <= 2, "a torn line is no statement"
    assert {"normal", "voided", "void"} <= set(told["role"])
