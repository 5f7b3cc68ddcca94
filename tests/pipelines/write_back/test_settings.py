"""Off without settings; with settings that can't be meant, a word on what to mend."""

from __future__ import annotations

import pytest

from connectors.errors import SettingsError
from connectors.home import Home
from pipelines.write_back import settings_of
from tests.pipelines.write_back.small_version import settle

LRS = "https://lrs.example.org/xapi"


def test_a_home_that_asks_for_nothing_writes_nothing_back(home: Home) -> None:
    assert settings_of(home) is None


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"endpoint": "http://lrs.example.org/xapi"}, "write_back.endpoint: should begin with https://"),
        ({"endpoint": "https://me:s3cret-canary@lrs.example.org"}, "write_back.endpoint: should be an address without"),
        ({"home_page": "our learning"}, "write_back.home_page: should be an address of yours"),
        (
            {"what": ["complete"]},
            "write_back.what: unknown result 'complete'; allowed: completed, attempt_completed, transfer_observed; did you mean 'completed'",
        ),
        ({"identity": "name"}, "write_back.identity: unknown value 'name'; allowed: pseudonym"),
        ({"acceptidentifying": True}, "unknown key 'acceptidentifying'; allowed: .*did you mean 'accept_identifying'"),
        ({"version": "1.1"}, "write_back.version: unknown value '1.1'; allowed: 1.0.3, 2.0.0"),
    ],
)
def test_a_setting_that_can_not_be_meant_is_named(home: Home, changed: dict[str, object], words: str) -> None:
    settle(home, **{"endpoint": LRS, **changed})
    with pytest.raises(SettingsError, match=words) as refused:
        settings_of(home)
    assert "s3cret" not in str(refused.value)


def test_nothing_is_written_to_an_lrs_that_the_home_pulls_from(home: Home) -> None:
    settle(home, "https://lrs.example.org:443/xapi/")
    with (home.root / "settings.yml").open("a", encoding="utf-8") as file:
        file.write(f"tools: {{academy: {{connector: xapi, lrs: {{endpoint: '{LRS}'}}}}}}\n")
    with pytest.raises(SettingsError, match="the LRS that academy is pulled from"):
        settings_of(home)
