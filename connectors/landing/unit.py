"""One unit lands, whole or not at all."""

from __future__ import annotations

import shutil
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from connectors.errors import OriginalRefused
from connectors.home import Home
from connectors.landing.commit import check, commit, commit_refusal
from connectors.landing.ledger_rows import LedgerRow, ledger, was_landed
from connectors.landing.truncation import refuse_truncated
from connectors.seam import Original, Reader, Scratch, Tokeniser


@dataclass(frozen=True)
class Landed:
    """What became of one unit: its ledger rows."""

    tool: str
    unit: str
    status: str
    rows: list[LedgerRow]

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
            # A replay doesn't put in doubt again what was loaded, or accepted, before.
            if not (accept_fewer or was_landed(home, original)):
                refuse_truncated(mapped, ledger(home, original.tool).to_pylist() if before is None else before)
        except OriginalRefused as refusal:
            tokeniser.flush(original.tool, original.unit)
            return Landed(original.tool, original.unit, "refused", commit_refusal(home, original, version, refusal))
        check(mapped)
        tokeniser.flush(original.tool, original.unit)
        return Landed(original.tool, original.unit, "landed", commit(home, mapped))


@contextmanager
def _scratch(home: Home, original: Original) -> Iterator[Scratch]:
    """Scratch folders of one unit, under its lock. They stay behind only if the process dies: see `interrupted`."""
    folder = _incoming(home, original.tool)
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
    folder = _incoming(home, tool)
    return {path.name for path in folder.iterdir() if path.is_dir()} if folder.exists() else set()


def _incoming(home: Home, tool: str) -> Path:
    return home.landing / ".incoming" / tool
