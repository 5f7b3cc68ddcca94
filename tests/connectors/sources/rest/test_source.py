"""What settings say of an API is checked against what its connector declares, and secrets are no settings."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from connectors.declaration import Declaration, configured, load, with_settings
from connectors.declaration.loading import CATALOGUE
from connectors.errors import SettingsError
from connectors.sources.rest.source import chosen, secret_names, secrets, source
from tests.connectors.sources.rest.small_api import acme

WITH_ACCOUNT = "settings: {account: the number of the account}"
PULL = '{path: "/{account}/people"}'


def settled(declaration: Declaration, rest: Any) -> Declaration:
    return with_settings(declaration, {"tools": {"acme": {"rest": rest}}})


def test_an_endpoint_is_enough(tmp_path: Path) -> None:
    declaration = settled(acme(tmp_path), {"endpoint": "https://acme.example"})
    found = source(declaration)
    assert found is not None
    assert (found.since, found.nightly_days, chosen(declaration, found)) == (date(2024, 1, 1), 2, ("people",))
    assert source(acme(tmp_path)) is None


def test_an_account_may_be_written_as_a_number(tmp_path: Path) -> None:
    declaration = acme(tmp_path, PULL, rest=WITH_ACCOUNT)
    found = source(settled(declaration, {"endpoint": "https://a.example", "values": {"account": 7}}))
    assert found is not None
    assert found.values == {"account": "7"}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"endpoint": "http://acme.example"}, r"tools\.acme\.rest: endpoint: should begin with https://"),
        ({"endpoint": "https://reader:canary@acme.example"}, "without a user name or password"),
        ({"endpoint": "https://a.example", "token": "canary"}, "unknown setting 'token'"),
        ({"endpoint": "https://a.example", "pull": ["peeple"]}, "unknown pull 'peeple'.* did you mean 'people'"),
        (
            {"endpoint": "https://a.example", "values": {"acount": "1"}},
            "unknown value 'acount'.* did you mean 'account'",
        ),
        ({"endpoint": "https://a.example"}, r"values\.account is missing: the number of the account"),
        ({"endpoint": "https://a.example", "since": "tomorrow"}, "since: "),
        ("https://a.example", "rest: "),
    ],
)
def test_a_mistake_is_told_with_its_place_and_without_its_value(tmp_path: Path, given: Any, told: str) -> None:
    declaration = settled(acme(tmp_path, PULL, rest=WITH_ACCOUNT), given)
    with pytest.raises(SettingsError, match=told) as raised:
        source(declaration)
    assert "canary" not in str(raised.value)


def test_a_tool_without_an_api_has_none_to_set() -> None:
    declaration = load(CATALOGUE / "oulad.yaml")
    named = with_settings(declaration, {"tools": {"oulad": {"rest": {"endpoint": "https://a.example"}}}})
    with pytest.raises(SettingsError, match="the connector of oulad declares no pull"):
        source(named)


def test_where_tokens_are_got_has_to_be_said_somewhere(tmp_path: Path) -> None:
    declaration = settled(acme(tmp_path, authorization="{kind: client_credentials}"), {"endpoint": "https://a.example"})
    with pytest.raises(SettingsError, match="token_url is missing"):
        source(declaration)


def test_secrets_are_an_installations_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    known = {"moodle": load(CATALOGUE / "moodle.yaml")}
    tools = configured(
        known, {"tools": {"academy": {"connector": "moodle", "rest": {"endpoint": "https://a.example"}}}}
    )
    assert secret_names(tools["academy"]) == ("THROUGHLINE_ACADEMY_API_KEY",)
    (tmp_path / "key").write_text("s3cret\n")
    monkeypatch.setenv("THROUGHLINE_ACADEMY_API_KEY_FILE", str(tmp_path / "key"))
    assert secrets(tools["academy"]) == ("s3cret",)
    with pytest.raises(SettingsError, match="set THROUGHLINE_MOODLE_API_KEY "):
        secrets(tools["moodle"])
