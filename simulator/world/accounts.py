"""Under which identifiers each tool knows a person. No two tools use the same one, and some know nobody.

person ─┬─ HR:     employee number, e-mail (changes with the name), login
        ├─ Moodle: a number of its own, tied by its users export to e-mail, login and, for most, employee number
        └─ LRS:    account of the identity provider | mbox | mbox_sha1sum, whatever the player sends
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from simulator.world.company import Company, Person
from simulator.world.names import DOMAIN, ascii_folded
from simulator.world.period import Streams

IDENTITY_PROVIDER = "https://idp.meridian.example.com"
"""Home page of xAPI accounts; the name of such an account is the employee number."""

PRIVATE_DOMAIN = "mailbox.example.org"
OTHER_CASE_SHARE = 0.25
WITH_NUMBER_SHARE = 0.65
"""Moodle accounts that carry the employee number; the others must be found by e-mail."""

FIRST_MOODLE_ID = 1204
TRAINERS = (("Adrienne", "Fontaine"), ("Kornel", "Baker"), ("Mette", "Holm"))
TRAINERS_DOMAIN = "trainers.example.net"
"""External trainers: they act in Moodle and work elsewhere."""


@dataclass(frozen=True)
class MoodleAccount:
    """One row of Moodle's users export. ``person`` is None where no single employee is behind the account."""

    moodle_id: int
    username: str
    email: str
    given: str
    family: str
    idnumber: str
    role: str
    person: int | None = None
    spoilt: frozenset[str] = frozenset()
    """Columns that hold something else than they should."""

    @property
    def is_matchable(self) -> bool:
        """The account holds something that HR holds too."""
        has_number = bool(self.idnumber) and "idnumber" not in self.spoilt
        has_address = self.email.lower().endswith(f"@{DOMAIN}") and "email" not in self.spoilt
        return self.person is not None and (has_number or has_address)


@dataclass(frozen=True)
class Actor:
    """How one player of the LRS names a person: exactly one of the three forms is used per player."""

    person: int
    account_name: str
    mbox: str
    is_matchable: bool

    @property
    def mbox_sha1sum(self) -> str:
        return hashlib.sha1(self.mbox.lower().encode()).hexdigest()


@dataclass(frozen=True)
class Accounts:
    moodle: tuple[MoodleAccount, ...]
    actors: tuple[Actor, ...]

    @property
    def admin(self) -> MoodleAccount:
        return self.playing("admin")[0]

    @property
    def kiosk(self) -> MoodleAccount:
        return self.playing("kiosk")[0]

    def playing(self, role: str) -> list[MoodleAccount]:
        return [account for account in self.moodle if account.role == role]

    @cached_property
    def moodle_id_of(self) -> npt.NDArray[np.int64]:
        """Person → Moodle id, as an array."""
        held = [(a.person, a.moodle_id) for a in self.moodle if a.person is not None]
        ids = np.full(len(held), -1, dtype=np.int64)
        ids[[person for person, _ in held]] = [moodle_id for _, moodle_id in held]
        return ids


def register(company: Company, streams: Streams, private_share: float) -> Accounts:
    """Give everybody their accounts, with the address that they had when they came.

    ``private_share`` of the people sign up in a tool with a private address: HR can't know it, so they stay unmatched.

    Who comes back and finds that address given to somebody else has the other one: two who use one address at one
    time are nobody that a record could tell apart.
    """
    rng = streams.of("accounts")
    held: dict[int, tuple[str, str]] = {}
    for named in company.names:
        if named.person not in held or named.person in company.recycled:
            held[named.person] = (named.family, named.email)
    learners = [_moodle_account(person, *held[person.person], private_share, rng) for person in company.people]
    actors = [_actor(person, *held[person.person], private_share, rng) for person in company.people]
    return Accounts((*_house_accounts(), *learners), tuple(actors))


def _house_accounts() -> list[MoodleAccount]:
    admin = MoodleAccount(2, "admin", f"lms-admin@{DOMAIN}", "Admin", "User", "", "admin")
    kiosk = MoodleAccount(3, "kiosk.warehouse", f"kiosk.warehouse@{DOMAIN}", "Kiosk", "Warehouse", "", "kiosk")
    trainers = []
    for moodle_id, (given, family) in enumerate(TRAINERS, start=11):
        login = f"{given}.{family}".lower()
        trainers.append(MoodleAccount(moodle_id, login, f"{login}@{TRAINERS_DOMAIN}", given, family, "", "trainer"))
    return [admin, kiosk, *trainers]


def _moodle_account(
    person: Person, family: str, email: str, private_share: float, rng: np.random.Generator
) -> MoodleAccount:
    is_private, is_cased, has_number = rng.random(3) < (private_share, OTHER_CASE_SHARE, WITH_NUMBER_SHARE)
    username, number = person.username, person.employee_number if has_number else ""
    if is_private:
        email, username, number = _private(person, family), f"{person.username}.home", ""
    elif is_cased:
        email = _cased(email)
    moodle_id = FIRST_MOODLE_ID + 3 * person.person
    return MoodleAccount(moodle_id, username, email, person.given, family, number, "learner", person.person)


def _actor(person: Person, family: str, email: str, private_share: float, rng: np.random.Generator) -> Actor:
    is_private, is_cased = rng.random(2) < (private_share, OTHER_CASE_SHARE)
    address = _private(person, family) if is_private else email
    mbox = f"mailto:{_cased(address) if is_cased else address}"
    return Actor(person.person, person.employee_number, mbox, is_matchable=not is_private)


def _private(person: Person, family: str) -> str:
    return f"{ascii_folded(person.given)}.{ascii_folded(family)}.{person.person}@{PRIVATE_DOMAIN}"


def _cased(email: str) -> str:
    """``anna.faber@meridian…`` → ``Anna.Faber@Meridian…``, as people type it."""
    local, domain = email.split("@")
    return f"{local.title()}@{domain[0].upper()}{domain[1:]}"
