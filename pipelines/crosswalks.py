"""A list of former and present employee numbers becomes decisions, all of it or nothing.

    FILE of two columns --connectors' reading room--> pairs of numbers --key--> pairs of tokens --HR's word--> decisions

What is in the file stays clear text only as long as the command runs.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from connectors.drafting.opening import Opened, opened
from connectors.errors import SettingsError
from connectors.home import Home
from identity.crosswalk import looked_at
from identity.decisions import Decision, add_decisions, standing
from identity.vault import Vault
from pipelines.identities import decisions, decisions_file
from pipelines.settings import open_tokeniser

_LINES_TOLD = 5


@dataclass(frozen=True)
class Crossed:
    """How many pairs were ``written``, and ``known`` already; by column, how many numbers HR has ``untold`` so far."""

    written: int
    known: int
    untold: dict[str, int]


def cross(
    home: Home, path: Path, types: tuple[str, str], decision: str, by: str, because: str, *, even_unlike: bool = False
) -> Crossed:
    """Decide of every row of the file that its two numbers, of the identifier ``types``, are one human being's.

    Raises OriginalRefused for a file that can't be read, SettingsError for one that is no list of pairs, or that HR's
    own names and birth dates speak against; then nothing is written.
    """
    scratch = tempfile.TemporaryDirectory(prefix="crosswalk-", dir=home.restricted)
    with scratch as folder, opened(path, Path(folder)) as table:
        columns, lines, numbers = _pairs(table, path)
    make = open_tokeniser(home).tokens
    sides = zip(types, zip(columns, *numbers, strict=True), strict=True)
    one, other = (make(identifier_type, side) for identifier_type, side in sides)
    header, *pairs = ((str(left), str(right)) for left, right in zip(one, other, strict=True))
    _refuse_repeated(pairs, lines, columns, path)
    people, vault = home.landed("people"), Vault(home.vault)
    looked, after_all = looked_at([*pairs, header], people, vault), len(pairs)
    if not all(after_all in places for places in looked.untold):
        raise SettingsError(f"{path.name}: the first row has a number that HR told, and no names of columns. Add them.")
    if looked.unlike and not even_unlike:
        raise SettingsError(
            f"{path.name}: {len(looked.unlike):,} of {len(pairs):,} rows pair numbers of people with other names or "
            f"birth dates ({_lines(looked.unlike, lines)}); the list may have slipped. Nothing was written. Mend these "
            "rows, or leave them out; or say --even-unlike, if they are right."
        )
    answered = {each.pair for each in standing(decisions(home)) if each.merges}
    new = [pair for pair in pairs if frozenset(pair) not in answered]
    today = datetime.now(UTC).date()
    add_decisions(decisions_file(home), [Decision(decision, pair, by, today, because) for pair in new])
    # The names of the columns are no numbers that HR told.
    untold = {column: len(places) - 1 for column, places in zip(columns, looked.untold, strict=True) if places[1:]}
    return Crossed(len(new), len(pairs) - len(new), untold)


def _pairs(table: Opened, path: Path) -> tuple[tuple[str, str], list[int], list[tuple[str, str]]]:
    """The names of the two columns, and of every row its line and its two numbers."""
    named = [(place, name) for place, name in enumerate(table.names) if name]
    if len(named) != 2 or table.ragged:
        raise SettingsError(
            f"{path.name} has {len(named)} columns with a name"
            + (f", and line {min(table.ragged)} has more or fewer cells" if table.ragged else "")
            + ". Expected two: the former employee number and the present one. Leave the others out."
        )
    (left, former), (right, present) = named
    rows = table.connection.execute(
        f"select source_line, nullif(trim(c{left}), ''), nullif(trim(c{right}), '') from {table.source.view} "
        f"where coalesce(nullif(trim(c{left}), ''), nullif(trim(c{right}), '')) is not null order by source_line"
    ).fetchall()
    halves = [line for line, one, other in rows if one is None or other is None]
    if halves or not rows:
        found = f"line {halves[0]} has one number only ({len(halves):,} lines do)" if halves else "no row has a number"
        raise SettingsError(f"{path.name}: {found}. Expected two numbers in each row; leave out whoever kept theirs.")
    return (former, present), [line for line, _, _ in rows], [(one, other) for _, one, other in rows]


def _refuse_repeated(
    pairs: Sequence[tuple[str, str]], lines: Sequence[int], columns: Sequence[str], path: Path
) -> None:
    for side, column in enumerate(columns):
        first: dict[str, int] = {}
        for line, pair in zip(lines, pairs, strict=True):
            if (before := first.setdefault(pair[side], line)) != line:
                raise SettingsError(
                    f"{path.name}, lines {before} and {line}: one number stands twice in {column}, so two people would "
                    "be one. Leave the wrong row out."
                )
    same = [line for line, (one, other) in zip(lines, pairs, strict=True) if one == other]
    if same:
        raise SettingsError(f"{path.name}, line {same[0]}: both numbers are the same. Leave out whoever kept theirs.")


def _lines(places: Sequence[int], lines: Sequence[int]) -> str:
    told = ", ".join(str(lines[place]) for place in places[:_LINES_TOLD])
    return f"lines {told}{' …' if len(places) > _LINES_TOLD else ''}"
