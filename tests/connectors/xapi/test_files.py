"""Every shape of statement file lands the same statements; a broken one loses nothing but what is broken."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import tarfile
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import OriginalRefused, Transient
from connectors.xapi import documents
from tests.connectors.xapi.samples import Read, Statement, lines, numbered

FIVE = numbered(5)


def compact(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def page(statements: list[Statement], more: str = "/xapi/statements?more=2") -> dict[str, Any]:
    return {"statements": statements, "more": more}


def _archive(content: bytes) -> bytes:
    packed, member = io.BytesIO(), tarfile.TarInfo("statements.json")
    member.size = len(content)
    with tarfile.open(fileobj=packed, mode="w") as archive:
        archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


SHAPES = {
    "ndjson": lines(*FIVE),
    "ndjson without a last line break": lines(*FIVE).rstrip(),
    "ndjson with blank lines and comments": b"# exported\n\n" + lines(*FIVE).replace(b"\n", b"\n\n# next\n"),
    "ndjson with CRLF and a byte order mark": b"\xef\xbb\xbf" + lines(*FIVE).replace(b"\n", b"\r\n"),
    "array": compact(FIVE),
    "array in many lines": json.dumps(FIVE, indent=2).encode(),
    "array with a statement per line": b"[\n" + lines(*FIVE).rstrip().replace(b"\n", b",\n") + b"\n]",
    "page": compact(page(FIVE)),
    "page in many lines": json.dumps(page(FIVE), indent=1).encode(),
    "page with more before the statements": compact({"more": "", "statements": FIVE}),
    "page with a statement per line": b'{"statements": [\n'
    + lines(*FIVE).rstrip().replace(b"\n", b",\n")
    + b'\n],"more":""}',
    "pages, one per line": compact(page(FIVE[:2])) + b"\n" + compact(page(FIVE[2:])),
    "pages in many lines": json.dumps(page(FIVE[:2]), indent=1).encode()
    + json.dumps(page(FIVE[2:]), indent=1).encode(),
    "pages one after the other": compact(page(FIVE[:2])) + compact(page(FIVE[2:], "")),
    "arrays, one per line": compact(FIVE[:3]) + b"\n" + compact(FIVE[3:]),
    "pages in an array": compact([page(FIVE[:2]), page([]), page(FIVE[2:], "")]),
    "pages in an array in many lines": json.dumps([page(FIVE[:2]), page(FIVE[2:])], indent=2).encode(),
    "arrays in an array": compact([FIVE[:3], FIVE[3:]]),
    "a page that says more": compact({"took": {"ms": [1, {"of": "]"}]}} | page(FIVE) | {"lrs": {"names": ["}"]}}),
    "pages that say more, one per line": compact({"lrs": {}} | page(FIVE[:2]))
    + b"\n"
    + compact({"n": [1]} | page(FIVE[2:])),
    "statements in many lines": b"\n".join(json.dumps(statement, indent=2).encode() for statement in FIVE),
}


@pytest.mark.parametrize("is_gzipped", [False, True], ids=["plain", "gzipped"])
@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_of_file_lands_the_same_statements(read: Read, shape: str, is_gzipped: bool) -> None:
    content = SHAPES[shape]
    reading = read(gzip.compress(content) if is_gzipped else content)
    assert reading.counts() == (5, 5, 0, 0)
    assert [row["statement_id"] for row in reading.rows()] == [statement["id"] for statement in FIVE]


def test_a_small_buffer_changes_nothing(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "BLOCK", 2_000)
    for content in (json.dumps(page(numbered(40)), indent=1).encode(), compact(numbered(40)), lines(*numbered(40))):
        assert read(content).counts() == (40, 40, 0, 0)


def test_lines_are_those_of_the_original(read: Read) -> None:
    assert [row["source_line"] for row in read(b"# one\n\n" + lines(*FIVE)).rows()] == [3, 4, 5, 6, 7]
    per_statement = json.dumps(FIVE[0], indent=1).count("\n") + 1
    in_many_lines = read(json.dumps(FIVE, indent=1).encode())
    assert [row["source_line"] for row in in_many_lines.rows()] == [2 + per_statement * number for number in range(5)]


def test_an_empty_page_is_a_window_without_statements(read: Read) -> None:
    assert read(compact(page([], ""))).counts() == (0, 0, 0, 0)
    assert read(b"[]").counts() == (0, 0, 0, 0)


_ACTOR = b'000002","actor":{"objectType":"Agent","name":"Ada Canary","mbox":"mailto:ada.canary@example.org"}'
DAMAGES = {
    "a missing value": (b'"id":"6690e6c9-3ef0-4ed3-8b37-000000000002"', b'"id":'),
    "a missing brace": (_ACTOR, _ACTOR[:-1]),
    "a missing quote": (_ACTOR, _ACTOR.replace(b'000002"', b"000002")),
    "a raw line break in a string": (_ACTOR, _ACTOR.replace(b"Agent", b"Ag\nent")),
    "invalid UTF-8": (_ACTOR, _ACTOR.replace(b"Ada", b"\xff")),
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("shape", ["page", "array", "pages, one per line", "pages one after the other"])
def test_one_broken_statement_in_a_page_takes_no_other_with_it(read: Read, shape: str, damage: str) -> None:
    reading = read(SHAPES[shape].replace(*DAMAGES[damage]))
    assert reading.counts() == (5, 4, 1, 0)
    assert {row["statement_id"] for row in reading.rows()} == {statement["id"] for statement in (*FIVE[:2], *FIVE[3:])}
    [reject] = reading.rejects()
    assert reject["rule"] in ("json_syntax", "encoding")
    assert "000000000002" in reject["original"] or damage == "a missing value"


@pytest.mark.parametrize("number", range(5))
def test_any_statement_of_a_page_may_lack_its_closing_brace(read: Read, number: int) -> None:
    pages = [page(FIVE[:3]), page(FIVE[3:])]
    broken = compact(FIVE[number])
    content = b"\n".join(map(compact, pages)).replace(broken, broken[:-1])
    reading = read(content)
    assert reading.counts() == (5, 4, 1, 0)
    assert [reject["rule"] for reject in reading.rejects()] == ["json_syntax"]


def test_a_broken_line_is_one_reject(read: Read) -> None:
    content = lines(*FIVE).replace(b'000000000003"', b"000000000003")
    reading = read(content)
    assert reading.counts() == (5, 4, 1, 0)
    [reject] = reading.rejects()
    assert (reject["rule"], reject["source_line"]) == ("json_syntax", 4)


def test_a_broken_first_line_does_not_hide_the_others(read: Read) -> None:
    assert read(b'{"id": "cut o\n' + lines(*FIVE)).counts() == (6, 5, 1, 0)


@pytest.mark.parametrize("missing", [1, 2, 10, 100, 400])
def test_a_torn_page_lands_what_is_whole_and_rejects_the_tail_once(read: Read, missing: int) -> None:
    content = compact(page(FIVE))
    reading = read(content[:-missing])
    whole = sum(content[:-missing].count(compact(statement)) for statement in FIVE)
    assert reading.counts() == (whole + 1, whole, 1, 0)
    [reject] = reading.rejects()
    assert reject["rule"] == "torn_page"
    assert "missing" in reject["expected"]


def test_what_is_no_statement_is_a_reject_each(read: Read) -> None:
    reading = read(b'[1, null, "text", [], {}]')
    assert reading.counts() == (5, 0, 5, 0)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b" \n\t\n", "empty"),
        (b"# nothing but a comment\n", "empty"),
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "HTML"),
        (b"id;actor;verb\n1;2;3\n", "not JSON"),
        ("{}".encode("utf-16"), "UTF-16"),
        ("{}".encode("utf-32"), "UTF-32"),
        ('{"id": 1}'.encode("utf-16-le"), "UTF-16"),
        ('[{"id": 1}]'.encode("utf-16-be"), "UTF-16"),
        (b"PK\x03\x04\x14\x00", "ZIP"),
        (bz2.compress(lines(*FIVE)), "bzip2"),
        (lzma.compress(lines(*FIVE)), "xz"),
        (b"\x28\xb5\x2f\xfd\x04[", "Zstandard"),
        (_archive(lines(*FIVE)), "tar"),
        (gzip.compress(_archive(lines(*FIVE))), "tar"),
        (b"PAR1[{}]", "Parquet"),
        (gzip.compress(lines(*numbered(200)), mtime=0)[:-40], "cut off"),
        (gzip.compress(lines(*FIVE))[:60] + b"\x00" * 60, "damaged"),
    ],
)
def test_what_is_no_statement_file_is_refused_with_a_reason_and_a_next_step(
    read: Read, content: bytes, reason: str
) -> None:
    with pytest.raises(OriginalRefused) as refused:
        read(content)
    assert reason in refused.value.reason
    assert refused.value.next_step


def test_a_file_that_cannot_be_opened_is_tried_again_later(read: Read, tmp_path: Path) -> None:
    with pytest.raises(Transient):
        read(tmp_path / "gone.json")
