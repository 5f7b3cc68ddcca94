"""The tables of the landing zone."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.files import write_table
from connectors.home import Home
from connectors.records import (
    LATE_ROW_COLUMNS,
    LEDGER_COLUMNS,
    RECORD_KINDS,
    REJECT_COLUMNS,
    REPLAY_COLUMNS,
    Column,
    Type,
)
from connectors.seam import arrow_schema

_TABLES: dict[str, tuple[Column, ...]] = {name: kind.landed for name, kind in RECORD_KINDS.items()} | {
    "ledger": LEDGER_COLUMNS,
    "rejects": REJECT_COLUMNS,
    "late_rows": LATE_ROW_COLUMNS,
    "replays": REPLAY_COLUMNS,
    "identity_links": (
        Column("token", Type.TEXT, "Token of an identifier."),
        Column("person_key", Type.INTEGER, "Person; empty where the token is ambiguous or shared."),
        Column("rule", Type.TEXT, "Rule that made the link."),
        Column("confidence", Type.NUMBER, "Trust in the rule, 0 to 1."),
        Column("state", Type.TEXT, "resolved, unmatched, ambiguous or shared."),
        Column("valid_from", Type.DATE, "First day of the link; empty: always."),
        Column("valid_to", Type.DATE, "First day after it; empty: still."),
    ),
    "person_aliases": (
        Column("former_person_key", Type.INTEGER, "Key that was merged away."),
        Column("person_key", Type.INTEGER, "Key that stays: the older one."),
        Column("merged_at", Type.INSTANT, "When (UTC)."),
    ),
    "activity_decisions": (
        Column("tool", Type.TEXT, "Tool of the offering."),
        Column("activity_id", Type.TEXT, "The activity as the tool identifies it."),
        Column("decision", Type.TEXT, "same or split."),
        Column("decided_name", Type.TEXT, "Name that offerings share which were decided to be the same."),
    ),
}
"""Every table of the landing zone. The one list of tables that a zero-row file is made for."""


def table_schema(table: str) -> pa.Schema:
    """The Arrow schema of one of the tables, by name."""
    return arrow_schema(_TABLES[table])


def write_zero_rows(home: Home) -> None:
    """A file without rows for every table, so that a company without that kind of data builds."""
    for name in _TABLES:
        path = home.landed(name) / "zero_rows.parquet"
        schema = table_schema(name)
        if not path.exists() or not pq.read_schema(path).equals(schema):
            write_table(schema.empty_table(), path)
