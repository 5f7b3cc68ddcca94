"""A declaration over an original: its rows of every record kind."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache
from pathlib import Path

import duckdb
import pyarrow as pa

from connectors import xapi
from connectors.declaration import Declaration
from connectors.mapping.candidates import create_candidates
from connectors.mapping.clearing import create_clear
from connectors.mapping.fates import create_fates
from connectors.mapping.keying import create_keyed
from connectors.mapping.outcomes import keep_for_the_vault, write_landed, write_rejected
from connectors.mapping.planning import Plan, planned
from connectors.mapping.setting import Setting
from connectors.mapping.wordings import create_keyed_by_wordings, divided
from connectors.reading import Found, Layout, Source, cell_names, identified, load
from connectors.records import RECORD_KINDS, RecordKind
from connectors.seam import MappedKind, MappedUnit, Original, Scratch, Tokeniser

_SMALL = 4 << 20
"""Bytes of text up to which an original is mapped in memory alone."""
_MEMORY = "1GB"
"""What the database of a larger one may use before it spills, where ``THROUGHLINE_MEMORY`` doesn't say."""


def read(original: Original, declaration: Declaration, tokeniser: Tokeniser, scratch: Scratch) -> MappedUnit:
    """Map one original. Raises OriginalRefused where it can't be read as what the declaration declares."""
    reader = xapi.read if _is_of_statements(declaration) else _read_tables
    return reader(original, declaration, tokeniser, scratch)


def expecting(declaration: Declaration, files: Iterable[Path]) -> AbstractContextManager[None]:
    """Within, what these files become is going to be read: what takes time to start can start now."""
    return xapi.started_ahead(files) if _is_of_statements(declaration) else nullcontext()


def _is_of_statements(declaration: Declaration) -> bool:
    return any(export.format == "xapi" for export in declaration.exports.values())


def _read_tables(original: Original, declaration: Declaration, tokeniser: Tokeniser, scratch: Scratch) -> MappedUnit:
    found = identified(original.path, original.source_file, _as_pulled(declaration, original), scratch.restricted)
    with _database(found, scratch) as connection:
        sources = [
            load(connection, table, number, declaration.nulls, scratch.restricted) for number, table in enumerate(found)
        ]
        connection.register("ragged", _ragged_table(sources))
        settings = [Setting(connection, original, declaration, source, tokeniser, scratch) for source in sources]
        names = dict.fromkeys(name for source in sources for name in source.layout.export.kinds)
        kinds = tuple(_mapped(settings, RECORD_KINDS[name]) for name in names)
    rows, not_records = sum(s.rows for s in sources), sum(s.rows_not_records for s in sources)
    unread = tuple(name for source in sources for name in _unread(source.layout))
    is_cut_off = any(source.is_cut_off for source in sources)
    return MappedUnit(original, declaration.declaration_version, rows, kinds, not_records, unread, is_cut_off)


def _as_pulled(declaration: Declaration, original: Original) -> Declaration:
    """The declaration of what a pull asked for alone: an answer without records could be any of a tool's exports."""
    asked = original.pulled_as
    if asked is None or asked not in declaration.exports:
        return declaration
    return declaration.model_copy(update={"exports": {asked: declaration.exports[asked]}})


def _unread(layout: Layout) -> Iterator[str]:
    """Columns of a header that nothing is made of."""
    read = cell_names(layout)
    yield from (name.strip() or f"column {i}" for i, name in enumerate(layout.header, 1) if i - 1 not in read)


