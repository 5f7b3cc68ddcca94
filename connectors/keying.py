"""From clear values to landed rows: tokens, record keys, duplicates and conflicts, rejects.

    clear --tokens--> keyed --fates--> landed.parquet (open) | rejected.parquet (restricted)

Tokens are made of the distinct values only and joined back. Windows run only over records whose key stands more
than once, because in most originals nearly none does.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.expressions import Failure
from connectors.planning import Plan, Setting
from connectors.reading import RawLines
from connectors.records import Column, Privacy, Type
from connectors.seam import REJECTED
from connectors.sql import literal

_EMAIL = r"[\w.+%''-]+@[\w-]+(\.[\w-]+)+"
_REJECT_BATCH = 5_000


def create_keyed(setting: Setting, plan: Plan) -> None:
    """The table ``keyed``: as ``clear``, with tokens in place of identifiers and the text of each record's key."""
    columns = [_keyed_column(column) for column in plan.kind.columns if column.privacy is not Privacy.TOKEN]
    joins = []
    for column in (c for c in plan.kind.columns if c.privacy is Privacy.TOKEN):
        made = []
        for name, identifier in plan.tokens.get(column.name, []):
            table = f'"{name}~tokens"'
            _create_tokens(setting, identifier, name, table)
            joins.append(f'LEFT JOIN {table} ON clear."{name}" = {table}.value')
            made.append(f"{table}.token")
        columns.append(f'coalesce({", ".join([*made, "NULL::VARCHAR"])}) AS "{column.name}"')
    key = ", ".join(f"coalesce(\"{name}\"::VARCHAR, '')" for name in plan.kind.key)
    setting.run(
        f"CREATE OR REPLACE TEMP TABLE keyed AS WITH tokenised AS ("
        f"SELECT source_line, {', '.join(columns)}, extras, problem, problem_text FROM clear {' '.join(joins)}) "
        f"SELECT * REPLACE ({_masked('extras')} AS extras, {_problem_without_token(plan)} AS problem), "
        f"concat_ws('|', {key}) AS key_text FROM tokenised"
    )
    setting.run("DROP TABLE clear")


def _keyed_column(column: Column) -> str:
    name = f'"{column.name}"'
    is_free = column.privacy is Privacy.OPEN and not column.allowed and column.type in (Type.TEXT, Type.JSON)
    return f"{_masked(f'clear.{name}')} AS {name}" if is_free else f"clear.{name}"


def _masked(text: str) -> str:
    """E-mail addresses in free text are masked on the way out."""
    return f"CASE WHEN contains({text}, '@') THEN regexp_replace({text}, '{_EMAIL}', '‹e-mail›', 'g') ELSE {text} END"


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


# --------------------------------------------------------------------------------------------------- fates


def create_fates(setting: Setting, plan: Plan) -> None:
    """The view ``fated``: ``keyed`` with each record's occurrence among its equals and its fate.

    Fates: ``landed``, ``rejected``, ``duplicate``, and ``same`` for further mentions of one entity in an export
    that isn't a list of them (``distinct``), which count as no record of their own.
    """
    kind = plan.kind
    repeated = "SELECT hash(key_text) FROM keyed WHERE problem IS NULL GROUP BY 1 HAVING count(*) > 1"
    content = ", ".join(f'"{column.name}"' for column in kind.columns)
    if kind.repeats:
        later = "'landed'"
    elif plan.mapping.distinct:
        later = "'same'"
    elif kind.keeps_versions:
        later = "CASE WHEN nth_alike = 1 THEN 'landed' ELSE 'duplicate' END"
    else:
        later = "CASE WHEN content = first_content THEN 'duplicate' ELSE 'rejected' END"
    content_hash = "0" if kind.repeats else f"md5(row({content})::VARCHAR)"
    setting.run(
        f"CREATE OR REPLACE TEMP TABLE repeats AS WITH alike AS ("
        f"SELECT rowid AS record, source_line, key_text, {content_hash} AS content "
        f"FROM keyed WHERE problem IS NULL AND hash(key_text) IN ({repeated})), "
        "numbered AS (SELECT record, content, row_number() OVER same_key AS nth, "
        "first_value(content) OVER same_key AS first_content, "
        "row_number() OVER (PARTITION BY key_text, content ORDER BY source_line, record) AS nth_alike FROM alike "
        "WINDOW same_key AS (PARTITION BY key_text ORDER BY source_line, record)) "
        f"SELECT record, nth, CASE WHEN nth = 1 THEN 'landed' ELSE {later} END AS fate FROM numbered"
    )
    setting.run(
        "CREATE OR REPLACE TEMP VIEW fated AS SELECT keyed.*, coalesce(nth, 1) AS nth, "
        "CASE WHEN problem IS NOT NULL THEN 'rejected' ELSE coalesce(fate, 'landed') END AS fate "
        "FROM keyed LEFT JOIN repeats ON keyed.rowid = repeats.record"
    )


