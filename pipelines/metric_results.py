"""The metric runner: parts are summed in the warehouse, judged in `transfer/`, and added to the record of results.

facts --MetricFlow's SQL--> parts --judge, check--> results --append--> metrics.fct_metric_result
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from itertools import groupby
from pathlib import Path

import duckdb
import pandas as pd

from connectors.errors import SettingsError
from pipelines import metric_history
from pipelines.metric_history import restatements_sql
from pipelines.metric_parts import PartsQuery, group_by, parts_queries, spread_sums
from transfer.metric_contract import ContractBroken, check
from transfer.metric_definition import InvalidDefinition, MetricDefinition
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
    connection: duckdb.DuckDBPyConnection, semantic_manifest: Path, as_of: date, build_id: str
) -> MetricRun:
    """Compute every declared metric over the warehouse and append what is new, in one transaction.

    ``connection`` is the warehouse, open for writing and outside a transaction; ``semantic_manifest`` is dbt's, beside
    which the compiled SQL is kept. ``as_of`` is the day of the run; a follow-up window is over only when both that
    day and the last export of the tools behind a figure lie after it.

    Raises `SettingsError` for a declaration that can't be a metric, that changed under its version, or whose results
    break the contract. Nothing is written then.
    """
    queries = parts_queries(semantic_manifest)
    definitions = list(dict.fromkeys(query.definition for query in queries))
    try:
        check_periods(definitions)
    except InvalidDefinition as error:
        raise SettingsError(f"{error} Next: give both by one period in their semantic.yml.") from error
    with _transaction(connection):
        metric_history.prepare(connection)
        metric_history.write_definitions(connection, definitions)
        computed = _computed(connection, queries)
        by_metric = groupby(queries, key=lambda query: query.definition)
        judged = [_results(connection, definition, cuts, as_of) for definition, cuts in by_metric]
        results = pd.concat(judged, ignore_index=True)
        withhold_telling(results, definitions, metric_history.withheld(connection))
        hashed = results.merge(computed, how="left", on=["metric_id", "definition_version", "grain"])
        appended = metric_history.append(connection, hashed, computed, as_of, build_id)
    return MetricRun(dict(Counter(results["status"])), appended.rows, appended.restated)


def _results(
    connection: duckdb.DuckDBPyConnection, definition: MetricDefinition, cuts: Iterable[PartsQuery], as_of: date
) -> pd.DataFrame:
    """The judged results of one metric at all its grains, together: judging costs by the call and not by the row."""
    asked = list(cuts)
    spread = [_spread(connection, cut) for cut in asked] if definition.spread else None
    parts = pd.concat([_parts(connection, cut) for cut in asked])
    results = judge(parts, definition, as_of, spread and pd.concat(spread))
    _hold_to_contract(results, definition)
    return results


def _hold_to_contract(results: pd.DataFrame, definition: MetricDefinition) -> None:
    try:
        check(results, definition)
    except ContractBroken as broken:
        raise SettingsError(str(broken)) from broken


def _parts(connection: duckdb.DuckDBPyConnection, query: PartsQuery) -> pd.DataFrame:
    """The parts under the names of their roles. Records without a date belong to no period and are left out."""
    definition, figure = query.definition, _figure(query)
    roles = {
        "numerator": definition.numerator,
        "denominator": definition.denominator,
        "n_persons": definition.persons,
        "n_observed": definition.observed,
        "n_missing": definition.missing,
        "n_invited": definition.invited,
        "n_respondents": definition.respondents,
    }
    # A sum of integers is a HUGEINT in DuckDB, which pandas would take for a float.
    counts = ", ".join(f"cast({part} as {_type_of(role)}) as {role}" for role, part in roles.items() if part)
    # A unit with a headcount and without any record is no figure: nobody knows whether nobody learned there.
    recorded = f"coalesce({definition.observed}, 0) + coalesce({definition.missing}, 0) > 0"
    if definition.period is None:
        return connection.execute(
            f"select {figure}, {counts}, null as seen_on from ({query.parts}) where {recorded}"
        ).df()
    return connection.execute(
        f"""
        with seen as (
            select {figure}, min(exports.seen_on) as seen_on
            from ({query.tools}) as recorded
            inner join ({_SEEN_ON}) as exports on recorded.{definition.tool} = exports.tool
            group by all
        )
        select parts.*, seen.seen_on
        from (select {figure}, {counts} from ({query.parts}) where {recorded}) as parts
        left join seen using (grain, grain_key, period)
        where parts.period is not null
        """
    ).df()


def _figure(query: PartsQuery) -> str:
    """What a row is about, from the columns that a query is cut by."""
    cuts = group_by(query.definition, query.grain)
    key = f"coalesce(cast({cuts[-1]} as varchar), '{UNKNOWN}')" if query.grain.group_by else f"'{WHOLE}'"
    period = cuts[0] if query.definition.period else "null"
    return f"'{query.grain.name}' as grain, {key} as grain_key, cast({period} as timestamp) as period"


def _spread(connection: duckdb.DuckDBPyConnection, query: PartsQuery) -> pd.DataFrame:
    """Numerator and denominator by what the definition spreads them over. Rows without either say nothing."""
    definition = query.definition
    items = ", ".join(f"{item} as spread_{n}" for n, item in enumerate(definition.spread))
    sums = spread_sums(definition)
    parts = ", ".join(f"coalesce(cast({part} as double), 0) as {role}" for role, part in sums.items())
    said = " or ".join(f"coalesce({part}, 0) <> 0" for part in sums.values())
    dated = f"and {group_by(definition, query.grain)[0]} is not null" if definition.period else ""
    return connection.execute(
        f"select {_figure(query)}, {items}, {parts} from ({query.spread}) where ({said}) {dated} order by all"
    ).df()


def _type_of(role: str) -> str:
    return "double" if role in ("numerator", "denominator") else "bigint"


def _computed(connection: duckdb.DuckDBPyConnection, queries: Sequence[PartsQuery]) -> pd.DataFrame:
    """What is computed, each metric and grain with the hash of its query and of what it reads."""
    read = {sql: str(connection.execute(sql).fetchone()) for query in queries for sql in query.inputs}
    rows = [
        {
            "metric_id": query.definition.metric_id,
            "definition_version": query.definition.version,
            "grain": query.grain.name,
            "inputs_hash": sha256("\n".join([query.parts, *(read[sql] for sql in query.inputs)]).encode()).hexdigest(),
        }
        for query in queries
    ]
    text = dict.fromkeys(("metric_id", "grain", "inputs_hash"), "string")
    return pd.DataFrame(rows).astype(text | {"definition_version": "Int64"})


@contextmanager
def _transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    connection.begin()
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()
