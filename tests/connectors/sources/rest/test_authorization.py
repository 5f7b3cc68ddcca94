"""How a pull proves who asks: each kind as the server sees it, and none of it in a log or a message."""

from __future__ import annotations

import base64
import logging
from pathlib import Path

import pytest

from connectors.errors import SettingsError
from tests.connectors.sources.rest.small_api import SECRET, Serve, acme, pulled
from tests.scripted_server import Answer, Asked, answering

GET, POST = "{path: /people, parameters: {a: b c}}", "{path: /people, method: POST, parameters: {a: b c}}"


@pytest.mark.parametrize(
    ("authorization", "pull", "secrets", "header", "query", "form"),
    [
        ("{kind: none}", GET, (), None, {"a": "b c"}, {}),
        ("{kind: bearer}", GET, (SECRET,), ("authorization", f"Bearer {SECRET}"), {"a": "b c"}, {}),
        ("{kind: header, name: X-Api-Key}", GET, (SECRET,), ("x-api-key", SECRET), {"a": "b c"}, {}),
        (
            "{kind: header, name: Authorization, prefix: 'Token token='}", GET, (SECRET,),
            ("authorization", f"Token token={SECRET}"), {"a": "b c"}, {},
        ),
        ("{kind: parameter, name: key}", GET, (SECRET,), None, {"a": "b c", "key": SECRET}, {}),
        ("{kind: parameter, name: key}", "{path: /people}", (SECRET,), None, {"key": SECRET}, {}),
        ("{kind: parameter, name: key}", POST, (SECRET,), None, {}, {"a": "b c", "key": SECRET}),
        ("{kind: parameter, name: key}", "{path: /people, method: POST}", (SECRET,), None, {}, {"key": SECRET}),
        (
            "{kind: parameter, name: key}", "{path: /people, method: POST, send: json}", (SECRET,), None,
            {"key": SECRET}, {},
        ),
        (
            "{kind: basic}", GET, ("reader", SECRET),
            ("authorization", "Basic " + base64.b64encode(f"reader:{SECRET}".encode()).decode()), {"a": "b c"}, {},
        ),
        (
            "{kind: basic, password: x}", GET, (SECRET,),
            ("authorization", "Basic " + base64.b64encode(f"{SECRET}:x".encode()).decode()), {"a": "b c"}, {},
        ),
    ],
)  # fmt: skip
def test_a_secret_goes_where_it_is_declared_to_go(
    serve: Serve,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    authorization: str,
    pull: str,
    secrets: tuple[str, ...],
    header: tuple[str, str] | None,
    query: dict[str, str],
    form: dict[str, str],
) -> None:
    caplog.set_level(logging.DEBUG)
    server = serve(lambda _: answering({"items": []}))
    pulled(acme(tmp_path, pull, authorization=authorization), server, tmp_path, secrets=secrets)
    (asked,) = server.requests
    assert (asked.query, asked.form if asked.method == "POST" and "json" not in pull else {}) == (query, form)
    if header:
        assert asked.headers[header[0]] == header[1]
    assert "canary" not in caplog.text


@pytest.mark.parametrize("in_form", [True, False])
def test_a_token_is_got_for_the_clients_credentials(serve: Serve, tmp_path: Path, in_form: bool) -> None:
    def script(asked: Asked) -> Answer:
        if asked.resource == "/token":
            return answering({"access_token": "t1", "expires_in": 60, "token_type": "bearer"})
        return answering({"items": []}) if asked.headers["authorization"] == "Bearer t1" else Answer(status=401)

    server = serve(script)
    kind = f"{{kind: client_credentials, token_path: /token, in_form: {str(in_form).lower()}, scope: read}}"
    pulled(acme(tmp_path, authorization=kind), server, tmp_path, secrets=("client", SECRET))
    token = server.requests[0]
    assert token.form["scope"] == "read"
    assert ("client_secret" in token.form, "authorization" in token.headers) == (in_form, not in_form)


def test_a_token_endpoint_that_refuses_is_no_secret_told(serve: Serve, tmp_path: Path) -> None:
    kind = "{kind: client_credentials, token_path: /token}"
    server = serve(lambda _: Answer(b"canary", status=401))
    with pytest.raises(SettingsError, match="token endpoint answers 401: check token_url") as raised:
        pulled(acme(tmp_path, authorization=kind), server, tmp_path, secrets=("client", SECRET))
    assert "canary" not in f"{raised.value!r}"
    assert len(server.requests) == 1
