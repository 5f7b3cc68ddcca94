"""A declared value becomes SQL: the text that it is made of, the typed value, and when that fails.

Everything here only writes SQL. Each cast is a try-cast; where it yields nothing for a text that was there, the
record is rejected with the rule, the column of the original, and what was expected.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from connectors.declaration import Condition, Value
from connectors.records import Column, Privacy, Type
from connectors.sql import literal
from connectors.time_formats import Writing, month_numbers


@dataclass(frozen=True)
class Failure:
    """What is told of a rejected record: rule, column of the original, expectation (never the value)."""

    rule: str
    column: str
    expected: str


@dataclass(frozen=True)
class Surroundings:
    """What a value may refer to: the record's cells (name → SQL), and what holds for the whole file."""

    cells: dict[str, str]
    headers: dict[str, str]
    given: dict[str, str]
    timezone: str
    decimal: str
    thousands: str
    day_first: bool
    writing: Callable[[tuple[str, ...], dict[str, str], str], Writing]
    sole: Callable[[str], str | None]
    shared: Callable[[str], str]


@dataclass(frozen=True)
class Branch:
    """One way to make a value, as SQL.

    ``text`` is what the text steps make of what was found, ``before`` the text before the step that can fail,
    ``typed`` the value, over the text under its own ``name``.
    """

    name: str
    label: str
    before: str
    text: str
    typed: str
    step_failure: Failure | None
    cast_failure: Failure | None
    identifier: str | None = None


_ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&#039;": "'", "&#39;": "'", "&nbsp;": " ", "&amp;": "&"}


def branches(column: Column, value: Value, around: Surroundings, name: str = "") -> list[Branch]:
    """The ways to make a column's value, in order; the first that yields something decides."""
    name = name or column.name
    if value.first_of is not None:
        return [
            branch
            for i, option in enumerate(value.first_of)
            for branch in branches(column, option, around, f"{name}~{i}")
        ]
    raw = _conditional(_source(value, around), value, around)
    before, text, step_rule = _text(raw, value)
    if value.sole:
        before = text = f"{literal(around.sole(text))}::VARCHAR"
    label = _label(column, value, around)
    keeps_failing = value.otherwise == "empty"
    typed, rule, expected = _typed(column, value, text, f'"{name}~text"', around)
    if keeps_failing and column.type in (Type.NUMBER, Type.INTEGER):
        typed = _within_limits(typed, column)
    return [
        Branch(
            name=name,
            label=label,
            before=before,
            text=text,
            typed=typed,
            step_failure=Failure(step_rule[0], label, step_rule[1]) if step_rule else None,
            cast_failure=Failure(rule, label, expected) if rule and not keeps_failing else None,
            identifier=value.identifier,
        )
    ]


def _within_limits(typed: str, column: Column) -> str:
    """A value beyond the column's limits counts as empty."""
    limits = [
        f"{typed} >= {column.minimum}" if column.minimum is not None else "",
        f"{typed} <= {column.maximum}" if column.maximum is not None else "",
    ]
    kept = " AND ".join(filter(None, limits))
    return f"CASE WHEN {kept} THEN {typed} END" if kept else typed


def _label(column: Column, value: Value, around: Surroundings) -> str:
    """The column of the original that a reader should look at, by the name that it has there."""
    names = [around.headers.get(name, name) for name in (*(value.from_ or ()), *(value.join or ()))]
    return ", ".join(names) or column.name


# ------------------------------------------------------------------------------------------------ the text


def _cell(name: str, around: Surroundings) -> str:
    return around.cells.get(name, "NULL::VARCHAR")


def _first_cell(names: tuple[str, ...], around: Surroundings) -> str:
    cells = [_cell(name, around) for name in names]
    return cells[0] if len(cells) == 1 else f"coalesce({', '.join(cells)})"


def _source(value: Value, around: Surroundings) -> str:
    if value.from_ is not None:
        return _first_cell(value.from_, around)
    if value.join is not None:
        return f"nullif(concat_ws({literal(value.by)}, {', '.join(_cell(name, around) for name in value.join)}), '')"
    if value.constant is not None:
        return f"{literal(value.constant)}::VARCHAR"
    return f"{literal(around.given[str(value.given)])}::VARCHAR"


def _conditional(source: str, value: Value, around: Surroundings) -> str:
    if not value.when:
        return source
    # DuckDB doesn't share expressions inside CASE, and the same conditions stand at many columns.
    asked = " AND ".join(around.shared(f"({_condition(c, _first_cell(c.column, around))})") for c in value.when)
    return f"CASE WHEN {asked} THEN {source} END"


def conditions(asked: tuple[Condition, ...], around: Surroundings) -> str:
    """All conditions at once; true where there are none, and never null."""
    return " AND ".join(f"({_condition(c, _first_cell(c.column, around))})" for c in asked) or "true"


