"""Landing: an archived original becomes rows of record kinds, whole or not at all.

    original --read--> scratch (landed, rejected, counts) --commit--> landing/<kind>/…, rejects, ledger

Two ideas carry it. A unit (one original, or one window of a pull) owns its files, so units can land side by
side without a lock. And the ledger row is written last: a unit counts as landed only when the ledger says so,
and a scratch folder that is left behind marks a unit whose commit was cut off, which the next run lands again.

Nothing is lost: for every unit and kind, read = landed + rejected + duplicate + erased. It is checked before
the commit, not reported after it.
"""

from __future__ import annotations

import re
import shutil
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePath
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from filelock import FileLock

from connectors.errors import OriginalRefused, ThroughlineError
from connectors.files import replace_durably, write_table
from connectors.home import Home
from connectors.records import LEDGER_COLUMNS, RECORD_KINDS, REJECT_COLUMNS, Column, RecordKind, Type

_ARROW = {
    "VARCHAR": pa.string(),
    "BIGINT": pa.int64(),
    "DOUBLE": pa.float64(),
    "BOOLEAN": pa.bool_(),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us"),
}


@dataclass(frozen=True)
class Original:
    """One archived original, or the bytes of one pull window. ``extracted_at`` is naive UTC."""

    tool: str
    unit: str
    path: Path
    source_file: str
    extracted_at: datetime


class Tokeniser(Protocol):
    """What landing needs of identity: keyed tokens, and a place for what must not leave the vault."""

    def tokens(self, identifier_type: str, values: Sequence[str | None]) -> list[str | None]:
        """One token (32 hex characters) per value; None for None or blank."""
        ...

    def email_sha1_tokens(self, emails: Sequence[str | None]) -> list[str | None]:
        """The token of each e-mail's mbox_sha1sum, so that both forms meet."""
        ...

    def keep(self, tokens: Sequence[str | None], attribute: str, values: Sequence[str | None]) -> None:
        """Hold an attribute (a name, a birth date) of the persons behind the tokens for the vault."""
        ...

    def flush(self, tool: str, unit: str) -> None:
        """Write what was collected since the last flush to the vault, replacing what the unit wrote before."""
        ...


@dataclass(frozen=True)
class Scratch:
    """Folders for the files of one unit: ``open`` may hold tokens only, ``restricted`` may hold clear text."""

    open: Path
    restricted: Path


@dataclass(frozen=True)
class MappedKind:
    """What one original yields for one kind; ``read = landed + rejected + duplicate``.

    ``landed`` is Parquet with exactly ``kind.landed``; ``rejected`` is Parquet with ``REJECT_COLUMNS`` and, for
    the restricted zone only, ``value`` and ``original``.
    """

    kind: RecordKind
    landed: Path
    rejected: Path | None
    rows_read: int
    rows_landed: int
    rows_rejected: int
    rows_duplicate: int


@dataclass(frozen=True)
class MappedUnit:
    original: Original
    export: str
    declaration_version: str
    series: str
    source_rows: int
    kinds: tuple[MappedKind, ...]


@dataclass(frozen=True)
class Landed:
    """What became of one unit: its ledger rows."""

    tool: str
    unit: str
    status: str
    rows: list[dict[str, Any]]

    @property
    def source_file(self) -> str:
        return str(self.rows[0]["source_file"])

    @property
    def reason(self) -> str | None:
        """Why the unit was refused, and the next step."""
        return self.rows[0].get("reason")


Reader = Callable[[Original, Tokeniser, Scratch], MappedUnit]
"""Reads one original; the declaration is already bound to it."""


def arrow_schema(columns: Sequence[Column]) -> pa.Schema:
    """The Arrow schema of a declared table. All columns are nullable: what is required is checked, not typed."""
    return pa.schema([pa.field(c.name, _ARROW[c.type.sql]) for c in columns])


