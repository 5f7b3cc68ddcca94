"""From clear values to records with a fate: tokens, record keys, duplicates and conflicts.

    clear --tokens--> keyed --repeats--> fated

Tokens are made of the distinct values only and joined back. Windows run only over records whose key stands more
than once, because in most originals nearly none does.

Sheets of one workbook that yield the same kind meet here: ``keyed`` holds the records of all of them.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from connectors.mapping.planning import Plan
from connectors.mapping.setting import Setting
from connectors.masking import masked_sql, may_hold_address_sql
from connectors.records import Column, Privacy, RecordKind, Type


def create_keyed(setting: Setting, plan: Plan, before: Sequence[Plan]) -> None:
    """The table ``keyed``: as ``clear``, with tokens in place of identifiers and the text of each record's key.

    After the sheets ``before``, records are added to theirs, and problems are numbered on.
    """
    addressed = _addressed(setting, plan)
    columns = [
        f'{masked_sql(_of_clear(c.name))} AS "{c.name}"' if c.name in addressed else _of_clear(c.name)
        for c in plan.kind.columns
        if c.privacy is not Privacy.TOKEN
    ]
    joins = []
    for column in (c for c in plan.kind.columns if c.privacy is Privacy.TOKEN):
        made = []
        for name, identifier in plan.tokens.get(column.name, []):
            table = f'"{name}~tokens"'
            _create_tokens(setting, identifier, name, table)
            joins.append(f'LEFT JOIN {table} ON clear."{name}" = {table}.value')
            made.append(f"{table}.token")
        columns.append(f'coalesce({", ".join([*made, "NULL::VARCHAR"])}) AS "{column.name}"')
    extras = masked_sql("extras") if "extras" in addressed else "extras"
    key = ", ".join(f"coalesce(\"{name}\"::VARCHAR, '')" for name in plan.kind.key)
    known_problems = sum(len(earlier.problems) for earlier in before)
    provenance = f"{setting.source.number} AS source_number, source_line, {plan.mapping.distinct} AS is_mention"
    setting.run(
        f"{'INSERT INTO keyed BY NAME' if before else 'CREATE OR REPLACE TEMP TABLE keyed AS'} "
        f"WITH tokenised AS (SELECT {provenance}, {', '.join(columns)}, extras, problem, problem_text "
        f"FROM clear {' '.join(joins)}) "
        f"SELECT * REPLACE ({extras} AS extras, {_problem_without_token(plan)} + {known_problems} AS problem), "
        f"concat_ws('|', {key}) AS key_text FROM tokenised"
    )
    setting.run("DROP TABLE clear")


def _addressed(setting: Setting, plan: Plan) -> set[str]:
    """Free texts in which an address may stand: an engine that must compile the pattern needs 10 ms a column for it."""
    free = [c.name for c in plan.kind.columns if _is_free(c)] + ["extras"]
    found = ", ".join(f"bool_or({may_hold_address_sql(_of_clear(name))})" for name in free)
    row = setting.run(f"SELECT {found} FROM clear").fetchone() or ()
    return {name for name, holds in zip(free, row, strict=True) if holds}


def _of_clear(name: str) -> str:
    return f'clear."{name}"'


def _is_free(column: Column) -> bool:
    return column.privacy is Privacy.OPEN and not column.allowed and column.type in (Type.TEXT, Type.JSON)


def _problem_without_token(plan: Plan) -> str:
    """A required identifier that normalises to nothing has no token; it is missing like an empty one."""
    missing = " ".join(f'WHEN "{name}" IS NULL THEN {number}' for name, number in plan.required_tokens.items())
    return f"coalesce(problem, CASE {missing} END)" if missing else "problem"


def _create_tokens(setting: Setting, identifier: str, column: str, table: str) -> None:
    found = setting.run(f'SELECT DISTINCT "{column}" AS value FROM clear WHERE "{column}" IS NOT NULL').to_arrow_table()
    values = found.column("value").to_pylist()
    tokeniser = setting.tokeniser
    made = tokeniser.email_sha1_tokens(values) if identifier == "email_sha1" else tokeniser.tokens(identifier, values)
    setting.connection.register("made_tokens", found.append_column("token", pa.array(made, pa.string())))
    setting.run(f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT * FROM made_tokens")
    setting.connection.unregister("made_tokens")


def create_fates(setting: Setting, kind: RecordKind) -> None:
    """The view ``fated``: ``keyed`` with each record's occurrence among its equals and its fate.

    Fates: ``landed``, ``rejected``, ``duplicate``, and ``same`` for further mentions of one entity in an export
    that isn't a list of them (``distinct``), which count as no record of their own.
    """
    repeated = "SELECT hash(key_text) FROM keyed WHERE problem IS NULL GROUP BY 1 HAVING count(*) > 1"
    content = ", ".join(f'"{column.name}"' for column in kind.columns)
    versions = "nth_alike = 1 THEN 'landed' ELSE 'duplicate'"
    conflicts = "content = first_content THEN 'duplicate' ELSE 'rejected'"
    later = f"CASE WHEN is_mention THEN 'same' WHEN {versions if kind.keeps_versions else conflicts} END"
    fate = "'landed'" if kind.repeats else f"CASE WHEN nth = 1 THEN 'landed' ELSE {later} END"
    in_order = "ORDER BY source_number, source_line, record"
    content_hash = "0" if kind.repeats else f"md5(row({content})::VARCHAR)"
    setting.run(
        f"CREATE OR REPLACE TEMP TABLE repeats AS WITH alike AS ("
        f"SELECT rowid AS record, source_number, source_line, is_mention, key_text, {content_hash} AS content "
        f"FROM keyed WHERE problem IS NULL AND hash(key_text) IN ({repeated})), "
        "numbered AS (SELECT record, is_mention, content, row_number() OVER same_key AS nth, "
        "first_value(content) OVER same_key AS first_content, "
        f"row_number() OVER (PARTITION BY key_text, content {in_order}) AS nth_alike FROM alike "
        f"WINDOW same_key AS (PARTITION BY key_text {in_order})) SELECT record, nth, {fate} AS fate FROM numbered"
    )
    setting.run(
        "CREATE OR REPLACE TEMP VIEW fated AS SELECT keyed.*, coalesce(nth, 1) AS nth, "
        "CASE WHEN problem IS NOT NULL THEN 'rejected' ELSE coalesce(fate, 'landed') END AS fate "
        "FROM keyed LEFT JOIN repeats ON keyed.rowid = repeats.record"
    )


def fates(setting: Setting) -> dict[str, int]:
    return dict(setting.run("SELECT fate, count(*) FROM fated GROUP BY fate").fetchall())
