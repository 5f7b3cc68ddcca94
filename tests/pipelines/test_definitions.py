"""What Dagster is told: every asset by name, so that a rename is seen, and the policies that hold for all of them."""

from __future__ import annotations

import importlib
import warnings
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

import dagster as dg
import pytest
import yaml

from connectors.declaration import catalogue
from connectors.home import Home
from connectors.mapping import kinds_of
from connectors.records import RECORD_KINDS
from pipelines.settings import CATALOGUE, use_home

MARTS = {
    "bridge_activity_capability",
    "bridge_activity_goal",
    "bridge_activity_tool",
    "bridge_goal_initiative",
    "bridge_goal_kpi",
    "bridge_initiative_activity",
    "bridge_learning_event_member",
    "bridge_manager_downline",
    "bridge_org_hierarchy",
    "bridge_position_capability_target",
    "bridge_team_member",
    "dim_activity_definition",
    "dim_capability",
    "dim_certification",
    "dim_date",
    "dim_enrolment_policy",
    "dim_initiative",
    "dim_kpi",
    "dim_learning_activity",
    "dim_org_unit",
    "dim_period",
    "dim_person",
    "dim_position",
    "dim_provider",
    "dim_service_type",
    "dim_strategic_goal",
    "dim_survey_item",
    "dim_tool",
    "dim_verb",
    "fct_assessment_pair",
    "fct_assessment_result",
    "fct_attempt",
    "fct_capability_assessment",
    "fct_certification_award",
    "fct_certification_monthly",
    "fct_certification_status",
    "fct_completion",
    "fct_cpd_cycle",
    "fct_enrolment",
    "fct_enrolment_conformity",
    "fct_enrolment_request",
    "fct_headcount_monthly",
    "fct_kpi_observation",
    "fct_learning_cost",
    "fct_learning_event",
    "fct_learning_event_daily",
    "fct_learning_time",
    "fct_observation",
    "fct_offering_cost",
    "fct_reaction",
    "fct_registration",
    "fct_session_attendance",
    "fct_statement_reference",
    "fct_survey_response",
    "fct_time_registration_monthly",
    "fct_training_exposure",
    "mart_integration__overlap",
    "mart_lnd__evaluation_depth",
    "mart_lnd__service_mix",
    "mart_quality__orphans",
    "mart_quality__statement_rejects",
    "mart_transfer__cost",
    "mart_transfer__waterfall",
}
AUDITS = {
    "audit_assessment_result",
    "audit_enrolment",
    "audit_identity",
    "audit_identity_merge",
    "audit_learning_event",
    "audit_learning_event_by_day",
    "audit_learning_event_monthly",
    "audit_ledger",
    "audit_person",
    "audit_statement",
}
TRUST = {
    "trust_events_by_day",
    "trust_freshness",
    "trust_late_rows",
    "trust_ledger",
    "trust_reconciliation",
    "trust_rejects",
    "trust_replays",
    "trust_row_fates",
    "trust_statement_conflicts",
    "trust_statement_voids",
    "trust_suspected_duplicates",
}
TOOLS = {tool: set(kinds_of(declaration)) for tool, declaration in catalogue(CATALOGUE).items()}
"""What each connector of the catalogue can yield, by its declaration alone: adding a tool edits no test."""
STATEMENTS = {"accounts", "activities", "statements"}

LEDGERS = {dg.AssetKey(["landing", table]) for table in ("ledger", "rejects", "late_rows", "replays")}
OF_LANDING = {"ledger", "rejects", "late_rows", "replays", "identity_links", "person_aliases", "activity_decisions"}


@dataclass(frozen=True)
class Loaded:
    defs: dg.Definitions
    warnings: list[str]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    """The definitions, made anew, and every warning that it took to make and resolve them; one LRS is pulled from."""
    home = use_home(tmp_path_factory.mktemp("definitions") / "home").open()
    (home.root / "settings.yml").write_text("tools: {xapi: {lrs: {endpoint: 'https://lrs.example.org/xapi'}}}")
    for tool in TOOLS:
        (home.inbox / tool).mkdir()
    from pipelines import definitions

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        importlib.reload(definitions).defs.get_repository_def()
    return Loaded(definitions.defs, [str(warning.message) for warning in told])


@pytest.fixture(scope="module")
def defs(loaded: Loaded) -> dg.Definitions:
    return loaded.defs


@pytest.fixture(scope="module")
def graph(defs: dg.Definitions) -> Any:
    return defs.get_repository_def().asset_graph


@pytest.fixture(scope="module")
def groups(graph: Any) -> dict[str, set[str]]:
    """Names of assets by group."""
    found = defaultdict(set)
    for node in graph.asset_nodes:
        group, *name = node.key.path
        assert node.group_name == group, f"{node.key} is shown in the group {node.group_name}"
        found[group].add("/".join(name))
    return found


