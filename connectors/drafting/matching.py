"""Which column of the table fills which column of a record kind, by its name and by what it holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from connectors.declaration import GIVEN
from connectors.drafting.names import likeness, words
from connectors.drafting.people import Personal, identifiers
from connectors.drafting.profiles import Profile
from connectors.drafting.vocabulary import vocabulary
from connectors.records import RECORD_KINDS, Column, Privacy, RecordKind, Type

_WORTH_A_MATCH = 0.5
_EMPTY = 0.55
_SAYS_LITTLE = 0.2
_LONG_TEXT = 250
"""Letters from which on a text is a story rather than a name."""
_OTHER_TOKENS = ("employee_token", "email_token", "email_sha1_token", "username_token")
_OF_ANY_PERSON = (*_OTHER_TOKENS, "account_token", "full_name", "given_name", "family_name")
"""Columns that every table with persons fills, so that they say little about its kind."""
SAME_AS = {"occurred_date": "occurred_at", "started_date": "started_at"}
"""Days that are told by the instant beside them, where a kind has both."""


@dataclass(frozen=True)
class Match:
    """A column of the table that fills a column of a kind; for a token, with the type of the identifier."""

    column: str
    profile: Profile
    score: float
    identifier: str = ""


@dataclass(frozen=True)
class Table:
    """What is known of a table: its columns, which of them are personal, and the words of its name.

    ``may_be_wide``: whether columns may be things themselves, one record to each cell; members of JSON are not.
    """

    profiles: Sequence[Profile]
    personal: Sequence[Personal | None]
    title: str
    may_be_wide: bool = True

    def speaks_of(self, word: str) -> bool:
        """Whether a word (or two) stands in the header."""
        joined = word.replace(" ", "")
        return any(f" {word} " in f" {p.name.words} " or p.name.joined == joined for p in self.profiles)


def matched(table: Table, kind: RecordKind) -> dict[str, list[Match]]:
    """For each column of the kind what fills it, best first: several for a person, one for anything else."""
    found = _persons(table, kind)
    taken = {match.profile.position for matches in found.values() for match in matches}
    options = [
        Match(column.name, profile, score)
        for profile in table.profiles
        if profile.position not in taken
        for column in kind.columns
        if (score := _score(table, kind, column, profile)) >= _WORTH_A_MATCH
    ]
    for match in sorted(options, key=lambda match: -match.score):
        if match.column not in found and match.profile.position not in taken:
            found[match.column] = [match]
            taken.add(match.profile.position)
    return found


def _persons(table: Table, kind: RecordKind) -> dict[str, list[Match]]:
    """Token columns: the person that the record is about by every identifier, others by the one that is best."""
    found: dict[str, list[Match]] = {}
    for column in (column for column in kind.columns if column.privacy is Privacy.TOKEN):
        of = "person_token" if column.name == "account_token" else column.name
        named = [
            Match(column.name, profile, 1.0, type_)
            for type_, profile in identifiers(table.personal, table.profiles, of)
        ]
        if kind.name == "people" and column.name == "person_token":
            named = [match for match in named if match.identifier in ("employee_number", "own")][:1]
        elif column.name in _OTHER_TOKENS:
            named = _another(table, column.name)
        if named:
            found[column.name] = named
    return found


def _another(table: Table, column: str) -> list[Match]:
    """The one identifier of the person that a column such as ``email_token`` is for."""
    wanted = (
        "email"
        if column == "email_sha1_token"
        else f"{column.removesuffix('_token')}".replace("employee", "employee_number")
    )
    named = [p for type_, p in identifiers(table.personal, table.profiles, "person_token") if type_ == wanted]
    return [Match(column, named[0], 1.0, "email_sha1" if column == "email_sha1_token" else wanted)] if named else []


def _score(table: Table, kind: RecordKind, column: Column, profile: Profile) -> float:
    """From 0 to 1: how well a column of the table fits one of the kind."""
    if column.privacy is Privacy.TOKEN or column.name in GIVEN or column.name in _told_beside(kind):
        return 0.0
    told = table.personal[profile.position]
    if column.privacy is Privacy.VAULT:
        return 1.0 if told is not None and told.private == column.name else 0.0
    if told is not None and not (told.is_doubtful and "person_token" not in kind.by_name):
        return 0.0
    name = likeness(profile.name, vocabulary().names(kind, column.name))
    return name * _fit(column, profile) if name else 0.0


def _told_beside(kind: RecordKind) -> set[str]:
    return {day for day, instant in SAME_AS.items() if instant in kind.by_name}


def _fit(column: Column, profile: Profile) -> float:
    """From 0 to 1: whether what a column holds can be what the kind's column holds."""
    if not profile.filled:
        # An empty column may be filled in the next export, as the day of leaving in a list of those who are there; so
        # it is read if its name leaves no doubt. Words that are still to come can't be mapped.
        is_open = not column.allowed and column.type is not Type.BOOLEAN
        return 0.6 if not profile.rows else _EMPTY if is_open and not column.required else 0.0
    if column.allowed:
        return 0.3 + 0.7 * known_share(column, profile) if profile.is_closed else 0.0
    if column.type in (Type.DATE, Type.INSTANT):
        return 0.8 if profile.share("unix") > 0.9 else profile.date_share
    if column.type in (Type.NUMBER, Type.INTEGER):
        return 0.9 if profile.share("clock") > 0.9 else profile.number_share
    if column.type is Type.BOOLEAN:
        return 1.0 if set(map(words, profile.values)) <= vocabulary().truth.keys() else 0.0
    return _fit_of_text(profile)


def _fit_of_text(profile: Profile) -> float:
    """A text is anything but a date, a fraction or a story."""
    if profile.date_share > 0.9 or (profile.is_number and profile.share("whole") < 0.9):
        return 0.2
    return 0.3 if profile.longest > _LONG_TEXT else 1.0


def known_share(column: Column, profile: Profile) -> float:
    """Share of the rows whose value is one that the kind allows, in words that we know."""
    meaning = vocabulary().values.get(column.name, {})
    known = sum(count for value, count in profile.values.items() if meaning.get(words(value)) in column.allowed)
    return known / max(1, sum(profile.values.values()))


def value_map(column: Column, profile: Profile) -> Mapping[str, str | None]:
    """Every value of the sample as it is written → the value that the kind allows, None where that isn't known."""
    meaning = vocabulary().values.get(column.name, {})
    found = {value: meaning.get(words(value)) for value in profile.values}
    return {value: allowed if allowed in column.allowed else None for value, allowed in found.items()}


@cache
def rarity(column: str) -> float:
    """How much a column says about the kind: most where no other kind has one of that name."""
    if column in _OF_ANY_PERSON:
        return _SAYS_LITTLE
    return float(sum(column in kind.by_name for kind in RECORD_KINDS.values()) ** -0.5)
