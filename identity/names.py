"""What accounts and persons are called: an account under a name that is not its person's is nobody's.

    vault (names) → named ─┐
    accounts' links ───────┴─→ misnamed: accounts that a name speaks against

A number that was pasted a row too low, or a colleague's address, is a good identifier of the wrong person, and where
nothing else is known of the account, no other identifier says so. Its name does. A name proves nobody right, since
namesakes have it too; one that shares no word with any of the person's names, and no look, is one witness against.
It is heard where a tool's names are those that HR has: not where they are aliases, numbers or of another script.
"""

from __future__ import annotations

import duckdb
import pandas as pd

from identity.landed import landed_in
from identity.rules import ADDRESS
from identity.vault import Vault

RULE = "contradicted_by_name"
ALIKE = 0.75
"""Similarity (Jaro and Winkler) under which two names are of two people and no spelling of one."""
BELIEVED = 0.9
"""Of the accounts of a tool that have a name: so many are called like their persons, or its names say nothing."""

FOLDED = """array_to_string(list_sort(string_split_regex(trim(regexp_replace(
        strip_accents(lower(value)), '[^\\p{L}]+', ' ', 'g'
    )), ' +')), ' ')"""
"""The words of a ``value`` as sorted letters without accents or case, in SQL."""


def is_alike(one: str, other: str) -> str:
    """Whether two names may be one human being's, in SQL; each has ``words`` and ``folded``."""
    return (
        f"(list_has_any({one}.words, {other}.words) "
        f"or jaro_winkler_similarity({one}.folded, {other}.folded) >= {ALIKE})"
    )


_NAMED = f"""
create or replace temp table named as
with told as (
    select token, attribute, value from attributes where trim(value) <> ''
),
whole as (
    select token, value from told where attribute = 'full_name'
    union
    select given.token, given.value || ' ' || family.value
    from told as given join told as family using (token)
    where given.attribute = 'given_name' and family.attribute = 'family_name'
)
select distinct token, value as name, {FOLDED} as folded
from whole
"""

_MISNAMED = f"""
with anchors as (
    select distinct token, anchor from links where anchor is not null
),
latin as (
    select token, folded, string_split(folded, ' ') as words from named where regexp_matches(folded, '\\p{{Latin}}')
),
-- A person may have several numbers by decision, and an account several names and owners, one after the other.
compared as (
    select
        anchors.token,
        bool_or({is_alike("own", "theirs")}) as is_alike
    from anchors
    join latin as own on own.token = anchors.token
    join held as numbers on numbers.trust = 0 and numbers.person_token = anchors.anchor
    join latin as theirs on theirs.token = numbers.token
    group by anchors.token
),
believed as (
    select accounts.tool
    from (select distinct tool, account_token from accounts) as accounts
    join compared on compared.token = accounts.account_token
    group by accounts.tool having avg(cast(is_alike as integer)) >= {BELIEVED}
),
unlike as (
    select token from compared where not is_alike
    and token in (select account_token from accounts where tool in (select tool from believed))
),
witnesses as (
    select
        found.account_token as token, least(held.trust, {ADDRESS}) as bearing,
        bool_or(anchors.anchor is not null) as is_for
    from found
    join held on held.token = found.token and held.person_token is not null
    left join anchors on anchors.token = found.account_token and anchors.anchor = held.person_token
    where found.account_token in (select token from unlike)
    group by all
)
select token from witnesses group by token
having count(*) filter (is_for) <= count(*) filter (not is_for) + 1 order by token
"""
"""The name is one witness more against whom an account's identifiers name; they must be more than all against them."""


def name(connection: duckdb.DuckDBPyConnection, vault: Vault) -> None:
    """Make the table ``named``: token, name, and its words as sorted letters without accents or case."""
    attributes = landed_in(vault.folder / "attributes")
    source = f"select distinct token, attribute, value from {attributes}"
    nothing = "select null::varchar as token, null::varchar as attribute, null::varchar as value where false"
    connection.execute(f"create or replace temp table attributes as {source if vault.has('attributes') else nothing}")
    connection.execute(_NAMED)


def misnamed(
    connection: duckdb.DuckDBPyConnection, links: pd.DataFrame, found: pd.DataFrame, held: pd.DataFrame
) -> list[str]:
    """Accounts of the ``links`` whose name speaks against their persons; reads ``named`` and ``accounts``."""
    connection.register("links", links)
    connection.register("found", found)
    connection.register("held", held)
    return [token for (token,) in connection.sql(_MISNAMED).fetchall()]