_TABLES: dict[str, tuple[Column, ...]] = {name: kind.landed for name, kind in RECORD_KINDS.items()} | {
    "ledger": LEDGER_COLUMNS,
    "rejects": REJECT_COLUMNS,
    "identity_links": (
        Column("token", Type.TEXT, "Token of an identifier."),
        Column("person_key", Type.INTEGER, "Person; empty where the token is ambiguous."),
        Column("rule", Type.TEXT, "Rule that made the link."),
        Column("confidence", Type.NUMBER, "Trust in the rule, 0 to 1."),
        Column("state", Type.TEXT, "resolved, unmatched or ambiguous."),
        Column("valid_from", Type.DATE, "First day of the link; empty: always."),
        Column("valid_to", Type.DATE, "First day after it; empty: still."),
    ),
    "person_aliases": (
        Column("former_person_key", Type.INTEGER, "Key that was merged away."),
        Column("person_key", Type.INTEGER, "Key that stays: the older one."),
        Column("merged_at", Type.INSTANT, "When (UTC)."),
    ),
}
"""Every table of the landing zone. The one list of tables that a zero-row file is made for."""


def write_zero_rows(home: Home) -> None:
    """A file without rows for every table, so that a company without that kind of data builds."""
    for name, columns in _TABLES.items():
        path = home.landed(name) / "zero_rows.parquet"
        schema = arrow_schema(columns)
        if not path.exists() or not pq.read_schema(path).equals(schema):
            write_table(schema.empty_table(), path)


def table_schema(table: str) -> pa.Schema:
    return arrow_schema(_TABLES[table])


# ---------------------------------------------------------------------------------------------- the ledger


def ledger(home: Home, tool: str | None = None) -> pa.Table:
    """All ledger rows (of one tool), in order of landing."""
    files = sorted(home.landed("ledger", tool).glob("*.parquet" if tool else "**/*.parquet"))
    tables = [pq.read_table(file, partitioning=None) for file in files]
    empty = table_schema("ledger").empty_table()
    return pa.concat_tables([empty, *tables]).sort_by([("landed_at", "ascending"), ("record_kind", "ascending")])


def _ledger_row(original: Original, **entries: Any) -> dict[str, Any]:
    counts = dict.fromkeys(
        ("source_rows", "rows_read", "rows_landed", "rows_rejected", "rows_duplicate", "rows_erased"), 0
    )
    return dict.fromkeys(column.name for column in LEDGER_COLUMNS) | {
        "tool": original.tool,
        "unit": original.unit,
        "source_file": masked(original.source_file),
        "extracted_at": original.extracted_at,
        "landed_at": datetime.now(UTC).replace(tzinfo=None),
        **counts,
        **entries,
    }


def _write_ledger(home: Home, original: Original, rows: list[dict[str, Any]]) -> None:
    table = pa.Table.from_pylist(rows, schema=table_schema("ledger"))
    write_table(table, home.landed("ledger", original.tool) / f"{original.unit}.parquet")


def series(source_file: str) -> str:
    """The export series that a file belongs to: its name in lower case without suffixes, dates and digits."""
    name = re.sub(r"(\.[a-z][a-z0-9]{0,6})+$", "", PurePath(source_file).name.lower())
    return re.sub(r"[^a-z\u00df-\uffff]+", "_", re.sub(r"\d+", "", name)).strip("_") or "export"


def masked(text: str) -> str:
    """The text without the e-mail addresses in it: file names are published in the ledger."""
    return re.sub(r"[\w.+%'-]+@[\w-]+(\.[\w-]+)+", "‹e-mail›", text)


# ------------------------------------------------------------------------------------------- one unit lands


