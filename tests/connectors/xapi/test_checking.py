"""The verdicts of the rules on a file: in order, each with its rule and place, and the flags that landing gives."""

from __future__ import annotations

import gzip
import io
import json
from collections import Counter
from pathlib import Path

import pytest

from connectors.errors import OriginalRefused
from connectors.xapi.checking import verdicts
from connectors.xapi.rules import Dialect
from tests.connectors.xapi.samples import DATA, STATEMENT, Read, changed, lines, numbered
from tests.connectors.xapi.test_files import FIVE, SHAPES

MIXED = lines(
    STATEMENT,
    changed(version="0.9"),
    changed(id=None, timestamp="2024-03-01T21:30:00"),
    changed(id="ada@example.org"),
    changed(timestamp="2024-03-01T21:36:00Z"),
    changed(timestamp=None),
    changed(timestamp="9999-12-31T23:59:59Z"),
)


def test_verdicts_come_in_order_with_rule_place_and_flags() -> None:
    found = [(v.position, v.id, v.verdict, v.rule, v.pointer, v.flags) for v in verdicts(io.BytesIO(MIXED))]
    sent = STATEMENT["id"]
    assert found == [
        (1, sent, "accept", None, None, ()),
        (2, sent, "reject", "version", "/version", ()),
        (3, None, "accept", None, None, ("timestamp_without_zone",)),
        (4, None, "reject", "uuid", "/id", ()),
        (5, sent, "accept", None, None, ("timestamp_after_stored",)),
        (6, sent, "accept", None, None, ("timestamp_missing",)),
        (7, sent, "accept", None, None, ("timestamp_placeholder",)),
    ]


def test_a_message_says_what_was_expected_and_which_clause_asks_for_it() -> None:
    [verdict] = verdicts(io.BytesIO(lines(changed(result={"score": {"scaled": 2}}))))
    assert verdict.message == "Expected a scaled score from -1 to 1 (2.4.5.1)."


def test_a_version_that_is_asked_for_counts_more_than_the_statements_own() -> None:
    naive = lines(changed(version=None, timestamp="2024-03-01T10:00:00"))
    rules = [[v.rule for v in verdicts(io.BytesIO(naive), dialect)] for dialect in (None, *Dialect)]
    assert rules == [[None], [None], ["timestamp"]]


@pytest.mark.parametrize("is_gzipped", [False, True], ids=["plain", "gzipped"])
@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_of_file_and_stream_is_read_as_landing_reads_it(
    tmp_path: Path, shape: str, is_gzipped: bool
) -> None:
    content = gzip.compress(SHAPES[shape]) if is_gzipped else SHAPES[shape]
    (tmp_path / "statements").write_bytes(content)
    for file in (tmp_path / "statements", io.BytesIO(content)):
        assert [verdict.id for verdict in verdicts(file)] == [statement["id"] for statement in FIVE]


def test_what_is_broken_as_bytes_has_its_verdict_too() -> None:
    content = lines(*FIVE).replace(b'000000000001"', b"000000000001").replace(b"Ada", b"\xff", 1)
    assert [verdict.rule for verdict in verdicts(io.BytesIO(content))] == ["encoding", "json_syntax", None, None, None]
    [*whole, torn] = verdicts(io.BytesIO(json.dumps(FIVE).encode()[:-10]))
    assert [verdict.verdict for verdict in whole] == ["accept"] * 4
    assert (torn.position, torn.rule) == (5, "torn_page")


def test_a_cut_off_file_is_refused_after_the_verdicts_on_what_is_whole() -> None:
    cut = verdicts(io.BytesIO(gzip.compress(lines(*numbered(5_000)))[:-40]))
    assert next(cut).verdict == "accept"
    with pytest.raises(OriginalRefused, match="cut off"):
        list(cut)


def test_flags_are_those_that_land(read: Read) -> None:
    checked = [list(verdict.flags) for verdict in verdicts(io.BytesIO(MIXED)) if verdict.verdict == "accept"]
    assert checked == [json.loads(row["flags"] or "[]") for row in read(MIXED).rows()]


@pytest.mark.parametrize("dialect", Dialect)
def test_every_verdict_of_the_conformance_suite_is_ours(dialect: Dialect) -> None:
    path = DATA / "conformance" / f"cases_{dialect}.ndjson"
    if not path.exists():
        pytest.skip("the conformance rows are not here: ../shared/data/xapi/conformance")
    cases = [case for case in map(json.loads, path.read_bytes().strip().split(b"\n")) if case["scope"] == "statement"]
    found = list(verdicts(io.BytesIO(lines(*(case["body"] for case in cases))), dialect))
    assert [verdict.verdict for verdict in found] == [case["verdict"] for case in cases]
    assert Counter(verdict.rule is None for verdict in found) == Counter(case["verdict"] == "accept" for case in cases)