@contextmanager
def _database(found: Sequence[Found], scratch: Scratch) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database for one original. What is made in it is temporary, which is to say the connection's own.

    To open a database takes longer than to map a small original, so these share one. A large one has its own, which
    spills into the restricted scratch folder beyond its memory.
    """
    if sum(each.content.path.stat().st_size for each in found) <= _SMALL:
        with _shared_database().cursor() as connection:
            yield connection
    else:
        with duckdb.connect(
            config={
                "temp_directory": str(scratch.restricted / "spill"),
                "memory_limit": os.environ.get("THROUGHLINE_MEMORY") or _MEMORY,
                "disabled_optimizers": "in_clause",
            }
        ) as connection:
            yield connection


@cache
def _shared_database() -> duckdb.DuckDBPyConnection:
    """In memory alone (a clear text may not spill just anywhere), and made for many short statements.

    More threads would only get in each other's way. To look for expressions that stand twice costs the square of
    their number: 20 ms for a header of 25 columns; to make a join of each list of words that mean nothing takes 15 ms
    a column. Nor may it remember files: cells that are written anew under the name of others would be read as those,
    or as a damaged file.
    """
    return duckdb.connect(
        config={
            "temp_directory": "",
            "threads": 1,
            "disabled_optimizers": "common_subexpressions,in_clause",
            "enable_external_file_cache": False,
        }
    )


def _ragged_table(sources: Sequence[Source]) -> pa.Table:
    names = ("source_number", "source_line", "rule", "expected")
    rows = [(source.number, r.line, r.rule, r.expected) for source in sources for r in source.ragged]
    types = (pa.int64(), pa.int64(), pa.string(), pa.string())
    columns = zip(*rows, strict=True) if rows else [()] * len(names)
    return pa.table([pa.array(column, kind) for column, kind in zip(columns, types, strict=True)], names=list(names))


def _mapped(settings: Sequence[Setting], kind: RecordKind) -> MappedKind:
    """One kind out of every text or sheet whose export maps to it."""
    parts: list[tuple[Setting, Plan]] = []
    candidates = 0
    for setting in (s for s in settings if kind.name in s.source.layout.export.kinds):
        mapping = setting.source.layout.export.kinds[kind.name]
        create_candidates(setting, mapping)
        plan = planned(setting, kind, mapping)
        division = divided(setting, plan)
        if division:
            candidates += create_keyed_by_wordings(setting, plan, division)
        else:
            candidates += create_clear(setting, plan)
            create_keyed(setting, plan, [earlier for _, earlier in parts])
        parts.append((setting, plan))
    return _outcome(parts, kind, candidates)


def _outcome(parts: Sequence[tuple[Setting, Plan]], kind: RecordKind, candidates: int) -> MappedKind:
    setting = parts[0][0]
    counted = create_fates(setting, kind, {name for _, plan in parts for name in plan.mapping.adds_up})
    landed = setting.scratch.open / f"{kind.name}.parquet"
    write_landed(setting, kind, landed)
    keep_for_the_vault(setting, kind, {name for _, plan in parts for name in plan.mapping.columns})
    # A record whose cells can't be told apart is counted once, under the first kind that its export yields.
    first_here = [s.source for s, _ in parts if next(iter(s.source.layout.export.kinds)) == kind.name]
    ragged = sum(len(source.ragged) for source in first_here)
    rejected = None
    if counted.get("rejected", 0) + ragged:
        rejected = setting.scratch.restricted / f"{kind.name}.rejected.parquet"
        write_rejected(parts, [source.number for source in first_here], rejected)
    return MappedKind(
        kind=kind,
        exports=tuple(dict.fromkeys(s.source.layout.name for s, _ in parts)),
        landed=landed,
        rejected=rejected,
        rows_read=candidates - counted.get("same", 0) + ragged,
        rows_landed=counted.get("landed", 0),
        rows_rejected=counted.get("rejected", 0) + ragged,
        rows_duplicate=counted.get("duplicate", 0),
        untold=tuple(name for name in kind.by_name if any(name in plan.untold for _, plan in parts)),
    )


def kinds_of(declaration: Declaration) -> tuple[str, ...]:
    """Record kinds that a tool can yield, sorted."""
    return tuple(sorted({kind for export in declaration.exports.values() for kind in (*export.kinds, *export.yields)}))
