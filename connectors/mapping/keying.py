"""From clear values to records with a fate: tokens, record keys, duplicates and conflicts.

    clear --tokens--> keyed --repeats--> fated --sums--> fated

Tokens are made of the distinct values only and joined back. Windows run only over records whose key stands more
than once, because in most originals none does.

Sheets of one workbook that yield the same kind meet here: ``keyed`` holds the records of all of them.

A record that is added up of parts (``adds_up``) lands once; its parts are told apart, and their fates decided, like
records of their own.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from connectors.mapping.planning import Plan
from connectors.mapping.setting import Setting
from connectors.masking import masked_sql, may_hold_address_sql
from connectors.records import Column, Privacy, RecordKind, Type
from connectors.seam import Tokeniser
from connectors.sql import literal


def create_keyed(setting: Setting, plan: Plan, before: Sequence[Plan]) -> None:
    """The table ``keyed``: as ``clear``, with tokens in place of identifiers and the text of each record's key.

    The key of a part is what tells it from other parts; ``part_of`` is then the key of what it adds up to.

    After the sheets ``before``, records are added to theirs, and problems are numbered on.
    """
    addressed = _addressed(setting, plan)
    columns = [
        f'{masked_sql(_of_clear(c.name))} AS "{c.name}"' if c.name in addressed else _of_clear(c.name)
        for c in plan.kind.columns
        if c.privacy is not Privacy.TOKEN
    ]
    _make_tokens(setting, plan)
    joins = []
    for column in (c for c in plan.kind.columns if c.privacy is Privacy.TOKEN):
        made = []
        for name, _ in plan.tokens.get(column.name, []):
            of = f'"{name}~token"'
            on = f'{of}.identifier = {literal(name)} AND {of}.value = clear."{name}"'
            joins.append(f"LEFT JOIN tokens AS {of} ON {on}")
            made.append(f"{of}.token")
        columns.append(f'coalesce({", ".join([*made, "NULL::VARCHAR"])}) AS "{column.name}"')
    extras = masked_sql("extras") if "extras" in addressed else "extras"
    key = ", ".join(f"coalesce(\"{name}\"::VARCHAR, '')" for name in plan.kind.key)
    known_problems = sum(len(earlier.problems) for earlier in before)
    provenance = f"{setting.source.number} AS source_number, source_line, {plan.mapping.distinct} AS is_mention"
    setting.run(
        f"{'INSERT INTO keyed BY NAME' if before else 'CREATE OR REPLACE TEMP TABLE keyed AS'} "
        f"WITH tokenised AS (SELECT {provenance}, part, {', '.join(columns)}, extras, problem, problem_text "
        f"FROM clear {' '.join(joins)}) "
        f"SELECT * EXCLUDE (part) REPLACE "
        f"({extras} AS extras, {_problem_without_token(plan)} + {known_problems} AS problem), "
        f"coalesce(part, concat_ws('|', {key})) AS key_text, "
        f"CASE WHEN part IS NOT NULL THEN concat_ws('|', {key}) END AS part_of FROM tokenised"
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


def _make_tokens(setting: Setting, plan: Plan) -> None:
    """The table ``tokens``: identifier (a column of ``clear``), value, token; one row for every value that is there."""
    types = dict(identifier for made in plan.tokens.values() for identifier in made)
    if not types:
        return
    each = (f'SELECT {literal(name)} AS identifier, "{name}" AS value FROM clear' for name in types)
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


def create_fates(setting: Setting, kind: RecordKind, adds_up: Collection[str] = ()) -> dict[str, int]:
    """The view ``fated``: ``keyed`` with each record's occurrence among its equals and its fate; counts the fates.

    Fates: ``landed``, ``rejected``, ``duplicate``, and ``same`` for further mentions of one entity in an export
    that isn't a list of them (``distinct``) and for further parts of one record (``adds_up``), which count as no
    record of their own.
    """
    counts = "count(*), count(problem), count(DISTINCT hash(key_text)) FILTER (WHERE problem IS NULL)"
    records, faulty, keys = setting.run(f"SELECT {counts} FROM keyed").fetchall()[0]
    has_repeats = keys < records - faulty
    if has_repeats:
        _create_repeats(setting, kind)
    nth, fate = ("coalesce(nth, 1)", "coalesce(fate, 'landed')") if has_repeats else ("1", "'landed'")
    fated = (
        f"SELECT keyed.*, {nth} AS nth, "
        f"CASE WHEN problem IS NOT NULL THEN 'rejected' ELSE {fate} END AS fate FROM keyed"
        + (" LEFT JOIN repeats ON keyed.rowid = repeats.record" if has_repeats else "")
    )
    if adds_up:
        fated = _with_sums(setting, kind, adds_up, fated)
    setting.run(f"CREATE OR REPLACE TEMP VIEW fated AS {fated}")
    if not has_repeats and not adds_up:
        return {"landed": keys, "rejected": faulty}
    fates = dict(setting.run("SELECT fate, count(*) FROM fated GROUP BY fate").fetchall())
    return fates | {"same": records - sum(n for fate, n in fates.items() if fate != "same")}


def _with_sums(setting: Setting, kind: RecordKind, adds_up: Collection[str], fated: str) -> str:
    """The query ``fated`` with the table ``sums`` in place of the parts that would land.

    Numbers are added in their own order, because a sum of fractions depends on it.
    """
    held = {
        c.name: f'list_sum(list("{c.name}" ORDER BY "{c.name}"))' if c.name in adds_up else f'any_value("{c.name}")'
        for c in kind.columns
        if c.privacy is not Privacy.VAULT
    }
    columns = ", ".join(f'{sql} AS "{name}"' for name, sql in held.items())
    setting.run(
        "CREATE OR REPLACE TEMP TABLE sums AS SELECT min(source_number) AS source_number, "
        f"min(source_line) AS source_line, {columns}, part_of AS key_text, 1 AS nth, 'landed' AS fate "
        f"FROM ({fated}) WHERE fate = 'landed' AND part_of IS NOT NULL GROUP BY part_of"
    )
    others = f"SELECT * FROM ({fated}) WHERE fate <> 'landed' OR part_of IS NULL"
    return f"{others} UNION ALL BY NAME SELECT * FROM sums"


def _create_repeats(setting: Setting, kind: RecordKind) -> None:
    """The table ``repeats``: occurrence and fate of every record whose key stands more than once."""
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
