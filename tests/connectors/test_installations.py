"""One connector serves several installations of a tool, each with its own inbox and with people of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connectors.declaration import CATALOGUE, Declaration, configured, load
from connectors.errors import SettingsError
from tests.connectors.mapped import map_file, token_of

USERS = CATALOGUE / "samples" / "moodle" / "users_2025-03-01.csv"
SHIPPED = {name: load(CATALOGUE / f"{name}.yaml") for name in ("moodle", "totara", "xapi")}


def tools(**own: Any) -> dict[str, Declaration]:
    return configured(SHIPPED, {"tools": own})


def test_an_installation_is_a_tool_with_settings_of_its_own() -> None:
    found = tools(academy={"connector": "moodle", "timezone": "Asia/Muscat"}, moodle={"timezone": "Europe/Berlin"})
    assert list(found) == ["academy", "moodle", "totara", "xapi"]
    assert (found["academy"].tool, found["academy"].timezone) == ("academy", "Asia/Muscat")
    assert found["moodle"].timezone == "Europe/Berlin"
    assert found["academy"].title == "Moodle (academy)"
    assert len({found[name].declaration_version for name in ("academy", "moodle")} | {SHIPPED["moodle"].version}) == 3


def test_a_number_of_one_installation_is_another_person_than_that_of_the_other(tmp_path: Path) -> None:
    found = tools(academy={"connector": "moodle"})
    landed = {tool: map_file(USERS, found[tool], tmp_path / tool) for tool in ("moodle", "academy")}
    tokens = {tool: set(mapped.column("accounts", "account_token")) for tool, mapped in landed.items()}
    assert tokens["moodle"].isdisjoint(tokens["academy"])
    assert token_of("academy:user_id", "7") in tokens["academy"]
    assert set(landed["academy"].column("accounts", "identifier_type")) == {"academy:user_id"}
    assert set(landed["academy"].column("accounts", "tool")) == {"academy"}


def test_what_all_tools_share_is_shared_by_installations(tmp_path: Path) -> None:
    found = tools(academy={"connector": "moodle"})
    emails = [
        set(map_file(USERS, found[t], tmp_path / t).column("accounts", "email_token"))
        for t in found
        if t in ("academy", "moodle")
    ]
    assert emails[0] == emails[1] != {None}


def test_identifier_types_that_a_home_sets_are_scoped_as_they_are_written() -> None:
    found = tools(academy={"connector": "moodle", "identifier_types": {"employee_number": "academy:number"}})
    assert found["academy"].identifier_types == {"employee_number": "academy:number"}


def test_two_lrss_have_options_of_their_own() -> None:
    found = tools(academy_lrs={"connector": "xapi", "accounts": {"https://a.example": "username"}})
    assert found["academy_lrs"].options["accounts"] == {"https://a.example": "username"}
    assert found["xapi"].options["accounts"] == {}


def test_names_of_a_home_page_may_be_accounts_of_an_installation() -> None:
    found = tools(academy={"connector": "moodle"}, xapi={"accounts": {"https://a.example": "academy:user_id"}})
    assert found["xapi"].options["accounts"] == {"https://a.example": "academy:user_id"}


@pytest.mark.parametrize(
    ("own", "told"),
    [
        (
            {"xapi": {"accounts": {"https://a.example": "moodle:userid"}}},
            "tools.xapi.accounts.https://a.example: unknown identifier type 'moodle:userid'; .* mean 'moodle:user_id'",
        ),
        ({"xapi": {"accounts": {"https://a.example": "academy:user_id"}}}, "unknown identifier type 'academy:user_id'"),
        ({"xapi": {"accounts": {"https://a.example": "email_sha1"}}}, "unknown identifier type 'email_sha1'"),
        (
            {"xapi": {"accounts": "employee_number"}},
            r"tools.xapi.accounts should be a mapping, \{…: …\}, not 'employee",
        ),
        ({"xapi": {"catalogue_codes": "https://a.example/code"}}, "tools.xapi.catalogue_codes should be a list"),
        ({"academy": {"connector": "moodel"}}, "tools.academy.connector: unknown connector 'moodel'; .* mean 'moodle'"),
        ({"moodel": {"timezone": "UTC"}}, "tools.moodel: unknown connector 'moodel'; .* mean 'moodle'"),
        ({"totara": {"connector": "moodle"}}, "'totara' is a connector itself"),
        ({"Academy 2": {"connector": "moodle"}}, "tools.Academy 2: tool: String should match pattern"),
        ({"academy": {"connector": "moodle", "timezon": "UTC"}}, "tools.academy: unknown setting 'timezon'"),
    ],
)
def test_a_name_that_leads_nowhere_is_told_with_the_nearest_match(own: dict[str, Any], told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        tools(**own)


def test_a_tool_may_name_its_own_connector() -> None:
    assert tools(moodle={"connector": "moodle", "timezone": "Asia/Muscat"})["moodle"].timezone == "Asia/Muscat"
