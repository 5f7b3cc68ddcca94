"""Everything that happened, as it happened: one Parquet file per table, appended month by month."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from simulator.world.happenings import Happenings


class HappeningsTruth:
    """``person``, ``offering`` and ``programme`` are the numbers of persons.csv, offerings.csv and programmes.csv."""

    def __init__(self, to: Path) -> None:
        to.mkdir(parents=True, exist_ok=True)
        self.to = to
        self.writers: dict[str, pq.ParquetWriter] = {}

    def month(self, happened: Happenings) -> None:
        for name, rows in happened.tables.items():
            self.append(name, rows)

    def append(self, table: str, rows: pd.DataFrame) -> None:
        """Add a row group; the first one decides the schema, also where it is empty."""
        arrow = pa.Table.from_pandas(rows, preserve_index=False).replace_schema_metadata(None)
        if table not in self.writers:
            self.writers[table] = pq.ParquetWriter(self.to / f"{table}.parquet", arrow.schema, compression="zstd")
        self.writers[table].write_table(arrow.cast(self.writers[table].schema))

    def close(self) -> None:
        for writer in self.writers.values():
            writer.close()
