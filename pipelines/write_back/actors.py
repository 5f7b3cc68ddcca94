"""Who the actor of a statement is. To be decided consciously, because it decides what the LRS gets to know.

pseudonym   An account of the home page whose name is a keyed hash of person_key: the same person always, a person in
            no other system, and not even the person_key of the published database, which somebody who holds both could
            join. Nobody gets from the name to the person without the home's key.
otherwise   What the vault knows of the person: the employee number or login as the name of an account, or the e-mail
            address. Only with ``accept_identifying``. A person of whom the vault holds no such identifier is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import duckdb
import tincan

from connectors.errors import SettingsError
from connectors.home import Home
from identity.tokens import Tokeniser
from pipelines.write_back.settings import WriteBack

_KNOWN_BY = """
select links.person_key, arg_max(identifiers.value, (coalesce(links.valid_to, date '9999-12-31'),
    coalesce(links.valid_from, date '0001-01-01'), identifiers.value)) as value
from read_parquet($links) as links
join read_parquet($identifiers, union_by_name = true) as identifiers using (token)
where identifiers.identifier_type = $identity and links.person_key is not null
group by links.person_key
"""


class Pseudonyms:
    """The names by which an LRS knows persons without knowing them; they also enter the ids of statements."""

    def __init__(self, tokeniser: Tokeniser, home_page: str) -> None:
        self._tokeniser = tokeniser
        self._domain = f"write_back|{home_page}"

    def of(self, person_keys: Sequence[int]) -> list[str]:
        """32 hex digits each."""
        tokens = self._tokeniser.tokens(self._domain, [str(key) for key in person_keys])
        return [token or "" for token in tokens]  # only blank values have no token, and a key is never blank


class Actors(Protocol):
    def agent(self, person_key: int, pseudonym: str) -> tincan.Agent | None:
        """The actor, or None where the person has no identifier of the kind that was asked for."""
        ...


class Pseudonymous:
    def __init__(self, home_page: str) -> None:
        self._home_page = home_page

    def agent(self, person_key: int, pseudonym: str) -> tincan.Agent | None:  # noqa: ARG002
        return account(self._home_page, pseudonym)


class Identified:
    """Persons by what the vault knows of them; the identifier that held last, where there were several."""

    def __init__(self, home: Home, settings: WriteBack) -> None:
        self._settings = settings
        links = home.landed("identity_links") / "links.parquet"
        identifiers = home.vault / "identifiers"
        if not links.exists() or not any(identifiers.rglob("*.parquet")):
            raise SettingsError("The vault knows nobody yet. Run: throughline run")
        with duckdb.connect() as connection:
            given = {
                "links": links.as_posix(),
                "identifiers": f"{identifiers.as_posix()}/**/*.parquet",
                "identity": settings.identity,
            }
            self._known: dict[int, str] = dict(connection.execute(_KNOWN_BY, given).fetchall())

    def agent(self, person_key: int, pseudonym: str) -> tincan.Agent | None:  # noqa: ARG002
        known = self._known.get(person_key)
        if known is None:
            return None
        if self._settings.identity == "email":
            return tincan.Agent(mbox=f"mailto:{known}")
        return account(self._settings.home_page, known)


def actors(home: Home, settings: WriteBack) -> Actors:
    return Identified(home, settings) if settings.is_identifying else Pseudonymous(settings.home_page)


def account(home_page: str, name: str) -> tincan.Agent:
    return tincan.Agent(account=tincan.AgentAccount(home_page=home_page, name=name))
