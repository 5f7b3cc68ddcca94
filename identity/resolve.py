"""From tokens to persons: which identifiers belong to one human being, by declared rules in order of trust.

    people (HR)   ─┐
    accounts      ─┴─ rules ─→ links (token → person_key, rule, confidence, state) + aliases

An account is resolved to the one HR person that the most trusted matching rule names. Two candidates under
that rule make it ambiguous, and a weaker rule does not get to decide what a stronger one left open. Accounts
that HR does not know are one person where they share an identifier with each other, and stay ``unmatched``:
they count as learners, not as matches. Whatever else HR or an account is known by (an e-mail, a login) stands for
the same person, so that a record which names people by e-mail finds them; where two persons are known by it, it
is ambiguous. Only tokens are compared; null has none, so null never matches null. Nothing fuzzy happens here.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from identity.vault import Vault

PERSON_KEY_LIMIT = 2**53
"""Keys stay below it, so that a BI tool which reads numbers as doubles shows them exactly."""


@dataclass(frozen=True)
class Rule:
    """``hr_column`` of people is what an account's identifier is compared with."""

    name: str
    hr_column: str
    confidence: float


RULES = (
    Rule("employee_number", "person_token", 1.0),
    Rule("hr_email", "email_token", 0.98),
    Rule("hr_username", "username_token", 0.95),
    Rule("hr_email_sha1", "email_sha1_token", 0.95),
)

_EVIDENCE = ("account_token", "employee_token", "email_token", "email_sha1_token", "username_token")


@dataclass(frozen=True)
class Resolution:
    """``links``: token, person_key, rule, confidence, state. ``aliases``: former_person_key, person_key, merged_at."""

    links: pd.DataFrame
    aliases: pd.DataFrame
    minted: int


def resolve(people: Path, accounts: Path, mentions: Iterable[tuple[Path, str]], vault: Vault) -> Resolution:
    """Resolve every identity in the landed ``people`` and ``accounts`` folders; mints keys in the vault.

    ``mentions`` are (folder, column) of records that name persons: a token that stands in them only is a person too.
    """
    with duckdb.connect() as connection:
        hr = _hr_evidence(connection, people)
        evidence = _account_evidence(connection, accounts)
        evidence = pd.concat([evidence, _mentioned(connection, mentions, hr, evidence)], ignore_index=True)
        matches = _matches(connection, hr, evidence)
        anchored = _anchor(hr, evidence, matches)
        anchored = pd.concat([anchored, _known_by(connection, anchored)], ignore_index=True)
    persons = vault.persons().to_pandas()
    keyed, aliases, minted = _keys(anchored, persons)
    if len(minted):
        vault.write_persons(pa.Table.from_pandas(pd.concat([persons, minted]), preserve_index=False))
    return Resolution(_links(anchored, keyed), aliases, len(minted))


def _files(folder: Path) -> str:
    return f"read_parquet('{folder.as_posix()}/**/*.parquet', union_by_name = true)"


def _hr_evidence(connection: duckdb.DuckDBPyConnection, people: Path) -> pd.DataFrame:
    """(token, person_token, trust): every identifier that HR holds of a person; trust 0 is the strongest rule."""
    parts = [
        f"select {rule.hr_column} as token, person_token, {trust} as trust from people where token is not null"
        for trust, rule in enumerate(RULES)
    ]
    return connection.sql(f"with people as (select * from {_files(people)}) {' union '.join(parts)}").df()


def _account_evidence(connection: duckdb.DuckDBPyConnection, accounts: Path) -> pd.DataFrame:
    """(account_token, token): every identifier that a tool holds of an account, its own included."""
    parts = [
        f"select account_token, {column} as token from accounts where {column} is not null" for column in _EVIDENCE
    ]
    return connection.sql(f"with accounts as (select * from {_files(accounts)}) {' union '.join(parts)}").df()


def _mentioned(
    connection: duckdb.DuckDBPyConnection,
    mentions: Iterable[tuple[Path, str]],
    hr: pd.DataFrame,
    evidence: pd.DataFrame,
) -> pd.DataFrame:
    """Evidence of persons whom records name by an identifier that neither HR nor an account has: of itself only."""
    known = pd.concat([hr["token"], evidence["account_token"], evidence["token"]]).to_frame("token")
    connection.register("known", known)
    parts = [f"select {column} as token from {_files(folder)}" for folder, column in mentions]
    if not parts:
        return evidence.head(0)
    found = f"select distinct token from ({' union all '.join(parts)}) where token is not null"
    return connection.sql(f"select token as account_token, token from ({found}) anti join known using (token)").df()


def _matches(connection: duckdb.DuckDBPyConnection, hr: pd.DataFrame, evidence: pd.DataFrame) -> pd.DataFrame:
    """(account_token, trust, candidates, person_token) under the strongest rule that matches at all."""
    connection.register("hr", hr)
    connection.register("evidence", evidence)
    return connection.sql(
        """
        with candidates as (
            select evidence.account_token, hr.trust, count(distinct hr.person_token) as candidates,
                   min(hr.person_token) as person_token
            from evidence join hr on hr.token = evidence.token
            group by evidence.account_token, hr.trust
        )
        select * from candidates
        qualify row_number() over (partition by account_token order by trust) = 1
        """
    ).df()


