"""The additive parts of every metric: declared beside the facts, summed by one SELECT for all that share a table.

    *.semantic.yml --dbt parse--> semantic_manifest.json --declared--> metric definitions
                                                         --compiled--> one SELECT for each facts and cuts

Sixteen metrics of one fact by one cut are one scan of it and not sixteen.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from pipelines.metric_declarations import Facts, Manifest
from pipelines.metric_sql import Dialect, Request, compiled
from transfer.metric_definition import Grain, MetricDefinition
from transfer.metric_terms import Estimator


@dataclass(frozen=True)
class PartsQuery:
    """The parts of metrics that are of the same facts and cut alike.

    ``parts`` yields each part under its name and what `group_by` lists; ``tools`` the same cuts with the tools behind
    them (None where the metrics have no period).
    """

    definitions: tuple[MetricDefinition, ...]
    grain: Grain
    parts: str
    tools: str | None


@dataclass(frozen=True)
class SpreadQuery:
    """Numerators and denominators (`spread_sums`) of such metrics, cut by what they are spread over, too."""

    definitions: tuple[MetricDefinition, ...]
    grain: Grain
    sums: str


@dataclass(frozen=True)
class MetricQueries:
    """All metrics that declare `config.meta.result`, and what the warehouse is asked for them.

    ``inputs`` of each metric yield one row each that is another when the input is.
    """

    definitions: tuple[MetricDefinition, ...]
    parts: tuple[PartsQuery, ...]
    spread: tuple[SpreadQuery, ...]
    inputs: Mapping[str, tuple[str, ...]]


class _Table(NamedTuple):
    """What metrics have in common where one SELECT sums the parts of all.

    ``further`` is what they are cut by for one purpose only: by the tool of the records, or to spread them.
    """

    facts: tuple[Facts, ...]
    grain: Grain
    group_by: tuple[str, ...]
    further: tuple[str, ...]


_Tables = Mapping[_Table, tuple[MetricDefinition, ...]]


def metric_queries(
    semantic_manifest: Path, dialect: Dialect = Dialect.DUCKDB, kept_in: Path | None = None
) -> MetricQueries:
    """What there is to ask for all metrics that declare `config.meta.result`; the others are parts.

    ``semantic_manifest`` is of the dbt target whose tables the queries shall name, ``dialect`` of its database. The
    compiled SQL is kept in a folder, by default that of the manifest. Raises `SettingsError` where a declaration can't
    be a metric result, or MetricFlow can't compile it.
    """
    content = semantic_manifest.read_bytes()
    manifest = Manifest(json.loads(content))
    definitions = manifest.definitions()
    parts = _shared((_parts_table(manifest, d, grain), d) for d in definitions for grain in d.grains)
    spread = _shared((_spread_table(manifest, d, grain), d) for d in definitions for grain in d.grains if d.spread)
    dated = {table: of for table, of in parts.items() if table.further}
    requests = [
        ask(table, of)
        for ask, tables in ((_parts_request, parts), (_tools_request, dated), (_spread_request, spread))
        for table, of in tables.items()
    ]
    sql = compiled(content, requests, dialect, kept_in or semantic_manifest.parent)
    return MetricQueries(
        definitions,
        tuple(
            PartsQuery(
                of,
                table.grain,
                parts=sql[_parts_request(table, of).about],
                tools=sql[_tools_request(table, of).about] if table in dated else None,
            )
            for table, of in parts.items()
        ),
        tuple(SpreadQuery(of, table.grain, sql[_spread_request(table, of).about]) for table, of in spread.items()),
        {definition.metric_id: manifest.inputs(definition) for definition in definitions},
    )


def group_by(definition: MetricDefinition, grain: Grain) -> tuple[str, ...]:
    """What a query is cut by, as MetricFlow calls it in the request and in the answer."""
    time = (f"metric_time__{definition.period}",) if definition.period else ()
    return time + ((grain.group_by,) if grain.group_by else ())


def spread_sums(definition: MetricDefinition) -> dict[str, str]:
    """The parts that are spread, by role. Who dominates a numerator is seen in it alone: FTE are of no contributor."""
    sums = {"numerator": definition.numerator}
    if definition.denominator is not None and definition.estimator is not Estimator.QUOTIENT:
        sums["denominator"] = definition.denominator
    return sums


def _parts_table(manifest: Manifest, definition: MetricDefinition, grain: Grain) -> _Table:
    """What the parts of a metric are summed from. What it observes comes first: that says which tools it is of."""
    facts = manifest.facts(definition, [definition.observed]) + manifest.facts(definition, definition.parts)
    return _Table(facts, grain, group_by(definition, grain), (definition.tool,) if definition.tool else ())


def _spread_table(manifest: Manifest, definition: MetricDefinition, grain: Grain) -> _Table:
    facts = manifest.facts(definition, spread_sums(definition).values())
    return _Table(facts, grain, group_by(definition, grain), definition.spread)


def _shared(each: Iterable[tuple[_Table, MetricDefinition]]) -> _Tables:
    by_table: dict[_Table, list[MetricDefinition]] = defaultdict(list)
    for table, definition in each:
        by_table[table].append(definition)
    return {table: tuple(of) for table, of in by_table.items()}


def _parts_request(table: _Table, of: Sequence[MetricDefinition]) -> Request:
    return _request(table, of, "", (part for definition in of for part in definition.parts), table.group_by)


def _tools_request(table: _Table, of: Sequence[MetricDefinition]) -> Request:
    """One part stands for all: every row of the facts has a tool behind it, whatever is counted of it."""
    return _request(table, of, " and tool", [of[0].observed], (*table.group_by, *table.further))


def _spread_request(table: _Table, of: Sequence[MetricDefinition]) -> Request:
    sums = (part for definition in of for part in spread_sums(definition).values())
    return _request(table, of, f", spread over {' and '.join(table.further)}", sums, (*table.group_by, *table.further))


def _request(
    table: _Table, of: Sequence[MetricDefinition], purpose: str, parts: Iterable[str], cuts: Iterable[str]
) -> Request:
    return Request(
        f"{', '.join(definition.metric_id for definition in of)} by {table.grain.name}{purpose}",
        tuple(sorted({facts.model for facts in table.facts})),
        tuple(dict.fromkeys(parts)),
        # A figure of a tool is cut by it once.
        tuple(dict.fromkeys(cuts)),
    )
