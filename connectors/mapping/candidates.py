"""The records that may be of a kind: those of the export, or one per item where it is wide."""

from __future__ import annotations

from connectors.declaration import KindMapping
from connectors.mapping.setting import Setting
from connectors.reading import Layout, cell_names
from connectors.sql import literal


def create_candidates(setting: Setting, mapping: KindMapping) -> None:
    """The view ``candidates``: the columns of the source, and those of an item for a kind that is made of items."""
    layout = setting.source.layout
    if not mapping.items:
        query = f"SELECT * FROM {setting.source.view}"
    elif not layout.items:
        # A kind of items in a file without items: no candidate, but the columns that the statement asks for.
        query = f"SELECT * FROM {setting.source.view} WHERE false"
    else:
        query = _one_per_item(layout, setting.source.view)
    setting.run(f"CREATE OR REPLACE TEMP VIEW candidates AS {query}")


def _one_per_item(layout: Layout, source: str) -> str:
    """A query that repeats each record for every item that has something in one of its cells."""
    names = layout.export.item_columns
    parts = [name for name in names if any(name in item.cells for item in layout.items)]
    structs, named = [], cell_names(layout)
    splits = any(item.declared.split for item in layout.items)
    for item in layout.items:
        cells = {name: literal(item.attributes.get(name) or None) for name in names if name not in parts}
        cells |= {name: f'"{named[item.cells[name]]}"' if name in item.cells else "NULL" for name in parts}
        cells |= {"~mark": literal(item.declared.split)} if splits else {}
        structs.append("{" + ", ".join(f"'{name}': {sql}::VARCHAR" for name, sql in cells.items()) + "}")
    own = ", ".join(f'"{name}"' for name in ("source_line", *layout.positions))
    taken = {name: f'"~item"."{name}"' for name in names} | ({"cell": _EACH_TEXT} if splits else {})
    of_item = ", ".join(f'{sql} AS "{name}"' for name, sql in taken.items())
    filled = " OR ".join(f'"~item"."{part}" IS NOT NULL' for part in parts)
    unnested = f'SELECT *, unnest([{", ".join(structs)}]) AS "~item" FROM {source}'
    return f"SELECT {own}, {of_item} FROM ({unnested}) WHERE {filled}"


_TEXTS = """list_transform(string_split("~item"."cell", "~item"."~mark"), lambda text: trim(text))"""
_EACH_TEXT = (
    """unnest(CASE WHEN "~item"."~mark" IS NULL THEN ["~item"."cell"] """
    f"ELSE list_filter({_TEXTS}, lambda text: text <> '') END)"
)
"""SQL: the texts of a cell, each in a row of its own, where a mark between them is declared."""
