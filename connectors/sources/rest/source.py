"""Where a tool's API is: ``tools.<tool>.rest`` of a home's settings.yml.

    tools:
      moodle:
        rest: {endpoint: https://learning.example.org, since: 2026-01-01}

Secrets are no settings. They are THROUGHLINE_<TOOL>_TOKEN or whatever the connector's ``authorization`` asks for, in
the environment; each may lie in a file instead, named by the same name with _FILE.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from connectors.declaration import Declaration
from connectors.declaration.complaints import unknown
from connectors.declaration.notations import as_list
from connectors.declaration.pulling import Pull, Rest
from connectors.errors import SettingsError
from connectors.sources.http.addresses import Address
from connectors.sources.secrets import secret


def _as_texts(given: Any) -> Any:
    """Numbers are names here: an account's number is no quantity."""
    if not isinstance(given, Mapping):
        return given
    return {name: str(value) if isinstance(value, int) else value for name, value in given.items()}


class Source(BaseModel):
    """One API as settings.yml describes it. ``endpoint`` is what comes before the paths of the connector's file."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    endpoint: Address
    since: date = Field(default=date(2024, 1, 1), description="The first day that can be pulled.")
    pull: Annotated[tuple[str, ...], BeforeValidator(as_list)] = Field(
        default=(), description="The exports that are pulled; otherwise all that can be."
    )
    values: Annotated[dict[str, str], BeforeValidator(_as_texts)] = Field(
        default={}, description="What the connector asks for besides: an account's number, a service's name."
    )
    nightly_days: int = Field(default=2, ge=1, le=31, description="Days that are pulled every night.")
    timeout_seconds: float = Field(default=60, gt=0, description="How long the server may be silent.")
    requests_per_minute: float | None = Field(default=None, gt=0, description="Fewer than the connector allows.")
    token_url: Address | None = Field(default=None, description="OAuth 2.0: where a token is got.")
    scope: str | None = Field(default=None, description="OAuth 2.0: the scope to ask for.")


def pulls_of(declaration: Declaration) -> dict[str, Pull]:
    """The exports of a tool that can be pulled."""
    return {name: export.pull for name, export in declaration.exports.items() if export.pull is not None}


def source(declaration: Declaration) -> Source | None:
    """The API of a tool, or None where settings.yml names none. Raises SettingsError that names what is wrong."""
    given = declaration.options.get("rest")
    if not given:
        return None
    where = f"settings.yml: tools.{declaration.tool}.rest"
    if declaration.rest is None:
        raise SettingsError(
            f"{where}: the connector of {declaration.tool} declares no pull. Add `rest:` and `pull:` to it."
        )
    try:
        found = Source.model_validate(given)
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(map(str, each['loc'])) or 'rest'}: {_message(each)}" for each in error.errors())
        raise SettingsError(f"{where}: {told}.") from None
    if problems := list(_unfit(declaration, declaration.rest, found)):
        raise SettingsError(f"{where}: {'; '.join(problems)}.")
    return found


def chosen(declaration: Declaration, source: Source) -> tuple[str, ...]:
    """The exports that a home pulls."""
    return source.pull or tuple(pulls_of(declaration))


def _unfit(declaration: Declaration, rest: Rest, source: Source) -> list[str]:
    pulls = pulls_of(declaration)
    told = [f"pull: {unknown('pull', name, tuple(pulls))}" for name in source.pull if name not in pulls]
    told += [f"values: {unknown('value', n, tuple(rest.settings))}" for n in source.values if n not in rest.settings]
    wanted = {name for export in chosen(declaration, source) if export in pulls for name in _asked(export, pulls)}
    told += [
        f"values.{name} is missing: {meaning}"
        for name, meaning in rest.settings.items()
        if name in wanted and name not in source.values
    ]
    authorization = rest.authorization
    if authorization.kind == "client_credentials" and not (source.token_url or authorization.token_path):
        told.append("token_url is missing: where this API gives tokens")
    return told


def _asked(export: str, pulls: Mapping[str, Pull]) -> tuple[str, ...]:
    """The names in braces of a pull, and of the one that it asks first."""
    pull = pulls[export]
    return (*pull.braces, *(_asked(pull.each.of, pulls) if pull.each else ()))


def _message(error: Mapping[str, Any]) -> str:
    if error["type"] == "extra_forbidden":
        return unknown("setting", str(error["loc"][-1]), tuple(Source.model_fields))
    return str(error["msg"]).removeprefix("Value error, ")


def secret_names(declaration: Declaration) -> tuple[str, ...]:
    """What the secrets of a tool's API are called in the environment."""
    parts = declaration.rest.authorization.secrets if declaration.rest else ()
    return tuple(f"THROUGHLINE_{declaration.tool.upper()}_{part}" for part in parts)


def secrets(declaration: Declaration) -> tuple[str, ...]:
    """The secrets themselves. Raises SettingsError that names what is missing, never what is there."""
    names = secret_names(declaration)
    found = {name: secret(name) for name in names}
    if missing := [name for name, value in found.items() if value is None]:
        raise SettingsError(
            f"For the API of {declaration.tool}, set {' and '.join(missing)} (or the same with _FILE, naming a file "
            "that holds it) in the environment, then run again."
        )
    return tuple(value for value in found.values() if value is not None)
