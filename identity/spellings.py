"""Employee numbers as spreadsheets leave them: 001042 that became 1042, or 1042.0.

A number that HR doesn't know, and that is exactly one of HR's numbers once leading zeros are gone from both, is that
number. Where HR has both 042 and 42, nothing is: they are two persons.
"""

from __future__ import annotations

import duckdb
import pandas as pd

from identity.landed import landed_in
from identity.vault import Vault

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
