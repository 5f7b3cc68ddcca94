"""The draws that every room of the world shares: chances as logits, and instants at which people work."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def at_work(days: Array, rng: np.random.Generator) -> Array:
    """An instant on each day: mostly in working hours, now and then in the evening; few weekends stay weekends."""
    weekday = (days.astype("M8[D]").astype(np.int64) + 3) % 7
    to_monday = np.where((weekday > 4) & (rng.random(len(days)) < 0.85), 7 - weekday, 0).astype("timedelta64[D]")
    is_office = rng.random(len(days)) < 0.9
    hours = np.where(is_office, rng.uniform(8, 17.5, len(days)), rng.uniform(18, 22, len(days)))
    return np.asarray((days.astype("M8[D]") + to_monday).astype("M8[s]") + seconds(hours * 3600))


def seconds(values: Array) -> Array:
    """Seconds as time differences; fractions are cut off."""
    return np.asarray(values).astype(np.int64).astype("timedelta64[s]")


def days(values: Array) -> Array:
    """Days and fractions of them as time differences, to the second."""
    return seconds(np.asarray(values) * 86_400)


def logit(share: Any) -> Any:
    return np.log(share / (1 - share))


def logistic(value: Any) -> Any:
    return 1 / (1 + np.exp(-value))