def land(
    home: Home,
    original: Original,
    read: Reader,
    version: str,
    tokeniser: Tokeniser,
    *,
    before: Sequence[dict[str, Any]] | None = None,
    accept_fewer: bool = False,
) -> Landed:
    """Land one original, replacing whatever it landed before.

    ``version`` is the declaration's, for the ledger row of an original that is refused before it is read.
    ``before`` is the tool's ledger as the caller knows it; without it, it is read.
    ``accept_fewer`` loads a complete snapshot that holds far fewer rows than the last one.
    Raises what is not the original's fault (:class:`Transient`, settings, a broken contract); then the ledger
    and the landed files stay as they were.
    """
    with _scratch(home, original) as scratch:
        try:
            mapped = read(original, tokeniser, scratch)
            if not (accept_fewer or _was_landed(home, original)):
                _refuse_truncated(mapped, ledger(home, original.tool).to_pylist() if before is None else before)
        except OriginalRefused as refusal:
            tokeniser.flush(original.tool, original.unit)
            return _refuse(home, original, version, refusal)
        for kind in mapped.kinds:
            _check(kind, mapped)
        return Landed(original.tool, original.unit, "landed", _commit(home, mapped, tokeniser))


def _was_landed(home: Home, original: Original) -> bool:
    """A replay doesn't put in doubt again what was loaded, or accepted, before."""
    path = home.landed("ledger", original.tool) / f"{original.unit}.parquet"
    return path.exists() and "landed" in pq.read_table(path, columns=["status"]).column(0).to_pylist()


@contextmanager
def _scratch(home: Home, original: Original) -> Iterator[Scratch]:
    """Scratch folders of one unit, under its lock. They stay behind only if the process dies: see `interrupted`."""
    folder = home.landing / ".incoming" / original.tool
    folder.mkdir(parents=True, exist_ok=True)
    # A fixed number of locks, not one per unit: lock files can't be deleted without a race.
    with FileLock(folder / f"lock-{zlib.crc32(original.unit.encode()) % 64:02}"):
        scratch = Scratch(folder / original.unit, home.restricted / "incoming" / original.tool / original.unit)
        for path in (scratch.open, scratch.restricted):
            shutil.rmtree(path, ignore_errors=True)
            path.mkdir(parents=True)
        try:
            yield scratch
        finally:
            shutil.rmtree(scratch.restricted, ignore_errors=True)
            shutil.rmtree(scratch.open, ignore_errors=True)


def interrupted(home: Home, tool: str) -> set[str]:
    """Units whose landing was cut off by the death of a process; they must land again."""
    folder = home.landing / ".incoming" / tool
    return {path.name for path in folder.iterdir() if path.is_dir()} if folder.exists() else set()


_TRUNCATION_SHARE = 0.5
_TRUNCATION_MINIMUM = 10


def _refuse_truncated(mapped: MappedUnit, ledger_rows: Sequence[dict[str, Any]]) -> None:
    """A complete snapshot that holds far fewer rows than the last one of its series is refused, not loaded."""
    for kind in filter(_is_complete, mapped.kinds):
        before = _last_count(mapped, kind.kind, ledger_rows)
        if before >= _TRUNCATION_MINIMUM and kind.rows_read < _TRUNCATION_SHARE * before:
            raise OriginalRefused(
                f"A complete export of {kind.kind.name} holds {kind.rows_read} rows, the last one held {before}: "
                f"fewer than {_TRUNCATION_SHARE:.0%}, so it is probably cut off.",
                f"export it again; if it is right, run `throughline replay {mapped.original.tool} "
                f"--unit {mapped.original.unit} --accept-fewer-rows`.",
            )


def _is_complete(kind: MappedKind) -> bool:
    if "is_complete_snapshot" not in kind.kind.by_name:
        return False
    flags = pq.read_table(kind.landed, columns=["is_complete_snapshot"]).column(0)
    return len(flags) == 0 or bool(pc.any(flags).as_py())


def _last_count(mapped: MappedUnit, kind: RecordKind, ledger_rows: Sequence[dict[str, Any]]) -> int:
    """Rows of this kind in the last landed unit of the same export series that is older than this one."""
    same = ("landed", kind.name, mapped.export, mapped.series)
    older = [
        (row["extracted_at"], int(row["rows_read"]))
        for row in ledger_rows
        if (row["status"], row["record_kind"], row["export"], row["series"]) == same
        and row["extracted_at"] < mapped.original.extracted_at
    ]
    return max(older)[1] if older else 0


