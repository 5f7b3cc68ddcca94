"""Who may be one human being although no rule says so: proposed with its evidence; a person merges, or nobody does.

    vault (names, birth dates, addresses) ─┐
    people, accounts, links ───────────────┴─→ proposals → a person decides → `decisions`

contradicted  an account whose number names one person, and whose address, login or own name somebody else: nobody's
              until told
returned      two numbers of HR, one after the other, with much the same name, and one birth date, one account, or one
              address where not both birth dates are known: of who came back, or was given a new number
numbered_twice  two such numbers at one time, each of another system of HR
known_by_name accounts that HR does not know, whose name only one person in HR has, or has much like it, who has no
              such account in that tool yet

A question costs a person's time, so it is asked once per human being and only where the answer is likely to be yes or
settles what is nobody's. The `QUEUE` is as long as people will work through; the rest waits behind it.

Names are compared by Jaro and Winkler's similarity (Winkler 1990) as DuckDB has it, folded to letters without accents,
in any order of their words. It only says that two look alike, which namesakes and twins do as well: that is why
nothing merges here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pandas as pd

from identity.accounts import IDENTIFIERS
from identity.decisions import Decision
from identity.holders import holders, hr_claims
from identity.landed import landed_in
from identity.names import RULE as MISNAMED
from identity.names import name
from identity.rules import RULES
from identity.vault import Vault

LIKELY = 0.92
"""Similarity from which two names may be one: a letter more, a double name, another spelling."""
SAME_DAY = 50
"""Persons who may be born on one day; more are a placeholder's."""
QUEUE_SHARE, QUEUE_LEAST = 0.01, 20
"""Questions that are asked at a time: of a hundred people one, but these at least."""


@dataclass(frozen=True)
class Proposal:
    """``tokens`` are the two that may be one person; ``told`` is what is known of each, in clear, for who decides.

    ``also`` are further accounts of which the same is asked: one answer is for all of them.
    """

    kind: str
    tokens: tuple[str, str]
    similarity: float
    told: tuple[str, str]
    also: tuple[str, ...] = ()

    @property
    def number(self) -> str:
        """A short name of the proposal that says nothing of the persons: the same each time."""
        return hashlib.sha256("|".join(sorted(self.tokens)).encode()).hexdigest()[:8]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """What is decided by one answer."""
        return [self.tokens, *((token, self.tokens[1]) for token in self.also)]


def proposals(
    people: Path, accounts: Path, links: pd.DataFrame, vault: Vault, decisions: Iterable[Decision]
) -> list[Proposal]:
    """What waits for a decision, the likeliest first; what was decided already is left out."""
    decided = {decision.pair for decision in decisions}
    with duckdb.connect() as connection:
        connection.execute(f"create temp view people as select * from {landed_in(people)}")
        connection.execute(f"create temp view accounts as select * from {landed_in(accounts)}")
        connection.execute(f"create temp table identifiers as {_identifiers(vault)}")
        connection.register("links", links)
        claims = hr_claims(connection, people)
        is_shared = claims["token"].isin(links.loc[links["state"] == "shared", "token"])
        connection.register("held", holders(claims[~is_shared]))
        name(connection, vault)
        found = [
            Proposal(kind, (left, right), similarity, (told_left, told_right))
            for query in (_CONTRADICTED, _MISNAMED, _RETURNED, _KNOWN_BY_NAME)
            for kind, left, right, similarity, told_left, told_right in connection.sql(query).fetchall()
        ]
    waiting = [proposal for proposal in found if frozenset(proposal.tokens) not in decided]
    return sorted(_once_per_person(waiting), key=lambda proposal: (-proposal.similarity, proposal.number))


def queue(waiting: list[Proposal], persons: int) -> list[Proposal]:
    """The questions that are asked now, of a company of so many ``persons``."""
    return waiting[: max(QUEUE_LEAST, int(QUEUE_SHARE * persons))]


