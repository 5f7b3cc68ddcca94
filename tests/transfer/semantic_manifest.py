"""A small semantic manifest, as dbt would write it: one fact, a share and a count."""

from typing import Any

_FACT = '"warehouse"."marts"."fct_visit"'
_RESULT = {
    "catalogue_id": "X1",
    "version": 1,
    "unit": "share",
    "tdrp_type": "efficiency",
    "kirkpatrick_level": None,
    "ltem_tier": 1,
    "max_claim": "attendance",
    "aligned_with": None,
    "purpose": "learning_admin",
    "minimum_persons": 5,
    "period": "month",
    "follow_up_days": 30,
    "tool": "visit__tool",
    "grains": {"organisation": None, "site": "visit__site"},
    "persons": "visitors",
    "observed": "visits",
    "missing": "visits_of_nobody",
    "has_interval": True,
}


def semantic_manifest(**result: Any) -> dict[str, Any]:
    """``result`` replaces keys of `config.meta.result` of the share `stay_rate`."""
    measures = [
        _measure("visits", "sum", "case when person_key <> -1 then 1 else 0 end"),
        _measure("stays", "sum", "case when person_key <> -1 and has_stayed then 1 else 0 end"),
        _measure("visits_of_nobody", "sum", "case when person_key = -1 then 1 else 0 end"),
        _measure("visitors", "count_distinct", "case when person_key <> -1 then person_key end"),
    ]
    share = _metric("stay_rate", "ratio", {"numerator": _input("stays"), "denominator": _input("visits")})
    share["config"]["meta"]["result"] = _RESULT | result
    return {
        "semantic_models": [_model(measures)],
        "metrics": [share, *(_metric(m["name"], "simple", {"measure": _input(m["name"])}) for m in measures)],
        "project_configuration": {
            "time_spine_table_configurations": [],
            "time_spines": [
                {
                    "node_relation": {"alias": "dim_date", "schema_name": "marts", "relation_name": "marts.dim_date"},
                    "primary_column": {"name": "date_day", "time_granularity": "day"},
                }
            ],
        },
        "saved_queries": [],
    }


def count_result() -> dict[str, Any]:
    """`config.meta.result` that makes a count of the part `visitors`."""
    return _RESULT | {"unit": "persons", "has_interval": False, "follow_up_days": 0, "grains": {"organisation": None}}


def _measure(name: str, aggregation: str, expression: str) -> dict[str, Any]:
    return {"name": name, "agg": aggregation, "expr": expression, "create_metric": False, "config": {"meta": {}}}


def _category(name: str) -> dict[str, Any]:
    return {"name": name, "type": "categorical"}


def _input(name: str) -> dict[str, Any]:
    return {"name": name, "filter": None, "alias": None}


def _metric(name: str, kind: str, type_params: dict[str, Any]) -> dict[str, Any]:
    measures = [type_params[role] for role in ("measure", "numerator", "denominator") if role in type_params]
    return {
        "name": name,
        "label": name.replace("_", " ").capitalize(),
        "description": "What it says.\n",
        "type": kind,
        "type_params": {"metrics": [], **type_params, "input_measures": measures},
        "filter": None,
        "config": {"meta": {}},
    }


def _model(measures: list[dict[str, Any]]) -> dict[str, Any]:
    day = {"name": "visited_date", "type": "time", "type_params": {"time_granularity": "day"}}
    return {
        "name": "visits",
        "description": "Visits.",
        "node_relation": {"alias": "fct_visit", "schema_name": "marts", "relation_name": _FACT},
        "defaults": {"agg_time_dimension": "visited_date"},
        "entities": [{"name": "visit", "type": "primary", "expr": "visit_key"}],
        "dimensions": [day, _category("site"), _category("tool")],
        "measures": measures,
        "config": {"meta": {}},
    }
