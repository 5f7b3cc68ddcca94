"""Pages are got from whatever a server answers, or an error says what to do; credentials go to one host only."""

from __future__ import annotations

import gzip
import json
import logging
import shutil
import ssl
import subprocess
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path
from threading import Thread

import httpx
import pytest

from connectors.errors import SettingsError, Transient, TryLater
from connectors.sources.http import answers, connection, track
from connectors.xapi.lrs.client import Client
from connectors.xapi.lrs.source import Source
from tests.connectors.xapi.lrs.conftest import Serve
from tests.connectors.xapi.lrs.servers import SECRET, page, paged, pulled, pulled_ids
from tests.connectors.xapi.samples import Read, numbered
from tests.scripted_server import Answer, Asked, Server, first

IDS = [statement["id"] for statement in numbered(10)]
HTML = Answer(b"<html>Sign in</html>", headers={"Content-Type": "text/html; charset=utf-8"})


def test_pages_become_an_original_that_is_read_like_any_other(serve: Serve, tmp_path: Path, read: Read) -> None:
    through = {"X-Experience-API-Consistent-Through": "2024-03-02T00:00:00Z"}
    bodies = (page(0, 1, more="/xapi/statements?page=1"), page(2, more="statements?page=2"), page(3, more=None))
    server = serve(paged(*bodies, headers=through))
    window = pulled(server, tmp_path)
    assert (window.pages, window.statements, window.version) == (3, 4, "1.0.3")
    assert window.consistent_through == "2024-03-02T00:00:00Z"
    assert pulled_ids(window) == IDS[:4]
    assert read(window.path).counts() == (4, 4, 0, 0)


def test_the_query_asks_for_stored_in_order_and_a_little_before_the_window(serve: Serve, tmp_path: Path) -> None:
    server = serve(paged(page()))
    assert pulled(server, tmp_path, limit=250).statements == 0
    [asked] = server.requests
    assert asked.resource == "/xapi/statements"
    assert asked.query == {
        "since": "2024-02-29T23:45:00.000Z",
        "until": "2024-03-02T00:00:00.000Z",
        "ascending": "true",
        "limit": "250",
        "format": "exact",
        "attachments": "false",
    }
    assert asked.headers["x-experience-api-version"] == "1.0.3"
    assert asked.headers["authorization"].startswith("Basic ")


@pytest.mark.parametrize(("configured", "spoken"), [("1.0.3", "2.0.0"), ("2.0.0", "1.0.3")])
def test_the_other_version_is_spoken_where_the_first_is_refused(
    serve: Serve, tmp_path: Path, configured: str, spoken: str
) -> None:
    pages = paged(page(0, more="statements?page=1"), page(1))
    server = serve(
        lambda asked: pages(asked) if asked.headers["x-experience-api-version"] == spoken else Answer(status=400)
    )
    window = pulled(server, tmp_path, version=configured)
    assert (window.version, window.statements) == (spoken, 2)
    assert [asked.headers["x-experience-api-version"] for asked in server.requests] == [configured, spoken, spoken]


def test_a_next_page_may_be_named_in_full(serve: Serve, tmp_path: Path) -> None:
    def script(asked: Asked) -> Answer:
        return paged(page(0, more=f"http://{asked.headers['host']}/xapi/statements?page=1"), page(1))(asked)

    server = serve(script)
    assert pulled_ids(pulled(server, tmp_path)) == IDS[:2]


@pytest.mark.parametrize(
    "more",
    [
        "http://127.0.0.2:9/statements?page=1",
        "//evil.example/statements",
        "https://127.0.0.1/x",
        "gopher://127.0.0.1/x",
    ],
)
def test_a_next_page_on_another_host_is_refused(serve: Serve, tmp_path: Path, more: str) -> None:
    server = serve(paged(page(0, more=more)))
    with pytest.raises(SettingsError, match="not sent to another"):
        pulled(server, tmp_path)
    assert len(server.requests) == 1


def test_a_next_page_that_leaves_https_is_said_to_do_so() -> None:
    """Behind a proxy that ends TLS, an LRS often takes itself for http."""
    source = Source(endpoint="https://lrs.example.org/xapi")
    body = page(0, more="http://reader:pa55@lrs.example.org/xapi/statements?page=1")
    client = Client(source, SECRET, httpx.MockTransport(lambda _: httpx.Response(200, content=body)))
    with client, pytest.raises(SettingsError, match=r"names http://lrs\.example\.org for its next page") as raised:
        list(client.pages({}))
    assert "pa55" not in str(raised.value)


