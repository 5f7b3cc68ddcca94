"""Each rule rejects what breaks it and names itself and the place; what the standard allows passes."""

from __future__ import annotations

import copy
import json
from functools import reduce
from typing import Any

import pytest

from connectors.xapi import rules
from connectors.xapi.rulebook import RULES
from connectors.xapi.rules import Dialect, judge
from tests.connectors.xapi.samples import DATA, STATEMENT, Statement

ACCOUNT = {"homePage": "https://hr.example.org", "name": "4711"}
GROUP = {"objectType": "Group", "member": [{"account": ACCOUNT}, {"openid": "https://id.example.org/1"}]}
SUB_STATEMENT = {"objectType": "SubStatement", **{name: STATEMENT[name] for name in ("actor", "verb", "object")}}
DEFINITION = "/object/definition"
CHOICES = [{"id": "a"}, {"id": "b"}]
ATTACHMENT = {"usageType": "https://x.example/u", "display": {}, "contentType": "text/plain", "length": 3}
_GONE = object()


def with_(pointer: str, value: Any) -> Statement:
    """The sample statement with another value at a pointer (made where it is missing), or without it."""
    statement = copy.deepcopy(STATEMENT)
    *path, last = pointer.strip("/").split("/")
    place = reduce(lambda here, name: here.setdefault(name, {}), path, statement)
    if value is _GONE:
        del place[last]
    else:
        place[last] = value
    return statement


def verdict(statement: Any, dialect: Dialect | None = None) -> tuple[str, str] | None:
    violation = judge(json.dumps(statement).encode(), dialect)
    return (violation.rule, violation.pointer) if violation else None


