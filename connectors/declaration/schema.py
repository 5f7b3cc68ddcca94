"""The words of a connector file, as types.

    Declaration → exports → (columns, items, kinds) → values

A declaration is data: it says where a value stands and how it is written, never how to compute it. There is no
expression language, because a file that can run code or SQL can read what it should not, and can't be checked
before it meets data. What can't be said here is a reader of its own (``format``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from connectors.declaration.notations import (
    DateFormat,
    Decimal,
    Delimiter,
    Encoding,
    OneOrMore,
    PythonRegex,
    Regex,
    Regexes,
    Shift,
    Texts,
    Thousands,
    Zone,
    as_list,
)
from connectors.declaration.pulling import Pull, Rest

_Names = OneOrMore | dict[str, OneOrMore]


def _names(value: Any) -> Any:
    """Header names as one name, a list, or a mapping language → name(s)."""
    if isinstance(value, Mapping):
        return [name for names in value.values() for name in as_list(names)]
    return as_list(value)


def _as_sequence(value: Any) -> Any:
    return [value] if isinstance(value, Mapping) else value


def _as_from(value: Any) -> Any:
    return {"from": value} if isinstance(value, str | list) else value


def _as_names(value: Any) -> Any:
    return {"names": value} if isinstance(value, str | list) else value


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Header(_Part):
    """One column of the export: the names that its header goes by, or a place where it has no name.

    Under several header rows a name may be that of one row. ``whole`` says that it isn't: that the others are blank.
    """

    names: Annotated[tuple[str, ...], BeforeValidator(_names, json_schema_input_type=_Names)]
    optional: bool = False
    position: int | None = Field(None, ge=1, description="Place from 1; needed where names repeat or are blank.")
    whole: bool = False


class Condition(_Part):
    """What a record must hold, in its first non-empty column of those that are named.

    All conditions of a list must hold. A column that is absent counts as empty. Patterns that a home gives in its
    settings under the name ``setting`` stand in for ``matches``.
    """

    column: Texts
    setting: str | None = None
    one_of: Texts | None = None
    none_of: Texts | None = None
    matches: Regex | None = None
    lacks: Regex | None = None
    filled: bool | None = None

    @model_validator(mode="after")
    def _one_question(self) -> Condition:
        asked = [name for name in _QUESTIONS if getattr(self, name) is not None]
        if len(asked) != 1:
            raise ValueError(
                f"a condition asks exactly one of {', '.join(_QUESTIONS)}; here: {', '.join(asked) or 'none'}"
            )
        return self


_QUESTIONS = ("one_of", "none_of", "matches", "lacks", "filled")
_SOURCES = ("from_", "join", "constant", "given", "first_of")


class Value(_Part):
    """How the value of one column of a record kind is made.

    One source (``from`` … ``first_of``), then text steps in this order: ``html`` (entities), ``nulls``,
    ``extract``, ``map``, ``match``, ``lower``, ``replace``, ``prefix``; then it is read as the column's type, as
    ``formats``, ``unix``, ``decimal`` … say. ``when`` makes it empty elsewhere. ``sole`` gives every record the one
    value that the file holds, where it holds exactly one. ``given`` is when the original left its tool, its series,
    or the ``line`` of the record, which tells records of one original apart and no more. ``otherwise`` says what
    becomes of a text that can't be understood: ``reject`` the record (the default, but ``empty`` for ``extract``),
    leave it ``empty``, ``keep`` the text, or any other word: that word (the last two after ``map`` or ``match`` only).
    What a home gives in its settings under the name ``setting`` comes before ``match``.

    Numbers: ``decimal: auto`` lets the file tell its decimal mark, and rejects what it leaves open; ``thousands:
    auto`` takes any mark. ``percent`` says that all numbers are percentages, or only those ``where_marked``.
    ``accounting`` reads (12,50), 12,50- and a currency beside the amount. ``clock`` reads 1:30 as a duration in that
    unit; ``scale`` is for the other numbers. ``first_day_of`` takes the first day of the week (its Monday) or month in
    which a date falls; then ``shift`` moves a date or time (``1 day``: a last day becomes the first day after it).
    A date before that of ``not_before`` becomes that one (who is hired is described from the first day on).
    ``offset: days`` reads a date, a blank and a whole number of days, which are counted from the date
    (``2013-10-01 -25``; mostly made by ``join`` and ``replace``).
    """

    from_: Texts | None = Field(None, alias="from")
    join: Texts | None = None
    by: str = " "
    constant: str | None = None
    given: Literal["extracted_at", "series", "line"] | None = None
    first_of: (
        tuple[Annotated[Value, BeforeValidator(_as_from, json_schema_input_type=Value | OneOrMore)], ...] | None
    ) = None

    sole: bool = False
    html: bool = False
    when: tuple[Condition, ...] = ()
    nulls: Texts = ()
    extract: Regexes = ()
    map: dict[str, str] = {}
    match: dict[Regex, str] = {}
    setting: str | None = None
    ignore_case: bool = True
    otherwise: str | None = None
    lower: bool = False
    replace: dict[Regex, str] = {}
    prefix: str = ""

    formats: Annotated[tuple[DateFormat, ...], BeforeValidator(as_list, json_schema_input_type=OneOrMore)] = ()
    month_words: dict[str, str] = {}
    zone: Zone | None = None
    unix: Literal["seconds", "milliseconds"] | None = None
    is_true: Texts = ()
    is_false: Texts = ()
    first_day_of: Literal["week", "month"] | None = None
    shift: Shift | None = None
    not_before: Annotated[Value, BeforeValidator(_as_from, json_schema_input_type=Value | OneOrMore)] | None = None
    offset: Literal["days"] | None = None
    decimal: Decimal | None = None
    thousands: Thousands | None = None
    percent: bool | Literal["where_marked"] = False
    accounting: bool = False
    clock: Literal["hours", "minutes", "seconds"] | None = None
    scale: float = 1.0
    split: str | None = None
    identifier: str | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Value:
        named = [name.rstrip("_") for name in _SOURCES if getattr(self, name) is not None]
        if len(named) != 1:
            raise ValueError(f"a value comes from exactly one source, here: {', '.join(named) or 'none'}")
        if self.otherwise not in (None, "reject", "empty") and not (self.map or self.match):
            raise ValueError(f"'otherwise: {self.otherwise}' needs a map or a match; without one it is reject or empty")
        return self

    @property
    def columns(self) -> Iterator[str]:
        """Every column of the export that the value looks at."""
        yield from self.from_ or ()
        yield from self.join or ()
        yield from (column for condition in self.when for column in condition.column)
        for branch in (*(self.first_of or ()), *((self.not_before,) if self.not_before else ())):
            yield from branch.columns


class Items(_Part):
    """Wide → long: header cells that are things themselves (grade items, activities), one record per cell.

    Named groups of ``header`` become columns of the record; the columns whose groups agree (but for the group
    ``part``) are one item, and ``parts`` names the column that each spelling of ``part`` fills. Without a group
    ``part`` the cell fills the column ``cell``. ``occurrence`` is empty, or 2, 3 … for namesakes. ``following``
    takes the cell to the right, whose header doesn't speak for itself, into the column ``following``;
    ``following_header`` says how that header looks (it may repeat the item's name as ``{name}``). ``of_columns``
    makes items of cells that are columns of the export as well; ``required`` says that a file without such cells
    (of any of the patterns that are required) is another export. Of columns of the export, ``header`` may as well be
    the name in the declaration, which is the same in every language; of JSON, it is that.

    What a column holds may decide: it is an item only where its cells are ``mostly`` (nine of ten that are filled,
    or all but one) like a pattern, so that scales are read and free text is not; or where it is ``ticked``: one of
    several columns of a question (the first group of ``header``), with one text alone in at least five records.
    ``split`` makes a record of each of several texts in a cell. A column without a name belongs to the question on its
    left where headers are ``continued``. Patterns that a home gives in its settings under the name ``setting`` stand in
    for ``[^\\s\\S]``, which fits nothing, in ``header``.
    """

    header: PythonRegex
    setting: str | None = None
    mostly: Regex | None = None
    ticked: bool = False
    split: str | None = None
    continued: bool = False
    required: bool = False
    of_columns: bool = False
    parts: dict[str, Texts] = {}
    following: bool = False
    following_header: str = ""

    @property
    def asks_what_it_holds(self) -> bool:
        return self.mostly is not None or self.ticked

    @property
    def columns(self) -> tuple[str, ...]:
        groups = tuple(name for name in re.compile(self.header).groupindex if name != "part")
        return (*groups, "occurrence", *(self.parts or ("cell",)), *(("following",) if self.following else ()))


class KindMapping(_Part):
    """How records of one kind come out of an export.

    With ``adds_up`` each record of the export is a part of one of the kind (a ticket of what its team did in a month):
    the numbers in the columns that are named add up over the records with the same key, before anything lands. A part
    is told by the columns in ``once_per``; where it stands twice it counts once.
    """

    columns: dict[str, Annotated[Value, BeforeValidator(_as_from, json_schema_input_type=Value | OneOrMore)]]
    only: tuple[Condition, ...] = ()
    items: bool = False
    distinct: bool = False
    adds_up: Texts = ()
    once_per: Texts = ()


class Export(_Part):
    """One export of a tool: how to get it, how its files are known, what they hold.

    A ``table`` is delimited text or a worksheet. ``files`` are name patterns that decide where headers are equal;
    files that fit ``partial_files`` hold a part of a snapshot only. Of a workbook, every sheet whose name fits
    ``sheet`` is read; where that says nothing, the first one with the header, or ``every_sheet`` with it (one
    per KPI, per team). Named groups of ``file_name`` and ``sheet_name`` are columns of every record. ``vouched``
    columns go to extras.

    ``preamble`` says that a title or the like may stand before the header, which is then looked for in the first 20
    rows. Of ``header_rows: 2`` a column is called ``upper | lower`` (or as one of the two, where that says enough);
    a blank upper cell goes on with the one to its left. A row for which any of ``not_records`` holds (a total, the
    end of a report) is none: it is neither read nor rejected.

    Of each group in ``any_of``, a file must have at least one column (people go by number or by e-mail).

    A header that has several names of a column leaves open which one is meant, and is refused; ``first_name_counts``
    says that it is the one that stands first in the declaration, and that the others aren't read.

    Of ``json``, the names of a column are paths (see `json_paths`), tried in their order for each record. ``records``
    says where the records stand, in one of several spellings; without it each document, or each element of an array,
    is one. ``line_prefix`` is what stands before the JSON on the lines of a log; members at the paths in ``unwrap``
    may hold JSON as text.

    A format with a reader of its own has no ``columns`` and ``kinds``; it names the kinds that it ``yields``.
    """

    title: str
    how: str = ""
    format: Literal["table", "json", "xapi"] = "table"
    delivers: Literal["events", "snapshot", "increment"]
    partial_files: Texts = ()
    files: Texts = ()
    file_name: PythonRegex | None = None
    sheet: Texts = ()
    every_sheet: bool = False
    sheet_name: PythonRegex | None = None
    preamble: bool = False
    header_rows: int = Field(1, ge=1, le=3)
    records: Texts = ()
    line_prefix: PythonRegex | None = None
    unwrap: Texts = ()
    not_records: tuple[Condition, ...] = ()
    columns: dict[str, Annotated[Header, BeforeValidator(_as_names, json_schema_input_type=Header | OneOrMore)]] = {}
    any_of: tuple[Texts, ...] = ()
    first_name_counts: bool = False
    items: Annotated[tuple[Items, ...], BeforeValidator(_as_sequence, json_schema_input_type=Items | list[Items])] = ()
    vouched: Texts = ()
    short_rows: Literal["reject", "pad"] = "reject"
    long_rows: Literal["reject", "drop_blank"] = "reject"
    kinds: dict[str, KindMapping] = {}
    yields: Texts = ()
    pull: Pull | None = None

    @property
    def file_columns(self) -> tuple[str, ...]:
        """Columns that the file's or the sheet's name fills for every record."""
        patterns = (re.compile(pattern or "") for pattern in (self.file_name, self.sheet_name))
        return tuple(name for pattern in patterns for name in pattern.groupindex)

    @property
    def item_columns(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(column for items in self.items for column in items.columns))


class NotRead(_Part):
    """A layout of the tool that is known and deliberately not read: whoever drops one should hear why.

    It has all of ``columns``, and none that it ``lacks``.
    """

    columns: Texts
    lacks: Texts = ()
    because: str
    next: str


class Declaration(_Part):
    """A connector file.

    ``series`` says which list goes on under another name: files called by the one are of the series of the other.
    """

    tool: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    title: str
    status: Literal["confirmed", "draft"]
    version: str
    about: str = ""
    timezone: Zone = "UTC"
    delimiters: tuple[Delimiter, ...] = (",", ";", "\t")
    encodings: tuple[Encoding, ...] = ("utf-8", "utf-16")
    nulls: Texts = ("",)
    decimal: Decimal = "."
    thousands: Thousands = ""
    day_first: bool | None = None
    identifier_types: dict[str, str] = {}
    series: dict[str, str] = {}
    options: dict[str, Any] = {}
    rest: Rest | None = None
    exports: Annotated[dict[str, Export], Field(min_length=1)]
    not_read: dict[str, NotRead] = {}

    source: Path = Field(Path(), exclude=True)
    content_hash: str = Field("", exclude=True)

    @property
    def declaration_version(self) -> str:
        """Stands on every landed row: any change of the file is a new version."""
        return f"{self.version}-{self.content_hash[:8]}"


OURS = tuple(name for name, field in Declaration.model_fields.items() if field.exclude)
"""What is known of a declaration besides what its file says."""
