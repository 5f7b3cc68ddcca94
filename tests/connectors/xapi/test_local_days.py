"""The learner's day: as a time tells it, and in the tool's zone where a time was sent in UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.xapi.local_days import learners_days
from tests.connectors.xapi.samples import Read, changed, lines

ZONES = st.sampled_from(["Europe/Amsterdam", "America/St_Johns", "Australia/Lord_Howe", "Asia/Muscat", "Pacific/Apia"])
MOMENTS = st.datetimes(datetime(1971, 1, 1), datetime(2090, 1, 1)) | st.sampled_from(
    [
        datetime(2025, month, 26 if month == 10 else 30) + timedelta(minutes=15 * n)
        for month in (3, 10)
        for n in range(16)
    ]
)


@pytest.mark.parametrize(
    ("sent", "day"),
    [
        ("2025-03-29T22:59:59Z", date(2025, 3, 29)), ("2025-03-29T23:30:00Z", date(2025, 3, 30)),
        ("2025-03-30T21:59:00+00:00", date(2025, 3, 30)), ("2025-03-30T22:00:00.5Z", date(2025, 3, 31)),
        ("2025-03-30T23:30:00", date(2025, 3, 31)), ("2025-03-29T23:30:00+01:00", date(2025, 3, 29)),
        ("2025-03-31T23:30:00-05:00", date(2025, 3, 31)),
    ],
)  # fmt: skip
def test_a_time_in_utc_has_the_day_of_the_tool_s_zone_and_any_other_its_own(read: Read, sent: str, day: date) -> None:
    (row,) = read(lines(changed(timestamp=sent)), timezone="Europe/Amsterdam").rows()
    assert row["occurred_date"] == day
    (row,) = read(lines(changed(timestamp=sent))).rows()
    assert row["occurred_date"] == date.fromisoformat(sent[:10])


@given(st.lists(MOMENTS, min_size=1, max_size=8), ZONES)
def test_days_are_those_of_the_zone_s_own_clock(moments: list[datetime], zone: str) -> None:
    columns = {
        "occurred_at": pa.array(moments, pa.timestamp("us")),
        "occurred_date": pa.array([moment.date() for moment in moments]),
        "utc_offset_minutes": pa.array([None if n % 2 else 0 for n in range(len(moments))], pa.int64()),
    }
    told = learners_days(columns, zone).to_pylist()
    assert told == [moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date() for moment in moments]


def test_the_ends_of_the_years_that_can_be_told_stay_as_they_are() -> None:
    ends = [datetime.min, datetime.max]
    columns = {
        "occurred_at": pa.array(ends, pa.timestamp("us")),
        "occurred_date": pa.array([end.date() for end in ends]),
        "utc_offset_minutes": pa.array([0, 0], pa.int64()),
    }
    for zone in ("Pacific/Apia", "America/St_Johns"):
        assert learners_days(columns, zone).to_pylist() == [end.date() for end in ends]
