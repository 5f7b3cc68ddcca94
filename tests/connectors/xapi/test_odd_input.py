"""Input that nobody sends on purpose: landed or rejected by a rule, never a crash, never a silent skip."""

from __future__ import annotations

import io
import itertools
import json
import random
import tracemalloc
from typing import Any

import pytest

from connectors.errors import OriginalRefused
from connectors.xapi import documents, files
from tests.connectors.xapi.samples import STATEMENT, Read, changed, lines, numbered


def extended(text: bytes) -> bytes:
    """The sample statement with a text as the value of an unknown extension."""
    return lines(changed(result={"extensions": {"https://x.example/e": "@"}})).replace(b'"@"', text)


def timed(text: bytes) -> bytes:
    """The sample statement with a text as the value of an extension that lands."""
    return lines(changed(result={"extensions": {"https://w3id.org/xapi/video/extensions/time": "@"}})).replace(
        b'"@"', text
    )


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (timed(b"1e999"), "number_size"),
        (timed(b"-1e99999999999999999999"), "number_size"),
        (timed(b"9" * 5_000), "number_size"),
        (timed(b"1e-999"), None),
        (timed(b"007"), "json_syntax"),
        (timed(b"18446744073709551616"), None),
        (extended(b"1e999"), "number_size"),
        (extended(b"1" * 5_000), "number_size"),
        (extended(b"1" * 400), None),
        (extended(b"[" * 509 + b"2.0" + b"]" * 509), None),
        (extended(b"[" * 510 + b"2.0" + b"]" * 510), "json_depth"),
        (extended(b"[" * 1_100 + b"]" * 1_100), "json_depth"),
        (extended(b'[{"a":"]["},' * 300 + b"1" + b"]" * 300), None),
        (extended(b"[[]," * 600 + b"1" + b"]" * 600), "json_depth"),
        (extended(b"[" * 50_000 + b"]" * 50_000), "json_depth"),
        (extended(b'"' + b"x" * 10_000_000 + b'"'), None),
        (lines(changed(result={"score": {"raw": 10**400}})), "number_size"),
        (lines(changed(result={"score": {"raw": 10**30}})), None),
        (lines(changed(result={"duration": f"PT{'9' * 400}S"})), None),
        (lines(STATEMENT).replace(b"Fire", b"Fi\x00re"), "json_syntax"),
        (lines(STATEMENT).replace(b"Fire", b"Fi\\u0000re"), None),
        (lines(changed(timestamp="0001-01-01T00:00:00+14:00")), "timestamp"),
        (lines(changed(timestamp="9999-12-31T23:59:59-14:00")), "timestamp"),
        (lines(changed(context={"contextActivities": {"grouping": [{"id": f"https://x.example/{n}"} for n in range(10_000)]}})), None),
        (lines(changed(actor={"account": {"homePage": "https://x.example", "name": " "}})), None),
        (b"[" * 100_000, "torn_page"),
        (b'{"a":' * 100_000, "json_depth"),
    ],
)  # fmt: skip
def test_the_odd_lands_or_is_rejected_by_a_rule(read: Read, content: bytes, rule: str | None) -> None:
    reading = read(content)
    assert reading.counts() == ((1, 1, 0, 0) if rule is None else (1, 0, 1, 0))
    assert [reject["rule"] for reject in reading.rejects()] == ([rule] if rule else [])


def test_a_statement_that_is_nested_too_deeply_takes_no_other_with_it(read: Read) -> None:
    deep = extended(b"[" * 1_100 + b"]" * 1_100).strip()
    one, two, three = lines(*numbered(3)).splitlines()
    page = b'{"statements":[%b],"more":""}\n' % b",".join((one, deep, two))
    for content in (page, page.replace(b',{"id', b',\n{"id'), page + page.replace(one, three)):
        reading = read(content)
        assert {reject["rule"] for reject in reading.rejects()} == {"json_depth"}
        assert reading.counts()[0] == 3 * reading.counts()[2]


def test_a_blank_account_name_is_nobody(read: Read) -> None:
    reading = read(lines(changed(actor={"account": {"homePage": "https://x.example", "name": ""}})))
    [row] = reading.rows()
    assert (row["actor_kind"], row["actor_token"]) == ("agent", None)
    assert reading.rows("accounts") == []


