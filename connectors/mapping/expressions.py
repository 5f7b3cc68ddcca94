"""A declared value becomes SQL: the text that it is made of, the typed value, and when that fails.

    source, when --texts--> text --casts--> typed value

Everything here only writes SQL. Where a step or a cast yields nothing for a text that was there, the record is
rejected with the rule, the column of the original, and what was expected.
"""

from __future__ import annotations

from dataclasses import dataclass

from connectors.declaration import Condition, Value
from connectors.mapping.casts import cast
from connectors.mapping.surroundings import ABSENT, Surroundings
from connectors.mapping.texts import stepped
from connectors.reading import asked
from connectors.records import Column, Type
from connectors.sql import literal


@dataclass(frozen=True)
class Failure:
    """What is told of a rejected record: rule, column of the original, expectation (never the value)."""

    rule: str
    column: str
    expected: str


@dataclass(frozen=True)
class Branch:
    """One way to make a value, as SQL.

    ``text`` is what the text steps make of what was found, ``before`` the text before the step that can fail,
    ``typed`` the value, over the text under its own ``name``. ``doubt``: when it is nothing because the text reads
    in two ways, and what is told then. ``floor``: the text and the typed value that this one isn't less than.
    """

    name: str
    label: str
    before: str
    text: str
    typed: str
    step_failure: Failure | None
    cast_failure: Failure | None
    doubt: tuple[str, Failure] | None = None
    identifier: str | None = None
    floor: tuple[str, str] | None = None


def branches(column: Column, value: Value, around: Surroundings, name: str = "") -> list[Branch]:
    """The ways to make a column's value, in order; the first that yields something decides."""
    name = name or column.name
    if value.first_of is None:
        return [_branch(column, value, around, name)]
    ways = (branches(column, option, around, f"{name}~{i}") for i, option in enumerate(value.first_of))
    return [branch for way in ways for branch in way]


def texts_of(value: Value, around: Surroundings) -> list[tuple[Value, str]]:
    """The ways to make a number or a time, each with SQL for the text that it is read from."""
    if value.first_of is not None:
        return [found for option in value.first_of for found in texts_of(option, around)]
    return [(value, stepped(_conditional(_source(value, around), value, around), value).after)]


def has_something_to_tell(value: Value, around: Surroundings) -> bool:
    """Whether a file tells a value, be it that there is none: it has one of the columns, or needs none."""
    if value.first_of is not None:
        return any(has_something_to_tell(option, around) for option in value.first_of)
    return _source(value, around) != ABSENT


def _branch(column: Column, value: Value, around: Surroundings, name: str) -> Branch:
    label = around.label((*(value.from_ or ()), *(value.join or ()))) or column.name
    if _source(value, around) == ABSENT and column.type is not Type.JSON:
        # Of nothing, no step makes something. To leave the steps out spares the engine most of a statement.
        typed = f"NULL::{column.type.sql}"
        return Branch(name, label, ABSENT, ABSENT, typed, None, None, identifier=value.identifier)
    steps = stepped(_conditional(_source(value, around), value, around), value)
    before, text = steps.before, steps.after
    if value.sole:
        before = text = f"{literal(around.sole(text))}::VARCHAR"
    made = cast(column, value, text, f'"{name}~text"', around)
    rejects = value.otherwise != "empty"
    return Branch(
        name=name,
        label=label,
        before=before,
        text=text,
        typed=made.sql,
        step_failure=Failure(steps.failure[0], label, steps.failure[1]) if steps.failure else None,
        cast_failure=Failure(made.rule, label, made.expected) if made.rule and rejects else None,
        doubt=(made.doubt, Failure("ambiguous_number", label, made.settling)) if made.doubt and rejects else None,
        identifier=value.identifier,
        floor=_floor(column, value.not_before, around, name) if value.not_before else None,
    )


def _floor(column: Column, value: Value, around: Surroundings, name: str) -> tuple[str, str]:
    """Text and typed value of ``not_before``. What can't be read is told where the value itself is mapped."""
    text = stepped(_conditional(_source(value, around), value, around), value).after
    return text, cast(column, value, text, f'"{name}~floor"', around).sql


def _source(value: Value, around: Surroundings) -> str:
    if value.from_ is not None:
        return around.cell(value.from_)
    if value.join is not None:
        cells = around.present(value.join)
        return f"nullif(concat_ws({literal(value.by)}, {', '.join(cells)}), '')" if cells else ABSENT
    if value.constant is not None:
        return f"{literal(value.constant)}::VARCHAR"
    return f"{around.given[str(value.given)]}::VARCHAR"


def _conditional(source: str, value: Value, around: Surroundings) -> str:
    if not value.when:
        return source
    # DuckDB doesn't share expressions inside CASE, and the same conditions stand at many columns.
    held = " AND ".join(around.shared(f"({asked(c, around.cell(c.column))})") for c in value.when)
    return f"CASE WHEN {held} THEN {source} END"


def conditions(all_of: tuple[Condition, ...], around: Surroundings) -> str:
    """All conditions at once; true where there are none, and never null."""
    return " AND ".join(f"({asked(c, around.cell(c.column))})" for c in all_of) or "true"
