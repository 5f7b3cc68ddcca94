"""How a request says who asks. A secret is in a header, a parameter or a form of one request, and nowhere else."""

from __future__ import annotations

import time
from collections.abc import Generator
from urllib.parse import quote_plus, urlencode

import httpx
import msgspec

from connectors.errors import SettingsError, Transient
from connectors.sources.http.answers import busy, is_busy
from connectors.sources.http.credentials import Credentials

_FORM = "application/x-www-form-urlencoded"
_BEFORE_IT_ENDS_SECONDS = 30.0
"""How long before its end a token counts as ended: a page may take a while."""


class InHeader(httpx.Auth):
    """A key or token in a header of its own making: ``Authorization: Bearer …``, ``X-Api-Key: …``."""

    def __init__(self, name: str, value: str) -> None:
        self._name, self._value = name, value

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers[self._name] = self._value
        yield request


class InParameter(httpx.Auth):
    """A key in a parameter: of the form where a form is sent, otherwise of the query.

    The HTTP library would log it with the address; `connection` leaves the host alone in that log.
    """

    requires_request_body = True

    def __init__(self, name: str, value: str) -> None:
        self._name, self._value = name, value

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        sent = request.headers.get("Content-Type", "")
        if sent.startswith(_FORM) or (request.method == "POST" and not request.content):
            form = b"&".join(filter(None, (request.content, urlencode({self._name: self._value}).encode())))
            headers = request.headers.copy()
            headers["Content-Length"], headers["Content-Type"] = str(len(form)), _FORM
            extensions = request.extensions
            yield httpx.Request(request.method, request.url, headers=headers, content=form, extensions=extensions)
        else:
            request.url = request.url.copy_merge_params({self._name: self._value})
            yield request


class _Token(msgspec.Struct):
    access_token: str
    token_type: str = "Bearer"
    expires_in: float | None = None


class ClientCredentials(httpx.Auth):
    """OAuth 2.0 client credentials (RFC 6749, 4.4): a token, and one more when the server no longer takes it.

    ``in_form`` sends the client's secret in the form, for servers that don't read it from the header (2.3.1).
    """

    def __init__(
        self, token_url: str, credentials: Credentials, scope: str | None = None, *, in_form: bool = False
    ) -> None:
        self._url = token_url
        self._form = {"grant_type": "client_credentials"} | ({"scope": scope} if scope else {})
        self._basic: httpx.BasicAuth | None = None
        if in_form:
            self._form |= {"client_id": credentials.name, "client_secret": credentials.secret}
        else:
            self._basic = httpx.BasicAuth(quote_plus(credentials.name), quote_plus(credentials.secret))
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
        response = yield next(self._basic.auth_flow(asking)) if self._basic else asking
        response.read()
        token = _token(response)
        self._token = token.access_token
        lasts = token.expires_in if token.expires_in is not None else float("inf")
        self._ends_at = time.monotonic() + lasts - _BEFORE_IT_ENDS_SECONDS


def _token(response: httpx.Response) -> _Token:
    """The token of an answer. What the server says beside it is not repeated: it may hold what was sent."""
    if is_busy(response.status_code):
        raise busy("The token endpoint", response.status_code, response.headers)
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
