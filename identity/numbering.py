"""Employee numbers that two lists of HR give to different people: nobody's, until the lists are told apart.

    people (which list tells which number) + vault (names, by unit) ─→ numbered_apart: token → rule

Two companies of one group both begin to count at 1. A number is HR's word for one human being, but only within the
lists that number together, and where they don't, every pair of namesakes by number would be fused. Names say so: two
lists that call a number by names that share no word and no look, and give it no address, login or birth date in
common, mean two people. Which of them a record means nobody can tell, so the number is neither's.
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from identity.decisions import Decision
from identity.landed import landed_in
from identity.names import FOLDED, is_alike
from identity.vault import Vault

RULE = "numbered_apart"
NAMESAKES = 20
"""Numbers that one list calls by one name; more are a placeholder's, such as that of who was anonymised."""


def numbered_apart(
    connection: duckdb.DuckDBPyConnection, vault: Vault, decisions: Iterable[Decision]
) -> dict[str, str]:
    """Token of a number → rule; reads the view ``people``. A number that was decided to be ``personal`` is believed."""
    if not vault.has("attributes"):
        return {}
    attributes = landed_in(vault.folder / "attributes", with_file=True)
    found = connection.sql(_numbered_apart(attributes)).fetchall()
    believed = {decision.tokens[0] for decision in decisions if decision.decision == "personal"}
    return {token: RULE for (token,) in found if token not in believed}


def _numbered_apart(attributes: str) -> str:
    return f"""
with
told as (
    select distinct person_token, tool || '|' || coalesce(series, '') as list, tool, unit
    from people where not is_deleted
),
listed as (
    select * from told
    where person_token in (select person_token from told group by person_token having count(distinct list) > 1)
),
attributes as (
    select token, attribute, value, parse_path(filename)[-2] as tool, parse_filename(filename, true) as unit
    from {attributes} where token in (select person_token from listed) and trim(value) <> ''
),
said as (
    select distinct listed.person_token, listed.list, attributes.attribute, attributes.value
    from listed join attributes
        on attributes.token = listed.person_token and attributes.tool = listed.tool and attributes.unit = listed.unit
),
whole as (
    select person_token, list, value from said where attribute = 'full_name'
    union
    select given.person_token, given.list, given.value || ' ' || family.value
    from said as given join said as family using (person_token, list)
    where given.attribute = 'given_name' and family.attribute = 'family_name'
),
named as (
    select distinct person_token, list, {FOLDED} as folded
    from whole
),
-- Scripts have no letters in common, so nothing is known of a name in another one.
latin as (
    select *, string_split(folded, ' ') as words
    from named where regexp_matches(folded, '\\p{{Latin}}')
    qualify count(*) over (partition by list, folded) <= {NAMESAKES}
),
unlike as (
    select person_token
    from latin as one join latin as other using (person_token)
    where one.list < other.list
    group by person_token, one.list, other.list
    having not bool_or({is_alike("one", "other")})
),
held as (
    select distinct person_token, tool || '|' || coalesce(series, '') as list, token
    from (
        select person_token, tool, series, email_token as token from people
        union all
        select person_token, tool, series, username_token from people
    )
    where token is not null
    union
    select person_token, list, value from said where attribute = 'birth_date'
),
tied as (
    select person_token from held group by person_token, token having count(distinct list) > 1
)
select distinct person_token from unlike anti join tied using (person_token) order by person_token
"""
