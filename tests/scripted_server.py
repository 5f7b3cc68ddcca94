"""An HTTP server on loopback that answers whatever a script says, at the speed and with the honesty it says."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from connectors.sources.http import connection


@dataclass(frozen=True)
class Asked:
    """A request as the server had it. Names of headers are in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def query(self) -> dict[str, str]:
        """The parameters of the address; of those that repeat, the last."""
        return dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    @property
    def resource(self) -> str:
        """The path without the parameters."""
        return urlsplit(self.path).path


@dataclass
class Answer:
    """``is_cut``: the connection ends in the middle of the body; ``is_silent``: before anything is said. ``pieces``:
    the body comes one by one, ``pause`` apart."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    is_cut: bool = False
    is_silent: bool = False
    pause: float = 0.0
    pieces: int = 1


Script = Callable[[Asked], Answer]


@dataclass
class Server:
    """What listens at ``endpoint``, and every request it had. ``stop`` is set when it ends."""

    endpoint: str = ""
    requests: list[Asked] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def paths(self) -> list[str]:
        return [asked.path for asked in self.requests]


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """Clients that hang up are part of the tests."""


@contextmanager
def serving(script: Script, below: str = "") -> Iterator[Server]:
    """Start a server that answers as a script says; its endpoint ends in ``below``."""
    known = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, self.path, headers, self.rfile.read(int(headers.get("content-length", 0))))
            known.requests.append(asked)
            answer = script(asked)
            if answer.is_silent:
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body) + (100 if answer.is_cut else 0)))
            self.end_headers()
            size = -(-len(answer.body) // answer.pieces) or 1
            for at in range(0, len(answer.body), size):
                known.stop.wait(answer.pause)
                self.wfile.write(answer.body[at : at + size])

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: Any) -> None:
            """Tests are silent."""

    server = _Quiet(("127.0.0.1", 0), Handler)
    known.endpoint = f"http://127.0.0.1:{server.server_port}{below}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield known
    finally:
        known.stop.set()
        server.shutdown()
        thread.join()
        server.server_close()


def answering(document: Any, **headers: str) -> Answer:
    """An answer that holds a document."""
    return Answer(json.dumps(document).encode(), headers={"Content-Type": "application/json", **headers})


def first(*answers: Answer, then: Script) -> Script:
    """These answers to the first requests, whatever they ask for; then as the script says."""
    left = list(answers)
    return lambda asked: left.pop(0) if left else then(asked)


def wait_shortly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits between requests that a test can bear."""
    for name in ("_FIRST_WAIT_SECONDS", "_LAST_WAIT_SECONDS", "_JITTER_SECONDS"):
        monkeypatch.setattr(connection, name, 0.001)
