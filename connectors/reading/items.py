"""Wide exports: header cells that are things themselves, such as the grade items of a course."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from connectors.declaration import Export, Items
from connectors.reading.headers import comparable, is_named


@dataclass(frozen=True)
class Item:
    """One thing that header cells stand for: its attributes, the position of each of its cells, who declared it."""

    attributes: Mapping[str, str]
    cells: Mapping[str, int]
    declared: Items


_Found = dict[tuple[tuple[str, str], ...], dict[str, int]]
"""Attributes of an item → position of each of its parts."""


def all_items(export: Export, cells: Sequence[str], positions: Mapping[str, int]) -> tuple[Item, ...]:
    """Items of all patterns; a cell belongs to the first pattern that takes it.

    What a column holds may be asked first, so later patterns may take it as well: `answers` decides.
    """
    taken = set(positions.values())
    found: list[Item] = []
    for pattern in export.items:
        new = list(items_of(pattern, cells, set() if pattern.of_columns else taken, positions))
        if not pattern.asks_what_it_holds:
            taken |= {position for item in new for position in item.cells.values()}
        found += new
    return tuple(found)


def items_of(items: Items, cells: Sequence[str], taken: set[int], positions: Mapping[str, int]) -> Iterator[Item]:
    """Header cells that are things themselves; cells whose attributes agree are one item with several parts.

    A column of the export is known by its header, or else by its name in the declaration.
    """
    found: _Found = {}
    declared = {position: name for name, position in positions.items()} if items.of_columns else {}
    pattern = re.compile(items.header)
    spellings = {comparable(s): part for part, names in items.parts.items() for s in names}
    for position, cell in enumerate(_continued(cells, taken) if items.continued else cells):
        texts = () if position in taken else (cell.strip(), declared.get(position, ""))
        match = next(filter(None, map(pattern.search, texts)), None)
        if match is None:
            continue
        groups = {name: (text or "").strip() for name, text in match.groupdict().items()}
        part = spellings.get(comparable(groups.pop("part", ""))) if items.parts else "cell"
        if part is None or (items.following and not _is_followed(items, groups, cells, position)):
            continue
        parts = _next_free(found, groups, part)
        parts[part] = position
        if items.following:
            parts["following"] = position + 1
            taken = taken | {position + 1}
    yield from (Item(dict(attributes), parts, items) for attributes, parts in found.items())


def _continued(cells: Sequence[str], taken: set[int]) -> Iterator[str]:
    """The header, with the question on the left where a cell has no name; columns of the export ask nothing."""
    last = ""
    for position, cell in enumerate(cells):
        if is_named(cell):
            last = "" if position in taken else cell
        yield cell if is_named(cell) else last


def _next_free(found: _Found, groups: dict[str, str], part: str) -> dict[str, int]:
    """The cells of the item; of its second namesake (``occurrence`` 2) where the first already has such a part."""
    occurrence = 1
    while True:
        number = str(occurrence) if occurrence > 1 else ""
        parts = found.setdefault(tuple(sorted({**groups, "occurrence": number}.items())), {})
        if part not in parts:
            return parts
        occurrence += 1


def _is_followed(items: Items, groups: Mapping[str, str], cells: Sequence[str], position: int) -> bool:
    """Whether the next header looks like the companion of this one."""
    if position + 1 >= len(cells):
        return False
    wanted = items.following_header
    for name, text in groups.items():
        wanted = wanted.replace("{" + name + "}", re.escape(text))
    return re.fullmatch(wanted, cells[position + 1].strip()) is not None