def _condition(condition: Condition, cell: str) -> str:
    if condition.one_of is not None or condition.none_of is not None:
        words = ", ".join(literal(word.lower()) for word in condition.one_of or condition.none_of or ())
        inside = f"coalesce(lower({cell}) IN ({words}), false)"
        return inside if condition.one_of is not None else f"NOT {inside}"
    if condition.matches is not None:
        return f"coalesce({_matches(cell, condition.matches)}, false)"
    if condition.lacks is not None:
        return f"NOT coalesce({_matches(cell, condition.lacks)}, false)"
    return f"{cell} IS {'NOT NULL' if condition.filled else 'NULL'}"


def _text(raw: str, value: Value) -> tuple[str, str, tuple[str, str] | None]:
    """The text before the step that can fail, the text after all steps, and rule and expectation of that failure."""
    before = _plain(raw, value)
    text, failure = before, None
    if value.extract:
        found = [f"nullif(regexp_extract({before}, {literal(r)}, {_group(r)}), '')" for r in value.extract]
        text = found[0] if len(found) == 1 else f"coalesce({', '.join(found)})"
        if value.otherwise == "reject":
            failure = ("not_extracted", f"a text like {' or '.join(value.extract)}")
    if value.map or value.match:
        if value.otherwise in (None, "reject"):
            before, failure = text, ("unknown_value", _mapped_words(value))
        text = _mapped(text, value)
    return before, _finished(text, value), failure


def _plain(text: str, value: Value) -> str:
    """Without HTML entities, and without texts that mean nothing."""
    if value.html:
        plain = text
        for entity, letter in _ENTITIES.items():
            plain = f"replace({plain}, {literal(entity)}, {literal(letter)})"
        text = f"CASE WHEN contains({text}, '&') THEN {plain} ELSE {text} END"
    if value.nulls:
        words = ", ".join(literal(word.lower()) for word in value.nulls)
        text = f"CASE WHEN lower({text}) NOT IN ({words}) THEN {text} END"
    return text


def _finished(text: str, value: Value) -> str:
    text = f"lower({text})" if value.lower else text
    for pattern, replacement in value.replace.items():
        text = f"regexp_replace({text}, {literal(pattern)}, {literal(replacement)}, 'g')"
    return f"({literal(value.prefix)} || {text})" if value.prefix else text


def _matches(text: str, regex: str, ignore_case: bool = False) -> str:
    """Whether a text matches. Alternatives that are plain words are searched as such, which is far faster."""
    alternatives = regex.split("|")
    if any(set(alternative) & set(".^$*+?{}[]()\\") for alternative in alternatives):
        flag = ", 'i'" if ignore_case else ""
        return f"regexp_matches({text}, {literal(regex)}{flag})"
    compared = f"lower({text})" if ignore_case else text
    found = [f"contains({compared}, {literal(word.lower() if ignore_case else word)})" for word in alternatives]
    return f"({' OR '.join(found)})"


def _group(regex: str) -> int:
    """1 where the expression captures something, 0 (the whole match) where not. Python can't parse all of RE2."""
    return 1 if re.search(r"(?<!\\)\((?!\?)", regex) else 0


def _mapped(text: str, value: Value) -> str:
    compared = f"lower({text})" if value.ignore_case else text
    rules = [
        f"WHEN {compared} = {literal(k.lower() if value.ignore_case else k)} THEN {literal(v)}"
        for k, v in value.map.items()
    ]
    rules += [f"WHEN {_matches(text, r, value.ignore_case)} THEN {literal(v)}" for r, v in value.match.items()]
    if value.otherwise == "keep":
        rules.append(f"ELSE {text}")
    elif value.otherwise not in (None, "reject", "empty"):
        rules.append(f"WHEN {text} IS NOT NULL THEN {literal(value.otherwise)}")
    return f"CASE {' '.join(rules)} END"


def _mapped_words(value: Value) -> str:
    words = [*value.map, *value.match]
    return "one of " + ", ".join(words[:20]) + (f" and {len(words) - 20} more" if len(words) > 20 else "")


# ------------------------------------------------------------------------------------------------ the type


def _typed(column: Column, value: Value, text: str, cell: str, around: Surroundings) -> tuple[str, str | None, str]:
    """SQL over the cell that yields the type or null, the rule that a null breaks, and what was expected."""
    if column.privacy is not Privacy.OPEN or column.type is Type.TEXT:
        return cell, None, ""
    if column.type is Type.JSON:
        return _json(value, cell), None, ""
    if column.type is Type.BOOLEAN:
        return _boolean(value, cell)
    if column.type in (Type.DATE, Type.INSTANT):
        return _time(column, value, text, cell, around)
    return _number(column, value, cell, around)


