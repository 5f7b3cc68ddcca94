"""Columns that say who somebody is, so that none of them is ever read as open text.

An identifier becomes a token, a name goes to the vault where the kind keeps one, and everything else that describes
a person stays in the archive. A column of addresses is one whatever it is called.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from connectors.drafting.names import Name, likeness
from connectors.drafting.profiles import Profile
from connectors.drafting.vocabulary import vocabulary

_SURE_ENOUGH = 0.68
_AS_WELL = 0.041
"""What places in two lists of names may make of a name in both: *employee* is a number or a name by what it holds."""
_PERSON = "person_token"
_BARE = ("id", "idnumber", "name", "naam", "nom", "nombre", "nome", "名前", "fullname")
"""Names that units, courses and much else go by as well."""


@dataclass(frozen=True)
class Personal:
    """What a column says of a person.

    ``identifier`` is the type of the identifier (``own``: one that only the tool knows) or empty, ``of`` the column
    of a kind that says whose it is; ``private`` is the vault column that it may fill, or ``other``. ``is_doubtful``:
    it may as well be that of what the record is about, if that is no person.
    """

    identifier: str = ""
    of: str = _PERSON
    private: str = ""
    is_doubtful: bool = False


def personal(profiles: Sequence[Profile]) -> list[Personal | None]:
    """What every column says of a person, if anything.

    A bare *Name* or *ID* is that of a person only where something else in the table is a person's; otherwise it
    may be that of a unit or a course.
    """
    found = [_personal(profile) for profile in profiles]
    sure = [told for told in found if told is not None and not told.is_doubtful and told.of == _PERSON]
    return [replace(told, is_doubtful=False) if told and sure else told for told in found]


def _personal(profile: Profile) -> Personal | None:
    of, name = _role(profile.name)
    if profile.share("email") > 0.5:
        return Personal("email", of)
    known = vocabulary()
    best, kind = max((likeness(name, names), kind) for kind, names in known.identifiers.items())
    hidden, column = max((likeness(name, names), column) for column, names in known.private.items())
    is_doubtful = name.joined in _BARE and of == _PERSON
    if best >= _SURE_ENOUGH and best >= hidden - _AS_WELL and not _is_text(profile, kind):
        return Personal(kind, of, is_doubtful=is_doubtful)
    if hidden >= _SURE_ENOUGH:
        return Personal(of=of, private=column if of == _PERSON else "other", is_doubtful=is_doubtful)
    if of != _PERSON and not name.joined:
        # A column that is just called "Manager" holds numbers, addresses or names.
        is_number = not _is_text(profile, "employee_number")
        return Personal("employee_number", of) if is_number else Personal(of=of, private="other")
    return None


def _role(name: Name) -> tuple[str, Name]:
    """Whose column it is, and its name without that: *Manager e-mail* is the *e-mail* of the manager."""
    for of, known in vocabulary().roles.items():
        for role in sorted(known, key=len, reverse=True):
            padded = f" {name.words} "
            if f" {role} " in padded:
                return of, Name.of(padded.replace(f" {role} ", " ").strip())
            if name.joined.startswith(role.replace(" ", "")) and (len(role) > 5 or not role.isascii()):
                return of, Name.of(name.joined[len(role.replace(" ", "")) :])
    return _PERSON, name


def _is_text(profile: Profile, kind: str) -> bool:
    """Whether the values are names or sentences, which no identifier is: several words without a digit."""
    if kind == "email" or not profile.values:
        return kind == "email" and bool(profile.filled) and profile.share("email") < 0.5
    spaced = sum(" " in value and not any(map(str.isdigit, value)) for value in profile.values)
    return spaced > 0.5 * len(profile.values)


def identifiers(
    found: Sequence[Personal | None], profiles: Sequence[Profile], of: str
) -> Iterator[tuple[str, Profile]]:
    """The identifiers of a person that a table has, by trust: type and column."""
    for kind in vocabulary().identifiers:
        for profile in profiles:
            told = found[profile.position]
            if told is not None and told.identifier == kind and told.of == of and profile.filled:
                yield kind, profile
