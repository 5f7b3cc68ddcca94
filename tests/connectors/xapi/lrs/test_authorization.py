"""OAuth 2.0 client credentials: one token for many pages, a new one when the server no longer takes the old."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qs

import httpx
import pytest

from connectors.errors import SettingsError, Transient, TryLater
from connectors.sources.http import connection
from connectors.sources.http.credentials import Credentials
from connectors.xapi.lrs.source import Source
from connectors.xapi.lrs.window import PulledWindow, pull
from tests.connectors.xapi.lrs.servers import page

SOURCE = Source(
    endpoint="https://lrs.example.org/xapi", token_url="https://login.example.org/token", scope="statements/read"
)
SECRET = Credentials("throughline", "canary+&secret")


class Provider:
    """A login server and an LRS; ``lasts`` is what it says of its tokens, ``takes`` how many pages one is good for."""

    def __init__(self, pages: int = 3, *, takes: int = 99, lasts: float | None = 3600) -> None:
        self.asked: list[httpx.Request] = []
        self.tokens: list[httpx.Request] = []
        self.takes, self.lasts, self.pages, self._used = takes, lasts, pages, 0
        self.token_answer: Callable[[], httpx.Response] = self.token

    def token(self) -> httpx.Response:
        lasts = {} if self.lasts is None else {"expires_in": self.lasts}
        return httpx.Response(200, json={"access_token": f"t{len(self.tokens)}", "token_type": "bearer"} | lasts)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == "login.example.org":
            self.tokens.append(request)
            self._used = 0
            return self.token_answer()
        self.asked.append(request)
        self._used += 1
        if request.headers["Authorization"] != f"Bearer t{len(self.tokens)}" or self._used > self.takes:
            return httpx.Response(401)
        number = int(dict(request.url.params).get("page", "0"))
        more = f"statements?page={number + 1}" if number + 1 < self.pages else ""
        return httpx.Response(200, content=page(number, more=more))


def pulled(provider: Provider, folder: Path) -> PulledWindow:
    return pull(
        SOURCE,
        SECRET,
        datetime(2024, 3, 1),
        datetime(2024, 3, 2),
        folder / "x",
        transport=httpx.MockTransport(provider),
    )


def test_one_token_opens_every_page(tmp_path: Path) -> None:
    provider = Provider()
    assert pulled(provider, tmp_path).statements == 3
    assert (len(provider.tokens), len(provider.asked)) == (1, 3)
    [asking] = provider.tokens
    assert parse_qs(asking.content.decode()) == {"grant_type": ["client_credentials"], "scope": ["statements/read"]}
    encoded = httpx.BasicAuth("throughline", "canary%2B%26secret")._auth_header
    assert asking.headers["Authorization"] == encoded, "encoded as RFC 6749, 2.3.1 wants it"


def test_a_token_that_is_no_longer_taken_is_renewed_once(tmp_path: Path) -> None:
    provider = Provider(takes=2)
    assert pulled(provider, tmp_path).statements == 3
    assert (len(provider.tokens), len(provider.asked)) == (2, 4)


@pytest.mark.parametrize(("lasts", "tokens"), [(5, 3), (None, 1)])
def test_a_token_is_renewed_before_it_ends(tmp_path: Path, lasts: float | None, tokens: int) -> None:
    provider = Provider(lasts=lasts)
    assert pulled(provider, tmp_path).statements == 3
    assert (len(provider.tokens), len(provider.asked)) == (tokens, 3)


def test_a_new_token_that_is_not_taken_ends_the_pull(tmp_path: Path) -> None:
    provider = Provider(takes=0)
    with pytest.raises(SettingsError, match="401"):
        pulled(provider, tmp_path)
    assert (len(provider.tokens), len(provider.asked)) == (1, 1)


@pytest.mark.parametrize(
    ("answer", "error", "told"),
    [
        (httpx.Response(401, text="canary"), SettingsError, "answers 401: check token_url"),
        (httpx.Response(503), TryLater, "token endpoint answers 503"),
        (httpx.Response(200, text="<html>canary"), Transient, "not with a token"),
        (httpx.Response(200, json={"access_token": "canary", "token_type": "mac"}), SettingsError, "bearer"),
        (httpx.Response(302, headers={"Location": "https://evil.example"}), SettingsError, "answers 302"),
    ],
)
def test_a_token_endpoint_that_gives_none_is_told_from_the_lrs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: httpx.Response, error: type[Exception], told: str
) -> None:
    monkeypatch.setattr(connection, "_ATTEMPTS", 1)
    provider = Provider()
    provider.token_answer = lambda: answer
    with pytest.raises(error, match=told) as raised:
        pulled(provider, tmp_path)
    assert provider.asked == []
    assert "canary" not in f"{raised.value!r} {json.dumps(str(raised.value.__context__))}"
