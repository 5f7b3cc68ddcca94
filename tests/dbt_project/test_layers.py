"""The layers of the warehouse, held to the manifest: who may read whom, how things are named, what is documented."""

from __future__ import annotations

import re
from typing import Any

import pytest

MAY_READ = {
    "seeds": set(),
    "staging": {"landing", "stg_ledger"},
    "intermediate": {"staging", "intermediate", "seeds"},
    "marts": {"staging", "intermediate", "marts", "seeds"},
    "audit": {"staging", "intermediate", "marts", "audit", "trust", "seeds"},
    "trust": {"staging", "intermediate", "marts", "trust", "seeds"},
}
"""What a model of each layer may read: layers, the source, or a single model."""

STAGING_READ_BY_MARTS = {
    "dim_tool": {"stg_ledger"},
    "dim_person": {"stg_positions"},
    "bridge_position_capability_target": {"stg_strategy_capability_targets"},
    "dim_capability": {"stg_strategy_capabilities"},
    "dim_certification": {"stg_strategy_requirements"},
    "dim_enrolment_policy": {"stg_strategy_enrolment_policies"},
    "dim_initiative": {"stg_strategy_initiatives"},
    "dim_kpi": {"stg_strategy_kpis"},
    "dim_position": {"stg_ledger", "stg_positions", "stg_strategy_capability_targets", "stg_strategy_requirements"},
    "dim_provider": {"stg_costs"},
    "dim_strategic_goal": {"stg_strategy_goals"},
    "dim_survey_item": {"stg_survey_responses"},
    "fct_capability_assessment": {"stg_capability_assessments"},
    "fct_learning_cost": {"stg_costs"},
    "fct_observation": {"stg_observations"},
    "fct_time_registration_monthly": {"stg_learning_time"},
    "mart_quality__statement_rejects": {"stg_ledger", "stg_rejects"},
}
"""The only marts that read staging: facts of one kind, whose last word and as-of joins are all there is to be said."""

NAMES = {
    "seeds": r"seed_[a-z_]+",
    "staging": r"stg_[a-z_]+",
    "intermediate": r"int_[a-z]+(_[a-z]+)+",
    "marts": r"(dim|fct|bridge)_[a-z_]+|mart_[a-z]+__[a-z_]+",
    "audit": r"audit_[a-z_]+",
    "trust": r"trust_[a-z_]+",
}


def _models(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    return [node for node in manifest["nodes"].values() if node["resource_type"] in {"model", "seed"}]


def _read(manifest: dict[str, Any], node: dict[str, Any]) -> list[tuple[str, str]]:
    """Layer and name of everything that a model reads."""
    parents = [manifest["nodes"].get(key) or manifest["sources"][key] for key in node["depends_on"].get("nodes", [])]
    return [
        (parent["schema"] if parent["resource_type"] != "source" else "landing", parent["name"]) for parent in parents
    ]


def test_a_model_reads_only_the_layers_before_it(manifest):
    wrong = [
        f"{node['name']} reads {name}"
        for node in _models(manifest)
        for layer, name in _read(manifest, node)
        if not MAY_READ[node["schema"]] & {layer, name} and not node["name"].endswith("_built")
    ]
    assert not wrong


def test_marts_read_staging_only_where_it_is_said(manifest):
    read = {
        node["name"]: {name for layer, name in _read(manifest, node) if layer == "staging"}
        for node in _models(manifest)
        if node["schema"] == "marts"
    }
    assert {name: staged for name, staged in read.items() if staged} == STAGING_READ_BY_MARTS


def test_only_the_state_of_the_last_build_reads_the_facts_from_below(manifest):
    state = [node for node in _models(manifest) if node["name"].endswith("_built")]
    assert state
    for node in state:
        assert node["schema"] == "intermediate"
        assert ("marts", "fct_learning_event") in _read(manifest, node)


def test_the_state_vouches_for_every_model_that_is_built_by_partitions(manifest):
    """It moves when they and their tests are through; what it didn't wait for could be left behind for ever."""
    partitioned = {node["name"] for node in _models(manifest) if node["config"]["materialized"] == "replace_partitions"}
    for state in (node for node in _models(manifest) if node["name"].endswith("_built")):
        assert partitioned <= {name for _, name in _read(manifest, state)}, state["name"]


def test_nothing_but_the_source_names_the_files_of_landing(manifest):
    naming = [node["name"] for node in _models(manifest) if "read_parquet" in node.get("raw_code", "")]
    assert not naming


def test_names_follow_the_grammar_of_their_layer(manifest):
    wrong = [n["name"] for n in _models(manifest) if not re.fullmatch(NAMES[n["schema"]], n["name"])]
    assert not wrong


def test_a_schema_is_the_folder_that_the_model_lies_in(manifest):
    wrong = [
        node["name"] for node in _models(manifest) if node["schema"] != node["fqn"][1] and node["schema"] != "seeds"
    ]
    assert not wrong


@pytest.mark.parametrize("layer", ["marts", "trust"])
def test_contracts_are_enforced_where_readers_look(manifest, layer):
    open_ended = [
        n["name"] for n in _models(manifest) if n["schema"] == layer and not n["config"]["contract"]["enforced"]
    ]
    assert not open_ended


@pytest.mark.parametrize("layer", ["marts", "trust"])
def test_every_column_that_readers_see_is_described(manifest, layer):
    bare = [
        f"{node['name']}.{name}"
        for node in _models(manifest)
        if node["schema"] == layer
        for name, column in node["columns"].items()
        if not column["description"].strip()
    ]
    assert not bare


def test_only_what_readers_may_rely_on_is_public(manifest):
    access = {(n["schema"], n["access"]) for n in _models(manifest) if n["resource_type"] == "model"}
    assert access == {
        ("staging", "private"), ("intermediate", "private"), ("audit", "private"), ("marts", "public"),
        ("trust", "public"),
    }  # fmt: skip


def test_every_model_is_described_by_its_grain(manifest):
    vague = [node["name"] for node in _models(manifest) if "ne row" not in node["description"]]
    assert not vague


def test_no_token_is_published(manifest):
    published = [
        f"{node['name']}.{column}"
        for node in _models(manifest)
        if node["schema"] in {"marts", "trust"}
        for column in node["columns"]
        if "token" in column
    ]
    assert not published


KNOW_NO_VALUE = {"int_org_unit_history", "int_token_seen", "int_unit_staged", "trust_row_fates"}
"""They count records of every kind, or take units from them."""


def test_how_work_went_meets_nobody_s_learning_in_the_models(manifest):
    """`PRIVACY.md`, purpose limitation: outcomes meet learning where effects are estimated, and only team by team."""
    read = {node["name"]: {name for _, name in _read(manifest, node)} for node in _models(manifest)}
    of_values = {name for name, parents in read.items() if "stg_kpi_values" in parents}
    assert of_values - KNOW_NO_VALUE == {"int_kpi_told"}
    outcomes = {"int_kpi_told"}
    while more := {name for name, parents in read.items() if parents & outcomes} - outcomes - KNOW_NO_VALUE:
        outcomes |= more
    assert outcomes > {"int_kpi_told"}
    beside = {f"{name} reads {parent}" for name in outcomes for parent in read[name] - outcomes - {"stg_kpi_values"}}
    assert {pair for pair in beside if not pair.endswith(tuple(NOBODY_S_LEARNING))} == set()


NOBODY_S_LEARNING = ("stg_strategy_kpis", "dim_kpi", "dim_date", "dim_tool", "dim_org_unit", "bridge_org_hierarchy")
"""All that a model of outcomes may read beside them."""
