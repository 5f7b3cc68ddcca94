"""The metric runner: parts are summed in the warehouse, judged in `transfer/`, and added to the record of results.

facts --MetricFlow's SQL--> parts --judge, check--> results --append--> metrics.fct_metric_result
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

import duckdb
import pandas as pd

from connectors.errors import SettingsError
from pipelines import metric_history
from pipelines.metric_history import restatements_sql
from pipelines.metric_parts import MetricQueries, PartsQuery, SpreadQuery, group_by, metric_queries, spread_sums
from transfer.metric_contract import ContractBroken, check
from transfer.metric_definition import ROLES, InvalidDefinition, MetricDefinition
from transfer.metric_result import judge
from transfer.metric_row import UNKNOWN, WHOLE
from transfer.suppression import check_periods, withhold_telling

__all__ = ["MetricRun", "restatements_sql", "write_metric_results"]

_SEEN_ON = """
    select tool, cast(max(extracted_at) as date) as seen_on
    from staging.stg_ledger
    where status = 'landed'
    group by tool
"""
"""The day on which each tool was last looked at: what happened later, its data can't know."""


@dataclass(frozen=True)
class MetricRun:
    """What a run came to: its figures by status, and how many rows that added to the record.

    ``restated`` of the ``appended`` rows replace a row that said something else; figures that came out as before are
    in neither.
    """

    by_status: dict[str, int]
    appended: int
    restated: int


def write_metric_results(
    connection: duckdb.DuckDBPyConnection,
    semantic_manifest: Path,
    as_of: date,
    build_id: str,
    kept_in: Path | None = None,
) -> MetricRun:
    """Compute every declared metric over the warehouse and append what is new, in one transaction.

    ``connection`` is the warehouse, open for writing and outside a transaction; ``semantic_manifest`` is dbt's, and
    ``kept_in`` the folder for the SQL that is compiled of it (else its own). ``as_of`` is the day of the run; a
    follow-up window is over only when both that day and the last export of the tools behind a figure lie after it.

    Raises `SettingsError` for a declaration that can't be a metric, that changed under its version, or whose results
    break the contract. Nothing is written then.
    """
    queries = metric_queries(semantic_manifest, kept_in=kept_in)
    try:
        check_periods(queries.definitions)
    except InvalidDefinition as error:
        raise SettingsError(f"{error} Next: give both by one period in their semantic.yml.") from error
    with _transaction(connection):
        metric_history.prepare(connection)
        metric_history.write_definitions(connection, queries.definitions)
        computed = _computed(connection, queries)
        results = _results(connection, queries, as_of)
        withhold_telling(results, queries.definitions, metric_history.withheld(connection))
        hashed = results.merge(computed, how="left", on=["metric_id", "definition_version", "grain"])
        appended = metric_history.append(connection, hashed, computed, as_of, build_id)
    return MetricRun(dict(Counter(results["status"])), appended.rows, appended.restated)


def _results(connection: duckdb.DuckDBPyConnection, queries: MetricQueries, as_of: date) -> pd.DataFrame:
    """The judged results of all metrics at all their grains."""
    parts = pd.concat([_parts(connection, query) for query in queries.parts], ignore_index=True)
    spread = [_spread(connection, query) for query in queries.spread]
    results = judge(parts, queries.definitions, as_of, pd.concat(spread, ignore_index=True) if spread else None)
    try:
        check(results, queries.definitions)
    except ContractBroken as broken:
        raise SettingsError(str(broken)) from broken
    return results


def _parts(connection: duckdb.DuckDBPyConnection, query: PartsQuery) -> pd.DataFrame:
    """The parts of each metric under the names of their roles. Records without a date belong to no period: left out."""
    first = query.definitions[0]
    seen = "select null::varchar as grain, null::varchar as grain_key, null::timestamp as period, null::date as seen_on"
    if query.tools is not None:
        seen = f"""
            select {_figure(query)}, min(exports.seen_on) as seen_on
            from ({query.tools}) as recorded
            inner join ({_SEEN_ON}) as exports on recorded.{first.tool} = exports.tool
            group by all
        """
    return connection.execute(
        f"""
        with facts as materialized (select {_figure(query)}, * from ({query.parts})),
        seen as ({seen}),
        parts as ({" union all ".join(_roles(definition) for definition in query.definitions)})
        select parts.*, seen.seen_on
        from parts
        left join seen using (grain, grain_key, period)
        {"where parts.period is not null" if first.period else ""}
        """
    ).df()


