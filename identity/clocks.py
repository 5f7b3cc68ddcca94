"""Days on which two clocks name two persons: the device's, by which it happened, and the store's, by which it came.

    links (whose a token is on which days) ─┐
    use (token, day, first and last stored) ─┴─→ links, in which such days are nobody's

An address that is given to somebody else is the leaver's first and the heir's later, and a record is whose the address
was on its day. That day is the device's word. Where the record was stored on a day on which the address was somebody
else's, either the heir's clock is wrong or the leaver's record came late, and nobody can tell which. What was stored
while the address was nobody's speaks against nobody. Only statements have two clocks.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd

from identity.landed import landed_in
from identity.timelines import ALWAYS, STILL, Claim, dated, day_of, without

RULE = "clocks_disagree"
"""Of the days that are nobody's because of it."""

_DISAGREED = """
with used as (
    select token, day, min(stored_from) as stored_from, max(stored_to) as stored_to
    from {use} where stored_from is not null and token in (select token from handed_on) group by token, day
)
select distinct used.token, used.day
from used
join handed_on as told on told.token = used.token and used.day >= told.valid_from and used.day < told.valid_to
join handed_on as stored on stored.token = used.token and stored.anchor <> told.anchor
    and stored.valid_from <= used.stored_to and stored.valid_to > used.stored_from
order by all
"""


def clocks_agreed(connection: duckdb.DuckDBPyConnection, links: pd.DataFrame, use: Path | None) -> pd.DataFrame:
    """Links (ANCHORED) in which a day is nobody's where what happened on it came while the token was another's."""
    told = links.dropna(subset="anchor")
    is_handed_on = told.groupby("token")["anchor"].transform("nunique") > 1
    if use is None or not is_handed_on.any() or not any(use.glob("*/*/*.parquet")):
        return links
    connection.register("handed_on", _with_ends(told[is_handed_on]))
    days: dict[str, set[date]] = {}
    for token, day in connection.sql(_DISAGREED.format(use=landed_in(use))).fetchall():
        days.setdefault(token, set()).add(day)
    if not days:
        return links
    is_cut = links["token"].isin(list(days))
    cut = pd.DataFrame(_cut(links[is_cut], days), columns=links.columns)
    return pd.concat([links[~is_cut], cut], ignore_index=True)


def _with_ends(links: pd.DataFrame) -> pd.DataFrame:
    ends = {"valid_from": ALWAYS, "valid_to": STILL}
    filled = {name: [day_of(day, end) for day in links[name]] for name, end in ends.items()}
    return links[["token", "anchor"]].assign(**filled)


def _cut(links: pd.DataFrame, days: dict[str, set[date]]) -> Iterator[tuple[object, ...]]:
    for row in links.itertuples(index=False):
        stretch = Claim(row.anchor, day_of(row.valid_from, ALWAYS), day_of(row.valid_to, STILL))
        for part in without(stretch, days[row.token]):
            if part.person == stretch.person:
                yield row.token, row.anchor, row.rule, row.confidence, row.state, *dated(part)
            else:
                yield row.token, None, RULE, 0.0, "ambiguous", *dated(part)
