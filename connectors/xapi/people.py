"""Agents and groups: from what identifies them to tokens, and to rows of ``accounts``.

    {"mbox": "mailto:…"}              type email                and its mbox_sha1sum, so that both forms meet
    {"mbox_sha1sum": "…"}             type mbox_sha1sum
    {"openid": "…"}                   type openid
    {"account": {homePage, name}}     type account:<homePage>   and what the home page is declared to hold

Only agents become accounts. A group is no person, and who it is made of is told by its members; an authority
vouches for statements and learns nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from connectors.masking import masked
from connectors.records import ACCOUNTS
from connectors.seam import Tokeniser
from connectors.xapi.bodies import Tokens, canonical
from connectors.xapi.tables import record_key

Account = dict[str, str | None]
"""A row of ``accounts`` without provenance."""


class Parties:
    """Tokens of agents and groups."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    def token(self, party: Mapping[str, Any]) -> str | None:
        """Token of an agent or identified group; None for an anonymous group, and where the identifier is blank."""
        identifier_type, value = _identifier(party)
        return self._tokens.tokens(identifier_type, [value])[0] if identifier_type else None

    def body(self, party: Mapping[str, Any]) -> bytes:
        """Who it is, as part of a statement's body: members in any order, names left out."""
        members = sorted(self.token(member) or "" for member in party.get("member", ()))
        return canonical([party.get("objectType", "Agent"), self.token(party), members])


class People(Parties):
    """The accounts that were met in landed statements; ``home_pages`` are declared to hold an identifier type."""

    def __init__(self, tokeniser: Tokeniser, home_pages: Mapping[str, str]) -> None:
        super().__init__(tokeniser)
        self._tokeniser = tokeniser
        self._home_pages = {_site(home_page): names for home_page, names in home_pages.items()}
        self._accounts: dict[str, dict[str, Any]] = {}

    def meet(self, agents: Iterable[Mapping[str, Any]], line: int) -> None:
        """Note the accounts of agents that a landed statement names, and give their names to the vault."""
        for agent in agents:
            account = self._account(agent)
            if account["account_token"] is None:  # the standard allows a blank account name, but nobody has it
                continue
            self._accounts.setdefault(
                record_key([account[name] for name in ACCOUNTS.key]), account | {"source_line": line}
            )
            if name := agent.get("name"):
                self._tokeniser.keep([account["account_token"]], "full_name", [name])

    def rows(self) -> Iterator[dict[str, Any]]:
        """Rows of ``accounts``: each account once."""
        for key, account in self._accounts.items():
            yield {"record_key": key, **account}

    def _account(self, agent: Mapping[str, Any]) -> Account:
        identifier_type, value = _identifier(agent)
        account: Account = dict.fromkeys(
            ("account_token", "identifier_type", "employee_token", "email_token", "email_sha1_token", "username_token",
             "account_home_page")
        )  # fmt: skip
        account["account_token"] = self._tokeniser.tokens(identifier_type, [value])[0]
        account["identifier_type"] = masked(identifier_type)
        if identifier_type == "email":
            account |= self._email(value)
        elif identifier_type == "mbox_sha1sum":
            account["email_sha1_token"] = account["account_token"]
        elif "account" in agent:
            account |= self._declared(agent["account"])
        return account

    def _email(self, address: str) -> Account:
        [email], [sha1] = self._tokeniser.tokens("email", [address]), self._tokeniser.email_sha1_tokens([address])
        return {"email_token": email, "email_sha1_token": sha1}

    def _declared(self, account: Mapping[str, str]) -> Account:
        """What the settings say that the names of this home page are."""
        home_page, name = account["homePage"], account["name"]
        found: Account = {"account_home_page": masked(home_page)}
        declared = self._home_pages.get(_site(home_page))
        if declared == "email":
            return found | self._email(name)
        if declared:  # a login: of the organisation, or of the tool in whose export its owner stands (moodle:user_id)
            column = "employee_token" if declared == "employee_number" else "username_token"
            found[column] = self._tokeniser.tokens(declared, [name])[0]
        return found


def _site(home_page: str) -> str:
    """What two spellings of a home page have in common: scheme and host in any case, a slash at the end or none."""
    scheme, separator, rest = home_page.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{separator}{host}".lower() + f"{slash}{path}".rstrip("/")


def _identifier(party: Mapping[str, Any]) -> tuple[str, str]:
    """(identifier type, value); two empty texts for an anonymous group."""
    if "mbox" in party:
        return "email", party["mbox"][len("mailto:") :]
    if "mbox_sha1sum" in party:
        return "mbox_sha1sum", party["mbox_sha1sum"]
    if "openid" in party:
        return "openid", party["openid"]
    if "account" in party:
        return f"account:{party['account']['homePage']}", party["account"]["name"]
    return "", ""


def is_identified(party: Mapping[str, Any]) -> bool:
    """Whether it has an identifier of its own: every agent has, an anonymous group has not."""
    return _identifier(party) != ("", "")


def agents_of(party: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The agent itself, or the members of a group."""
    return list(party.get("member", ())) if party.get("objectType") == "Group" else [party]
