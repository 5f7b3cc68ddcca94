"""What a database complains of, sorted by what has to be done about it."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError

from connectors.errors import SettingsError, ThroughlineError, Transient
from connectors.sources.database.source import Read

_TRANSIENT_STATES = ("08", "40", "53", "55", "57", "58")
"""Classes of SQLSTATE: connection, rollback, resources, in use, operator intervention, system."""
_STATES = {
    "SSL": "it doesn't encrypt connections (`url` may allow that: ?sslmode=disable, of MariaDB ?ssl_disabled=true)",
    "28": "it refuses the user or the password",
    "3D": "there is no such database",
    "42501": "the user has no right to read that",
    "42P01": "there is no such table (or view)",
    "3F": "there is no such schema",
    "42703": "there is no such column",
    "25006": "the query wants to write, and only reading is allowed",
    "42883": "a column has another type than the query needs: `changed` has to name a date or a time",
    "42": "the query is not one that it understands",
}
_CODES = {
    1044: "3D", 1045: "28", 1049: "3D", 1698: "28", 1142: "42501", 1143: "42501", 1146: "42P01", 1054: "42703",
    1064: "42", 1792: "25006", 1205: "40", 1213: "40", 1040: "53", 1969: "57014", 3024: "57014",
    2026: "SSL", 2002: "08", 2003: "08", 2006: "08", 2013: "08",
}  # fmt: skip
"""Errors of MariaDB and MySQL, and of their client, as the SQLSTATE that PostgreSQL has for them."""
_CONNECTING = (
    ("does not support SSL", "SSL"),
    ("password authentication failed", "28"),
    ("no password supplied", "28"),
    ("pg_hba.conf", "28"),
    ('role "', "28"),
    ('database "', "3D"),
)
"""What PostgreSQL's library says when it can't connect: it gives no SQLSTATE then."""


def told(error: DBAPIError, read: Read, export: str, place: str) -> ThroughlineError:
    """The error to raise for one of the driver: it doesn't repeat what the server says, which may hold values."""
    state = _state(error)
    if state == "57014":
        return Transient(
            f"{export} took longer than timeout_seconds to read from the {place}. If that is how long it takes, raise "
            "the limit, or put an index on the column that `changed` names."
        )
    if state.startswith(_TRANSIENT_STATES) or not state:
        return Transient(f"The {place} can't be reached, or gave up while {export} was read ({state or 'no answer'}).")
    known = next((_STATES[key] for key in (state, state[:2]) if key in _STATES), f"it answers with error {state}")
    what = f"table {read.table}" if read.table else "the query"
    changed = f", changed: {read.changed}" if read.changed else ""
    return SettingsError(
        f"{export} can't be read from the {place} ({what}{changed}): {known}. Mend it there or under "
        "tools.<tool>.database in settings.yml (secrets: in the environment), then run again."
    )


def _state(error: DBAPIError) -> str:
    """The SQLSTATE of an error, of whichever driver; empty where there was no answer at all."""
    original = error.orig
    code = original.args[0] if original is not None and original.args else None
    if isinstance(code, int):
        return _CODES.get(code, str(code))
    if state := getattr(original, "sqlstate", None):
        return str(state)
    said = str(original)
    return next((state for words, state in _CONNECTING if words in said), "")
