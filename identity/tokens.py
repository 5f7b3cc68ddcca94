"""Tokens: ``HMAC-SHA256(key, type | normalised value)``, 128 bits of it, as 32 hex digits.

The same identifier in any tool gets the same token, because the value is normalised by its type first; without
the key nobody can go from a guess to a token (EDPB Guidelines 01/2025 on pseudonymisation: a keyed hash with
the secret kept apart). A plain hash such as xAPI's ``mbox_sha1sum`` can be reversed with a list of addresses,
so it is an identifier like any other here, and gets a token too.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from collections.abc import Callable, Sequence

from identity.keys import Key
from identity.vault import Vault

DIGITS = 32


def _email(value: str) -> str:
    """Addresses are compared without case: the local part is case-sensitive on paper only (RFC 5321, 2.4)."""
    return (
        unicodedata.normalize("NFKC", value).strip().removeprefix("mailto:").removeprefix("MAILTO:").strip().casefold()
    )


def _caseless(value: str) -> str:
    return unicodedata.normalize("NFKC", value).strip().casefold()


_NORMALISE: dict[str, Callable[[str], str]] = {
    "email": _email,
    "mbox_sha1sum": _caseless,
    "employee_number": _caseless,
    "username": _caseless,
}
"""Types whose values mean the same in several spellings; every other type is compared as it is, blanks trimmed."""


def normalised(identifier_type: str, value: str) -> str:
    return _NORMALISE.get(identifier_type, str.strip)(value)


class Tokeniser:
    """Makes tokens, and remembers for the vault what it made them of, until :meth:`flush`."""

    def __init__(self, key: Key, vault: Vault) -> None:
        self._secret = key.secret
        self._vault = vault
        self._known: dict[tuple[str, str], str] = {}
        self._identifiers: dict[str, tuple[str, str]] = {}
        self._attributes: set[tuple[str, str, str]] = set()

    def tokens(self, identifier_type: str, values: Sequence[str | None]) -> list[str | None]:
        """One token per value. None and blank have none: null never matches null."""
        return [self._token(identifier_type, value) for value in values]

    def email_sha1_tokens(self, emails: Sequence[str | None]) -> list[str | None]:
        """Token of each address's ``mbox_sha1sum``: SHA-1 of the mailto IRI (xAPI 1.0.3, 2.4.2.1), lower case."""
        return self.tokens("mbox_sha1sum", [_mbox_sha1sum(email) for email in emails])

    def keep(self, tokens: Sequence[str | None], attribute: str, values: Sequence[str | None]) -> None:
        pairs = zip(tokens, values, strict=True)
        self._attributes.update(
            (token, attribute, value.strip()) for token, value in pairs if token and value and value.strip()
        )

    def flush(self, tool: str, unit: str) -> None:
        """Write what was met since the last flush to the vault, as what this unit knows."""
        self._vault.write_unit(tool, unit, self._identifiers, self._attributes)
        self._identifiers, self._attributes, self._known = {}, set(), {}

    def _token(self, identifier_type: str, value: str | None) -> str | None:
        if value is None:
            return None
        cached = self._known.get((identifier_type, value))
        if cached is not None:
            return cached
        plain = normalised(identifier_type, value)
        if not plain:
            return None
        token = hmac.digest(self._secret, f"{identifier_type}|{plain}".encode(), "sha256").hex()[:DIGITS]
        self._known[identifier_type, value] = token
        self._identifiers[token] = (identifier_type, plain)
        return token


def _mbox_sha1sum(email: str | None) -> str | None:
    plain = _email(email) if email else ""
    return hashlib.sha1(f"mailto:{plain}".encode(), usedforsecurity=False).hexdigest() if plain else None