def _check(kind: MappedKind, mapped: MappedUnit) -> None:
    """The landed file equals its contract and the counts balance; anything else is a bug of the reader."""
    where = f"{mapped.original.tool}, unit {mapped.original.unit}, {kind.kind.name}"
    expected = arrow_schema(kind.kind.landed)
    found = pq.read_schema(kind.landed).remove_metadata()
    if not found.equals(expected):
        raise ThroughlineError(
            f"{where}: the landed file differs from its contract.\nexpected {expected}\nfound {found}"
        )
    accounted = kind.rows_landed + kind.rows_rejected + kind.rows_duplicate
    written = pq.read_metadata(kind.landed).num_rows
    rejected = pq.read_metadata(kind.rejected).num_rows if kind.rejected else 0
    if (kind.rows_read, kind.rows_landed, kind.rows_rejected) != (accounted, written, rejected):
        raise ThroughlineError(
            f"{where}: read {kind.rows_read}, but landed {kind.rows_landed} (file {written}), rejected "
            f"{kind.rows_rejected} (file {rejected}), duplicate {kind.rows_duplicate}. Nothing was landed."
        )


def _commit(home: Home, mapped: MappedUnit, tokeniser: Tokeniser) -> list[dict[str, Any]]:
    """Move everything into place; the ledger rows are last, because they are what makes the unit landed."""
    original = mapped.original
    tokeniser.flush(original.tool, original.unit)
    _commit_rejects(home, mapped)
    for kind in mapped.kinds:
        target = home.landed(kind.kind.name, original.tool) / f"{original.unit}.parquet"
        replace_durably(kind.landed, target)
    for name in set(RECORD_KINDS) - {kind.kind.name for kind in mapped.kinds}:
        (home.landed(name, original.tool) / f"{original.unit}.parquet").unlink(missing_ok=True)
    rows = [
        _ledger_row(
            original,
            record_kind=kind.kind.name,
            export=mapped.export,
            series=mapped.series,
            source_rows=mapped.source_rows,
            rows_read=kind.rows_read,
            rows_landed=kind.rows_landed,
            rows_rejected=kind.rows_rejected,
            rows_duplicate=kind.rows_duplicate,
            status="landed",
            declaration_version=mapped.declaration_version,
        )
        for kind in mapped.kinds
    ]
    _write_ledger(home, original, rows)
    return rows


def _commit_rejects(home: Home, mapped: MappedUnit) -> None:
    """Reasons go to landing; values and originals stay in the restricted zone."""
    original = mapped.original
    tables = [pq.read_table(kind.rejected) for kind in mapped.kinds if kind.rejected and kind.rows_rejected]
    reasons = home.landed("rejects", original.tool) / f"{original.unit}.parquet"
    originals = home.reject_originals / original.tool / f"{original.unit}.parquet"
    if not tables:
        reasons.unlink(missing_ok=True)
        originals.unlink(missing_ok=True)
        return
    rejected = pa.concat_tables(tables)
    masks = pa.array([masked(original.source_file)] * len(rejected), pa.string())
    rejected = rejected.set_column(rejected.schema.get_field_index("source_file"), "source_file", masks)
    write_table(rejected, originals)
    write_table(rejected.select(table_schema("rejects").names).cast(table_schema("rejects")), reasons)


def _refuse(home: Home, original: Original, version: str, refusal: OriginalRefused) -> Landed:
    """Say in the ledger that the original was refused; what an earlier declaration landed of it is withdrawn."""
    reason = masked(str(refusal))
    for name in RECORD_KINDS:
        (home.landed(name, original.tool) / f"{original.unit}.parquet").unlink(missing_ok=True)
    (home.landed("rejects", original.tool) / f"{original.unit}.parquet").unlink(missing_ok=True)
    row = _ledger_row(original, record_kind="none", status="refused", reason=reason, declaration_version=version)
    _write_ledger(home, original, [row])
    return Landed(original.tool, original.unit, "refused", [row])
