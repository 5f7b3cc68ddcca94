"""Which record kind a table is: the one whose columns it has, and whose words stand in its header and its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from connectors.declaration import GIVEN
from connectors.drafting.fallbacks import Fallback, fallbacks
from connectors.drafting.matching import SAME_AS, Match, Table, matched, rarity
from connectors.drafting.vocabulary import vocabulary
from connectors.drafting.wide import Wide, wide
from connectors.errors import SettingsError
from connectors.records import RECORD_KINDS, RecordKind

_IN_HEADER, _IN_TITLE, _MOST_IN_HEADER = 0.3, 0.8, 1.5
_BELIEVED = 1.0
"""Score from which on a table is believed to be of a kind."""
_DOUBTFUL = 0.3
"""Score below which a kind would be an invention."""
_MARGIN = 0.25
"""Distance to the next kind, below which both are told."""
_REPEATED = 4
_LISTS = {
    "people": "person_token",
    "org_units": "org_unit_id",
    "positions": "position_id",
    "activities": "activity_id",
    "accounts": "account_token",
}
"""Kinds whose rows are things, with the column that names the thing."""
_OF_ITEMS = {
    "survey_responses": ("item_id", "answer_code"),
    "assessments": ("instrument_id", "score"),
    "enrolments": ("milestone", "occurred_at"),
    "kpi_values": ("kpi_id", "value"),
}
"""Columns that the items of a wide table fill: what it is, and what its cell holds."""


@dataclass(frozen=True)
class Candidate:
    """A kind that the table may be of, with what fills it, what stands in for what is missing, and why."""

    kind: RecordKind
    score: float
    matches: Mapping[str, list[Match]]
    stand_ins: Mapping[str, Fallback]
    missing: tuple[str, ...]
    wide: Wide | None = None
    reasons: tuple[str, ...] = field(default=())

    @property
    def of_items(self) -> tuple[str, str] | None:
        """The columns that are filled by items: what an item is, and what its cell holds."""
        return _OF_ITEMS[self.kind.name] if self.wide else None


@dataclass(frozen=True)
class Choice:
    """The kind that was chosen, and others that fit nearly as well, where the table doesn't decide."""

    chosen: Candidate
    rivals: tuple[Candidate, ...]

    @property
    def is_decided(self) -> bool:
        return self.chosen.score >= _BELIEVED and not self.rivals


def choose(table: Table, wanted: str | None) -> Choice:
    """The record kind that fits best, or the one that is wanted. Raises SettingsError where none can be filled."""
    names = [wanted] if wanted else [n for n in RECORD_KINDS if n != "statements" and not n.startswith("strategy_")]
    candidates = sorted((_candidate(table, RECORD_KINDS[name]) for name in names), key=lambda c: -c.score)
    possible = [candidate for candidate in candidates if not candidate.missing]
    if not possible or (possible[0].score < _DOUBTFUL and not wanted):
        raise SettingsError(_impossible(candidates[0], wanted))
    best = possible[0]
    rivals = [c for c in possible[1:4] if c.score > 0.5 and best.score - c.score < _MARGIN]
    return Choice(best, tuple(rivals))


def _impossible(closest: Candidate, wanted: str | None) -> str:
    what = f"No column of the file fits what {wanted} needs" if wanted else "The file fits no record kind well enough"
    lacking = "; ".join(f"{name} ({closest.kind.by_name[name].meaning.rstrip('.')})" for name in closest.missing)
    return (
        f"{what}. The closest is {closest.kind.name} ({closest.kind.grain})"
        + (f", which also needs {lacking}" if lacking else "")
        + ". Next: export the file with such columns, or say with --kind which record kind it is."
    )


def _candidate(table: Table, kind: RecordKind) -> Candidate:
    matches = matched(table, kind)
    found = wide(table, kind.name, matches) if table.may_be_wide else None
    if found is not None:
        matches = _without(matches, found, kind.name)
    told = {*matches, *(_OF_ITEMS[kind.name] if found else ())}
    told |= {day for day, instant in SAME_AS.items() if instant in kind.by_name}
    stand_ins: dict[str, Fallback] = {}
    missing: list[str] = []
    for column in (c.name for c in kind.required if c.name not in told and c.name not in GIVEN):
        usable = [f for f in fallbacks(kind.name, column) if not f.like or f.like in matches]
        if usable:
            stand_ins[column] = usable[0]
        else:
            missing.append(column)
    evidence, spoken = _evidence(table, kind.name)
    score = (
        sum(rarity(name) * best[0].score for name, best in matches.items()) + evidence + (found.score if found else 0)
    )
    score -= (
        sum(stand_in.cost for stand_in in stand_ins.values()) + len(missing) + _repetition(kind, matches, stand_ins)
    )
    reasons = _reasons(kind, matches, found, spoken)
    return Candidate(kind, score, matches, stand_ins, tuple(missing), found, reasons)


def _repetition(kind: RecordKind, matches: Mapping[str, list[Match]], stand_ins: Mapping[str, Fallback]) -> float:
    """What it costs that a list of things names the same thing again and again: it is no list of them."""
    named = _LISTS.get(kind.name, "")
    named = stand_ins[named].like if named in stand_ins else named
    if named not in matches:
        return 0.0
    profile = matches[named][0].profile
    return _REPEATED * (1 - min(1.0, profile.distinct / profile.filled)) if profile.filled else 0.0


def _without(matches: Mapping[str, list[Match]], found: Wide, kind: str) -> dict[str, list[Match]]:
    """The matches of columns that aren't items, and not of what the items fill."""
    items = {profile.position for profile in found.items}
    kept = {
        n: [m for m in ms if m.profile.position not in items] for n, ms in matches.items() if n not in _OF_ITEMS[kind]
    }
    return {name: left for name, left in kept.items() if left}


def _evidence(table: Table, kind: str) -> tuple[float, list[str]]:
    """How much the words of the header and of the name speak for a kind, and which."""
    known = vocabulary().evidence.get(kind, ())
    in_header = [word for word in known if table.speaks_of(word)]
    in_title = [word for word in known if f" {word} " in f" {table.title} "]
    # Two words that stand together, such as "completion date", are no accident.
    said = sum(_IN_HEADER * min(2, len(word.split())) for word in in_header)
    weight = min(_MOST_IN_HEADER, said) + (_IN_TITLE if in_title else 0)
    return weight, [*in_title, *(word for word in in_header if word not in in_title)]


def _reasons(
    kind: RecordKind, matches: Mapping[str, list[Match]], found: Wide | None, spoken: list[str]
) -> tuple[str, ...]:
    """Why the table may be of the kind, what says most first."""
    telling = sorted(matches, key=lambda name: -rarity(name) * matches[name][0].score)
    told = [f"'{matches[n][0].profile.name.text.strip()}' fits {n}" for n in telling if n in kind.by_name][:5]
    named = [f"the words {', '.join(repr(word) for word in spoken[:4])}"] if spoken else []
    return (*([found.reason] if found else []), *told, *named)
