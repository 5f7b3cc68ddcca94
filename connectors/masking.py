"""E-mail addresses in text that leaves the restricted zone, masked in the same way in Python and in SQL."""

from __future__ import annotations

import re

from connectors.sql import literal

_MASK = "‹e-mail›"
_ADDRESS = r"[\w.+%'-]+@[\w-]+(?:\.[\w-]+)+|[\w.+'-]+%40[\w-]+(?:\.[\w-]+)+"
"""An address as it is written, or percent-encoded as part of a URL."""
_IN_PYTHON = re.compile(_ADDRESS)
_IN_SQL = _ADDRESS.replace(r"\w", r"\p{L}\p{N}_")
"""For the engine, a letter beyond ASCII is none of ``\\w``."""


def masked(text: str) -> str:
    """The text without the e-mail addresses in it."""
    return _IN_PYTHON.sub(_MASK, text) if "@" in text or "%40" in text else text


def masked_sql(text: str) -> str:
    """The same as an expression over SQL for a text."""
    without = f"regexp_replace({text}, {literal(_IN_SQL)}, {literal(_MASK)}, 'g')"
    return f"CASE WHEN {may_hold_address_sql(text)} THEN {without} ELSE {text} END"


def may_hold_address_sql(text: str) -> str:
    """Whether it is worth looking for an address in a text, as an expression over SQL."""
    return f"(contains({text}, '@') OR contains({text}, '%40'))"
