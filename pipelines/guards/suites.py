"""Read `expectations/<table>.yml`: what is expected of one audit frame, and what a broken expectation means.

    expectations/audit_ledger.yml --checked line by line--> Suite(table, grain, expectations)

Great Expectations isn't asked whether a suite is well formed: its import costs seconds, its errors name no
line, and it would also accept expectations that make no sense on a frame of counts. ``VOCABULARY`` is the
part of it that a suite may use; a test holds it to the installed version.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast, get_args

from connectors.declaration.yaml_lines import Place, line_of, parse
from connectors.errors import SettingsError

SUITES = Path(__file__).resolve().parents[2] / "expectations"

Severity = Literal["critical", "warning"]
"""``critical`` blocks publishing; ``warning`` shows beside the figures."""

_BOUNDS = ("min_value", "max_value")

VOCABULARY: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "expect_table_row_count_to_be_between": ((), _BOUNDS),
    "expect_column_max_to_be_between": (("column",), (*_BOUNDS, "row_condition")),
    "expect_column_min_to_be_between": (("column",), (*_BOUNDS, "row_condition")),
    "expect_column_sum_to_be_between": (("column",), (*_BOUNDS, "row_condition")),
    "expect_column_values_to_be_between": (("column",), (*_BOUNDS, "row_condition")),
    "expect_column_values_to_be_in_set": (("column", "value_set"), ("row_condition",)),
    "expect_column_values_to_be_unique": (("column",), ("row_condition",)),
    "expect_column_values_to_not_be_null": (("column",), ("row_condition",)),
    "expect_column_pair_values_to_be_equal": (("column_A", "column_B"), ("row_condition",)),
    "expect_column_pair_values_a_to_be_greater_than_b": (("column_A", "column_B"), ("or_equal", "row_condition")),
    "expect_compound_columns_to_be_unique": (("column_list",), ("row_condition",)),
}
"""Expectation → (arguments that it needs, arguments that it may have), as GX spells them."""

_SUITE_FIELDS = ("table", "meaning", "grain", "expectations")
_EXPECTATION_FIELDS = ("name", "expectation", "arguments", "severity", "meaning", "next_step")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_ROW_CONDITION = re.compile(rf"(?P<column>[a-z][a-z0-9_]*) (?P<operator>>=|<=|==|!=|>|<) (?P<value>{_NUMBER.pattern})")


@dataclass(frozen=True)
class RowCondition:
    """Only rows where ``column operator value`` holds are judged, such as ``rows_read >= 20``."""

    column: str
    operator: str
    value: float

    def __str__(self) -> str:
        return f"{self.column} {self.operator} {self.value:g}"


@dataclass(frozen=True)
class Expectation:
    """One expectation of one table. ``expectation`` is GX's snake name, ``arguments`` are GX's keyword arguments."""

    table: str
    name: str
    expectation: str
    arguments: dict[str, Any]
    severity: Severity
    meaning: str
    next_step: str

    @property
    def guard(self) -> str:
        """The stable id under which results are kept."""
        return f"gx.{self.table}.{self.name}"

    @property
    def columns(self) -> tuple[str, ...]:
        arguments = self.arguments
        named = [arguments[key] for key in ("column", "column_A", "column_B") if key in arguments]
        return (*named, *arguments.get("column_list", ()))

    @property
    def row_condition(self) -> RowCondition | None:
        return self.arguments.get("row_condition")

    @property
    def expected(self) -> str:
        """What is expected, for a person: ``reject_share at most 0.5 where rows_read >= 20``."""
        where = f" where {self.row_condition}" if self.row_condition else ""
        return f"{_subject(self)} {_demand(self)}{where}"


@dataclass(frozen=True)
class Suite:
    """All expectations of ``table``; ``grain`` are the columns that name one of its rows."""

    table: str
    meaning: str
    grain: tuple[str, ...]
    expectations: tuple[Expectation, ...]


def load_suites(folder: Path = SUITES) -> tuple[Suite, ...]:
    """Every suite of ``folder``, by table. Raises `SettingsError` at the first line that can't be right."""
    paths = sorted(folder.glob("*.yml"))
    if not paths:
        raise SettingsError(
            f"{folder}: no suite (*.yml) is there, so nothing would be guarded. Next: restore the folder."
        )
    return tuple(load_suite(path) for path in paths)


def load_suite(path: Path) -> Suite:
    """The suite of one file, whose name is the table's."""
    file = f"{path.parent.name}/{path.name}"
    content, lines = parse(path.read_text(encoding="utf-8"), file)
    fields = _Fields(file, content, lines, (), "the suite", _SUITE_FIELDS)
    table = fields.text("table")
    if table != path.stem:
        raise fields.problem("table", f"`table: {table}` must be the file's name, `{path.stem}`")
    expectations: list[Expectation] = []
    for number, row in enumerate(fields.entries("expectations")):
        place = ("expectations", number)
        expectation = _expectation(table, _Fields(file, row, lines, place, "an expectation", _EXPECTATION_FIELDS))
        if expectation.name in {earlier.name for earlier in expectations}:
            raise fields.problem_at(place, f"two expectations are named `{expectation.name}`; a guard's id is its own")
        expectations.append(expectation)
    return Suite(table, fields.text("meaning"), tuple(fields.texts("grain")), tuple(expectations))


