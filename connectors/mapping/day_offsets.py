"""Days counted from a date, as research data publish them: ``2013-10-01 -25`` is 25 days before that date.

The date and the number stand in different columns, so a declaration joins them (``join: [presentation, day]``) and
replaces what isn't a date yet (``2013J``) by the date that it stands for.
"""

from __future__ import annotations

_WRITTEN = r"'^(.*\S) +(-?[0-9]{1,5})$'"


def start_of(text: str) -> str:
    """SQL: the date that days are counted from; nothing where no whole number of days follows it."""
    return f"nullif(regexp_extract({text}, {_WRITTEN}, 1), '')"


def days_after(stamp: str, text: str) -> str:
    """SQL: the stamp that ``start_of`` the text was read as, so many days later; nothing where it says no number."""
    days = f"nullif(regexp_extract({text}, {_WRITTEN}, 2), '')"
    return f"({stamp} + to_days(try_cast({days} AS INTEGER)))"
