"""A process that makes batches for the one that lands files: pieces in through its input, batches out.

It ends when its input does, and so never outlives who started it: the system closes the pipe of a process that is
killed. It is no process of `multiprocessing`, which would import the program that lands a second time, and whose
pool goes on waiting for work from a dead parent.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import IO

import pyarrow as pa

from connectors.errors import ThroughlineError
from connectors.seam import Tokeniser
from connectors.xapi.batches import Batch
from connectors.xapi.files import GoesOn
from connectors.xapi.pieces import Piece
from connectors.xapi.statements import Statements


@dataclass(frozen=True)
class Setup:
    """What a worker has to know of a file. ``folder`` is where it may leave columns: they hold tokens only."""

    tokeniser: Tokeniser
    extracted_at: datetime
    folder: Path


@dataclass(frozen=True)
class Made:
    """What a piece yields: a batch, of which the columns are ``stored`` in a file, the piece's lines, and where it
    goes on, if a document in it does.
    """

    batch: Batch
    lines: int
    goes_on: GoesOn | None
    stored: Path | None

    def fetched(self) -> Made:
        """With the columns out of their file."""
        if self.stored:
            with pa.OSFile(str(self.stored)) as file:
                table = pa.ipc.open_file(file).read_all()
            self.stored.unlink()
            self.batch.columns = {name: table[name].chunk(0) for name in table.column_names}
        return self

    def drop(self) -> None:
        """Do without."""
        if self.stored:
            self.stored.unlink()


class _Noted:
    """A tokeniser that notes what it was asked for; accounts are made where batches are taken."""

    def __init__(self, tokeniser: Tokeniser) -> None:
        self._tokeniser = tokeniser
        self.identifiers: dict[tuple[str, str | None], None] = {}

    def tokens(self, identifier_type: str, values: Sequence[str | None]) -> list[str | None]:
        self.identifiers.update(dict.fromkeys((identifier_type, value) for value in values))
        return self._tokeniser.tokens(identifier_type, values)


class _Maker:
    def __init__(self, setup: Setup) -> None:
        self._folder = setup.folder
        self._noted = _Noted(setup.tokeniser)
        self._statements = Statements(self._noted, setup.extracted_at)

    def make(self, piece: Piece) -> Made:
        stretch, lines, goes_on = piece.read()
        batch = self._statements.batch(stretch)
        batch.identifiers, self._noted.identifiers = list(self._noted.identifiers), {}
        stored = self._stored(batch, piece) if batch.rows else None
        return Made(batch, lines, goes_on, stored)

    def _stored(self, batch: Batch, piece: Piece) -> Path:
        path = self._folder / f"{piece.path.name}-{piece.start}.arrow"
        table = pa.table(batch.columns)
        with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
            writer.write_table(table)
        batch.columns = {}
        return path


def serve(orders: IO[bytes], answers: IO[bytes]) -> None:
    """Answer each piece, until there are no more orders, with what it yields or why it doesn't."""
    maker: _Maker | None = None
    while True:
        try:
            order: Setup | Piece = pickle.load(orders)
        except EOFError:
            return
        if isinstance(order, Setup):
            maker = _Maker(order)
            continue
        assert maker is not None  # a file comes before its pieces
        answer: Made | ThroughlineError
        try:
            answer = maker.make(order)
        except ThroughlineError as error:
            answer = error
        pickle.dump(answer, answers)
        answers.flush()


class _WithoutPandas(MetaPathFinder):
    """Has pyarrow find no pandas, which it would import to ask whether a list is one of its: for 50 MB of memory."""

    def find_spec(self, fullname: str, *_: object) -> None:
        if fullname == "pandas":
            raise ModuleNotFoundError(f"No module named {fullname!r} is wanted here", name=fullname)


def main() -> None:
    sys.meta_path.insert(0, _WithoutPandas())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started it hears of it, too, and closes the pipe
    gc.disable()  # as in the process that reads: nothing made here refers to itself
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever is printed is no answer
    serve(sys.stdin.buffer, answers)
    os._exit(0)  # taking apart what was remembered would take a good part of a second
