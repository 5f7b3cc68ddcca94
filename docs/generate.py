"""The pages of `docs/` that are made from declarations, so that they can't say anything else.

    connectors/records.py ──> docs/record_kinds.md

`make docs` writes them, `make check` fails when one of them is stale.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from connectors.records import (
    CONTRACT_VERSION,
    EXTRAS,
    LEDGER_COLUMNS,
    PROVENANCE,
    REJECT_COLUMNS,
    Column,
    Privacy,
    RecordKind,
    kinds,
)

_DOCS = Path(__file__).parent

_PREFACE = f"""\
<!-- Made by `make docs` from connectors/records.py. Change it there. -->

# Record kinds

Every tool's data lands as one of these tables (landing contract `{CONTRACT_VERSION}`), one Parquet file for each unit
of landing. The warehouse knows kinds, never tools.

**Types** are DuckDB's. Instants (`TIMESTAMP`) are UTC; days (`DATE`) are the learner's local day. A `JSON` column
lands as text. A value outside *allowed* is a reject, as is an empty one where a value is required.

**Privacy** is part of the type:

| privacy | what it means |
|---|---|
| open | lands as it is; text is searched for e-mail addresses, which are masked |
| token | identifies a person: only a keyed token of it lands, 32 hexadecimal characters |
| vault | never lands: it is kept in the restricted vault, beside the token |

**The key** makes two rows of one tool the same record. The same key with the same content again is a duplicate.
"""


def record_kinds_page() -> str:
    """Every record kind as a section, after the columns that all of them share; then landing's own two tables."""
    declared = list(kinds())
    contents = "\n".join(f"- [`{kind.name}`](#{kind.name}): {kind.grain}" for kind in declared)
    return "\n".join(
        (
            _PREFACE,
            contents,
            "",
            "## In every kind",
            "",
            "Provenance comes first, and what no column of the kind holds comes last.",
            "",
            _table((*PROVENANCE, EXTRAS)),
            *map(_section, declared),
            "## Landing's own tables",
            "",
            "### `ledger`",
            "",
            "One row is one record kind of one unit of landing: read = landed + rejected + duplicate + erased.",
            "",
            _table(LEDGER_COLUMNS),
            "### `rejects`",
            "",
            "One row is one rejected record. The record itself stays in the restricted zone.",
            "",
            _table(REJECT_COLUMNS),
        )
    )


def _section(kind: RecordKind) -> str:
    return f"## `{kind.name}`\n\nOne row is {kind.grain}.\n\nKey: {_key(kind)}\n\n{_table(kind.columns)}"


def _key(kind: RecordKind) -> str:
    columns = ", ".join(f"`{name}`" for name in kind.key)
    if kind.repeats:
        return f"{columns}, and the number of the occurrence: identical rows are separate records here."
    if kind.keeps_versions:
        return f"{columns}. Another content under the same key is a later version, and both are kept."
    return f"{columns}."


def _table(columns: tuple[Column, ...]) -> str:
    head = "| column | type | required | allowed | privacy | meaning |\n|---|---|---|---|---|---|\n"
    return head + "".join(map(_row, columns))


def _row(column: Column) -> str:
    required = "yes" if column.required else ""
    privacy = "" if column.privacy is Privacy.OPEN else f"**{column.privacy.value}**"
    meaning = column.meaning.replace("|", "\\|")
    return f"| `{column.name}` | {column.type.value} | {required} | {_allowed(column)} | {privacy} | {meaning} |\n"


def _allowed(column: Column) -> str:
    if column.allowed:
        return ", ".join(f"`{value}`" for value in column.allowed)
    if column.minimum is None:
        return "" if column.maximum is None else f"≤ {column.maximum:g}"
    return f"≥ {column.minimum:g}" if column.maximum is None else f"{column.minimum:g} to {column.maximum:g}"


PAGES: dict[str, Callable[[], str]] = {"record_kinds.md": record_kinds_page}


def main() -> None:
    """Write every page; with ``--check`` only compare, and say which are stale and what mends them."""
    parser = argparse.ArgumentParser(description="Write the generated pages of docs/.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a page is stale")
    check = parser.parse_args().check
    pages = {_DOCS / name: page() for name, page in PAGES.items()}
    stale = [path for path, text in pages.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if check and stale:
        names = ", ".join(f"docs/{path.name}" for path in stale)
        sys.exit(f"{names}: not what the declarations say now. Next: make docs")
    for path in stale:
        path.write_text(pages[path], encoding="utf-8")


if __name__ == "__main__":
    main()
