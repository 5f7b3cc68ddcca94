"""What settings.yml says of the organisation reaches the models, and what it can't mean is refused."""

from __future__ import annotations

import pytest

from connectors.errors import SettingsError
from connectors.home import Home
from pipelines.organisation import organisation
from pipelines.publishing import inputs_hash


def _say(home: Home, text: str) -> None:
    home.root.mkdir(parents=True, exist_ok=True)
    (home.root / "settings.yml").write_text(text, encoding="utf-8")


def test_an_organisation_that_says_nothing_leaves_it_to_the_project(home: Home) -> None:
    assert set(organisation(home).values()) == {""}


def test_the_fiscal_year_and_own_providers_are_handed_on(home: Home) -> None:
    _say(home, "organisation: {fiscal_year_start_month: 4, internal_providers: [Our Academy, ' The Desk ']}")
    assert organisation(home) == {
        "THROUGHLINE_FISCAL_YEAR_START": "4",
        "THROUGHLINE_INTERNAL_PROVIDERS": "Our Academy|The Desk",
    }


def test_another_fiscal_year_is_another_version(home: Home) -> None:
    home.open()
    before = inputs_hash(home)
    _say(home, "organisation: {fiscal_year_start_month: 10}")
    assert inputs_hash(home) != before


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("organisation: [4]", "should be a mapping"),
        ("organisation: {fiscal_year: 4}", "There is no fiscal_year"),
        ("organisation: {fiscal_year_start_month: April}", "a month from 1 to 12"),
        ("organisation: {fiscal_year_start_month: 13}", "a month from 1 to 12"),
        ("organisation: {fiscal_year_start_month: true}", "a month from 1 to 12"),
        ("organisation: {internal_providers: Our Academy}", "should list names"),
        ("organisation: {internal_providers: ['a|b']}", "must not hold a bar"),
    ],
)
def test_what_it_can_t_mean_is_refused(home: Home, text: str, told: str) -> None:
    _say(home, text)
    with pytest.raises(SettingsError, match=told):
        organisation(home)
