"""How a request says who asks. A secret is in a header or a form of one request, and nowhere else."""

from __future__ import annotations

import time
from collections.abc import Generator
from urllib.parse import quote_plus

import httpx
import msgspec

from connectors.errors import SettingsError, Transient
from connectors.xapi.lrs.answers import busy
from connectors.xapi.lrs.source import Credentials, Source

_BEFORE_IT_ENDS_SECONDS = 30.0
"""How long before its end a token counts as ended: a page may take a while."""


def authorization(source: Source, credentials: Credentials) -> httpx.Auth:
    """Basic authentication, or a token that is got and renewed where settings name a ``token_url``."""
    if source.token_url is None:
        return httpx.BasicAuth(credentials.name, credentials.secret)
    return ClientCredentials(source.token_url, credentials, source.scope)


class _Token(msgspec.Struct):
    access_token: str
    token_type: str = "Bearer"
    expires_in: float | None = None


class ClientCredentials(httpx.Auth):
    """OAuth 2.0 client credentials (RFC 6749, 4.4): a token, and one more when the server no longer takes it."""

    def __init__(self, token_url: str, credentials: Credentials, scope: str | None = None) -> None:
        self._url = token_url
        self._basic = httpx.BasicAuth(quote_plus(credentials.name), quote_plus(credentials.secret))  # RFC 6749, 2.3.1
        self._form = {"grant_type": "client_credentials"} | ({"scope": scope} if scope else {})
        self._token: str | None = None
        self._ends_at = 0.0

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Not ``auth_flow``: that would read answers of any size into memory before they are looked at."""
        is_new = self._token is None or time.monotonic() >= self._ends_at
        if is_new:
            yield from self._renewed()
        request.headers["Authorization"] = f"Bearer {self._token}"
        response = yield request
        if response.status_code == 401 and not is_new:
            yield from self._renewed()
            request.headers["Authorization"] = f"Bearer {self._token}"
            yield request

    def _renewed(self) -> Generator[httpx.Request, httpx.Response, None]:
        asking = httpx.Request("POST", self._url, data=self._form, headers={"Accept": "application/json"})
        response = yield next(self._basic.auth_flow(asking))
        response.read()
        token = _token(response)
        self._token = token.access_token
        lasts = token.expires_in if token.expires_in is not None else float("inf")
        self._ends_at = time.monotonic() + lasts - _BEFORE_IT_ENDS_SECONDS


def _token(response: httpx.Response) -> _Token:
    """The token of an answer. What the server says beside it is not repeated: it may hold what was sent."""
    if response.status_code == 429 or response.status_code >= 500:
        raise busy("The token endpoint", response)
    if response.status_code != 200:
        raise SettingsError(
            f"The token endpoint answers {response.status_code}: check token_url, scope, client id and client secret."
        )
    try:
        token = msgspec.json.decode(response.content, type=_Token)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Transient("The token endpoint answers 200, but not with a token.") from None
    if token.token_type.lower() != "bearer":
        raise SettingsError("The token endpoint answers with a token that is not a bearer token; no other is known.")
    return token