def fates(setting: Setting) -> dict[str, int]:
    return dict(setting.run("SELECT fate, count(*) FROM fated GROUP BY fate").fetchall())


# --------------------------------------------------------------------------------------------------- out


def write_landed(setting: Setting, plan: Plan, target: Path) -> None:
    """Exactly the columns of the contract, in order. ``zstd``: landing is kept, and read over and over."""
    original = setting.original
    key = "md5(key_text || '|' || nth)" if plan.kind.repeats else "md5(key_text)"
    provenance = {
        "tool": literal(original.tool),
        "unit": literal(original.unit),
        "record_key": key,
        "source_line": "source_line",
        "extracted_at": f"TIMESTAMP {literal(str(original.extracted_at))}",
        "declaration_version": literal(setting.declaration.declaration_version),
    }
    columns = ", ".join(f'{provenance.get(c.name, _name(c))}::{c.type.sql} AS "{c.name}"' for c in plan.kind.landed)
    rows = f"SELECT {columns} FROM fated WHERE fate = 'landed'"
    setting.run(f"COPY ({rows}) TO {literal(target)} (FORMAT parquet, COMPRESSION zstd)")


def _name(column: Column) -> str:
    return f'"{column.name}"'


def keep_for_the_vault(setting: Setting, plan: Plan) -> None:
    """Names and the like go to the vault, under the token of the person whom the record is about."""
    columns = plan.kind.columns
    person = next((c.name for c in columns if c.privacy is Privacy.TOKEN), None)
    for column in columns:
        if column.privacy is Privacy.VAULT and column.name in plan.mapping.columns and person:
            rows = setting.run(
                f'SELECT DISTINCT "{person}" AS token, "{column.name}" AS value FROM fated '
                f'WHERE fate = \'landed\' AND "{person}" IS NOT NULL AND "{column.name}" IS NOT NULL ORDER BY 1, 2'
            ).to_arrow_table()
            setting.tokeniser.keep(rows["token"].to_pylist(), column.name, rows["value"].to_pylist())


def write_rejected(setting: Setting, plan: Plan, target: Path, with_ragged: bool) -> Path | None:
    """Rejects with reason, value and original, for the restricted zone; None where there are none."""
    conflict = len(plan.problems) + 1
    setting.run(
        "CREATE OR REPLACE TEMP TABLE rejected AS "
        "SELECT source_line, NULL::VARCHAR AS rule, NULL::VARCHAR AS expected, "
        f"coalesce(problem, {conflict}) AS problem, problem_text FROM fated WHERE fate = 'rejected'"
        + (" UNION ALL SELECT source_line, rule, expected, NULL, NULL FROM ragged" if with_ragged else "")
    )
    if not setting.count("SELECT count(*) FROM rejected"):
        return None
    key = ", ".join(plan.kind.key)
    conflicting = Failure("key_conflict", key, f"one record per {key}, or the same content in all of them")
    failures = [failure for _, _, failure in plan.problems] + [conflicting]
    with pq.ParquetWriter(target, REJECTED, compression="zstd") as writer:
        for batch in _rejected_batches(setting):
            rows = [_reject_row(setting, plan.kind.name, failures, *row) for row in batch]
            writer.write_table(pa.Table.from_pylist(rows, schema=REJECTED))
    return target


def _rejected_batches(setting: Setting) -> Iterator[list[tuple[object, ...]]]:
    """Rejects in order of their lines, each with its original text."""
    found = setting.run(
        "WITH starts AS (SELECT source_line, lead(source_line) OVER (ORDER BY source_line) AS following "
        "FROM (SELECT source_line FROM source UNION ALL SELECT source_line FROM ragged)) "
        "SELECT source_line, following, rule, expected, problem, problem_text "
        "FROM rejected JOIN starts USING (source_line) ORDER BY source_line, problem"
    )
    with RawLines(setting.source.text.path) as lines:
        while batch := found.fetchmany(_REJECT_BATCH):
            yield [(line, *rest, lines.between(line, following)) for line, following, *rest in batch]


def _reject_row(
    setting: Setting,
    kind: str,
    failures: list[Failure],
    line: object,
    rule: object,
    expected: object,
    problem: object,
    value: object,
    original: object,
) -> dict[str, object]:
    failure = failures[problem - 1] if isinstance(problem, int) else Failure(str(rule), "", str(expected))
    return {
        "tool": setting.original.tool,
        "record_kind": kind,
        "unit": setting.original.unit,
        "source_file": setting.original.source_file,
        "source_line": line,
        "rule": failure.rule,
        "column_name": failure.column or None,
        "expected": failure.expected,
        "value": value,
        "original": original,
    }
