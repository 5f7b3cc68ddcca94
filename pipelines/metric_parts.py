"""The additive parts of every metric: declared beside the facts, compiled to SQL by MetricFlow.

    *.semantic.yml --dbt parse--> semantic_manifest.json --declared--> metric definitions
                                                         --compiled--> one SELECT per metric and grain

To import MetricFlow takes a second, which is most of what compiling costs; therefore the SQL is kept beside the
manifest, and MetricFlow is imported only for a manifest that it hasn't seen (``metric_sql``).
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

from connectors.files import replace_durably
from pipelines import metric_sql
from pipelines.metric_sql import Dialect, Request, unfit
from transfer.metric_definition import Grain, MetricDefinition
from transfer.metric_terms import Estimator, Purpose, TdrpType, Unit

COMPILED_FILE = "metric_parts.json"
_FROM_THE_METRIC = {"metric_id", "name", "definition", "numerator", "denominator", "formula"}
_MAY_BE_LEFT_OUT = {field.name for field in fields(MetricDefinition) if field.default is not MISSING}

Declared = Mapping[str, Any]
"""A metric, measure or semantic model as the semantic manifest holds it."""


@dataclass(frozen=True)
class PartsQuery:
    """One metric at one grain, in SQL.

    ``parts`` yields each part under its name and what `group_by` lists; ``tools`` the same cuts with the tools behind
    them (None where the metric has no period); ``spread`` cuts numerator and denominator by what the definition spreads
    them over, too (None where it doesn't). ``inputs`` yield one row each that is another when the input is.
    """

    definition: MetricDefinition
    grain: Grain
    parts: str
    tools: str | None
    spread: str | None
    inputs: tuple[str, ...]


def parts_queries(semantic_manifest: Path, dialect: Dialect = Dialect.DUCKDB) -> list[PartsQuery]:
    """One query per metric and grain, for all metrics that declare `config.meta.result`; the others are parts.

    ``semantic_manifest`` is of the dbt target whose tables the queries shall name, ``dialect`` of its database.
    Raises `SettingsError` where a declaration can't be a metric result, or MetricFlow can't compile it.
    """
    content = semantic_manifest.read_bytes()
    manifest = _Manifest(json.loads(content))
    cuts = [(definition, grain) for definition in manifest.definitions() for grain in definition.grains]
    asked = (_parts_request, _tools_request, _spread_request)
    requests = [request for cut in cuts for ask in asked if (request := ask(*cut))]
    made_from = f"manifest {sha256(content).hexdigest()}, metricflow {version('metricflow')}, {dialect}"
    sql = _kept_or_compiled(semantic_manifest, made_from, requests, dialect)
    return [
        PartsQuery(
            definition,
            grain,
            parts=sql[_parts_request(definition, grain).about],
            tools=sql[tools.about] if (tools := _tools_request(definition, grain)) else None,
            spread=sql[spread.about] if (spread := _spread_request(definition, grain)) else None,
            inputs=manifest.inputs(definition),
        )
        for definition, grain in cuts
    ]


def group_by(definition: MetricDefinition, grain: Grain) -> tuple[str, ...]:
    """What a query is cut by, as MetricFlow calls it in the request and in the answer."""
    time = (f"metric_time__{definition.period}",) if definition.period else ()
    return time + ((grain.group_by,) if grain.group_by else ())


def _parts_request(definition: MetricDefinition, grain: Grain) -> Request:
    return Request(f"{definition.metric_id} by {grain.name}", definition.parts, group_by(definition, grain))


def _tools_request(definition: MetricDefinition, grain: Grain) -> Request | None:
    if definition.tool is None:
        return None
    # A figure of a tool is cut by it once.
    cuts = tuple(dict.fromkeys((*group_by(definition, grain), definition.tool)))
    return Request(f"{definition.metric_id} by {grain.name} and tool", (definition.observed,), cuts)


def _spread_request(definition: MetricDefinition, grain: Grain) -> Request | None:
    if not definition.spread:
        return None
    cuts = (*group_by(definition, grain), *definition.spread)
    return Request(f"{definition.metric_id} by {grain.name}, spread", tuple(spread_sums(definition).values()), cuts)


def spread_sums(definition: MetricDefinition) -> dict[str, str]:
    """The parts that are spread, by role. Who dominates a numerator is seen in it alone: FTE are of no contributor."""
    sums = {"numerator": definition.numerator}
    if definition.denominator is not None and definition.estimator is not Estimator.QUOTIENT:
        sums["denominator"] = definition.denominator
    return sums


def _kept_or_compiled(
    semantic_manifest: Path, made_from: str, requests: Sequence[Request], dialect: Dialect
) -> dict[str, str]:
    """The SQL of each request by what it is about: from beside the manifest, or compiled and kept there."""
    kept_in = semantic_manifest.with_name(COMPILED_FILE)
    kept = json.loads(kept_in.read_text()) if kept_in.exists() else {}
    if kept.get("made_from") != made_from or kept["sql"].keys() != {request.about for request in requests}:
        kept = {"made_from": made_from, "sql": metric_sql.compiled(semantic_manifest.read_text(), requests, dialect)}
        aside = kept_in.with_name(f".{COMPILED_FILE}.{os.getpid()}.aside")
        aside.write_text(json.dumps(kept, indent=1))
        replace_durably(aside, kept_in)
    sql: dict[str, str] = kept["sql"]
    return sql


class _Manifest:
    """The declarations in a semantic manifest."""

    def __init__(self, manifest: Declared) -> None:
        self._metrics: dict[str, Declared] = {metric["name"]: metric for metric in manifest["metrics"]}
        self._measures: dict[str, tuple[Declared, Declared]] = {
            measure["name"]: (measure, model) for model in manifest["semantic_models"] for measure in model["measures"]
        }

    def definitions(self) -> list[MetricDefinition]:
        return [self._definition(metric) for metric in self._metrics.values() if "result" in metric["config"]["meta"]]

    def _definition(self, metric: Declared) -> MetricDefinition:
        """The definition that a metric's type, label, description and `config.meta.result` make together."""
        name, result = metric["name"], dict(metric["config"]["meta"]["result"])
        numerator, denominator = _numerator_and_denominator(metric)
        _check_keys(name, result)
        others = (result.get(role) for role in ("persons", "observed", "missing", "invited", "respondents"))
        parts = dict.fromkeys((numerator, denominator, *others))
        try:
            result |= {
                "unit": Unit(result["unit"]),
                "tdrp_type": TdrpType(result["tdrp_type"]),
                "purpose": Purpose(result["purpose"]),
                "estimator": Estimator(result.get("estimator", Estimator.QUOTIENT)),
                "spread": tuple(result.get("spread", ())),
                "grains": tuple(Grain(grain, cut) for grain, cut in result["grains"].items()),
            }
            return MetricDefinition(
                metric_id=name,
                name=metric["label"],
                definition=" ".join(metric["description"].split()),
                numerator=numerator,
                denominator=denominator,
                formula="; ".join(self._formula(part, name) for part in parts if part is not None),
                **result,
            )
        except ValueError as error:
            raise unfit(name, str(error)) from error

    def inputs(self, definition: MetricDefinition) -> tuple[str, ...]:
        """A fingerprint, in whatever order of rows, of what the metric reads from each relation.

        It includes the keys: from a fingerprint of the parts alone, a suppressed figure could be guessed. It is
        comparable within one version of DuckDB.
        """
        measures = [self._measure(part, definition.metric_id) for part in definition.parts]
        models = {model["name"]: model for _, model in measures}
        return tuple(
            f"select count(*), sum(hash({', '.join(_columns(model, definition, measures))})) "
            f"from {model['node_relation']['relation_name']}"
            for model in models.values()
        )

    def _formula(self, part: str, metric_id: str) -> str:
        measure, _ = self._measure(part, metric_id)
        share = (measure.get("agg_params") or {}).get("percentile")
        return f"{part} = {measure['agg']}({measure['expr'] or part}{f', {share}' if share else ''})"

    def _measure(self, part: str, metric_id: str) -> tuple[Declared, Declared]:
        """The measure behind a part, and the semantic model that holds it."""
        metric = self._metrics.get(part, {"type_params": {}, "filter": None})
        measure = metric["type_params"].get("measure") or {"name": None, "filter": None}
        if measure["name"] not in self._measures or metric["filter"] or measure["filter"]:
            # A filter would split the scan in two, which MetricFlow then joins on keys that may be null.
            raise unfit(metric_id, f"its part “{part}” must be a measure with `create_metric: true` and no filter")
        return self._measures[measure["name"]]


def _columns(model: Declared, definition: MetricDefinition, measures: Sequence[tuple[Declared, Declared]]) -> list[str]:
    """Expressions of what a metric reads from one semantic model: keys, cuts, its day, its measures."""
    has_period = definition.period is not None
    cuts = [dimension for dimension in model["dimensions"] if has_period or dimension["type"] == "categorical"]
    read = [*model["entities"], *cuts, *(measure for measure, of in measures if of is model)]
    return [element.get("expr") or element["name"] for element in read]


def _numerator_and_denominator(metric: Declared) -> tuple[str, str | None]:
    if metric["type"] == "simple":
        return metric["name"], None
    parts = [metric["type_params"][role] for role in ("numerator", "denominator")]
    if metric["type"] != "ratio" or metric["filter"] or any(part is None or part["filter"] for part in parts):
        raise unfit(metric["name"], "a result is a ratio or a simple metric without filters")
    return parts[0]["name"], parts[1]["name"]


def _check_keys(metric_id: str, result: Declared) -> None:
    expected = {field.name for field in fields(MetricDefinition)} - _FROM_THE_METRIC
    unknown, lacking = sorted(set(result) - expected), sorted(expected - _MAY_BE_LEFT_OUT - set(result))
    if unknown or lacking:
        raise unfit(
            metric_id, f"config.meta.result lacks {lacking or 'nothing'} and holds unknown {unknown or 'nothing'}"
        )
