"""The files of a mapped unit go to their places, and what an earlier landing of it left there goes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.errors import ThroughlineError
from connectors.files import replace_all_durably, written_aside
from connectors.home import Home
from connectors.landing.ledger_rows import LedgerRow, write_ledger
from connectors.landing.tables import table_schema
from connectors.masking import masked
from connectors.records import RECORD_KINDS
from connectors.seam import REJECTED, MappedKind, MappedUnit, Original, arrow_schema


def check(mapped: MappedUnit) -> None:
    """The landed files equal their contract and the counts balance; anything else is a bug of the reader."""
    for kind in mapped.kinds:
        where = f"{mapped.original.tool}, unit {mapped.original.unit}, {kind.kind.name}"
        _check_schema(kind, where)
        _check_counts(kind, where)


def _check_schema(kind: MappedKind, where: str) -> None:
    expected = arrow_schema(kind.kind.landed)
    found = pq.read_schema(kind.landed).remove_metadata()
    if not found.equals(expected):
        raise ThroughlineError(
            f"{where}: the landed file differs from its contract.\nexpected {expected}\nfound {found}"
        )


def _check_counts(kind: MappedKind, where: str) -> None:
    accounted = kind.rows_landed + kind.rows_rejected + kind.rows_duplicate
    written = pq.read_metadata(kind.landed).num_rows
    rejected = pq.read_metadata(kind.rejected).num_rows if kind.rejected else 0
    if (kind.rows_read, kind.rows_landed, kind.rows_rejected) != (accounted, written, rejected):
        raise ThroughlineError(
            f"{where}: read {kind.rows_read}, but landed {kind.rows_landed} (file {written}), rejected "
            f"{kind.rows_rejected} (file {rejected}), duplicate {kind.rows_duplicate}. Nothing was landed."
        )


def commit(home: Home, mapped: MappedUnit, rows: Sequence[LedgerRow]) -> None:
    """Move everything into place; the ledger rows are last, because they are what makes the unit landed."""
    original = mapped.original
    landed = {kind.landed: home.unit_file(kind.kind.name, original.tool, original.unit) for kind in mapped.kinds}
    replace_all_durably(landed | _rejects(home, mapped))
    _withdraw(home, original, set(RECORD_KINDS) - {kind.kind.name for kind in mapped.kinds})
    write_ledger(home, original, rows)


def _rejects(home: Home, mapped: MappedUnit) -> dict[Path, Path]:
    """Reasons go to landing; values and originals stay in the restricted zone. Written aside → where they belong."""
    original = mapped.original
    rejected = rejected_of(mapped)
    reasons = home.unit_file("rejects", original.tool, original.unit)
    originals = reject_originals(home, original)
    if not len(rejected):
        reasons.unlink(missing_ok=True)
        originals.unlink(missing_ok=True)
        return {}
    told = rejected.select(table_schema("rejects").names).cast(table_schema("rejects"))
    return {written_aside(rejected, originals): originals, written_aside(told, reasons): reasons}


def rejected_of(mapped: MappedUnit) -> pa.Table:
    """The rejects of all kinds of a unit, with values and originals."""
    tables = [pq.read_table(kind.rejected) for kind in mapped.kinds if kind.rejected and kind.rows_rejected]
    rejected = pa.concat_tables([REJECTED.empty_table(), *tables])
    masks = pa.array([masked(mapped.original.source_file)] * len(rejected), pa.string())
    return rejected.set_column(rejected.schema.get_field_index("source_file"), "source_file", masks)


def reject_originals(home: Home, original: Original) -> Path:
    """Where the rejects of a unit are kept with their values and originals."""
    return home.reject_originals / original.tool / f"{original.unit}.parquet"


def commit_refusal(home: Home, original: Original, rows: Sequence[LedgerRow]) -> None:
    """Say in the ledger that the original was refused; what an earlier declaration landed of it is withdrawn."""
    _withdraw(home, original, {*RECORD_KINDS, "rejects"})
    write_ledger(home, original, rows)


def _withdraw(home: Home, original: Original, tables: set[str]) -> None:
    for table in tables:
        home.unit_file(table, original.tool, original.unit).unlink(missing_ok=True)
