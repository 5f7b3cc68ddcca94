"""From candidates to typed values: the one statement of a kind.

    candidates --only, texts, types, checks--> clear (typed columns, identifiers in clear, problem)

A problem is the number of the first failure of a record in the plan's list; the list says rule, column and
expectation, so that the statement itself carries only a number.
"""

from __future__ import annotations

from connectors.mapping.planning import Plan
from connectors.mapping.setting import Setting


def create_clear(setting: Setting, plan: Plan) -> int:
    """The table ``clear``: typed columns, identifiers in clear, the first problem and the text that it is about.

    Returns how many records it holds.
    """
    checks = " ".join(f"WHEN {sql} THEN {i}" for i, (sql, _, _) in enumerate(plan.problems, 1))
    problem = f"CASE {checks} END" if checks else "NULL::INTEGER"
    faulty = " ".join(f"WHEN {i} THEN {text}::VARCHAR" for i, (_, text, _) in enumerate(plan.problems, 1))
    texts = f"{_extras(setting)} AS extras, {plan.part} AS part, {', '.join(plan.texts)}"
    # Of an export that mentions an entity over and over, only its different mentions go on.
    texts = (
        f"SELECT min(source_line) AS source_line, {texts} FROM chosen GROUP BY ALL"
        if plan.mapping.distinct
        else f"SELECT source_line, {texts} FROM chosen"
    )
    return setting.count(
        f"CREATE OR REPLACE TEMP TABLE clear AS WITH chosen AS ({plan.chosen}), texts AS ({texts}), "
        f"typed AS (SELECT *, {', '.join(plan.typed)} FROM texts), "
        f"checked AS (SELECT *, {problem} AS problem FROM typed) "
        f"SELECT source_line, part, {', '.join(plan.columns)}, extras, problem, "
        f"{f'CASE problem {faulty} END' if faulty else 'NULL::VARCHAR'} AS problem_text FROM checked"
    )


def _extras(setting: Setting) -> str:
    """A JSON object of the columns that the declaration vouches for, without the empty ones."""
    layout = setting.source.layout
    names = [name for name in layout.export.vouched if name in layout.positions]
    if not names:
        return "NULL::VARCHAR"
    members = ", ".join(
        f"""CASE WHEN "{name}" IS NOT NULL THEN '"{name}": ' || to_json("{name}")::VARCHAR END""" for name in names
    )
    return f"'{{' || nullif(concat_ws(', ', {members}), '') || '}}'"
