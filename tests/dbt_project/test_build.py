"""The whole project builds: every contract holds, every data test and every unit test passes."""

from __future__ import annotations

import duckdb
import pytest

from tests.dbt_project.landing_files import LandingZone
from tests.dbt_project.test_incremental import (
    another_store,
    event,
    first_events,
    hr_in_january,
    late_row_and_redelivery,
    passed,
    void_after_its_target,
)


def test_the_project_builds_and_all_its_tests_pass_on_a_small_landing_zone(dbt, query, tmp_path):
    zone = LandingZone(tmp_path)
    for delivery in (hr_in_january, first_events, late_row_and_redelivery, void_after_its_target, another_store):
        delivery(zone)
    clocks(zone)
    dbt(tmp_path, "build")
    assert query(tmp_path, "select count(*) > 0 from marts.fct_learning_event") == [(True,)]
    from_clocks = "select count(*) from marts.fct_learning_event where year(occurred_date) not between 2000 and 2050"
    assert query(tmp_path, from_clocks) == [(10,)], "a day that no calendar has withholds nothing"


def clocks(zone: LandingZone) -> None:
    """Times that machines tell: the zeros of .NET, of spreadsheets, of Unix, and batteries that have run out."""
    days = ("0001-01-01", "1600-02-29", "1899-12-30", "1969-12-31", "9999-12-30")
    zone.land("moodle", "clocks", learning_events=[event(day) for day in days])
    zone.land("xapi", "clocks", statements=[passed(f"clock{day}", day) for day in days])


def test_a_home_without_a_single_landed_row_builds(dbt, query, tmp_path):
    LandingZone(tmp_path)
    dbt(tmp_path, "build", "--exclude-resource-type", "unit_test")
    assert query(tmp_path, "select count(*) from marts.fct_learning_event") == [(0,)]


def test_a_file_without_a_ledger_row_counts_for_nothing(dbt, query, tmp_path):
    zone = LandingZone(tmp_path)
    first_events(zone)
    (tmp_path / "landing" / "ledger" / "v1" / "xapi" / "file_1.parquet").unlink()
    dbt(tmp_path, "run", "--select", "stg_ledger", "stg_statements", "stg_learning_events")
    assert query(tmp_path, "select count(*) from staging.stg_statements") == [(0,)]
    assert query(tmp_path, "select count(*) from staging.stg_learning_events") == [(3,)]


def test_a_view_of_staging_is_made_again_only_where_it_says_something_else(dbt, query, tmp_path):
    LandingZone(tmp_path)
    staged = ("run", "--no-write-json", "--select", "stg_late_rows", "stg_replays")
    dbt(tmp_path, *staged)
    (fingerprint,) = query(tmp_path, "select comment from duckdb_views() where view_name = 'stg_replays'")[0]
    with duckdb.connect(str(tmp_path / "warehouse" / "warehouse.duckdb")) as connection:
        for view in ("stg_late_rows", "stg_replays"):
            connection.execute(f"create or replace view staging.{view} as select 7 as marked")
        connection.execute(f"comment on view staging.stg_replays is '{fingerprint}'")
    dbt(tmp_path, *staged)
    assert query(tmp_path, "select * from staging.stg_replays") == [(7,)]
    assert query(tmp_path, "select * from staging.stg_late_rows") == []


def test_what_came_late_and_what_a_replay_changed_is_told_to_readers(dbt, query, tmp_path):
    zone = LandingZone(tmp_path)
    times = {"closed_at": "2025-03-02T01:00:00", "found_at": "2025-03-03T01:00:00"}
    zone.late("xapi", "2025-03-01", {**times, "restated_date": "2025-02-10", "rows_late": 2, "rows_gone": 0})
    replayed = {"record_kind": "enrolments", "replayed_at": "2025-03-04T01:00:00"}
    zone.replayed("lms", "a", {**replayed, "rows_landed_before": 1, "rows_landed_after": 3})
    dbt(tmp_path, "run", "--select", "stg_late_rows", "trust_late_rows", "stg_replays", "trust_replays")
    told = query(tmp_path, "select unit, cast(restated_date as varchar), rows_late from trust.late_rows")
    assert told == [("2025-03-01", "2025-02-10", 2)]
    mapped_again = query(tmp_path, "select unit, rows_landed_before, rows_landed_after from trust.replays")
    assert mapped_again == [("a", 1, 3)]


def test_a_model_that_fails_leaves_the_table_that_stood(dbt, query, tmp_path):
    LandingZone(tmp_path)
    service_types = ("--no-write-json", "--exclude-resource-types", "test", "unit_test", "--select")
    dbt(tmp_path, "build", *service_types, "seed_service_type", "dim_service_type")
    rows = "select * from marts.dim_service_type order by all"
    before = query(tmp_path, rows)
    with duckdb.connect(str(tmp_path / "warehouse" / "warehouse.duckdb")) as connection:
        connection.execute("update seeds.seed_service_type set title = null")
    with pytest.raises(pytest.fail.Exception, match="NOT NULL constraint failed"):
        dbt(tmp_path, "build", *service_types, "dim_service_type")
    assert query(tmp_path, rows) == before


@pytest.mark.parametrize(("schema", "table"), [("marts", "dim_date"), ("intermediate", "int_event_located")])
def test_a_view_that_becomes_a_table_is_replaced_by_it(dbt, query, tmp_path, schema, table):
    LandingZone(tmp_path)
    with duckdb.connect(str(tmp_path / "warehouse" / "warehouse.duckdb")) as connection:
        connection.execute(f"create schema {schema}")
        connection.execute(f"create view {schema}.{table} as select 1 as other")
    dbt(tmp_path, "run", "--no-write-json", "--select", f"+{table}")
    assert query(tmp_path, f"select table_type from information_schema.tables where table_name = '{table}'") == [
        ("BASE TABLE",)
    ]
