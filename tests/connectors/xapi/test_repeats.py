"""What comes twice is found exactly, however much of it there is, a few keys at a time."""

from __future__ import annotations

import tempfile
import tracemalloc
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.xapi import repeats
from connectors.xapi.repeats import SeenKeys, drop_repeated

HALVES = ["0" * 16, "0" * 15 + "1", "8" + "0" * 15, "f" * 16, "a5" * 8]
KEYS = st.tuples(st.sampled_from(HALVES), st.sampled_from(HALVES)).map("".join) | st.uuids().map(lambda one: one.hex)


def repeated(keys: Sequence[str], at_a_time: int) -> list[bool]:
    with tempfile.TemporaryFile() as file:
        seen = SeenKeys(file)
        for start in range(0, len(keys), at_a_time):
            seen.add(pa.array(keys, pa.string())[start : start + at_a_time])
        found = seen.repeated()
        return [False] * len(keys) if found is None else found.tolist()


@settings(deadline=None, max_examples=40)
@given(st.lists(KEYS, max_size=60), st.integers(1, 9), st.integers(1, 9), st.integers(1, 9))
def test_of_equal_keys_all_but_the_first_are_repeated(keys: list[str], added: int, together: int, block: int) -> None:
    expected = [key in keys[:row] for row, key in enumerate(keys)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(repeats, "_TOGETHER", together)
        patch.setattr(repeats, "_BLOCK", block)
        assert repeated(keys, added) == expected


def test_two_keys_that_share_a_prefix_are_two() -> None:
    assert repeated(["0" * 32, "0" * 31 + "1"], 2) == [False, False]


@pytest.mark.parametrize("share", [0, 0.5], ids=["nothing repeats", "half of it repeats"])
def test_memory_does_not_grow_with_the_keys(share: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeats, "_TOGETHER", 1 << 13)
    monkeypatch.setattr(repeats, "_BLOCK", 1 << 11)
    few, many = (most_held(count, share) for count in (10_000, 100_000))
    assert many < 2 * few


def most_held(count: int, share: float) -> int:
    """Bytes that are held at most while it is found which of so many keys, of which this share is drawn twice, repeat."""
    keys = np.random.default_rng(1).integers(0, 1 << 63, (count, 2), dtype=np.uint64)
    keys[: int(count * share / 2)] = keys[count - int(count * share / 2) :]
    digits = keys.tobytes().hex()
    with tempfile.TemporaryFile() as file:
        seen = SeenKeys(file)
        seen.add(pa.array([digits[at : at + 32] for at in range(0, len(digits), 32)], pa.string()))
        tracemalloc.start()
        found = seen.repeated()
        held = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert (0 if found is None else found.sum()) == int(count * share / 2)
    return held


def test_repeated_rows_are_dropped_from_every_group_of_rows(tmp_path: Path) -> None:
    path = tmp_path / "statements.parquet"
    pq.write_table(pa.table({"line": range(7)}), path, row_group_size=3)
    assert drop_repeated(path, np.array([False, True, False, False, True, True, False])) == 3
    assert pq.read_table(path)["line"].to_pylist() == [0, 2, 3, 6]
