"""One unit lands, whole or not at all."""

from __future__ import annotations

import shutil
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock

from connectors.errors import OriginalRefused
from connectors.home import Home
from connectors.landing.commit import check, commit, commit_refusal
from connectors.landing.ledger_rows import LedgerRow, landed_rows, ledger, refused_row, rows_of, was_landed
from connectors.landing.replays import note_replay
from connectors.landing.truncation import refuse_truncated
from connectors.landing.unchanged import stands
from connectors.seam import Original, Reader, Scratch, Tokeniser

_COMMITTING = "committing"


@dataclass(frozen=True)
class Landed:
    """What became of one unit: its ledger rows, and those ``before`` where it had been landed or refused before."""

    tool: str
    unit: str
    status: str
    rows: list[LedgerRow]
    before: list[LedgerRow] = field(default_factory=list)

    @property
    def is_unchanged(self) -> bool:
        """Whether it was mapped to what stood already, so that nothing was written."""
        return self.rows == self.before

    @property
    def was_landed(self) -> bool:
        """Whether it had been landed before."""
        return was_landed(self.before)

    @property
    def source_file(self) -> str:
        return str(self.rows[0]["source_file"])

    @property
    def reason(self) -> str | None:
        """Why the unit was refused, and the next step."""
        return self.rows[0].get("reason")


def land(
    home: Home,
    original: Original,
    read: Reader,
    version: str,
    tokeniser: Tokeniser,
    *,
    before: Sequence[LedgerRow] | None = None,
    accept_fewer: bool = False,
    keep_unchanged: bool = False,
) -> Landed:
    """Land one original, replacing whatever it landed before.

    ``version`` is the declaration's, for the ledger row of an original that is refused before it is read.
    ``before`` is the tool's ledger as the caller knows it; without it, it is read.
    ``accept_fewer`` loads a complete snapshot that holds far fewer rows than the last one.
    ``keep_unchanged`` (of a replay) leaves what stands where the original is mapped to the same again.
    Raises what is not the original's fault (:class:`Transient`, settings, a broken contract); then the ledger
    and the landed files stay as they were.
    """
    with _scratch(home, original) as (scratch, was_cut_off):
        known = rows_of(home, original)
        try:
            mapped = read(original, tokeniser, scratch)
            # A replay doesn't put in doubt again what was loaded, or accepted, before.
            if not (accept_fewer or was_landed(known)):
                refuse_truncated(mapped, ledger(home, original.tool).to_pylist() if before is None else before)
        except OriginalRefused as refusal:
            tokeniser.flush(original.tool, original.unit)
            rows = [refused_row(original, version, str(refusal))]
            with _committing(scratch):
                commit_refusal(home, original, rows)
        else:
            check(mapped)
            tokeniser.flush(original.tool, original.unit)
            rows = landed_rows(mapped)
            if keep_unchanged and not was_cut_off and stands(home, mapped, rows, known):
                return Landed(original.tool, original.unit, "landed", known, known)
            with _committing(scratch):
                commit(home, mapped, rows)
        note_replay(home, known, rows)
        return Landed(original.tool, original.unit, rows[0]["status"], rows, known)


@contextmanager
def _scratch(home: Home, original: Original) -> Iterator[tuple[Scratch, bool]]:
    """Scratch folders of one unit, under its lock, and whether they tell of a landing that was cut off.

    They stay behind if the process dies, or is interrupted while files move: see `interrupted`.
    """
    folder = _incoming(home, original.tool)
    folder.mkdir(parents=True, exist_ok=True)
    # A fixed number of locks, not one per unit: lock files can't be deleted without a race.
    with FileLock(folder / f"lock-{zlib.crc32(original.unit.encode()) % 64:02}"):
        scratch = Scratch(folder / original.unit, home.restricted / "incoming" / original.tool / original.unit)
        was_cut_off = scratch.open.exists()
        for path in (scratch.open, scratch.restricted):
            shutil.rmtree(path, ignore_errors=True)
            path.mkdir(parents=True)
        try:
            yield scratch, was_cut_off
        finally:
            shutil.rmtree(scratch.restricted, ignore_errors=True)
            if not _is_committing(scratch):
                shutil.rmtree(scratch.open, ignore_errors=True)


@contextmanager
def _committing(scratch: Scratch) -> Iterator[None]:
    """While files move, an interruption (Ctrl-C, a full disk) leaves the mark of a landing that was cut off."""
    mark = scratch.open / _COMMITTING
    mark.touch()
    yield
    mark.unlink()


def _is_committing(scratch: Scratch) -> bool:
    return (scratch.open / _COMMITTING).exists()


def interrupted(home: Home, tool: str) -> set[str]:
    """Units whose landing was cut off by the death of a process; they must land again."""
    folder = _incoming(home, tool)
    return {path.name for path in folder.iterdir() if path.is_dir()} if folder.exists() else set()


def _incoming(home: Home, tool: str) -> Path:
    return home.landing / ".incoming" / tool