def _anchor(hr: pd.DataFrame, evidence: pd.DataFrame, matches: pd.DataFrame) -> pd.DataFrame:
    """(token, anchor, rule, confidence, state): tokens with one anchor are one person; ambiguous ones have none."""
    own = pd.DataFrame({"token": hr["person_token"].unique()})
    own = own.assign(anchor=own["token"], rule="hr_record", confidence=1.0, state="resolved")
    matches = matches[~matches["account_token"].isin(own["token"])]
    names = np.array([rule.name for rule in RULES])
    trusts = np.array([rule.confidence for rule in RULES])
    single = matches["candidates"] == 1
    matched = pd.DataFrame(
        {
            "token": matches["account_token"],
            "anchor": matches["person_token"].where(single),
            "rule": names[matches["trust"].to_numpy(dtype=int)],
            "confidence": np.where(single, trusts[matches["trust"].to_numpy(dtype=int)], 0.0),
            "state": np.where(single, "resolved", "ambiguous"),
        }
    )
    unmatched = _unmatched(evidence[~evidence["account_token"].isin([*own["token"], *matched["token"]])])
    return pd.concat([own, matched, unmatched], ignore_index=True)


def _known_by(connection: duckdb.DuckDBPyConnection, anchored: pd.DataFrame) -> pd.DataFrame:
    """The identifiers that HR, or else an account, is known by, beside its own; columns as in `_anchor`."""
    connection.register("anchored", anchored)
    connection.register(
        "rules", pd.DataFrame([{"trust": n, "rule": r.name, "confidence": r.confidence} for n, r in enumerate(RULES)])
    )
    return connection.sql(
        """
        with claims as (
            select hr.token, hr.person_token as anchor, rules.rule, rules.confidence, 'resolved' as state, true as is_hr
            from hr join rules using (trust)
            union all
            select evidence.token, anchored.anchor, anchored.rule, anchored.confidence, anchored.state, false
            from evidence join anchored on anchored.token = evidence.account_token
        ),
        trusted as (
            -- What HR says of a token outweighs what tools say of it.
            select * from claims anti join anchored using (token)
            qualify is_hr = max(is_hr) over (partition by token)
        ),
        heard as (
            select token, arg_max(rule, confidence) as rule, max(confidence) as confidence, min(state) as state,
                   min(anchor) as anchor, count(distinct anchor) = 1 and count(*) = count(anchor) as is_one
            from trusted group by token
        )
        select token, case when is_one then anchor end as anchor, rule,
               case when is_one then confidence else 0 end as confidence,
               case when is_one then state else 'ambiguous' end as state
        from heard order by token
        """
    ).df()


def _unmatched(evidence: pd.DataFrame) -> pd.DataFrame:
    """Accounts that HR does not know: those that share an identifier, directly or over others, are one person."""
    accounts, account_names = pd.factorize(evidence["account_token"])
    tokens, token_names = pd.factorize(evidence["token"])
    size = len(account_names) + len(token_names)
    edges = coo_matrix(
        (np.ones(len(evidence), dtype=np.int8), (accounts, tokens + len(account_names))), shape=(size, size)
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
    ).drop(columns="component")


def _keys(anchored: pd.DataFrame, persons: pd.DataFrame) -> tuple[pd.Series, pd.DataFrame, pd.DataFrame]:
    """(key by anchor, aliases, newly minted persons).

    A person keeps the oldest key that was minted for any of its tokens; the others become aliases of it.
    """
    known = anchored.dropna(subset="anchor").merge(persons, left_on="token", right_on="anchor_token")
    known = known.sort_values(["minted_at", "person_key"]).rename(columns={"anchor": "person"})
    keyed = known.groupby("person")["person_key"].first()
    known["kept"] = known["person"].map(keyed)
    merged = known[known["kept"] != known["person_key"]]
    now = datetime.now(UTC).replace(tzinfo=None)
    aliases = pd.DataFrame({"former_person_key": merged["person_key"], "person_key": merged["kept"], "merged_at": now})
    anchors = anchored["anchor"].dropna().unique()
    new = [anchor for anchor in sorted(anchors) if anchor not in keyed.index]
    minted = pd.DataFrame(
        {"person_key": _mint(len(new), set(persons["person_key"])), "anchor_token": new, "minted_at": now}
    )
    return pd.concat([keyed, minted.set_index("anchor_token")["person_key"]]), aliases, minted


def _mint(count: int, taken: set[int]) -> list[int]:
    """Random keys that say nothing of the person, not even the order in which they came."""
    keys: set[int] = set()
    while len(keys) < count:
        key = secrets.randbelow(PERSON_KEY_LIMIT - 1) + 1
        if key not in taken:
            keys.add(key)
    return list(keys)


def _links(anchored: pd.DataFrame, keyed: pd.Series) -> pd.DataFrame:
    links = anchored.assign(person_key=anchored["anchor"].map(keyed).astype("Int64"), valid_from=None, valid_to=None)
    columns = ["token", "person_key", "rule", "confidence", "state", "valid_from", "valid_to"]
    return links[columns].sort_values("token", ignore_index=True)
