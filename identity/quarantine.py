"""Accounts that several people use: kept from being anybody's until a person decides.

    holders, evidence, vault, use ──→ quarantined: token, rule

shared_by_several       three persons of HR or more hold the identifier at one time; or the tool calls one account by
                        three numbers, or by three names that share no word and no look; or it writes one identifier,
                        which HR doesn't know, into three accounts (a placeholder)
shared_role             its logins and addresses are named after roles, things and places only, and no number is known
shared_round_the_clock  used in more hours than one human being is awake, day after day
shared_in_parallel      used in several sessions within the same five minutes, day after day

Two who share something are a conflict that somebody can settle; three are a mailbox, a desk or a kiosk. What is
quarantined loses no record: its records stay, as nobody's, with this reason on the link. An employee number is never
quarantined, since it is HR's word for one human being.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import duckdb
import pandas as pd

from identity.decisions import Decision
from identity.landed import landed_in
from identity.names import ALIKE
from identity.role_names import is_role, words_of
from identity.vault import Vault

SEVERAL = 3
"""Persons from which something is shared and not contested."""
AWAKE_HOURS, WEEK_HOURS = 19, 98
"""Hours of a day, and of seven days, in which more happens than one human being does: 98 is 14 a day without a rest."""
SESSIONS = 3
"""Sessions at one time; many have two windows open."""
DAYS = 3
"""Days on which it happens before it counts: a night shift, a jet lag or a wrong clock is no kiosk."""

_CONTESTED = f"""
with held as (
    select token, person_token, min(since) as since, max(coalesce(until, date '9999-12-31')) as until
    from claims where trust > 0 group by token, person_token
),
-- One more from the first day on, one less from the last; of a day, who goes is gone before another comes.
changes as (
    select token, since as day, 1 as change from held
    union all
    select token, until, -1 from held
),
counted as (
    select token, sum(change) over (partition by token order by day, change rows unbounded preceding) as persons
    from changes
)
select distinct token from counted where persons >= {SEVERAL}
"""
"""Counted in one sweep and not by pairs: a placeholder may stand beside every person there is."""

_NUMBERED = f"""
select account_token from accounts where employee_token is not null
group by account_token, cast(extracted_at as date) having count(distinct employee_token) >= {SEVERAL}
"""

_CROWDED = "select token from crowded anti join hr_tokens using (token)"
"""What many accounts of one tool carry and HR has never heard of: what people type where they have nothing."""

_NAMED = f"""
with names as (
    select distinct
        token, strip_accents(lower(value)) as name,
        string_split_regex(strip_accents(lower(value)), '[^\\p{{{{L}}}}]+') as words
    from {{attributes}} where attribute = 'full_name' and token in (select account_token from accounts)
),
-- Who marries keeps a name, and who is spelled otherwise most of the letters.
unlike as (
    select one.token, one.name, other.name as other_name
    from names as one join names as other
        on other.token = one.token and one.name < other.name and not list_has_any(one.words, other.words)
        and jaro_winkler_similarity(one.name, other.name) < {ALIKE}
)
select distinct one.token
from unlike as one
join unlike as two on two.token = one.token and two.name = one.other_name
join unlike as three on three.token = one.token and three.name = one.name and three.other_name = two.other_name
"""

_USED = f"""
with days as (
    select token, day, bit_count(bit_or(hours)) as hours, max(parallel) as parallel from {{use}} group by token, day
),
weeks as (
    select token, sum(hours) as hours from days group by token, date_trunc('week', day)
)
select token, 'shared_round_the_clock' as rule from days where hours >= {AWAKE_HOURS}
group by token having count(*) >= {DAYS}
union all
select distinct token, 'shared_round_the_clock' from weeks where hours >= {WEEK_HOURS}
union all
select token, 'shared_in_parallel' from days where parallel >= {SESSIONS}
group by token having count(*) >= {DAYS}
"""


def quarantined(
    connection: duckdb.DuckDBPyConnection,
    claims: pd.DataFrame,
    found: pd.DataFrame,
    vault: Vault,
    use: Path | None,
    decisions: Iterable[Decision],
) -> dict[str, str]:
    """Token → rule. ``claims`` are HR's, ``found`` is the evidence of accounts, ``use`` summaries."""
    connection.register("claims", claims)
    queries = (_CONTESTED, _NUMBERED, _CROWDED, _names(vault))
    several = set().union(*(_tokens(connection, query) for query in queries))
    roles = _role_named(connection, vault, _places(connection))
    rules = dict.fromkeys(sorted(roles), "shared_role") | _used(connection, use)
    rules |= dict.fromkeys(sorted(several), "shared_by_several")
    numbers = set(claims.loc[claims["trust"] == 0, "token"])
    held = _with_hashes(connection, {token: rule for token, rule in rules.items() if token not in numbers})
    return _decided(_of_accounts(found, held, roles), list(decisions))


