"""Text of ours inside SQL."""

from __future__ import annotations


def literal(value: object | None) -> str:
    """A SQL text literal of a text or path; NULL for None."""
    return "NULL" if value is None else "'" + str(value).replace("'", "''") + "'"
