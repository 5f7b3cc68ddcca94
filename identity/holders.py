"""Who held which identifier when, as HR tells it.

    people (descriptions in any order of arrival) → claims → holders: token, trust, person_token, valid_from, valid_to

Addresses are recycled, people marry, leave and come back, so an identifier belongs to a person on days. One that only
one person ever had is that person's for good. ``person_token`` is None on days for which nobody can tell. A snapshot
tells how it was on its day: what it tells otherwise than the one before changed on some day between, and of an
identifier that went on nobody can say on which.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb
import pandas as pd

from identity.decisions import Decision, first_of_the_same
from identity.landed import landed_in
from identity.rules import RULES
from identity.timelines import ALWAYS, STILL, Claim, dated, day_of, timeline

COLUMNS = ["token", "trust", "person_token", "valid_from", "valid_to"]


def _identifiers(columns: str, rows: str) -> str:
    """A row per identifier of each of the ``rows``, with its place in the order of trust."""
    return "\n    union all\n".join(
        f"    select {columns}, {trust} as trust, {rule.hr_column} as token from {rows}"
        for trust, rule in enumerate(RULES)
    )


_CLAIMS = f"""
with

described as (
    select
        tool, coalesce(series, '') as series, unit, source_line, extracted_at, effective_date as told_on,
        extracted_at as told_at, person_token, username_token, email_token, email_sha1_token, hired_date, left_date,
        is_complete_snapshot, is_deleted, is_deleted or coalesce(employment_status = 'left', false) as is_gone,
        -- Rows without days of their own are of the day on which the list was taken; who is hired for later has one.
        is_complete_snapshot and (
            count(distinct effective_date) over list = 1
            or effective_date = cast(max(extracted_at) over list as date)
        ) as is_of_one_day
    from people
    window list as (partition by tool, series, unit)
),

-- Of several descriptions for one day the last word counts.
worded as (
    select * from described
    qualify row_number() over (
        partition by tool, series, person_token, told_on order by told_at desc, unit desc, source_line desc
    ) = 1
),

standing as (select * from worded where not is_gone),

-- Who left before the first export is only ever told as gone: what they held was theirs up to the last day. A list of
-- one day that doesn't tell the last day leaves open how long.
departed as (
    select
        tool, series, person_token, username_token, email_token, email_sha1_token,
        max(hired_date) over person as hired_date,
        coalesce(arg_max(left_date, told_at) over person, cast(min(told_on) over person - interval 1 day as date))
            as last_day,
        max(left_date) over person is null and bool_and(is_of_one_day) over person as is_undated
    from worded anti join standing using (tool, series, person_token)
    where not is_deleted
    window person as (partition by tool, series, person_token)
),

-- A complete snapshot has everybody: who was in one and is not in the next has gone.
snapshots as (
    select
        tool, series, unit, max(extracted_at) as taken_at,
        lead(unit) over (partition by tool, series order by max(extracted_at), unit) as next_unit,
        lead(max(extracted_at)) over (partition by tool, series order by max(extracted_at), unit) as next_taken_at
    from described where is_complete_snapshot group by tool, series, unit
),

last_words as (
    select * from worded
    qualify row_number() over (partition by tool, series, person_token order by told_on desc, told_at desc) = 1
),

last_presences as (
    select
        described.tool, described.series, described.person_token, max(described.extracted_at) as taken_at,
        max(case when is_of_one_day then told_on else cast(extracted_at as date) end) as seen_on
    from described where is_complete_snapshot and not is_gone group by all
),

-- The first day on which a series is not known to have a person any more; empty while it still has.
gone_by_series as (
    select
        last_words.person_token,
        case
            when last_words.left_date is not null then cast(last_words.left_date + interval 1 day as date)
            when last_words.is_gone and not last_words.is_of_one_day then last_words.told_on
            when last_words.is_gone or snapshots.next_taken_at is not null
                then coalesce(cast(last_presences.seen_on + interval 1 day as date), last_words.told_on)
        end as gone_on
    from last_words
    left join last_presences using (tool, series, person_token)
    left join snapshots
        on snapshots.tool = last_words.tool and snapshots.series = last_words.series
        and snapshots.taken_at = last_presences.taken_at
),

