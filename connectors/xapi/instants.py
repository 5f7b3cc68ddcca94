"""Instants by the column: the usual form is proven at once for all rows, by its distinct days and zones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from connectors.xapi.formats import parse_instant

_USUAL = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,6})?"
    r"(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])$"
)
_PLACEHOLDER = "2000-01-01T00:00:00Z"

Flags = npt.NDArray[np.bool_]


class Zoned(NamedTuple):
    """Instants as sent: which are ``proven`` to be some, and for these the local day and the minutes east of UTC.

    ``texts`` are those that Arrow can cast: something stands in for what isn't proven.
    """

    proven: Flags
    texts: pa.Array
    days: pa.Array
    offsets: pa.Array


def zoned(texts: pa.Array) -> Zoned:
    """Instants in the usual form with at most six decimals; what is left, `parse_instant` knows better."""
    usual = pc.match_substring_regex(texts, _USUAL)
    sure = pc.if_else(usual, texts, _PLACEHOLDER)
    zone = pc.if_else(pc.ends_with(sure, "Z"), "Z", pc.utf8_slice_codeunits(sure, -6))
    days = _by_text(pc.utf8_slice_codeunits(sure, 0, 10), _day, pa.date32())
    offsets = _by_text(zone, _minutes, pa.int64())
    proven = pc.and_(usual, pc.and_(pc.is_valid(days), pc.is_valid(offsets)))
    return Zoned(flags(proven), pc.if_else(proven, sure, _PLACEHOLDER), days, offsets)


def instants(texts: pa.Array) -> pa.Array:
    """Naive UTC, as every instant is landed, of texts with a zone."""
    return texts.cast(pa.timestamp("us", "UTC")).cast(pa.timestamp("us"))


def flags(values: pa.BooleanArray) -> Flags:
    """The same as an array of numpy; unknown is false."""
    return np.asarray(values.fill_null(False).to_numpy(zero_copy_only=False))


def _by_text(texts: pa.StringArray, meaning: Callable[[str], Any], kind: pa.DataType) -> pa.Array:
    """What texts mean, found out once for each."""
    encoded = texts.dictionary_encode()
    return pa.array(map(meaning, encoded.dictionary.to_pylist()), kind).take(encoded.indices)


def _day(text: str) -> date | None:
    """A day that leaves an instant within the years that can be told, whatever its zone."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if date.min.year < day.year < date.max.year else None


def _minutes(zone: str) -> int | None:
    instant = parse_instant(f"2000-01-01T00:00:00{zone}")
    return instant.offset_minutes if instant else None
