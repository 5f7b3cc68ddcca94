"""Whose each account is: the strongest rule that matches it with HR, on the days for which that holds.

    accounts, mentions → evidence (account, token, days) ─┐
    holders (whose each identifier was on a day) ─────────┴─→ claims by the strongest rule → links

Two candidates under the strongest rule at one time make an account ambiguous for that time, and a weaker rule does not
get to decide what a stronger one left open. Where weaker identifiers name somebody else, and as many of them, the
account is ambiguous too: a number that was mistyped is somebody's number. Accounts that HR does not know are one
person where they share an identifier with each other, and stay ``unmatched``: they count as learners, not as matches.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from identity.landed import landed_in
from identity.rules import ADDRESS, ALIAS, RULES
from identity.timelines import ALWAYS, STILL, Claim, dated, day_of, timeline

ANCHORED = ["token", "anchor", "rule", "confidence", "state", "valid_from", "valid_to"]
"""Links before they have keys: tokens with one anchor are one person; where nobody can tell, ``anchor`` is None."""

SEEN = ("first_seen", "last_seen")
CROWD = 3
"""Accounts of one tool from which an identifier that all of them carry tells none of them: a placeholder, a contact."""
NUMBER_CROWD = 10
"""The same of a number that HR knows: a tool may have made an account anew each season, and a number is HR's word."""

IDENTIFIERS = ("account_token", "employee_token", "email_token", "email_sha1_token", "username_token")


_CROWDED = f"""
create or replace temp table crowded as
select tool, identifier_type, token
from evidence left join hr_tokens using (token)
where token <> account_token
group by all
having count(distinct account_token)
    >= case when bool_or(is_number and hr_tokens.token is not null) then {NUMBER_CROWD} else {CROWD} end
"""


def evidence(
    connection: duckdb.DuckDBPyConnection, accounts: Path, mentions: Iterable[tuple[Path, str]], known: pd.Series
) -> pd.DataFrame:
    """(account_token, token, first_seen, last_seen): every identifier that tools hold of an account, its own included.

    ``mentions`` are (folder, column) of records that name persons; a token that stands in them only, and is not
    ``known`` to HR, is an account of which nothing else is known.
    """
    connection.execute(f"create or replace temp view accounts as select * from {landed_in(accounts)}")
    held = " union all ".join(
        "select tool, identifier_type, account_token, cast(extracted_at as date) as seen, "
        f"{column} as token, {column == 'employee_token'} as is_number from accounts where {column} is not null"
        for column in IDENTIFIERS
    )
    connection.execute(f"create or replace temp table evidence as {held}")
    connection.register("hr_tokens", known.drop_duplicates().to_frame("token"))
    connection.execute(_CROWDED)
    found = connection.sql(
        """
        select account_token, token, min(seen) as first_seen, max(seen) as last_seen
        from evidence anti join crowded using (tool, identifier_type, token)
        group by account_token, token order by all
        """
    ).df()
    return pd.concat([found, _mentioned(connection, mentions, found, known)], ignore_index=True)


def _mentioned(
    connection: duckdb.DuckDBPyConnection, mentions: Iterable[tuple[Path, str]], found: pd.DataFrame, known: pd.Series
) -> pd.DataFrame:
    parts = [f"select {column} as token from {landed_in(folder)}" for folder, column in mentions]
    if not parts:
        return found.head(0)
    connection.register("known", pd.concat([known, found["account_token"], found["token"]]).to_frame("token"))
    return connection.sql(
        f"""
        select distinct token as account_token, token, cast(null as date) as first_seen, cast(null as date) as last_seen
        from ({" union all ".join(parts)}) anti join known using (token)
        where token is not null order by all
        """
    ).df()


def matched(connection: duckdb.DuckDBPyConnection, found: pd.DataFrame, held: pd.DataFrame) -> pd.DataFrame:
    """Accounts that are known by one of the identifiers ``held``, one row per account and stretch of days; ANCHORED."""
    claims = _claims(connection, found[~found["account_token"].isin(held["token"])], held)
    contradicted = contradictions(connection, claims)
    trust = claims["trust"]
    claims = claims[trust == trust.groupby(claims["account_token"]).transform("min")]
    claims = claims[~claims["account_token"].isin(contradicted)]
    alone = claims.groupby("account_token")["token"].transform("size") == 1
    undated = claims[alone]
    simple = pd.DataFrame(
        {"token": undated["account_token"], "anchor": undated["person_token"], "trust": undated["trust"]}
    )
    told = pd.DataFrame(_told(claims[~alone]), columns=["token", "trust", "anchor", "valid_from", "valid_to"])
    links = _ruled(pd.concat([simple.assign(valid_from=None, valid_to=None), told], ignore_index=True))
    return pd.concat([links, nobodys(dict.fromkeys(contradicted, "contradicted"), "ambiguous")], ignore_index=True)


