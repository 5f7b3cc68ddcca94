"""What is to be sent follows from a published version, the settings and the ledger; and who it is about stays unknown."""

from __future__ import annotations

import json
import os
from collections import Counter
from typing import Any

import duckdb
import pytest

from connectors.errors import SettingsError
from connectors.home import Home
from connectors.xapi.rules import Dialect, judge
from pipelines import writing_back
from pipelines.settings import open_tokeniser
from pipelines.write_back import Plan, planned, settings_of
from pipelines.write_back.actors import Pseudonyms
from pipelines.write_back.ledger import Noted
from pipelines.write_back.results import RESULTS
from pipelines.write_back.settings import WriteBack
from pipelines.write_back.statements import MARK
from tests.pipelines.small_company import truth_of
from tests.pipelines.write_back.small_version import Completion, publish, settle

LRS = "https://lrs.example.org/xapi"
NOTHING = Noted({}, frozenset(), frozenset())
ONE: list[Completion] = [(4711, "a", "2026-03-01 10:00:00")]


def plan(home: Home) -> Plan:
    settings = settings_of(home)
    assert settings is not None
    return writing_back.plan_now(home, settings)


def sent(home: Home) -> list[dict[str, Any]]:
    return [json.loads(one.raw) for one in plan(home).new]


def ids(home: Home) -> set[str]:
    return {one["id"] for one in sent(home)}


def test_a_completion_becomes_a_statement_of_who_what_and_when(home: Home) -> None:
    settle(home, LRS)
    publish(home, ONE)
    (statement,) = sent(home)
    pseudonym = statement["actor"].pop("account")
    assert pseudonym["homePage"] == "https://learning.example.org"
    assert len(pseudonym["name"]) == 32 and pseudonym["name"] != "4711"
    assert {name: statement[name] for name in ("verb", "object", "result", "timestamp")} == {
        "verb": {"id": "http://adlnet.gov/expapi/verbs/completed", "display": {"en": "completed"}},
        "object": {
            "objectType": "Activity",
            "id": "https://lms.example.org/course/1",
            "definition": {"name": {"en-GB": "Working safely"}, "type": "http://adlnet.gov/expapi/activities/course"},
        },
        "result": {"completion": True},
        "timestamp": "2026-03-01T10:00:00+00:00",
    }
    categories = [activity["id"] for activity in statement["context"]["contextActivities"]["category"]]
    assert categories == [MARK, "https://learning.example.org/results/completed-v1"]


@pytest.mark.parametrize("version", ["1.0.3", "2.0.0"])
def test_every_statement_is_one_that_our_own_rules_accept(home: Home, version: str) -> None:
    settle(home, LRS, version=version, what=["completed", "transfer_observed"])
    seen = [(7, "checks the label", "manager", "2026-03-02 09:00", True)]
    publish(
        home, [(person, activity, "2026-03-01 10:00") for person in (1, 2) for activity in "abc"], observations=seen
    )
    statements = plan(home).new
    assert len(statements) == 7
    assert [judge(one.raw, Dialect(version)) for one in statements] == [None] * 7


def test_a_thing_without_an_iri_gets_one_of_the_home_page(home: Home) -> None:
    settle(home, LRS)
    publish(home, [(1, activity, "2026-03-01 10:00") for activity in "bc"])
    assert {one["object"]["id"]: one["object"]["definition"]["name"] for one in sent(home)} == {
        "https://learning.example.org/activities/CAT%202%2F%C3%A9": {"de": "Sauber arbeiten"},
        "https://learning.example.org/activities/c": {"und": "c"},
    }


def test_what_would_be_no_valid_statement_is_left_out_with_the_rule_that_it_breaks(home: Home) -> None:
    settle(home, LRS)
    publish(home, [(1, "d", "2026-03-01 10:00"), *ONE])
    found = plan(home)
    assert len(found.new) == 1
    assert found.left_out == {("completed", "no valid statement: iri at /object/id"): 1}