@pytest.mark.parametrize("line_break", [b"\r\n", b"\n"])
@pytest.mark.parametrize("boundary", ["4f2a", '"4f 2a"'])
def test_attachments_that_nobody_asked_for_are_left(
    serve: Serve, tmp_path: Path, boundary: str, line_break: bytes
) -> None:
    mark = b"--" + boundary.strip('"').encode()
    parts = [b"", mark, b"Content-Type: application/json", b"X: y", b"", page(0, 1)]
    parts += [mark, b"X-Experience-API-Hash: 495395e7", b"", b"%PDF-1.4 \x00\xff {", mark + b"--", b""]
    kind = {"Content-Type": f"multipart/mixed; boundary={boundary}; charset=utf-8"}
    server = serve(paged(line_break.join(parts), headers=kind))
    assert pulled_ids(pulled(server, tmp_path)) == IDS[:2]


def test_a_part_without_its_end_is_no_page(serve: Serve, tmp_path: Path) -> None:
    body = b"--b\r\nContent-Type: application/json\r\n\r\n" + page(0, 1)[:-30]
    with pytest.raises(Transient, match="not with a whole page"):
        pulled(serve(paged(body, headers={"Content-Type": "multipart/mixed; boundary=b"})), tmp_path)


def test_a_byte_order_mark_is_no_part_of_a_page(serve: Serve, tmp_path: Path) -> None:
    server = serve(paged(b"\xef\xbb\xbf" + page(0, 1)))
    assert pulled_ids(pulled(server, tmp_path)) == IDS[:2]


@pytest.mark.parametrize("more", ["http://[/statements", "/statements?\x00page=1"])
def test_a_next_page_that_is_no_address_is_no_crash(serve: Serve, tmp_path: Path, more: str) -> None:
    with pytest.raises(Transient):
        pulled(serve(paged(page(0, more=more))), tmp_path)


def test_a_redirect_is_not_followed(serve: Serve, tmp_path: Path) -> None:
    other = serve(paged(page(0)))
    server = serve(lambda *_: Answer(status=302, headers={"Location": other.endpoint}))
    with pytest.raises(SettingsError, match="redirect"):
        pulled(server, tmp_path)
    assert other.requests == []


