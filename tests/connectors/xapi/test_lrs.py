"""A window is pulled whole from whatever a server answers, or not at all; credentials go to one host only."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors.errors import SettingsError, Transient
from connectors.xapi.lrs import Credentials, PulledWindow, TryLater, pull
from tests.connectors.xapi.samples import Read, numbered

SECRET = Credentials("reader", "s3cret-canary")


@dataclass
class Answer:
    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    is_cut: bool = False


Script = Callable[[str, dict[str, str]], Answer]


@dataclass
class Server:
    endpoint: str
    requests: list[tuple[str, dict[str, str]]]


class Quiet(ThreadingHTTPServer):
    def handle_error(self, *_: Any) -> None:
        """Clients that hang up are part of the tests."""


@pytest.fixture
def serve() -> Iterator[Callable[[Script], Server]]:
    """Start servers on loopback that answer as a script (path, headers) says."""
    running: list[tuple[ThreadingHTTPServer, threading.Thread]] = []

    def start(script: Script) -> Server:
        requests: list[tuple[str, dict[str, str]]] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                sent = {name.lower(): value for name, value in self.headers.items()}
                requests.append((self.path, sent))
                answer = script(self.path, sent)
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body) + (100 if answer.is_cut else 0)))
                self.end_headers()
                self.wfile.write(answer.body)

            def log_message(self, *_: Any) -> None:
                """Tests are silent."""

        server = Quiet(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        running.append((server, thread))
        return Server(f"http://127.0.0.1:{server.server_port}/xapi/", requests)

    yield start
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()


def page(*numbers: int, more: str | None = "") -> bytes:
    statements = numbered(10)
    return json.dumps({"statements": [statements[number] for number in numbers], "more": more}, indent=1).encode()


def pulled(server: Server, into: Path, timeout: float = 5.0) -> PulledWindow:
    return pull(
        server.endpoint, SECRET, datetime(2024, 3, 1), datetime(2024, 3, 2), into / "pages.ndjson", timeout=timeout
    )


def paged(*bodies: bytes, headers: dict[str, str] | None = None) -> Script:
    """The first page for the query, then by ``?page=n``."""

    def script(path: str, _: dict[str, str]) -> Answer:
        number = parse_qs(urlsplit(path).query).get("page", ["0"])[0]
        return Answer(bodies[int(number)], headers=headers or {})

    return script


def test_pages_become_an_original_that_is_read_like_any_other(
    serve: Callable[[Script], Server], tmp_path: Path, read: Read
) -> None:
    through = {"X-Experience-API-Consistent-Through": "2024-03-02T00:00:00Z"}
    bodies = (page(0, 1, more="/xapi/statements?page=1"), page(2, more="statements?page=2"), page(3, more=None))
    server = serve(paged(*bodies, headers=through))
    window = pulled(server, tmp_path)
    assert (window.pages, window.statements, window.version, window.consistent_through) == (
        3,
        4,
        "1.0.3",
        "2024-03-02T00:00:00Z",
    )
    assert window.path.read_bytes().count(b"\n") == 3
    assert read(window.path).counts() == (4, 4, 0, 0)


def test_the_query_asks_for_stored_in_order_and_a_little_before_the_window(
    serve: Callable[[Script], Server], tmp_path: Path
) -> None:
    server = serve(paged(page()))
    assert pulled(server, tmp_path).statements == 0
    [(path, headers)] = server.requests
    assert urlsplit(path).path == "/xapi/statements"
    assert parse_qs(urlsplit(path).query) == {
        "since": ["2024-02-29T23:45:00.000Z"],
        "until": ["2024-03-02T00:00:00.000Z"],
        "ascending": ["true"],
        "format": ["exact"],
        "attachments": ["false"],
    }
    assert headers["x-experience-api-version"] == "1.0.3"
    assert headers["authorization"].startswith("Basic ")


def test_the_other_version_is_spoken_where_the_first_is_refused(
    serve: Callable[[Script], Server], tmp_path: Path
) -> None:
    def script(_: str, headers: dict[str, str]) -> Answer:
        return Answer(page(0)) if headers["x-experience-api-version"] == "2.0.0" else Answer(status=400)

    server = serve(script)
    assert pulled(server, tmp_path).version == "2.0.0"
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "more", ["http://127.0.0.2:9/statements?page=1", "//evil.example/statements", "https://127.0.0.1/x"]
)
def test_a_next_page_on_another_host_is_refused(serve: Callable[[Script], Server], tmp_path: Path, more: str) -> None:
    server = serve(paged(page(0, more=more)))
    with pytest.raises(SettingsError, match="not sent to another"):
        pulled(server, tmp_path)
    assert len(server.requests) == 1


def test_a_redirect_is_not_followed(serve: Callable[[Script], Server], tmp_path: Path) -> None:
    other = serve(paged(page(0)))
    server = serve(lambda *_: Answer(status=302, headers={"Location": other.endpoint}))
    with pytest.raises(SettingsError, match="redirect"):
        pulled(server, tmp_path)
    assert other.requests == []


@pytest.mark.parametrize(
    ("answer", "error", "message"),
    [
        (Answer(status=500), TryLater, "answers 500"),
        (Answer(status=503, headers={"Retry-After": "30"}), TryLater, "wait 30 seconds"),
        (Answer(status=429, headers={"Retry-After": "Fri, 01 Mar 2024 00:00:00 GMT"}), TryLater, "answers 429"),
        (Answer(status=401), SettingsError, "user name"),
        (Answer(status=403), SettingsError, "right to read"),
        (Answer(status=404), SettingsError, "endpoint"),
        (Answer(status=400), SettingsError, "refuses the query"),
        (Answer(b"<html>Sign in</html>"), Transient, "not with a whole page"),
        (Answer(page(0)[:-20]), Transient, "not with a whole page"),
        (Answer(page(0), is_cut=True), Transient, "did not answer in full"),
    ],
)
def test_trouble_leaves_no_file_and_says_what_to_do_without_the_secret(
    serve: Callable[[Script], Server], tmp_path: Path, answer: Answer, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message) as raised:
        pulled(serve(lambda *_: answer), tmp_path)
    assert not (tmp_path / "pages.ndjson").exists()
    shown = f"{raised.value!r} {raised.value.__cause__!r} {SECRET!r}"
    assert "canary" not in shown
    assert "czNjcmV0" not in shown


def test_how_long_to_wait_is_told(serve: Callable[[Script], Server], tmp_path: Path) -> None:
    with pytest.raises(TryLater) as raised:
        pulled(serve(lambda *_: Answer(status=429, headers={"Retry-After": "7"})), tmp_path)
    assert raised.value.wait_seconds == 7


def test_pages_in_a_circle_end(serve: Callable[[Script], Server], tmp_path: Path) -> None:
    server = serve(paged(page(0, more="statements?page=1"), page(1, more="statements?page=1")))
    with pytest.raises(Transient, match="circle"):
        pulled(server, tmp_path)
    assert len(server.requests) == 2


def test_a_link_that_has_expired_is_tried_again_later(serve: Callable[[Script], Server], tmp_path: Path) -> None:
    server = serve(
        lambda path, _: Answer(status=400) if "page=1" in path else Answer(page(0, more="statements?page=1"))
    )
    with pytest.raises(Transient, match="expire"):
        pulled(server, tmp_path)


def test_a_server_that_does_not_answer_is_given_up_on(serve: Callable[[Script], Server], tmp_path: Path) -> None:
    stop = threading.Event()

    def script(*_: Any) -> Answer:
        stop.wait(5)
        return Answer(page(0))

    server = serve(script)
    try:
        with pytest.raises(Transient, match="did not answer"):
            pulled(server, tmp_path, timeout=0.1)
    finally:
        stop.set()


@pytest.mark.parametrize(
    "endpoint", ["http://lrs.example.org/xapi", "ftp://lrs.example.org", "https://me:secret@lrs.example.org/xapi"]
)
def test_an_endpoint_that_would_give_the_password_away_is_refused(endpoint: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as raised:
        pull(endpoint, SECRET, datetime(2024, 3, 1), datetime(2024, 3, 2), tmp_path / "pages.ndjson")
    assert "secret@" not in str(raised.value)
