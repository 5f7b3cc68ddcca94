"""The plan of one kind: its columns, and what can be wrong with a record."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import partial

from connectors.declaration import GIVEN, KindMapping, Value
from connectors.mapping.casts import formats_of
from connectors.mapping.day_offsets import start_of
from connectors.mapping.expressions import Branch, Failure, branches, conditions, has_something_to_tell, texts_of
from connectors.mapping.number_notations import Notation, notation_of
from connectors.mapping.numbers import AUTO, bare, grouping_of
from connectors.mapping.setting import Setting
from connectors.mapping.surroundings import ABSENT, Surroundings
from connectors.mapping.time_formats import Writing, writing_of
from connectors.records import Column, Privacy, RecordKind, Type
from connectors.sql import literal

Problem = tuple[str, str, Failure]
"""SQL that tells whether a record has it, SQL for the text that it is about, and what is told of it."""


@dataclass
class Block:
    """What it takes to make one column of a kind: SQL for texts, typed values and columns, and its problems' numbers.

    Blocks don't refer to each other, so each can be worked out by itself.
    """

    column: str
    texts: list[str] = field(default_factory=list)
    typed: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    problems: list[int] = field(default_factory=list)


@dataclass
class Plan:
    """The statement of one kind while it is put together. A problem is the number of its failure, from 1.

    ``tokens``: of each token column, the columns of clear texts that it is made of, and their identifier types.
    ``part`` is SQL for what tells one part of a record that is added up from another; nothing where none is.
    ``records`` is the table of the kind's records with their ``cells`` as they were read, where it is cheaper to work
    with their different wordings (`wordings`); nothing in a short original. ``untold`` are the columns to
    land that neither the declaration nor the file has anything for.
    """

    kind: RecordKind
    mapping: KindMapping
    cells: tuple[str, ...]
    blocks: list[Block] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    tokens: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    required_tokens: dict[str, int] = field(default_factory=dict)
    shared: dict[str, str] = field(default_factory=dict)
    where: str = "true"
    part: str = "NULL::VARCHAR"
    records: str = ""
    untold: list[str] = field(default_factory=list)

    def add_problem(self, block: Block, problem: Problem) -> None:
        self.problems.append(problem)
        block.problems.append(len(self.problems))

    def cells_in(self, *sql: str) -> tuple[str, ...]:
        """The cells that some SQL refers to, by way of shared conditions, too."""
        behind = [condition for condition, name in self.shared.items() if any(name in each for each in sql)]
        return tuple(cell for cell in self.cells if any(f'"{cell}"' in each for each in (*sql, *behind)))

    def tells_lines(self, *sql: str) -> bool:
        """Whether some SQL refers to the line on which a record stands."""
        return any("source_line" in each for each in sql)

    def with_shared(self, candidates: str, cells: Collection[str]) -> str:
        """Candidates that have some cells, with the conditions that several columns share worked out once."""
        shared = (f", {sql} AS {name}" for sql, name in self.shared.items() if set(self.cells_in(sql)) <= set(cells))
        return f"SELECT *{''.join(shared)} FROM {candidates}"

    @property
    def every_candidate(self) -> str:
        """All candidates."""
        return self.with_shared("candidates", self.cells)

    @property
    def chosen(self) -> str:
        """The candidates that are records of this kind."""
        return f"{self.every_candidate} WHERE {self.where}"

    def chosen_for(self, setting: Setting, sql: str) -> str:
        """The records of this kind as far as some SQL refers to them: of a long original, each wording once."""
        return self._wordings_for(setting, sql, self.records) if self.records else self.chosen

    def candidates_for(self, setting: Setting, sql: str) -> str:
        """All candidates as far as some SQL refers to them: of a long original, each wording once."""
        return self._wordings_for(setting, sql, setting.source.records) if self.records else self.every_candidate

    def _wordings_for(self, setting: Setting, sql: str, records: str) -> str:
        cells = self.cells_in(sql)
        lines = ["source_line"] if self.tells_lines(sql) else []
        named = ", ".join([*lines, *(f'"{cell}"' for cell in cells)])
        different = f"(SELECT DISTINCT {named} FROM {records})" if named else "(SELECT 1)"
        besides = {line: line for line in lines} or {'"~"': "0"}
        return self.with_shared(f"({setting.source.cells.clean(different, besides, cells)})", cells)


def planned(setting: Setting, kind: RecordKind, mapping: KindMapping) -> Plan:
    plan = Plan(kind, mapping, setting.source.cells.names)
    around = _surroundings(setting, plan)
    plan.where = conditions(mapping.only, around)
    if setting.source.is_long:
        plan.records = _long_records(setting, plan)
    if mapping.once_per:
        plan.part = f"concat_ws('|', {', '.join(around.cell((name,)) for name in mapping.once_per)})"
    for name, column in kind.by_name.items():
        value = mapping.columns.get(name) or _filled_by_us(setting, name)
        block = Block(name)
        plan.blocks.append(block)
        if column.privacy is not Privacy.VAULT and not (value and has_something_to_tell(value, around)):
            plan.untold.append(name)
        if value is None:
            block.columns.append(f'NULL::{column.type.sql} AS "{name}"')
        else:
            options = branches(column, value, around)
            _plan_column(setting, plan, block, column, options)
            _plan_order(plan, block, column, options, around)
    plan.blocks.append(Block("extras", [f"{_extras(setting)} AS extras"], [], ["extras"]))
    return plan


def _long_records(setting: Setting, plan: Plan) -> str:
    """The table or view of the records of a kind in a long original, with their cells as they were read."""
    source = setting.source
    if plan.where == "true":
        return source.records
    rows = source.cells.clean(source.records, {"source_line": "source_line"}, plan.cells_in(plan.where))
    setting.run(f"CREATE OR REPLACE TEMP TABLE chosen_lines AS SELECT source_line FROM ({rows}) WHERE {plan.where}")
    chosen = f"SELECT * FROM {source.records} WHERE source_line IN (SELECT source_line FROM chosen_lines)"
    setting.run(f"CREATE OR REPLACE TEMP VIEW chosen_records AS {chosen}")
    return "chosen_records"


def _surroundings(setting: Setting, plan: Plan) -> Surroundings:
    layout, declaration, mapping = setting.source.layout, setting.declaration, plan.mapping
    cells = {name: literal(text) + "::VARCHAR" for name, text in setting.told_by_names.items()}
    cells |= {name: f'"{name}"' for name in layout.positions}
    if mapping.items and layout.items:
        cells |= {name: f'"{name}"' for name in layout.export.item_columns}
    decided: dict[str, Writing] = {}
    by_itself: dict[str, Writing] = {}

    def sole(expression: str) -> str | None:
        candidates = plan.candidates_for(setting, expression)
        row = setting.run(f"SELECT count(DISTINCT {expression}), min({expression}) FROM ({candidates})").fetchone()
        return str(row[1]) if row and row[0] == 1 else None

    def shared(condition: str) -> str:
        return plan.shared.setdefault(condition, f'"~{len(plan.shared)}"')

    def own_writing(formats: tuple[str, ...], words: dict[str, str], text: str) -> Writing:
        asked = f"{formats} {text}"
        if asked not in by_itself:
            records = plan.chosen_for(setting, text)
            by_itself[asked] = writing_of(
                setting.connection, formats, words, text, records, of_sheet=setting.source.is_sheet
            )
        return by_itself[asked]

    def writing(formats: tuple[str, ...], words: dict[str, str], text: str) -> Writing:
        asked = f"{formats} {text}"
        if asked not in decided:
            own = own_writing(formats, words, text)
            decided[asked] = own.beside(_other_times(plan, around, own_writing)) if own.turned else own
        return decided[asked]

    def notation(value: Value, text: str) -> Notation:
        return _notation(setting, plan, around, value, text)

    around = Surroundings(
        cells=cells,
        headers={name: layout.header[position].strip() for name, position in layout.positions.items()},
        given=_given(setting),
        timezone=declaration.timezone,
        decimal=declaration.decimal,
        thousands=declaration.thousands,
        settling=f"a number that reads in one way: no number of the file tells whether 1.234 is more than a thousand. "
        f"Put `decimal: ','` or `decimal: '.'` in settings.yml under tools.{declaration.tool}",
        day_first=declaration.day_first,
        has_date_cells=setting.source.is_sheet,
        writing=writing,
        notation=notation,
        sole=sole,
        shared=shared,
    )
    return around


def _given(setting: Setting) -> dict[str, str]:
    """What is known of every record besides its cells, as SQL."""
    original = setting.original
    of_original = {"extracted_at": str(original.extracted_at), "series": original.series}
    return {name: literal(text) for name, text in of_original.items()} | {"line": "source_line"}


def _notation(setting: Setting, plan: Plan, around: Surroundings, value: Value, text: str) -> Notation:
    """How the numbers of a value are written; where the file has to tell, all numbers of the kind have a say."""
    decimal, thousands = value.decimal or around.decimal, grouping_of(value, around.thousands)
    if decimal != AUTO:
        return Notation(decimal, thousands)
    numbers = [
        (bare(found, other, grouping), grouping)
        for name, mapped in plan.mapping.columns.items()
        if plan.kind.by_name[name].type in (Type.NUMBER, Type.INTEGER)
        for other, found in texts_of(mapped, around)
        for grouping in (grouping_of(other, around.thousands),)
        if (other.decimal or around.decimal) == AUTO and other.constant is None and ABSENT not in found
    ]
    return notation_of(setting.connection, text, numbers, thousands, partial(plan.chosen_for, setting))


def _other_times(
    plan: Plan, around: Surroundings, writing: Callable[[tuple[str, ...], dict[str, str], str], Writing]
) -> Iterator[Writing]:
    """How the times of the kind are written, each by itself."""
    for name, mapped in plan.mapping.columns.items():
        if plan.kind.by_name[name].type in (Type.DATE, Type.INSTANT):
            for value, text in texts_of(mapped, around):
                if value.formats and not value.given and value.constant is None and ABSENT not in text:
                    text = start_of(text) if value.offset else text
                    yield writing(formats_of(value, around), value.month_words, text)


def _filled_by_us(setting: Setting, name: str) -> Value | None:
    """What the export as a whole says: whether it is complete, and which series it belongs to."""
    export = setting.source.layout.export
    if name not in GIVEN:
        return None
    if name == "series":
        return Value.model_validate({"given": "series"})
    is_partial = any(fnmatch(setting.file_name.lower(), pattern) for pattern in export.partial_files)
    return Value.model_validate({"constant": str(export.delivers == "snapshot" and not is_partial).lower()})


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


def _plan_column(setting: Setting, plan: Plan, block: Block, column: Column, options: list[Branch]) -> None:
    """Fill the block of a column: its texts, its typed values, and everything that can be wrong with it."""
    values: list[str] = []
    for branch in options:
        text, before, value = _plan_branch(block, branch)
        undecided = f"coalesce({', '.join(values)}) IS NULL AND " if values else ""
        if branch.step_failure:
            block.texts.append(f"{branch.before} AS {before}")
            plan.add_problem(
                block, (f"{undecided}{before} IS NOT NULL AND {text} IS NULL", before, branch.step_failure)
            )
        if branch.doubt:
            doubtful, failure = branch.doubt
            plan.add_problem(block, (f"{undecided}{doubtful}", text, failure))
        if branch.cast_failure:
            plan.add_problem(block, (f"{undecided}{text} IS NOT NULL AND {value} IS NULL", text, branch.cast_failure))
        values.append(value)
    if column.privacy is Privacy.TOKEN:
        _plan_token(setting, plan, block, column, options, values)
        return
    final = _first_of(values)
    block.columns.append(f'({final})::{column.type.sql} AS "{column.name}"')
    _plan_rules(plan, block, column, options, f"({final})")


def _plan_branch(block: Block, branch: Branch) -> tuple[str, str, str]:
    """Add what one way to make a value takes; the columns of its text, of the text before, and of the value."""
    text, before, value = (f'"{branch.name}~{stage}"' for stage in ("text", "before", "value"))
    block.texts.append(f"{branch.text} AS {text}")
    typed = branch.typed
    if branch.floor:
        block.texts.append(f'{branch.floor[0]} AS "{branch.name}~floor"')
        typed = f"CASE WHEN {typed} IS NOT NULL THEN greatest({typed}, {branch.floor[1]}) END"
    block.typed.append(f"{typed} AS {value}")
    return text, before, value


def _first_of(values: list[str]) -> str:
    return values[0] if len(values) == 1 else f"coalesce({', '.join(values)})"


def _plan_order(plan: Plan, block: Block, column: Column, options: list[Branch], around: Surroundings) -> None:
    """A day that may not come before another column's. That one is made here once more: blocks stand by themselves."""
    value = plan.mapping.columns.get(column.not_before or "")
    if value is None:
        return
    earlier = branches(plan.kind.by_name[str(column.not_before)], value, around, f"{column.name}~{column.not_before}")
    first = _first_of([_plan_branch(block, way)[2] for way in earlier])
    day = _first_of([f'"{way.name}~value"' for way in options])
    expected = f"a day that isn't before that of {earlier[0].label}"
    failure = Failure("before_start", options[0].label, expected)
    plan.add_problem(block, (f"{day} < {first}", f'"{options[0].name}~text"', failure))


