"""What becomes of fated records: landed rows in the open, names in the vault, rejects in the restricted zone."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.mapping.expressions import Failure
from connectors.mapping.planning import Plan
from connectors.mapping.setting import Setting
from connectors.reading import Source
from connectors.records import Privacy, RecordKind
from connectors.seam import REJECTED
from connectors.sql import literal

_REJECT_BATCH = 5_000


def write_landed(setting: Setting, kind: RecordKind, target: Path) -> None:
    """Exactly the columns of the contract, in order. ``zstd``: landing is kept, and read over and over.

    Beyond its first level, the hashes and tokens that make up most of a file get no smaller, and take longer.
    """
    original = setting.original
    key = "md5(key_text || '|' || nth)" if kind.repeats else "md5(key_text)"
    held = {c.name: f'"{c.name}"' for c in kind.landed}
    held |= {
        "tool": _same_for_all(original.tool),
        "unit": _same_for_all(original.unit),
        "record_key": key,
        "source_line": "source_line::BIGINT",
        "extracted_at": f"TIMESTAMP {literal(str(original.extracted_at))}",
        "declaration_version": _same_for_all(setting.declaration.declaration_version),
    }
    columns = ", ".join(f'{held[c.name]} AS "{c.name}"' for c in kind.landed)
    rows = f"SELECT {columns} FROM fated WHERE fate = 'landed'"
    setting.run(f"COPY ({rows}) TO {literal(target)} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)")


def _same_for_all(text: str) -> str:
    """SQL for a text that is the same in all rows: as the one word of an enumeration it isn't looked up row by row."""
    return f"{literal(text)}::ENUM({literal(text)})"


def keep_for_the_vault(setting: Setting, kind: RecordKind, mapped: Collection[str]) -> None:
    """Names and the like, if ``mapped``, go to the vault, under the token of the person whom the record is about."""
    person = next((c.name for c in kind.columns if c.privacy is Privacy.TOKEN), None)
    kept = [c.name for c in kind.columns if c.privacy is Privacy.VAULT and c.name in mapped]
    if not kept or not person:
        return
    names = ", ".join(f'"{name}"' for name in kept)
    rows = setting.run(
        f'SELECT DISTINCT "{person}", {names} FROM fated WHERE fate = \'landed\' AND "{person}" IS NOT NULL'
    ).to_arrow_table()
    tokens = rows[person].to_pylist()
    for name in kept:
        setting.tokeniser.keep(tokens, name, rows[name].to_pylist())


def write_rejected(parts: Sequence[tuple[Setting, Plan]], ragged_of: Collection[int], target: Path) -> None:
    """Rejects with reason, value and original, for the restricted zone.

    ``ragged_of``: the sources whose records without clear cells are rejected here.
    """
    (setting, plan), *_ = parts
    counted = [problem for _, part in parts for _, _, problem in part.problems]
    conflict = len(counted) + 1
    numbers = ", ".join(map(str, ragged_of)) or "NULL"
    setting.run(
        "CREATE OR REPLACE TEMP TABLE rejected AS "
        "SELECT source_number, source_line, NULL::VARCHAR AS rule, NULL::VARCHAR AS expected, "
        f"coalesce(problem, {conflict}) AS problem, problem_text FROM fated WHERE fate = 'rejected' UNION ALL "
        f"SELECT source_number, source_line, rule, expected, NULL, NULL FROM ragged WHERE source_number IN ({numbers})"
    )
    key = ", ".join(plan.mapping.once_per or plan.kind.key)
    failures = [*counted, Failure("key_conflict", key, f"one record per {key}, or the same content in all of them")]
    with pq.ParquetWriter(target, REJECTED, compression="zstd") as writer:
        for source in (part.source for part, _ in parts):
            for batch in _rejected_batches(setting, source):
                rows = [_reject_row(setting, plan.kind.name, failures, *row) for row in batch]
                writer.write_table(pa.Table.from_pylist(rows, schema=REJECTED))


def _rejected_batches(setting: Setting, source: Source) -> Iterator[list[tuple[object, ...]]]:
    """Rejects of one source in order of their lines, each with its original text."""
    found = setting.run(
        f"WITH starts AS ({source.starts}) "
        "SELECT source_line, following, rule, expected, problem, problem_text FROM rejected "
        f"JOIN starts USING (source_line) WHERE source_number = {source.number} ORDER BY source_line, problem"
    )
    with source.raw() as raw:
        while batch := found.fetchmany(_REJECT_BATCH):
            yield [(line, *rest, raw.between(line, following)) for line, following, *rest in batch]


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