def test_the_definitions_load_without_a_warning(loaded: Loaded) -> None:
    assert loaded.warnings == []


def test_the_groups_are_the_stages_of_the_line_and_the_tools(groups: dict[str, set[str]]) -> None:
    stages = {"landing", "seeds", "staging", "intermediate", "marts", "trust", "audit", "metrics", "published"}
    assert set(groups) == stages | set(TOOLS) | {"lrs", "write_back"}


@pytest.mark.parametrize("tool", TOOLS)
def test_a_tool_has_an_asset_for_every_kind_that_it_can_yield(groups: dict[str, set[str]], tool: str) -> None:
    assert groups[tool] == TOOLS[tool]


def test_a_second_installation_of_a_tool_is_part_of_the_line_that_is_built_for_its_home(home: Home) -> None:
    from pipelines.definitions import line

    (home.root / "settings.yml").write_text("tools: {academy_lrs: {connector: xapi}}")
    asset_graph = line(home).get_repository_def().asset_graph
    keys = {key.path[-1] for key in asset_graph.executable_asset_keys if key.path[0] == "academy_lrs"}
    assert keys == STATEMENTS
    assert (
        dg.AssetKey(["academy_lrs", "statements"])
        in asset_graph.get(dg.AssetKey(["landing", "statements"])).parent_keys
    )


def test_a_home_shows_the_tools_that_it_uses_and_one_that_uses_none_shows_all(home: Home) -> None:
    from pipelines.settings import in_use

    assert set(in_use(home)) == set(TOOLS)
    (home.inbox / "moodle").mkdir()
    (home.root / "settings.yml").write_text("tools: {academy_lrs: {connector: xapi}}")
    (home.archive / "units" / "totara").mkdir(parents=True)
    assert set(in_use(home)) == {"moodle", "academy_lrs", "totara"}


def test_the_lrs_yields_what_statements_yield(groups: dict[str, set[str]]) -> None:
    assert groups["lrs"] == {f"xapi/{kind}" for kind in STATEMENTS}


def test_every_installation_with_an_endpoint_is_pulled_from_and_no_other(home: Home) -> None:
    from pipelines.definitions import line

    lrs = {"lrs": {"endpoint": "https://lrs.example.org/xapi", "since": date(2025, 7, 1)}}
    tools = {"academy_lrs": {"connector": "xapi"} | lrs, "museum_lrs": {"connector": "xapi"}}
    (home.root / "settings.yml").write_text(yaml.safe_dump({"tools": tools}))
    repository = line(home).get_repository_def()
    pulled = {
        key: repository.asset_graph.get(key)
        for key in repository.asset_graph.executable_asset_keys
        if key.path[0] == "lrs"
    }
    assert set(pulled) == {dg.AssetKey(["lrs", "academy_lrs", kind]) for kind in STATEMENTS}
    for key, node in pulled.items():
        assert node.partitions_def.get_first_partition_key() == "2025-07-01"
        assert node.child_keys == {dg.AssetKey(["landing", key.path[-1]]), *LEDGERS}
    assert "pull_academy_lrs" in {schedule.name for schedule in repository.schedule_defs}


def test_a_home_without_an_lrs_has_nothing_to_pull(home: Home) -> None:
    from pipelines.definitions import line

    repository = line(home).get_repository_def()
    assert [key for key in repository.asset_graph.executable_asset_keys if key.path[0] == "lrs"] == []
    assert {schedule.name for schedule in repository.schedule_defs} == {"nightly"}


def test_landing_has_a_table_for_every_record_kind_and_its_own_five(groups: dict[str, set[str]]) -> None:
    assert groups["landing"] == set(RECORD_KINDS) | OF_LANDING


def test_staging_has_a_model_for_every_landed_table(groups: dict[str, set[str]]) -> None:
    assert groups["staging"] == {f"stg_{table}" for table in groups["landing"]}


def test_what_readers_query_has_these_names(groups: dict[str, set[str]]) -> None:
    assert groups["marts"] == MARTS
    assert groups["trust"] == TRUST
    assert groups["audit"] == AUDITS
    assert groups["metrics"] == {"effect_cards", "fct_metric_result"}
    assert groups["published"] == {"learning"}
    assert groups["write_back"] == {"statements"}


def test_every_source_of_dbt_is_an_asset_of_landing(graph: Any) -> None:
    """Joined by name alone: what dbt reads and nothing makes would be an asset that can't be materialised."""
    from pipelines.dbt_project import manifest

    sources = {dg.AssetKey([source["source_name"], source["name"]]) for source in manifest()["sources"].values()}
    assert sources == {key for key in graph.materializable_asset_keys if key.path[0] == "landing"}
    assert graph.unexecutable_asset_keys == set()