BROKEN: list[tuple[str, Any, str, str]] = [
    ("/actor", _GONE, "required", "/actor"),
    ("/verb", _GONE, "required", "/verb"),
    ("/object", _GONE, "required", "/object"),
    ("/extra", 1, "unknown_property", "/"),
    ("/Actor", {}, "unknown_property", "/"),
    ("/id", "6690e6c9-3ef0-4ed3-8b37-7f3964730be", "uuid", "/id"),
    ("/id", "6690e6c9-3ef0-4ed3-0b37-7f3964730bee", "uuid", "/id"),
    ("/id", None, "null_value", "/id"),
    ("/id", 5, "data_type", "/id"),
    ("/actor", {"name": "nobody"}, "one_identifier", "/actor"),
    ("/actor", {"mbox": "mailto:a@example.org", "account": ACCOUNT}, "one_identifier", "/actor"),
    ("/actor", {"mbox": "a@example.org"}, "mbox", "/actor/mbox"),
    ("/actor", {"mbox": "mailto:example.org"}, "mbox", "/actor/mbox"),
    ("/actor", {"mbox_sha1sum": "abc"}, "mbox_sha1sum", "/actor/mbox_sha1sum"),
    ("/actor", {"openid": "example"}, "iri", "/actor/openid"),
    ("/actor", {"account": {"homePage": "https://hr.example.org"}}, "required", "/actor/account/name"),
    ("/actor", {"account": ACCOUNT | {"name": 4711}}, "data_type", "/actor/account/name"),
    ("/actor", {"objectType": "agent", "account": ACCOUNT}, "object_type", "/actor/objectType"),
    ("/actor", {"objectType": "Group"}, "anonymous_group", "/actor"),
    ("/actor", {"objectType": "Group", "member": []}, "anonymous_group", "/actor"),
    ("/actor", {"objectType": "Group", "member": [GROUP]}, "object_type", "/actor/member/0/objectType"),
    ("/actor", {"account": ACCOUNT, "member": []}, "unknown_property", "/actor"),
    ("/verb", {"display": {"en": "did"}}, "required", "/verb/id"),
    ("/verb/id", "completed", "iri", "/verb/id"),
    ("/verb/display", {"a_b": "x"}, "language_tag", "/verb/display"),
    ("/verb/display", {"en": None}, "null_value", "/verb/display/*"),
    ("/object", {"objectType": "Thing", "id": "https://x.example"}, "object_type", "/object/objectType"),
    ("/object/id", "course 7", "iri", "/object/id"),
    ("/object/id", "https://x.example/a\x85", "iri", "/object/id"),
    ("/object/id", "https://x.example/a\u2028b", "iri", "/object/id"),
    ("/object/id", "\u212aelvin:x", "iri", "/object/id"),
    ("/context/language", "\u017fv", "language_tag", "/context/language"),
    ("/object/definition/name", "Fire safety", "data_type", "/object/definition/name"),
    ("/object/definition/moreInfo", "more", "iri", "/object/definition/moreInfo"),
    ("/object/definition/extensions", {"colour": 1}, "extension_key", "/object/definition/extensions"),
    ("/object/definition/interactionType", "guess", "interaction_type", "/object/definition/interactionType"),
    ("/object/definition/correctResponsesPattern", ["a"], "interaction_type", "/object/definition"),
    ("/object/definition", {"interactionType": "likert", "choices": CHOICES}, "interaction_components", f"{DEFINITION}/choices"),
    ("/object/definition", {"interactionType": "choice", "choices": CHOICES * 2}, "component_ids", f"{DEFINITION}/choices"),
    ("/object", {"objectType": "Agent"}, "one_identifier", "/object"),
    ("/object", {"objectType": "StatementRef", "id": "x"}, "uuid", "/object/id"),
    ("/object", SUB_STATEMENT | {"id": STATEMENT["id"]}, "unknown_property", "/object"),
    ("/object", SUB_STATEMENT | {"object": SUB_STATEMENT}, "object_type", "/object/object/objectType"),
    ("/object", {name: value for name, value in SUB_STATEMENT.items() if name != "verb"}, "required", "/object/verb"),
    ("/result/score/scaled", 1.01, "score_scaled", "/result/score/scaled"),
    ("/result/score/scaled", "0.8", "data_type", "/result/score/scaled"),
    ("/result/score/scaled", True, "data_type", "/result/score/scaled"),
    ("/result/score/raw", 101, "score_order", "/result/score/raw"),
    ("/result/score/min", 100, "score_order", "/result/score"),
    ("/result/success", "true", "data_type", "/result/success"),
    ("/result/completion", 1, "data_type", "/result/completion"),
    ("/result/response", ["a"], "data_type", "/result/response"),
    ("/result/duration", "P4W1D", "duration", "/result/duration"),
    ("/result/duration", "-PT1S", "duration", "/result/duration"),
    ("/result/duration", "P0001-01-01T00:00:00", "duration", "/result/duration"),
    ("/result/duration", "PT1.5H30M", "duration", "/result/duration"),
    ("/result/duration", "PT", "duration", "/result/duration"),
    ("/context/registration", "1", "uuid", "/context/registration"),
    ("/context/language", "english language", "language_tag", "/context/language"),
    ("/context/team", {"account": ACCOUNT}, "required", "/context/team/objectType"),
    ("/context/instructor", {"objectType": "Group"}, "anonymous_group", "/context/instructor"),
    ("/context/statement", {"id": STATEMENT["id"]}, "required", "/context/statement/objectType"),
    ("/context/contextActivities", {"siblings": []}, "unknown_property", "/context/contextActivities"),
    ("/context/contextActivities/parent", {"id": "no iri"}, "iri", "/context/contextActivities/parent/id"),
    ("/context/contextAgents", [], "unknown_property", "/context"),
    ("/object", {"objectType": "Agent", "account": ACCOUNT}, "context_of_activity", "/context/platform"),
    ("/timestamp", "2024-03-01", "timestamp", "/timestamp"),
    ("/timestamp", "2024-02-30T10:00:00Z", "timestamp", "/timestamp"),
    ("/timestamp", "2024-03-01T10:00:00-00:00", "timestamp", "/timestamp"),
    ("/timestamp", "2024-03-01T10:00:00-0000", "timestamp", "/timestamp"),
    ("/timestamp", "2024-03-01T24:00:00Z", "timestamp", "/timestamp"),
    ("/timestamp", 1709287200, "data_type", "/timestamp"),
    ("/stored", "yesterday", "timestamp", "/stored"),
    ("/authority", GROUP | {"member": GROUP["member"][:1]}, "authority", "/authority"),
    ("/version", "0.95", "version", "/version"),
    ("/version", "1.1.0", "version", "/version"),
    ("/attachments", [ATTACHMENT], "required", "/attachments/0/sha2"),
    ("/attachments", [ATTACHMENT | {"length": 1.5, "sha2": "a"}], "data_type", "/attachments/0/length"),
    ("/verb/id", "http://adlnet.gov/expapi/verbs/voided", "voids_statement_ref", "/object"),
]  # fmt: skip


@pytest.mark.parametrize(("pointer", "value", "rule", "at"), BROKEN)
def test_a_broken_rule_is_named_with_its_place(pointer: str, value: Any, rule: str, at: str) -> None:
    assert verdict(with_(pointer, value)) == (rule, at)


ALLOWED: list[tuple[str, Any]] = [
    ("/id", "6690E6C9-3EF0-7ED3-8B37-7F3964730BEE"),
    ("/actor", GROUP),
    ("/actor", {"objectType": "Group", "account": ACCOUNT}),
    ("/actor", {"mbox_sha1sum": "CD9B00A5611F94EAA7B1661EDAB976068E364975"}),
    ("/object/id", "course-v1:FUN+00002+session01"),
    ("/object/id", "uuid://7d4f3c70-1e79-4243-9b7d-166076ce8bfb"),
    ("/object/id", "urn:uuid:7d4f3c70-1e79-4243-9b7d-166076ce8bfb"),
    ("/object/id", "https://lms.example.org/café/7"),
    ("/object/id", "https://lms.example.org/\u7814\u4fee\u3000\u5165\u9580\xa01"),
    ("/object/definition/name", {"zh-Hant-TW": "x", "x-private": "y", "sr-Latn-RS": "z", "i-klingon": "t"}),
    ("/result/duration", "P4W"),
    ("/result/duration", "P1Y2M3DT4H5M6.789S"),
    ("/result/duration", "PT0S"),
    ("/result/extensions", {"https://x.example/e": {"anything": None, "deep": [[]]}}),
    ("/context/contextActivities", {"parent": {"id": "https://x.example/a"}, "category": []}),
    ("/context/statement", {"objectType": "StatementRef", "id": STATEMENT["id"]}),
    ("/timestamp", "2024-03-01T10:00:00"),
    ("/timestamp", "2024-03-01T10:00:00.123456789+0530"),
    ("/timestamp", "2016-12-31T23:59:60Z"),
    ("/authority", GROUP),
    ("/version", "1.0"),
    ("/result/score", {"scaled": -1, "raw": -3.5, "min": -10}),
]


