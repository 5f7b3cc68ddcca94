"""Durable keys of persons: minted once, at random, and kept whatever is merged or split later.

    anchored links + vault.persons --keyed--> person_key of each anchor, aliases, persons newly minted

A person keeps the oldest key that was minted for any of its tokens; the others become aliases of it. A key stays with
the token that it was minted for, so that a merge which is taken back gives each side the key that it had.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

import pandas as pd

PERSON_KEY_LIMIT = 2**53
"""Keys stay below it, so that a BI tool which reads numbers as doubles shows them exactly."""


@dataclass(frozen=True)
class Keys:
    """``by_anchor``: anchor → person_key; ``aliases``: former_person_key, person_key, merged_at; and the ``minted``."""

    by_anchor: pd.Series
    aliases: pd.DataFrame
    minted: pd.DataFrame


def keyed(anchored: pd.DataFrame, persons: pd.DataFrame) -> Keys:
    """Keys for every anchor of the links, old ones where there are any."""
    known = _known(anchored, persons)
    oldest = known.groupby("person")["person_key"].first()
    known["kept"] = known["person"].map(oldest)
    merged = known[known["kept"] != known["person_key"]]
    now = datetime.now(UTC).replace(tzinfo=None)
    aliases = pd.DataFrame({"former_person_key": merged["person_key"], "person_key": merged["kept"], "merged_at": now})
    new = [anchor for anchor in sorted(anchored["anchor"].dropna().unique()) if anchor not in oldest.index]
    minted = pd.DataFrame(
        {"person_key": _mint(len(new), set(persons["person_key"])), "anchor_token": new, "minted_at": now}
    )
    return Keys(pd.concat([oldest, minted.set_index("anchor_token")["person_key"]]), aliases, minted)


def _known(anchored: pd.DataFrame, persons: pd.DataFrame) -> pd.DataFrame:
    """Keys that were minted for tokens of a person, oldest first. A token that was two persons' is no witness."""
    people = anchored.dropna(subset="anchor").drop_duplicates(["token", "anchor"])
    people = people[~people["token"].duplicated(keep=False)]
    known = people.merge(persons, left_on="token", right_on="anchor_token")
    return known.sort_values(["minted_at", "person_key"]).rename(columns={"anchor": "person"})


def _mint(count: int, taken: set[int]) -> list[int]:
    """Random keys that say nothing of the person, not even the order in which they came."""
    keys: set[int] = set()
    while len(keys) < count:
        key = secrets.randbelow(PERSON_KEY_LIMIT - 1) + 1
        if key not in taken:
            keys.add(key)
    return list(keys)
