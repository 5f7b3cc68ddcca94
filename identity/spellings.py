"""Identifiers that were spelt in another way before they became tokens.

Employee numbers as spreadsheets leave them: 001042 that became 1042, or 1042.0. A number that HR doesn't know, and that
is exactly one of HR's numbers once leading zeros are gone from both, is that number. Where HR has both 042 and 42,
nothing is: they are two persons.

Hashes of addresses with capitals in them. Addresses are compared without case, and a hash can't be: `mbox_sha1sum` of
Ann.Lee@example.com isn't that of ann.lee@example.com. So addresses that are known are hashed again in the ways in which
they were typed anywhere, and in those in which people and directories usually write them. To have the hash proves
that somebody hashed just that spelling; that it is the same mailbox is believed of the address in clear as well.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

import duckdb
import pandas as pd

from identity.landed import landed_in
from identity.tokens import mbox_sha1sum
from identity.vault import SPELLING, Vault

_RESPELLED = """
with numbers as (
    select distinct token, ltrim(regexp_replace(value, '[.,]0+$', ''), '0') as bare
    from {identifiers} where identifier_type = 'employee_number' and regexp_matches(value, '^[0-9]+([.,]0+)?$')
),
hr as (
    select bare, min(token) as number_token
    from numbers where token in (select token from hr_numbers) and bare <> ''
    group by bare having count(*) = 1
)
select numbers.token, hr.number_token
from numbers join hr using (bare) anti join hr_numbers using (token)
order by all
"""


def respelled(
    connection: duckdb.DuckDBPyConnection, found: pd.DataFrame, claims: pd.DataFrame, vault: Vault
) -> pd.DataFrame:
    """The evidence of accounts, with HR's token beside that of each number which only lost its zeros."""
    if not vault.has("identifiers"):
        return found
    connection.register("hr_numbers", claims.loc[claims["trust"] == 0, ["token"]].drop_duplicates())
    numbers = connection.sql(_RESPELLED.format(identifiers=landed_in(vault.folder / "identifiers"))).df()
    more = found.merge(numbers, on="token")
    return pd.concat([found, more.assign(token=more["number_token"])[found.columns]], ignore_index=True)


_HASHES = """
select distinct token, value from {identifiers}
where identifier_type = 'mbox_sha1sum' and token in (select token from found)
    and token not in (select hash_token from known_hashes)
"""
"""Hashes that accounts have, and that are of no address in the letters in which addresses are compared."""

_KNOWN = """
create or replace temp table known_hashes as
select email_token, email_sha1_token as hash_token from people
where email_token is not null and email_sha1_token is not null
union
select email_token, email_sha1_token from accounts where email_token is not null and email_sha1_token is not null
"""

_ADDRESSES = """
select known_hashes.hash_token, known.value
from ({spellings}) as known join known_hashes on known_hashes.email_token = known.token
"""
_IN_ANY_LETTERS = "select distinct token, value from {identifiers} where identifier_type = 'email'"
_AS_TYPED = f"select distinct token, value from {{attributes}} where attribute = '{SPELLING}'"
_STARTS = re.compile(r"(?:^|(?<=[._'-]))[^\W\d_]")


def rehashed(connection: duckdb.DuckDBPyConnection, found: pd.DataFrame, vault: Vault) -> pd.DataFrame:
    """The evidence of accounts, with the hash by which an address is known beside that of another spelling of it.

    Of a hash that two addresses could be spelt into, nobody can say whose it is: it is left alone. The views ``people``
    and ``accounts`` say which hash goes with which address.
    """
    if not vault.has("identifiers"):
        return found
    connection.register("found", found)
    connection.execute(_KNOWN)
    identifiers = landed_in(vault.folder / "identifiers")
    sent = {value: token for token, value in connection.sql(_HASHES.format(identifiers=identifiers)).fetchall()}
    if not sent:
        return found
    known: dict[str, set[str]] = defaultdict(set)
    for hashed, address in _addresses(connection, vault):
        if token := sent.get(mbox_sha1sum(address)):
            known[token].add(hashed)
    meant = {token: hashes.pop() for token, hashes in known.items() if len(hashes) == 1}
    more = found[found["token"].isin(list(meant))]
    return pd.concat([found, more.assign(token=more["token"].map(meant))], ignore_index=True)


def _addresses(connection: duckdb.DuckDBPyConnection, vault: Vault) -> Iterator[tuple[str, str]]:
    """Token of the hash by which an address is known, and a way to spell the address."""
    plain = _IN_ANY_LETTERS.format(identifiers=landed_in(vault.folder / "identifiers"))
    for hashed, address in connection.sql(_ADDRESSES.format(spellings=plain)).fetchall():
        yield from ((hashed, spelling) for spelling in _usual_spellings(address))
    if vault.has("attributes"):
        typed = _AS_TYPED.format(attributes=landed_in(vault.folder / "attributes"))
        yield from connection.sql(_ADDRESSES.format(spellings=typed)).fetchall()


def _usual_spellings(address: str) -> set[str]:
    """First.Last@ and First.last@ before a domain in small letters, and all in capitals."""
    mailbox, _, domain = address.rpartition("@")
    names = _STARTS.sub(lambda start: start[0].upper(), mailbox)
    mailboxes = (names, mailbox[:1].upper() + mailbox[1:], mailbox.upper())
    return {f"{spelt}@{domain}" for spelt in mailboxes} | {address.upper()}
