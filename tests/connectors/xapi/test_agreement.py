"""Landing, with its quick way, and the exact rules alone never disagree: not on a verdict, not on what lands.

Statements and mutations are generated as text, so that keys can stand twice, numbers and letters can be spelled in
every way, keys can come in any order and fragments can be nested in each other.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.xapi import envelopes, rules
from connectors.xapi.rulebook import VOIDED
from tests.connectors.xapi.samples import STATEMENT, Read, Statement

VIDEO = "https://w3id.org/xapi/video/extensions/"
CMI5 = "https://w3id.org/xapi/cmi5/context/extensions/"
HOME = "https://hr.example.org"
AGENTS: list[Statement] = [
    {"mbox": "mailto:ada@example.org", "name": "Ada \U0001f600"},
    {"objectType": "Agent", "account": {"homePage": HOME, "name": "4711"}},
    {"openid": "https://id.example.org/é"},
    {"objectType": "Group", "member": [{"mbox_sha1sum": "a" * 40}, {"mbox": "mailto:b@example.org"}]},
    {"objectType": "Group", "account": {"homePage": HOME, "name": "team"}, "member": []},
]
ACTIVITIES: list[Statement] = [
    STATEMENT["object"],
    {"id": "uuid://x", "definition": {"extensions": {"https://x.example/e": [1, {"a": None}]}}},
    {"id": "urn:x:1", "definition": {"interactionType": "choice", "choices": [{"id": "a"}], "correctResponsesPattern": []}},
]  # fmt: skip
OBJECTS: list[Statement] = [
    *ACTIVITIES,
    {"objectType": "StatementRef", "id": STATEMENT["id"]},
    {"objectType": "SubStatement", "actor": AGENTS[0], "verb": {"id": "https://x.example/v"}, "object": ACTIVITIES[1]},
    {"objectType": "Agent", "mbox": "mailto:c@example.org"},
]
NUMBERS = [
    "0",
    "-0",
    "1.50",
    "1e5",
    "1E-7",
    "0.1",
    "12345678901234567890",
    "9" * 310,
    "1e999",
    "-1.0",
    "007",
    ".5",
    "1e308",
]
WORDS = [
    '"x"',
    '"\\u0061"',
    '"\\ud83d\\ude00"',
    '"\\ud800"',
    '"\u2028é"',
    '"PT1M"',
    '"0.8"',
    '""',
    "true",
    "null",
    "[]",
    "{}",
]
VALUES = [*NUMBERS, *WORDS, '{"a":1,"a":1}', '[[[{"b":[1,2]}]]]', "NaN", "tru", '"\\x"', '"\t"', '"\x7f"']  # fmt: skip
KEYS = [
    VIDEO + "time",
    VIDEO + "session-id",
    CMI5 + "launchurl",
    CMI5 + "masteryscore",
    "https://x.example/é",
    "no iri",
]
TIMES = [
    "2024-03-01T10:00:00Z", "2024-03-01T10:00:00.1+01:00", "2024-03-01T10:00:00", "2024-02-30T10:00:00Z",
    "0001-01-01T15:00:00+14:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2016-12-31T23:59:60Z",
    "2024-03-01 10:00:00+0100", "2024-03-01T10:00:00-00:00", "2024-03-01T10:00:00.1234567Z",
]  # fmt: skip

_some = st.sampled_from
_extensions = st.dictionaries(_some(KEYS), st.just("@value"), max_size=4)
_result = st.fixed_dictionaries(
    {},
    optional={
        "score": st.dictionaries(_some(["scaled", "raw", "min", "max"]), st.just("@value")),
        "success": st.booleans(),
        "completion": _some([True, False, "true", 1]),
        "response": st.text(max_size=5),
        "duration": _some(["PT1M", "P1Y", "PT1,5S", "P4W1D", "PT0.123456S"]),
        "extensions": _extensions,
    },
)
_context = st.fixed_dictionaries(
    {},
    optional={
        "registration": _some([STATEMENT["id"], STATEMENT["id"].upper(), "1"]),
        "instructor": _some(AGENTS),
        "team": _some(AGENTS),
        "contextActivities": st.dictionaries(
            _some(["parent", "grouping", "category", "other", "odd"]),
            st.one_of(_some(ACTIVITIES), st.lists(_some(ACTIVITIES), max_size=3)),
            max_size=3,
        ),
        "revision": st.text(max_size=3),
        "platform": _some(["LMS", "é", 1]),
        "language": _some(["de", "de-AT", "not a tag"]),
        "statement": _some([OBJECTS[3], {"id": "x"}]),
        "contextAgents": st.just([{"objectType": "contextAgent", "agent": AGENTS[0]}]),
        "extensions": _extensions,
    },
)
_required: dict[str, st.SearchStrategy[Any]] = {
    "actor": _some(AGENTS),
    "verb": _some([STATEMENT["verb"], {"id": VOIDED}]),
    "object": _some(OBJECTS),
}
_statement = st.fixed_dictionaries(
    _required,
    optional={
        "id": _some([STATEMENT["id"], STATEMENT["id"].upper(), "x", ""]),
        "result": _result,
        "context": _context,
        "timestamp": _some(TIMES),
        "stored": _some(TIMES),
        "authority": _some(AGENTS),
        "version": _some(["1.0.0", "1.0.3", "2.0.0", "0.95", "1.0", "2.0"]),
        "attachments": _some([[], [{}]]),
        "Actor": st.just(1),
    },
)


@st.composite
def texts(draw: st.DrawFn) -> bytes:
    """A statement as text: keys in any order, blanks or none, and perhaps something doubled, retyped or cut."""
    value = draw(_statement)
    items = draw(st.permutations(list(value.items())))
    dumped = json.dumps(
        dict(items), separators=draw(_some([(",", ":"), (", ", ": ")])), ensure_ascii=draw(st.booleans())
    )
    while '"@value"' in dumped:
        dumped = dumped.replace('"@value"', draw(_some(VALUES)), 1)
    mutation = draw(st.integers(0, 5))
    if mutation == 0:  # a key twice, somewhere
        key = draw(
            _some(["id", "name", "objectType", "duration", "platform", "member", "definition", "actor", "result"])
        )
        dumped = dumped.replace(f'"{key}":', f'"{key}":{draw(_some(VALUES))},"{key}":', 1)
    elif mutation == 1:  # a character changed
        at = draw(st.integers(0, len(dumped) - 1))
        dumped = dumped[:at] + draw(_some(list('"{}[],:0 x\\\x00'))) + dumped[at + 1 :]
    elif mutation == 2:  # a letter spelled out
        dumped = dumped.replace("e", "\\u0065", 1)
    return dumped.encode(errors="surrogatepass").replace(b"\n", b" ")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(texts(), min_size=1, max_size=12))
def test_landing_and_the_exact_rules_agree_on_every_verdict_and_every_row(read: Read, raws: list[bytes]) -> None:
    raws = [raw for raw in raws if raw.lstrip()[:1] == b"{"]
    content = b"# some\n" + b"".join(raw + b"\n" for raw in raws) + json.dumps(STATEMENT).encode()
    expected = [(line, violation.rule) for line, raw in enumerate(raws, 2) if (violation := rules.judge(raw))]
    quick = read(content)
    assert [(reject["source_line"], reject["rule"]) for reject in quick.rejects()] == expected
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(envelopes.Opened, "_are_fine", lambda opened: np.zeros(len(opened.numbers[0]), bool))
        exact = read(content)
    assert quick.counts() == exact.counts()
    for kind in ("statements", "accounts", "activities"):
        assert quick.rows(kind) == exact.rows(kind)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place of a JSON value: what holds it, and its key or index there."""
    for name, member in value.items() if isinstance(value, dict) else enumerate(value):
        yield value, name
        if isinstance(member, dict | list):
            yield from places(member)


