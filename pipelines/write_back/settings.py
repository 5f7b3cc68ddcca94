"""What a home asks to be written back: ``write_back`` of its settings.yml.

    write_back:
      endpoint: https://lrs.example.org/xapi    # the xAPI base address, without `statements`
      home_page: https://learning.example.org   # whose pseudonyms these are, and whose activities
      what: [completed]
      since: 2026-01-01                         # optional: what happened earlier is not sent
      tools: [moodle]                           # optional: only what these tools say
      version: "1.0.3"                          # or "2.0.0"
      token_url: https://lrs.example.org/token  # optional: OAuth 2.0 client credentials; also scope
      identity: pseudonym                       # or employee_number, username, email; then also
      accept_identifying: true

Secrets come from the environment: THROUGHLINE_WRITE_BACK_USERNAME and _PASSWORD, or with a ``token_url`` _CLIENT_ID
and _CLIENT_SECRET. Without settings, or without secrets, nothing is sent.
"""

from __future__ import annotations

from datetime import date
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator, model_validator

from connectors.declaration.complaints import explained, unknown
from connectors.errors import SettingsError
from connectors.home import Home
from connectors.sources.http.addresses import Address
from connectors.sources.http.credentials import Credentials
from connectors.xapi.formats import is_iri
from connectors.xapi.lrs.source import Source, Version
from connectors.xapi.lrs.source import credentials as secrets_of
from connectors.xapi.lrs.source import source as pulled_source
from pipelines.settings import declarations
from pipelines.write_back.results import RESULTS

Identity = Literal["pseudonym", "employee_number", "username", "email"]


class WriteBack(BaseModel):
    """``since`` and ``tools`` say what is sent from now on; they never void what was sent before."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    endpoint: Address
    home_page: str
    what: tuple[str, ...]
    since: date = date.min
    tools: tuple[str, ...] = ()
    version: Version = "1.0.3"
    token_url: Address | None = None
    scope: str | None = None
    timeout_seconds: float = 60
    identity: Identity = "pseudonym"
    accept_identifying: bool = False

    @field_validator("home_page")
    @classmethod
    def _is_an_address(cls, home_page: str) -> str:
        if not is_iri(home_page) or "://" not in home_page:
            raise ValueError("should be an address of yours such as https://learning.example.org")
        return home_page.rstrip("/")

    @field_validator("what")
    @classmethod
    def _is_known(cls, what: tuple[str, ...]) -> tuple[str, ...]:
        if strange := [name for name in what if name not in RESULTS]:
            raise ValueError(unknown("result", strange[0], tuple(RESULTS)))
        return what

    @model_validator(mode="after")
    def _is_decided(self) -> WriteBack:
        if self.is_identifying and not self.accept_identifying:
            raise ValueError(
                f"identity: {self.identity} takes identifiers out of the vault and gives them to the LRS. If that is "
                "decided (docs/writing_back.md says what to decide), add accept_identifying: true; otherwise leave "
                "identity out"
            )
        return self

    @property
    def is_identifying(self) -> bool:
        return self.identity != "pseudonym"

    @property
    def lrs(self) -> Source:
        """The LRS as those know it who talk to one."""
        own = {"endpoint", "version", "token_url", "scope", "timeout_seconds"}
        return Source.model_validate(self.model_dump(include=own))


def settings_of(home: Home) -> WriteBack | None:
    """What the home asks for, or None where it asks for nothing. Raises SettingsError."""
    own = home.settings().get("write_back")
    if own is None:
        return None
    try:
        settings = WriteBack.model_validate(own)
    except ValidationError as error:
        told = [explained(WriteBack, each) for each in error.errors()]
        listed = "; ".join(f"{'.'.join(map(str, ('write_back', *place)))}: {message}" for place, message in told)
        raise SettingsError(f"settings.yml: {listed}.") from None
    _refuse_a_circle(home, settings)
    return settings


def credentials(settings: WriteBack) -> Credentials:
    """The secrets of the LRS. Raises SettingsError that names what is missing."""
    return secrets_of("write_back", settings.lrs)


def _refuse_a_circle(home: Home, settings: WriteBack) -> None:
    """What we write must not come back as news: the pseudonyms in it would be persons whom nobody knows."""
    for tool, declaration in declarations(home).items():
        pulled = pulled_source(tool, declaration.options)
        if pulled is not None and _place(pulled) == _place(settings.lrs):
            raise SettingsError(
                f"settings.yml: write_back.endpoint is the LRS that {tool} is pulled from, so every statement would "
                "come back as news of persons whom nobody knows. Write to another LRS, or to another store of it."
            )


def _place(lrs: Source) -> tuple[str | None, int | None, str]:
    parts = urlsplit(lrs.statements)
    return parts.hostname, parts.port or {"https": 443, "http": 80}[parts.scheme], parts.path
