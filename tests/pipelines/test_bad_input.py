"""Bad input gets a clear message or a reject row; the good files beside it land, and nothing is lost."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass

import pytest

from connectors import landing
from connectors.home import Home
from pipelines.landing import ToolLanding, land_tool, pending
from pipelines.settings import declarations, open_tokeniser

HEADER = "idnumber,timemodified,username,deleted,firstname,lastname,email"
PEOPLE = [f"p{n},0,user{n},0,Given{n},Family{n},user{n}@example.com" for n in range(40)]
GOOD = "\n".join([HEADER, *PEOPLE]).encode()
LOG_HEADER = "Time,User full name,Affected user,Event context,Component,Event name,Description,Origin,IP address"
LOG_ROW = (
    '"3/03/25, 18:07",-,-,Course: Safety,System,Course viewed,'
    "The user with id '7' viewed the course with id '158'.,web,192.0.2.1"
)
LOG = "\n".join([LOG_HEADER, *[LOG_ROW] * 30]).encode()


@dataclass(frozen=True)
class Bad:
    """One bad original: where it is dropped, what it holds, and words that its refusal must have."""

    name: str
    content: bytes
    says: tuple[str, ...]


REFUSED = {
    "a truncated gzip": Bad("moodle/log.csv.gz", gzip.compress(LOG)[:-20], ("gzip", "cut")),
    "a gzip that is not one": Bad("moodle/log.csv.gz", b"\x1f\x8b\x08" + b"junk" * 10, ("gzip",)),
    "an empty file": Bad("moodle/log.csv", b"", ("empty",)),
    "a web page": Bad("moodle/log.csv", b"<!DOCTYPE html><html><body>Log in</body></html>", ("html", "csv")),
    "a workbook that is cut off": Bad("moodle/log.csv", b"PK\x03\x04" + bytes(200), ("workbook", "cut off")),
    "noise": Bad("moodle/log.csv", bytes(range(128, 256)) * 20, ()),
    "a missing column": Bad("moodle/log.csv", LOG.replace(b"Event name,", b"", 1), ("event name",)),
    "a renamed column": Bad(
        "moodle/log.csv", LOG.replace(b"Event name", b"Event nmae", 1), ("event nmae", "event name")
    ),
    "a duplicate header": Bad("moodle/log.csv", LOG.replace(b"Origin", b"Description", 1), ("description",)),
    "an export of something else": Bad("totara/users.csv", b"colour,size\nred,3\n", ("totara", "users")),
    "statements that are a web page": Bad("xapi/dump.json", b"<html>503 Service Unavailable</html>", ("html",)),
    "statements that are cut off in a gzip": Bad(
        "xapi/dump.ndjson.gz", gzip.compress(b'{"a": 1}\n' * 2000)[:-30], ("gzip",)
    ),
    "no statements at all": Bad("xapi/dump.json", b"", ("empty",)),
}


def drop(home: Home, name: str, content: bytes) -> None:
    path = home.inbox / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def land(home: Home, tool: str) -> ToolLanding:
    return land_tool(home, declarations(home)[tool], open_tokeniser(home))


def assert_balanced(home: Home) -> None:
    for row in landing.ledger(home).to_pylist():
        accounted = row["rows_landed"] + row["rows_rejected"] + row["rows_duplicate"] + row["rows_erased"]
        assert row["rows_read"] == accounted, row


@pytest.mark.parametrize("case", REFUSED)
def test_an_original_that_cannot_be_read_is_refused_with_the_next_step(home: Home, case: str) -> None:
    bad = REFUSED[case]
    drop(home, bad.name, bad.content)
    tool = bad.name.split("/")[0]
    (unit,) = land(home, tool).units
    assert unit.status == "refused"
    assert unit.reason is not None
    for word in (*bad.says, "next:"):
        assert word in unit.reason.lower()
    assert not [path for path in home.landing.rglob("*.parquet") if "ledger" not in path.parts]
    assert pending(home, declarations(home)[tool]) == [], "the same bytes and the same declaration are not tried again"


def test_the_good_originals_beside_a_bad_one_land(home: Home) -> None:
    drop(home, "moodle/bad.csv", b"<html></html>")
    drop(home, "moodle/log.csv", LOG)
    landed = land(home, "moodle")
    assert sorted(unit.status for unit in landed.units) == ["landed", "refused"]
    assert landed.rows("learning_events")["landed"] == 30
    assert_balanced(home)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"\xef\xbb\xbf" + GOOD, id="with a byte order mark"),
        pytest.param(GOOD.decode().encode("utf-16"), id="UTF-16"),
        pytest.param(GOOD.replace(b"\n", b"\r\n"), id="CRLF"),
        pytest.param(GOOD.replace(b"\n", b"\r"), id="bare CR"),
        pytest.param(GOOD.replace(b",", b"\t"), id="tabs"),
        pytest.param(GOOD.replace(b",", b";"), id="semicolons"),
        pytest.param(GOOD.replace(b"Family1,", "Žižka,".encode("cp1250")), id="Windows-1250"),
        pytest.param(gzip.compress(GOOD), id="gzip under a name that does not say so"),
    ],
)
def test_an_original_in_another_dress_lands_whole(home: Home, content: bytes) -> None:
    drop(home, "totara/users.csv", content)
    landed = land(home, "totara")
    assert [unit.reason for unit in landed.units] == [None]
    assert landed.rows("people") == {"read": 40, "landed": 40, "rejected": 0, "duplicate": 0}


def test_one_bad_row_is_rejected_with_line_rule_and_column_and_the_others_land(home: Home) -> None:
    rows = [*PEOPLE[:10], ",0,nobody,0,No,Body,nobody@example.com", *PEOPLE[10:], "short,row", ""]
    drop(home, "totara/users.csv", "\n".join([HEADER, *rows]).encode())
    landed = land(home, "totara")
    assert landed.rows("people") == {"read": 42, "landed": 40, "rejected": 2, "duplicate": 0}
    rejects = [row for row in _rejects(home) if row["record_kind"] == "people"]
    assert [(row["source_line"], row["rule"]) for row in rejects] == [(12, "required_missing"), (43, "ragged_row")]
    assert rejects[0]["column_name"] == "idnumber"


def _rejects(home: Home) -> list[dict[str, object]]:
    import pyarrow.parquet as pq

    rows = [row for path in home.landed("rejects").glob("*/*.parquet") for row in pq.read_table(path).to_pylist()]
    return sorted(rows, key=lambda row: (str(row["record_kind"]), row["source_line"]))


def test_a_page_with_one_broken_statement_loses_only_that_one(home: Home) -> None:
    good = {
        "actor": {"mbox": "mailto:a@example.com"},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/experienced"},
        "object": {"id": "https://example.com/a"},
        "timestamp": "2025-03-03T10:00:00Z",
    }
    statements = [json.dumps(good | {"timestamp": f"2025-03-03T10:00:{n:02}Z"}) for n in range(6)]
    statements[3] = statements[3].replace('"verb":', '"verb" ')
    drop(home, "xapi/page.json", ('{"statements": [' + ",\n".join(statements) + '], "more": ""}').encode())
    landed = land(home, "xapi")
    assert landed.rows("statements") == {"read": 6, "landed": 5, "rejected": 1, "duplicate": 0}
    assert_balanced(home)


def test_a_full_export_that_is_cut_to_a_tenth_is_refused_and_the_last_one_stays(home: Home) -> None:
    drop(home, "totara/users_2025-01-31.csv", GOOD)
    land(home, "totara")
    drop(home, "totara/users_2025-02-28.csv", b"\n".join(GOOD.splitlines()[:5]))
    (unit,) = land(home, "totara").units
    assert unit.status == "refused"
    assert "4 rows" in str(unit.reason) and "throughline replay totara" in str(unit.reason)
    assert len(list(home.landed("people", "totara").glob("*.parquet"))) == 1


def test_landing_again_is_a_no_op(home: Home) -> None:
    drop(home, "totara/users.csv", GOOD)
    land(home, "totara")
    before = {path: path.read_bytes() for path in home.landing.rglob("*.parquet")}
    drop(home, "totara/the same again.csv", GOOD)
    assert land(home, "totara").units == []
    assert {path: path.read_bytes() for path in home.landing.rglob("*.parquet")} == before
