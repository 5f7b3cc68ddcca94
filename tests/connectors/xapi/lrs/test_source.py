"""Settings name the LRS, the environment or a file holds the secret, and a mistake is told without repeating one."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from connectors.errors import SettingsError
from connectors.sources.http.credentials import Credentials
from connectors.xapi.lrs.source import Source, credentials, source

ENDPOINT = "https://lrs.example.org/xapi"
BASIC = Source(endpoint=ENDPOINT)
OAUTH = Source(endpoint=ENDPOINT, token_url="https://login.example.org/token")


def test_a_tool_without_an_lrs_has_no_source() -> None:
    assert source("xapi", {}) is source("xapi", {"lrs": {}}) is None


def test_an_endpoint_is_enough() -> None:
    found = source("xapi", {"lrs": {"endpoint": f"{ENDPOINT}/"}})
    assert found is not None
    assert (found.statements, found.version, found.since) == (f"{ENDPOINT}/statements", "1.0.3", date(2024, 1, 1))


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"endpoint": "http://lrs.example.org/xapi"}, "lrs: endpoint: should begin with https://"),
        ({"endpoint": "ftp://lrs.example.org"}, "https://"),
        ({"endpoint": "https://me:canary@lrs.example.org/xapi"}, "without a user name or password"),
        ({"endpoint": "https:///xapi"}, "should be an address"),
        ({"endpoint": ENDPOINT, "token_url": "http://canary.example.org"}, "token_url: should begin with https://"),
        ({"endpoint": ENDPOINT, "password": "canary"}, "password: is not a setting; known are endpoint, version"),
        ({"endpoint": ENDPOINT, "version": "0.95"}, "version: Input should be '1.0.3' or '2.0.0'"),
        ({"endpoint": ENDPOINT, "overlap_minutes": -1}, "overlap_minutes"),
        ({"version": "1.0.3"}, "endpoint: Field required"),
        ("canary", "lrs: Input should be"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_without_its_value(given: object, told: str) -> None:
    with pytest.raises(SettingsError, match=told) as raised:
        source("academy_lrs", {"lrs": given})
    assert "tools.academy_lrs.lrs" in str(raised.value)
    assert "canary" not in f"{raised.value} {raised.value.__cause__}"


def test_secrets_are_the_tools_own(monkeypatch: pytest.MonkeyPatch) -> None:
    for tool in ("XAPI", "ACADEMY_LRS"):
        monkeypatch.setenv(f"THROUGHLINE_{tool}_USERNAME", f"reader of {tool}")
        monkeypatch.setenv(f"THROUGHLINE_{tool}_PASSWORD", f"canary of {tool}")
    assert credentials("xapi", BASIC) == Credentials("reader of XAPI", "canary of XAPI")
    assert credentials("academy_lrs", BASIC) == Credentials("reader of ACADEMY_LRS", "canary of ACADEMY_LRS")


def test_a_secret_may_lie_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").write_text("canary\n")
    monkeypatch.setenv("THROUGHLINE_XAPI_CLIENT_ID", "throughline")
    monkeypatch.setenv("THROUGHLINE_XAPI_CLIENT_SECRET_FILE", str(tmp_path / "secret"))
    assert credentials("xapi", OAUTH) == Credentials("throughline", "canary")


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THROUGHLINE_XAPI_USERNAME", "canary")
    with pytest.raises(SettingsError, match=r"set THROUGHLINE_XAPI_PASSWORD \(or the same with _FILE") as raised:
        credentials("xapi", BASIC)
    assert "canary" not in str(raised.value)
    with pytest.raises(SettingsError, match="THROUGHLINE_XAPI_CLIENT_ID and THROUGHLINE_XAPI_CLIENT_SECRET"):
        credentials("xapi", OAUTH)


def test_a_secret_file_that_is_not_there_is_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THROUGHLINE_XAPI_USERNAME_FILE", str(tmp_path / "none"))
    with pytest.raises(SettingsError, match=r"THROUGHLINE_XAPI_USERNAME_FILE names can't be read \(FileNotFound"):
        credentials("xapi", BASIC)


def test_a_secret_does_not_show() -> None:
    assert "canary" not in f"{Credentials('canary', 'canary')!r} {OAUTH!r}"
