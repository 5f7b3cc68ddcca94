"""The key of the tokens. Without it nothing is tokenised, so nothing lands: there is no unkeyed way in.

The key comes from ``THROUGHLINE_KEY`` (64 hex digits, from a secret store), from the file that
``THROUGHLINE_KEY_FILE`` names, or from ``restricted/identifier.key`` of the home.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

BYTES = 32
FILE_NAME = "identifier.key"


class KeyUnavailable(Exception):
    """There is no usable key. The message says where it was looked for and what to do."""


@dataclass(frozen=True)
class Key:
    """``secret`` is never shown, not even in a traceback's repr; ``key_id`` may be."""

    secret: bytes = field(repr=False)

    @property
    def key_id(self) -> str:
        """A name for the key that tells nothing of it: 12 hex digits of a hash."""
        return hashlib.sha256(b"throughline key id|" + self.secret).hexdigest()[:12]


def load(restricted: Path, environment: Mapping[str, str] = os.environ) -> Key:
    """The key, from the first place that is set. Raises :class:`KeyUnavailable`, never falls through to the next."""
    if "THROUGHLINE_KEY" in environment:
        return Key(_parsed(environment["THROUGHLINE_KEY"], "THROUGHLINE_KEY"))
    path = Path(environment.get("THROUGHLINE_KEY_FILE", restricted / FILE_NAME))
    if not path.is_file():
        raise KeyUnavailable(
            f"No tokenising key: THROUGHLINE_KEY is not set and {path} does not exist, so nothing was landed. "
            "Restore the key from your secret store; a new key would make every person a stranger."
        )
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise KeyUnavailable(f"The key file {path} can be read by others. Run: chmod 600 {path}")
    return Key(_parsed(path.read_text(encoding="ascii", errors="replace"), str(path)))


def make(restricted: Path) -> Key:
    """Make a key for a new home. Refuses to touch one that exists."""
    path = restricted / FILE_NAME
    secret = secrets.token_bytes(BYTES)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secret.hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    return Key(secret)


def _parsed(text: str, place: str) -> bytes:
    try:
        secret = bytes.fromhex(text.strip())
    except ValueError:
        secret = b""
    if len(secret) != BYTES:
        raise KeyUnavailable(
            f"{place} should hold {BYTES * 2} hex digits. Restore it, or make one: openssl rand -hex 32"
        )
    return secret
