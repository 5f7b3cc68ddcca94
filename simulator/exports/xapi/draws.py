"""Random values that belong to a number, not to a place in a sequence.

    stream of a purpose → key;  key + number of an event or enrolment → the same value, whenever it is asked for

An enrolment goes on for months and stands in two LRSs; whatever is drawn for it (late or not, its registration, the
id of each statement) must come out the same each time, without being kept. Numbers are mixed with SplitMix64
(Steele, Lea, Flood 2014), which is as fast as adding them.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from simulator.world.period import Streams

Numbers = npt.NDArray[np.int64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


class Draws:
    """The values of one purpose."""

    def __init__(self, streams: Streams, purpose: str) -> None:
        self._key = streams.of(f"statements: {purpose}").integers(2**64, dtype=np.uint64)

    def words(self, numbers: Numbers) -> npt.NDArray[np.uint64]:
        """64 bits for each number; two numbers never share them."""
        mixed = numbers.astype(np.uint64) * _GOLDEN + self._key
        mixed = (mixed ^ (mixed >> np.uint64(30))) * _FIRST
        mixed = (mixed ^ (mixed >> np.uint64(27))) * _SECOND
        return mixed ^ (mixed >> np.uint64(31))

    def uniform(self, numbers: Numbers, low: float = 0.0, high: float = 1.0) -> npt.NDArray[np.float64]:
        """A value from ``low`` up to, not including, ``high`` for each number."""
        unit = (self.words(numbers) >> np.uint64(11)).astype(np.float64) * 2.0**-53
        return low + unit * (high - low)

    def integers(self, numbers: Numbers, low: int, high: int) -> Numbers:
        """A whole value from ``low`` to ``high``, both included, for each number."""
        return np.floor(self.uniform(numbers, low, high + 1)).astype(np.int64)

    def picks(self, numbers: Numbers, share: float) -> npt.NDArray[np.bool_]:
        """True for that share of the numbers."""
        return self.uniform(numbers) < share


class Uuids:
    """A version 4 UUID for each number, as text."""

    def __init__(self, streams: Streams, purpose: str) -> None:
        self._first, self._second = Draws(streams, f"{purpose}, first half"), Draws(streams, f"{purpose}, second half")

    def texts(self, numbers: Numbers) -> list[str]:
        """36 characters each: 122 random bits, version 4, variant 2."""
        octets = np.empty((len(numbers), 16), np.uint8)
        octets[:, :8] = self._first.words(numbers).astype(">u8").view(np.uint8).reshape(-1, 8)
        octets[:, 8:] = self._second.words(numbers).astype(">u8").view(np.uint8).reshape(-1, 8)
        octets[:, 6] = octets[:, 6] & 0x0F | 0x40
        octets[:, 8] = octets[:, 8] & 0x3F | 0x80
        text = _HEX[octets].reshape(-1, 32)[:, _PLACES]
        text[:, _DASHES] = ord("-")
        joined = text.tobytes().decode("ascii")
        return [joined[start : start + 36] for start in range(0, len(joined), 36)]


_HEX = np.frombuffer(bytes(range(256)).hex().encode(), np.uint8).reshape(256, 2)
_DASHES = [8, 13, 18, 23]
_PLACES = [place - sum(dash < place for dash in _DASHES) if place not in _DASHES else 0 for place in range(36)]
"""For each character of a UUID's text, which of its 32 digits stands there."""