@pytest.mark.parametrize(
    ("answer", "error", "message"),
    [
        (Answer(status=500), TryLater, "answers 500"),
        (Answer(status=503, headers={"Retry-After": "300"}), TryLater, "wait 300 seconds"),
        (Answer(status=429, headers={"Retry-After": "soon"}), TryLater, r"answers 429\."),
        (Answer(status=401), SettingsError, "credentials"),
        (Answer(status=403), SettingsError, "right to read"),
        (Answer(status=404), SettingsError, "endpoint"),
        (Answer(status=400), SettingsError, "refuses the query"),
        (Answer(status=408), Transient, r"answers 408\."),
        (Answer(status=413), Transient, "set `limit`"),
        (HTML, Transient, r"answers 200 \(text/html\), but not with a whole page"),
        (Answer(page(0)[:-20]), Transient, "not with a whole page"),
        (Answer(b'{"statements": {"id": 1}}'), Transient, "not with a whole page"),
        (Answer(b'{"more": ""}'), Transient, "not with a whole page"),
        (Answer(b"[" * 5000), Transient, "not with a whole page"),
        (Answer(b"[" * 5000 + b"]" * 5000), Transient, "not with a whole page"),
        (Answer(b'{"more": ' + b"[" * 5000 + b"]" * 5000 + b"}"), Transient, "not with a whole page"),
        (Answer(page(0), is_cut=True), Transient, "did not answer in full"),
        (Answer(b"no gzip", headers={"Content-Encoding": "gzip"}), Transient, "did not answer in full"),
    ],
)
def test_trouble_leaves_no_file_and_says_what_to_do_without_the_secret(
    serve: Serve, tmp_path: Path, caplog: pytest.LogCaptureFixture, answer: Answer, error: type[Exception], message: str
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(error, match=message) as raised:
        pulled(serve(lambda *_: answer), tmp_path)
    assert not (tmp_path / "statements.ndjson").exists()
    shown = f"{raised.value!r} {raised.value.__cause__!r} {raised.value.__context__!r} {SECRET!r} {caplog.text}"
    assert "canary" not in shown
    assert "czNjcmV0" not in shown


@pytest.mark.parametrize(
    "answer",
    [Answer(status=500), Answer(status=429), HTML, Answer(page(2)[:-20]), Answer(page(2), is_cut=True)],
    ids=["500", "429", "html", "truncated", "cut"],
)
def test_a_page_that_fails_is_asked_for_again_and_the_pages_before_it_are_not(
    serve: Serve, tmp_path: Path, answer: Answer
) -> None:
    pages = paged(page(0, 1, more="statements?page=1"), page(2, 3))
    troubled = first(answer, answer, then=pages)
    server = serve(lambda asked: (troubled if "page=1" in asked.path else pages)(asked))
    assert pulled_ids(pulled(server, tmp_path)) == IDS[:4]
    assert ["page=1" in path for path in server.paths] == [False, True, True, True]


def test_a_server_that_stays_broken_is_asked_five_times(serve: Serve, tmp_path: Path) -> None:
    server = serve(lambda *_: Answer(status=502))
    with pytest.raises(TryLater):
        pulled(server, tmp_path)
    assert len(server.requests) == 5


@pytest.mark.parametrize("answer", [Answer(status=403), Answer(status=404)])
def test_what_does_not_get_right_by_waiting_is_asked_once(serve: Serve, tmp_path: Path, answer: Answer) -> None:
    server = serve(lambda *_: answer)
    with pytest.raises(SettingsError):
        pulled(server, tmp_path)
    assert len(server.requests) == 1


def test_a_server_that_says_how_long_to_wait_is_not_asked_sooner(serve: Serve, tmp_path: Path) -> None:
    busy = Answer(status=429, headers={"Retry-After": "1"})
    began = time.monotonic()
    pulled(serve(first(busy, then=paged(page(0)))), tmp_path)
    assert time.monotonic() - began >= 1


def test_a_wait_that_is_too_long_to_sleep_through_is_handed_on(serve: Serve, tmp_path: Path) -> None:
    server = serve(lambda *_: Answer(status=429, headers={"Retry-After": "120"}))
    with pytest.raises(TryLater) as raised:
        pulled(server, tmp_path)
    assert (raised.value.wait_seconds, len(server.requests)) == (120, 1)


def test_a_wait_may_be_told_as_a_date(serve: Serve, tmp_path: Path) -> None:
    until = format_datetime(datetime.now(UTC) + timedelta(minutes=10), usegmt=True)
    with pytest.raises(TryLater) as raised:
        pulled(serve(lambda *_: Answer(status=503, headers={"Retry-After": until})), tmp_path)
    assert raised.value.wait_seconds == pytest.approx(600, abs=10)


def test_waits_that_were_asked_for_are_spread() -> None:
    waits = {answers.patience(TryLater("busy", 10)) for _ in range(50)}
    assert len(waits) > 40
    assert min(waits) >= 10
    assert max(waits) < 13


def test_pages_in_a_circle_end(serve: Serve, tmp_path: Path) -> None:
    server = serve(paged(page(0, more="statements?page=1"), page(1, more="statements?page=1")))
    with pytest.raises(Transient, match="circle"):
        pulled(server, tmp_path)
    assert len(server.requests) == 2


def test_the_same_page_under_ever_new_addresses_ends(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(track, "_MOST_REPEATED_PAGES", 5)
    server = serve(lambda asked: Answer(page(0, more=f"statements?page={len(asked.path)}&{asked.path[-9:]}0")))
    with pytest.raises(Transient, match="its last 6 pages held what was read before"):
        pulled(server, tmp_path)
    assert len(server.requests) == 7


def test_pages_without_statements_on_the_way_are_no_end(serve: Serve, tmp_path: Path) -> None:
    bodies = [
        page(0, more="statements?page=1"),
        page(more="statements?page=2"),
        page(more="statements?page=3"),
        page(1),
    ]
    assert pulled_ids(pulled(serve(paged(*bodies)), tmp_path)) == IDS[:2]


def test_a_link_that_has_expired_is_tried_again_later(serve: Serve, tmp_path: Path) -> None:
    server = serve(
        lambda asked: Answer(status=400) if "page=1" in asked.path else Answer(page(0, more="statements?page=1"))
    )
    with pytest.raises(Transient, match="expire"):
        pulled(server, tmp_path)


@pytest.mark.parametrize("media_type", ["text/plain", "text/html", "application/octet-stream", ""])
def test_a_page_is_a_page_whatever_its_media_type_claims(serve: Serve, tmp_path: Path, media_type: str) -> None:
    server = serve(paged(page(0, 1), headers={"Content-Type": media_type}))
    assert pulled(server, tmp_path).statements == 2


def test_a_statement_that_is_nested_too_deeply_keeps_no_day_from_being_pulled(serve: Serve, tmp_path: Path) -> None:
    deep = b'{"stored": "2024-03-01T12:00:00Z", "more": "no", "result": ' + b"[" * 3000 + b"]" * 3000 + b"}"
    first_page = page(0, 1, more="statements?page=1").replace(b'"statements": [', b'"statements": [' + deep + b",")
    window = pulled(serve(paged(first_page, page(2))), tmp_path)
    assert (window.pages, window.statements) == (2, 4)
    assert deep in window.path.read_bytes().splitlines()


def test_a_compressed_page_is_read(serve: Serve, tmp_path: Path) -> None:
    server = serve(paged(gzip.compress(page(0, 1)), headers={"Content-Encoding": "gzip"}))
    assert pulled_ids(pulled(server, tmp_path)) == IDS[:2]


def test_a_server_that_does_not_answer_is_given_up_on(serve: Serve, tmp_path: Path) -> None:
    server = serve(lambda *_: (server.stop.wait(5), Answer(page(0)))[1])
    with pytest.raises(Transient, match="did not answer"):
        pulled(server, tmp_path, timeout_seconds=0.05)
    assert len(server.requests) == 5


def test_a_server_that_sends_ever_so_slowly_is_given_up_on(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "_SLOWEST", 2)
    monkeypatch.setattr(connection, "_ATTEMPTS", 1)
    server = serve(lambda *_: Answer(page(0, 1, 2), pieces=100, pause=0.05))
    with pytest.raises(Transient, match="whole answer within"):
        pulled(server, tmp_path, timeout_seconds=0.2)


def test_a_slow_server_is_waited_for(serve: Serve, tmp_path: Path) -> None:
    server = serve(lambda *_: Answer(page(0), pieces=5, pause=0.05))
    assert pulled(server, tmp_path, timeout_seconds=0.5).statements == 1


def test_a_page_without_end_is_not_read_to_its_end(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "_MOST_BYTES", 1 << 20)
    bomb = gzip.compress(b" " * (1 << 22) + page(0))
    with pytest.raises(SettingsError, match="`limit`"):
        pulled(serve(paged(bomb, headers={"Content-Encoding": "gzip"})), tmp_path)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl to make a certificate")
def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-keyout", key, "-out", certificate], check=True, capture_output=True
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    secure = HTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler)
    secure.handle_error = lambda *_: None  # type: ignore[method-assign]
    secure.socket = context.wrap_socket(secure.socket, server_side=True, do_handshake_on_connect=False)
    thread = Thread(target=secure.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        with pytest.raises(SettingsError, match="SSL_CERT_FILE"):
            pulled(Server(f"https://127.0.0.1:{secure.server_port}/xapi"), tmp_path)
    finally:
        secure.shutdown()
        thread.join()
        secure.server_close()


def test_what_is_written_is_what_was_sent_to_the_byte(serve: Serve, tmp_path: Path) -> None:
    odd = b'{"id": "\\u0036690e6c9-3ef0-4ed3-8b37-7f3964730bee",\r\n "a": 1.0e0, "a": 1, "stored": "2024-03-01T01:00:00Z"}'
    body = b'{"statements": [' + odd + b', {"stored":"2024-03-01T02:00:00Z"}, 7, null], "more": ""}'
    window = pulled(serve(paged(body)), tmp_path)
    assert window.path.read_bytes().splitlines() == [
        odd.replace(b"\r\n", b"  "), b'{"stored":"2024-03-01T02:00:00Z"}', b"7", b"null"
    ]  # fmt: skip
    assert json.loads(window.path.read_bytes().splitlines()[0])["a"] == 1
