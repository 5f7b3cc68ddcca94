"""Which record kinds each metric is made of, by dbt's own lineage.

    metric --semantic manifest--> facts --manifest--> staging models, each of one record kind

A kind whose rows end in the fact reaches a figure by its ``rows``. One that only says who, where or what (a person's
history, the catalogue, whose identifier it is) reaches it as ``context``. A fact that counts what was received instead
of what it tells (`config.meta.counts_landing_of`) is reached by ``landing``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from connectors.records import RECORD_KINDS

ROWS, CONTEXT, LANDING = "rows", "context", "landing"
IDENTITY = "identity_links"
"""Stands beside the record kinds: which identifier is whose."""

_SAYS_ABOUT = re.compile(
    r"(dim|bridge)_\w+|int_\w+_(touched|changed|built|history|harmonised)|int_identity_link|int_store_united|stg_ledger"
)
"""Models whose rows describe rows of others, or say which of them to look at. What lies behind them is context."""

MetricInput = tuple[str, str, str]
"""Metric, record kind, and by what the kind reaches it."""


def metric_inputs(manifest: Mapping[str, Any], semantic_manifest: Mapping[str, Any]) -> Iterator[MetricInput]:
    """Every metric that is a result, with the kinds that it is made of, of dbt's two manifests."""
    node_at = {
        (node["schema"], node["alias"]): key
        for key, node in manifest["nodes"].items()
        if node["resource_type"] == "model"
    }
    for metric, facts in _facts_of(semantic_manifest):
        reach: dict[str, str] = {}
        for fact in sorted(facts):
            _follow(manifest["nodes"], node_at[fact], ROWS, reach)
        for node, by in sorted(reach.items()):
            kind = manifest["nodes"][node]["name"].removeprefix("stg_")
            if manifest["nodes"][node]["name"].startswith("stg_") and kind in {*RECORD_KINDS, IDENTITY}:
                yield metric, kind, by
            for counted in manifest["nodes"][node]["config"]["meta"].get("counts_landing_of", ()):
                yield metric, counted, LANDING


def _facts_of(semantic_manifest: Mapping[str, Any]) -> Iterator[tuple[str, set[tuple[str, str]]]]:
    """Each result metric and the relations (schema, name) behind its parts; a part is named after its measure."""
    relation_of = {
        measure["name"]: (model["node_relation"]["schema_name"], model["node_relation"]["alias"])
        for model in semantic_manifest["semantic_models"]
        for measure in model["measures"]
    }
    for metric in semantic_manifest["metrics"]:
        if "result" in metric["config"]["meta"]:
            declared = metric["config"]["meta"]["result"].values()
            ratio = (metric["type_params"].get(role) or {} for role in ("numerator", "denominator"))
            parts = {metric["name"], *(each.get("name") for each in ratio), *filter(_is_name, declared)}
            yield metric["name"], {relation_of[part] for part in parts if part in relation_of}


def _is_name(value: object) -> bool:
    return isinstance(value, str)


def _follow(nodes: Mapping[str, Any], node: str, by: str, reach: dict[str, str]) -> None:
    """Note all that lies behind a node; what is reached by rows once is never context."""
    if node not in nodes or reach.get(node) in {by, ROWS}:
        return
    reach[node] = by
    about = CONTEXT if _SAYS_ABOUT.fullmatch(nodes[node]["name"]) else by
    for parent in nodes[node]["depends_on"].get("nodes", []):
        _follow(nodes, parent, about, reach)
