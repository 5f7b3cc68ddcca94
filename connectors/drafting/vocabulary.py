"""The words of `vocabulary.yaml`: what columns, kinds and values are called, in eight languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from connectors.declaration.yaml_lines import parse
from connectors.drafting.names import words
from connectors.records import RecordKind

FILE = Path(__file__).with_name("vocabulary.yaml")


@dataclass(frozen=True)
class Vocabulary:
    """All known words. Names are written as `names.words` makes them."""

    identifiers: Mapping[str, tuple[str, ...]]
    roles: Mapping[str, tuple[str, ...]]
    private: Mapping[str, tuple[str, ...]]
    columns: Mapping[str, tuple[str, ...]]
    evidence: Mapping[str, tuple[str, ...]]
    values: Mapping[str, Mapping[str, str]]
    milestone_dates: Mapping[str, tuple[str, ...]]
    truth: Mapping[str, str]
    agreement: frozenset[str]
    nothing: frozenset[str]
    nothing_among_numbers: frozenset[str]
    graded: frozenset[str]
    not_a_record: tuple[str, ...]
    months: Mapping[str, Mapping[str, str]]

    def names(self, kind: RecordKind, column: str) -> tuple[str, ...]:
        """What a column of a kind is called; its own name is always known."""
        known = self.columns.get(f"{kind.name}.{column}", ()) + self.columns.get(column, ())
        return (*known, column.replace("_", " "))


@cache
def vocabulary() -> Vocabulary:
    """The vocabulary, read once."""
    content, _ = parse(FILE.read_text(encoding="utf-8"), FILE.name)
    return Vocabulary(
        identifiers=_names(content["identifiers"]),
        roles=_names(content["roles"]),
        private=_names(content["private"]),
        columns=_names(content["columns"]),
        evidence=_names(content["evidence"]),
        values={column: _value_of(allowed) for column, allowed in content["values"].items()},
        milestone_dates=_names(content["milestone_dates"]),
        truth=_value_of(content["truth"]),
        agreement=frozenset(_flat(content["agreement"])),
        nothing=frozenset(content["nothing"]),
        nothing_among_numbers=frozenset(content["nothing_among_numbers"]),
        graded=frozenset(_flat(content["graded"])),
        not_a_record=tuple(_flat(content["not_a_record"])),
        months={language: _months(content, language) for language in content["months"]},
    )


def _names(content: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    return {key: tuple(_flat(listed)) for key, listed in content.items()}


def _flat(listed: Any) -> list[str]:
    if isinstance(listed, list):
        return [word for part in listed for word in _flat(part)]
    return [words(listed)]


def _value_of(allowed: Mapping[str, Any]) -> dict[str, str]:
    """Word of a file → value of the kind; where two values share a word, the first one has it."""
    found: dict[str, str] = {}
    for value, listed in allowed.items():
        for word in (words(value), *_flat(listed)):
            found.setdefault(word, value)
    return found


def _months(content: Mapping[str, Any], language: str) -> dict[str, str]:
    """Name of a month, long or short, as it is written → its number."""
    listed = (*content["months"][language], *content["short_months"][language])
    return {name: str(i % 12 + 1) for i, name in enumerate(listed)}
