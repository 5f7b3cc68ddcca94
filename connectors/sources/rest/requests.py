"""What is asked: the declared path and parameters, with everything filled in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.parse import quote, urlencode

from connectors.declaration.pulling import Pull, Window, filled_in
from connectors.sources.http.addresses import path_of

_UNIX = {"unix": 1, "unix seconds": 1, "unix milliseconds": 1000}


@dataclass(frozen=True)
class Request:
    """One question. ``parameters`` go where ``sends`` says."""

    method: str
    address: str
    parameters: Mapping[str, Any]
    sends: Literal["query", "form", "json"]

    def with_parameters(self, **more: Any) -> Request:
        return replace(self, parameters={**self.parameters, **more})

    def at(self, address: str) -> Request:
        """The same at an address that a server named; one with a query holds its parameters already."""
        return replace(self, address=address, parameters={} if self.sends == "query" else self.parameters)

    @property
    def told(self) -> str:
        """What may be said of it: never its parameters, which say who is meant."""
        return f"{self.method} {path_of(self.address)}"

    @property
    def mark(self) -> str:
        """The same for the same question, to see a circle by."""
        return f"{self.full_address} {json.dumps(self.body, sort_keys=True, default=str)}"

    @property
    def full_address(self) -> str:
        if self.sends != "query" or not self.parameters:
            return self.address
        return f"{self.address}{'&' if '?' in self.address else '?'}{urlencode(_plain(self.parameters), doseq=True)}"

    @property
    def body(self) -> dict[str, Any]:
        """What is sent beside the address, as the HTTP library calls it."""
        if self.sends == "form":
            return {"data": _plain(self.parameters)}
        return {"json": dict(self.parameters)} if self.sends == "json" else {}


def _plain(parameters: Mapping[str, Any]) -> dict[str, str | list[str]]:
    """Parameters as texts. What is none (null) is left out."""
    return {
        name: [_text(each) for each in value] if isinstance(value, list | tuple) else _text(value)
        for name, value in parameters.items()
        if value is not None
    }


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def first_request(endpoint: str, pull: Pull, values: Mapping[str, str]) -> Request:
    """The question that a pull begins with. What goes into the path can't lead out of it."""
    path = filled_in(pull.path, {name: quote(value, safe="") for name, value in values.items()})
    return Request(pull.method, endpoint.rstrip("/") + path, filled_in(pull.parameters, values), pull.sends)


def bounds(window: Window, start: datetime, end: datetime) -> dict[str, str]:
    """``since`` and ``until`` of a window, as the API writes moments."""
    return {
        "since": _moment(start - timedelta(minutes=window.overlap_minutes), window.format),
        "until": _moment(end, window.format),
    }


def _moment(moment: datetime, notation: str) -> str:
    if notation in _UNIX:
        return str(round(moment.timestamp() * _UNIX[notation]))
    return moment.strftime(notation)
