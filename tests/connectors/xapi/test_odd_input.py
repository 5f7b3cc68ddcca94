"""Input that nobody sends on purpose: landed or rejected by a rule, never a crash, never a silent skip."""

from __future__ import annotations

import json
import random

import pytest

from connectors.errors import OriginalRefused
from connectors.xapi import files
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
        (extended(b"[" * 500 + b"]" * 500), None),
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


def test_a_blank_account_name_is_nobody(read: Read) -> None:
    reading = read(lines(changed(actor={"account": {"homePage": "https://x.example", "name": ""}})))
    [row] = reading.rows()
    assert (row["actor_kind"], row["actor_token"]) == ("agent", None)
    assert reading.rows("accounts") == []


def test_a_record_without_an_end_is_refused_before_memory_is_full(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_BLOCK", 1_000)
    monkeypatch.setattr(files, "_MAXIMUM", 10_000)
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