def _claims(connection: duckdb.DuckDBPyConnection, found: pd.DataFrame, held: pd.DataFrame) -> pd.DataFrame:
    connection.register("found", found)
    connection.register("held", held)
    claims = connection.sql(
        """
        select found.account_token, held.trust, found.token, held.person_token, held.valid_from, held.valid_to,
               found.first_seen, found.last_seen
        from found join held on held.token = found.token
        order by all
        """
    ).df()
    return claims.assign(**{name: pd.to_datetime(claims[name]) for name in ("valid_from", "valid_to", *SEEN)})


def contradictions(connection: duckdb.DuckDBPyConnection, claims: pd.DataFrame) -> list[str]:
    """Accounts whose identifiers name different persons, where no more of them name the strongest one's than another.

    One identifier against one: either was mistyped, and nobody can tell which. An address and its hash are one. What
    names the strongest one's person on any day (an address that was theirs) is no contradiction.
    """
    if not (claims.groupby("account_token")["person_token"].nunique() > 1).any():
        return []
    connection.register("claims", claims)
    return [
        account
        for (account,) in connection.sql(
            f"""
            with named as (
                select
                    account_token, token, least(trust, {ADDRESS}) as bearing, person_token,
                    trust = min(trust) over (partition by account_token) as is_strongest,
                    coalesce(valid_from <= last_seen, true) and coalesce(valid_to > first_seen, true) as is_of_the_days
                from claims where person_token is not null
            ),
            strongest as (select distinct account_token, person_token from named where is_strongest),
            bearings as (
                select named.account_token, named.bearing, max(strongest.person_token is not null) as is_for
                from named left join strongest using (account_token, person_token)
                group by all
            ),
            against as (
                select named.account_token, named.person_token, count(distinct named.bearing) as bearings
                from named join bearings using (account_token, bearing)
                where named.is_of_the_days and not bearings.is_for
                group by all
            ),
            supported as (
                select account_token, count(*) filter (is_for) as bearings from bearings group by account_token
            )
            select distinct against.account_token
            from against join supported using (account_token)
            where against.bearings >= supported.bearings order by all
            """
        ).fetchall()
    ]


def nobodys(rules: Mapping[str, str], state: str) -> pd.DataFrame:
    """Links of what is nobody's, and why: token → rule; ANCHORED."""
    links = pd.DataFrame(list(rules.items()), columns=["token", "rule"], dtype=object)
    return links.assign(anchor=None, confidence=0.0, state=state, valid_from=None, valid_to=None)[ANCHORED]


def vouched(found: pd.DataFrame, held: pd.DataFrame, links: pd.DataFrame) -> pd.DataFrame:
    """Identifiers that HR doesn't know, on accounts of one person whom it knows: held by that person, as an alias.

    A tool that has an employee number and a private address in one account says whose the address is in every tool.
    """
    carried = found[~found["token"].isin(held["token"])].merge(
        links[["token", "anchor", "valid_from"]].rename(columns={"token": "account_token"}), on="account_token"
    )
    by_token = carried.groupby("token")
    is_told = (by_token["anchor"].transform("nunique") == 1) & by_token["anchor"].transform("count").eq(
        by_token["anchor"].transform("size")
    )
    told = carried[is_told & ~carried["valid_from"].notna().groupby(carried["token"]).transform("any")]
    alias = told.drop_duplicates("token")
    return pd.DataFrame(
        {"token": alias["token"], "trust": len(RULES), "person_token": alias["anchor"], "valid_from": None}
    ).assign(valid_to=None)