def _roles(definition: MetricDefinition) -> str:
    """SQL for the parts of one metric, of the facts that it shares."""
    # A sum of integers is a HUGEINT in DuckDB, which pandas would take for a float.
    types = {role: "double" if role in ("numerator", "denominator") else "bigint" for role in ROLES}
    parts = ", ".join(
        f"cast({getattr(definition, key) or 'null'} as {types[role]}) as {role}" for role, key in ROLES.items()
    )
    # A unit with a headcount and without any record is no figure: nobody knows whether nobody learned there.
    recorded = f"coalesce({definition.observed}, 0) + coalesce({definition.missing}, 0) > 0"
    return (
        f"select '{definition.metric_id}' as metric_id, grain, grain_key, period, {parts} from facts where {recorded}"
    )


def _figure(query: PartsQuery | SpreadQuery) -> str:
    """What a row is about, from the columns that a query is cut by."""
    first = query.definitions[0]
    cuts = group_by(first, query.grain)
    key = f"coalesce(cast({cuts[-1]} as varchar), '{UNKNOWN}')" if query.grain.group_by else f"'{WHOLE}'"
    period = cuts[0] if first.period else "null"
    return f"'{query.grain.name}' as grain, {key} as grain_key, cast({period} as timestamp) as period"


def _spread(connection: duckdb.DuckDBPyConnection, query: SpreadQuery) -> pd.DataFrame:
    """Numerator and denominator of each metric by what it is spread over. Rows without either say nothing."""
    first = query.definitions[0]
    items = ", ".join(f"{item} as spread_{n}" for n, item in enumerate(first.spread))
    return connection.execute(
        f"""
        with facts as materialized (select {_figure(query)}, {items}, * from ({query.sums})),
        spread as ({" union all ".join(_spread_sums(definition) for definition in query.definitions)})
        from spread
        where (numerator <> 0 or denominator <> 0) {"and period is not null" if first.period else ""}
        order by all
        """
    ).df()


def _spread_sums(definition: MetricDefinition) -> str:
    """SQL for the spread sums of one metric, of the facts that it shares."""
    items = ", ".join(f"spread_{n}" for n in range(len(definition.spread)))
    sums = {"numerator": "0", "denominator": "0"} | spread_sums(definition)
    parts = ", ".join(f"coalesce(cast({part} as double), 0) as {role}" for role, part in sums.items())
    return f"select '{definition.metric_id}' as metric_id, grain, grain_key, period, {items}, {parts} from facts"


def _computed(connection: duckdb.DuckDBPyConnection, queries: MetricQueries) -> pd.DataFrame:
    """What is computed, each metric and grain with the hash of its formula, its cuts, and what it reads."""
    asked = dict.fromkeys(sql for inputs in queries.inputs.values() for sql in inputs)
    read = {sql: f"{sql}: {connection.execute(sql).fetchone()}" for sql in asked}
    rows = [
        {
            "metric_id": definition.metric_id,
            "definition_version": definition.version,
            "grain": grain.name,
            "inputs_hash": _hash(
                definition.formula,
                *group_by(definition, grain),
                *(read[sql] for sql in queries.inputs[definition.metric_id]),
            ),
        }
        for definition in queries.definitions
        for grain in definition.grains
    ]
    text = dict.fromkeys(("metric_id", "grain", "inputs_hash"), "string")
    return pd.DataFrame(rows).astype(text | {"definition_version": "Int64"})


def _hash(*texts: str) -> str:
    return sha256("\n".join(texts).encode()).hexdigest()


@contextmanager
def _transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    connection.begin()
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()
