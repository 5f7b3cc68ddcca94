"""Which export of a tool a file or a sheet is, by its header.

The header decides, not the file name: people rename files. Names break a tie only where two exports have the
same header. Whatever isn't recognised is refused with what was found, what is missing, and the line of the
declaration to mend.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatch
from pathlib import PurePath

from connectors.declaration import Declaration, Export, written_at
from connectors.declaration import Header as DeclaredHeader
from connectors.errors import OriginalRefused
from connectors.reading.headers import Header, HeadRow, comparable, possible_headers
from connectors.reading.items import Item, all_items, items_of


@dataclass(frozen=True)
class Layout:
    """A recognised header. Positions count from 0; records begin on ``data_line``. A sheet has no delimiter."""

    name: str
    export: Export
    delimiter: str
    header: tuple[str, ...]
    positions: Mapping[str, int]
    items: tuple[Item, ...]
    data_line: int


@dataclass(frozen=True)
class Fit:
    """How a header fits an export: columns found, required ones missing, ones whose name stands more than once."""

    name: str
    export: Export
    delimiter: str
    header: Header
    positions: dict[str, int]
    missing: list[str]
    repeated: dict[str, list[int]]


def recognised(
    declaration: Declaration, heads: Mapping[str, Sequence[HeadRow]], source_file: str, among: Collection[str]
) -> Layout:
    """The export, one of ``among``, that the first rows (read with each delimiter) belong to.

    Raises OriginalRefused if there is none.
    """
    for head in heads.values():
        refuse_what_is_not_read(declaration, head[0].cells if head else ())
    fits = [fit for delimiter, head in heads.items() for fit in _fits(declaration, delimiter, head, among)]
    whole = [fit for fit in fits if not fit.missing]
    if not whole:
        raise unrecognised(declaration, fits)
    widest = max(whole, key=lambda fit: len(fit.header.headings)).delimiter
    fit = best_of(declaration, [fit for fit in whole if fit.delimiter == widest], source_file)
    _refuse_ambiguous(declaration, fit)
    return Layout(
        name=fit.name,
        export=fit.export,
        delimiter=fit.delimiter,
        header=fit.header.cells,
        positions=fit.positions,
        items=all_items(fit.export, fit.header.cells, fit.positions),
        data_line=fit.header.next_line,
    )


def _fits(declaration: Declaration, delimiter: str, head: Sequence[HeadRow], among: Collection[str]) -> Iterator[Fit]:
    """The best fit of each export: of the rows that may be its header, the first that holds most of it."""
    for name in (name for name in declaration.exports if name in among):
        export = declaration.exports[name]
        headers = possible_headers(head, export.header_rows, export.preamble) or [Header((), 1)]
        fits = [_fit(name, export, delimiter, header) for header in headers]
        yield max(fits, key=lambda fit: (not fit.missing, len(fit.positions)))


def _fit(name: str, export: Export, delimiter: str, header: Header) -> Fit:
    positions: dict[str, int] = {}
    missing: list[str] = []
    repeated: dict[str, list[int]] = {}
    for column, declared in export.columns.items():
        found = _places(declared, header)
        if len(found) > 1 and export.first_name_counts:
            found = _of_first_name(declared, header, found)
        if found:
            positions[column] = found[0]
        elif not declared.optional:
            missing.append(column)
        if len(found) > 1:
            repeated[column] = found
    missing += [group[0] for group in export.any_of if positions.keys().isdisjoint(group)]
    required = [
        (items, set() if items.of_columns else {*positions.values()}) for items in export.items if items.required
    ]
    if required and not any(True for items, taken in required for _ in items_of(items, header.cells, taken, positions)):
        missing.append("items")
    return Fit(name, export, delimiter, header, positions, missing, repeated)


def _of_first_name(declared: DeclaredHeader, header: Header, places: list[int]) -> list[int]:
    """The places of the name that stands first in the declaration, of those that the header has."""
    names = [comparable(name) for name in declared.names]
    ranks = {place: min(names.index(name) for name in _goes_by(header, place) if name in names) for place in places}
    return [place for place in places if ranks[place] == min(ranks.values())]


def _goes_by(header: Header, place: int) -> set[str]:
    return {header.headings[place].whole, *header.headings[place].parts}


def _places(declared: DeclaredHeader, header: Header) -> list[int]:
    """Where a column stands: by its whole name, or else by a part of it."""
    names = {comparable(name) for name in declared.names}
    found = [i for i, heading in enumerate(header.headings) if heading.whole in names]
    if not found and not declared.whole:
        found = [i for i, heading in enumerate(header.headings) if heading.parts & names]
    if declared.position is None:
        return found
    return [i for i in found if i == declared.position - 1]


def best_of(declaration: Declaration, fits: list[Fit], source_file: str, what: str = "The header fits") -> Fit:
    """The fit that explains most of the file; the file's name decides between equals."""
    # A header of two rows that fits explains more of the file than one of its rows alone.
    most = max((len(fit.positions), fit.export.header_rows) for fit in fits)
    best = [fit for fit in fits if (len(fit.positions), fit.export.header_rows) == most]
    file_name = PurePath(source_file).name.lower()
    named = [fit for fit in best if any(fnmatch(file_name, pattern) for pattern in fit.export.files)]
    if len(best) > 1 and len(named) == 1:
        return named[0]
    if len(best) == 1:
        return best[0]
    choices = "; ".join(f"{fit.name}: {' or '.join(fit.export.files) or 'no name is declared'}" for fit in best)
    raise OriginalRefused(
        f"{what} several exports of {declaration.tool} alike, and the file's name doesn't tell which it is.",
        f"rename the file so that it fits one of these patterns, and drop it again: {choices}.",
    )


