"""Whose each account is: the strongest rule that matches it with HR, on the days for which that holds.

    accounts, mentions → evidence (account, token, days) ─┐
    holders (whose each identifier was on a day) ─────────┴─→ claims by the strongest rule → links

Two candidates under the strongest rule at one time make an account ambiguous for that time, and a weaker rule does not
get to decide what a stronger one left open. Accounts that HR does not know are one person where they share an
identifier with each other, and stay ``unmatched``: they count as learners, not as matches.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from identity.landed import landed_in
from identity.rules import RULES
from identity.timelines import ALWAYS, STILL, Claim, dated, day_of, timeline

ANCHORED = ["token", "anchor", "rule", "confidence", "state", "valid_from", "valid_to"]
"""Links before they have keys: tokens with one anchor are one person; where nobody can tell, ``anchor`` is None."""

IDENTIFIERS = ("account_token", "employee_token", "email_token", "email_sha1_token", "username_token")


def evidence(
    connection: duckdb.DuckDBPyConnection, accounts: Path, mentions: Iterable[tuple[Path, str]], known: pd.Series
) -> pd.DataFrame:
    """(account_token, token, first_seen, last_seen): every identifier that tools hold of an account, its own included.

    ``mentions`` are (folder, column) of records that name persons; a token that stands in them only, and is not
    ``known`` to HR, is an account of which nothing else is known.
    """
    connection.execute(f"create or replace temp view accounts as select * from {landed_in(accounts)}")
    held = " union all ".join(
        f"select account_token, {column} as token, cast(extracted_at as date) as seen from accounts"
        for column in IDENTIFIERS
    )
    found = connection.sql(
        f"""
        select account_token, token, min(seen) as first_seen, max(seen) as last_seen
        from ({held}) where token is not null group by account_token, token order by all
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
    """Accounts that HR knows by one of their identifiers, one row per account and stretch of days; ANCHORED."""
    connection.register("found", found[~found["account_token"].isin(held["token"])])
    connection.register("held", held)
    claims = connection.sql(
        """
        select found.account_token, held.trust, found.token, held.person_token, held.valid_from, held.valid_to,
               found.first_seen, found.last_seen
        from found join held on held.token = found.token
        qualify held.trust = min(held.trust) over (partition by found.account_token)
        order by all
        """
    ).df()
    alone = claims.groupby("account_token")["token"].transform("size") == 1
    undated = claims[alone]
    simple = pd.DataFrame(
        {"token": undated["account_token"], "anchor": undated["person_token"], "trust": undated["trust"]}
    )
    told = pd.DataFrame(_told(claims[~alone]), columns=["token", "trust", "anchor", "valid_from", "valid_to"])
    return _ruled(pd.concat([simple.assign(valid_from=None, valid_to=None), told], ignore_index=True))


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
    """When the account had each identifier: one after the other, or always where they were seen together."""
    seen = rows.drop_duplicates("token").sort_values(["first_seen", "token"])
    tokens, first, last = (seen[name].tolist() for name in ("token", "first_seen", "last_seen"))
    follow = all(last[place] < first[place + 1] for place in range(len(tokens) - 1))
    if not follow:
        return dict.fromkeys(tokens, (ALWAYS, STILL))
    starts = [ALWAYS, *(day_of(moment, ALWAYS) for moment in first[1:])]
    return dict(zip(tokens, zip(starts, [*starts[1:], STILL], strict=True), strict=True))


def _ruled(links: pd.DataFrame) -> pd.DataFrame:
    trust = links["trust"].to_numpy(dtype=int)
    is_told = links["anchor"].notna()
    names = np.array([rule.name for rule in RULES])
    confidences = np.array([rule.confidence for rule in RULES])
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