def _plan_token(
    setting: Setting, plan: Plan, block: Block, column: Column, options: list[Branch], values: list[str]
) -> None:
    """A token column is kept as clear texts, one per identifier type, of which only the first that is there counts."""
    types = setting.declaration.identifier_types
    clear = []
    for i, (branch, value) in enumerate(zip(options, values, strict=True)):
        name = f"{column.name}~{i}"
        if branch.text == ABSENT:
            continue
        earlier = " AND ".join(f"{other} IS NULL" for other in values[:i])
        block.columns.append(f'{f"CASE WHEN {earlier} THEN {value} END" if earlier else value} AS "{name}"')
        declared = str(branch.identifier)
        clear.append((name, types.get(declared, declared)))
    plan.tokens[column.name] = clear
    if column.required:
        label = options[0].label
        empty = " AND ".join(f"{value} IS NULL" for value in values)
        plan.add_problem(block, (empty, "NULL", Failure("required_missing", label, "the identifier of a person")))
        plan.required_tokens[column.name] = len(plan.problems)


def _plan_rules(plan: Plan, block: Block, column: Column, options: list[Branch], final: str) -> None:
    """What `records.py` asks of a column, checked for every kind and tool in the same way."""
    label, text = options[0].label, f'"{options[0].name}~text"'
    if column.required:
        plan.add_problem(
            block,
            (f"{final} IS NULL", text, Failure("required_missing", label, f"a value ({column.meaning.rstrip('.')})")),
        )
    if column.allowed:
        words = ", ".join(map(literal, column.allowed))
        plan.add_problem(
            block,
            (f"{final} NOT IN ({words})", text, Failure("unknown_value", label, f"one of {', '.join(column.allowed)}")),
        )
    limits = [(f"{final} < {column.minimum}", column.minimum), (f"{final} > {column.maximum}", column.maximum)]
    broken = " OR ".join(sql for sql, limit in limits if limit is not None)
    if column.type in (Type.NUMBER, Type.INTEGER):
        broken = " OR ".join(filter(None, (broken, f"NOT isfinite({final}::DOUBLE)")))
        low, high = column.minimum, column.maximum
        expected = (
            "a finite number"
            + (f" from {low:g}" if low is not None else "")
            + (f" to {high:g}" if high is not None else "")
        )
        plan.add_problem(block, (broken, text, Failure("out_of_range", label, expected)))