def _once_per_person(found: Iterable[Proposal]) -> list[Proposal]:
    """One question about each person of HR whom accounts look like, the likeliest account first."""
    asked: dict[tuple[str, str], Proposal] = {}
    for proposal in sorted(found, key=lambda each: (-each.similarity, each.tokens)):
        about = (proposal.kind, proposal.tokens[1] if proposal.kind == "known_by_name" else proposal.number)
        first = asked.setdefault(about, proposal)
        if first is not proposal and proposal.tokens[0] not in (first.tokens[0], *first.also):
            told = (f"{first.told[0]} | {proposal.told[0]}", first.told[1])
            asked[about] = replace(first, told=told, also=(*first.also, proposal.tokens[0]))
    return list(asked.values())


def _identifiers(vault: Vault) -> str:
    if not vault.has("identifiers"):
        return "select null::varchar as token, null::varchar as identifier_type, null::varchar as value where false"
    return f"select distinct token, identifier_type, value from {landed_in(vault.folder / 'identifiers')}"


def _rule_name(trust: str) -> str:
    names = ", ".join(f"'{rule.name}'" for rule in RULES)
    return f"([{names}])[{trust} + 1]"


_EMPLOYED = f"""
employed as (
    select
        person_token,
        min(coalesce(hired_date, effective_date)) as first_day,
        -- A new number keeps the day on which its owner was hired: what tells it from the old one is when HR told it.
        greatest(min(coalesce(hired_date, effective_date)), min(told_on)) as new_from,
        max(told_on) as last_day,
        list(distinct tool) as tools
    from (
        select *, case when is_complete_snapshot then cast(extracted_at as date) else effective_date end as told_on
        from people
        where not is_deleted and coalesce(employment_status, '') <> 'left'
    )
    group by person_token
),
-- A birth date that many have is what was entered where nobody knew it.
born as (
    select token, min(value) as birth_date from attributes where attribute = 'birth_date'
    group by token having count(distinct value) = 1
    qualify count(*) over (partition by min(value)) <= {SAME_DAY}
),
persons as (
    select employed.*, born.birth_date, named.name, named.folded
    from employed
    join named on named.token = employed.person_token
    left join born on born.token = employed.person_token
)
"""

_NAMED_BY = f"""
evidence as (
    {
    " union ".join(
        f"select account_token, {column} as token from accounts where {column} is not null" for column in IDENTIFIERS
    )
}
),
-- Whom an account's identifiers name; addresses that were recycled name nobody for good.
named_by as (
    select distinct evidence.account_token, held.trust, held.person_token
    from evidence join held on held.token = evidence.token
    where held.person_token is not null and held.valid_from is null and held.valid_to is null
)
"""

_RETURNED = f"""
with {_EMPLOYED}, {_NAMED_BY},
addressed as (
    select distinct email_token, person_token from people where email_token is not null
    qualify count(distinct person_token) over (partition by email_token) = 2
),
tied as (
    select one.person_token as left_token, next_one.person_token as right_token, 'born ' || one.birth_date as tie
    from persons as one join persons as next_one on next_one.birth_date = one.birth_date
    union
    select one.person_token, next_one.person_token, 'one account'
    from named_by as one join named_by as next_one using (account_token)
    union
    select one.person_token, next_one.person_token, 'one address'
    from addressed as one
    join addressed as next_one using (email_token)
    left join born as born_one on born_one.token = one.person_token
    left join born as born_next on born_next.token = next_one.person_token
    where born_one.birth_date is null or born_next.birth_date is null
)
select
    case when next_one.new_from > one.last_day then 'returned' else 'numbered_twice' end as kind,
    left_token, right_token, max(jaro_winkler_similarity(one.folded, next_one.folded)) as similarity,
    any_value(one.name || ', ' || one.first_day || ' to ' || one.last_day || ', ' || tie),
    any_value(next_one.name || ', from ' || next_one.new_from || ', ' || tie)
from tied
join persons as one on one.person_token = left_token
join persons as next_one on next_one.person_token = right_token
where
    left_token <> right_token and jaro_winkler_similarity(one.folded, next_one.folded) >= {LIKELY}
    and (
        next_one.new_from > one.last_day
        -- One system gives two numbers to two people, however alike they are.
        or (
            one.new_from <= next_one.last_day and (one.new_from, left_token) < (next_one.new_from, right_token)
            and not list_has_any(one.tools, next_one.tools)
        )
    )
    and not exists (
        select 1 from links as a join links as b on a.person_key = b.person_key
        where a.token = left_token and b.token = right_token
    )
group by all
"""