@pytest.mark.parametrize("first", ["moodle/enrolments", "totara/people", "xapi/statements", "lrs/xapi/statements"])
def test_the_line_is_unbroken_from_every_tool_to_what_is_published(graph: Any, first: str) -> None:
    downstream, fresh = set(), {dg.AssetKey.from_user_string(first)}
    while fresh := {child for key in fresh for child in graph.get(key).child_keys} - downstream:
        downstream |= fresh
    assert dg.AssetKey(["published", "learning"]) in downstream


def test_only_the_ends_of_the_line_are_read_by_nobody(graph: Any) -> None:
    ends = {node.key.to_user_string() for node in graph.asset_nodes if not node.child_keys}
    assert "write_back/statements" in ends
    assert {end.split("/")[0] for end in ends} <= {"write_back", "staging", "seeds"}, ends


def test_every_asset_has_the_one_freshness_policy_and_says_what_it_is(graph: Any) -> None:
    from pipelines.definitions import FRESHNESS

    for node in graph.asset_nodes:
        assert node.freshness_policy == FRESHNESS, node.key
        assert node.description, node.key


def test_critical_expectations_block_and_warnings_do_not(defs: dg.Definitions, graph: Any) -> None:
    from pipelines import guards

    expected = {
        (f"audit/{suite.table}", expectation.name): expectation.severity == "critical"
        for suite in guards.load_suites()
        for expectation in suite.expectations
    }
    (judge,) = [each for each in defs.asset_checks or [] if isinstance(each, dg.AssetChecksDefinition)]
    found = {(spec.asset_key.to_user_string(), spec.name): spec.blocking for spec in judge.check_specs}
    assert found == expected
    assert set(found.values()) == {True, False}


def test_every_data_test_of_dbt_is_a_check_of_its_asset(graph: Any) -> None:
    from pipelines.dbt_project import manifest

    tests = {node["name"] for node in manifest()["nodes"].values() if node["resource_type"] == "test"}
    assert tests
    assert tests - {key.name for key in graph.asset_check_keys} == set()


def test_steps_run_in_the_process_of_the_run(defs: dg.Definitions) -> None:
    assert defs.resolve_job_def("run").executor_def is dg.in_process_executor


def test_a_run_goes_from_files_to_publication_and_leaves_the_partitioned_pulls_to_their_schedule(
    defs: dg.Definitions, graph: Any
) -> None:
    assets = defs.resolve_job_def("run").asset_layer.executable_asset_keys
    assert [key for key in assets if graph.get(key).is_partitioned] == []
    elsewhere = {"lrs", "write_back"}
    assert graph.materializable_asset_keys - assets == {key for key in graph.materializable_asset_keys if key.path[0] in elsewhere}  # fmt: skip
    assert defs.resolve_job_def("run").asset_layer.asset_graph.asset_check_keys == graph.asset_check_keys


def test_the_triggers_start_what_they_should(defs: dg.Definitions) -> None:
    repository = defs.get_repository_def()
    schedules = {schedule.name: schedule for schedule in repository.schedule_defs}
    assert set(schedules) == {"nightly", "pull_xapi"}
    assert schedules["nightly"].job_name == "run"
    pulled = repository.get_job(schedules["pull_xapi"].job_name).asset_layer.executable_asset_keys
    assert {key.path[0] for key in pulled} == {"lrs"}
    assert {(sensor.name, sensor.job_name) for sensor in repository.sensor_defs} == {("inbox", "run"), ("published", "write_back")}  # fmt: skip
    assert {sensor.default_status for sensor in repository.sensor_defs} == {dg.DefaultSensorStatus.STOPPED}


def test_whoever_writes_the_warehouse_waits_for_the_pool(defs: dg.Definitions) -> None:
    pools = {name: op.pool for name, op in ((node.name, node.definition) for node in defs.resolve_job_def("run").nodes)}
    writers = {"warehouse", "guards", "metrics__effect_cards", "metrics__fct_metric_result"}
    writers |= {"published__learning", "identity"}
    assert {name for name, pool in pools.items() if pool == "warehouse"} == writers
    assert {name for name, pool in pools.items() if pool == "landing"} == set(TOOLS)


def test_writing_back_has_a_pool_of_its_own_and_is_no_part_of_a_run(defs: dg.Definitions, graph: Any) -> None:
    key = dg.AssetKey(["write_back", "statements"])
    (node,) = defs.resolve_job_def("write_back").nodes
    assert node.definition.pool == "write_back"
    assert graph.get(key).parent_keys == {dg.AssetKey(["published", "learning"])}
    assert key not in defs.resolve_job_def("run").asset_layer.executable_asset_keys
