"""LAND: what was mapped of an original becomes part of the landing zone, whole or not at all.

    MappedUnit --truncation, check--> believed --commit--> landing/<kind>/…, rejects, ledger

Two ideas carry it. A unit (one original, or one window of a pull) owns its files, so units can land side by
side without a lock. And the ledger row is written last: a unit counts as landed only when the ledger says so,
and a scratch folder that is left behind marks a unit whose commit was cut off, which the next run lands again.

Nothing is lost: for every unit and kind, read = landed + rejected + duplicate + erased. It is checked before
the commit, not reported after it.

unit          one unit from its original to its ledger rows, in scratch folders of its own
truncation    an export that was cut off is refused
commit        what is checked, and the order in which files move
ledger_rows   what is said of each unit
replays       what became of originals that were mapped again: before and after
unchanged     whether such an original yields what stands already
tables        the tables of the landing zone, and their files without rows
"""

from connectors.landing.ledger_rows import LedgerRow, ledger
from connectors.landing.replays import replays
from connectors.landing.tables import table_schema, write_zero_rows
from connectors.landing.truncation import refuse_smaller_again
from connectors.landing.unit import Landed, interrupted, land
from connectors.seam import MappedKind, MappedUnit, Original, Reader, Scratch, Tokeniser, arrow_schema

__all__ = [
    "Landed",
    "LedgerRow",
    "MappedKind",
    "MappedUnit",
    "Original",
    "Reader",
    "Scratch",
    "Tokeniser",
    "arrow_schema",
    "interrupted",
    "land",
    "ledger",
    "refuse_smaller_again",
    "replays",
    "table_schema",
    "write_zero_rows",
]
