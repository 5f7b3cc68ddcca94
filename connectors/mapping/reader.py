"""A declaration over an original: its rows of every record kind."""

from __future__ import annotations

import duckdb
import pyarrow as pa

from connectors import xapi
from connectors.declaration import Declaration
from connectors.mapping.candidates import create_candidates
from connectors.mapping.clearing import create_clear
from connectors.mapping.keying import create_fates, create_keyed, fates
from connectors.mapping.outcomes import keep_for_the_vault, write_landed, write_rejected
from connectors.mapping.planning import planned
from connectors.mapping.setting import Setting
from connectors.reading import identified, load
from connectors.records import RECORD_KINDS
from connectors.seam import MappedKind, MappedUnit, Original, Scratch, Tokeniser


def read(original: Original, declaration: Declaration, tokeniser: Tokeniser, scratch: Scratch) -> MappedUnit:
    """Map one original. Raises OriginalRefused where it can't be read as what the declaration declares."""
    formats = {export.format for export in declaration.exports.values()}
    reader = xapi.read if "xapi" in formats else _read_csv
    return reader(original, declaration, tokeniser, scratch)


def _read_csv(original: Original, declaration: Declaration, tokeniser: Tokeniser, scratch: Scratch) -> MappedUnit:
    text, layout = identified(original.path, original.source_file, declaration, scratch.restricted)
    with duckdb.connect(":memory:", config={"temp_directory": str(scratch.restricted / "spill")}) as connection:
        source = load(connection, text, layout, declaration.nulls, scratch.restricted)
        setting = Setting(connection, original, declaration, source, tokeniser, scratch)
        connection.register("ragged", _ragged_table(setting))
        # A record whose cells can't be told apart is counted once, under the first kind that the export yields.
        kinds = tuple(_mapped(setting, name, is_first=i == 0) for i, name in enumerate(layout.export.kinds))
    return MappedUnit(original, layout.name, declaration.declaration_version, source.rows, kinds)


def _ragged_table(setting: Setting) -> pa.Table:
    schema = pa.schema([("source_line", pa.int64()), ("rule", pa.string()), ("expected", pa.string())])
    rows = [{"source_line": r.line, "rule": r.rule, "expected": r.expected} for r in setting.source.ragged]
    return pa.Table.from_pylist(rows, schema=schema)


def _mapped(setting: Setting, name: str, *, is_first: bool) -> MappedKind:
    kind, mapping = RECORD_KINDS[name], setting.source.layout.export.kinds[name]
    create_candidates(setting, mapping)
    plan = planned(setting, kind, mapping)
    create_clear(setting, plan)
    candidates = setting.count("SELECT count(*) FROM clear")
    create_keyed(setting, plan)
    create_fates(setting, plan)
    landed = setting.scratch.open / f"{name}.parquet"
    write_landed(setting, plan, landed)
    keep_for_the_vault(setting, plan)
    rejected = write_rejected(
        setting, plan, setting.scratch.restricted / f"{name}.rejected.parquet", with_ragged=is_first
    )
    counted, ragged = fates(setting), len(setting.source.ragged) if is_first else 0
    return MappedKind(
        kind=kind,
        landed=landed,
        rejected=rejected,
        rows_read=candidates - counted.get("same", 0) + ragged,
        rows_landed=counted.get("landed", 0),
        rows_rejected=counted.get("rejected", 0) + ragged,
        rows_duplicate=counted.get("duplicate", 0),
    )


def kinds_of(declaration: Declaration) -> tuple[str, ...]:
    """Record kinds that a tool can yield, sorted."""
    return tuple(sorted({kind for export in declaration.exports.values() for kind in (*export.kinds, *export.yields)}))