def test_every_place_of_a_statement_may_hold_anything_without_disagreement(read: Read) -> None:
    """A rich statement with each of its places, one after the other, taking every odd value."""
    rich = copy.deepcopy(STATEMENT)
    rich["result"]["extensions"] = {VIDEO + "time": 1.5}
    rich["context"] |= {"instructor": AGENTS[0], "team": AGENTS[3], "extensions": {CMI5 + "launchmode": "Normal"}}
    raws = []
    for holder, name in list(places(rich)):
        kept, holder[name] = holder[name], "@value"
        text = json.dumps(rich, separators=(",", ":"))
        raws += [text.replace('"@value"', value).encode() for value in VALUES]
        holder[name] = kept
    random.Random(2).shuffle(raws)
    expected = [line for line, raw in enumerate(raws, 1) if rules.judge(raw)]
    rejected = [reject["source_line"] for reject in read(b"\n".join(raws)).rejects()]
    assert rejected == expected
    assert len(raws) - len(rejected) > 100


def test_a_day_at_the_end_of_the_calendar_is_judged_with_its_own_zone(read: Read) -> None:
    """The first two make day and zone known; together they are an instant before the year 1."""
    times = ["0001-01-01T15:00:00+14:00", "2024-03-01T10:00:00+14:00", "0001-01-01T00:00:00+14:00"]
    raws = [json.dumps(STATEMENT | {"timestamp": time}, separators=(",", ":")).encode() for time in times]
    assert [(reject["source_line"], reject["rule"]) for reject in read(b"\n".join(raws)).rejects()] == [
        (3, "timestamp")
    ]
