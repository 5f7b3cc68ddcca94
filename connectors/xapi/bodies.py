"""What a redelivered statement must repeat, as bytes to hash.

1.0.3, Data 2.3.1 (immutability): two statements with one id are the same unless they differ beyond the id, what
an LRS assigns (authority, stored, timestamp, version), activity definitions, verb display, attachments, member
order, the zone of timestamps, what they tell below a millisecond, and the case of what is case-insensitive. A display
name is left out as well.

The hash is keyed: everything in a statement but the person may be known to somebody who guesses the person, so a
plain hash would be a way to check the guess (as it would for an answer in ``result.response``).
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa

_BEYOND_CENTISECONDS = re.compile(r"([.,]\d\d)\d+(?=[A-Z])")
_NAMESPACE = uuid.UUID("0f6b0c5e-7c2b-5f43-9d0c-5b1f0d6f3f58")
_SEPARATOR = b"\x1f"
_sorted = msgspec.json.Encoder(order="sorted").encode


class Tokens(Protocol):
    """Of a tokeniser, what it takes to name persons and to hash bodies."""

    def tokens(self, identifier_type: str, values: Sequence[str | None]) -> list[str | None]: ...


class BodyHash:
    """Keyed 128-bit hash of the parts of a statement, the same for every delivery of it in one home."""

    def __init__(self, tokeniser: Tokens) -> None:
        # A token of a constant is a key that only this home can make: no second secret is needed.
        [key] = tokeniser.tokens("xapi:body", ["statement"])
        assert key is not None  # only blank values have no token
        self._keyed = hashlib.blake2b(digest_size=16, key=bytes.fromhex(key))

    def of(self, parts: tuple[bytes, ...]) -> str:
        """32 hex digits."""
        keyed = self._keyed.copy()
        keyed.update(_SEPARATOR.join(parts))
        return keyed.hexdigest()

    def digests(self, bodies: Iterable[bytes]) -> npt.NDArray[np.uint8]:
        """The hash of each of some parts alone: 16 bytes a row."""
        keyed = self._keyed
        digests = []
        for body in bodies:
            hashed = keyed.copy()
            hashed.update(body)
            digests.append(hashed.digest())
        return np.frombuffer(b"".join(digests), np.uint8).reshape(-1, self._keyed.digest_size)

    def digests_of_rows(self, rows: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """The hash of each row of bytes: 16 bytes a row."""
        return self.digests(np.ascontiguousarray(rows).view(f"V{rows.shape[1]}").ravel().tolist())

    def derived_id(self, statement: dict[str, Any]) -> str:
        """A UUIDv5 for a statement without an id, from its whole content in canonical form."""
        return str(uuid.uuid5(_NAMESPACE, self.of((canonical(statement),))))


def hexadecimal(digests: bytes, size: int) -> pa.StringArray:
    """Digests of so many bytes each, one after the other, as hex digits."""
    offsets = np.arange(0, 2 * len(digests) + 1, 2 * size, dtype=np.int32)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(digests.hex().encode())]
    return pa.StringArray.from_buffers(len(digests) // size, *buffers[1:])


def canonical(value: Any) -> bytes:
    """One spelling for all JSON texts of the same value: keys sorted, no blanks, 1.0 as 1."""
    text = _sorted(value)
    return _sorted(_with_plain_numbers(text)) if b".0" in text else text


def _plain_number(text: str) -> float:
    number = float(text)
    return int(number) if number.is_integer() else number


_with_plain_numbers = msgspec.json.Decoder(float_hook=_plain_number).decode


def comparable_duration(text: str) -> str:
    """1.0.3, 4.6: precision beyond 0.01 seconds doesn't count in comparisons; otherwise text is compared."""
    has_fraction = "." in text[:-4] or "," in text[:-4]  # a designator and two digits come after a comparable one
    return _BEYOND_CENTISECONDS.sub(r"\1", text) if has_fraction else text
