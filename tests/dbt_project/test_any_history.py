"""Whatever is delivered in whatever order: increments end where a full refresh ends, row by row, in every table.

`any_history.py` draws the deliveries: late, corrected, redelivered, emptied and withdrawn units, voids, links that
change, persons that merge, people who move, offerings that become one activity; and a build that ends half-way.
THROUGHLINE_HISTORIES says how many worlds are tried (`make test-histories` tries a thousand),
THROUGHLINE_HISTORIES_START where the drawing starts.
"""

from __future__ import annotations

import os
import re
import shutil

import duckdb
import pytest

from tests.dbt_project.any_history import World, deliver, histories
from tests.dbt_project.landing_files import LandingZone

WORLDS = int(os.environ.get("THROUGHLINE_HISTORIES") or 24)
START = int(os.environ.get("THROUGHLINE_HISTORIES_START") or 0)
BUILDS = 4
ENDS_HALFWAY = 2

BUILD = ("run", "--no-write-json", "--exclude", "audit", "dim_date")
HALF = (*BUILD, "int_session_touched+", "int_enrolment_touched+")
"""A build that ends after the days' evidence was replaced, and before anybody listed what else to look at."""
FIRST = ("build", "--no-write-json", "--exclude-resource-types", "test", "unit_test", "--exclude", "audit")
ABOUT_THIS_BUILD = re.compile(r"_(touched|changed|built|deduplicated)$|^int_learning_event_united$")
"""Tables that say what one build looked at; all others say what is so."""


@pytest.fixture(scope="module")
def worlds():
    return [World(number, history) for number, history in enumerate(histories(WORLDS, BUILDS, start=START))]


@pytest.fixture(scope="module")
def grown(dbt, worlds, tmp_path_factory):
    home = tmp_path_factory.mktemp("grown_any_way")
    zone = LandingZone(home)
    for step in range(BUILDS):
        deliver(zone, worlds, step)
        dbt(home, *({0: FIRST, ENDS_HALFWAY: HALF}.get(step, BUILD)))
    return home


@pytest.fixture(scope="module")
def built_whole(dbt, grown, tmp_path_factory):
    home = tmp_path_factory.mktemp("built_at_once")
    shutil.copytree(grown / "landing", home / "landing")
    (home / "warehouse").mkdir()
    dbt(home, *FIRST)
    return home


@pytest.fixture(scope="module")
def both(grown, built_whole):
    with duckdb.connect() as connection:
        for name, home in (("grown", grown), ("whole", built_whole)):
            connection.execute(f"attach '{home / 'warehouse' / 'warehouse.duckdb'}' as {name} (read_only)")
        yield connection


def test_increments_end_where_a_full_refresh_ends_after_any_history(both, worlds):
    tables = both.execute(
        "select table_schema, table_name from information_schema.tables where table_catalog = 'whole' "
        "and table_schema in ('intermediate', 'marts', 'trust') and table_type = 'BASE TABLE' order by all"
    ).fetchall()
    compared = [f"{schema}.{name}" for schema, name in tables if not ABOUT_THIS_BUILD.search(name)]
    assert len(compared) > 50
    differing = {table: rows for table in compared if (rows := _differing(both, table))}
    assert not differing, _told(differing, worlds)


def test_after_a_whole_build_that_ended_halfway_comes_another_one(dbt, worlds, built_whole, tmp_path):
    """A whole build lists nothing, so nobody could tell what it had left undone."""
    zone = LandingZone(tmp_path)
    deliver(zone, worlds, 0)
    dbt(tmp_path, *FIRST)
    for step in range(1, BUILDS):
        deliver(zone, worlds, step)
    dbt(tmp_path, *HALF, "--full-refresh")
    dbt(tmp_path, *BUILD)
    with duckdb.connect() as connection:
        for name, home in (("grown", tmp_path), ("whole", built_whole)):
            connection.execute(f"attach '{home / 'warehouse' / 'warehouse.duckdb'}' as {name} (read_only)")
        facts = ("attempt", "completion", "enrolment", "learning_event", "learning_time", "registration")
        assert {fact: _differing(connection, f"marts.fct_{fact}") for fact in facts} == {fact: [] for fact in facts}


def test_no_row_is_lost_on_the_way_after_any_history(both):
    told = "select sum(rows_landed) > 0, sum(unexplained) from {}.trust.reconciliation"
    assert [both.execute(told.format(name)).fetchone() for name in ("grown", "whole")] == [(True, 0)] * 2


def _differing(both: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    """Rows that only one of the two has. Doubles are rounded: sums in another order differ in their last digit."""
    columns = both.execute(f"describe whole.{table}").fetchall()
    told = ", ".join(f"round({name}, 9) as {name}" if kind == "DOUBLE" else name for name, kind, *_ in columns)
    grown, whole = (f"select {told} from {name}.{table}" for name in ("grown", "whole"))
    rows = both.execute(
        f"select 'only grown', * from ({grown} except all {whole}) "
        f"union all select 'only whole', * from ({whole} except all {grown})"
    ).fetchall()
    return [" ".join(map(str, row)) for row in rows]


def _told(differing: dict[str, list[str]], worlds: list[World]) -> str:
    """The tables that differ, and the history of the first world that they tell of."""
    rows = [f"{table} ({len(rows)}): {rows[0][:600]}" for table, rows in differing.items()]
    named = re.search(r"w(\d\d\d)", " ".join(row for found in differing.values() for row in found))
    if named is None:
        return "\n".join(rows)
    history = worlds[int(named[1])].history
    steps = [f"  build {number}: {step}" for number, step in enumerate(history.steps)]
    return "\n".join([*rows, f"{named[0]}, with the statements {history.bodies}:", *steps])


def test_the_same_start_draws_the_same_histories():
    assert histories(2, 2, start=7) == histories(2, 2, start=7) != histories(2, 2, start=8)
