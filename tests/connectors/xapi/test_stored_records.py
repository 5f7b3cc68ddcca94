"""A statement that comes in a record of its store lands as if it had come alone."""

from __future__ import annotations

import gzip
import io
import json
from typing import Any

import pytest

from connectors.xapi import files, pieces
from connectors.xapi.checking import verdicts
from connectors.xapi.stored_records import holds_statement, statement_in
from tests.connectors.xapi.samples import DATA, STATEMENT, Read, Statement, changed, numbered

THREE = numbered(3)


def learning_locker(statement: Statement) -> dict[str, Any]:
    """As ``mongoexport`` writes a statement of Learning Locker."""
    moment = {"$date": statement["stored"]}
    return {
        "_id": {"$oid": "59df48837b1aa530c958e69d"}, "active": True, "stored": moment, "timestamp": moment,
        "client": {"$oid": "592433ebce79a40338e0d8c4"}, "hash": "92eb0cb2", "statement": statement, "voided": False,
        "person": {"_id": {"$oid": "59df443c01de5e30d02d3e03"}, "display": "Ada Canary"}, "refs": [], "__v": 0,
    }  # fmt: skip


STORES = {
    "Learning Locker": learning_locker,
    "SQL LRS": lambda statement: {"statement_id": statement["id"], "is_voided": False, "payload": statement},
    "SQL LRS on SQLite": lambda statement: {"is_voided": 0, "payload": json.dumps(statement)},
    "TRAX": lambda statement: {"uuid": statement["id"], "voided": False, "data": statement},
    "ClickHouse": lambda statement: {"event_id": statement["id"], "event": statement},
    "ClickHouse, as text": lambda statement: {"event_id": statement["id"], "event_str": json.dumps(statement)},
    "Elasticsearch": lambda statement: {"_index": "statements", "_id": statement["id"], "_source": statement},
    "Learning Locker in Elasticsearch": lambda statement: {"_index": "ll", "_source": learning_locker(statement)},
}


@pytest.mark.parametrize("store", STORES)
def test_records_of_a_store_land_the_statements_in_them(read: Read, store: str) -> None:
    kept = [STORES[store](statement) for statement in THREE]
    alone = read(json.dumps(THREE).encode()).rows()
    shapes = [b"".join(json.dumps(record).encode() + b"\n" for record in kept), json.dumps(kept, indent=1).encode()]
    for content in (*shapes, gzip.compress(shapes[0])):
        reading = read(content)
        assert reading.counts() == (3, 3, 0, 0)
        for row, expected in zip(reading.rows(), alone, strict=True):
            assert row | {"source_line": 0} == expected | {"source_line": 0}


def test_a_record_of_learning_lockers_own_tests_is_accepted() -> None:
    path = DATA / "misc" / "learninglocker_testStatement.json"
    if not path.exists():
        pytest.skip("real data is not here: ../shared/data/xapi/misc/learninglocker_testStatement.json")
    [verdict] = verdicts(path)
    assert (verdict.verdict, verdict.id) == ("accept", "120d89af-90d9-4b94-a25a-952204ac0831")


def test_a_statement_is_judged_by_its_own_bytes_and_not_by_what_is_around_it() -> None:
    broken = json.dumps(learning_locker(STATEMENT)).replace('"verb": {', '"verb": {"id": "https://x.example/v", ')
    records = [json.dumps(learning_locker(changed(verb=None))), broken, json.dumps(learning_locker(STATEMENT))]
    found = [(v.rule, v.pointer) for v in verdicts(io.BytesIO("\n".join(records).encode()))]
    assert found == [("required", "/verb"), ("duplicate_key", "/"), (None, None)]


def test_a_record_without_a_statement_is_a_reject_and_not_silence(read: Read) -> None:
    records = [learning_locker(THREE[0]), {"_id": 2, "statement": None}, {"_id": 3}, learning_locker(THREE[1])]
    reading = read("\n".join(map(json.dumps, records)).encode())
    assert reading.counts() == (4, 2, 2, 0)
    assert [(reject["rule"], reject["source_line"]) for reject in reading.rejects()] == [
        ("required", 2),
        ("required", 3),
    ]


def test_what_mongo_db_writes_differently_is_written_back() -> None:
    sent = {"https://x.example/a.b": {"c.d": "stays &46; here", 'a "key" &46;': 1}}
    kept = {"https://x&46;example/a&46;b": {"c&46;d": "stays &46; here", 'a "key" &46;': 1}}
    typed = {"raw": {"$numberInt": "67"}, "scaled": {"$numberDouble": "0.67"}}
    statement = changed(result={"score": typed, "extensions": kept}, timestamp={"$date": STATEMENT["timestamp"]})
    inner = statement_in(json.dumps(learning_locker(statement)).encode())
    assert inner is not None
    assert json.loads(inner) == changed(
        result={
            "score": {"raw": 67, "scaled": 0.67},
            "extensions": json.loads(json.dumps(sent).replace('\\" &46;"', '\\" ."')),
        }
    )


@pytest.mark.parametrize(
    "record",
    [
        STATEMENT,
        {"statement": STATEMENT, "verb": {"id": "https://x.example/v"}},
        {"object": {"objectType": "SubStatement"} | STATEMENT},
        {"statement": {"id": 1}},
        {"statement": "no JSON"},
        {"data": [STATEMENT]},
    ],
)
def test_what_has_a_part_of_a_statement_or_no_statement_in_it_is_no_record_of_a_store(record: dict[str, Any]) -> None:
    assert not holds_statement(json.dumps(record).encode())


def test_a_statement_between_records_of_a_store_stays_a_statement(read: Read) -> None:
    content = "\n".join(map(json.dumps, [learning_locker(THREE[0]), THREE[1], learning_locker(THREE[2])]))
    assert read(content.encode()).counts() == (3, 3, 0, 0)


def test_records_of_a_store_are_cut_before_other_processes_get_them(tmp_path: Any) -> None:
    path = tmp_path / "dump.ndjson"
    path.write_text("\n".join(json.dumps(learning_locker(statement)) for statement in THREE), encoding="utf-8")
    assert files.start_of_lines(path) is None
    [piece] = pieces.of_records(files.stretches(path), tmp_path)
    assert [json.loads(bytes(raw)) for raw in piece.read()[0].raws] == THREE
