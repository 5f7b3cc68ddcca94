"""The dbt side of the landing contracts is what the record kinds say, to the column."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from connectors.landing import table_schema
from connectors.records import LEDGER_COLUMNS, RECORD_KINDS, REJECT_COLUMNS

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"


@pytest.fixture(scope="module")
def landing_contract() -> ModuleType:
    spec = importlib.util.spec_from_file_location("landing_contract", PROJECT / "landing_contract.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _source_columns(manifest: dict[str, Any], name: str) -> list[str]:
    return list(manifest["sources"][f"source.throughline.landing.{name}"]["columns"])


@pytest.mark.parametrize("kind", RECORD_KINDS.values(), ids=lambda kind: kind.name)
def test_a_source_has_exactly_the_landed_columns_of_its_kind(manifest, kind):
    assert _source_columns(manifest, kind.name) == [column.name for column in kind.landed]


OWN = ["ledger", "rejects", "late_rows", "replays", "identity_links", "person_aliases", "activity_decisions"]


@pytest.mark.parametrize("table", OWN)
def test_landings_own_tables_have_exactly_the_columns_that_landing_writes(manifest, table):
    assert _source_columns(manifest, table) == table_schema(table).names


def test_ledger_and_rejects_are_declared_once(manifest):
    assert _source_columns(manifest, "ledger") == [column.name for column in LEDGER_COLUMNS]
    assert _source_columns(manifest, "rejects") == [column.name for column in REJECT_COLUMNS]


def test_there_is_one_source_and_one_staging_model_for_each_kind(manifest):
    own = set(OWN)
    sources = {source["name"] for source in manifest["sources"].values()}
    staged = {
        node["name"].removeprefix("stg_") for node in manifest["nodes"].values() if node["name"].startswith("stg_")
    }
    assert sources == staged == set(RECORD_KINDS) | own


def test_the_generated_files_are_what_the_record_kinds_generate_now(landing_contract):
    stale = [path.name for path, text in landing_contract.files().items() if path.read_text(encoding="utf-8") != text]
    assert not stale, "a record kind changed; run: python dbt_project/landing_contract.py"