def test_an_id_is_the_same_in_every_run_and_another_for_every_other_fact(home: Home) -> None:
    settle(home, LRS)
    publish(home, ONE)
    first = ids(home)
    publish(home, ONE)
    assert ids(home) == first
    others = [(4712, "a", "2026-03-01 10:00"), (4711, "b", "2026-03-01 10:00"), (4711, "a", "2026-03-02 10:00")]
    publish(home, [*ONE, *others])
    assert len(ids(home)) == 4 and first < ids(home)


def test_another_moment_of_the_same_day_and_another_tool_are_no_other_fact(home: Home) -> None:
    settle(home, LRS)
    publish(home, ONE)
    first = ids(home)
    publish(home, [(4711, "a", "2026-03-01 09:00")], also=[("udemy", 4711, "a", "2026-03-01 12:00")])
    assert ids(home) == first
    assert sent(home)[0]["timestamp"] == "2026-03-01T09:00:00+00:00"


def test_a_new_definition_has_other_ids(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    settle(home, LRS)
    publish(home, ONE)
    first = ids(home)
    monkeypatch.setitem(RESULTS, "completed", replace(RESULTS["completed"], version=2))
    assert ids(home).isdisjoint(first)


def test_an_id_can_not_be_computed_from_the_published_person_key(home: Home, tmp_path_factory: Any) -> None:
    """The same person_key under another key has other ids: they are made of the keyed pseudonym."""
    settle(home, LRS)
    publish(home, ONE)
    first = ids(home)
    (home.restricted / "identifier.key").unlink()
    (home.root / "home.json").unlink()
    assert ids(home).isdisjoint(first)


def test_what_an_lrs_told_is_not_told_to_an_lrs(home: Home) -> None:
    settle(home, LRS)
    also = [("xapi", 4711, "a", "2026-03-01 09:00"), ("xapi", 1, "a", "2026-03-05 10:00")]
    publish(home, [(4711, "a", "2026-03-01 10:00"), (2, "a", "2026-03-01 10:00")], also=also)
    found = plan(home)
    assert len(found.new) == 1
    assert found.left_out == {("completed", "not of a tool that is written back"): 2}
    settle(home, LRS, tools=["xapi"])
    assert len(plan(home).new) == 2, "unless somebody names the tool"


def test_facts_before_the_first_day_are_not_sent_and_what_was_sent_of_them_is_not_voided(home: Home) -> None:
    settle(home, LRS)
    publish(home, [*ONE, (4711, "b", "2024-03-01 10:00")])
    everything = planned(home, settings(home), open_tokeniser(home), NOTHING)
    there = {one.statement_id: one.result for one in everything.new}
    settle(home, LRS, since="2026-01-01")
    assert len(plan(home).new) == 1
    assert plan(home).left_out == {("completed", "before 2026-01-01"): 1}
    noted = Noted(there, frozenset(there), frozenset())
    assert planned(home, settings(home), open_tokeniser(home), noted).is_empty
    settle(home, LRS, what=["transfer_observed"])
    assert planned(home, settings(home), open_tokeniser(home), noted).is_empty


def settings(home: Home) -> WriteBack:
    found = settings_of(home)
    assert found is not None
    return found


def test_an_unknown_person_is_nobody_to_tell_of(home: Home) -> None:
    settle(home, LRS)
    publish(home, [(-1, "a", "2026-03-01 10:00")])
    assert plan(home).new == []
    assert plan(home).left_out == {("completed", "nobody knows who it was"): 1}


def test_a_completed_attempt_is_sent_where_its_tool_is_named_and_says_no_type_of_what_was_attempted(home: Home) -> None:
    attempts = [
        ("xapi", 1, "b", "2026-03-01 10:00"),
        ("xapi", 1, "b", "2026-03-01 14:00"),  # a second one on the day
        ("xapi", 1, "b", "2026-03-03 10:00"),
        ("xapi", 2, "b", None),
    ]
    settle(home, LRS, what=["attempt_completed"])
    publish(home, ONE, attempts=attempts)
    assert plan(home).left_out == {("attempt_completed", "not of a tool that is written back"): 2}
    settle(home, LRS, what=["attempt_completed"], tools=["xapi"])
    statements = sent(home)
    assert [one["timestamp"][:16] for one in statements] == ["2026-03-01T10:00", "2026-03-03T10:00"]
    assert statements[0]["object"]["definition"] == {"name": {"de": "Sauber arbeiten"}}
    assert statements[0]["result"] == {"completion": True}
    settle(home, LRS, what=["completed", "attempt_completed"], tools=["xapi", "moodle"])
    assert len(ids(home)) == 3, "a completed course is another fact than a completed attempt"


def test_transfer_is_observed_by_others_and_where_the_standard_was_met(home: Home) -> None:
    settle(home, LRS, what=["transfer_observed"])
    publish(home, ONE, observations=[
        (1, "checks the label", "manager", "2026-03-02 09:00", True),
        (1, "checks the label", "peer", "2026-03-02 15:00", True),
        (2, "checks the label", "manager", "2026-03-02 09:00", False),
        (3, "checks the label", "manager", "2026-03-02 09:00", None),
        (4, "checks the label", "self", "2026-03-02 09:00", True),
    ])  # fmt: skip
    (statement,) = sent(home)
    assert statement["object"]["id"] == "https://learning.example.org/behaviours/checks%20the%20label"
    assert statement["verb"]["id"] == "https://w3id.org/xapi/tla/verbs/asserted"
    assert statement["result"] == {"success": True}, "no rating"
    assert statement["timestamp"] == "2026-03-02T09:00:00+00:00"
    parents = statement["context"]["contextActivities"]["parent"]
    assert [parent["id"] for parent in parents] == ["https://lms.example.org/course/1"]


def test_nothing_is_planned_of_a_home_that_has_published_nothing(home: Home) -> None:
    settle(home, LRS)
    (home.warehouse / "warehouse.duckdb").write_bytes(b"a build that nobody guarded")
    with pytest.raises(SettingsError, match="published nothing yet"):
        plan(home)


def test_a_build_that_was_not_published_is_not_written_back(home: Home) -> None:
    settle(home, LRS)
    publish(home, [(1, "a", "2026-03-02 09:00")])
    assert plan(home).new
    with duckdb.connect(os.fspath(home.database)) as warehouse:
        warehouse.execute("update publishing.build set build_id = 'withheld'")
    with pytest.raises(SettingsError, match="holds a build that was not published"):
        plan(home)


def test_a_whole_company_yields_valid_statements_that_name_nobody(company: Home) -> None:
    """The queries fit the tables that are really built, and no identifier of the company is in what would be sent."""
    chosen = WriteBack.model_validate(
        {"endpoint": LRS, "home_page": "https://learning.example.org", "what": list(RESULTS), "tools": tools(company)}
    )
    found = planned(company, chosen, open_tokeniser(company), NOTHING)
    assert set(Counter(one.result for one in found.new)) == set(RESULTS)
    assert [why for _, why in found.left_out if "no valid statement" in why] == []
    text = b"\n".join(one.raw for one in found.new).decode()
    identifiers = truth_of(company) / "identities.csv"
    names = {
        value
        for line in identifiers.read_text(encoding="utf-8").splitlines()[1:]
        for value in line.split(",")
        if "@" in value
    }
    assert names
    assert [name for name in names if name in text] == []


def tools(home: Home) -> list[str]:
    """All tools, those that speak in statements included."""
    with duckdb.connect(os.fspath(home.published_database), read_only=True) as published:
        return [tool for (tool,) in published.execute("select distinct tool from trust.ledger").fetchall()]


def test_pseudonyms_are_of_one_home_page(home: Home) -> None:
    tokeniser = open_tokeniser(home)
    here, there = (Pseudonyms(tokeniser, page).of([1, 2, 1]) for page in ("https://a.example", "https://b.example"))
    assert here[0] == here[2] != here[1]
    assert set(here).isdisjoint(there)
