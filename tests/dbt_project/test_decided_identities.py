"""What a person decides about who is who reaches the facts with the next increment, and is gone when it is taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from connectors.home import Home
from identity.decisions import Decision, add_decisions
from pipelines.identities import decisions_file, write_identities
from tests.dbt_project.landing_files import LandingZone

BUILD = ("build", "--no-write-json", "--exclude-resource-types", "test", "unit_test", "--select")
FACTS = ("+fct_learning_event", "int_identity_link_built")
UNKNOWN = -1
PERSONS_OF_FACTS = """
select facts.record_key, count(persons.person_key)
from marts.fct_learning_event as facts
left join marts.dim_person as persons
    on persons.person_key = facts.person_key
    and facts.occurred_date >= persons.valid_from and facts.occurred_date < persons.valid_to
group by facts.record_key
"""

ACCOUNTS = [
    {"account_token": "m1", "identifier_type": "lms:id", "email_token": "ann@"},
    {"account_token": "m2", "identifier_type": "lms:id"},
]


def event(token: str, day: str) -> dict[str, Any]:
    return {"person_token": token, "occurred_at": f"{day} 10:00", "verb": "viewed", "event_name": "Course viewed",
            "activity_id": "course:1"}  # fmt: skip


@dataclass
class Decided:
    """A warehouse after each round of decisions: whose the events of each account were, by key."""

    events: dict[str, dict[str, set[int]]] = field(default_factory=dict)
    keys: dict[str, dict[str, int]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    persons: dict[str, int] = field(default_factory=dict)


def decided(decision: str, *tokens: str) -> Decision:
    return Decision(decision, tokens, "HR", date(2025, 3, 2), "asked")


ROUNDS: dict[str, tuple[Decision, ...]] = {
    "ruled": (),
    "decided": (decided("same", "m2", "bob"), decided("shared", "m1"), decided("same", "ann", "bob")),
    "taken back": (decided("split", "m2"), decided("personal", "m1"), decided("different", "ann", "bob")),
}


@pytest.fixture(scope="module")
def warehouse(dbt: Callable[..., None], query: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Decided:
    home = Home(tmp_path_factory.mktemp("decided"))
    zone, told = LandingZone(home.root), Decided()
    people = [
        {"person_token": token, "email_token": f"{token}@", "effective_date": "2025-01-01"} for token in ("ann", "bob")
    ]
    zone.land("hr", "january", extracted_at="2025-01-01", people=people)
    events = [event("m1", "2025-01-10"), event("m2", "2025-01-10"), event("m2", "2025-02-11")]
    zone.land("lms", "log", accounts=ACCOUNTS, learning_events=events)
    home.restricted.mkdir()
    for name, decisions in ROUNDS.items():
        for decision in decisions:
            add_decisions(decisions_file(home), [decision])
        write_identities(home)
        dbt(home.root, *BUILD, *FACTS)
        _note(told, name, home.root, query)
    dbt(home.root, *BUILD, "+dim_person")
    told.persons = dict(query(home.root, PERSONS_OF_FACTS))
    return told


def _note(told: Decided, name: str, home: Path, query: Callable[..., Any]) -> None:
    told.keys[name] = dict(query(home, "select token, person_key from intermediate.int_identity_link"))
    rows = query(
        home,
        "select landed.person_token, facts.person_key from marts.fct_learning_event as facts "
        "join staging.stg_learning_events as landed using (record_key)",
    )
    told.events[name] = {token: {key for owner, key in rows if owner == token} for token, _ in rows}
    told.counts[name] = len(rows)


def test_a_decision_rekeys_the_facts_of_old_days(warehouse: Decided) -> None:
    ann, bob = warehouse.keys["ruled"]["ann"], warehouse.keys["ruled"]["bob"]
    guest = warehouse.keys["ruled"]["m2"]
    assert warehouse.events["ruled"] == {"m1": {ann}, "m2": {guest}}
    assert len({ann, bob, guest}) == 3
    now = warehouse.keys["decided"]
    assert warehouse.events["decided"] == {"m1": {UNKNOWN}, "m2": {now["bob"]}}
    assert now["ann"] == now["bob"] == now["m2"]
    assert now["bob"] in (ann, bob, guest), "a merge keeps a key that there was"


def test_what_is_taken_back_is_as_it_was(warehouse: Decided) -> None:
    assert warehouse.events["taken back"] == warehouse.events["ruled"]
    assert warehouse.keys["taken back"] == warehouse.keys["ruled"]


def test_every_fact_has_exactly_one_person_or_the_declared_unknown_one_all_along(warehouse: Decided) -> None:
    assert set(warehouse.counts.values()) == {3}
    assert set(warehouse.persons.values()) == {1}
