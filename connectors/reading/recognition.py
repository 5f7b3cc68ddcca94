"""Which export of a tool a file is, by its header.

The header decides, not the file name: people rename files. Names break a tie only where two exports have the
same header. Whatever isn't recognised is refused with what was found, what is missing, and the line of the
declaration to mend.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatch
from pathlib import PurePath

from connectors.declaration import Declaration, Export, Header, written_at
from connectors.errors import OriginalRefused
from connectors.reading.headers import FirstRecord, comparable
from connectors.reading.items import Item, all_items, items_of


@dataclass(frozen=True)
class Layout:
    """A recognised header. Positions count from 0; records begin on ``data_line``."""

    name: str
    export: Export
    delimiter: str
    header: tuple[str, ...]
    positions: Mapping[str, int]
    items: tuple[Item, ...]
    data_line: int


@dataclass(frozen=True)
class _Fit:
    """How a header fits an export: columns found, required ones missing, ones whose name stands more than once."""

    name: str
    export: Export
    positions: dict[str, int]
    missing: list[str]
    repeated: dict[str, list[int]]


def recognised(declaration: Declaration, headers: Mapping[str, FirstRecord], source_file: str) -> Layout:
    """The export that a header (read with each delimiter) belongs to. Raises OriginalRefused if there is none."""
    for header in headers.values():
        _refuse_what_is_not_read(declaration, header.cells)
    exports = [(name, export) for name, export in declaration.exports.items() if export.format == "csv"]
    fits = [(d, _fit(name, export, header.cells)) for d, header in headers.items() for name, export in exports]
    whole = [(d, fit) for d, fit in fits if not fit.missing]
    if not whole:
        raise _unrecognised(declaration, headers, fits)
    delimiter = max((d for d, _ in whole), key=lambda d: len(headers[d].cells))
    header = headers[delimiter]
    fit = _one(declaration, [f for d, f in whole if d == delimiter], source_file)
    _refuse_ambiguous(declaration, fit, header.cells)
    return Layout(
        name=fit.name,
        export=fit.export,
        delimiter=delimiter,
        header=header.cells,
        positions=fit.positions,
        items=all_items(fit.export, header.cells, fit.positions),
        data_line=header.next_line,
    )


def _fit(name: str, export: Export, cells: Sequence[str]) -> _Fit:
    compared = [comparable(cell) for cell in cells]
    positions: dict[str, int] = {}
    missing: list[str] = []
    repeated: dict[str, list[int]] = {}
    for column, header in export.columns.items():
        found = _places(header, compared)
        if found:
            positions[column] = found[0]
        elif not header.optional:
            missing.append(column)
        if len(found) > 1:
            repeated[column] = found
    for pattern in (items for items in export.items if items.required):
        if not any(items_of(pattern, cells, set(positions.values()))):
            missing.append("items")
    return _Fit(name, export, positions, missing, repeated)


def _places(header: Header, compared: list[str]) -> list[int]:
    names = {comparable(name) for name in header.names}
    found = [i for i, cell in enumerate(compared) if cell in names]
    if header.position is None:
        return found
    return [i for i in found if i == header.position - 1]


def _one(declaration: Declaration, fits: list[_Fit], source_file: str) -> _Fit:
    most = max(len(fit.positions) for fit in fits)
    best = [fit for fit in fits if len(fit.positions) == most]
    file_name = PurePath(source_file).name.lower()
    named = [fit for fit in best if any(fnmatch(file_name, pattern) for pattern in fit.export.files)]
    if len(best) > 1 and len(named) == 1:
        return named[0]
    if len(best) == 1:
        return best[0]
    choices = "; ".join(f"{fit.name}: {' or '.join(fit.export.files) or 'no name is declared'}" for fit in best)
    raise OriginalRefused(
        f"The header fits several exports of {declaration.tool} alike, and the file's name doesn't tell which it is.",
        f"rename the file so that it fits one of these patterns, and drop it again: {choices}.",
    )


def _refuse_ambiguous(declaration: Declaration, fit: _Fit, cells: Sequence[str]) -> None:
    for column, places in fit.repeated.items():
        raise OriginalRefused(
            f"The column '{cells[places[0]].strip()}' stands {len(places)} times in the header (places "
            f"{', '.join(str(p + 1) for p in places)}), so it isn't clear which one is {fit.name}.{column}.",
            f"rename or remove the others, or give `position` at {_written_at(declaration, fit.name, column)}.",
        )


def _refuse_what_is_not_read(declaration: Declaration, cells: Sequence[str]) -> None:
    compared = {comparable(cell) for cell in cells}
    for name, layout in declaration.not_read.items():
        if {comparable(column) for column in layout.columns} <= compared:
            raise OriginalRefused(
                f"This is {name} of {declaration.title}, which isn't read: {layout.because}", layout.next
            )


def _unrecognised(
    declaration: Declaration, headers: Mapping[str, FirstRecord], fits: list[tuple[str, _Fit]]
) -> OriginalRefused:
    """Say what was found and what is missing. A first line without one known name may be data, so it isn't shown."""
    delimiter, closest = max(fits, key=lambda pair: (len(pair[1].positions), -len(pair[1].missing)))
    cells = [cell.strip() for cell in headers[delimiter].cells]
    if not closest.positions:
        known = ", ".join(f"{name} ({export.title})" for name, export in declaration.exports.items())
        return OriginalRefused(
            f"No column of the first line ({len(cells)} cells) is known in any export of {declaration.tool}.",
            "check that the file begins with its header and lies in the inbox of the right tool. "
            f"Exports of {declaration.tool}: {known}.",
        )
    column = closest.missing[0]
    place = _written_at(declaration, closest.name, column)
    wanted = [name for name in _names_of(closest.export, column) if name]
    free = [cell for i, cell in enumerate(cells) if cell and i not in closest.positions.values()]
    near = next((match for name in wanted for match in get_close_matches(name, free, n=1)), None)
    missing = ", ".join(f"'{_names_of(closest.export, name)[0]}'" for name in closest.missing)
    return OriginalRefused(
        f"The header fits no export of {declaration.tool}. The closest is {closest.name} ({closest.export.title}), "
        f"which also needs the column {missing}"
        + (f" (nearest found: '{near}')" if near else "")
        + f". Found: {', '.join(cells)}.",
        f"export it again with that column, or add the name it goes by at {place}.",
    )


def _names_of(export: Export, column: str) -> tuple[str, ...]:
    return (
        export.columns[column].names
        if column in export.columns
        else tuple(f"one that fits {items.header}" for items in export.items if items.required)
    )


def _written_at(declaration: Declaration, export: str, column: str) -> str:
    return written_at(declaration, "exports", export, "columns", column)
