"""A long original: what depends on a few cells is made once of every different wording of these.

    records --different cells--> wordings (a table per set of cells) --cells--> rows --id--> keyed

In an export of millions of rows most cells say one of few things: a date, a status, a person. To read, check and
tokenise each different wording once, and to look it up for every row, takes a fraction of the time. What depends on
cells that differ from row to row is made row by row, as in a short original; so is what stands on the line itself.

The table ``keyed_rows`` is narrow: a number for each wording in place of what it says. The view ``keyed`` has it all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from connectors.mapping.clearing import cleared
from connectors.mapping.keying import in_the_open, key_of, may_be_addressed, problem_without_token
from connectors.mapping.planning import Block, Plan
from connectors.mapping.setting import Setting

_SAMPLE = 100_000
"""Records that tell whether the wordings of some cells repeat themselves."""
_FEW = 0.5
"""Different wordings among these, as a share, up to which they do."""
_MOST_TOGETHER = 5_000
"""Wordings up to which several sets of cells are looked up together."""

_MOST_ENUMERATED = 20_000
"""Texts up to which they become an enumeration, all of which is written with every group of rows."""
_ID = '"~id"'

Cells = tuple[str, ...]


@dataclass(frozen=True)
class _Wordings:
    """The table of the different wordings of some cells; ``columns`` of the kind are made of them.

    What depends on no cell at all has one wording.
    """

    table: str
    cells: Cells
    columns: tuple[str, ...]

    @property
    def id(self) -> str:
        return f'"~{self.table}"'

    def joined_by_cells(self, rows: str) -> str:
        same = [f"{rows}.{_as_read(cell)} IS NOT DISTINCT FROM {self.table}.{_as_read(cell)}" for cell in self.cells]
        return f"LEFT JOIN {self.table} ON {' AND '.join(same)}" if same else f"CROSS JOIN {self.table}"

    def joined_by_id(self, rows: str) -> str:
        return (
            f"JOIN {self.table} ON {rows}.{self.id} = {self.table}.{_ID}" if self.cells else f"CROSS JOIN {self.table}"
        )


@dataclass(frozen=True)
class Division:
    """The blocks of a plan that are made row by row, and those that are made once of every wording of some cells."""

    by_row: tuple[Block, ...]
    by_wording: Mapping[Cells, Sequence[Block]]


def divided(setting: Setting, plan: Plan) -> Division | None:
    """How a kind is best made of a long original; None where it is best made row by row altogether.

    That is where identifiers, of which tokens are made once, stand among what differs from row to row.
    """
    if not plan.records or plan.mapping.distinct or plan.mapping.once_per:
        return None
    groups: dict[Cells, list[Block]] = {}
    by_row: list[Block] = []
    for block in plan.blocks:
        cells = plan.cells_in(*block.texts)
        (by_row if plan.tells_lines(*block.texts) else groups.setdefault(cells, [])).append(block)
    repeating = _repeating(setting, plan, groups)
    by_row += [block for cells in groups.keys() - repeating.keys() for block in groups[cells]]
    if not repeating or any(block.column in plan.tokens for block in by_row):
        return None
    by_wording = {
        tuple(dict.fromkeys(cell for cells in some for cell in cells)): [b for cells in some for b in groups[cells]]
        for some in _together(repeating)
    }
    return Division(tuple(by_row), by_wording)


def create_keyed_by_wordings(setting: Setting, plan: Plan, division: Division) -> int:
    """The view ``keyed`` as `keying` makes it, of a kind with one source; returns how many records it holds."""
    wordings = [
        _create_wordings(setting, plan, f"wordings_{i}", cells, blocks)
        for i, (cells, blocks) in enumerate(division.by_wording.items())
    ]
    count = _create_rows(setting, plan, division.by_row, wordings)
    _create_view(setting, plan, division.by_row, wordings)
    return count


def _repeating(setting: Setting, plan: Plan, groups: Collection[Cells]) -> dict[Cells, int]:
    """The sets of cells whose wordings repeat themselves, and roughly how many wordings each has."""
    asked = [cells for cells in groups if cells]
    counts = (f"approx_count_distinct(hash({_quoted(cells)}))" for cells in asked)
    sample = f"(SELECT * FROM {plan.records} LIMIT {_SAMPLE})"
    total, *found = setting.run(f"SELECT {', '.join(['count(*)', *counts])} FROM {sample}").fetchall()[0]
    unsaid = {(): 1} if () in groups else {}
    return unsaid | {cells: n for cells, n in zip(asked, found, strict=True) if n <= _FEW * total}


def _together(counts: dict[Cells, int]) -> list[list[Cells]]:
    """Sets of cells to look up together: each look-up costs the same, however many cells its wordings have."""
    lots: list[tuple[int, list[Cells]]] = []
    for cells, count in sorted(counts.items(), key=lambda item: item[1]):
        if cells and lots and lots[-1][0] * count <= _MOST_TOGETHER:
            wordings, some = lots.pop()
            lots.append((wordings * count, [*some, cells]))
        else:
            lots.append((count, [cells]))
    return [some for _, some in lots]


def _create_wordings(setting: Setting, plan: Plan, table: str, cells: Cells, blocks: Sequence[Block]) -> _Wordings:
    """The table of the wordings of some cells, with an id, the cells as they were read, and what is made of them."""
    as_read = {_as_read(cell): f'"{cell}"' for cell in cells}
    different = f"(SELECT DISTINCT {_quoted(cells)} FROM {plan.records})" if cells else "(SELECT 1)"
    clean = setting.source.cells.clean(different, {_ID: "0"} | as_read, cells)
    query = cleared(plan, blocks, plan.with_shared(f"({clean})", cells), {name: name for name in (_ID, *as_read)})
    setting.run(f"CREATE OR REPLACE TEMP TABLE clear AS {query}")
    made = tuple(block.column for block in blocks)
    columns, joins = in_the_open(setting, plan, "clear", made, may_be_addressed(plan))
    held = ", ".join([f"(row_number() OVER () - 1)::INTEGER AS {_ID}", *as_read, *columns, "problem", "problem_text"])
    keys = "".join(f""", "{name}"::VARCHAR AS {_in_key(name)}""" for name in made if name in plan.kind.key)
    opened = f"SELECT {held} FROM clear {joins}"
    setting.run(f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT *{keys} FROM ({opened})")
    setting.run("DROP TABLE clear")
    _enumerate_texts(setting, table, made)
    return _Wordings(table, cells, made)


def _enumerate_texts(setting: Setting, table: str, columns: Iterable[str]) -> None:
    """Make enumerations of texts, of which a file is written without looking up the text of each row."""
    held = dict(setting.run(f"SELECT column_name, column_type FROM (DESCRIBE {table})").fetchall())
    texts = [name for name in columns if held.get(name) == "VARCHAR"]
    counts = ", ".join(f'count(DISTINCT "{name}")' for name in texts) or "0"
    for name, count in zip(texts, setting.run(f"SELECT {counts} FROM {table}").fetchall()[0], strict=False):
        if 0 < count <= _MOST_ENUMERATED:
            words = f'SELECT DISTINCT "{name}" FROM {table} WHERE "{name}" IS NOT NULL ORDER BY 1'
            setting.run(f'CREATE OR REPLACE TYPE "{table}~{name}" AS ENUM ({words})')
            setting.run(f'ALTER TABLE {table} ALTER "{name}" TYPE "{table}~{name}"')


def _create_rows(setting: Setting, plan: Plan, direct: Sequence[Block], wordings: Sequence[_Wordings]) -> int:
    """The table ``keyed_rows``: line, columns made row by row, ids of wordings, first problem and hash of the key."""
    looked_up = {_as_read(cell): f'"{cell}"' for made in wordings for cell in made.cells}
    besides = {"source_line": "source_line"} | looked_up
    cells = plan.cells_in(*(text for block in direct for text in block.texts))
    clean = setting.source.cells.clean(plan.records, besides, cells)
    query = cleared(plan, direct, plan.with_shared(f"({clean})", cells), {name: name for name in besides})
    columns, _ = in_the_open(setting, plan, "direct", [block.column for block in direct], may_be_addressed(plan))
    held = [
        "source_line",
        *columns,
        *(f"{made.table}.{_ID} AS {made.id}" for made in wordings if made.cells),
        f"{_first_problem(plan, wordings)} AS problem",
        *(["direct.problem_text"] if _tells_problems(direct) else []),
        f"hash({key_of(plan, partial(_key_column, 'direct', wordings))}) AS key_hash",
    ]
    joins = " ".join(made.joined_by_cells("direct") for made in wordings)
    return setting.count(
        f"CREATE OR REPLACE TEMP TABLE keyed_rows AS SELECT {', '.join(held)} FROM ({query}) AS direct {joins}"
    )


def _first_problem(plan: Plan, wordings: Sequence[_Wordings]) -> str:
    """SQL for the problem that stands first in the plan's list."""
    problems = ", ".join(["direct.problem", *(f"{made.table}.problem" for made in wordings)])
    return problem_without_token(plan, f"least({problems})", partial(_column, "direct", wordings))


