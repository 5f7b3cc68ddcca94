"""From clear values to records with a key: identifiers become tokens, addresses in free text are masked.

    clear --tokens--> keyed

Tokens are made of the distinct values only and joined back.

Sheets of one workbook that yield the same kind meet here: ``keyed`` holds the records of all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from connectors.mapping.planning import Plan
from connectors.mapping.setting import Setting
from connectors.masking import masked_sql, may_hold_address_sql
from connectors.records import Column, Privacy, Type
from connectors.seam import Tokeniser
from connectors.sql import literal


def create_keyed(setting: Setting, plan: Plan, before: Sequence[Plan]) -> None:
    """The view ``keyed``: as ``clear``, with tokens in place of identifiers and the text of each record's key.

    The key of a part is what tells it from other parts; ``part_of`` is then the key of what it adds up to.

    After the sheets ``before``, records are added to theirs, and problems are numbered on.
    """
    addressed = _addressed(setting, plan)
    names = [column.name for column in plan.kind.columns]
    columns, joins = in_the_open(setting, plan, "clear", [*names, "extras"], addressed)
    key = key_of(plan, lambda name: f'"{name}"')
    known_problems = sum(len(earlier.problems) for earlier in before)
    problem = f"{problem_without_token(plan, 'problem')} + {known_problems}"
    provenance = f"{setting.source.number} AS source_number, source_line, {plan.mapping.distinct} AS is_mention"
    setting.run(
        f"{'INSERT INTO keyed_rows BY NAME' if before else 'CREATE OR REPLACE TEMP TABLE keyed_rows AS'} "
        f"WITH opened AS (SELECT {provenance}, part, {', '.join(columns)}, problem, problem_text "
        f"FROM clear {joins}), "
        f"named AS (SELECT *, coalesce(part, {key}) AS key_text, CASE WHEN part IS NOT NULL THEN {key} END AS part_of "
        f"FROM opened) SELECT * EXCLUDE (part) REPLACE ({problem} AS problem), hash(key_text) AS key_hash FROM named"
    )
    setting.run("CREATE OR REPLACE TEMP VIEW keyed AS SELECT rowid AS record, * FROM keyed_rows")
    setting.run("DROP TABLE clear")


def in_the_open(
    setting: Setting, plan: Plan, clear: str, names: Iterable[str], addressed: Collection[str]
) -> tuple[list[str], str]:
    """SQL for columns of a table of clear values as they may be known outside, and the joins that these need."""
    by_name = plan.kind.by_name
    names = list(names)
    tokens = [name for name in names if name in plan.tokens]
    _make_tokens(setting, plan, clear, tokens)
    columns, joins = [], []
    for name in names:
        made = f'{clear}."{name}"'
        if name in by_name and by_name[name].privacy is Privacy.TOKEN:
            found = []
            for identifier, _ in plan.tokens.get(name, []):
                of = f'"{identifier}~token"'
                on = f'{of}.identifier = {literal(identifier)} AND {of}.value = {clear}."{identifier}"'
                joins.append(f"LEFT JOIN tokens AS {of} ON {on}")
                found.append(f"{of}.token")
            made = f"coalesce({', '.join([*found, 'NULL::VARCHAR'])})"
        elif name in addressed:
            made = masked_sql(made)
        columns.append(f'{made} AS "{name}"')
    return columns, " ".join(joins)


def key_of(plan: Plan, column: Callable[[str], str]) -> str:
    """SQL for the text of a record's key."""
    texts = (f"coalesce({column(name)}::VARCHAR, '')" for name in plan.kind.key)
    return f"concat_ws('|', {', '.join(texts)})"


def problem_without_token(plan: Plan, problem: str, column: Callable[[str], str] = '"{}"'.format) -> str:
    """A required identifier that normalises to nothing has no token; it is missing like an empty one."""
    missing = " ".join(f"WHEN {column(name)} IS NULL THEN {number}" for name, number in plan.required_tokens.items())
    return f"coalesce({problem}, CASE {missing} END)" if missing else problem


def may_be_addressed(plan: Plan) -> list[str]:
    """Free texts, in which an address may stand."""
    return [column.name for column in plan.kind.columns if _is_free(column)] + ["extras"]


def _addressed(setting: Setting, plan: Plan) -> set[str]:
    """Texts in which an address may stand: an engine that must compile the pattern needs 10 ms a column for it."""
    free = may_be_addressed(plan)
    cells = (f'clear."{name}"' for name in free)
    found = ", ".join(f"bool_or({may_hold_address_sql(cell)})" for cell in cells)
    row = setting.run(f"SELECT {found} FROM clear").fetchone() or ()
    return {name for name, holds in zip(free, row, strict=True) if holds}


def _is_free(column: Column) -> bool:
    return column.privacy is Privacy.OPEN and not column.allowed and column.type in (Type.TEXT, Type.JSON)


def _make_tokens(setting: Setting, plan: Plan, clear: str, columns: Collection[str]) -> None:
    """The table ``tokens``: identifier (a column of ``clear``), value, token; one row for every value that is there."""
    types = dict(identifier for column in columns for identifier in plan.tokens[column])
    if not types:
        return
    each = (f'SELECT {literal(name)} AS identifier, "{name}" AS value FROM {clear}' for name in types)
    found = setting.run(
        f"SELECT DISTINCT identifier, value FROM ({' UNION ALL '.join(each)}) WHERE value IS NOT NULL"
    ).to_arrow_table()
    parts = {name: found.filter(pc.equal(found["identifier"], name)) for name in types}
    made = [_tokens(setting.tokeniser, types[name], part["value"].to_pylist()) for name, part in parts.items()]
    token = pa.chunked_array([pa.array(tokens, pa.string()) for tokens in made])
    setting.connection.register("tokens", pa.concat_tables(parts.values()).append_column("token", token))


def _tokens(tokeniser: Tokeniser, identifier_type: str, values: list[str]) -> list[str | None]:
    if identifier_type == "email_sha1":
        return tokeniser.email_sha1_tokens(values)
    return tokeniser.tokens(identifier_type, values)
