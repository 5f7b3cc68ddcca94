"""By what an account may be taken for somebody whom HR knows, in order of trust."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """``hr_column`` of people is what an account's identifier is compared with."""

    name: str
    hr_column: str
    confidence: float


RULES = (
    Rule("employee_number", "person_token", 1.0),
    Rule("hr_username", "username_token", 0.98),
    Rule("hr_email", "email_token", 0.97),
    Rule("hr_email_sha1", "email_sha1_token", 0.95),
)
"""The place in this order is the trust in a rule: 0 is the strongest. An organisation gives a login to somebody else
less readily than an address; a hash of an address says no more than the address, and is often typed by a machine."""

ALIAS = Rule("declared_alias", "", 0.9)
"""Weaker than all of them: an identifier that HR doesn't know, and that another tool holds beside one that it knows."""

ADDRESS = 2
"""Trust of an address; its hash says the same and counts with it."""