def _refuse_ambiguous(declaration: Declaration, fit: Fit) -> None:
    for column, places in fit.repeated.items():
        raise OriginalRefused(
            f"The column '{fit.header.cells[places[0]].strip()}' stands {len(places)} times in the header (places "
            f"{', '.join(str(p + 1) for p in places)}), so it isn't clear which one is {fit.name}.{column}.",
            f"rename or remove the others, or give `position` at {_written_at(declaration, fit.name, column)}.",
        )


def refuse_what_is_not_read(declaration: Declaration, cells: Sequence[str]) -> None:
    """Raises OriginalRefused where the names of the columns (or members) are those of a layout that isn't read."""
    compared = {comparable(cell) for cell in cells}
    for name, layout in declaration.not_read.items():
        lacked = compared.isdisjoint(comparable(column) for column in layout.lacks)
        if lacked and {comparable(column) for column in layout.columns} <= compared:
            raise OriginalRefused(
                f"This is {name} of {declaration.title}, which isn't read: {layout.because}", layout.next
            )


def unrecognised(declaration: Declaration, fits: list[Fit], what: str = "The header fits") -> OriginalRefused:
    """Say what was found and what is missing. A first line without one known name may be data, so it isn't shown."""
    closest = max(fits, key=lambda fit: (len(fit.positions), -len(fit.missing)))
    cells = [cell.strip() for cell in closest.header.cells]
    if not closest.positions:
        known = ", ".join(f"{name} ({export.title})" for name, export in declaration.exports.items())
        return OriginalRefused(
            f"No column of the first line ({len(cells)} cells) is known in any export of {declaration.tool}.",
            "check that the file begins with its header and lies in the inbox of the right tool. "
            f"Exports of {declaration.tool}: {known}.",
        )
    column = closest.missing[0]
    place = _written_at(declaration, closest.name, column)
    wanted = closest.export.columns[column].names if column in closest.export.columns else ()
    free = [cell for i, cell in enumerate(cells) if cell and i not in closest.positions.values()]
    near = next((match for name in wanted if name for match in get_close_matches(name, free, n=1)), None)
    return OriginalRefused(
        f"{what} no export of {declaration.tool}. The closest is {closest.name} ({closest.export.title}), "
        f"which also needs {_told(closest)}"
        + (f" (nearest found: '{near}')" if near else "")
        + f". Found: {', '.join(cells)}.",
        f"export it again with that column, or add the name it goes by at {place}.",
    )


def _told(fit: Fit) -> str:
    """What is missing, in words. Items have patterns for names, which nobody wants to read."""
    columns = [f"'{fit.export.columns[name].names[0]}'" for name in fit.missing if name in fit.export.columns]
    told = [f"the column {', '.join(columns)}"] if columns else []
    if any(name not in fit.export.columns for name in fit.missing):
        told.append("a column that is one of its items (a question, a grade or whatever stands in columns there)")
    return " and ".join(told)


def _written_at(declaration: Declaration, export: str, column: str) -> str:
    columns = ("columns", column) if column in declaration.exports[export].columns else ("items",)
    return written_at(declaration, "exports", export, *columns)
