"""Which LRS a tool's statements are pulled from: ``tools.<tool>.lrs`` of a home's settings.yml.

    tools:
      academy_lrs:
        connector: xapi
        lrs: {endpoint: https://lrs.example.org/xapi, since: 2024-01-01}

Secrets are no settings. They are THROUGHLINE_<TOOL>_USERNAME and _PASSWORD in the environment, or, where there is a
``token_url``, _CLIENT_ID and _CLIENT_SECRET. Each may lie in a file instead, named by the same name with _FILE.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from connectors.errors import SettingsError
from connectors.sources.http.addresses import Address
from connectors.sources.http.credentials import Credentials
from connectors.sources.secrets import secret

Version = Literal["1.0.3", "2.0.0"]


class Source(BaseModel):
    """One LRS as settings.yml describes it. ``endpoint`` is the xAPI base address, without ``statements``."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    endpoint: Address
    version: Version = Field("1.0.3", description="The version that is spoken first; the other one after a 400.")
    since: date = Field(date(2024, 1, 1), description="The first day that can be pulled.")
    overlap_minutes: float = Field(15, ge=0, le=1440, description="How far before a day its query begins.")
    nightly_days: int = Field(2, ge=1, le=31, description="Days that are pulled every night, yesterday being the last.")
    limit: int = Field(0, ge=0, description="Statements a page; 0 for as many as the server likes.")
    timeout_seconds: float = Field(60, gt=0, description="How long the server may be silent.")
    token_url: Address | None = Field(None, description="OAuth 2.0: where a token is got for a client's credentials.")
    scope: str | None = Field(None, description="OAuth 2.0: the scope to ask for.")

    @property
    def overlap(self) -> timedelta:
        """Never nothing: `since` is exclusive, and many statements may share the first instant of a day."""
        return max(timedelta(minutes=self.overlap_minutes), timedelta(milliseconds=1))

    @property
    def statements(self) -> str:
        """The address of the statements resource."""
        return self.endpoint.rstrip("/") + "/statements"


def source(tool: str, options: Mapping[str, Any]) -> Source | None:
    """The LRS of a tool, or None where settings.yml names none. ``options`` are those of the tool's declaration."""
    if not (given := options.get("lrs")):
        return None
    try:
        return Source.model_validate(given)
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(map(str, each['loc'])) or 'lrs'}: {_message(each)}" for each in error.errors())
        raise SettingsError(f"settings.yml: tools.{tool}.lrs: {told}.") from None


def _message(error: Mapping[str, Any]) -> str:
    if error["type"] == "extra_forbidden":
        return f"is not a setting; known are {', '.join(Source.model_fields)}"
    return str(error["msg"]).removeprefix("Value error, ")


def credentials(tool: str, source: Source) -> Credentials:
    """The secrets of a tool's LRS. Raises ``SettingsError`` that names what is missing, never what is there."""
    parts = ("CLIENT_ID", "CLIENT_SECRET") if source.token_url else ("USERNAME", "PASSWORD")
    names = [f"THROUGHLINE_{tool.upper()}_{part}" for part in parts]
    name, password = map(secret, names)
    if name is None or password is None:
        missing = [each for each, value in zip(names, (name, password), strict=True) if value is None]
        raise SettingsError(
            f"For the LRS of {tool}, set {' and '.join(missing)} (or the same with _FILE, naming a file that holds it) "
            "in the environment, then run again."
        )
    return Credentials(name, password)
