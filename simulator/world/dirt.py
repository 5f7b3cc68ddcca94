"""Identifiers that were typed, pasted or made up: what people and spreadsheets make of them in the tools.

    clean accounts ──share of identifiers──→ accounts as the tools have them, and which of them are dirty

A number or an address of somebody else is planted only in an account that has other identifiers besides: where it is
all that a record says, the record is that somebody's, and nobody could tell.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from simulator.world.accounts import Accounts, Actor, MoodleAccount
from simulator.world.names import DOMAIN

OLD_DOMAIN = "meridian-group.example.net"
"""What addresses ended with before the company had its name; HR has forgotten."""

NUMBERS = ("zeros_lost", "decimal", "placeholder", "blank", "mistyped", "somebody_else's")
ADDRESSES = ("mistyped", "old_domain", "no_address", "blanks_around", "somebody_else's")
LOGINS = ("mistyped", "no_login", "made_up")
ALONE = ("mistyped", "old_domain")
"""Kinds for an address that is all that a record says of its person."""

PLACEHOLDERS = ("0", "n/a", "999999", "unknown")


@dataclass(frozen=True)
class Dirty:
    """One identifier that is not as it should be."""

    person: int
    tool: str
    column: str
    kind: str
    written: str


def _spoilt(kind: str, value: str, other: str, rng: np.random.Generator) -> str:
    """What stands there instead; ``other`` is the same identifier of somebody else."""
    local = value.partition("@")[0]
    place = int(rng.integers(1, max(2, len(local) - 1)))
    written = {
        "zeros_lost": value.lstrip("0"),
        "decimal": f"{value.lstrip('0')}.0",
        "placeholder": PLACEHOLDERS[place % len(PLACEHOLDERS)],
        "blank": "",
        "mistyped": f"{value[:place]}{value[place]}{value[place:]}",
        "old_domain": f"{local}@{OLD_DOMAIN}",
        "no_address": f"noemail@{DOMAIN}",
        "blanks_around": f" {value} ",
        "no_login": "user",
        "made_up": f"{value}.learning",
        "somebody_else's": other,
    }
    return written[kind]


class Dirt:
    """``share`` of the identifiers in Moodle's list of users and of the actors of statements are spoilt."""

    def __init__(self, share: float, rng: np.random.Generator) -> None:
        self._share, self._rng = share, rng
        self.found: list[Dirty] = []

    def of(self, accounts: Accounts) -> Accounts:
        learners = [account for account in accounts.moodle if account.person is not None]
        others = dict(zip([account.moodle_id for account in learners], [*learners[1:], *learners[:1]], strict=True))
        moodle = tuple(
            self._moodle(account, others[account.moodle_id]) if account.moodle_id in others else account
            for account in accounts.moodle
        )
        return Accounts(moodle, tuple(self._actor(actor) for actor in accounts.actors))

    def _moodle(self, account: MoodleAccount, other: MoodleAccount) -> MoodleAccount:
        number = self._of(account, "idnumber", NUMBERS, other.idnumber)
        email = self._of(account, "email", ADDRESSES if account.is_matchable else ALONE, other.email)
        username = self._of(account, "username", LOGINS)
        before = {"idnumber": account.idnumber, "email": account.email, "username": account.username}
        now = {"idnumber": number, "email": email, "username": username}
        spoilt = frozenset(column for column, value in now.items() if value != before[column])
        return replace(account, idnumber=number, email=email, username=username, spoilt=spoilt)

    def _actor(self, actor: Actor) -> Actor:
        address = actor.mbox.removeprefix("mailto:")
        name = self._drawn(actor.person, "xapi", "account_name", ("zeros_lost",), actor.account_name)
        written = self._drawn(actor.person, "xapi", "mbox", ALONE, address)
        is_matchable = actor.is_matchable and written == address
        return replace(actor, account_name=name, mbox=f"mailto:{written}", is_matchable=is_matchable)

    def _of(self, account: MoodleAccount, column: str, kinds: tuple[str, ...], other: str = "") -> str:
        value: str = getattr(account, column)
        return self._drawn(account.person or 0, "moodle", column, kinds, value, other) if value else value

    def _drawn(self, person: int, tool: str, column: str, kinds: tuple[str, ...], value: str, other: str = "") -> str:
        """The identifier, spoilt or as it is."""
        if self._rng.random() >= self._share:
            return value
        kind = kinds[int(self._rng.integers(len(kinds)))]
        written = _spoilt(kind, value, other or value, self._rng)
        self.found.append(Dirty(person, tool, column, kind, written))
        return written
