"""What is asked: the declared path and parameters, with everything filled in."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.parse import quote, urlencode

from connectors.declaration.pulling import UNIX, Pull, Window, filled_in

_WORDS = {"true": True, "false": False, "null": None}
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,17})")


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
        return {"json": _typed(self.parameters)} if self.sends == "json" else {}


def _plain(parameters: Mapping[str, Any]) -> dict[str, str | list[str]]:
    """Parameters as texts, or lists of them for names that repeat."""
    return {
        name: [str(each) for each in value] if isinstance(value, list | tuple) else str(value)
        for name, value in parameters.items()
    }


def _typed(value: Any) -> Any:
    """The same for JSON. A declaration holds texts only: those that look like a number or like true are such."""
    if isinstance(value, Mapping):
        return {name: _typed(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_typed(each) for each in value]
    if isinstance(value, str):
        return _WORDS.get(value, int(value) if _NUMBER.fullmatch(value) else value)
    return value


def told(pull: Pull) -> str:
    """What may be said of a question: the path as it is declared, because what is filled in may say who is meant."""
    return f"{pull.method} {pull.path.partition('?')[0]}"


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
    if notation in UNIX:
        return str(round(moment.timestamp() * UNIX[notation]))
    return moment.strftime(notation)
