"""From tokens to persons: which identifiers belong to one human being, by declared rules in order of trust.

    people (HR) ──────── claims ── holders ─┐
    accounts, mentions ─ evidence, names ───┼─ rules ─ decisions ─→ links (token → person_key, rule, confidence, days)
    use of accounts ──── quarantine, clocks ┘                       + aliases

Only tokens are compared; null has none, so null never matches null. Nothing fuzzy merges: what only looks alike is
proposed (`proposals`), and merges when a person decided it (`decisions`). A name that is unlike may only take away.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa

from identity.accounts import ANCHORED, evidence, known_by, matched, nobodys, unmatched, vouched
from identity.clocks import clocks_agreed
from identity.decisions import Decision, cut, merged, standing
from identity.holders import holders, hr_claims
from identity.names import RULE as MISNAMED
from identity.names import misnamed, name
from identity.numbering import numbered_apart
from identity.persons import keyed
from identity.quarantine import quarantined
from identity.rules import RULES
from identity.spellings import rehashed, respelled
from identity.vault import Vault

LINKS = ["token", "person_key", "rule", "confidence", "state", "valid_from", "valid_to"]


@dataclass(frozen=True)
class Resolution:
    """``links``: LINKS; ``aliases``: former_person_key, person_key, merged_at; ``minted``: persons that got a key.

    Days are half-open, and None for always and still.
    """

    links: pd.DataFrame
    aliases: pd.DataFrame
    minted: int


def resolve(
    people: Path,
    accounts: Path,
    mentions: Iterable[tuple[Path, str]],
    vault: Vault,
    decisions: Iterable[Decision] = (),
    use: Path | None = None,
) -> Resolution:
    """Resolve every identity in the landed ``people`` and ``accounts`` folders; mints keys in the vault.

    ``mentions`` are (folder, column) of records that name persons: a token that stands in them only is a person too.
    ``use`` has the summaries of `identity.use`, below one folder per kind; without it nobody is seen to be a kiosk, and
    nobody's clock to be wrong.
    """
    decided = standing(decisions)
    with duckdb.connect() as connection:
        links = merged(_ruled(connection, people, accounts, mentions, vault, decided, use), decided)
        links = clocks_agreed(connection, links, use)
    persons = vault.persons().to_pandas()
    keys = keyed(links, persons)
    if len(keys.minted):
        vault.write_persons(pa.Table.from_pandas(pd.concat([persons, keys.minted]), preserve_index=False))
    return Resolution(_with_keys(links, keys.by_anchor), keys.aliases, len(keys.minted))


def _ruled(
    connection: duckdb.DuckDBPyConnection,
    people: Path,
    accounts: Path,
    mentions: Iterable[tuple[Path, str]],
    vault: Vault,
    decided: list[Decision],
    use: Path | None,
) -> pd.DataFrame:
    """What the rules say of every token, and of accounts what was decided against them; ANCHORED."""
    claims = hr_claims(connection, people, decided)
    found = respelled(connection, evidence(connection, accounts, mentions, claims["token"]), claims, vault)
    found = rehashed(connection, found, vault)
    shared = quarantined(connection, claims, found, vault, use, decided)
    apart = numbered_apart(connection, vault, decided)
    nobody = [*shared, *apart]
    found = found[~found["account_token"].isin(nobody) & ~found["token"].isin(nobody)]
    held = holders(claims[~claims["token"].isin(nobody) & ~claims["person_token"].isin(list(apart))])
    name(connection, vault)
    hr = _of_hr(held)
    accounted = _accounted(connection, found, held)
    if decided:
        found = cut(found, decided, pd.concat([hr, accounted]), held)
        accounted = _accounted(connection, found, held)
    known = pd.concat([hr, accounted])["token"]
    strangers = unmatched(found[~found["account_token"].isin(known)])
    nobodies = nobodys(shared, "shared"), nobodys(apart, "ambiguous")
    links = pd.concat([hr, accounted, strangers, *nobodies], ignore_index=True)
    return pd.concat([links, known_by(connection, found, links)], ignore_index=True)


def _accounted(connection: duckdb.DuckDBPyConnection, found: pd.DataFrame, held: pd.DataFrame) -> pd.DataFrame:
    """Accounts that HR knows, and those that share an identifier with one of them; ANCHORED."""
    known = _well_named(connection, matched(connection, found, held), found, held)
    rest = found[~found["account_token"].isin(known["token"])]
    aliases = vouched(found, held, known)
    if not rest["token"].isin(aliases["token"]).any():
        return known
    others = _well_named(connection, matched(connection, rest, aliases), rest, pd.concat([held, aliases]))
    return pd.concat([known, others], ignore_index=True)


def _well_named(
    connection: duckdb.DuckDBPyConnection, links: pd.DataFrame, found: pd.DataFrame, held: pd.DataFrame
) -> pd.DataFrame:
    """The links; those of accounts that a name speaks against are nobody's."""
    accounts = misnamed(connection, links, found, held)
    kept = links[~links["token"].isin(accounts)]
    return pd.concat([kept, nobodys(dict.fromkeys(accounts, MISNAMED), "ambiguous")], ignore_index=True)


def _of_hr(held: pd.DataFrame) -> pd.DataFrame:
    """HR's own identifiers: a number is the person, an address or a login is whoever held it on the day."""
    trust = held["trust"].astype(int)
    is_told = held["person_token"].notna()
    rule = trust.map({place: rule.name for place, rule in enumerate(RULES)} | {0: "hr_record"})
    confidence = trust.map({place: rule.confidence for place, rule in enumerate(RULES)}).where(is_told, 0.0)
    state = is_told.map({True: "resolved", False: "ambiguous"})
    return held.assign(anchor=held["person_token"], rule=rule, confidence=confidence, state=state)[ANCHORED]


def _with_keys(links: pd.DataFrame, key_of: pd.Series) -> pd.DataFrame:
    days = {name: pd.to_datetime(links[name]).dt.date.astype(object) for name in ("valid_from", "valid_to")}
    days = {name: day.where(day.notna(), None) for name, day in days.items()}
    with_keys = links.assign(person_key=links["anchor"].map(key_of).astype("Int64"), **days)
    return with_keys[LINKS].sort_values(["token", "valid_from"], na_position="first", ignore_index=True)