def _told(claims: pd.DataFrame) -> Iterator[tuple[object, ...]]:
    """What the identifiers of one account, each on its days, say together."""
    for (account, trust), rows in claims.groupby(["account_token", "trust"], sort=True):
        days = _days_of_use(rows)
        together = [
            Claim(
                None if pd.isna(row.person_token) else row.person_token,
                max(day_of(row.valid_from, ALWAYS), days[row.token][0]),
                min(day_of(row.valid_to, STILL), days[row.token][1]),
            )
            for row in rows.itertuples(index=False)
        ]
        for stretch in timeline(together):
            yield account, trust, stretch.person, *dated(stretch)


def _days_of_use(rows: pd.DataFrame) -> dict[str, tuple[date, date]]:
    """When the account had each identifier: one after the other, or always where they were seen together.

    Nobody can tell on which day between two exports the one followed the other.
    """
    seen = rows.drop_duplicates("token").sort_values(["first_seen", "token"])
    tokens, first, last = (seen[name].tolist() for name in ("token", "first_seen", "last_seen"))
    follow = all(last[place] < first[place + 1] for place in range(len(tokens) - 1))
    if not follow:
        return dict.fromkeys(tokens, (ALWAYS, STILL))
    starts = [ALWAYS, *(day_of(moment, ALWAYS) for moment in first[1:])]
    ends = [*(day_of(moment, STILL) + timedelta(days=1) for moment in last[:-1]), STILL]
    return dict(zip(tokens, zip(starts, ends, strict=True), strict=True))


def _ruled(links: pd.DataFrame) -> pd.DataFrame:
    trust = links["trust"].to_numpy(dtype=int)
    is_told = links["anchor"].notna()
    names = np.array([rule.name for rule in (*RULES, ALIAS)])
    confidences = np.array([rule.confidence for rule in (*RULES, ALIAS)])
    return links.assign(
        rule=names[trust],
        confidence=np.where(is_told, confidences[trust], 0.0),
        state=np.where(is_told, "resolved", "ambiguous"),
    )[ANCHORED]


def unmatched(found: pd.DataFrame) -> pd.DataFrame:
    """Accounts that HR does not know: those that share an identifier, directly or over others, are one person."""
    accounts, account_names = pd.factorize(found["account_token"])
    tokens, token_names = pd.factorize(found["token"])
    size = len(account_names) + len(token_names)
    edges = coo_matrix(
        (np.ones(len(found), dtype=np.int8), (accounts, tokens + len(account_names))), shape=(size, size)
    )
    _, component = connected_components(edges, directed=False)
    frame = pd.DataFrame(
        {"token": np.asarray(account_names, dtype=object), "component": component[: len(account_names)]}
    )
    frame["anchor"] = frame.groupby("component")["token"].transform("min")
    shared = frame.groupby("component")["token"].transform("size") > 1
    return frame.assign(
        rule=np.where(shared, "shared_identifier", "own_account"),
        confidence=np.where(shared, 0.9, 1.0),
        state="unmatched",
        valid_from=None,
        valid_to=None,
    )[ANCHORED]


def known_by(connection: duckdb.DuckDBPyConnection, found: pd.DataFrame, links: pd.DataFrame) -> pd.DataFrame:
    """The identifiers that accounts are known by and HR is not: they stand for whoever the account stands for.

    Where accounts of two persons are known by one, it is ambiguous; where one account is somebody's on some days
    only, so is its identifier. ``links`` are ANCHORED; so is what is returned.
    """
    connection.register("found", found)
    connection.register("links", links)
    return connection.sql(
        """
        with claims as (
            select found.token, links.* exclude (token), links.token as account_token
            from found join links on links.token = found.account_token
            anti join links as linked on linked.token = found.token
        ),
        agreement as (
            select
                token,
                count(distinct anchor) = 1 and count(*) = count(anchor) and count(valid_from) + count(valid_to) = 0
                    as is_one_person,
                count(distinct account_token) = 1 as is_one_account
            from claims group by token
        )
        select
            token, arg_max(anchor, confidence) as anchor, arg_max(rule, confidence) as rule,
            max(confidence) as confidence, min(state) as state, cast(null as date) as valid_from,
            cast(null as date) as valid_to
        from claims join agreement using (token) where is_one_person group by token
        union all
        select token, anchor, rule, confidence, state, valid_from, valid_to
        from claims join agreement using (token) where not is_one_person and is_one_account
        union all
        select token, null, arg_max(rule, confidence), 0, 'ambiguous', null, null
        from claims join agreement using (token) where not is_one_person and not is_one_account group by token
        order by all
        """
    ).df()
