"""A Parquet file is read by its types: nothing that a declaration says of texts is guessed of them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors.errors import OriginalRefused
from connectors.seam import NUMBER_AS_TEXT
from tests.connectors.mapped import declared, map_file
from tests.connectors.sources.test_database import TIMES

WHEN = [datetime(2025, 3, 1, 9, 5, 0, 250_000), datetime(2025, 3, 1)]


@pytest.mark.parametrize(
    ("hours", "minutes"),
    [
        (pa.array([1.5, 1.225]), [90.0, 73.5]),
        (pa.array([Decimal("1.500"), Decimal("1.225")]), [90.0, 73.5]),
        (pa.array([1, 2]), [60.0, 120.0]),
    ],
)
def test_numbers_are_numbers_whatever_mark_the_texts_of_a_tool_have(tmp_path: Path, hours: Any, minutes: Any) -> None:
    path = tmp_path / "hours.parquet"
    pq.write_table(pa.table({"person": ["1", "2"], "worked": pa.array(WHEN), "hours": hours}), path)
    mapped = map_file(path, declared(tmp_path, TIMES), tmp_path / "scratch")
    assert mapped.column("learning_time", "minutes") == minutes
    assert mapped.column("learning_time", "started_at") == [
        datetime(2025, 3, 1, 8, 5, 0, 250_000),
        datetime(2025, 2, 28, 23),
    ]


def test_texts_that_are_marked_as_numbers_are(tmp_path: Path) -> None:
    instants = pa.array([each.replace(tzinfo=UTC) for each in WHEN], pa.timestamp("us", "UTC"))
    schema = pa.schema(
        [("person", pa.string()), ("worked", instants.type), pa.field("hours", pa.string(), metadata=NUMBER_AS_TEXT)]
    )
    pq.write_table(pa.table([["1", None], instants, ["1.5", "2"]], schema=schema), tmp_path / "hours.parquet")
    mapped = map_file(tmp_path / "hours.parquet", declared(tmp_path, TIMES), tmp_path / "scratch")
    assert mapped.column("learning_time", "minutes") == [90.0]
    assert mapped.column("learning_time", "started_at") == [WHEN[0]]
    (reject,) = mapped.rejects("learning_time")
    assert (reject["source_line"], reject["rule"], reject["original"]) == (
        2,
        "required_missing",
        ",2025-03-01 00:00:00.000000+00:00,2",
    )


def test_dates_and_other_columns_keep_their_place(tmp_path: Path) -> None:
    columns = {"hours": [2.0], "other": [[1, 2]], "worked": [date(2025, 3, 1)], "person": ["1"]}
    pq.write_table(pa.table(columns), tmp_path / "hours.parquet")
    mapped = map_file(tmp_path / "hours.parquet", declared(tmp_path, TIMES), tmp_path / "scratch")
    assert mapped.column("learning_time", "learning_date") == [date(2025, 3, 1)]
    assert mapped.unit.unread == ("other",)


def test_a_file_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table({"person": ["1"]}), tmp_path / "hours.parquet")
    whole = (tmp_path / "hours.parquet").read_bytes()
    (tmp_path / "hours.parquet").write_bytes(whole[:-20])
    with pytest.raises(OriginalRefused, match="cut off or damaged"):
        map_file(tmp_path / "hours.parquet", declared(tmp_path, TIMES), tmp_path / "scratch")
