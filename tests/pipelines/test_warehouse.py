from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from connectors.home import Home
from pipelines import warehouse
from pipelines.dbt_project import DBT_PROJECT

SPILLED = "Runtime Error\n  Out of Memory Error: could not allocate block of size 256.0 KiB (2.9 GiB/2.9 GiB used)"


def left_by_dbt(home: Home, **message_by_model: str) -> None:
    folder = warehouse.artifacts(home)
    folder.mkdir(parents=True)
    failed = [
        {"unique_id": f"model.throughline.{model}", "status": "error", "message": message}
        for model, message in message_by_model.items()
    ]
    (folder / "manifest.json").write_text("{}", encoding="utf-8")
    (folder / "run_results.json").write_text(json.dumps({"results": failed}), encoding="utf-8")


def test_a_build_that_ran_out_of_memory_names_the_model_and_the_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THROUGHLINE_MEMORY", "2GB")
    left_by_dbt(Home(tmp_path), int_session_united=SPILLED)
    told = warehouse.why_not_built(Home(tmp_path))
    assert "int_session_united: Runtime Error" in told
    assert told.endswith("Next: allow DuckDB more than 2GB (THROUGHLINE_MEMORY=8GB throughline run).")


def test_any_other_failure_is_told_in_the_words_of_dbt(tmp_path: Path) -> None:
    left_by_dbt(Home(tmp_path), dim_tool="Compilation Error in model dim_tool")
    told = warehouse.why_not_built(Home(tmp_path))
    assert told.endswith("dim_tool: Compilation Error in model dim_tool")


def test_dbt_and_whoever_else_writes_to_the_warehouse_may_hold_as_much() -> None:
    profile = yaml.safe_load((DBT_PROJECT / "profiles.yml").read_text(encoding="utf-8"))
    limit = profile["throughline"]["outputs"]["duckdb"]["config_options"]["memory_limit"]
    assert f"env_var('THROUGHLINE_MEMORY', '{warehouse.MEMORY}')" in limit
