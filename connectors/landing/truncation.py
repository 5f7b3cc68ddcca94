"""An export that was cut off is refused, not loaded: it would look as if most people had left."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow.compute as pc
import pyarrow.parquet as pq

from connectors.errors import OriginalRefused
from connectors.landing.ledger_rows import LedgerRow
from connectors.seam import MappedKind, MappedUnit

_TRUNCATION_SHARE = 0.5
"""Of the rows of the last complete export; fewer are not believed."""
_TRUNCATION_MINIMUM = 10
"""Rows below which a share says nothing."""


def refuse_truncated(mapped: MappedUnit, ledger_rows: Sequence[LedgerRow]) -> None:
    """A complete snapshot is refused that ends in mid-record, or holds far fewer rows than the last of its series."""
    for kind in filter(_is_complete, mapped.kinds):
        if mapped.is_cut_off:
            raise OriginalRefused(
                f"A complete export of {kind.kind.name} ends in the middle of its last record, so it is cut off: "
                "whoever it doesn't reach would seem to be gone.",
                _accepted(mapped),
            )
        before = _last_count(mapped, kind, ledger_rows)
        if before >= _TRUNCATION_MINIMUM and kind.rows_read < _TRUNCATION_SHARE * before:
            raise OriginalRefused(
                f"A complete export of {kind.kind.name} holds {kind.rows_read} rows, the last one held {before}: "
                f"fewer than {_TRUNCATION_SHARE:.0%}, so it is probably cut off.",
                _accepted(mapped),
            )


def _accepted(mapped: MappedUnit) -> str:
    """What to do with an export that isn't believed."""
    unit = f"{mapped.original.tool} --unit {mapped.original.unit}"
    return f"export it again; if it is right, run `throughline replay {unit} --accept-fewer-rows`."


def refuse_smaller_again(ledger_rows: Sequence[LedgerRow], unit: str, records: int) -> None:
    """A complete pull that is repeated within its unit must not shrink like that: it would replace the good one."""
    before = max((int(row["source_rows"]) for row in ledger_rows if row["unit"] == unit), default=0)
    if before >= _TRUNCATION_MINIMUM and records < _TRUNCATION_SHARE * before:
        raise OriginalRefused(
            f"{unit} was pulled again with {records} records, before it held {before}: fewer than "
            f"{_TRUNCATION_SHARE:.0%}, so it is probably cut off. What was landed stays.",
            "pull it again later, and check the rights of whoever asks. If it is right, the next day's pull will show "
            "it, and can be accepted with `throughline replay`.",
        )


def _is_complete(kind: MappedKind) -> bool:
    if "is_complete_snapshot" not in kind.kind.by_name:
        return False
    flags = pq.read_table(kind.landed, columns=["is_complete_snapshot"]).column(0)
    return len(flags) == 0 or bool(pc.any(flags).as_py())


def _last_count(mapped: MappedUnit, kind: MappedKind, ledger_rows: Sequence[LedgerRow]) -> int:
    """Rows of this kind in the last landed unit of the same export series that is older than this one."""
    same = ("landed", kind.kind.name, " + ".join(kind.exports), mapped.original.series)
    older = [
        (row["extracted_at"], int(row["rows_read"]))
        for row in ledger_rows
        if (row["status"], row["record_kind"], row["export"], row["series"]) == same
        and row["extracted_at"] < mapped.original.extracted_at
    ]
    return max(older)[1] if older else 0