@pytest.mark.parametrize(("pointer", "value"), ALLOWED)
def test_what_the_standard_allows_passes(pointer: str, value: Any) -> None:
    assert verdict(with_(pointer, value)) is None


@pytest.mark.parametrize(
    ("raw", "rule"),
    [
        (b'{"a":1,"a":2}', "duplicate_key"),
        (b'{"actor":{"mbox":"mailto:a@b.c","mbox":"mailto:a@b.c"}}', "duplicate_key"),
        (b'{"a":NaN}', "json_syntax"),
        (b'{"a":1,}', "json_syntax"),
        (b'{"a":"\xff"}', "encoding"),
        (b'{"a":"\\ud800"}', "encoding"),
        (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "json_depth"),
        (json.dumps(with_("/result/score/raw", 0)).replace('"raw": 0', '"raw": 1e999').encode(), "number_size"),
        (b"17", "data_type"),
    ],
)
def test_bytes_that_are_no_strict_json_are_named_as_such(raw: bytes, rule: str) -> None:
    violation = judge(raw)
    assert violation is not None
    assert violation.rule == rule


def test_a_duplicate_key_inside_an_extension_is_found() -> None:
    raw = json.dumps(with_("/result/extensions", {"https://x.example/e": {"k": 1}})).replace('"k": 1', '"k": 1, "k": 2')
    violation = judge(raw.encode())
    assert violation is not None
    assert violation.rule == "duplicate_key"


def test_a_statement_is_judged_in_its_own_dialect() -> None:
    agents = [{"objectType": "contextAgent", "agent": {"account": ACCOUNT}}]
    assert verdict(with_("/context/contextAgents", agents) | {"version": "2.0.0"}) is None
    assert verdict({**with_("/context/contextAgents", agents), "version": "1.0.3"}) == ("unknown_property", "/context")
    without_version = {
        name: value for name, value in with_("/context/contextAgents", agents).items() if name != "version"
    }
    assert verdict(without_version) is None
    naive = with_("/timestamp", "2024-03-01T10:00:00")
    assert verdict(naive | {"version": "2.0.0"}) == ("timestamp", "/timestamp")
    empty = [agents[0] | {"relevantTypes": []}]
    assert verdict(with_("/context/contextAgents", empty) | {"version": "2.0.0"}) == (
        "relevant_types",
        "/context/contextAgents/0/relevantTypes",
    )


def test_every_rule_of_the_rulebook_is_broken_by_some_test() -> None:
    tested = {rule for _, _, rule, _ in BROKEN} | {
        "duplicate_key",
        "json_syntax",
        "encoding",
        "json_depth",
        "number_size",
        "relevant_types",
    }
    elsewhere = {"torn_page", "natural_number"}
    assert set(RULES) - tested == elsewhere
    with pytest.raises(rules.Violation, match="natural_number"):
        rules.attachment(
            {"usageType": "https://x.example/u", "display": {}, "contentType": "t/p", "length": -1, "sha2": "a"}, ""
        )


def test_no_pointer_holds_a_name_that_the_statement_chose() -> None:
    for statement in (
        with_("/ada@example.org", 1),
        with_("/verb/display", {"ada@example.org": "x"}),
        with_("/verb/display", {"en": 7}),
    ):
        violation = judge(json.dumps(statement).encode())
        assert violation is not None
        assert "ada" not in violation.pointer
        assert "ada" not in str(violation)


@pytest.mark.parametrize(
    ("version", "dialect", "floor"),
    [("1.0.3", Dialect.XAPI_1, 1.0), ("2.0.0", Dialect.XAPI_2, 1.0), ("1.0.2", Dialect.XAPI_1, 0.97)],
)
def test_the_conformance_suite_agrees(version: str, dialect: Dialect, floor: float) -> None:
    """1.0.2 is another specification: its suite allows what 1.0.3 forbids, so full agreement isn't wanted there."""
    path = DATA / "conformance" / f"cases_{version}.ndjson"
    if not path.exists():
        pytest.skip("the conformance rows are not here: ../shared/data/xapi/conformance")
    cases = [case for case in map(json.loads, path.read_bytes().strip().split(b"\n")) if case["scope"] == "statement"]
    agreed = [(verdict(case["body"], dialect) is None) == (case["verdict"] == "accept") for case in cases]
    assert sum(agreed) / len(agreed) >= floor, [
        case["test"] for case, fine in zip(cases, agreed, strict=True) if not fine
    ][:5]
