"""What a declaration asks of a record, as SQL."""

from __future__ import annotations

from connectors.declaration import Condition
from connectors.sql import literal


def asked(condition: Condition, cell: str) -> str:
    """Whether a condition holds for a cell (SQL for its text); never null."""
    if condition.one_of is not None or condition.none_of is not None:
        words = ", ".join(literal(word.lower()) for word in condition.one_of or condition.none_of or ())
        inside = f"coalesce(lower({cell}) IN ({words}), false)"
        return inside if condition.one_of is not None else f"NOT {inside}"
    if condition.matches is not None:
        return f"coalesce({matches(cell, condition.matches)}, false)"
    if condition.lacks is not None:
        return f"NOT coalesce({matches(cell, condition.lacks)}, false)"
    return f"{cell} IS {'NOT NULL' if condition.filled else 'NULL'}"


def first_filled(cells: list[str]) -> str:
    """The first of several cells that holds something; nothing where there are none."""
    if len(cells) == 1:
        return cells[0]
    return f"coalesce({', '.join(cells)})" if cells else "NULL::VARCHAR"


def matches(text: str, regex: str, ignore_case: bool = False) -> str:
    """Whether a text matches. Alternatives that are plain words are searched as such, which is far faster."""
    alternatives = regex.split("|")
    if any(set(alternative) & set(".^$*+?{}[]()\\") for alternative in alternatives):
        flag = ", 'i'" if ignore_case else ""
        return f"regexp_matches({text}, {literal(regex)}{flag})"
    compared = f"lower({text})" if ignore_case else text
    found = [f"contains({compared}, {literal(word.lower() if ignore_case else word)})" for word in alternatives]
    return f"({' OR '.join(found)})"
