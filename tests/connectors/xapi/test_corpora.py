"""Real statements go through, and each reject is deserved."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from tests.connectors.xapi.samples import DATA, Read, Reading, lines


def _data(name: str) -> Path:
    path = DATA / name
    if not path.exists():
        pytest.skip(f"real data is not here: ../shared/data/xapi/{name}")
    return path


def _reasons(reading: Reading) -> Counter[tuple[str, str]]:
    return Counter((reject["rule"], reject["column_name"]) for reject in reading.rejects())


def test_all_statements_of_fun_mooc_land(read: Read) -> None:
    """Activity ids such as ``course-v1:…`` and ``uuid://…`` are IRIs."""
    reading = read(_data("funmooc/statements.ndjson.gz"))
    assert reading.counts() == (10_692, 10_692, 0, 0)
    rows = reading.rows()
    assert all(row["parent_activity_id"].startswith("course-v1:FUN-MOOC+") for row in rows)
    assert all(
        row["object_id"].startswith("uuid://") and row["session_id"] and row["utc_offset_minutes"] == 0 for row in rows
    )
    assert len(reading.rows("accounts")) == len({row["actor_token"] for row in rows}) == 705


def test_the_dashboard_sample_is_rejected_because_its_names_are_no_language_maps(read: Read) -> None:
    reading = read(_data("misc/xapi_dashboard_video.ndjson"))
    assert reading.counts() == (88, 0, 88, 0)
    assert _reasons(reading) == {("data_type", "/object/definition/name"): 88}


def test_statements_of_the_moodle_log_store_land_with_derived_ids(read: Read) -> None:
    """They have neither id nor time; the fixtures repeat some of them word by word."""
    path = _data("moodle_logstore/statements.ndjson")
    reading = read(path)
    distinct = len({json.dumps(json.loads(line), sort_keys=True) for line in path.read_bytes().splitlines()})
    assert reading.counts() == (118, distinct, 0, 118 - distinct)
    assert {row["id_source"] for row in reading.rows()} == {"derived"}


def test_the_examples_of_the_specification_that_are_statements_land(read: Read) -> None:
    """Rejected are two ids that are no UUIDs of RFC 4122, a sub-statement alone, and an example of what is old."""
    examples = [json.loads(line) for line in _data("spec/xapi_spec_examples.ndjson").read_bytes().splitlines()]
    reading = read(lines(*(example["json"] for example in examples if example["kind"] == "statement")))
    assert reading.counts() == (12, 7, 4, 1)
    assert _reasons(reading) == {
        ("uuid", "/id"): 2,
        ("object_type", "/actor/objectType"): 1,
        ("unknown_property", "/"): 1,
    }


def test_the_valid_statements_of_another_schema_land(read: Read) -> None:
    statements = [
        json.loads(line)["statement"]
        for line in _data("misc/yet_xapi_schema_statements.ndjson").read_bytes().splitlines()
    ]
    assert read(lines(*statements)).counts() == (len(statements), len(statements), 0, 0)
