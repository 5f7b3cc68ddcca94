"""Values that belong to a number."""

from __future__ import annotations

import uuid

import numpy as np

from simulator.exports.xapi.draws import Draws, Uuids
from simulator.world.period import Streams

NUMBERS = np.arange(200_000)


def test_a_number_gets_the_same_value_whatever_is_asked_with_it() -> None:
    draws = Draws(Streams(1), "late")
    whole = draws.uniform(NUMBERS)
    assert np.array_equal(whole[1000:1010], draws.uniform(NUMBERS[1000:1010]))
    assert np.array_equal(whole[::-1], Draws(Streams(1), "late").uniform(NUMBERS[::-1]))


def test_purposes_and_seeds_draw_independently() -> None:
    late, skewed, other = (
        Draws(Streams(seed), purpose).uniform(NUMBERS)
        for seed, purpose in ((1, "late"), (1, "skewed"), (2, "late"))
    )  # fmt: skip
    assert abs(np.corrcoef(late, skewed)[0, 1]) < 0.01
    assert abs(np.corrcoef(late, other)[0, 1]) < 0.01


def test_neighbouring_numbers_draw_independently_and_evenly() -> None:
    drawn = Draws(Streams(3), "late").uniform(NUMBERS << 14)
    assert abs(np.corrcoef(drawn[:-1], drawn[1:])[0, 1]) < 0.01
    counts, _ = np.histogram(drawn, bins=20, range=(0, 1))
    assert counts.min() > 9_600 and counts.max() < 10_400, "expected 10,000 ± 4 standard deviations"


def test_whole_values_reach_both_ends() -> None:
    assert set(Draws(Streams(1), "hours").integers(NUMBERS, 3, 6).tolist()) == {3, 4, 5, 6}


def test_ids_are_random_uuids_that_never_meet() -> None:
    texts = Uuids(Streams(1), "ids").texts(NUMBERS)
    parsed = [uuid.UUID(text) for text in texts[:500]]
    assert [str(one) for one in parsed] == texts[:500]
    assert {one.version for one in parsed} == {4} and {one.variant for one in parsed} == {uuid.RFC_4122}
    assert len(set(texts)) == len(texts)
