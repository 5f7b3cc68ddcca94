"""What every column of a table holds: one statement over all rows, after a sample has said what to look for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from connectors.drafting.names import Name
from connectors.drafting.notations import NUMBERS, PATTERNS, DateFormat, formats_of
from connectors.drafting.opening import Opened
from connectors.drafting.vocabulary import vocabulary
from connectors.mapping.time_formats import believed, month_numbers
from connectors.sql import literal

_SAMPLED_ROWS = 10_000
_CLOSED = 40
"""Different values up to which a column may be a closed list."""
_FORMATS = 8
"""Candidate formats of a column that are tried on all rows."""
MONTH_WORDS = {word: number for months in vocabulary().months.values() for word, number in months.items()}


@dataclass(frozen=True)
class Profile:
    """One column. Counts are of all rows, ``values`` of the sample (most frequent first).

    ``filled`` cells aren't empty; ``readable`` counts the values that each date format reads, ``numbers`` those
    that are numbers under each decimal mark, ``matching`` those of each of ``PATTERNS``.
    """

    position: int
    name: Name
    rows: int
    filled: int
    distinct: int
    longest: int
    values: Mapping[str, int] = field(default_factory=dict)
    readable: Mapping[DateFormat, int] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)
    matching: Mapping[str, int] = field(default_factory=dict)

    def share(self, pattern: str) -> float:
        """Share of the filled cells that are written in one of ``PATTERNS``."""
        return self.matching.get(pattern, 0) / self.filled if self.filled else 0.0

    @property
    def is_unique(self) -> bool:
        return self.filled == self.rows > 1 and self.distinct >= 0.97 * self.rows

    @property
    def is_closed(self) -> bool:
        """Few values that come again and again."""
        return 0 < self.distinct <= _CLOSED and (self.distinct <= 8 or self.filled >= 3 * self.distinct)

    @property
    def is_number(self) -> bool:
        return self.number_share == 1.0

    @property
    def number_share(self) -> float:
        """Share of the cells that are numbers under the better decimal mark; none for numbers that are names."""
        if not self.filled or self.share("zeros") > 0.02:
            return 0.0
        return max(self.numbers.values(), default=0) / self.filled + self.share("accounting")

    @property
    def date_share(self) -> float:
        """Share of the cells that some of the date formats read."""
        return min(1.0, sum(self.readable[f] for f in self.date_formats) / self.filled) if self.filled else 0.0

    @property
    def date_formats(self) -> tuple[DateFormat, ...]:
        """The format that reads every value; else those that are needed, the most frequent first."""
        ranked = sorted(self.readable, key=lambda found: -self.readable[found])
        if ranked and self.readable[ranked[0]] == self.filled:
            return (ranked[0],)
        chosen: list[DateFormat] = []
        for found in ranked:
            shape = re.sub(r"%[dm]", "%", found.text)
            if self.readable[found] and all(re.sub(r"%[dm]", "%", other.text) != shape for other in chosen):
                chosen.append(found)
        return tuple(chosen)

    @property
    def open_order(self) -> DateFormat | None:
        """The format that reads every value just as well with day and month the other way round."""
        whole = [
            found for found in self.readable if self.readable[found] == self.filled and found.day_first is not None
        ]
        return (
            next((found for found in whole if found.day_first), None) if len({f.day_first for f in whole}) > 1 else None
        )


def nothing_in(opened: Opened) -> tuple[str, ...]:
    """Texts that say that there is nothing, as they are written in this table.

    A country may be NA and a mark may be ``-``, so one counts only where it stands in several columns, or where it
    alone keeps a column from being numbers.
    """
    anywhere, known = vocabulary().nothing, vocabulary().nothing | vocabulary().nothing_among_numbers
    found: Counter[str] = Counter()
    among_numbers: set[str] = set()
    for values in _sample(opened):
        found.update(anywhere & values.keys())
        others = [value for value in values if value not in known]
        if others and all(re.fullmatch(r"[-+]?[\d.,/: ]*\d[\d.,/: %]*", value) for value in others):
            among_numbers |= known & values.keys()
    found.update(among_numbers - found.keys())
    return tuple(sorted(text for text, columns in found.items() if columns > 1 or text in among_numbers))


def profiles(opened: Opened, nothing: Sequence[str]) -> list[Profile]:
    """What the columns hold, apart from texts that say that there is nothing."""
    columns = list(opened.source.layout.positions)
    samples = [
        Counter({value: count for value, count in values.items() if value not in nothing}) for values in _sample(opened)
    ]
    asked = [_measures(column, values) for column, values in zip(columns, samples, strict=True)]
    said = ", ".join(map(literal, nothing)) or "''"
    cells = ", ".join(f"CASE WHEN {c} NOT IN ({said}) THEN {c} END AS {c}" for c in columns)
    row = opened.connection.execute(
        f"SELECT {', '.join(sql for measures in asked for sql in measures.values())} "
        f"FROM (SELECT {cells} FROM {opened.source.view})"
    ).fetchone()
    counts = iter(row or ())
    return [
        _profile(opened, position, values, {measure: next(counts) or 0 for measure in measures})
        for position, (values, measures) in enumerate(zip(samples, asked, strict=True))
    ]


_Measure = str | DateFormat
"""``filled``, ``distinct``, ``longest``, a decimal mark, one of ``PATTERNS``, or a format: what is counted."""


def _measures(column: str, values: Counter[str]) -> dict[_Measure, str]:
    """What is counted of one column, as SQL: only what some value of the sample gives reason to count."""
    found: dict[_Measure, str] = {
        "filled": f"count({column})",
        "distinct": f"approx_count_distinct({column})",
        "longest": f"max(length({column}))",
    }
    for name, pattern in (NUMBERS | PATTERNS).items():
        if any(re.fullmatch(pattern, value) for value in values):
            found[name] = f"count(*) FILTER (regexp_full_match({column}, {literal(pattern)}))"
    for written in formats_of(values)[:_FORMATS]:
        found[written] = f"count({believed(_spelled(column, written), written.text)})"
    return found


def _spelled(column: str, written: DateFormat) -> str:
    return month_numbers(column, MONTH_WORDS) if written.has_month_words else column


def _profile(opened: Opened, position: int, values: Counter[str], counts: Mapping[_Measure, int]) -> Profile:
    distinct = len(values) if opened.source.rows <= _SAMPLED_ROWS else max(counts["distinct"], len(values))
    return Profile(
        position=position,
        name=Name.of(opened.names[position]),
        rows=opened.source.rows,
        filled=counts["filled"],
        distinct=distinct,
        longest=counts["longest"],
        values=dict(values.most_common()),
        readable={measure: count for measure, count in counts.items() if isinstance(measure, DateFormat)},
        numbers={mark: counts.get(mark, 0) for mark in NUMBERS},
        matching={name: counts.get(name, 0) for name in PATTERNS},
    )


def _sample(opened: Opened) -> list[Counter[str]]:
    """The values of every column in rows that are spread evenly over the table."""
    step = max(1, opened.source.rows // _SAMPLED_ROWS)
    table = opened.connection.execute(
        f"SELECT * EXCLUDE (source_line) FROM {opened.source.view} WHERE source_line % {step} = 0"
    ).to_arrow_table()
    return [Counter(value for value in column.to_pylist() if value is not None) for column in table.columns]
