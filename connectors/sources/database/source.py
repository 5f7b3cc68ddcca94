"""A table or a query of a database as a source: ``tools.<tool>.database`` of a home's settings.yml.

    tools:
      hr_core:
        connector: hr_table
        database:
          url: postgresql://reader@db.example.org/hr
          exports:
            people: {table: hr.people}
            absences: {query: "SELECT … FROM hr.absence", changed: changed_at, since: 2024-01-01}

Each is one export of the tool's declaration. With ``changed``, a column with the date or time of a row's last change,
a day of changes is one window; without it, everything there is (a snapshot) is. The password is
THROUGHLINE_<TOOL>_DATABASE_PASSWORD in the environment; THROUGHLINE_<TOOL>_DATABASE_URL there replaces the whole
address. Either may lie in a file, named by the same name with _FILE.

    settings, window --one read-only transaction, a cursor on the server--> rows, some at a time --> Parquet

The file is Parquet and no CSV, so that no date, number or empty text has to be guessed again when it is mapped.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from connectors.declaration.complaints import unknown
from connectors.errors import SettingsError
from connectors.sources.secrets import secret

Dialect = Literal["postgresql", "mysql", "mariadb"]
_DRIVERS = {"postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql", "mariadb": "mariadb+pymysql"}


def _address(text: str) -> str:
    """An address without a password. What is refused is not repeated, because it may hold one."""
    try:
        url = make_url(text)
    except ArgumentError:
        raise ValueError("should be an address such as postgresql://reader@db.example.org/hr") from None
    if url.password:
        raise ValueError("should not hold a password; that belongs into the environment")
    _driver(url)
    return text


def _driver(url: URL) -> str:
    name = url.get_backend_name()
    if name not in _DRIVERS:
        raise ValueError(unknown("kind of database", name, tuple(_DRIVERS)))
    return _DRIVERS[name]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Read(_Part):
    """What is read for one export. ``changed``: see above; ``nightly_days`` of it are read every night."""

    table: str | None = Field(None, pattern=r"^[^.\s]+(\.[^.\s]+)?$")
    query: str | None = None
    changed: str | None = None
    since: date = date(2024, 1, 1)
    nightly_days: int = Field(2, ge=1, le=31)

    @model_validator(mode="after")
    def _one_source(self) -> Read:
        if (self.table is None) == (self.query is None):
            raise ValueError("is read from a `table` or by a `query`, and not from both")
        return self


class Database(_Part):
    """A database as settings.yml describes it. ``timeout_seconds``: how long the server may work on one query."""

    url: Annotated[str, AfterValidator(_address)] | None = None
    exports: dict[str, Read] = Field(min_length=1)
    timeout_seconds: float = Field(600, gt=0)
    connect_seconds: int = Field(10, ge=1)


def database(tool: str, options: Mapping[str, Any], exports: Mapping[str, object]) -> Database | None:
    """The database of a tool, or None where settings.yml names none. ``exports`` are those of its declaration."""
    if not (given := options.get("database")):
        return None
    where = f"settings.yml: tools.{tool}.database"
    try:
        found = Database.model_validate(given)
    except ValidationError as error:
        told = "; ".join(
            f"{'.'.join(map(str, each['loc'])) or 'database'}: {_message(each)}" for each in error.errors()
        )
        raise SettingsError(f"{where}: {told}.") from None
    for name in found.exports:
        if name not in exports:
            raise SettingsError(f"{where}.exports: {unknown(f'export of {tool}', name, tuple(exports))}.")
    return found


def _message(error: Mapping[str, Any]) -> str:
    if error["type"] == "extra_forbidden":
        model: type[BaseModel] = Read if "exports" in error["loc"] else Database
        return f"is not a setting; known are {', '.join(model.model_fields)}"
    return str(error["msg"]).removeprefix("Value error, ")


def address(tool: str, source: Database) -> URL:
    """The whole address, with its secret. Raises ``SettingsError`` that names what is missing, never what is there."""
    prefix = f"THROUGHLINE_{tool.upper()}_DATABASE"
    text = secret(f"{prefix}_URL") or source.url
    if text is None:
        raise SettingsError(
            f"For the database of {tool}, set {prefix}_URL (or {prefix}_URL_FILE, naming a file that holds it) in the "
            f"environment, or `url` without its password under tools.{tool}.database in settings.yml."
        )
    try:
        url = make_url(text)
        url = url.set(drivername=_driver(url))
    except (ArgumentError, ValueError):
        raise SettingsError(
            f"{prefix}_URL is no address of a database (postgresql://user:password@host/name)."
        ) from None
    password = secret(f"{prefix}_PASSWORD")
    return url.set(password=password) if password else url


class Window(BaseModel):
    """What is read: rows that changed from ``start`` up to before ``end`` (UTC), or everything where there is none."""

    model_config = ConfigDict(frozen=True)

    start: datetime | None = None
    end: datetime | None = None