def _expectation(table: str, fields: _Fields) -> Expectation:
    name = fields.text("name")
    if not _NAME.fullmatch(name):
        raise fields.problem("name", f"`{name}` is not a name: lower case letters, digits and _, a letter first")
    kind = fields.choice("expectation", VOCABULARY, _snake(fields.text("expectation")))
    severity = cast(Severity, fields.choice("severity", get_args(Severity), fields.text("severity")))
    arguments = _arguments(fields, kind)
    return Expectation(table, name, kind, arguments, severity, fields.text("meaning"), fields.text("next_step"))


def _arguments(parent: _Fields, kind: str) -> dict[str, Any]:
    needed, optional = VOCABULARY[kind]
    place = (*parent.place, "arguments")
    what = f"the arguments of {kind}"
    fields = _Fields(parent.file, parent.content["arguments"], parent.lines, place, what, needed, optional)
    arguments = {name: _argument(fields, name) for name in fields.content}
    if set(_BOUNDS) <= set(optional):
        bounds = [arguments[bound] for bound in _BOUNDS if bound in arguments]
        if not bounds:
            raise fields.problem_at(place, f"{kind} needs `min_value`, `max_value` or both, or else it expects nothing")
        if bounds != sorted(bounds):
            raise fields.problem("min_value", f"min_value {bounds[0]:g} is above max_value {bounds[1]:g}")
    return arguments


def _argument(fields: _Fields, name: str) -> Any:
    """One argument with the type that GX wants."""
    if name in ("column_list", "value_set"):
        return fields.texts(name)
    text = fields.text(name)
    if name in _BOUNDS:
        if not _NUMBER.fullmatch(text):
            raise fields.problem(name, f"`{text}` is no number")
        return float(text)
    if name == "or_equal":
        return fields.choice(name, ("true", "false"), text) == "true"
    if name == "row_condition":
        if not (match := _ROW_CONDITION.fullmatch(text)):
            raise fields.problem(name, f"`{text}` is not `<column> <operator> <number>`, such as `rows_read >= 20`")
        return RowCondition(match["column"], match["operator"], float(match["value"]))
    return text


def _snake(name: str) -> str:
    """``ExpectColumnPairValuesAToBe…`` → ``expect_column_pair_values_a_to_be_…``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def _subject(expectation: Expectation) -> str:
    match expectation.expectation.split("_")[2]:
        case "row":
            return "rows of the frame"
        case "max" | "min" | "sum" as measure:
            return f"{measure} of {expectation.columns[0]}"
        case _:
            return " and ".join(expectation.columns)


def _demand(expectation: Expectation) -> str:
    arguments = expectation.arguments
    match expectation.expectation.removeprefix("expect_"):
        case "column_values_to_be_in_set":
            return f"one of {', '.join(arguments['value_set'])}"
        case "column_values_to_be_unique" | "compound_columns_to_be_unique":
            return "never twice the same"
        case "column_values_to_not_be_null":
            return "never empty"
        case "column_pair_values_to_be_equal":
            return "equal"
        case "column_pair_values_a_to_be_greater_than_b":
            return "in falling order, or equal" if arguments.get("or_equal") else "in falling order"
        case _:
            return _bounds_demand(arguments.get("min_value"), arguments.get("max_value"))


def _bounds_demand(low: float | None, high: float | None) -> str:
    if low == high:
        return f"{low:g}"
    if low is None or high is None:
        return f"at most {high:g}" if low is None else f"at least {low:g}"
    return f"{low:g} to {high:g}"


class _Fields:
    """The fields of one mapping of the file, checked for names; every complaint says file and line."""

    def __init__(
        self,
        file: str,
        content: Any,
        lines: dict[Place, int],
        place: Place,
        what: str,
        needed: tuple[str, ...],
        optional: tuple[str, ...] = (),
    ) -> None:
        self.file, self.content, self.lines, self.place = file, content, lines, place
        if not isinstance(content, dict):
            raise self.problem_at(place, f"{what} must be fields (`name: value`)")
        allowed = (*needed, *optional)
        for name in content:
            if name not in allowed:
                raise self.problem(name, f"{what} may not have `{name}`{_nearest(name, allowed)}")
        if missing := [name for name in needed if name not in content]:
            raise self.problem_at(place, f"{what} must have {', '.join(f'`{name}`' for name in missing)}")

    def text(self, name: str) -> str:
        value = self.content[name]
        if not isinstance(value, str) or not value.strip():
            raise self.problem(name, f"`{name}` must be a text")
        return value.strip()

    def texts(self, name: str) -> list[str]:
        values = self.entries(name)
        if not all(isinstance(value, str) and value for value in values):
            raise self.problem(name, f"`{name}` must be a list of texts")
        return values

    def entries(self, name: str) -> list[Any]:
        values = self.content[name]
        if not isinstance(values, list) or not values:
            raise self.problem(name, f"`{name}` must be a list with at least one entry")
        return values

    def choice(self, name: str, allowed: Collection[str], value: str) -> str:
        if value not in allowed:
            raise self.problem(name, f"`{value}` is no {name}{_nearest(value, allowed)}")
        return value

    def problem(self, name: str, message: str) -> SettingsError:
        return self.problem_at((*self.place, name), message)

    def problem_at(self, place: Place, message: str) -> SettingsError:
        return SettingsError(f"{self.file}, line {line_of(place, self.lines)}: {message}.")


def _nearest(word: str, allowed: Collection[str]) -> str:
    close = difflib.get_close_matches(word, list(allowed), n=1)
    meant = f"; did you mean `{close[0]}`?" if close else "."
    return f"{meant} Allowed: {', '.join(sorted(allowed))}"
