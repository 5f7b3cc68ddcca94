"""Who may void, from settings.yml to what dbt is told."""

from __future__ import annotations

import os

import pytest

from connectors.errors import SettingsError
from connectors.home import Home
from connectors.xapi.people import People
from pipelines.settings import open_tokeniser
from pipelines.voiding import voiding_authorities
from pipelines.warehouse import _dbt_is_told

ADMINISTRATOR = {"account": {"homePage": "https://lrs.example.org", "name": "administrator"}}


def lists(home: Home, agents: str) -> None:
    (home.root / "settings.yml").write_text(f"tools: {{xapi: {{voiding_authorities: {agents}}}}}")


def test_where_no_list_is_given_the_lrs_is_trusted(home: Home) -> None:
    assert voiding_authorities(home) == []


def test_a_listed_authority_is_told_to_dbt_by_its_token_while_it_builds(home: Home) -> None:
    lists(home, '[{account: {homePage: "https://lrs.example.org", name: administrator}}]')
    token = People(open_tokeniser(home), {}).token(ADMINISTRATOR)
    with _dbt_is_told(home):
        assert os.environ["THROUGHLINE_VOIDING_AUTHORITIES"] == f"xapi:{token}"
    assert "THROUGHLINE_VOIDING_AUTHORITIES" not in os.environ


@pytest.mark.parametrize("agents", ["[administrator]", "[{name: administrator}]", "[{mbox: admin@example.org}]"])
def test_who_is_listed_otherwise_than_statements_name_them_is_refused(home: Home, agents: str) -> None:
    lists(home, agents)
    with pytest.raises(SettingsError, match=r"tools.xapi.voiding_authorities should list agents"):
        voiding_authorities(home)
