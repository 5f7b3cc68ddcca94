"""From the text of a value to its type. Each cast is a try-cast: a text that it can't read yields nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace

from connectors.declaration import Value
from connectors.mapping.day_offsets import days_after, start_of
from connectors.mapping.numbers import AUTO, bare, clock, grouping_of, scaled
from connectors.mapping.surroundings import Surroundings
from connectors.mapping.time_formats import Writing, month_numbers, parsed
from connectors.records import Column, Privacy, Type
from connectors.sql import literal


@dataclass(frozen=True)
class Cast:
    """SQL that yields the type or nothing, the rule that nothing breaks (if any), and what was expected.

    ``doubt`` is SQL that is true where there is nothing because the text reads in two ways; ``settling`` says what
    would settle it.
    """

    sql: str
    rule: str | None = None
    expected: str = ""
    doubt: str = ""
    settling: str = ""


def cast(column: Column, value: Value, text: str, cell: str, around: Surroundings) -> Cast:
    """Read a cell as the column's type. ``text`` is what the cell is made of, over the candidates."""
    if column.privacy is not Privacy.OPEN or column.type is Type.TEXT:
        return Cast(cell)
    if column.type is Type.JSON:
        return Cast(_json(value, cell))
    if column.type is Type.BOOLEAN:
        return _boolean(value, cell)
    if column.type in (Type.DATE, Type.INSTANT):
        return _time(column, value, text, cell, around)
    number = _number(column, value, text, cell, around)
    return replace(number, sql=_within_limits(number.sql, column)) if value.otherwise == "empty" else number


def _within_limits(typed: str, column: Column) -> str:
    """A value beyond the column's limits counts as empty."""
    limits = [
        f"{typed} >= {column.minimum}" if column.minimum is not None else "",
        f"{typed} <= {column.maximum}" if column.maximum is not None else "",
    ]
    kept = " AND ".join(filter(None, limits))
    return f"CASE WHEN {kept} THEN {typed} END" if kept else typed


def _json(value: Value, cell: str) -> str:
    if value.split is None:
        return f"CASE WHEN json_valid({cell}) THEN {cell} END"
    parts = f"list_transform(string_split({cell}, {literal(value.split)}), lambda part: trim(part))"
    return f"to_json(list_filter({parts}, lambda part: part <> ''))::VARCHAR"


def _boolean(value: Value, cell: str) -> Cast:
    # What a boolean cell of a sheet holds needs no declaration.
    yes = (*value.is_true, "true") if value.is_true or value.is_false else ("1", "true", "yes")
    no = (*value.is_false, "false") if value.is_true or value.is_false else ("0", "false", "no")
    in_yes, in_no = (", ".join(literal(word.lower()) for word in words) for words in (yes, no))
    sql = f"CASE WHEN lower({cell}) IN ({in_yes}) THEN true WHEN lower({cell}) IN ({in_no}) THEN false END"
    return Cast(sql, "not_a_boolean", f"one of {', '.join((*yes, *no))}")


def _number(column: Column, value: Value, text: str, cell: str, around: Surroundings) -> Cast:
    thousands = grouping_of(value, around.thousands)
    notation = around.notation(value, bare(text, value, thousands))
    written = bare(cell, value, thousands)
    number = scaled(notation.number(written), cell, value)
    if value.clock:
        number = f"coalesce({clock(cell, value.clock)}, {number})"
    expected = _expected_number(value, notation.decimal, thousands)
    doubt = notation.doubt(written)
    if column.type is Type.INTEGER:
        number, expected = f"try_cast(nullif({number}, 'nan'::DOUBLE) AS BIGINT)", "a whole number"
    return Cast(number, "not_a_number", expected, doubt, around.settling if doubt else "")


def _expected_number(value: Value, decimal: str, thousands: str) -> str:
    marks = f" with decimal mark '{decimal}'" if decimal else ""
    marks += f" and thousands mark '{thousands}'" if decimal and thousands not in ("", AUTO) else ""
    return f"a number{marks}" + (" or a percentage" if value.percent else "") + (" or h:mm" if value.clock else "")


def _time(column: Column, value: Value, text: str, cell: str, around: Surroundings) -> Cast:
    """Instants become UTC; a day is the day where the record was made."""
    zone = value.zone or around.timezone
    if value.given == "extracted_at":
        return Cast(_utc_as(column, f"{cell}::TIMESTAMP", zone), "not_a_date", "a time")
    readings, expected = [], []
    if value.unix:
        readings.append(_utc_as(column, _unix(cell, value.unix), zone))
        expected.append(f"unix {value.unix}")
    if value.formats or not value.unix or around.has_date_cells:
        written = around.writing(formats_of(value, around), value.month_words, start_of(text) if value.offset else text)
        readings += [_local_as(column, _stamp(value, cell, written, f), zone, f) for f in written.formats]
        counted = " and a whole number of days behind it" if value.offset else ""
        expected.append("a time written as " + " or ".join(written.formats) + counted)
    sql = readings[0] if len(readings) == 1 else f"coalesce({', '.join(readings)})"
    if value.first_day_of:
        sql = f"CAST(date_trunc('{value.first_day_of}', {sql}) AS {column.type.sql})"
    if value.shift:
        sql = f"CAST({sql} + INTERVAL '{value.shift}' AS {column.type.sql})"
    return Cast(sql, "not_a_date" if column.type is Type.DATE else "not_a_time", " or ".join(expected))


def _stamp(value: Value, cell: str, written: Writing, time_format: str) -> str:
    """The text of a cell under one format, as a timestamp or nothing."""
    text = start_of(cell) if value.offset else cell
    numbers = month_numbers(text, value.month_words) if written.has_month_words else text
    stamp = parsed(numbers, time_format)
    return days_after(stamp, cell) if value.offset else stamp


def _unix(cell: str, unit: str) -> str:
    factor = 1_000_000 if unit == "seconds" else 1_000
    stamp = f"make_timestamp(try_cast({cell} AS BIGINT) * {factor})"
    return f"CASE WHEN regexp_full_match({cell}, '[0-9]{{1,14}}') THEN {stamp} END"


def formats_of(value: Value, around: Surroundings) -> tuple[str, ...]:
    """The declared formats; those that begin with the day, or with the month, come first where a home prefers them."""
    declared = value.formats or ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d")
    if around.day_first is None:
        return declared
    return tuple(sorted(declared, key=lambda written: _begins_with_the_day(written) is not around.day_first))


def _begins_with_the_day(written: str) -> bool:
    return not 0 <= written.find("%m") < written.find("%d")


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