def _json(value: Value, cell: str) -> str:
    if value.split is None:
        return f"CASE WHEN json_valid({cell}) THEN {cell} END"
    parts = f"list_transform(string_split({cell}, {literal(value.split)}), lambda part: trim(part))"
    return f"to_json(list_filter({parts}, lambda part: part <> ''))::VARCHAR"


def _boolean(value: Value, cell: str) -> tuple[str, str, str]:
    yes = value.is_true or (("1", "true", "yes") if not value.is_false else ())
    no = value.is_false or (("0", "false", "no") if not value.is_true else ())
    in_yes, in_no = (", ".join(literal(word.lower()) for word in words) for words in (yes, no))
    sql = (
        "CASE"
        + (f" WHEN lower({cell}) IN ({in_yes}) THEN true" if yes else "")
        + (f" WHEN lower({cell}) IN ({in_no}) THEN false" if no else "")
    )
    return f"{sql} END", "not_a_boolean", f"one of {', '.join((*yes, *no))}"


def _number(column: Column, value: Value, cell: str, around: Surroundings) -> tuple[str, str, str]:
    decimal = value.decimal or around.decimal
    thousands = value.thousands if value.thousands is not None else around.thousands
    text = f"rtrim({cell}, '% ')" if value.percent else cell
    whole = rf"[0-9]{{1,3}}({re.escape(thousands)}[0-9]{{3}})+|[0-9]+" if thousands else "[0-9]+"
    shape = rf"[-+]?({whole})?({re.escape(decimal)}[0-9]*)?([eE][-+]?[0-9]+)?"
    plain = f"replace({text}, {literal(thousands)}, '')" if thousands else text
    plain = plain if decimal == "." else f"replace({plain}, {literal(decimal)}, '.')"
    number = f"CASE WHEN regexp_full_match({text}, {literal(shape)}) THEN try_cast({plain} AS DOUBLE) END"
    factor = value.scale / (100 if value.percent else 1)
    if factor != 1:
        number = f"{number} * {factor!r}"
    if column.type is Type.INTEGER:
        return f"try_cast(nullif({number}, 'nan'::DOUBLE) AS BIGINT)", "not_a_number", "a whole number"
    mark = f"a number with decimal mark '{decimal}'" + (f" and thousands mark '{thousands}'" if thousands else "")
    return number, "not_a_number", mark + (" or a percentage" if value.percent else "")


def _time(column: Column, value: Value, text: str, cell: str, around: Surroundings) -> tuple[str, str, str]:
    """Instants become UTC; a day is the day where the record was made."""
    zone = value.zone or around.timezone
    if value.given == "extracted_at":
        return _utc_as(column, f"{cell}::TIMESTAMP", zone), "not_a_date", "a time"
    readings, expected = [], []
    if value.unix:
        factor = 1_000_000 if value.unix == "seconds" else 1_000
        digits = f"regexp_full_match({cell}, '[0-9]{{1,14}}')"
        stamp = f"make_timestamp(try_cast({cell} AS BIGINT) * {factor})"
        readings.append(_utc_as(column, f"CASE WHEN {digits} THEN {stamp} END", zone))
        expected.append(f"unix {value.unix}")
    if value.formats or not value.unix:
        declared = value.formats or ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d")
        if not around.day_first:
            declared = tuple(sorted(declared, key=lambda f: not 0 <= f.find("%m") < f.find("%d")))
        written = around.writing(declared, value.month_words, text)
        numbers = month_numbers(cell, value.month_words) if written.has_month_words else cell
        readings += [_local_as(column, f"try_strptime({numbers}, {literal(f)})", zone, f) for f in written.formats]
        expected.append("a time written as " + " or ".join(written.formats))
    rule = "not_a_date" if column.type is Type.DATE else "not_a_time"
    return (readings[0] if len(readings) == 1 else f"coalesce({', '.join(readings)})"), rule, " or ".join(expected)


def _utc_as(column: Column, stamp: str, zone: str) -> str:
    """A naive UTC timestamp as the column's type."""
    if column.type is Type.INSTANT:
        return stamp
    local = stamp if zone == "UTC" else f"timezone({literal(zone)}, timezone('UTC', {stamp}))"
    return f"CAST({local} AS DATE)"


def _local_as(column: Column, stamp: str, zone: str, written: str) -> str:
    """A timestamp as written in the zone (or with an offset of its own, ``%z``) as the column's type."""
    if "%z" in written:
        return _utc_as(column, f"timezone('UTC', {stamp})", zone)
    if column.type is Type.DATE:
        return f"CAST({stamp} AS DATE)"
    return stamp if zone == "UTC" else f"timezone('UTC', timezone({literal(zone)}, {stamp}))"
