"""An HTTP server on loopback that answers whatever a script says, at the speed and with the honesty it says."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from connectors.sources.http.credentials import Credentials
from connectors.xapi.lrs.source import Source
from connectors.xapi.lrs.window import PulledWindow, pull
from tests.connectors.xapi.samples import numbered

SECRET = Credentials("reader", "s3cret-canary")
DAY = date(2024, 3, 1)


@dataclass
class Answer:
    """``is_cut``: the connection ends in the middle of the body. ``pieces``: it comes one by one, ``pause`` apart."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    is_cut: bool = False
    pause: float = 0.0
    pieces: int = 1


Script = Callable[[str, dict[str, str]], Answer]


@dataclass
class Server:
    """What listens at ``endpoint``, and every request it had: method and path, headers (lower case), body."""

    endpoint: str
    requests: list[tuple[str, dict[str, str], bytes]]
    stop: threading.Event

    @property
    def paths(self) -> list[str]:
        return [path for path, _, _ in self.requests]


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """Clients that hang up are part of the tests."""


@contextmanager
def serving(script: Script) -> Iterator[Server]:
    """Start a server that answers as a script (path, headers) says."""
    known = Server("", [], threading.Event())

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            sent = {name.lower(): value for name, value in self.headers.items()}
            known.requests.append((self.path, sent, self.rfile.read(int(sent.get("content-length", 0)))))
            answer = script(self.path, sent)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body) + (100 if answer.is_cut else 0)))
            self.end_headers()
            size = -(-len(answer.body) // answer.pieces) or 1
            for at in range(0, len(answer.body), size):
                known.stop.wait(answer.pause)
                self.wfile.write(answer.body[at : at + size])

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_: Any) -> None:
            """Tests are silent."""

    server = _Quiet(("127.0.0.1", 0), Handler)
    known.endpoint = f"http://127.0.0.1:{server.server_port}/xapi/"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield known
    finally:
        known.stop.set()
        server.shutdown()
        thread.join()
        server.server_close()


def page(*numbers: int, more: str | None = "") -> bytes:
    """A page of numbered statements, all stored on DAY."""
    statements = numbered(10)
    return json.dumps({"statements": [statements[number] for number in numbers], "more": more}, indent=1).encode()


def paged(*bodies: bytes, headers: dict[str, str] | None = None) -> Script:
    """The first page for the query, then by ``?page=n``."""

    def script(path: str, _: dict[str, str]) -> Answer:
        number = parse_qs(urlsplit(path).query).get("page", ["0"])[0]
        return Answer(bodies[int(number)], headers=headers or {})

    return script


def first(*answers: Answer, then: Script) -> Script:
    """These answers to the first requests, whatever they ask for; then as the script says."""
    left = list(answers)
    return lambda path, headers: left.pop(0) if left else then(path, headers)


def pulled(server: Server, into: Path, **settings: Any) -> PulledWindow:
    """What a pull of DAY yields."""
    start = datetime(DAY.year, DAY.month, DAY.day)
    source = Source(**{"endpoint": server.endpoint, "timeout_seconds": 5.0} | settings)
    return pull(source, SECRET, start, start.replace(day=DAY.day + 1), into / "statements.ndjson")


def pulled_ids(window: PulledWindow) -> list[str]:
    """The ids of the file, in its order, doubles included; an empty page has none."""
    found = [json.loads(line) for line in window.path.read_text(encoding="utf-8").splitlines()]
    return [statement["id"] for statement in found if "id" in statement]