_KNOWN_BY_NAME = f"""
with {_EMPLOYED},
-- Who has an account of a kind in a tool: few have two.
seated as (
    select distinct accounts.tool, accounts.identifier_type, links.person_key
    from accounts join links on links.token = accounts.account_token where links.state = 'resolved'
),
strangers as (
    select distinct links.token, accounts.tool, accounts.identifier_type, named.name, named.folded
    from links
    join named on named.token = links.token
    left join accounts on accounts.account_token = links.token
    where links.state = 'unmatched'
),
alike as (
    select
        strangers.token, strangers.tool, strangers.identifier_type, strangers.name as stranger,
        persons.person_token, persons.name,
        max(jaro_winkler_similarity(strangers.folded, persons.folded)) as similarity
    from strangers join persons on strangers.folded[1] = persons.folded[1]
    where jaro_winkler_similarity(strangers.folded, persons.folded) >= {LIKELY}
    group by all
),
-- The likeliest person only, and none where two are equally likely.
likeliest as (
    select * from alike
    qualify similarity = max(similarity) over (partition by token)
        and count(distinct person_token) over (partition by token, similarity) = 1
),
vacant as (
    select likeliest.*
    from likeliest
    join links as own on own.token = likeliest.person_token
    anti join seated on seated.tool = likeliest.tool and seated.identifier_type = likeliest.identifier_type
        and seated.person_key = own.person_key
)
select
    'known_by_name', token, person_token, max(similarity),
    any_value(stranger || coalesce(', ' || (
        select string_agg(distinct value, ', ' order by value)
        from identifiers join accounts on identifiers.token = accounts.email_token
        where accounts.account_token = vacant.token
    ), '')),
    any_value(name || coalesce(', ' || (
        select string_agg(distinct value, ', ' order by value)
        from identifiers join people on identifiers.token = people.email_token
        where people.person_token = vacant.person_token
    ), ''))
from vacant group by token, person_token
"""


def _strongest_of(rule: str) -> str:
    """Whom the most trusted identifiers of an account name that is nobody's by this rule."""
    return f"""
with {_EMPLOYED}, {_NAMED_BY},
strongest as (
    select named_by.*
    from named_by join links on links.token = named_by.account_token and links.rule = '{rule}'
    qualify named_by.trust = min(named_by.trust) over (partition by account_token)
)"""


_CONTRADICTED = f"""
{_strongest_of("contradicted")}
select
    'contradicted', strongest.account_token, strongest.person_token, 1.0,
    'account that ' || string_agg(distinct {_rule_name("named_by.trust")} || ' gives to ' || other.name, ', '),
    any_value(one.name || ', by ' || {_rule_name("strongest.trust")})
from strongest
join named_by on named_by.account_token = strongest.account_token and named_by.trust > strongest.trust
    and named_by.person_token <> strongest.person_token
join persons as one on one.person_token = strongest.person_token
join persons as other on other.person_token = named_by.person_token
group by strongest.account_token, strongest.person_token
"""

_MISNAMED = f"""
{_strongest_of(MISNAMED)}
select
    'contradicted', strongest.account_token, strongest.person_token, 1.0,
    'account that is called ' || string_agg(distinct named.name, ', '),
    any_value(persons.name || ', by ' || {_rule_name("strongest.trust")})
from strongest
join named on named.token = strongest.account_token
join persons using (person_token)
group by strongest.account_token, strongest.person_token
"""
