"""Local time, its offset and UTC, in bulk."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np

from simulator.exports.files import ZONE
from simulator.exports.xapi.clocks import WallClock, utc_texts

CLOCK = WallClock(ZONE, range(2014, 2029))
HOURS = [datetime(2015, 1, 1, 0, 30, 15, 7000) + timedelta(hours=hour) for hour in range(4 * 8766)]


def test_every_hour_of_four_years_has_the_offset_that_python_gives_it() -> None:
    local = np.array(HOURS, "datetime64[ms]")
    assert CLOCK.local_texts(local) == [hour.replace(tzinfo=ZONE).isoformat() for hour in HOURS]


def test_local_instants_become_the_utc_that_python_makes_of_them() -> None:
    utc = CLOCK.utc(np.array(HOURS, "datetime64[ms]"))
    assert utc_texts(utc, "000+00:00") == [hour.replace(tzinfo=ZONE).astimezone(UTC).isoformat() for hour in HOURS]


def test_an_instant_before_the_first_known_year_has_the_offset_of_its_first_day() -> None:
    assert CLOCK.local_texts(np.array(["1999-07-01T12:00:00.001"], "datetime64[ms]")) == [
        "1999-07-01T12:00:00.001000+01:00"
    ]