gone as (
    select person_token, case when count(*) = count(gone_on) then max(gone_on) end as gone_on
    from gone_by_series group by person_token
),

identifiers as (
{_identifiers("tool, series, person_token, told_on, is_of_one_day", "standing")}
),

changes as (
    select
        *,
        lag(token) over told as token_before, lead(token) over told as next_token, lead(told_on) over told as next_on,
        lead(is_of_one_day) over told as is_next_of_one_day
    from identifiers where token is not null
    window told as (partition by tool, series, person_token, trust order by told_on)
),

runs as (
    select
        *,
        count(*) filter (token_before is null or token_before <> token) over (
            partition by tool, series, person_token, trust order by told_on
        ) as run
    from changes
),

stretches as (
    select
        token, trust, person_token, min(told_on) as since,
        max(
            case
                when next_token = token then null
                when is_next_of_one_day then cast(told_on + interval 1 day as date)
                else next_on
            end
        ) as until
    from runs group by tool, series, person_token, trust, token, run
)

select stretches.token, stretches.trust, stretches.person_token, stretches.since,
       least(stretches.until, gone.gone_on) as until, false as is_undated
from stretches left join gone using (person_token)
union
select token, trust, person_token, least(hired_date, last_day), cast(last_day + interval 1 day as date), is_undated
from ({_identifiers("person_token, hired_date, last_day, is_undated", "departed")})
where token is not null
order by all
"""


def hr_claims(connection: duckdb.DuckDBPyConnection, people: Path, decisions: Iterable[Decision] = ()) -> pd.DataFrame:
    """Who says since when until when what is theirs: token, trust, person_token, since, until, is_undated.

    What is undated was theirs on some days before ``until``, and nobody knows on which.

    Numbers that were decided to be one human being are one person here already: what both had was never contested.
    What was decided to be somebody's isn't anybody else's.
    """
    connection.execute(f"create or replace temp view people as select * from {landed_in(people)}")
    claims = connection.sql(_CLAIMS).df()
    decided = list(decisions)
    persons = claims["person_token"].unique()
    first = first_of_the_same(decided, dict(zip(persons, persons, strict=True)))
    claims["person_token"] = [first.get(token, token) for token in claims["person_token"]]
    for token, owner in _given(decided, set(persons)):
        claims = claims[(claims["token"] != token) | (claims["person_token"] == first.get(owner, owner))]
    return claims


def _given(decisions: Iterable[Decision], persons: set[str]) -> Iterator[tuple[str, str]]:
    """Identifiers that were decided to be somebody's, and the number of whom."""
    for decision in decisions:
        if decision.merges and len(numbers := decision.pair & persons) == 1:
            (token,), (number,) = decision.pair - numbers, numbers
            yield token, number


def holders(claims: pd.DataFrame) -> pd.DataFrame:
    """COLUMNS, one row per identifier and stretch of days; ``valid_from``, ``valid_to``: None for always and still."""
    several = claims.groupby("token")["person_token"].transform("nunique") > 1
    alone = claims[~several].drop_duplicates("token")[["token", "trust", "person_token"]]
    contested = pd.DataFrame(_contested(claims[several]), columns=COLUMNS)
    return pd.concat([alone.assign(valid_from=None, valid_to=None), contested], ignore_index=True)[COLUMNS]


def _contested(claims: pd.DataFrame) -> Iterator[tuple[object, ...]]:
    for (token, trust), rows in claims.groupby(["token", "trust"], sort=True):
        dated_rows = rows[~rows["is_undated"]]
        held = [
            Claim(row.person_token, day_of(row.since, ALWAYS), day_of(row.until, STILL))
            for row in dated_rows.itertuples(index=False)
        ]
        # Somebody had it before, on days that nobody knows: the first of those who are known then isn't the first.
        if len(undated := rows[rows["is_undated"]]):
            known_since = min((claim.since for claim in held), default=STILL)
            held.append(Claim(None, ALWAYS, min(known_since, day_of(undated["until"].max(), STILL))))
        for stretch in timeline(held):
            yield token, trust, stretch.person, *dated(stretch)
