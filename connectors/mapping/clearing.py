"""From records to typed values.

    candidates --only, texts, types, checks--> clear (typed columns, identifiers in clear, problem)

A problem is the number of the first failure of a record in the plan's list; the list says rule, column and
expectation, so that the statement itself carries only a number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain

from connectors.mapping.planning import Block, Plan
from connectors.mapping.setting import Setting


def create_clear(setting: Setting, plan: Plan) -> int:
    """The table ``clear``: typed columns, identifiers in clear, the first problem and the text that it is about.

    Returns how many records it holds.
    """
    besides = {"source_line": "source_line", "part": plan.part}
    if plan.mapping.distinct:
        # Of an export that mentions an entity over and over, only its different mentions go on.
        besides["source_line"] = "min(source_line)"
    query = cleared(plan, plan.blocks, plan.chosen, besides, is_grouped=plan.mapping.distinct)
    return setting.count(f"CREATE OR REPLACE TEMP TABLE clear AS {query}")


def cleared(
    plan: Plan, blocks: Sequence[Block], chosen: str, besides: Mapping[str, str], *, is_grouped: bool = False
) -> str:
    """A query for what some blocks of a plan make of records: columns, problem, problem_text, after other columns."""
    problems = [(number, *plan.problems[number - 1]) for block in blocks for number in block.problems]
    checks = " ".join(f"WHEN {sql} THEN {number}" for number, sql, _, _ in problems)
    faulty = " ".join(f"WHEN {number} THEN {text}::VARCHAR" for number, _, text, _ in problems)
    before = (f"{sql} AS {name}" for name, sql in besides.items())
    texts = ", ".join(chain(before, *(block.texts for block in blocks)))
    # Of no record no mention is made, also where all that is mentioned is the same for all records.
    grouped = " GROUP BY ALL HAVING count(*) > 0" if is_grouped else ""
    typed = ", ".join(chain("*", *(block.typed for block in blocks)))
    columns = ", ".join(chain(besides, *(block.columns for block in blocks)))
    return (
        f"WITH chosen AS ({chosen}), "
        f"texts AS (SELECT {texts} FROM chosen{grouped}), "
        f"typed AS (SELECT {typed} FROM texts), "
        f"checked AS (SELECT *, {f'CASE {checks} END' if checks else 'NULL::INTEGER'} AS problem FROM typed) "
        f"SELECT {columns}, problem, {f'CASE problem {faulty} END' if faulty else 'NULL::VARCHAR'} AS problem_text "
        "FROM checked"
    )
