"""Requests that are asked again while the server is busy or its answer is broken.

Redirects are not followed, because credentials go to one host only. Certificates are verified (a company's own
authority goes into SSL_CERT_FILE). Every wait is limited, and so is the size of an answer.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, TypeVar

import httpx
import stamina

from connectors.errors import SettingsError, Transient
from connectors.sources.http.answers import Answer, busy, is_busy, patience, unanswered
from connectors.sources.http.pace import Pace

_ATTEMPTS = 5
_FIRST_WAIT_SECONDS, _LAST_WAIT_SECONDS, _JITTER_SECONDS = 1.0, 30.0, 1.0
_MOST_BYTES = 1 << 29
_SLOWEST = 10
"""Times the timeout that a whole answer may take. The timeout itself only limits how long nothing comes at all."""

T = TypeVar("T")


class _WithoutAddresses(logging.Filter):
    """The HTTP library logs whole addresses, and these say who is asked about. The host is enough."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(each.host if isinstance(each, httpx.URL) else each for each in record.args)
        return True


logging.getLogger("httpx").addFilter(_WithoutAddresses())


class Connection:
    """A server, for the length of one ``with``. ``smaller`` says how to make its answers smaller."""

    def __init__(
        self,
        authorization: httpx.Auth | None,
        *,
        timeout_seconds: float,
        headers: Mapping[str, str] | None = None,
        smaller: str = "Ask for less at a time.",
        pace: Pace | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._longest = timeout_seconds * _SLOWEST
        self._smaller = smaller
        self._pace = pace or Pace()
        self._http = httpx.Client(
            auth=authorization, headers=headers, timeout=timeout_seconds, transport=transport, follow_redirects=False
        )

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def ask(self, who: str, method: str, address: str, meaning: Callable[[Answer], T], **request: Any) -> T:
        """What ``meaning`` makes of the answer of ``who``; it may raise Transient to have it asked again.

        Raises Transient when patience ends. Whatever is busy (429, 5xx) or breaks off never gets to ``meaning``.
        """
        for attempt in stamina.retry_context(
            on=patience,
            attempts=_ATTEMPTS,
            timeout=None,
            wait_initial=_FIRST_WAIT_SECONDS,
            wait_max=_LAST_WAIT_SECONDS,
            wait_jitter=_JITTER_SECONDS,
        ):
            with attempt:
                self._pace.wait()
                return meaning(self._asked(who, method, address, request))
        raise AssertionError("the last attempt returns or raises")

    def _asked(self, who: str, method: str, address: str, request: dict[str, Any]) -> Answer:
        try:
            with self._http.stream(method, address, **request) as response:
                self._pace.note(response.headers)
                if is_busy(response.status_code):
                    raise busy(who, response.status_code, response.headers)
                body = self._body(who, response) if response.is_success else b""
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise unanswered(who, error) from None
        return Answer(response.status_code, response.headers, body)

    def _body(self, who: str, response: httpx.Response) -> bytes:
        """The whole body. A server that sends for ever, or ever so slowly, is left."""
        begun, body = time.monotonic(), bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > _MOST_BYTES:
                raise SettingsError(f"{who} sends an answer larger than {_MOST_BYTES >> 20} MB. {self._smaller}")
            if time.monotonic() - begun > self._longest:
                raise Transient(f"{who} did not send a whole answer within {self._longest:.0f} seconds.")
        return bytes(body)
