"""What one engine holds and the other does not, row by row: of the tables, and of what metrics sum from them.

Spark's tables are Parquet files, so DuckDB itself lays them beside its own: no row goes through a driver.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

import duckdb

from connectors.home import Home
from pipelines.metric_parts import MetricQueries, PartsQuery, SpreadQuery, metric_queries
from pipelines.metric_sql import Dialect
from pipelines.warehouse import artifacts
from tests.dbt_project.spark.client import Spark

SCHEMAS = ("intermediate", "marts", "audit", "trust")
OF_THE_BUILD = {"build_id", "code_version", "dbt_invocation_id", "listed_in"}
"""What two builds of the same input differ in, on one engine too."""
OF_THE_ENGINE = "UBIGINT"
"""The type of DuckDB's numbers of keys (`number_of`), which are other numbers on another engine."""
DECIMALS = 6
"""Sums of doubles depend on the order of their terms, and engines sum in parallel."""
CUTS = ("VARCHAR", "BOOLEAN", "DATE", "TIMESTAMP")
"""The types of what metrics are cut by; everything else that a query yields is a number."""
WHOLE = "'all'"
QUERIES_AT_ONCE = 10
"""A statement costs Spark more than the query in it."""


def differing_tables(home: Home, spark: Spark) -> list[str]:
    """Each table that is not the same, with how many rows only one engine has and one of them."""
    with duckdb.connect(os.fspath(home.database), read_only=True) as ours:
        tables = ours.execute(
            "select table_schema, table_name from information_schema.tables "
            "where list_contains($schemas, table_schema) and table_type = 'BASE TABLE' order by all",
            {"schemas": list(SCHEMAS)},
        ).fetchall()
        assert len(tables) > 100
        return [found for schema, table in tables if (found := _differing_table(ours, spark, schema, table))]


def _differing_table(ours: duckdb.DuckDBPyConnection, spark: Spark, schema: str, table: str) -> str | None:
    columns = ours.execute(
        "select column_name, data_type from information_schema.columns where table_schema = ? and table_name = ?",
        [schema, table],
    ).fetchall()
    compared = [_told(name, kind) for name, kind in columns if name not in OF_THE_BUILD and kind != OF_THE_ENGINE]
    told = ", ".join(compared or ["true as is_listed"])
    here = f"select {told} from {schema}.{table}"
    files = spark.rows(schema, table)
    there = f"select {told} from {files}" if files else f"{here} where false"
    return _difference(ours, f"{schema}.{table}", here, there)


def differing_metrics(home: Home, spark: Spark) -> list[str]:
    """Each query for parts of metrics that does not yield the same, compiled for each engine and run by it."""
    here = _by_what_asks(metric_queries(artifacts(home) / "semantic_manifest.json"))
    there = _by_what_asks(metric_queries(spark.semantic_manifest, Dialect.SPARK))
    assert here.keys() == there.keys()
    with duckdb.connect(os.fspath(home.database), read_only=True) as ours:
        columns = {about: _columns(ours, about, query) for about, query in here.items()}
        numbers = [f"number_{n}" for n in range(max(map(len, columns.values())))]
        shape = f"(about string, cuts string, {', '.join(f'{number} double' for number in numbers)})"
        ours.execute(f"create temp table on_duckdb {shape}")
        for statement in _inserts("on_duckdb", here, columns, len(numbers)):
            ours.execute(statement)
        anew = ["create schema if not exists parity", "drop table if exists parity.metric_parts"]
        anew.append(f"create table parity.metric_parts {shape} using parquet")
        spark.execute([*anew, *_inserts("parity.metric_parts", there, columns, len(numbers))])
        ours.execute(f"create temp table on_spark as select * from {spark.rows('parity', 'metric_parts')}")
        told = ", ".join(["cuts", *(_told(number, "DOUBLE") for number in numbers)])
        asked = ((about, f"select {told} from {{}} where about = '{about}'") for about in here)
        found = (_difference(ours, about, sql.format("on_duckdb"), sql.format("on_spark")) for about, sql in asked)
        return [difference for difference in found if difference]


def _by_what_asks(queries: MetricQueries) -> dict[str, str]:
    """Each query by the metrics that it is for, their grain, and what for."""
    found = {}
    for asked in queries.parts:
        found[_about(asked, "parts")] = asked.parts
        if asked.tools:
            found[_about(asked, "tools")] = asked.tools
    return found | {_about(asked, "spread"): asked.sums for asked in queries.spread}


def _about(asked: PartsQuery | SpreadQuery, what: str) -> str:
    # Each parse of dbt's lists the metrics in its own order.
    return (
        f"{what} of {', '.join(sorted(definition.metric_id for definition in asked.definitions))} by {asked.grain.name}"
    )


def _columns(ours: duckdb.DuckDBPyConnection, about: str, query: str) -> dict[str, str]:
    """The type of each column that a query yields. Which number stands beside the tools is all the same: any will do."""
    asked = ours.sql(query)
    types = dict(zip(asked.columns, map(str, asked.types), strict=True))
    return {name: kind for name, kind in types.items() if kind in CUTS or not about.startswith("tools")}


def _inserts(
    table: str, queries: Mapping[str, str], columns: Mapping[str, Mapping[str, str]], width: int
) -> Iterator[str]:
    """Statements that put the rows of all queries into one table, each with what asked for it."""
    rows = [_in_one_shape(about, query, columns[about], width) for about, query in queries.items()]
    for start in range(0, len(rows), QUERIES_AT_ONCE):
        yield f"insert into {table} {' union all '.join(rows[start : start + QUERIES_AT_ONCE])}"


def _in_one_shape(about: str, query: str, columns: Mapping[str, str], width: int) -> str:
    """The rows of a query as what asked, the cuts in one text, and as many numbers as the widest query has."""
    cuts = [
        f"coalesce(cast({_cut(name, kind)} as string), 'unknown')" for name, kind in columns.items() if kind in CUTS
    ]
    numbers = [f"cast({name} as double)" for name, kind in columns.items() if kind not in CUTS]
    padded = [*numbers, *["cast(null as double)"] * (width - len(numbers))]
    return (
        f"select '{about}', concat_ws(' | ', {', '.join(cuts or [WHOLE])}), {', '.join(padded)} from ({query}) as asked"
    )


def _cut(name: str, kind: str) -> str:
    # A period begins with a day, which is an instant to one engine and a date to the other.
    return f"cast({name} as date)" if kind in ("DATE", "TIMESTAMP") else name


def _difference(ours: duckdb.DuckDBPyConnection, about: str, here: str, there: str) -> str | None:
    only = [ours.sql(f"({one}) except all ({other})") for one, other in ((here, there), (there, here))]
    counts = [len(rows) for rows in only]
    if not any(counts):
        return None
    examples = [rows.fetchone() for rows in only]
    return f"{about}: {counts[0]} rows only on DuckDB, {counts[1]} only on Spark: {examples}"


def _told(name: str, kind: str) -> str:
    column = f'cast("{name}" as {kind})'
    return f"round({column}, {DECIMALS})" if kind == "DOUBLE" else column
