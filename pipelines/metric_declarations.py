"""Metrics as dbt's semantic manifest declares them: `*.semantic.yml` --dbt parse--> semantic_manifest.json --> here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import MISSING, fields
from typing import NamedTuple

from pipelines.metric_sql import Declared, unfit
from transfer.metric_definition import Grain, MetricDefinition
from transfer.metric_terms import Estimator, Purpose, TdrpType, Unit

_FROM_THE_METRIC = {"metric_id", "name", "definition", "numerator", "denominator", "formula"}
_MAY_BE_LEFT_OUT = {field.name for field in fields(MetricDefinition) if field.default is not MISSING}


class Facts(NamedTuple):
    """A semantic model, and the day of it by which a measure is summed (empty where it has none)."""

    model: str
    day: str


class Manifest:
    """The declarations in a semantic manifest."""

    def __init__(self, manifest: Declared) -> None:
        self._metrics: dict[str, Declared] = {metric["name"]: metric for metric in manifest["metrics"]}
        self._measures: dict[str, tuple[Declared, Declared]] = {
            measure["name"]: (measure, model) for model in manifest["semantic_models"] for measure in model["measures"]
        }

    def definitions(self) -> tuple[MetricDefinition, ...]:
        declared = (metric for metric in self._metrics.values() if "result" in metric["config"]["meta"])
        return tuple(self._definition(metric) for metric in declared)

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

    def facts(self, definition: MetricDefinition, parts: Iterable[str]) -> tuple[Facts, ...]:
        """The facts that parts are of, each once and in a fixed order."""
        measures = (self._measure(part, definition.metric_id) for part in parts)
        return tuple(sorted({Facts(model["name"], _day(measure, model)) for measure, model in measures}))

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


def _day(measure: Declared, model: Declared) -> str:
    return measure.get("agg_time_dimension") or (model.get("defaults") or {}).get("agg_time_dimension") or ""


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
