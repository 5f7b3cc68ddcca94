"""The same line over real exports that others made: FUN-MOOC statements, MEC Moodle exports, Totara HR files."""

from __future__ import annotations

import csv
import gzip
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from connectors.home import Home
from pipelines import runs
from pipelines.settings import CHECKOUT
from tests.pipelines.own_home import own_home

DATA = CHECKOUT.parent / "shared" / "data"
SOURCES = {
    "xapi": DATA / "xapi" / "funmooc",
    "moodle": DATA / "lms" / "mec_moodle_edify",
    "totara": DATA / "hr" / "totara_hr_import",
}

pytestmark = pytest.mark.skipif(not DATA.exists(), reason=f"the real exports are not at {DATA}")


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    with own_home(tmp_path_factory.mktemp("real") / "home") as home:
        (home.root / "settings.yml").write_text("tools: {moodle: {timezone: Asia/Muscat}}\n")
        for tool, folder in SOURCES.items():
            _drop(home, tool, folder)
        outcome = runs.run(home)
        assert outcome.outcome == "published", outcome.reasons
        with duckdb.connect(str(home.published_database.resolve()), read_only=True) as connection:
            yield connection


def _drop(home: Home, tool: str, folder: Path) -> None:
    (home.inbox / tool).mkdir()
    for path in folder.iterdir():
        if path.suffix != ".json":
            shutil.copyfile(path, home.inbox / tool / path.name)


def test_the_ledger_balances_to_the_row(real: duckdb.DuckDBPyConnection) -> None:
    rows = real.sql(
        "select tool, record_kind, sum(rows_read), sum(rows_landed), sum(rows_rejected), sum(rows_duplicate) "
        "from trust.ledger where status = 'landed' group by all"
    ).fetchall()
    assert {row[:2]: row[2:] for row in rows} == {
        ("xapi", "statements"): (10_692, 10_692, 0, 0),
        ("xapi", "accounts"): (705, 705, 0, 0),
        ("xapi", "activities"): (12, 12, 0, 0),
        ("moodle", "learning_events"): (44_660, 44_660, 0, 0),
        ("moodle", "enrolments"): (184, 184, 0, 0),
        ("moodle", "activities"): (399, 399, 0, 0),
        ("moodle", "assessments"): (414, 414, 0, 0),
        ("totara", "people"): (99, 98, 1, 0),
        ("totara", "accounts"): (99, 99, 0, 0),
        ("totara", "job_assignments"): (2, 2, 0, 0),
        ("totara", "org_units"): (29, 29, 0, 0),
        ("totara", "positions"): (36, 36, 0, 0),
    }


def test_what_was_read_is_what_the_files_hold(real: duckdb.DuckDBPyConnection) -> None:
    read = dict(
        real.sql("select source_file, rows_read from trust.ledger where record_kind = 'learning_events'").fetchall()
    )
    held = {}
    for path in SOURCES["moodle"].glob("Moodle *.csv.gz"):
        with gzip.open(path, "rt", encoding="latin-1", newline="") as file:
            held[path.name] = sum(1 for _ in csv.reader(file)) - 1
    assert read == held


def test_each_reject_and_refusal_is_one_that_we_looked_at(real: duckdb.DuckDBPyConnection) -> None:
    rejects = real.sql("select tool, record_kind, rule, column_name, source_line from trust.rejects").fetchall()
    assert rejects == [("totara", "people", "required_missing", "idnumber", 5)], "the one blank ID number"
    refused = [name for (name,) in real.sql("select source_file from trust.ledger where status = 'refused'").fetchall()]
    # Sheets of the college's own student system, and Totara's import of competencies: no export that we declare.
    assert Counter(name.split()[0] for name in refused) == {"Activity": 6, "KMS": 6, "VL": 6, "competencies.csv": 1}


def test_nothing_disappears_between_landing_and_the_facts(real: duckdb.DuckDBPyConnection) -> None:
    assert real.sql("select * from trust.reconciliation where unexplained <> 0").fetchall() == []
    events = real.sql("select tool, count(*) from marts.fct_learning_event group by tool").fetchall()
    assert dict(events) == {"xapi": 10_692, "moodle": 44_660}