def _tokens(connection: duckdb.DuckDBPyConnection, query: str) -> set[str]:
    return {token for (token, *_) in connection.sql(query).fetchall()} if query else set()


def _names(vault: Vault) -> str:
    return _NAMED.format(attributes=landed_in(vault.folder / "attributes")) if vault.has("attributes") else ""


def _used(connection: duckdb.DuckDBPyConnection, use: Path | None) -> dict[str, str]:
    if use is None or not any(use.glob("*/*/*.parquet")):
        return {}
    return dict(connection.sql(_USED.format(use=landed_in(use))).fetchall())


def _role_named(connection: duckdb.DuckDBPyConnection, vault: Vault, places: frozenset[str]) -> set[str]:
    if not vault.has("identifiers"):
        return set()
    values = connection.sql(
        f"select distinct token, value from {landed_in(vault.folder / 'identifiers')} "
        "where identifier_type not in ('employee_number', 'mbox_sha1sum') and regexp_matches(value, '[[:alpha:]]{2}')"
    ).fetchall()
    return {token for token, value in values if is_role(value, places)}


def _places(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    return words_of(
        [site for (site,) in connection.sql("select distinct site from people where site is not null").fetchall()]
    )


def _with_hashes(connection: duckdb.DuckDBPyConnection, rules: dict[str, str]) -> dict[str, str]:
    """A hash of an address is as shared as the address."""
    pairs = connection.sql(
        "select distinct email_token, email_sha1_token from accounts where email_sha1_token is not null "
        "union select distinct email_token, email_sha1_token from people where email_sha1_token is not null"
    ).fetchall()
    return {hashed: rules[email] for email, hashed in pairs if email in rules} | rules


def _of_accounts(found: pd.DataFrame, rules: dict[str, str], roles: set[str]) -> dict[str, str]:
    """Shared identifiers, and the accounts of which nothing is known but those."""
    others = found[found["token"] != found["account_token"]]
    is_shared = others["token"].isin(list(rules))
    whole = is_shared.groupby(others["account_token"]).transform("all")
    first = others[whole].drop_duplicates("account_token")
    of_accounts = dict(zip(first["account_token"], first["token"].map(rules), strict=True))
    # An account that goes by a role's name and is known by somebody's number or address besides is that somebody's.
    known = set(others.loc[~is_shared, "account_token"])
    return of_accounts | {token: rule for token, rule in rules.items() if token not in roles & known}


def _decided(rules: dict[str, str], decisions: list[Decision]) -> dict[str, str]:
    """``shared`` puts an account into quarantine; ``personal``, or somebody whom it is the same as, takes it out."""
    free = {token for each in decisions if each.merges or each.decision == "personal" for token in each.tokens}
    put = {each.tokens[0]: "decision" for each in decisions if each.decision == "shared"}
    return {token: rule for token, rule in rules.items() if token not in free} | put
