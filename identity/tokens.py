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
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from identity.keys import Key
from identity.vault import SPELLING, Vault

DIGITS = 32
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))
"""Characters without width, which come along where an identifier was copied from a page or a chat."""
_REMEMBERED = 500_000
"""Tokens that are kept from unit to unit (some 150 MB); beyond, all are made anew."""


def _email(value: str) -> str:
    """Addresses are compared without case: the local part is case-sensitive on paper only (RFC 5321, 2.4).

    A domain with other letters than ASCII has two spellings, which are one domain (RFC 5890, 2.3.2.1): xn--mller-kva
    is müller. What stands before the @ is told apart by every letter, dot and +tag, as mailboxes may be.
    """
    address = _as_spelt(value).casefold()
    mailbox, at, domain = address.rpartition("@")
    return f"{mailbox}{at}{'.'.join(map(_in_letters, domain.split('.')))}" if "xn--" in domain else address


def _as_spelt(value: str) -> str:
    """An address in the capitals that somebody typed."""
    address = _plain(value)
    return address[7:].strip() if address[:7].casefold() == "mailto:" else address


def _in_letters(label: str) -> str:
    """A part of a domain as its letters; as it is, where it says so and isn't (RFC 3492)."""
    try:
        return label[4:].encode("ascii").decode("punycode") if label.startswith("xn--") else label
    except UnicodeError:
        return label


def _caseless(value: str) -> str:
    return _plain(value).casefold()


def _plain(value: str) -> str:
    """Full-width and other letters of compatibility as usual ones, without blanks around and what can't be seen."""
    return unicodedata.normalize("NFKC", value).translate(_INVISIBLE).strip()


_NORMALISE: dict[str, Callable[[str], str]] = {
    "email": _email,
    "mbox_sha1sum": _caseless,
    "employee_number": _caseless,
    "username": _caseless,
}
"""Types whose values mean the same in several spellings; every other type is compared as it is, blanks trimmed."""


def normalised(identifier_type: str, value: str) -> str:
    return _NORMALISE.get(identifier_type, str.strip)(value)


class _Remembered(dict[str | None, str | None]):
    """What was made of each value, made when it is first asked for; of nothing, nothing."""

    def __init__(self, make: Callable[[str], str | None]) -> None:
        super().__init__({None: None})
        self._make = make

    def __missing__(self, value: str) -> str | None:
        made = self[value] = self._make(value)
        return made


class Tokeniser:
    """Makes tokens, and remembers for the vault what it made them of, until :meth:`flush`.

    Exports of one company hold the same identifiers month after month, so what was made is kept for the next unit.
    """

    def __init__(self, key: Key, vault: Vault) -> None:
        self._secret = key.secret
        self._vault = vault
        self._attributes: set[tuple[str, str, str]] = set()
        self._met: dict[str, set[str | None]] = {}
        self._addresses: set[str | None] = set()
        self._forget()

    def __reduce__(self) -> tuple[type[Tokeniser], tuple[Key, Vault]]:
        """A copy for another process makes the same tokens, and remembers nothing."""
        return type(self), (Key(self._secret), self._vault)

    def tokens(self, identifier_type: str, values: Sequence[str | None]) -> list[str | None]:
        """One token per value. None and blank have none: null never matches null."""
        made = self._made.get(identifier_type)
        if made is None:
            made = self._made[identifier_type] = _Remembered(partial(self._make, identifier_type))
        tokens = [made[value] for value in values]
        self._met.setdefault(identifier_type, set()).update(tokens)
        if identifier_type == "email":
            self._addresses.update(values)
        return tokens

    def email_sha1_tokens(self, emails: Sequence[str | None]) -> list[str | None]:
        """Token of each address's ``mbox_sha1sum``: SHA-1 of the mailto IRI (xAPI 1.0.3, 2.4.2.1), lower case."""
        return self.tokens("mbox_sha1sum", [self._sha1sums[email] for email in emails])

    def keep(self, tokens: Sequence[str | None], attribute: str, values: Sequence[str | None]) -> None:
        pairs = zip(tokens, values, strict=True)
        self._attributes.update(
            (token, attribute, value.strip()) for token, value in pairs if token and value and value.strip()
        )

    def flush(self, tool: str, unit: str) -> None:
        """Write what was met since the last flush to the vault, as what this unit knows."""
        met = [(token, kind) for kind, tokens in self._met.items() for token in tokens if token]
        identifiers = ((token, kind, self._plain[token]) for token, kind in met)
        self._vault.write_unit(tool, unit, identifiers, self._attributes | set(self._spellings()))
        self._met, self._addresses, self._attributes = {}, set(), set()
        if len(self._plain) > _REMEMBERED:
            self._forget()

    def _spellings(self) -> Iterator[tuple[str, str, str]]:
        """Addresses that were met in other letters than they are compared in: who hashes one hashes those letters."""
        for address in filter(None, self._addresses):
            token = self._made["email"][address]
            if token and (spelt := _as_spelt(address)) != self._plain[token]:
                yield token, SPELLING, spelt

    def _forget(self) -> None:
        self._made: dict[str, _Remembered] = {}
        self._sha1sums = _Remembered(_mbox_sha1sum)
        self._plain: dict[str, str] = {}

    def _make(self, identifier_type: str, value: str) -> str | None:
        plain = normalised(identifier_type, value)
        if not plain:
            return None
        token = hmac.digest(self._secret, f"{identifier_type}|{plain}".encode(), "sha256").hex()[:DIGITS]
        self._plain[token] = plain
        return token


def _mbox_sha1sum(email: str) -> str | None:
    plain = _email(email)
    return mbox_sha1sum(plain) if plain else None


def mbox_sha1sum(address: str) -> str:
    """SHA-1 of the mailto IRI of an address, letter by letter (xAPI 1.0.3, 2.4.2.3)."""
    return hashlib.sha1(f"mailto:{address}".encode(), usedforsecurity=False).hexdigest()