def test_a_record_without_an_end_is_refused_before_memory_is_full(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "BLOCK", 1_000)
    monkeypatch.setattr(documents, "MAXIMUM", 10_000)
    with pytest.raises(OriginalRefused, match="no end"):
        read(b'[{"actor": "' + b"x" * 50_000)


def test_noise_is_never_a_crash_and_every_record_is_accounted_for(read: Read) -> None:
    generator = random.Random(8)
    content = bytearray(json.dumps({"statements": numbered(30), "more": ""}, indent=1).encode())
    for _ in range(60):
        spoiled = bytearray(content)
        for _ in range(generator.randrange(1, 6)):
            position = generator.randrange(len(spoiled))
            spoiled[position : position + generator.randrange(3)] = generator.randbytes(generator.randrange(4))
        read_count, landed, rejected, duplicate = read(bytes(spoiled)).counts()
        assert read_count == landed + rejected + duplicate
        assert landed >= 20


class _Array(io.RawIOBase):
    """A single-line array of statements, made while it is read."""

    def __init__(self, statements: int) -> None:
        one = json.dumps(STATEMENT, separators=(",", ":")).encode()
        self._parts = itertools.chain([b"[", one], itertools.repeat(b"," + one, statements - 1), [b"]"])
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._rest:
            self._rest = b"".join(itertools.islice(self._parts, 500))
        given = self._rest[: len(buffer)]
        buffer[: len(given)] = given
        self._rest = self._rest[len(given) :]
        return len(given)


def test_a_large_array_on_one_line_is_cut_in_little_memory() -> None:
    """40,000 statements are 40 MB; a buffer and its statements are a tenth of it."""
    tracemalloc.start()
    try:
        found = sum(broken is None for _, _, broken in files.records(io.BufferedReader(_Array(40_000))))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found == 40_000
    assert peak < 10_000_000


def test_what_waits_to_be_written_is_bounded_by_bytes_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "BLOCK", 4_000)
    monkeypatch.setattr(files, "_MOST_BYTES", 10_000)
    content = io.BytesIO(b"".join(b'{"x":"%b"}\n' % (b"x" * 3_990) for _ in range(7)))
    assert [len(some.raws) for some in files.stretches(content)] == [3, 3, 1]


def test_line_ends_may_be_mixed(read: Read) -> None:
    one, two, three, four = (line + b"\n" for line in lines(*numbered(4)).split(b"\n")[:4])
    content = one.replace(b"\n", b"\r\n") + two.replace(b"\n", b"\r") + three + b"\r\n\r" + four.replace(b"\n", b"\r\n")
    reading = read(content)
    assert reading.counts() == (4, 4, 0, 0)
    assert [row["source_line"] for row in reading.rows()] == [1, 2, 2, 4]


def test_a_page_deep_inside_arrays_is_a_reject_and_not_silence(read: Read) -> None:
    page = {"statements": numbered(3), "more": ""}
    reading = read(json.dumps([[[page]], STATEMENT]).encode())
    assert reading.counts() == (2, 1, 1, 0)
    [reject] = reading.rejects()
    assert (reject["rule"], reject["source_line"]) == ("data_type", 1)


def test_a_page_in_an_array_that_is_cut_off_lands_what_is_whole(read: Read) -> None:
    content = json.dumps([{"statements": numbered(3), "more": ""}, {"statements": numbered(2), "more": ""}]).encode()
    for missing in (1, 2, 40, 300):
        assert [reject["rule"] for reject in read(content[:-missing]).rejects()] == ["torn_page"]


@pytest.mark.parametrize("broken", [b"\xff", b"\xed\xa0\x80", b"\xc0\x80"], ids=["byte", "surrogate", "overlong"])
def test_invalid_utf_8_is_a_reject_with_its_line(read: Read, broken: bytes) -> None:
    content = lines(*numbered(3)).replace(b"the canary answer", broken, 2).replace(broken, b"fine", 1)
    reading = read(content)
    assert [(reject["rule"], reject["source_line"]) for reject in reading.rejects()] == [("encoding", 2)]
    assert reading.counts() == (3, 2, 1, 0)


def test_every_reject_says_what_was_expected(read: Read) -> None:
    content = lines(changed(version="0.9"), changed(actor=None)) + b'{"cut\n' + lines(STATEMENT)
    expected = [reject["expected"] for reject in read(content).rejects()]
    assert expected == [
        "version 1.0.x or 2.0.x, the one that is judged by",
        "a required property",
        "one complete JSON value",
    ]
