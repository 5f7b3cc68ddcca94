"""Two numbers a row, each row one human being: what a change of numbers leaves behind, looked at before it is believed.

    pairs of tokens + people + vault → pairs that HR's own word speaks against, and numbers that HR never told

When HR gives everybody a new number, one question per human being is no review. Whoever changed the numbers has a list
of them, and its rows are decisions like any other (`decisions`). A list that slipped by a row would fuse everybody with
a colleague, though, and nothing later would look odd: so names and birth dates are heard first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

from identity.landed import landed_in
from identity.names import is_alike, name
from identity.vault import Vault


@dataclass(frozen=True)
class Looked:
    """Places of pairs, from 0: those that are ``unlike``, and those whose one or other number HR never told."""

    unlike: tuple[int, ...]
    untold: tuple[tuple[int, ...], tuple[int, ...]]


def looked_at(pairs: Sequence[tuple[str, str]], people: Path, vault: Vault) -> Looked:
    """What HR tells of the ``pairs`` of tokens. A pair of which it tells no names and no birth dates is believed.

    Two names are of one human being if any of their spellings share a word or look alike. Who married and changed the
    whole name is known by an address, a login or a birth date that both numbers have.
    """
    with duckdb.connect() as connection:
        connection.execute(f"create temp view people as select * from {landed_in(people)}")
        connection.register("listed", pd.DataFrame(pairs, columns=["one", "other"]).reset_index(names="place"))
        name(connection, vault)
        unlike, one, other = (
            tuple(place for (place,) in connection.sql(query).fetchall())
            for query in (_UNLIKE, *(_UNTOLD.format(side=side) for side in ("one", "other")))
        )
    return Looked(unlike, (one, other))


_UNTOLD = "select place from listed where {side} not in (select person_token from people) order by place"

_UNLIKE = f"""
with
words as (select token, folded, string_split(folded, ' ') as words from named where folded <> ''),
called as (
    select
        place,
        bool_or({is_alike("one", "other")}) as is_alike
    from listed
    join words as one on one.token = listed.one
    join words as other on other.token = listed.other
    group by place
),
born as (
    select place, bool_or(one.value = other.value) as is_same_day
    from listed
    join attributes as one on one.token = listed.one and one.attribute = 'birth_date'
    join attributes as other on other.token = listed.other and other.attribute = 'birth_date'
    group by place
),
held as (
    select person_token, email_token as token from people where email_token is not null
    union
    select person_token, username_token from people where username_token is not null
),
tied as (
    select distinct place
    from listed
    join held as one on one.person_token = listed.one
    join held as other on other.person_token = listed.other and other.token = one.token
)
select place
from listed
left join called using (place)
left join born using (place)
where
    is_same_day is false
    or (is_alike is false and is_same_day is null and place not in (select place from tied))
order by place
"""
