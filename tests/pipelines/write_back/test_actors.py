"""The actor is a pseudonym, or what the vault knows where somebody decided so; never by accident."""

from __future__ import annotations

import json
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors.errors import SettingsError
from connectors.home import Home
from identity.vault import Vault
from pipelines import writing_back
from pipelines.write_back import settings_of
from tests.pipelines.write_back.small_version import publish, settle

LRS = "https://lrs.example.org/xapi"


@pytest.fixture
def known(home: Home) -> Home:
    """Person 1 with two numbers, of which the second holds still, and an address; person 2 of whom nothing is known."""
    identifiers = [
        ("t1", "employee_number", "e-1"),
        ("t2", "employee_number", "e-2"),
        ("t3", "email", "anna@example.org"),
    ]
    Vault(home.vault).write_unit("totara", "unit", identifiers, [])
    links = {
        "token": ["t1", "t2", "t3"],
        "person_key": [1, 1, 1],
        "valid_from": [date(2020, 1, 1), date(2025, 1, 1), None],
        "valid_to": [date(2025, 1, 1), None, None],
    }
    folder = home.landed("identity_links")
    folder.mkdir(parents=True)
    pq.write_table(
        pa.table(
            links,
            schema=pa.schema(
                [
                    ("token", pa.string()),
                    ("person_key", pa.int64()),
                    ("valid_from", pa.date32()),
                    ("valid_to", pa.date32()),
                ]
            ),
        ),
        folder / "links.parquet",
    )
    publish(home, [(1, "a", "2026-03-01 10:00"), (2, "a", "2026-03-01 10:00")])
    return home


def actors(home: Home) -> list[dict[str, object]]:
    settings = settings_of(home)
    assert settings is not None
    return [json.loads(one.raw)["actor"] for one in writing_back.plan_now(home, settings).new]


@pytest.mark.parametrize(
    ("identity", "actor"),
    [
        ("employee_number", {"account": {"homePage": "https://learning.example.org", "name": "e-2"}}),
        ("email", {"mbox": "mailto:anna@example.org"}),
    ],
)
def test_who_is_named_is_who_the_vault_knows_and_nobody_else_is_sent(
    known: Home, identity: str, actor: dict[str, object]
) -> None:
    settle(known, LRS, identity=identity, accept_identifying=True)
    assert actors(known) == [{"objectType": "Agent", **actor}]
    settings = settings_of(known)
    assert settings is not None
    left_out = writing_back.plan_now(known, settings).left_out
    assert left_out == {("completed", f"no {identity} of the person in the vault"): 1}


def test_nobody_is_named_without_a_decision(known: Home) -> None:
    settle(known, LRS, identity="email")
    with pytest.raises(SettingsError, match=r"out of the vault.*accept_identifying: true"):
        actors(known)
    settle(known, LRS)
    told = actors(known)
    assert len(told) == 2
    assert "anna" not in str(told) and "e-2" not in str(told)


def test_the_same_fact_about_a_named_person_is_another_statement(known: Home) -> None:
    ids = []
    for settings in ({}, {"identity": "email", "accept_identifying": True}):
        settle(known, LRS, **settings)
        chosen = settings_of(known)
        assert chosen is not None
        ids.append({one.statement_id for one in writing_back.plan_now(known, chosen).new})
    assert ids[0].isdisjoint(ids[1])
