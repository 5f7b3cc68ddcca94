"""Every record kind flows from the simulated exports into staging, and nothing is lost on the way."""

from __future__ import annotations

import json
from collections.abc import Iterator

import duckdb
import pytest

from connectors.home import Home
from connectors.records import RECORD_KINDS
from tests.pipelines.small_company import truth_of


@pytest.fixture
def warehouse(company: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(company.database), read_only=True) as connection:
        connection.execute(f"""
            create temporary view ledger as from read_parquet('{company.landed("ledger")}/*/*.parquet', union_by_name = true);
            create temporary view rejects as from read_parquet('{company.landed("rejects")}/*/*.parquet', union_by_name = true);
        """)
        yield connection


@pytest.mark.parametrize("kind", RECORD_KINDS)
def test_what_landed_of_each_kind_is_what_staging_holds(warehouse: duckdb.DuckDBPyConnection, kind: str) -> None:
    landed = warehouse.execute("select sum(rows_landed)::bigint from ledger where record_kind = ?", [kind]).fetchone()
    staged = warehouse.sql(f"select count(*) from staging.stg_{kind}").fetchone()
    assert landed == staged
    assert landed is not None
    assert landed[0] > 0, "the company tells of every kind"


def test_every_unit_balances(warehouse: duckdb.DuckDBPyConnection) -> None:
    unbalanced = warehouse.sql("""
        select tool, record_kind, source_file from ledger
        where rows_read <> rows_landed + rows_rejected + rows_duplicate + rows_erased
    """).fetchall()
    assert unbalanced == []


def test_every_file_is_landed_and_rejects_the_records_that_were_planted_wrong_and_no_others(
    company: Home, warehouse: duckdb.DuckDBPyConnection
) -> None:
    planted = json.loads((truth_of(company) / "planted.json").read_text())
    told = warehouse.sql("""
        select units.tool || '/' || units.source_file, count(distinct rejects.source_line)
        from (select distinct tool, unit, source_file from ledger where status = 'landed') as units
        left join rejects on rejects.tool = units.tool and rejects.unit = units.unit
        group by all
    """).fetchall()
    assert {name: counts.get("rejected", 0) for name, counts in planted.items()} == dict(told)
    assert sum(counts.get("rejected", 0) for counts in planted.values()) > 10
