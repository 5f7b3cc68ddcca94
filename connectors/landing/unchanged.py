"""Whether an original that was mapped again yields what stands already, so that nothing needs to be written.

Only the version of the declaration may differ: it is on every row, and a declaration of many exports that is
corrected for one of them would otherwise write all units of the tool anew, and have all that hangs on them built.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.home import Home
from connectors.landing.commit import reject_originals, rejected_of
from connectors.landing.ledger_rows import LedgerRow
from connectors.seam import REJECTED, MappedUnit

_VERSION = "declaration_version"
_BATCH_ROWS = 50_000


def stands(home: Home, mapped: MappedUnit, rows: Sequence[LedgerRow], known: Sequence[LedgerRow]) -> bool:
    """Whether a unit stands as it was mapped to again: in the ledger (``known``, now ``rows``), files and rejects."""
    original = mapped.original
    if sorted(map(_told, rows)) != sorted(map(_told, known)):
        return False
    if not rejected_of(mapped).equals(_rejects_that_stand(reject_originals(home, original))):
        return False
    return all(
        _alike(kind.landed, home.unit_file(kind.kind.name, original.tool, original.unit)) for kind in mapped.kinds
    )


def _rejects_that_stand(path: Path) -> pa.Table:
    return pq.read_table(path, partitioning=None) if path.exists() else REJECTED.empty_table()


def _told(row: LedgerRow) -> list[str]:
    """What a row says, whichever of the columns without anything in them the ledger had when it was written."""
    told = {name: value for name, value in row.items() if value is not None and name not in (_VERSION, "landed_at")}
    return [f"{name}={value}" for name, value in sorted(told.items())]


def _alike(made: Path, standing: Path) -> bool:
    if not standing.exists():
        return False
    pairs = zip_longest(_batches(made), _batches(standing))
    return all(one is not None and other is not None and one.equals(other) for one, other in pairs)


def _batches(path: Path) -> Iterator[pa.RecordBatch]:
    """The rows of a landed file without the version, in bounded memory."""
    with pq.ParquetFile(path) as file:
        names = [name for name in file.schema_arrow.names if name != _VERSION]
        yield from file.iter_batches(_BATCH_ROWS, columns=names, use_threads=False)
