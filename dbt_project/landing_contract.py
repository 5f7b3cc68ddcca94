"""Write the dbt side of the landing contracts from the record kinds.

    connectors/records.py --> models/staging/landing.yml      the source: one table per kind, every column
                          --> models/staging/stg_<kind>.sql   one line each: {{ stage('<kind>') }}
                          --> models/staging/staging.yml      their documentation and tests

Run it after a change of a record kind: ``python dbt_project/landing_contract.py``. A test compares what it would
write with what is there, so the two declarations can't drift apart.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parent
sys.path.insert(0, str(PROJECT.parent))

from connectors.records import (  # noqa: E402
    LATE_ROW_COLUMNS,
    LEDGER_COLUMNS,
    REJECT_COLUMNS,
    REPLAY_COLUMNS,
    Column,
    Type,
    kinds,
)

DBT_TYPE = {
    Type.TEXT: "string",
    Type.INTEGER: "bigint",
    Type.NUMBER: "double",
    Type.BOOLEAN: "boolean",
    Type.DATE: "date",
    Type.INSTANT: "timestamp",
    Type.JSON: "string",
}
"""Types as every engine that the project targets accepts them."""

IDENTITY_LINKS = (
    Column("token", Type.TEXT, "Token of one identifier.", required=True),
    Column("person_key", Type.INTEGER, "Person that the identifier belongs to; empty where it is ambiguous or shared."),
    Column("rule", Type.TEXT, "Rule that made the link."),
    Column("confidence", Type.NUMBER, "Confidence in the link, 0 to 1."),
    Column(
        "state", Type.TEXT, "What is known.", required=True, allowed=("resolved", "unmatched", "ambiguous", "shared")
    ),
    Column("valid_from", Type.DATE, "First day on which the link holds; empty for always."),
    Column("valid_to", Type.DATE, "First day on which it holds no more; empty for still."),
)
PERSON_ALIASES = (
    Column("former_person_key", Type.INTEGER, "Key that was given up in a merge.", required=True),
    Column("person_key", Type.INTEGER, "Key that stands in its place.", required=True),
    Column("merged_at", Type.INSTANT, "When the two were merged (UTC)."),
)
ACTIVITY_DECISIONS = (
    Column("tool", Type.TEXT, "Tool of the offering.", required=True),
    Column("activity_id", Type.TEXT, "The activity as the tool identifies it.", required=True),
    Column("decision", Type.TEXT, "What was decided.", required=True, allowed=("same", "split")),
    Column("decided_name", Type.TEXT, "Name that offerings share which were decided to be the same.", required=True),
)

LEDGER_FILE = (
    Column("file_name", Type.TEXT, "File of landing that the row stands in (DuckDB only, as the next two)."),
    Column("file_bytes", Type.INTEGER, "Its size in bytes."),
    Column("file_modified_at", Type.INSTANT, "When it was written (UTC); empty if that was as late as the build."),
)
"""What tells a file of the ledger that was read already (macros/ledger.sql)."""

Table = tuple[str, str, tuple[Column, ...]]


def tables() -> Iterator[Table]:
    """Name, meaning of one row, and columns of every table of landing."""
    yield "ledger", "one unit of landing and record kind: what became of its records", LEDGER_COLUMNS
    yield "rejects", "one rejected record: where it is and which rule it breaks, never its values", REJECT_COLUMNS
    yield "late_rows", "one window that was pulled again and one day of events that this changed", LATE_ROW_COLUMNS
    yield (
        "replays",
        "one kind of a unit that was mapped again to something else: before and after",
        REPLAY_COLUMNS,
    )
    yield "identity_links", "one identifier token and the person that it belongs to", IDENTITY_LINKS
    yield "person_aliases", "one person key that a merge gave up", PERSON_ALIASES
    yield (
        "activity_decisions",
        "one offering that somebody decided about: same as others, or none of them",
        ACTIVITY_DECISIONS,
    )
    for kind in kinds():
        yield kind.name, kind.grain, kind.landed


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _columns(columns: Iterable[Column], indent: str) -> Iterator[str]:
    for column in columns:
        yield f"{indent}- name: {column.name}"
        yield f"{indent}  description: {_quoted(column.meaning)}"
        yield f"{indent}  data_type: {DBT_TYPE[column.type]}"


def source_yaml() -> str:
    lines = [
        "# Generated from connectors/records.py by landing_contract.py; do not edit.",
        "sources:",
        "  - name: landing",
        '    description: "Parquet files of connectors and identity: one table per record kind, and landing\'s own."',
        "    config:",
        "      meta:",
        "        # put into the location when it is used: nothing else of a parsed project depends on the home",
        "        home: \"{{ env_var('THROUGHLINE_HOME', '.throughline') }}\"",
        "        external_location: \"read_parquet('{home}/landing/{name}/v1/**/*.parquet', union_by_name=true)\"",
        "    tables:",
    ]
    for name, grain, columns in tables():
        lines += [f"      - name: {name}", f"        description: {_quoted('One row is ' + grain + '.')}"]
        lines += ["        columns:", *_columns(columns, " " * 10)]
    return "\n".join(lines) + "\n"


def staging_yaml() -> str:
    lines = ["# Generated from connectors/records.py by landing_contract.py; do not edit.", "models:"]
    for name, grain, columns in tables():
        lines += [f"  - name: stg_{name}"]
        lines += [f"    description: {_quoted(f'Landing table `{name}`, typed. One row is {grain}.')}"]
        if name == "ledger":
            lines += ["    config: { materialized: table } # read once, so that one build sees one set of units"]
        lines += ["    columns:", *_staged_columns((*columns, *(LEDGER_FILE if name == "ledger" else ())))]
    return "\n".join(lines) + "\n"


def _staged_columns(columns: tuple[Column, ...]) -> Iterator[str]:
    """Columns with the tests that tell whether landing kept its contract."""
    for column in columns:
        yield from _columns((column,), " " * 6)
        if column.allowed and column.required:
            values = ", ".join(column.allowed)
            yield "        data_tests:"
            yield f"          - accepted_values: {{ arguments: {{ values: [{values}] }} }}"


def staging_sql(name: str) -> str:
    return f"{{{{ stage('{name}') }}}}\n"


def files() -> dict[Path, str]:
    """Every generated file and its text."""
    staging = PROJECT / "models" / "staging"
    sql = {staging / f"stg_{name}.sql": staging_sql(name) for name, _, _ in tables()}
    return {staging / "landing.yml": source_yaml(), staging / "staging.yml": staging_yaml(), **sql}


if __name__ == "__main__":
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(PROJECT.parent))
