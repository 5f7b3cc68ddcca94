"""The learner's day of what was sent in UTC: that of the tool's zone, where settings.yml names one.

    tools: {xapi: {timezone: Europe/Amsterdam}}

A time with an offset tells its local day by itself. ``Z`` and ``+00:00`` tell none: browsers write every time so, and
an LRS of version 2.0 converts all that it is sent (RFC 9557, 2.2: with Z the local offset is not known). At half past
eleven in the evening of the 31st in UTC it is the next month in Amsterdam, and the job of the next month counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

_HALF_HOUR, _DAY = 1_800_000_000, 86_400_000_000
"""In microseconds. No zone changes its clock but on a half hour of UTC."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def learners_days(columns: Mapping[str, pa.Array], zone: str) -> pa.Array:
    """``occurred_date`` of landed columns, with the day in ``zone`` where the time was sent in UTC, or without one."""
    days, offsets = columns["occurred_date"], columns["utc_offset_minutes"]
    is_utc = np.asarray(offsets.fill_null(0).to_numpy(zero_copy_only=False)) == 0
    if zone == "UTC" or not is_utc.any():
        return days
    instants = columns["occurred_at"].cast(pa.int64()).to_numpy(zero_copy_only=False)
    half_hours, at = np.unique(instants // _HALF_HOUR, return_inverse=True)
    east = np.array([_microseconds_east(int(half_hour), ZoneInfo(zone)) for half_hour in half_hours], np.int64)
    local = (instants + east[at]) // _DAY
    as_sent = np.asarray(days.cast(pa.int32()).to_numpy(zero_copy_only=False))
    return pa.array(np.where(is_utc, local, as_sent).astype(np.int32), pa.int32()).cast(pa.date32())


def _microseconds_east(half_hour: int, zone: ZoneInfo) -> int:
    """Of UTC, in that half hour; none at the ends of the years that can be told."""
    try:
        east = (_EPOCH + timedelta(microseconds=half_hour * _HALF_HOUR)).astimezone(zone).utcoffset()
    except OverflowError:
        return 0
    return 0 if east is None else east // timedelta(microseconds=1)