def _tells_problems(blocks: Sequence[Block]) -> bool:
    return any(block.problems for block in blocks)


def _create_view(setting: Setting, plan: Plan, direct: Sequence[Block], wordings: Sequence[_Wordings]) -> None:
    """The view ``keyed``: the narrow rows with what their wordings say."""
    column = partial(_column, "rows", wordings)
    names = [*(column.name for column in plan.kind.columns), "extras"]
    texts = " ".join(f"WHEN rows.problem = {made.table}.problem THEN {made.table}.problem_text" for made in wordings)
    own = "rows.problem_text" if _tells_problems(direct) else "NULL"
    held = [
        f"rows.rowid AS record, {setting.source.number} AS source_number, rows.source_line, false AS is_mention",
        *(f'{column(name)} AS "{name}"' for name in names),
        f"rows.problem, CASE {texts} ELSE {own} END AS problem_text, rows.key_hash",
        f"{key_of(plan, partial(_key_column, 'rows', wordings))} AS key_text, NULL::VARCHAR AS part_of",
    ]
    joins = " ".join(made.joined_by_id("rows") for made in wordings)
    setting.run(f"CREATE OR REPLACE TEMP VIEW keyed AS SELECT {', '.join(held)} FROM keyed_rows AS rows {joins}")


def _column(rows: str, wordings: Sequence[_Wordings], name: str) -> str:
    table = next((made.table for made in wordings if name in made.columns), rows)
    return f'{table}."{name}"'


def _key_column(rows: str, wordings: Sequence[_Wordings], name: str) -> str:
    """SQL for a column of the key; of wordings, as the text that was made of each of them once."""
    table = next((made.table for made in wordings if name in made.columns), None)
    return f"{table}.{_in_key(name)}" if table else f'{rows}."{name}"'


def _in_key(name: str) -> str:
    return f'"{name}~key"'


def _quoted(cells: Cells) -> str:
    return ", ".join(f'"{cell}"' for cell in cells)


def _as_read(cell: str) -> str:
    """What a cell as it was read is called beside its clean text."""
    return f'"{cell}~~"'
